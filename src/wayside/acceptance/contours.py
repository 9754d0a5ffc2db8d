"""Quadrature over the directions of any volume, from the curves of its outline.

Polar coordinates about the caustic's axis. Along the arcs of azimuth of `wayside.acceptance.arcs`
the path of a ray is analytic but for square roots at the ends; the polar angle is cut where curves
end, cross or turn, and where the density is not smooth. Derived in docs/theory, section "Any other
shape".
"""

import math
from typing import NamedTuple

import numpy as np

from wayside.acceptance.arcs import LONGEST, Arcs, Pieces, arcs_at, joined, pieces, polar_angles
from wayside.acceptance.azimuth import (
    MOST_PARTS,
    azimuth_at,
    azimuth_rule,
    azimuth_rules,
    divided,
)
from wayside.acceptance.directions import PARALLEL, Sky, polar_frame
from wayside.acceptance.polar import ALL, polar_nodes, polar_rules
from wayside.acceptance.quadrature import even, sine_squared, tanh_sinh
from wayside.acceptance.sphere import circle_about
from wayside.compiled import copy_columns, copy_rows, njit
from wayside.detector.outline import Outline, meet
from wayside.detector.volume import Crossings, Volume
from wayside.production.flight import Caustic
from wayside.typing import BoolArray, FloatArray, IndexArray


class Cuts(NamedTuple):
    """Polar angles between which the integral over the azimuth is analytic, rising."""

    theta: FloatArray
    rough: BoolArray
    """Whether a cone turns there or meets a curve."""
    width: FloatArray
    """Width in radians of the peak of a cone that turns there, 0 for none."""

    def inserted(self, place: int, theta: FloatArray | float) -> "Cuts":
        """With further polar angles before ``place``, at which there is no cone."""
        return Cuts(
            np.insert(self.theta, place, theta),
            np.insert(self.rough, place, np.zeros(np.size(theta), dtype=np.bool_)),
            np.insert(self.width, place, np.zeros(np.size(theta))),
        )


def polar_cuts(
    volume: "Volume | HalfSky",
    frame: FloatArray,
    shape: Pieces,
    cones: FloatArray,
    crossings: FloatArray,
) -> Cuts:
    """Where the polar angle has to be cut.

    Parameters
    ----------
    volume
        The detector.
    frame
        Rows: two axes across and the polar axis.
    shape
        Pieces of the curves of its outline.
    cones
        Cones at which the density is not smooth, rows of `wayside.production.flight.Flight.edges`,
        shape (n, 5).
    crossings
        Directions in which cones cross curves of the outline or each other, shape (n, 3).
    """
    outline = volume.outline
    poles = np.flatnonzero(volume.crossings(np.stack([frame[2], -frame[2]])).hit) * np.pi
    corners = polar_angles(outline.corners @ frame.T)
    curves = np.concatenate([shape.theta.ravel(), shape.levels, corners, poles])
    if not len(curves):
        return Cuts(curves, np.zeros(0, dtype=np.bool_), curves)
    between, opening = polar_angles(cones[:, :3] @ frame.T), np.arccos(cones[:, 3])
    turns = np.concatenate([np.abs(between - opening), between + opening])
    turns = np.minimum(turns, 2.0 * math.pi - turns)
    met = polar_angles(crossings @ frame.T)
    theta = np.concatenate([curves, turns, met])
    width = np.concatenate([np.zeros(len(curves)), cones[:, 4], cones[:, 4], np.zeros(len(met))])
    order = np.argsort(theta, kind="stable")
    order = order[(theta[order] >= curves.min()) & (theta[order] <= curves.max())]
    cuts = Cuts(theta[order], order >= len(curves), width[order])
    parts = np.ceil(np.diff(cuts.theta) / LONGEST - 1e-9).astype(np.intp)
    for k in np.flatnonzero(parts > 1)[::-1]:
        inner = np.linspace(cuts.theta[k], cuts.theta[k + 1], parts[k] + 1)[1:-1]
        cuts = cuts.inserted(k + 1, inner)
    return cuts


def rays_at(frame: FloatArray, theta: FloatArray, phi: FloatArray) -> FloatArray:
    """Unit vectors in the laboratory of angles in the polar frame, shape (n, 3)."""
    sine = np.sin(theta)
    local = np.stack([sine * np.cos(phi), sine * np.sin(phi), np.cos(theta)], axis=-1)
    return np.asarray(local @ frame)


@njit(error_model="numpy")
def _azimuth_nodes(arcs, thetas, circles, limits, rules, soft_rules):  # type: ignore[no-untyped-def]
    """Number of the polar angle, azimuth and weight of the nodes of all arcs."""
    room = 4 * len(arcs.ring) * soft_rules[0].shape[1]
    ring = np.empty(room, dtype=np.intp)
    values = np.empty((2, room))
    parts = np.empty((5, MOST_PARTS))
    count = 0
    for k in range(len(arcs.ring)):
        theta = thetas[arcs.ring[k]]
        number = divided(
            arcs.left[k], arcs.right[k], math.sin(theta), math.cos(theta), circles, limits, parts
        )
        for i in range(number):
            part = parts[:, i]
            soft = (i == 0 and arcs.soft[k, 0]) or (i == number - 1 and arcs.soft[k, 1])
            rule = azimuth_rule(part, soft_rules if soft else rules, False)
            if count + rule.shape[1] > room:
                room = 2 * room + rule.shape[1]
                longer = np.empty(room, dtype=np.intp)
                copy_rows(ring, longer, count)
                ring = longer
                wider = np.empty((2, room))
                copy_columns(values, wider, 0, count)
                values = wider
            for node in range(rule.shape[1]):
                phi, slope = azimuth_at(rule[0, node], part)
                ring[count] = arcs.ring[k]
                values[0, count] = phi
                values[1, count] = slope * rule[1, node]
                count += 1
    return ring[:count], values[0, :count], values[1, :count]


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
    # Those that have closed to a direction, to the last digit, are left out.
    cones = cones[np.abs(cones[:, 3]) < 1.0]
    outline, others = volume.outline, _cones(cones)
    shape, edges = pieces(outline, frame), pieces(others, frame)
    crossings = np.concatenate([meet(outline, others), meet(others, others)])
    cuts = polar_cuts(volume, frame, shape, cones, crossings)
    if caustic.width > 0.0 and len(cuts.theta) and cuts.theta[0] < caustic.angle < cuts.theta[-1]:
        cuts = cuts.inserted(int(np.searchsorted(cuts.theta, caustic.angle)), caustic.angle)
    # Where cones are rings there is no azimuth in which to resolve them.
    rings = bool(np.all(np.abs(cones[:, :3] @ axis) > 1.0 - PARALLEL))
    (theta, weight_t), _ = polar_nodes(
        *cuts,
        np.array([caustic.angle, caustic.width]),
        polar_rules(nodes_polar),
        tanh_sinh(3 * nodes_polar) if rings else np.empty((2, 0)),
        ALL,
    )
    arcs = arcs_at(joined(shape, edges), theta)
    middle = rays_at(frame, theta[arcs.ring], 0.5 * (arcs.left + arcs.right))
    hit = volume.crossings(middle).hit
    arcs = Arcs(arcs.ring[hit], arcs.left[hit], arcs.right[hit], arcs.soft[hit])
    ring, phi, weight = _azimuth_nodes(
        arcs,
        theta,
        np.array([circle_about(row[:3], frame) for row in cones]).reshape(-1, 3),
        np.ascontiguousarray(cones[:, 3:]),
        azimuth_rules(even, nodes_azimuth),
        azimuth_rules(sine_squared, nodes_azimuth),
    )
    directions = rays_at(frame, theta[ring], phi)
    weight = weight * (weight_t * np.sin(theta))[ring]
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
        on_side = (directions @ self._normal > 0.0)[:, None]
        return Crossings(np.where(on_side, near, 0.0), np.where(on_side, far, 0.0))


def _counted(values: IndexArray) -> IndexArray:
    """Runs of equal numbers as 0, 0, ..., 1, 1, ..."""
    return np.asarray(np.cumsum(np.diff(values, prepend=values[:1]) != 0), dtype=np.intp)


def _cones(cones: FloatArray) -> Outline:
    """Cones about axes through the origin as circles on the unit sphere."""
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
