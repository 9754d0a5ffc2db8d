"""Axes about a direction, for compiled code."""

import math

from wayside.compiled import njit


@njit(error_model="numpy")
def set_axes(z, axes):  # type: ignore[no-untyped-def]
    """Right-handed axes with the third along a vector.

    Parameters
    ----------
    z
        Vector of any length but zero, shape (3,); it is scaled to length one.
    axes
        Filled with the axes as rows, shape (3, 3).
    """
    length = math.sqrt(z[0] * z[0] + z[1] * z[1] + z[2] * z[2])
    for i in range(3):
        z[i] /= length
        axes[2, i] = z[i]
    # Any axis across will do: nothing depends on the azimuth about the beams.
    if abs(z[0]) < 0.6:
        x0, x1, x2 = 0.0, z[2], -z[1]
    else:
        x0, x1, x2 = -z[2], 0.0, z[0]
    length = math.sqrt(x0 * x0 + x1 * x1 + x2 * x2)
    axes[0, 0] = x0 / length
    axes[0, 1] = x1 / length
    axes[0, 2] = x2 / length
    for i in range(3):
        j = (i + 1) % 3
        k = (i + 2) % 3
        axes[1, i] = z[j] * axes[0, k] - z[k] * axes[0, j]
