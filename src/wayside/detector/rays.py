"""Straight lines from the interaction point through a box, or an endless cylinder."""

import numpy as np

from wayside.compiled import njit
from wayside.typing import FloatArray


@njit()
def cross_box(direction, position, size, axes):  # type: ignore[no-untyped-def]
    """Distances at which a ray from the origin enters and leaves a box (slab method).

    Parameters
    ----------
    direction
        Unit vector, shape (3,).
    position, size, axes
        As in `wayside.detector.box.Box`.

    Returns
    -------
    near, far
        In m; ``far <= near`` if the ray misses.
    """
    near = 0.0
    far = np.inf
    for i in range(3):
        step = 0.0
        origin = 0.0
        for j in range(3):
            step += axes[i, j] * direction[j]
            origin -= axes[i, j] * position[j]
        low = 0.0 if i == 2 else -0.5 * size[i]
        high = low + size[i]
        if step == 0.0:
            if origin < low or origin > high:
                return 0.0, 0.0
            continue
        a = (low - origin) / step
        b = (high - origin) / step
        near = max(near, min(a, b))
        far = min(far, max(a, b))
    return near, far


@njit()
def cross_front(direction, position, size, axes):  # type: ignore[no-untyped-def]
    """Distance at which a ray from the origin crosses the front face, or 0 if it does not."""
    across = 0.0
    plane = 0.0
    for j in range(3):
        across += axes[2, j] * direction[j]
        plane += axes[2, j] * position[j]
    if across == 0.0 or plane / across <= 0.0:
        return 0.0
    distance = plane / across
    for i in range(2):
        offset = 0.0
        for j in range(3):
            offset += axes[i, j] * (distance * direction[j] - position[j])
        if abs(offset) > 0.5 * size[i]:
            return 0.0
    return distance


@njit()
def cross_many(directions, position, size, axes):  # type: ignore[no-untyped-def]
    """Entries and exits of many rays, shape (2, n); equal where a ray misses."""
    out = np.empty((2, len(directions)))
    for i in range(len(directions)):
        near, far = cross_box(directions[i], position, size, axes)
        out[0, i] = near
        out[1, i] = max(near, far)
    return out


def through_cylinder(
    rays: FloatArray, distance: float, radius: float
) -> tuple[FloatArray, FloatArray]:
    """Distances along rays at which they are inside of an endless cylinder, in m.

    Parameters
    ----------
    rays
        Unit vectors in axes of which the third is the cylinder's and the first points from the
        interaction point to it, shape (n, 3).
    distance, radius
        Of the axis from the interaction point, and of the cylinder, in m.

    Returns
    -------
    low, high
        Shape (n,), -inf and inf where a ray always is. Where it never is, both are inf: of an outer
        cylinder that leaves nothing, of an inner one it takes nothing away.
    """
    across = rays[:, 0] ** 2 + rays[:, 1] ** 2
    half = -distance * rays[:, 0]
    rest = (distance - radius) * (distance + radius)
    # Not half^2 - across rest, which cancels where a ray touches.
    root = across * radius**2 - (distance * rays[:, 1]) ** 2
    sign = np.where(half >= 0.0, 1.0, -1.0)
    sum_ = -(half + sign * np.sqrt(np.maximum(root, 0.0)))
    first, second = sum_ / across, rest / sum_
    low, high = np.fmin(first, second), np.fmax(first, second)
    missed = root <= 0.0
    inside = across == 0.0
    outside = missed & ~inside if rest < 0.0 else missed
    low = np.where(inside & ~outside, -np.inf, np.where(outside, np.inf, low))
    high = np.where((inside & ~outside) | outside, np.inf, high)
    return low, high
