"""Arcs, circles and cones on the sphere of directions, for compiled code."""

import math

import numpy as np

from wayside.compiled import njit


@njit(error_model="numpy")
def dot(a, b):  # type: ignore[no-untyped-def]
    """Scalar product of two vectors."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@njit(error_model="numpy")
def cross(a, b, out):  # type: ignore[no-untyped-def]
    """Unit vector along ``a x b`` into ``out``; returns the length it had."""
    out[0] = a[1] * b[2] - a[2] * b[1]
    out[1] = a[2] * b[0] - a[0] * b[2]
    out[2] = a[0] * b[1] - a[1] * b[0]
    length = math.sqrt(out[0] ** 2 + out[1] ** 2 + out[2] ** 2)
    if length > 0.0:
        for i in range(3):
            out[i] /= length
    return length


@njit(error_model="numpy")
def unit_vector(sin_t, cos_t, phi, frame, out):  # type: ignore[no-untyped-def]
    """Direction of a polar angle and an azimuth in a frame whose rows are its axes."""
    x = sin_t * math.cos(phi)
    y = sin_t * math.sin(phi)
    for i in range(3):
        out[i] = x * frame[0, i] + y * frame[1, i] + cos_t * frame[2, i]


@njit(error_model="numpy")
def polar_angle(direction, frame):  # type: ignore[no-untyped-def]
    """Polar angle of a direction in a frame."""
    x = dot(direction, frame[0])
    y = dot(direction, frame[1])
    return math.atan2(math.sqrt(x * x + y * y), dot(direction, frame[2]))


@njit(error_model="numpy")
def arcs_between(corners, edges):  # type: ignore[no-untyped-def]
    """Edges as arcs of great circles.

    Returns
    -------
    normals
        Unit normals of their planes, shape (n, 3).
    inward
        Two vectors an arc: its points are those of the circle with positive products with both,
        shape (n, 2, 3).
    """
    normals = np.empty((len(edges), 3))
    inward = np.empty((len(edges), 2, 3))
    for e in range(len(edges)):
        start = corners[edges[e, 0]]
        stop = corners[edges[e, 1]]
        cross(start, stop, normals[e])
        cross(normals[e], start, inward[e, 0])
        cross(stop, normals[e], inward[e, 1])
    return normals, inward


@njit(error_model="numpy")
def on_arc(point, inward):  # type: ignore[no-untyped-def]
    """Whether a point of the great circle lies on an arc of it, or nearly so."""
    return dot(point, inward[0]) >= -1e-12 and dot(point, inward[1]) >= -1e-12


@njit(error_model="numpy")
def on_arc_at_level(inward, normal, cone, level, out):  # type: ignore[no-untyped-def]
    """Where an arc crosses a cone ``n . cone = level``: up to two unit vectors, and how many."""
    tilt = dot(normal, cone)
    along = np.empty(3)
    for i in range(3):
        along[i] = cone[i] - tilt * normal[i]
    length = math.sqrt(dot(along, along))
    if length <= abs(level):
        return 0
    for i in range(3):
        along[i] /= length
    across = np.empty(3)
    cross(normal, along, across)
    angle = math.acos(level / length)
    count = 0
    for sign in (1.0, -1.0):
        for i in range(3):
            out[count, i] = math.cos(angle) * along[i] + sign * math.sin(angle) * across[i]
        if on_arc(out[count], inward):
            count += 1
    return count


@njit(error_model="numpy")
def circle_about(axis, frame):  # type: ignore[no-untyped-def]
    """Azimuth of a circle's axis in a frame, and its components across and along the polar axis."""
    a = dot(axis, frame[0])
    b = dot(axis, frame[1])
    return math.atan2(b, a), math.sqrt(a * a + b * b), dot(axis, frame[2])


@njit(error_model="numpy")
def azimuths(circle, level, sin_t, cos_t):  # type: ignore[no-untyped-def]
    """Half the range of azimuth, about that of its axis, that a circle cuts out of a polar angle.

    ``circle`` from `circle_about`; negative if the circle ``n . axis = level`` does not meet it.
    """
    radius = sin_t * circle[1]
    rest = level - cos_t * circle[2]
    return math.acos(rest / radius) if radius > abs(rest) else -1.0
