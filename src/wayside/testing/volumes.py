"""A conformance suite for detector volumes, Wayside's own and those of others.

Each check has a second route: points along rays, points drawn evenly, integrals over the surface,
integrals over directions. All random numbers are seeded, and statistical tolerances are five
standard deviations.

Examples
--------
In a test of one's own package::

    import pytest
    from my_package import Sphere
    from wayside.testing import VOLUME_CHECKS

    @pytest.mark.parametrize("check", VOLUME_CHECKS, ids=lambda check: check.__name__)
    def test_sphere(check):
        check(Sphere.place(position=(0.0, 0.0, 5.0), radius=1.0))

or, all at once:

>>> from wayside import Box
>>> from wayside.testing import check_volume
>>> check_volume(Box.place([1.0, 0.0, 7.0], [0.2, 0.3, 1.32]))
"""

import itertools
import math
from collections.abc import Callable
from typing import Final

import numpy as np

from wayside.acceptance.directions import Sky
from wayside.acceptance.survey import survey
from wayside.detector.volume import Volume
from wayside.production.flight import NO_CAUSTIC
from wayside.typing import FloatArray

__all__ = ["VOLUME_CHECKS", "check_volume"]

Check = Callable[[Volume], None]

_POINTS: Final = 20_000
_RAYS: Final = 300
_ORDER: Final = 16
"""Points of each face along each of its dimensions."""

_CLOSE: Final = 1e-6
"""Relative accuracy of integrals over directions."""


def _require(condition: object, text: str) -> None:
    if not condition:
        raise AssertionError(text)


def _toward(volume: Volume, n: int, seed: int) -> FloatArray:
    """Unit vectors, half of them to points in the volume and half near them."""
    rng = np.random.default_rng(seed)
    rays = volume.sample(n, rng)
    rays /= np.linalg.norm(rays, axis=1)[:, None]
    rays[::2] += 0.3 * rng.normal(size=rays[::2].shape)
    return np.asarray(rays / np.linalg.norm(rays, axis=1)[:, None])


def crossings_agree_with_points(volume: Volume) -> None:
    """Along rays, points between entry and exit are in the volume, and no others."""
    rng = np.random.default_rng(2)
    rays = _toward(volume, _RAYS, 1)
    near, far = volume.crossings(rays)
    _require(near.shape == far.shape and len(near) == len(rays), "crossings: shapes must be (n, k)")
    _require(np.all(far >= near) and np.all(near >= 0.0), "crossings: 0 <= near <= far")
    hit = np.any(far > near, axis=1)
    _require(np.all(hit[1::2]), "crossings: a ray to a point in the volume must hit it")
    reach = 1.2 * float(far.max())
    for ray, entries, exits in zip(rays, near, far, strict=True):
        distance = rng.uniform(0.0, reach, 200)
        pieces = [(a, b) for a, b in zip(entries, exits, strict=True) if b > a]
        _require(
            all(first[1] <= second[0] for first, second in itertools.pairwise(pieces)),
            f"crossings: pieces {pieces} must be in order and apart",
        )
        expected = np.zeros(len(distance), dtype=np.bool_)
        unclear = np.zeros(len(distance), dtype=np.bool_)
        for start, stop in pieces:
            expected |= (distance > start) & (distance < stop)
            for end in (start, stop):
                unclear |= np.abs(distance - end) < 1e-9 * reach
        computed = volume.contains(distance[:, None] * ray)
        _require(
            np.all((computed == expected) | unclear),
            f"contains and crossings disagree along the ray {ray.tolist()}",
        )


def points_are_drawn_evenly(volume: Volume) -> None:
    """Drawn points lie inside, with the means that surface integrals give."""
    points = volume.sample(_POINTS, np.random.default_rng(3))
    _require(points.shape == (_POINTS, 3), "sample: must have shape (n, 3)")
    _require(np.all(volume.contains(points)), "sample: points must lie in the volume")
    # The divergence of (x^2 / 2) e_x is x, that of (x^3 / 3) e_x is x^2.
    for axis in range(3):
        for power in (1, 2):
            total = 0.0
            for face in volume.faces:
                at, normals, areas = face.patches(_ORDER)
                total += float(areas @ (normals[:, axis] * at[:, axis] ** (power + 1)))
            mean = total / (power + 1) / volume.volume
            values = points[:, axis] ** power
            error = 5.0 * float(values.std()) / math.sqrt(_POINTS) + 1e-9
            _require(
                abs(values.mean() - mean) <= error,
                f"sample: mean of x{axis}^{power} is {values.mean():g}, by the surface {mean:g}",
            )


def faces_close(volume: Volume) -> None:
    """The vectors of the faces add up to nothing, and their flux of x/3 is the volume."""
    area, flux, total = np.zeros(3), 0.0, 0.0
    for face in volume.faces:
        at, normals, areas = face.patches(_ORDER)
        lengths = np.linalg.norm(normals, axis=1)
        _require(np.allclose(lengths, 1.0, rtol=0.0, atol=1e-9), "patches: normals have length 1")
        _require(math.isclose(areas.sum(), face.area, rel_tol=1e-9), "patches: areas must add up")
        area += areas @ normals
        flux += float(areas @ np.sum(at * normals, axis=1)) / 3.0
        total += face.area
    _require(np.all(np.abs(area) <= 1e-9 * total), f"faces: sum of normal times area is {area}")
    _require(
        math.isclose(flux, volume.volume, rel_tol=1e-8),
        f"volume = {volume.volume:.12g}, but {flux:.12g} by its faces",
    )


def _sky(volume: Volume) -> Sky:
    axis = np.array([0.36, -0.48, 0.8])
    return survey(
        volume, axis, NO_CAUSTIC, np.empty((0, 5)), face=False, nodes_polar=44, nodes_azimuth=14
    )


def outline_makes_directions_converge(volume: Volume) -> None:
    """The volume is the integral over directions of (far^3 - near^3) / 3, to a millionth."""
    sky = _sky(volume)
    computed = float(sky.weights @ (sky.far**3 - sky.near**3)) / 3.0
    _require(
        math.isclose(computed, volume.volume, rel_tol=_CLOSE),
        f"volume = {volume.volume:.12g}, but {computed:.12g} over directions: does the outline have"
        " all edges and silhouettes?",
    )


def solid_angle_agrees_with_rays(volume: Volume) -> None:
    """The solid angle is the fraction of random rays around it that hit."""
    sky = _sky(volume)
    # Each ray once, however many pieces of it are inside.
    solid = float(sky.weights[np.diff(sky.rays, prepend=-1) != 0].sum())
    _require(0.0 < solid < 4.0 * math.pi * (1.0 + _CLOSE), f"solid angle = {solid:g}")
    centre = np.sum(sky.weights[:, None] * sky.directions, axis=0)
    centre = centre / np.linalg.norm(centre)
    least = max(-1.0, float(np.min(sky.directions @ centre)) - 0.02)
    rng = np.random.default_rng(4)
    cosine, phi = rng.uniform(least, 1.0, _POINTS), rng.uniform(0.0, 2.0 * math.pi, _POINTS)
    across = np.eye(3)[int(np.argmin(np.abs(centre)))]
    first = np.cross(centre, across)
    first /= np.linalg.norm(first)
    second = np.cross(centre, first)
    sine = np.sqrt(1.0 - cosine**2)
    rays = (
        (sine * np.cos(phi))[:, None] * first
        + (sine * np.sin(phi))[:, None] * second
        + cosine[:, None] * centre
    )
    fraction = float(np.mean(volume.crossings(rays).hit))
    cap = 2.0 * math.pi * (1.0 - least)
    error = 5.0 * math.sqrt(max(fraction * (1.0 - fraction), 1.0 / _POINTS) / _POINTS)
    _require(
        abs(solid / cap - fraction) <= error,
        f"solid angle = {solid:g} sr, but {cap * fraction:g} by rays",
    )


def nearest_point_is_nearest(volume: Volume) -> None:
    """No ray enters before the nearest point, and some do soon after it."""
    sky = _sky(volume)
    least = float(sky.near.min())
    size = float(sky.far.max())
    _require(least >= volume.nearest - 1e-9 * size, f"nearest = {volume.nearest:g} > {least:g}")
    _require(
        least <= volume.nearest + 0.01 * size, f"nearest = {volume.nearest:g}, by rays {least:g}"
    )
    inside = bool(volume.contains(np.zeros(3)))
    _require(inside == (volume.nearest == 0.0), "nearest is 0 where the origin is inside alone")


def lines_lie_on_the_volume(volume: Volume) -> None:
    """A drawing has lines in space, none nearer than the volume or beyond it."""
    size = float(_sky(volume).far.max())
    lines = volume.drawing()
    _require(len(lines) > 0, "drawing: must have lines")
    for line in lines:
        _require(line.ndim == 2 and line.shape[1] == 3, "drawing: lines must have shape (n, 3)")
        distance = np.linalg.norm(line, axis=1)
        _require(
            np.all((distance >= volume.nearest - 1e-9 * size) & (distance <= 1.1 * size)),
            "drawing: lines must lie on the volume",
        )


VOLUME_CHECKS: Final[tuple[Check, ...]] = (
    crossings_agree_with_points,
    points_are_drawn_evenly,
    faces_close,
    outline_makes_directions_converge,
    solid_angle_agrees_with_rays,
    nearest_point_is_nearest,
    lines_lie_on_the_volume,
)
"""All checks, each a function of a volume."""


def check_volume(volume: Volume) -> None:
    """Run all checks on a volume.

    Parameters
    ----------
    volume
        What a `wayside.detector.volume.Shape` makes.

    Raises
    ------
    AssertionError
        With one line that says what is wrong.
    """
    for check in VOLUME_CHECKS:
        check(volume)
