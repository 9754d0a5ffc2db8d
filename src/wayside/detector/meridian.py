"""Bodies that a convex polygon sweeps when it is turned about an axis: volume and random points.

The polygon lies in the half-plane of radius and height. It is divided into triangles, each of which
sweeps its area times the way of its centroid (Pappus).
"""

import math

import numpy as np

from wayside.typing import FloatArray


class SolidOfRevolution:
    """What a convex polygon sweeps.

    Parameters
    ----------
    corners
        Radius and height of the corners in m, in order around it, shape (n, 2).

    Examples
    --------
    A cylinder of radius 1 m and height 2 m:

    >>> solid = SolidOfRevolution(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0], [0.0, 2.0]]))
    >>> round(solid.volume, 4)
    6.2832
    """

    def __init__(self, corners: FloatArray) -> None:
        rows = [[corners[0], corners[k], corners[k + 1]] for k in range(1, len(corners) - 1)]
        self._triangles = np.array(rows)
        a, b, c = np.moveaxis(self._triangles, 1, 0)
        u, v = b - a, c - a
        areas = 0.5 * np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
        self._volumes = np.asarray(2.0 * math.pi * areas * self._triangles[:, :, 0].mean(axis=1))

    @property
    def volume(self) -> float:
        """Volume in m^3."""
        return float(self._volumes.sum())

    def sample(self, n: int, rng: np.random.Generator) -> FloatArray:
        """Draw radius and height of points even over the volume, shape (n, 2), in m."""
        which = rng.choice(len(self._volumes), size=n, p=self._volumes / self._volumes.sum())
        triangles = self._triangles[which]
        # The density goes with the radius, a sum over corners: one of them is chosen, and counts
        # double in the Dirichlet distribution of the weights.
        radii = triangles[:, :, 0]
        chosen = rng.random(n)[:, None] * radii.sum(axis=1, keepdims=True) > np.cumsum(
            radii, axis=1
        )
        weights = rng.standard_exponential((n, 3))
        weights[np.arange(n), chosen.sum(axis=1)] += rng.standard_exponential(n)
        weights /= weights.sum(axis=1, keepdims=True)
        return np.asarray(np.einsum("nk,nki->ni", weights, triangles))


def clipped(corners: FloatArray, beyond: FloatArray) -> FloatArray:
    """Part of a convex polygon where a linear function is not negative.

    Parameters
    ----------
    corners
        Corners of the polygon in order, shape (n, 2).
    beyond
        Values of the function there, shape (n,).

    Returns
    -------
    array
        Corners of the part, shape (m, 2); m = 0 where nothing is left.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> clipped(square, square[:, 0] - 0.5)[:, 0].min().item()
    0.5
    """
    kept = []
    for k in range(len(corners)):
        after = (k + 1) % len(corners)
        if beyond[k] >= 0.0:
            kept.append(corners[k])
        if beyond[k] * beyond[after] < 0.0:
            fraction = beyond[k] / (beyond[k] - beyond[after])
            kept.append(corners[k] + fraction * (corners[after] - corners[k]))
    return np.array(kept).reshape(-1, 2)


def rectangle(
    radii: tuple[float, float],
    ends: tuple[float, float],
    angles: tuple[float, float],
    apex: float,
) -> FloatArray:
    """Corners of what lies between radii, heights and polar angles.

    Parameters
    ----------
    radii, ends
        Least and largest radius and height in m.
    angles
        Least and largest polar angle from the axis in rad.
    apex
        Height on the axis from which polar angles are measured, in m.

    Returns
    -------
    array
        Radius and height in order around it, shape (n, 2), in m; n = 0 where nothing is left.

    Examples
    --------
    >>> corners = rectangle((0.0, 1.0), (0.0, 2.0), (math.pi / 4, math.pi), 0.0)
    >>> corners.max(axis=0).round(12).tolist()
    [1.0, 1.0]
    """
    (inner, outer), (low, high) = radii, ends
    corners = np.array([[inner, low], [outer, low], [outer, high], [inner, high]])
    # Sine of the angle beyond the limit, times the distance from the apex.
    for angle, sign in zip(angles, (1.0, -1.0), strict=True):
        if not (0.0 < angle < math.pi):
            continue
        beyond = sign * (corners[:, 0] * math.cos(angle) - (corners[:, 1] - apex) * math.sin(angle))
        corners = clipped(corners, beyond)
        if len(corners) < 3:
            return np.empty((0, 2))
    return corners


def distance_to(corners: FloatArray, point: FloatArray) -> float:
    """Distance from a point to the border of a polygon, all in m.

    Parameters
    ----------
    corners
        In order around it, shape (n, 2).
    point
        Shape (2,).

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> distance_to(square, np.array([0.5, 3.0]))
    2.0
    """
    step = np.roll(corners, -1, axis=0) - corners
    fraction = np.sum((point - corners) * step, axis=1) / np.sum(step * step, axis=1)
    closest = corners + np.clip(fraction, 0.0, 1.0)[:, None] * step
    return float(np.min(np.linalg.norm(closest - point, axis=1)))
