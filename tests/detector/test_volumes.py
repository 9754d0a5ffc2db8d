"""All registered shapes pass the conformance suite, a flawed one does not; marched rays."""

import dataclasses
import math

import numpy as np
import pytest
from reference.shells import inside_shell, march

from wayside.detector import shapes
from wayside.detector.box import Box
from wayside.detector.cylinder import CylinderShell
from wayside.detector.outline import Outline
from wayside.detector.polyhedron import Polyhedron
from wayside.errors import InputError
from wayside.testing import VOLUME_CHECKS, check_volume

DEG = math.pi / 180.0

SHELLS = {
    "drift chamber": {
        "inner_radius": 0.16, "outer_radius": 1.13, "z_min": -0.75, "z_max": 1.59,
        "theta_min": 17 * DEG, "theta_max": 150 * DEG,
    },
    "full around the origin": {"outer_radius": 1.1, "z_min": -0.7, "z_max": 1.6},
    "tilted barrel": {
        "inner_radius": 0.5, "outer_radius": 1.0, "z_min": -1.0, "z_max": 2.0,
        "axis": (0.3, 0.2, 1.0),
    },
    "forward ring": {"inner_radius": 0.5, "outer_radius": 1.0, "z_min": 2.0, "z_max": 3.0},
    "beside": {"outer_radius": 1.0, "z_min": -1.0, "z_max": 2.0, "position": (2.0, 0.5, 1.0)},
    "beside, tilted, with a hole": {
        "inner_radius": 0.6, "outer_radius": 1.0, "z_min": -1.0, "z_max": 2.0,
        "position": (2.0, 0.5, 1.0), "axis": (1.0, 2.0, -1.0),
    },
    "origin in the wall": {
        "inner_radius": 0.3, "outer_radius": 1.0, "z_min": -1.0, "z_max": 2.0,
        "position": (0.6, 0.1, 0.2), "axis": (0.2, 0.1, 1.0),
    },
}  # fmt: skip

VOLUMES = {
    "box": Box.place([1.0, 0.2, 3.0], [0.8, 0.6, 1.3], (-0.2, 0.1, -1.0), 0.3),
    "wedge": Polyhedron.place(
        corners=[(0, 0, 3), (1, 0, 3), (0, 1, 3.2), (0.1, 0, 4), (1, 0.2, 4), (0, 1, 4.1)]
    ),
    **{name: CylinderShell.place(**keys) for name, keys in SHELLS.items()},
}


def test_every_shape_is_checked():
    kinds = {type(volume) for volume in VOLUMES.values()}
    made = {shape.place.__self__ for shape in shapes.BUILTIN.values()}
    assert kinds == made


@pytest.mark.parametrize("check", VOLUME_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", VOLUMES)
def test_conformance(name, check):
    check(VOLUMES[name])


@pytest.mark.parametrize("name", SHELLS)
def test_rays_against_marching(name):
    keys = SHELLS[name]
    volume = VOLUMES[name]
    conditions = {
        "position": keys.get("position", (0.0, 0.0, 0.0)),
        "axis": keys.get("axis", (0.0, 0.0, 1.0)),
        "radii": (keys.get("inner_radius", 0.0), keys["outer_radius"]),
        "ends": (keys["z_min"], keys["z_max"]),
        "angles": (keys.get("theta_min", 0.0), keys.get("theta_max", math.pi)),
    }
    rng = np.random.default_rng(6)
    rays = volume.sample(40, rng)
    rays = np.concatenate([rays, rng.normal(size=(20, 3))])
    rays /= np.linalg.norm(rays, axis=1)[:, None]
    near, far = volume.crossings(rays)
    for ray, a, b in zip(rays, near, far, strict=True):
        expected = march(lambda points: inside_shell(points, **conditions), ray, 6.0)
        found = [(x, y) for x, y in zip(a, b, strict=True) if y - x > 2 * 6.0 / 4000]
        assert len(found) <= len(expected)
        long = [piece for piece in expected if piece[1] - piece[0] > 2 * 6.0 / 4000]
        assert np.array(found) == pytest.approx(np.array(long), abs=1e-9)


def test_a_box_as_polyhedron_is_the_box():
    box = VOLUMES["box"]
    same = Polyhedron.place(corners=box.corners.tolist())
    rays = np.random.default_rng(7).normal(size=(500, 3)) + 2.0 * box.centre
    rays /= np.linalg.norm(rays, axis=1)[:, None]
    assert same.crossings(rays).far == pytest.approx(
        np.where(box.crossings(rays).hit[:, None], box.crossings(rays).far, 0.0), abs=1e-12
    )
    assert len(same.outline.segments) == 12
    assert same.volume == pytest.approx(box.volume)
    assert same.nearest == pytest.approx(box.nearest)


@dataclasses.dataclass(frozen=True, eq=False)
class Flawed(CylinderShell):
    """A shell whose outline leaves out its rims."""

    @property
    def outline(self):
        return Outline.of(circles=super().outline.circles[:1])


def test_a_flaw_is_found():
    shell = VOLUMES["forward ring"]
    axis = np.array([0.1, 0.0, 1.0]) / math.sqrt(1.01)
    flawed = Flawed(shell.position, axis, shell.radii, shell.ends)
    with pytest.raises(AssertionError):
        check_volume(flawed)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inner_radius": 2.0}, "inner_radius = 2"),
        ({"z_min": 5.0}, "z_min = 5"),
        ({"axis": "up"}, "axis = "),
        ({"axis": (0, 0, 0)}, "axis = "),
        ({"theta_min": 2.0, "theta_max": 1.0}, "theta_min = 2"),
        ({"theta_min": 1.0, "position": (1.0, 0.0, 0.0)}, "only for an axis through"),
        ({"theta_min": 3.1, "theta_max": 3.13}, "nothing of the shell"),
        ({"position": (1.0, 0.0, 0.0)}, "lies on that surface"),
        ({"z_max": math.nan}, "z_max = nan"),
    ],
)
def test_refusals(changes, words):
    keys = {"inner_radius": 0.5, "outer_radius": 1.0, "z_min": 2.0, "z_max": 3.0}
    with pytest.raises(InputError, match=words):
        CylinderShell.place(**{**keys, **changes})


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 1)],
        [(-1, -1, -1), (1, 0, 0), (0, 1, 0), (0, 0, 1)],
        [(0, 0, 1), (1, 0, 1), (0, 1, math.inf), (1, 1, 2)],
    ],
)
def test_no_polyhedron(corners):
    with pytest.raises(InputError, match="corners"):
        Polyhedron.place(corners=corners)


def test_unknown_shape():
    with pytest.raises(InputError, match='shape = "sphere": must be one of box, cylinder'):
        shapes.shape_of("sphere")
