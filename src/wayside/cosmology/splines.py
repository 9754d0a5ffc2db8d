"""Cubic splines on even grids, compiled."""

from wayside.compiled import njit
from wayside.typing import FloatArray


@njit(error_model="numpy")
def spline_slopes(values: FloatArray, slopes: FloatArray, work: FloatArray) -> None:
    """Fill the slopes (per step) of the cubic spline through evenly spaced values."""
    n = len(values)
    # Ends by one-sided differences of third order.
    slopes[0] = (-11 * values[0] + 18 * values[1] - 9 * values[2] + 2 * values[3]) / 6
    slopes[n - 1] = (
        11 * values[n - 1] - 18 * values[n - 2] + 9 * values[n - 3] - 2 * values[n - 4]
    ) / 6
    work[0] = 0.0
    for i in range(1, n - 1):
        right = 3 * (values[i + 1] - values[i - 1])
        divisor = 4 - work[i - 1]
        work[i] = 1 / divisor
        slopes[i] = (right - slopes[i - 1]) / divisor
    for i in range(n - 2, 0, -1):
        slopes[i] -= work[i] * slopes[i + 1]


@njit(error_model="numpy")
def hermite(t: float, y0: float, y1: float, d0: float, d1: float) -> tuple[float, float]:
    """Return value and slope (per step) of the cubic with given ends, 0 <= t <= 1."""
    rise = y1 - y0
    b = 3 * rise - 2 * d0 - d1
    a = d0 + d1 - 2 * rise
    return y0 + t * (d0 + t * (b + t * a)), d0 + t * (2 * b + 3 * t * a)


@njit(error_model="numpy")
def lookup(at: float, start: float, step: float, table: FloatArray) -> float:
    """Return a table on an even grid between its points; beyond them, the value of its end."""
    position = (at - start) / step
    if position <= 0:
        return float(table[0])
    if position >= len(table) - 1:
        return float(table[-1])
    i = int(position)
    return float(table[i] + (position - i) * (table[i + 1] - table[i]))


@njit(error_model="numpy")
def first_from(values: FloatArray, value: float) -> int:
    """Index of the first of rising values that is not below a value, their number if all are.

    `numpy.searchsorted`, which takes half a second to compile.
    """
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low
