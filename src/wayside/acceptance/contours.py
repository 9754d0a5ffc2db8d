"""Quadrature over the directions of any volume, from the curves of its outline.

Polar coordinates about the caustic's axis. Along the arcs of azimuth of `wayside.acceptance.arcs`
the path of a ray is analytic but for square roots at the ends; the polar angle is cut where curves
end, cross or turn, and where the density is not smooth. Derived in docs/theory, section "Any other
shape".
"""

import math
from typing import NamedTuple

import numpy as np

from wayside.acceptance.arcs import (
    LONGEST,
    ROUGH,
    SMOOTH,
    SOFT,
    Arcs,
    Pieces,
    arcs_at,
    pieces,
    polar_angles,
)
from wayside.acceptance.directions import Sky, polar_frame
from wayside.acceptance.quadrature import even, sine_squared, tanh_sinh
from wayside.detector.outline import Outline, meet
from wayside.detector.volume import Crossings, Volume
from wayside.production.flight import Caustic
from wayside.typing import BoolArray, FloatArray, IndexArray

_NARROW = 1e-13
"""Radians; narrower panels and arcs hold nothing."""


class Cuts(NamedTuple):
    """Polar angles between which the integral over the azimuth is analytic, rising."""

    theta: FloatArray
    rough: BoolArray
    """Whether it needs no more than to be integrable there."""


def polar_cuts(
    volume: "Volume | HalfSky",
    frame: FloatArray,
    shape: Pieces,
    rough: Pieces,
    crossings: FloatArray,
) -> Cuts:
    """Where the polar angle has to be cut.

    Parameters
    ----------
    volume
        The detector.
    frame
        Rows: two axes across and the polar axis.
    shape, rough
        Pieces of the curves of its outline, and of those at which the density is not smooth.
    crossings
        Directions in which curves of the two kinds cross, shape (n, 3).
    """
    outline = volume.outline
    poles = np.flatnonzero(volume.crossings(np.stack([frame[2], -frame[2]])).hit) * np.pi
    corners = polar_angles(outline.corners @ frame.T)
    theta = np.concatenate([shape.theta.ravel(), shape.levels, corners, poles])
    if not len(theta):
        return Cuts(theta, np.zeros(0, dtype=np.bool_))
    more = np.concatenate([rough.theta.ravel(), rough.levels, polar_angles(crossings @ frame.T)])
    more = more[(more > theta.min()) & (more < theta.max())]
    marks = np.concatenate([np.zeros(len(theta), dtype=np.bool_), np.ones(len(more), np.bool_)])
    theta = np.concatenate([theta, more])
    order = np.argsort(theta, kind="stable")
    theta, marks = theta[order], marks[order]
    parts = np.ceil(np.diff(theta) / LONGEST - 1e-9).astype(np.intp)
    for k in np.flatnonzero(parts > 1)[::-1]:
        inner = np.linspace(theta[k], theta[k + 1], parts[k] + 1)[1:-1]
        theta = np.insert(theta, k + 1, inner)
        marks = np.insert(marks, k + 1, np.zeros(len(inner), dtype=np.bool_))
    return Cuts(theta, marks)


class _Polar(NamedTuple):
    """Nodes in polar angle."""

    theta: FloatArray
    weight: FloatArray


def _polar_nodes(cuts: Cuts, caustic: Caustic, nodes: int) -> _Polar:
    """Nodes between cuts, under a map that makes the caustic smooth."""
    mapped = caustic.width > 0.0
    ends = np.arcsinh((cuts.theta - caustic.angle) / caustic.width) if mapped else cuts.theta
    theta, weight = [np.empty(0)], [np.empty(0)]
    for k in np.flatnonzero(np.diff(cuts.theta) > _NARROW):
        rule = tanh_sinh(3 * nodes) if cuts.rough[k : k + 2].any() else sine_squared(nodes)
        step = ends[k + 1] - ends[k]
        theta.append(ends[k] + step * rule[0])
        weight.append(step * rule[1])
    angle, solid = np.concatenate(theta), np.concatenate(weight)
    if mapped:
        solid = solid * caustic.width * np.cosh(angle)
        angle = caustic.angle + caustic.width * np.sinh(angle)
    return _Polar(angle, solid * np.sin(angle))


def rays_at(frame: FloatArray, theta: FloatArray, phi: FloatArray) -> FloatArray:
    """Unit vectors in the laboratory of angles in the polar frame, shape (n, 3)."""
    sine = np.sin(theta)
    local = np.stack([sine * np.cos(phi), sine * np.sin(phi), np.cos(theta)], axis=-1)
    return np.asarray(local @ frame)


def survey_contours(
    volume: "Volume | HalfSky",
    axis: FloatArray,
    caustic: Caustic,
    cones: FloatArray,
    *,
    face: bool,
    nodes_polar: int,
    nodes_azimuth: int,
) -> Sky:
    """`wayside.acceptance.survey.survey` for any volume; ``face`` means to cross it at all."""
    frame = polar_frame(axis, volume.centre)
    outline, others = volume.outline, _cones(cones)
    shape = pieces(outline, frame)
    rough = pieces(others, frame, rough=True)
    crossings = np.concatenate([meet(outline, others), meet(others, others)])
    cuts = polar_cuts(volume, frame, shape, rough, crossings)
    if caustic.width > 0.0 and len(cuts.theta) and cuts.theta[0] < caustic.angle < cuts.theta[-1]:
        place = int(np.searchsorted(cuts.theta, caustic.angle))
        cuts = Cuts(
            np.insert(cuts.theta, place, caustic.angle), np.insert(cuts.rough, place, False)
        )
    polar = _polar_nodes(cuts, caustic, nodes_polar)
    both = Pieces(*(np.concatenate(pair) for pair in zip(shape, rough, strict=True)))
    arcs = arcs_at(both, polar.theta)
    middle = rays_at(frame, polar.theta[arcs.ring], 0.5 * (arcs.left + arcs.right))
    hit = volume.crossings(middle).hit
    arcs = Arcs(arcs.ring[hit], arcs.left[hit], arcs.right[hit], arcs.kind[hit])
    parts = []
    rules = even(nodes_azimuth), sine_squared(nodes_azimuth), tanh_sinh(6 * nodes_azimuth)
    for kind, rule in zip((SMOOTH, SOFT, ROUGH), rules, strict=True):
        chosen = np.flatnonzero(arcs.kind == kind)
        length = (arcs.right - arcs.left)[chosen, None]
        phi = arcs.left[chosen, None] + length * rule[0]
        number = np.repeat(chosen, rule.shape[1])
        parts.append((number, phi.ravel(), (length * rule[1]).ravel()))
    number, phi, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(number, kind="stable")
    ring = arcs.ring[number[order]]
    directions = rays_at(frame, polar.theta[ring], phi[order])
    weight = weight[order] * polar.weight[ring]
    near, far = volume.crossings(directions)
    inside = far > near
    if face:
        inside &= np.cumsum(inside, axis=1) == 1
    ray, piece = np.nonzero(inside)
    return Sky(
        np.ascontiguousarray(directions[ray]),
        weight[ray],
        near[ray, piece],
        far[ray, piece],
        _counted(ring[ray]),
        _counted(ray),
    )


class HalfSky:
    """A volume of which only the rays on one side of a plane through the origin count.

    Parameters
    ----------
    volume
        The detector.
    normal
        Unit vector into the half that counts, shape (3,).
    """

    def __init__(self, volume: Volume, normal: FloatArray) -> None:
        self._volume, self._normal = volume, normal
        self.centre = volume.centre
        across = np.eye(3)[int(np.argmin(np.abs(normal)))]
        across = across - (across @ normal) * normal
        across = across / np.linalg.norm(across)
        border = np.stack([np.zeros(3), across, np.cross(normal, across)])
        outline = volume.outline
        self.outline = Outline(
            outline.segments,
            np.concatenate([outline.circles, border[None]]),
            np.append(outline.soft, False),
        )

    def crossings(self, directions: FloatArray) -> Crossings:
        """Entries and exits along rays; none on the other side."""
        near, far = self._volume.crossings(directions)
        here = (directions @ self._normal > 0.0)[:, None]
        return Crossings(np.where(here, near, 0.0), np.where(here, far, 0.0))


def _counted(values: IndexArray) -> IndexArray:
    """Runs of equal numbers as 0, 0, ..., 1, 1, ..."""
    return np.asarray(np.cumsum(np.diff(values, prepend=values[:1]) != 0), dtype=np.intp)


def _cones(cones: FloatArray) -> Outline:
    """Cones about axes through the origin as circles on the unit sphere.

    Those that have closed to a direction, to the last digit, are left out.
    """
    cones = cones[np.abs(cones[:, 3]) < 1.0]
    circles = np.empty((len(cones), 3, 3))
    for row, circle in zip(cones, circles, strict=True):
        across = np.eye(3)[int(np.argmin(np.abs(row[:3])))]
        across = across - (across @ row[:3]) * row[:3]
        across /= np.linalg.norm(across)
        radius = math.sqrt(max(0.0, 1.0 - row[3] ** 2))
        circle[0] = row[3] * row[:3]
        circle[1] = radius * across
        circle[2] = radius * np.cross(row[:3], across)
    return Outline.of(circles=circles)
