"""Bodies of a hall: lengths along rays against points on them, overlaps, volumes of assemblies."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from wayside.detector.assemblies import assembly_of, block, names, polygon
from wayside.detector.box import Box
from wayside.detector.cylinder import CylinderShell
from wayside.detector.hall import Hall, HallVolume
from wayside.detector.materials import BY_NAME, IRON
from wayside.detector.overlap import overlap
from wayside.detector.polyhedron import Polyhedron
from wayside.errors import InputError

STEPS = 4_000


def random_hall(rng: np.random.Generator) -> Hall:
    """Bodies of every kind, some of which overlap."""
    low = rng.uniform([-3, -3, 1], [0, 0, 3])
    high = low + rng.uniform(0.5, 4, 3)
    middle = 0.5 * (low + high)
    hole = {
        "hole_x_min": low[0] + 0.1,
        "hole_x_max": middle[0],
        "hole_y_min": middle[1],
        "hole_y_max": high[1] + 1,
    }
    ends = {
        f"{a}_{e}": v
        for e, vs in (("min", low), ("max", high))
        for a, v in zip("xyz", vs, strict=True)
    }
    pieces = (
        block(**ends, **hole),
        polygon(inner_radius=1.0, outer_radius=2.5, z_min=-1.0, z_max=rng.uniform(2, 5)),
        (CylinderShell.place(inner_radius=0.5, outer_radius=1.2, z_min=-2, z_max=4),),
        (CylinderShell.place(outer_radius=1.0, z_min=0, z_max=3, position=(2, 0, 1), axis="beam"),),
        (Box.place(rng.uniform([1, -1, 2], [3, 1, 4]), (1.0, 2.0, 1.5)),),
    )
    order = rng.permutation(len(pieces))
    return Hall(tuple(HallVolume(f"b{k}", IRON, pieces[k]) for k in order))


def walked(hall: Hall, direction: np.ndarray, reach: float) -> np.ndarray:
    """Lengths by points along a ray: the last body that holds a point has it."""
    at = (np.arange(STEPS) + 0.5) * reach / STEPS
    owner = np.full(STEPS, -1)
    for number, body in enumerate(hall.volumes):
        for piece in body.pieces:
            owner[piece.contains(at[:, None] * direction)] = number
    return (
        np.array([np.count_nonzero(owner == k) for k in range(len(hall.volumes))]) * reach / STEPS
    )


def test_lengths_are_those_of_points_on_the_rays() -> None:
    rng = np.random.default_rng(5)
    total = 0.0
    for _ in range(6):
        hall = random_hall(rng)
        directions = rng.normal(size=(8, 3))
        directions /= np.linalg.norm(directions, axis=1)[:, None]
        reach = rng.uniform(1.0, 9.0, 8)
        lengths = hall.lengths(directions, reach)
        for row, direction, end in zip(lengths, directions, reach, strict=True):
            # Each end of at most a dozen pieces is known to a step.
            assert row == pytest.approx(walked(hall, direction, end), abs=12 * end / STEPS)
        assert np.all(lengths.sum(axis=1) <= reach * (1 + 1e-12))
        total += lengths.sum()
    assert total > 20.0  # most rays cross something


def test_a_later_body_counts() -> None:
    outer = block(x_min=-1, x_max=1, y_min=-1, y_max=1, z_min=2, z_max=6)
    inner = block(x_min=-1, x_max=1, y_min=-1, y_max=1, z_min=3, z_max=4)
    along, end = np.array([[0.0, 0.0, 1.0]]), np.array([5.5])
    hall = Hall((HallVolume("outer", IRON, outer), HallVolume("inner", BY_NAME["air"], inner)))
    assert hall.lengths(along, end)[0] == pytest.approx([2.5, 1.0])
    other = Hall(hall.volumes[::-1])
    assert other.lengths(along, end)[0] == pytest.approx([0.0, 3.5])
    assert hall.lengths(-along, end)[0] == pytest.approx([0.0, 0.0])


corners = st.tuples(*[st.floats(-3, 3)] * 3)


@settings(max_examples=20, deadline=None)
@given(at=corners, size=st.tuples(*[st.floats(0.1, 3)] * 3), turn=corners.filter(any))
def test_a_detector_is_refused_where_it_stands_in_a_body(at, size, turn) -> None:
    position = np.add(at, (0, 0, 5))
    try:
        box = Box.place(position, size, turn)
    except InputError:  # it holds the interaction point
        return
    bodies = {
        "walls": block(
            x_min=-2, x_max=2, y_min=-2, y_max=2, z_min=4, z_max=6,
            hole_x_min=-1, hole_x_max=1, hole_y_min=-1, hole_y_max=1,
        ),
        "ring": polygon(inner_radius=1.5, outer_radius=3.0, z_min=6.5, z_max=8.0),
    }  # fmt: skip
    for name, pieces in bodies.items():
        depths = [depth(box, piece) for piece in pieces]
        if min(abs(d) for d in depths) < 1e-6:
            continue  # they touch
        expected = [name] if max(depths) > 0 else []
        assert Hall((HallVolume(name, IRON, pieces),)).blocking(box) == expected
        assert Hall((HallVolume(name, IRON, pieces, passable=True),)).blocking(box) == []


def halfspaces(body: Box | Polyhedron) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(body, Polyhedron):
        return body.normals, np.sum(body.normals * body.corners[body.triangles[:, 0]], axis=1)
    normals = np.concatenate([body.axes, -body.axes])
    return normals, (body.corners @ normals.T).max(axis=0)


def depth(one: Box | Polyhedron, other: Box | Polyhedron) -> float:
    """Radius of the largest ball inside both, negative if they have no common point."""
    parts = [halfspaces(body) for body in (one, other)]
    normals = np.concatenate([part[0] for part in parts])
    limits = np.concatenate([part[1] for part in parts])
    rows = np.c_[normals, np.ones(len(normals))]
    found = linprog([0, 0, 0, -1], rows, limits, bounds=[(None, None)] * 4)
    return float(found.x[3])


def test_convex_bodies_against_a_linear_programme() -> None:
    rng = np.random.default_rng(3)
    found = {True: 0, False: 0}
    middle = [2.5, -2.5, 2.5], [5.5, 2.5, 5.5]
    for _ in range(80):
        one = Polyhedron.place(corners=rng.uniform([3, -2, 3], [5, 2, 5], (7, 3)))
        if rng.random() < 0.5:
            other = Polyhedron.place(corners=rng.uniform(-1, 1, (6, 3)) + rng.uniform(*middle))
        else:
            other = Box.place(rng.uniform(*middle), rng.uniform(0.2, 1.5, 3), rng.normal(size=3))
        expected = depth(one, other) > 0
        assert overlap(one, other) == overlap(other, one) == expected
        found[expected] += 1
    assert min(found.values()) > 15


def test_volumes_of_assemblies() -> None:
    ends = {"x_min": -2, "x_max": 2, "y_min": -1, "y_max": 3, "z_min": 4, "z_max": 9}
    assert sum(piece.volume for piece in block(**ends)) == pytest.approx(80.0)
    hole = {"hole_x_min": -1, "hole_x_max": 1.5, "hole_y_min": 0, "hole_y_max": 1}
    assert sum(piece.volume for piece in block(**ends, **hole)) == pytest.approx(80 - 12.5)
    beyond = {"hole_x_min": -1, "hole_x_max": 5, "hole_y_min": -7, "hole_y_max": 7}
    assert sum(piece.volume for piece in block(**ends, **beyond)) == pytest.approx(20.0)
    ring = polygon(inner_radius=1, outer_radius=2, z_min=-1, z_max=2, sides=8)
    assert len(ring) == 8
    # Area of a regular polygon of n sides at a distance a: n a^2 tan(pi/n).
    assert sum(p.volume for p in ring) == pytest.approx(3 * 8 * math.tan(math.pi / 8) * 3)
    assert all(not overlap(ring[k], ring[k - 1]) for k in range(8))
    assert ring[0].contains([1.5, 0.0, 0.0])
    assert not ring[0].contains([2.1, 0.0, 0.0])


ENDS = {"x_min": 0, "x_max": 1, "y_min": 0, "y_max": 1, "z_min": 0, "z_max": 1}


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("block", ENDS | {"x_min": 2}, "x_min = 2: must be below x_max = 1 m"),
        ("block", ENDS | {"hole_x_min": 0.2}, "give all four"),
        (
            "block",
            ENDS | {"hole_x_min": -1, "hole_x_max": 2, "hole_y_min": -1, "hole_y_max": 2},
            "leave nothing",
        ),
        (
            "polygon",
            {"inner_radius": 2, "outer_radius": 1, "z_min": 0, "z_max": 1},
            "inner_radius = 2: must be above 0 and below",
        ),
        (
            "polygon",
            {"inner_radius": 1, "outer_radius": 2, "z_min": 0, "z_max": 1, "sides": 7.5},
            "sides = 7.5: must be a whole number",
        ),
    ],
)
def test_refused_in_one_line(name: str, values: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(")) as error:
        assembly_of(name).place(**values)
    assert "\n" not in str(error.value)


def test_names() -> None:
    assert {"block", "polygon", "box", "cylinder", "polyhedron"} <= set(names())
    with pytest.raises(InputError, match="must be one of"):
        assembly_of("blok")
