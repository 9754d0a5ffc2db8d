"""Quadrature over the directions of a box from the interaction point.

The special case of `wayside.acceptance.contours` in which every curve is a great circle and every
ray has one piece, which saves time.

Polar coordinates about the caustic's axis. For one polar angle the box's edges cut the circle of
azimuths into arcs within which a ray enters and leaves through the same faces, so the path length
is analytic there; the polar angle is cut where a corner, a closest approach of an edge, or the
caustic lies. Square-root ends (a circle that touches an edge) vanish under a sine-squared map.
Derived in docs/theory, section "Over the face of a detector".
"""

import math
from typing import Final, NamedTuple

import numpy as np

from wayside.acceptance.azimuth import (
    MOST_PARTS,
    PLAIN,
    azimuth_at,
    azimuth_rule,
    azimuth_rules,
    divided,
)
from wayside.acceptance.directions import PARALLEL, Sky, polar_frame
from wayside.acceptance.polar import ALL, polar_nodes, polar_rules
from wayside.acceptance.quadrature import even, tanh_sinh
from wayside.acceptance.sphere import (
    arcs_between,
    azimuths,
    circle_about,
    dot,
    on_arc,
    on_arc_at_level,
    polar_angle,
    unit_vector,
)
from wayside.compiled import njit, order_short
from wayside.detector.box import EDGES, FRONT_EDGES, Box
from wayside.detector.rays import cross_box, cross_front
from wayside.production.flight import Caustic
from wayside.typing import BoolArray, FloatArray, IndexArray, IntArray

EDGE_ROWS: Final = np.array(EDGES)
FRONT_EDGE_ROWS: Final = np.array(FRONT_EDGES) // 2
"""The front corners are every other one."""

_ON_MIRROR: Final = 1e-9
"""Radians, or parts of an arc: what is nearer to the mirror plane is on it."""


class _Target(NamedTuple):
    """A box, or its front face, as the compiled loops want it."""

    corners: FloatArray
    """Unit vectors toward the corners, shape (n, 3)."""
    edges: IntArray
    """Numbers of the corners at both ends of each edge, shape (m, 2)."""
    position: FloatArray
    size: FloatArray
    axes: FloatArray
    face: bool


class _Peaks(NamedTuple):
    """Where the density is not smooth."""

    cones: FloatArray
    """Axes of cones, shape (n, 3)."""
    limits: FloatArray
    """Cosine of the opening of each cone and the width of its peak, shape (n, 2)."""
    caustic: FloatArray
    """Angle and width of the caustic about the polar axis."""


class _Rules(NamedTuple):
    """Rules on the unit interval."""

    polar: tuple[FloatArray, ...]
    rough: FloatArray
    """In polar angle next to a cone; of length 0 for the others."""
    azimuth: tuple[FloatArray, ...]
    crowded: bool
    """From `wayside.acceptance.survey.is_crowded`."""
    chosen: BoolArray
    """Which panels, of length 0 for all."""
    halved: bool
    """Whether directions count for their mirror images as well, at azimuths of other sign."""


@njit(error_model="numpy")
def polar_cuts(corners, edges, arcs, cones, limits, caustic, frame, hit):  # type: ignore[no-untyped-def]
    """Polar angles between which the arcs change analytically, sorted.

    Also which are on a cone, and the width of the peak of a cone that turns there.
    """
    normals, inward = arcs
    room = 3 + len(corners) + 2 * len(edges) + len(limits) * (2 + 2 * len(edges))
    cuts = np.empty(room)
    rough = np.zeros(room, dtype=np.bool_)
    widths = np.zeros(room)
    count = 0
    for k in range(len(corners)):
        cuts[count] = polar_angle(corners[k], frame)
        count += 1
    work = np.empty(3)
    for e in range(len(edges)):
        tilt = dot(normals[e], frame[2])
        for sign in (1.0, -1.0):
            for i in range(3):
                work[i] = sign * (frame[2, i] - tilt * normals[e, i])
            length = math.sqrt(dot(work, work))
            if length < 1e-12:
                continue
            for i in range(3):
                work[i] /= length
            if on_arc(work, inward[e]):
                cuts[count] = polar_angle(work, frame)
                count += 1
    for k in range(2):
        if hit[k]:
            cuts[count] = k * math.pi
            count += 1
    low = cuts[0]
    high = cuts[0]
    for k in range(1, count):
        low = min(low, cuts[k])
        high = max(high, cuts[k])
    points = np.empty((2, 3))
    for c in range(len(limits)):
        between = polar_angle(cones[c], frame)
        opening = math.acos(limits[c, 0])
        for angle in (between - opening, between + opening):
            folded = abs(angle)
            if folded > math.pi:
                folded = 2.0 * math.pi - folded
            if low < folded < high:
                cuts[count] = folded
                rough[count] = True
                widths[count] = limits[c, 1]
                count += 1
        for e in range(len(edges)):
            number = on_arc_at_level(inward[e], normals[e], cones[c], limits[c, 0], points)
            for k in range(number):
                cuts[count] = polar_angle(points[k], frame)
                rough[count] = True
                count += 1
    if caustic[1] > 0.0 and low < caustic[0] < high:
        cuts[count] = caustic[0]
        count += 1
    order = np.empty(count, dtype=np.intp)
    order_short(cuts, order, count)
    sorted_cuts = np.empty(count)
    sorted_rough = np.empty(count, dtype=np.bool_)
    sorted_widths = np.empty(count)
    for k in range(count):
        sorted_cuts[k] = cuts[order[k]]
        sorted_rough[k] = rough[order[k]]
        sorted_widths[k] = widths[order[k]]
    return sorted_cuts, sorted_rough, sorted_widths


@njit(error_model="numpy")
def _sort_ends(ends, on_cone, count):  # type: ignore[no-untyped-def]
    """Azimuths into [-pi, pi) and in order, with what each of them is."""
    for k in range(count):
        ends[k] -= 2.0 * math.pi * math.floor((ends[k] + math.pi) / (2.0 * math.pi))
    for i in range(1, count):
        end = ends[i]
        cone = on_cone[i]
        j = i
        while j > 0 and ends[j - 1] > end:
            ends[j] = ends[j - 1]
            on_cone[j] = on_cone[j - 1]
            j -= 1
        ends[j] = end
        on_cone[j] = cone


@njit(error_model="numpy")
def _arc_ends(circles, inward, limits, sin_t, cos_t, frame, ends, on_cone):  # type: ignore[no-untyped-def]
    """Azimuths at which the arcs of one polar angle begin and end, sorted, and how many."""
    ray = np.empty(3)
    count = 0
    for e in range(len(inward)):
        half = azimuths(circles[e], 0.0, sin_t, cos_t)
        if half < 0.0:
            continue
        for phi in (circles[e, 0] - half, circles[e, 0] + half):
            unit_vector(sin_t, cos_t, phi, frame, ray)
            if on_arc(ray, inward[e]):
                ends[count] = phi
                on_cone[count] = False
                count += 1
    none = count == 0
    for c in range(len(limits)):
        circle = circles[len(inward) + c]
        half = azimuths(circle, limits[c, 0], sin_t, cos_t)
        if half < 0.0:
            continue
        for phi in (circle[0] - half, circle[0] + half):
            ends[count] = phi
            on_cone[count] = True
            count += 1
    if none:
        # The whole circle of azimuths, in quarters.
        for k in range(4):
            ends[count] = 0.5 * math.pi * k
            on_cone[count] = False
            count += 1
    _sort_ends(ends, on_cone, count)
    return count


@njit(error_model="numpy")
def poles_hit(frame, position, size, axes, face):  # type: ignore[no-untyped-def]
    """Whether rays along the polar axis, and against it, meet the box (or its front face)."""
    hit = np.zeros(2, dtype=np.bool_)
    for k in range(2):
        toward = frame[2] * (1.0 - 2.0 * k)
        near, far = cross_box(toward, position, size, axes)
        hit[k] = far > near if not face else cross_front(toward, position, size, axes) > 0.0
    return hit


@njit(error_model="numpy")
def _side(left, right):  # type: ignore[no-untyped-def]
    """Side of the mirror plane on which an arc lies, -1 or 1; 0 for one that it divides."""
    middle = 0.5 * (left + right)
    middle -= 2.0 * math.pi * math.floor((middle + math.pi) / (2.0 * math.pi))
    if min(abs(middle), math.pi - abs(middle)) < _ON_MIRROR:
        return 0
    return 1 if middle > 0.0 else -1


@njit(error_model="numpy")
def _with_room(found, count, room):  # type: ignore[no-untyped-def]
    """Copies of directions, values, rings and panels that have more room."""
    directions = np.empty((room, 3))
    values = np.empty((3, room))
    rings = np.empty(room, dtype=np.intp)
    panels = np.empty(room, dtype=np.intp)
    for row in range(count):
        for i in range(3):
            directions[row, i] = found[0][row, i]
            values[i, row] = found[1][i, row]
        rings[row] = found[2][row]
        panels[row] = found[3][row]
    return directions, values, rings, panels


@njit(error_model="numpy")
def _survey(target, peaks, frame, rules):  # type: ignore[no-untyped-def]
    """Directions; weights, entries and exits; numbers of the polar angle and panel of each."""
    corners, edges, position, size, axes, face = target
    cones, limits, caustic = peaks
    arcs = arcs_between(corners, edges)
    inward = arcs[1]
    circles = np.empty((len(edges) + len(limits), 3))
    for e in range(len(circles)):
        normal = arcs[0][e] if e < len(edges) else cones[e - len(edges)]
        circle = circle_about(normal, frame)
        for i in range(3):
            circles[e, i] = circle[i]

    hit = poles_hit(frame, position, size, axes, face)
    cuts, rough, widths = polar_cuts(corners, edges, arcs, cones, limits, caustic, frame, hit)
    polar, panel_of = polar_nodes(
        cuts, rough, widths, caustic, rules.polar, rules.rough, rules.chosen
    )

    room = polar.shape[1] * 4 * rules.azimuth[0].shape[1]
    directions = np.empty((room, 3))
    values = np.empty((3, room))
    rings = np.empty(room, dtype=np.intp)
    panels = np.empty(room, dtype=np.intp)
    count = 0
    ring = 0
    ends = np.empty(2 * len(circles) + 4)
    on_cone = np.empty(len(ends), dtype=np.bool_)
    parts = np.empty((5, MOST_PARTS))
    ray = np.empty(3)
    for t in range(polar.shape[1]):
        sin_t = math.sin(polar[0, t])
        cos_t = math.cos(polar[0, t])
        weight_t = polar[1, t] * sin_t
        number = _arc_ends(circles, inward, limits, sin_t, cos_t, frame, ends, on_cone)
        any_ray = False
        for k in range(number):
            after = (k + 1) % number
            left = ends[k]
            right = ends[after] + (2.0 * math.pi if after == 0 else 0.0)
            if right - left < 1e-14:
                continue
            side = _side(left, right) if rules.halved else 1
            if side < 0:
                continue
            unit_vector(sin_t, cos_t, 0.5 * (left + right), frame, ray)
            if face:
                if cross_front(ray, position, size, axes) == 0.0:
                    continue
            else:
                near, far = cross_box(ray, position, size, axes)
                if far <= near:
                    continue
            any_ray = True
            pieces = divided(left, right, sin_t, cos_t, circles[len(edges) :], limits, parts)
            if side == 0 and (pieces > 1 or parts[2, 0] != PLAIN):
                # Maps need not be even about the mirror plane.
                side = 1
                left = 0.5 * (left + right)
                pieces = divided(left, right, sin_t, cos_t, circles[len(edges) :], limits, parts)
            for piece in range(pieces):
                nodes_p = azimuth_rule(parts[:, piece], rules.azimuth, rules.crowded)
                if count + nodes_p.shape[1] > room:
                    room = 2 * room + nodes_p.shape[1]
                    found = (directions, values, rings, panels)
                    directions, values, rings, panels = _with_room(found, count, room)
                for p in range(nodes_p.shape[1]):
                    times = 2.0 if rules.halved else 1.0
                    if side == 0:
                        beyond = nodes_p[0, p] - 0.5
                        if beyond < -_ON_MIRROR:
                            continue
                        times = 2.0 if beyond > _ON_MIRROR else 1.0
                    phi, slope = azimuth_at(nodes_p[0, p], parts[:, piece])
                    unit_vector(sin_t, cos_t, phi, frame, ray)
                    for i in range(3):
                        directions[count, i] = ray[i]
                    if face:
                        # On the plane even where rounding puts a node outside the edge.
                        near = dot(axes[2], position) / dot(axes[2], ray)
                        far = near
                    else:
                        near, far = cross_box(ray, position, size, axes)
                        if near == 0.0:
                            continue  # parallel to a face that rounding puts it past
                        far = max(far, near)
                    values[0, count] = times * weight_t * slope * nodes_p[1, p]
                    values[1, count] = near
                    values[2, count] = far
                    rings[count] = ring
                    panels[count] = panel_of[t]
                    count += 1
        if any_ray:
            ring += 1
    return directions[:count], values[:, :count], rings[:count], panels[:count]


def box_panels(
    box: Box,
    axis: FloatArray,
    caustic: Caustic,
    cones: FloatArray,
    *,
    face: bool,
    nodes_polar: int,
    nodes_azimuth: int,
    crowded: bool = False,
    chosen: BoolArray = ALL,
    halved: bool = False,
) -> tuple[Sky, IndexArray]:
    """`survey_box` over some panels, intervals between two cuts of the polar angle.

    Parameters
    ----------
    box, axis, caustic, cones, face, nodes_polar, nodes_azimuth
        As of `wayside.acceptance.survey.survey`.
    crowded
        From `wayside.acceptance.survey.is_crowded`.
    chosen
        Which panels, shape (n,); of length 0 for all.
    halved
        Whether directions count for their mirror images in the plane through polar axis and centre.

    Returns
    -------
    sky
        Directions in these panels.
    panels
        Numbers of their panels, of the same length; the same ones for any number of nodes.
    """
    rings = bool(np.all(np.abs(cones[:, :3] @ axis) > 1.0 - PARALLEL))
    target = _Target(
        np.ascontiguousarray(box.corner_directions[::2]) if face else box.corner_directions,
        FRONT_EDGE_ROWS if face else EDGE_ROWS,
        box.position,
        box.size,
        box.axes,
        face,
    )
    peaks = _Peaks(
        np.ascontiguousarray(cones[:, :3]),
        np.ascontiguousarray(cones[:, 3:]),
        np.array([caustic.angle, caustic.width]),
    )
    rules = _Rules(
        polar_rules(nodes_polar),
        # Where cones are rings there is no azimuth in which to resolve them.
        tanh_sinh(3 * nodes_polar) if rings else np.empty((2, 0)),
        azimuth_rules(even, nodes_azimuth),
        crowded,
        chosen,
        halved,
    )
    frame = polar_frame(axis, box.centre)
    directions, values, ring_of, panels = _survey(target, peaks, frame, rules)
    rays = np.arange(len(ring_of), dtype=np.intp)
    return Sky(directions, values[0], values[1], values[2], ring_of, rays), panels


def survey_box(
    box: Box,
    axis: FloatArray,
    caustic: Caustic,
    cones: FloatArray,
    *,
    face: bool,
    nodes_polar: int,
    nodes_azimuth: int,
) -> Sky:
    """`wayside.acceptance.survey.survey` for a box; ``face`` means its front face."""
    return box_panels(
        box, axis, caustic, cones,
        face=face, nodes_polar=nodes_polar, nodes_azimuth=nodes_azimuth,
    )[0]  # fmt: skip
