"""Where a box ends up: axes, corners, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayside.detector.box import CORNERS, EDGES, FRONT_EDGES, Box
from wayside.errors import InputError

SIZE = [0.2, 0.3, 1.32]


def test_facing_the_interaction_point():
    box = Box.place([1.0, 0.0, 7.0], SIZE)
    outward = np.array([1.0, 0.0, 7.0]) / math.sqrt(50)
    assert box.axes[2] == pytest.approx(outward)
    # The first dimension is radial: in the plane of beam axis and position, away from the axis.
    assert box.axes[0] == pytest.approx(np.array([7.0, 0.0, -1.0]) / math.sqrt(50))
    assert box.axes[1] == pytest.approx([0.0, 1.0, 0.0])
    assert box.centre == pytest.approx(np.array([1.0, 0.0, 7.0]) + 0.66 * outward)
    assert box.volume == pytest.approx(0.2 * 0.3 * 1.32)


@pytest.mark.parametrize(("z", "sign"), [(7.0, 1.0), (-7.0, -1.0)])
def test_facing_along_the_beam(z, sign):
    box = Box.place([0.0, 1.4, z], SIZE, "beam")
    assert box.axes[2] == pytest.approx([0.0, 0.0, sign])
    assert box.axes[0] == pytest.approx([0.0, 1.0, 0.0])
    low, high = box.corners.min(axis=0), box.corners.max(axis=0)
    assert high - low == pytest.approx([0.3, 0.2, 1.32])
    # The front face is the one nearer to the interaction point.
    assert np.abs(box.corners[:, 2]).min() == pytest.approx(7.0)
    assert low[1] == pytest.approx(1.3)


def test_facing_a_direction():
    box = Box.place([3.0, 0.0, 0.0], SIZE, (0.0, 0.0, -2.0))
    # The front face looks toward -z, so the depth runs toward +z.
    assert box.axes[2] == pytest.approx([0.0, 0.0, 1.0])
    assert box.axes[0] == pytest.approx([1.0, 0.0, 0.0])


@pytest.mark.parametrize("azimuth", [0.0, 0.5, math.pi / 2, 2.0, -1.0])
def test_at_ninety_degrees_the_first_dimension_lies_along_the_beam(azimuth):
    """Whatever the azimuth: the arrangement turns about the beam axis as a whole."""
    box = Box.place([4 * math.cos(azimuth), 4 * math.sin(azimuth), 0.0], SIZE)
    assert np.abs(box.axes[0]) == pytest.approx([0.0, 0.0, 1.0], abs=1e-12)


@pytest.mark.parametrize("facing", ["ip", "beam"])
def test_on_the_beam_axis_the_first_dimension_lies_along_x(facing):
    box = Box.place([0.0, 0.0, 5.0], SIZE, facing)
    assert box.axes[0] == pytest.approx([1.0, 0.0, 0.0])


@pytest.mark.parametrize("facing", ["ip", "beam"])
def test_turning_position_about_the_beam_turns_the_box(facing):
    angle = 0.7
    turn = np.array(
        [
            [math.cos(angle), -math.sin(angle), 0],
            [math.sin(angle), math.cos(angle), 0],
            [0, 0, 1],
        ]
    )
    one = Box.place([1.0, 0.2, 3.0], SIZE, facing)
    other = Box.place(turn @ [1.0, 0.2, 3.0], SIZE, facing)
    assert other.corners == pytest.approx(one.corners @ turn.T, abs=1e-12)


def test_roll_turns_the_face():
    plain, rolled = Box.place([1.0, 0, 7.0], SIZE), Box.place([1.0, 0, 7.0], SIZE, roll=math.pi / 2)
    assert rolled.axes[0] == pytest.approx(plain.axes[1], abs=1e-15)
    assert rolled.axes[2] == pytest.approx(plain.axes[2])
    small = Box.place([1.0, 0, 7.0], SIZE, roll=0.1)
    assert math.acos(small.axes[0] @ plain.axes[0]) == pytest.approx(0.1)


finite = st.floats(-10, 10)
vectors = st.tuples(finite, finite, finite).filter(lambda v: np.linalg.norm(v) > 0.5)


@settings(max_examples=100, deadline=None)
@given(vectors, st.one_of(st.just("ip"), vectors), st.floats(-4, 4))
def test_axes_are_a_right_handed_rotation(position, facing, roll):
    box = Box.place(position, [0.1, 0.2, 0.3], facing, roll)
    assert box.axes @ box.axes.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(box.axes) == pytest.approx(1.0)
    front = box.corners[::2]
    assert front.mean(axis=0) == pytest.approx(box.position, abs=1e-12)
    lengths = sorted(
        {round(float(np.linalg.norm(box.corners[i] - box.corners[j])), 9) for i, j in EDGES}
    )
    assert lengths == pytest.approx([0.1, 0.2, 0.3])
    inside = box.position + np.array([0.4, -0.4, 0.9]) * box.size @ box.axes
    outside = box.position + np.array([0.4, -0.6, 0.9]) * box.size @ box.axes
    before = box.position + np.array([0.0, 0.0, -0.1]) * box.size @ box.axes
    assert box.contains(inside)
    assert not box.contains(outside)
    assert not box.contains(before)


def test_edges():
    assert len(EDGES) == 12
    assert len(FRONT_EDGES) == 4
    assert {CORNERS[i][2] for edge in FRONT_EDGES for i in edge} == {0.0}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0, 0, -0.5], [1, 1, 1], (0, 0, -1)), "contains the interaction point"),
        (([0.5, 0, -0.5], [1, 1, 1], (0, 0, -1)), "contains the interaction point"),
        (([0, 0, 0], [1, 1, 1], (0, 0, -1)), "contains the interaction point"),
        (([0, 0, 0], [1, 1, 1]), "no direction"),
        (([1, 0, 0], [1, 1, 1], "beam"), "no direction"),
        (([1, 0, 0], [1, 1, 1], (0, 0, 0)), "no direction"),
        (([1, 0, 0], [1, -1, 1]), "size"),
        (([1, 0, 0], [1, 0, 1]), "size"),
        (([1, math.nan, 0], [1, 1, 1]), "position"),
        (([1, 0], [1, 1, 1]), "position"),
        (([1, 0, 0], [1, math.inf, 1]), "size"),
        (([1, 0, 0], [1, 1, 1], "up"), "facing"),
        (([1, 0, 0], [1, 1, 1], "ip", math.nan), "roll"),
    ],
)
def test_refusals(arguments, words):
    with pytest.raises(InputError, match=words):
        Box.place(*arguments)


def test_a_box_beside_the_interaction_point_is_fine():
    assert Box.place([0.51, 0.0, -0.5], [1, 1, 1], (0, 0, -1)).volume == pytest.approx(1.0)


def test_nearest_point_against_many_points() -> None:
    rng = np.random.default_rng(5)
    for position in ((1.0, 0.3, 3.0), (0.1, 0.0, 4.0), (3.0, -2.0, 0.2)):
        box = Box.place(position, (0.8, 2.6, 1.0), (0.2, 0.1, -1.0))
        inside = rng.uniform(-0.5, 0.5, (200_000, 3))
        inside[:, 2] += 0.5
        points = box.position + (inside * box.size) @ box.axes
        found = np.linalg.norm(points, axis=1).min()
        # The nearest of many lies a few times the cube root of volume over number away.
        assert box.nearest <= found <= box.nearest + 0.06
