"""Aim at a box: from the unit cube to a direction and a rapidity, with the exact density there.

The polar angle runs about the caustic's axis and is mapped so that the caustic becomes smooth, the
azimuth over the arcs within which rays meet the box, the rapidity over the segments of
the flight, mapped about their ridges. What is left varies gently over the cube,
and no ray misses. Derived in docs/theory, section "Events".
"""

import math
from typing import NamedTuple

import numpy as np

from wayside.acceptance.directions import polar_frame
from wayside.acceptance.sky import EDGE_ROWS, polar_cuts, poles_hit
from wayside.acceptance.sphere import arcs_between, azimuths, circle_about, on_arc, unit_vector
from wayside.compiled import njit
from wayside.detector.box import Box
from wayside.detector.rays import cross_box
from wayside.production.flight import Caustic, Flight
from wayside.production.spectrum import MAX_SEGMENTS, place
from wayside.typing import FloatArray

PLAIN, SINH, ROOT = 0, 1, 2
"""Maps of the polar angle: none, about a caustic of some width, about an inverse square root."""


class Aim(NamedTuple):
    """What the map needs of a flight, a box and a lifetime; for compiled code."""

    flight: Flight
    ctau: float
    """Proper decay length in m."""
    position: FloatArray
    size: FloatArray
    axes: FloatArray
    circles: FloatArray
    """Edges on the outline of the box as projected from the interaction point, from
    `wayside.acceptance.sphere.circle_about`."""
    inward: FloatArray
    """Ends of each edge on its circle, from ``arcs_between``."""
    frame: FloatArray
    """Rows: two axes across and the polar axis."""
    polar: tuple[int, float, float, float, float]
    """Map of the polar angle, and its low end, high end, centre and width."""


def aim_at(flight: Flight, box: Box, ctau: float) -> Aim:
    """Prepare the map for one detector.

    Parameters
    ----------
    flight
        Density of the excited states of one mass point at one collider.
    box
        Position, size and orientation of the detector.
    ctau
        Proper decay length in m, positive and finite.
    """
    axis = flight.polar_axis(box.centre)
    caustic = flight.caustic(axis)
    frame = polar_frame(axis, box.centre)
    normals, inward = arcs_between(box.corner_directions, EDGE_ROWS)
    hit = poles_hit(frame, box.position, box.size, box.axes, False)
    none = np.empty((0, 3)), np.empty((0, 2)), np.zeros(2)
    cuts, _, _ = polar_cuts(box.corner_directions, EDGE_ROWS, (normals, inward), *none, frame, hit)
    low, high = float(cuts[0]), float(cuts[-1])
    # An edge is on the outline if no corner lies beyond its plane.
    sides = normals @ box.corner_directions.T
    outline = np.all(sides > -1e-12, axis=1) | np.all(sides < 1e-12, axis=1)
    circles = np.array([circle_about(normal, frame) for normal in normals[outline]])
    inward = np.ascontiguousarray(inward[outline])
    polar = polar_map(caustic, low, high)
    return Aim(
        flight, ctau, box.position, box.size, box.axes, circles, inward, frame, polar,
    )  # fmt: skip


def polar_map(caustic: Caustic, low: float, high: float) -> tuple[int, float, float, float, float]:
    """Map of the polar angle between two ends: its kind, low end, high end, centre and width."""
    if caustic.width <= 0.0:
        return PLAIN, low, high, 0.0, 0.0
    if caustic.inverse_root:
        roots = [
            math.copysign(math.sqrt(abs(end - caustic.angle)), end - caustic.angle)
            for end in (low, high)
        ]
        return ROOT, roots[0], roots[1], caustic.angle, 0.0
    ends = [math.asinh((end - caustic.angle) / caustic.width) for end in (low, high)]
    return SINH, ends[0], ends[1], caustic.angle, caustic.width


@njit(error_model="numpy")
def polar_angle(polar, u):  # type: ignore[no-untyped-def]
    """Polar angle and its derivative."""
    kind, low, high, centre, width = polar
    s = low + (high - low) * u
    if kind == SINH:
        return centre + width * math.sinh(s), (high - low) * width * math.cosh(s)
    if kind == ROOT:
        return centre + s * abs(s), 2.0 * (high - low) * abs(s)
    return s, high - low


@njit(error_model="numpy")
def _azimuth(aim, theta, u, work, ray):  # type: ignore[no-untyped-def]
    """Ray at a fraction u of the arcs of a polar angle that meet the box; their length in rad."""
    sin_t = math.sin(theta)
    cos_t = math.cos(theta)
    crossings = 0
    for e in range(len(aim.circles)):
        half = azimuths(aim.circles[e], 0.0, sin_t, cos_t)
        if half < 0.0:
            continue
        for phi in (aim.circles[e, 0] - half, aim.circles[e, 0] + half):
            unit_vector(sin_t, cos_t, phi, aim.frame, ray)
            if on_arc(ray, aim.inward[e]):
                work[0, crossings] = phi
                crossings += 1
    if crossings == 0:
        unit_vector(sin_t, cos_t, 2.0 * math.pi * u, aim.frame, ray)
        near, far = cross_box(ray, aim.position, aim.size, aim.axes)
        return 2.0 * math.pi if far > near else 0.0
    for k in range(crossings):
        work[0, k] -= 2.0 * math.pi * math.floor(work[0, k] / (2.0 * math.pi))
    arcs = work[0, :crossings]
    arcs.sort()
    total = 0.0
    for k in range(crossings):
        right = arcs[k + 1] if k + 1 < crossings else arcs[0] + 2.0 * math.pi
        unit_vector(sin_t, cos_t, 0.5 * (arcs[k] + right), aim.frame, ray)
        near, far = cross_box(ray, aim.position, aim.size, aim.axes)
        work[1, k] = right - arcs[k] if far > near else 0.0
        total += work[1, k]
    rest = u * total
    phi = arcs[0]
    for k in range(crossings):
        if work[1, k] > 0.0:
            phi = arcs[k] + min(rest, work[1, k])
            if rest <= work[1, k]:
                break
            rest -= work[1, k]
    unit_vector(sin_t, cos_t, phi, aim.frame, ray)
    return total


@njit(error_model="numpy")
def fly(aim, u0, u1, u2, work, parts, ray):  # type: ignore[no-untyped-def]
    """Follow one point of the unit cube.

    Parameters
    ----------
    aim : Aim
        Map for one flight, box and lifetime.
    u0, u1, u2
        Coordinates of the point from 0 to 1: for the polar angle, the azimuth and the rapidity.
    work, parts
        Work space, shapes (2, 32) and (4, MAX_SEGMENTS).
    ray
        Array of shape (3,), to which the direction is written.

    Returns
    -------
    log_value
        Logarithm of the probability, per produced excited state and unit volume of the cube, to go
        there and to decay inside the box; -inf where there is none.
    rapidity, near, far
        Rapidity of the excited state, and distances at entry and exit in m.
    """
    theta, slope = polar_angle(aim.polar, u0)
    arc = _azimuth(aim, theta, u1, work, ray)
    if arc <= 0.0:
        return -np.inf, 0.0, 0.0, 0.0
    near, far = cross_box(ray, aim.position, aim.size, aim.axes)
    if far <= near:
        return -np.inf, 0.0, 0.0, 0.0
    rapidity, density = place(aim.flight, ray, u2, parts)
    value = density * slope * arc * math.sin(theta)
    if not value > 0.0:
        return -np.inf, 0.0, 0.0, 0.0
    length = aim.ctau * math.sinh(rapidity)
    inside = -math.expm1(-(far - near) / length)
    if not inside > 0.0:
        return -np.inf, 0.0, 0.0, 0.0
    return math.log(value) + math.log(inside) - near / length, rapidity, near, far


@njit(error_model="numpy")
def log_values(aim, points):  # type: ignore[no-untyped-def]
    """`fly` for many points of the unit cube, shape (n, 3): the logarithms alone."""
    out = np.empty(len(points))
    work = np.empty((2, 32))
    parts = np.empty((4, MAX_SEGMENTS))
    ray = np.empty(3)
    for i in range(len(points)):
        out[i] = fly(aim, points[i, 0], points[i, 1], points[i, 2], work, parts, ray)[0]
    return out
