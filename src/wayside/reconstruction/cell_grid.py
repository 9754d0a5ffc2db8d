"""A sorted grid of cells over points in a plane: neighbours without asking every point."""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.typing import FloatArray, IntArray


class Cells(NamedTuple):
    """Points sorted into square cells; cell (i, j) has the number ``i * ny + j``."""

    x0: float
    """Lowest x of the grid in mm."""
    y0: float
    """Lowest y of the grid in mm."""
    side: float
    """Side of a cell in mm."""
    nx: int
    """Number of cells along x."""
    ny: int
    """Number of cells along y."""
    start: IntArray
    """Place in ``order`` of every cell's first row, and the number of rows: shape
    (nx * ny + 1,)."""
    order: IntArray
    """Rows in the order of their cells."""


@njit(nogil=True)
def sort_into_cells(x: FloatArray, y: FloatArray, rows: IntArray, finest: float) -> Cells:
    """Sort rows into square cells.

    Parameters
    ----------
    x, y
        Coordinates of all points in mm, shape (n,).
    rows
        Row numbers of the points to sort, at least one.
    finest
        Smallest side of a cell in mm; cells grow until there are about as many as points.

    Returns
    -------
    Cells
        The grid, with the rows in the order of its cells.
    """
    x0 = x1 = x[rows[0]]
    y0 = y1 = y[rows[0]]
    for i in rows:
        x0, x1 = min(x0, x[i]), max(x1, x[i])
        y0, y1 = min(y0, y[i]), max(y1, y[i])
    longest = max(x1 - x0, y1 - y0)
    count = float(len(rows))
    # The second bound holds for points along a line, whose area is none.
    side = max(finest, np.sqrt((x1 - x0) * (y1 - y0) / count), longest / (4.0 * count + 16.0))
    nx, ny = int((x1 - x0) / side) + 1, int((y1 - y0) / side) + 1
    start = np.zeros(nx * ny + 1, np.int64)
    cell = np.empty(len(rows), np.int64)
    for k, i in enumerate(rows):
        cell[k] = int((x[i] - x0) / side) * ny + int((y[i] - y0) / side)
        start[cell[k] + 1] += 1
    for c in range(nx * ny):
        start[c + 1] += start[c]
    place = start[:-1].copy()
    order = np.empty(len(rows), np.int64)
    for k, i in enumerate(rows):
        order[place[cell[k]]] = i
        place[cell[k]] += 1
    return Cells(x0, y0, side, nx, ny, start, order)


@njit(nogil=True, inline="always")
def cell_range(low: float, high: float, origin: float, side: float, count: int) -> tuple[int, int]:
    """First cell, and one beyond the last, that an interval touches along one axis.

    Parameters
    ----------
    low, high
        Ends of the interval in mm.
    origin, side, count
        Lowest coordinate of the grid and side of a cell in mm, and number of cells.
    """
    first = np.floor((low - origin) / side)
    last = np.floor((high - origin) / side)
    if last < 0.0 or first >= count:
        return 0, 0
    return int(max(first, 0.0)), int(min(last, count - 1.0)) + 1
