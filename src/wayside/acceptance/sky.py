"""Quadrature over the directions in which a box is seen from the interaction point.

Polar coordinates about the caustic's axis. For one polar angle the box's edges cut the circle of
azimuths into arcs within which a ray enters and leaves through the same faces, so the path length
is analytic there; the polar angle is cut where a corner, a closest approach of an edge, or the
caustic lies. Square-root ends (a circle that touches an edge) vanish under a sine-squared map.
Derived in docs/theory, section "Over the face of a detector".
"""

import math
from functools import cache
from typing import Final, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from wayside.detector.box import EDGES, FRONT_EDGES, Box
from wayside.detector.rays import cross_box, cross_front

EDGE_ROWS: Final = np.array(EDGES)
FRONT_EDGE_ROWS: Final = np.array(FRONT_EDGES) // 2
"""The front corners are every other one."""


class Sky(NamedTuple):
    """Directions with solid-angle weights, and the paths of their rays."""

    directions: NDArray[np.float64]
    """Unit vectors, shape (n, 3)."""
    weights: NDArray[np.float64]
    """Solid angles in steradian, shape (n,)."""
    near: NDArray[np.float64]
    far: NDArray[np.float64]
    """Distances at entry and exit in m, shape (n,); equal on a face without depth."""
    rings: NDArray[np.intp]
    """Which directions share a polar angle, shape (n,): 0, 0, ..., 1, 1, ..."""


class Caustic(NamedTuple):
    """Cone about the polar axis where two ridges merge; ``width`` in radians, 0 for none."""

    angle: float
    width: float


@numba.njit(cache=True, error_model="numpy")
def _azimuths(normal, level, theta, frame, out, count):  # type: ignore[no-untyped-def]
    """Azimuths at which the circle of polar angle theta meets the cone ``n . normal = level``."""
    a = 0.0
    b = 0.0
    c = 0.0
    for i in range(3):
        a += normal[i] * frame[0, i]
        b += normal[i] * frame[1, i]
        c += normal[i] * frame[2, i]
    radius = math.sin(theta) * math.sqrt(a * a + b * b)
    rest = level - math.cos(theta) * c
    if radius <= abs(rest):
        return count
    middle = math.atan2(b, a)
    half = math.acos(rest / radius)
    out[count] = middle - half
    out[count + 1] = middle + half
    return count + 2


@numba.njit(cache=True, error_model="numpy")
def direction_at(theta, phi, frame, out):  # type: ignore[no-untyped-def]
    """Unit vector of polar angle and azimuth about the rows of ``frame``."""
    sine = math.sin(theta)
    x = sine * math.cos(phi)
    y = sine * math.sin(phi)
    z = math.cos(theta)
    for i in range(3):
        out[i] = x * frame[0, i] + y * frame[1, i] + z * frame[2, i]


@numba.njit(cache=True, error_model="numpy")
def _cross(a, b, out):  # type: ignore[no-untyped-def]
    out[0] = a[1] * b[2] - a[2] * b[1]
    out[1] = a[2] * b[0] - a[0] * b[2]
    out[2] = a[0] * b[1] - a[1] * b[0]
    length = math.sqrt(out[0] ** 2 + out[1] ** 2 + out[2] ** 2)
    if length > 0.0:
        for i in range(3):
            out[i] /= length
    return length


@numba.njit(cache=True, error_model="numpy")
def _dot(a, b):  # type: ignore[no-untyped-def]
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@numba.njit(cache=True, error_model="numpy")
def on_arc(point, start, stop, normal):  # type: ignore[no-untyped-def]
    """Whether a point of the great circle lies between two others (or nearly so)."""
    work = np.empty(3)
    work[0] = start[1] * point[2] - start[2] * point[1]
    work[1] = start[2] * point[0] - start[0] * point[2]
    work[2] = start[0] * point[1] - start[1] * point[0]
    first = _dot(work, normal)
    work[0] = point[1] * stop[2] - point[2] * stop[1]
    work[1] = point[2] * stop[0] - point[0] * stop[2]
    work[2] = point[0] * stop[1] - point[1] * stop[0]
    return first >= -1e-12 and _dot(work, normal) >= -1e-12


@numba.njit(cache=True, error_model="numpy")
def _polar(direction, frame):  # type: ignore[no-untyped-def]
    x = _dot(direction, frame[0])
    y = _dot(direction, frame[1])
    return math.atan2(math.sqrt(x * x + y * y), _dot(direction, frame[2]))


@numba.njit(cache=True, error_model="numpy")
def _on_edge_at_level(start, stop, normal, cone, level, out):  # type: ignore[no-untyped-def]
    """Where an edge crosses a cone: up to two unit vectors, and how many."""
    tilt = _dot(normal, cone)
    along = np.empty(3)
    for i in range(3):
        along[i] = cone[i] - tilt * normal[i]
    length = math.sqrt(_dot(along, along))
    if length <= abs(level):
        return 0
    for i in range(3):
        along[i] /= length
    across = np.empty(3)
    _cross(normal, along, across)
    angle = math.acos(level / length)
    count = 0
    for sign in (1.0, -1.0):
        for i in range(3):
            out[count, i] = math.cos(angle) * along[i] + sign * math.sin(angle) * across[i]
        if on_arc(out[count], start, stop, normal):
            count += 1
    return count


@numba.njit(cache=True, error_model="numpy")
def polar_cuts(corners, edges, normals, cones, levels, caustic, frame, hit):  # type: ignore[no-untyped-def]
    """Polar angles between which the arcs change analytically, sorted, and which are on a cone."""
    room = 3 + len(corners) + 2 * len(edges) + len(levels) * (2 + 2 * len(edges))
    cuts = np.empty(room)
    rough = np.zeros(room, dtype=np.bool_)
    count = 0
    for k in range(len(corners)):
        cuts[count] = _polar(corners[k], frame)
        count += 1
    work = np.empty(3)
    for e in range(len(edges)):
        tilt = _dot(normals[e], frame[2])
        for sign in (1.0, -1.0):
            for i in range(3):
                work[i] = sign * (frame[2, i] - tilt * normals[e, i])
            length = math.sqrt(_dot(work, work))
            if length < 1e-12:
                continue
            for i in range(3):
                work[i] /= length
            if on_arc(work, corners[edges[e, 0]], corners[edges[e, 1]], normals[e]):
                cuts[count] = _polar(work, frame)
                count += 1
    for k in range(2):
        if hit[k]:
            cuts[count] = k * math.pi
            count += 1
    low = np.min(cuts[:count])
    high = np.max(cuts[:count])
    points = np.empty((2, 3))
    for c in range(len(levels)):
        between = _polar(cones[c], frame)
        opening = math.acos(levels[c])
        for angle in (between - opening, between + opening):
            folded = abs(angle)
            if folded > math.pi:
                folded = 2.0 * math.pi - folded
            if low < folded < high:
                cuts[count] = folded
                rough[count] = True
                count += 1
        for e in range(len(edges)):
            found = _on_edge_at_level(
                corners[edges[e, 0]], corners[edges[e, 1]], normals[e], cones[c], levels[c], points
            )
            for k in range(found):
                cuts[count] = _polar(points[k], frame)
                rough[count] = True
                count += 1
    if caustic[1] > 0.0 and low < caustic[0] < high:
        cuts[count] = caustic[0]
        count += 1
    order = np.argsort(cuts[:count])
    return cuts[order], rough[order]


@numba.njit(cache=True, error_model="numpy")
def edge_crossings(theta, corners, edges, normals, frame, out):  # type: ignore[no-untyped-def]
    """Azimuths at which the circle of polar angle theta meets edges; how many."""
    ray = np.empty(3)
    found = 0
    for e in range(len(edges)):
        before = found
        found = _azimuths(normals[e], 0.0, theta, frame, out, found)
        kept = before
        for k in range(before, found):
            direction_at(theta, out[k], frame, ray)
            if on_arc(ray, corners[edges[e, 0]], corners[edges[e, 1]], normals[e]):
                out[kept] = out[k]
                kept += 1
        found = kept
    return found


@numba.njit(cache=True, error_model="numpy")
def edge_normals(corners, edges):  # type: ignore[no-untyped-def]
    """Unit normals of the planes through the interaction point and an edge, shape (edges, 3)."""
    normals = np.empty((len(edges), 3))
    for e in range(len(edges)):
        _cross(corners[edges[e, 0]], corners[edges[e, 1]], normals[e])
    return normals


@numba.njit(cache=True, error_model="numpy")
def poles_hit(frame, position, size, axes, face):  # type: ignore[no-untyped-def]
    """Whether rays along the polar axis, and against it, meet the box (or its front face)."""
    hit = np.zeros(2, dtype=np.bool_)
    for k in range(2):
        toward = frame[2] * (1.0 - 2.0 * k)
        near, far = cross_box(toward, position, size, axes)
        hit[k] = far > near if not face else cross_front(toward, position, size, axes) > 0.0
    return hit


@numba.njit(cache=True, error_model="numpy")
def _survey(  # type: ignore[no-untyped-def]
    corners,
    edges,
    cones,
    levels,
    caustic,
    frame,
    position,
    size,
    axes,
    face,
    smooth_t,
    smooth_p,
    rough_t,
    rough_p,
):
    normals = edge_normals(corners, edges)
    hit = poles_hit(frame, position, size, axes, face)
    cuts, rough = polar_cuts(corners, edges, normals, cones, levels, caustic, frame, hit)

    arcs_most = 2 * (len(edges) + len(levels)) + 4
    room = len(cuts) * smooth_t.shape[1] * 8 * smooth_p.shape[1]
    directions = np.empty((room, 3))
    values = np.empty((3, room))
    rings = np.empty(room, dtype=np.intp)
    count = 0
    ring = 0
    azimuths = np.empty(arcs_most + 1)
    ray = np.empty(3)
    quarter = 0.5 * math.pi
    for panel in range(len(cuts) - 1):
        start = cuts[panel]
        stop = cuts[panel + 1]
        if stop - start < 1e-13:
            continue
        mapped = caustic[1] > 0.0
        if mapped:
            start = math.asinh((start - caustic[0]) / caustic[1])
            stop = math.asinh((stop - caustic[0]) / caustic[1])
        nodes_t = rough_t if rough[panel] or rough[panel + 1] else smooth_t
        for t in range(nodes_t.shape[1]):
            theta = start + (stop - start) * nodes_t[0, t]
            weight_t = (stop - start) * nodes_t[1, t]
            if mapped:
                weight_t *= caustic[1] * math.cosh(theta)
                theta = caustic[0] + caustic[1] * math.sinh(theta)
            weight_t *= math.sin(theta)

            found = edge_crossings(theta, corners, edges, normals, frame, azimuths)
            edges_found = found
            for c in range(len(levels)):
                found = _azimuths(cones[c], levels[c], theta, frame, azimuths, found)
            cones_found = found
            if edges_found == 0:
                for k in range(4):
                    azimuths[found] = -math.pi + quarter * k
                    found += 1
            for k in range(found):
                azimuths[k] -= 2.0 * math.pi * math.floor((azimuths[k] + math.pi) / (2 * math.pi))
            order = np.argsort(azimuths[:found])
            arcs = azimuths[order]
            any_ray = False
            for k in range(found):
                left = arcs[k]
                right = arcs[k + 1] if k + 1 < found else arcs[0] + 2.0 * math.pi
                if right - left < 1e-14:
                    continue
                direction_at(theta, 0.5 * (left + right), frame, ray)
                if face:
                    if cross_front(ray, position, size, axes) == 0.0:
                        continue
                else:
                    near, far = cross_box(ray, position, size, axes)
                    if far <= near:
                        continue
                after = order[(k + 1) % found]
                on_cone = edges_found <= order[k] < cones_found or (
                    edges_found <= after < cones_found
                )
                nodes_p = rough_p if on_cone else smooth_p
                if count + nodes_p.shape[1] > room:
                    extra = room + nodes_p.shape[1]
                    directions = np.concatenate((directions, np.empty((extra, 3))))
                    values = np.concatenate((values, np.empty((3, extra))), axis=1)
                    rings = np.concatenate((rings, np.empty(extra, dtype=np.intp)))
                    room += extra
                any_ray = True
                for p in range(nodes_p.shape[1]):
                    phi = left + (right - left) * nodes_p[0, p]
                    direction_at(theta, phi, frame, ray)
                    if face:
                        # On the plane even where rounding puts a node outside the edge.
                        along = _dot(axes[2], ray)
                        near = _dot(axes[2], position) / along
                        far = near
                    else:
                        near, far = cross_box(ray, position, size, axes)
                    directions[count] = ray
                    values[0, count] = weight_t * (right - left) * nodes_p[1, p]
                    if far < near or near == 0.0:
                        # Rounding put it past an edge: there is no path, and no distance either.
                        values[0, count] = 0.0
                        far = near
                    values[1, count] = near
                    values[2, count] = far
                    rings[count] = ring
                    count += 1
            if any_ray:
                ring += 1
    return directions[:count], values[:, :count], rings[:count]


def survey(
    box: Box,
    axis: NDArray[np.float64],
    caustic: Caustic,
    cones: NDArray[np.float64],
    *,
    face: bool,
    nodes_polar: int,
    nodes_azimuth: int,
) -> Sky:
    """Directions and weights whose sum integrates over the solid angle of a box.

    Parameters
    ----------
    box
        The detector.
    axis
        Polar axis, a unit vector of shape (3,).
    caustic
        Polar angle at which the integrand is nearly singular.
    cones
        Further cones where it is not smooth: rows of axis (3) and cosine of the opening angle,
        shape (n, 4).
    face
        Integrate over the front face instead of the volume.
    nodes_polar, nodes_azimuth
        Gauss-Legendre nodes per cut of the polar angle and per arc.
    """
    directions, values, rings = _survey(
        np.ascontiguousarray(box.outline[::2]) if face else box.outline,
        FRONT_EDGE_ROWS if face else EDGE_ROWS,
        np.ascontiguousarray(cones[:, :3]),
        np.ascontiguousarray(cones[:, 3]),
        np.array([caustic.angle, caustic.width]),
        polar_frame(axis, box.centre),
        box.position,
        box.size,
        box.axes,
        face,
        sine_squared(nodes_polar),
        _even(nodes_azimuth),
        _tanh_sinh(3 * nodes_polar),
        _tanh_sinh(6 * nodes_azimuth),
    )
    return Sky(directions, values[0], values[1], values[2], rings)


@cache
def gauss_legendre(n: int) -> NDArray[np.float64]:
    """Nodes and weights of Gauss-Legendre quadrature on [-1, 1], shape (2, n)."""
    return np.stack(np.polynomial.legendre.leggauss(n))


@cache
def _even(n: int) -> NDArray[np.float64]:
    """Gauss-Legendre on [0, 1]."""
    return np.asarray(0.5 * (gauss_legendre(n) + np.array([[1.0], [0.0]])))


@cache
def sine_squared(n: int) -> NDArray[np.float64]:
    """Gauss-Legendre on [0, 1] under a sine-squared map, which removes square roots at the ends."""
    nodes, weights = gauss_legendre(n)
    angle = 0.25 * np.pi * (1.0 + nodes)
    return np.stack([np.sin(angle) ** 2, 0.25 * np.pi * weights * np.sin(2.0 * angle)])


@cache
def _tanh_sinh(n: int) -> NDArray[np.float64]:
    """Double-exponential quadrature on [0, 1]: resolves any integrable singularity at the ends."""
    t, step = np.linspace(-3.1, 3.1, n, retstep=True)
    bend = 0.5 * np.pi * np.sinh(t)
    nodes = 1.0 / (1.0 + np.exp(-2.0 * bend))
    weights = step * 0.25 * np.pi * np.cosh(t) / np.cosh(bend) ** 2
    return np.stack([nodes, weights])


def polar_frame(axis: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows: two axes across and the polar axis; azimuth 0 points at the centre of the box."""
    across = centre - (centre @ axis) * axis
    length = math.sqrt(across @ across)
    if length < 1e-9 * math.sqrt(centre @ centre):
        across = np.eye(3)[int(np.argmin(np.abs(axis)))]
        across = across - (across @ axis) * axis
        length = math.sqrt(across @ across)
    frame = np.empty((3, 3))
    frame[0] = across / length
    _cross(axis, frame[0], frame[1])
    frame[2] = axis
    return frame
