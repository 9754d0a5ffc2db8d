"""Free places for words in a figure, by a map of what is taken, in fractions of the axes."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from scipy.ndimage import distance_transform_edt

from wayside.typing import BoolArray, FloatArray

Mask = BoolArray

CELLS: Final = 240
"""Cells of the map along each axis."""


def cell_centres() -> FloatArray:
    """Centres of the cells along one axis, in fractions of it."""
    return np.asarray((np.arange(CELLS) + 0.5) / CELLS)


def raster(mask: Mask, x: FloatArray, y: FloatArray) -> Mask:
    """A mask on a grid, shape (y, x), as a map of cells.

    Parameters
    ----------
    mask
        Mask on the grid, shape (y, x).
    x, y
        Positions of the grid in fractions of the axes, increasing.
    """
    columns, rows = (
        np.searchsorted(0.5 * (grid[1:] + grid[:-1]), cell_centres()) for grid in (x, y)
    )
    return np.asarray(mask[np.ix_(rows, columns)])


def mark_line(taken: Mask, points: FloatArray) -> None:
    """Mark the cells along a line of points, shape (n, 2), in fractions of the axes."""
    steps = np.abs(np.diff(points, axis=0)).max(axis=1, initial=0.0) * CELLS
    for start, stop, step in zip(points[:-1], points[1:], steps, strict=True):
        between = np.linspace(start, stop, int(2.0 * step) + 2)
        column, row = np.floor(between * CELLS).astype(int).T
        inside = (column >= 0) & (column < CELLS) & (row >= 0) & (row < CELLS)
        taken[row[inside], column[inside]] = True


def mark_box(taken: Mask, axes: Axes, box: Bbox) -> None:
    """Mark the cells under a box in display coordinates."""
    ends = np.asarray(box.transformed(axes.transAxes.inverted()).extents)
    left, bottom, right, top = (ends * CELLS).clip(0, CELLS)
    taken[int(bottom) : int(np.ceil(top)), int(left) : int(np.ceil(right))] = True


def place(text: Text, axes: Axes, free: Mask, margin: float = 0.014) -> bool:
    """Move a text to the middle of the roomiest place that takes all of it.

    Parameters
    ----------
    text
        Text in fractions of the axes, centred both ways.
    axes
        Axes of the text, laid out.
    free
        Map of the cells that it may cover.
    margin
        Least distance of its box from anything else, in fractions of the axes.

    Returns
    -------
    bool
        False if there is no such place; the text is then where it was.
    """
    box = text.get_window_extent().transformed(axes.transAxes.inverted())
    width = min(CELLS, int(np.ceil((box.width + 2.0 * margin) * CELLS)))
    height = min(CELLS, int(np.ceil((box.height + 2.0 * margin) * CELLS)))
    sums = np.pad(np.cumsum(np.cumsum(~free, axis=0), axis=1), ((1, 0), (1, 0)))
    blocked = (sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width]) + sums[
        :-height, :-width
    ]
    fits = blocked == 0
    if not np.any(fits):
        return False
    clearance = distance_transform_edt(np.pad(fits, 1))[1:-1, 1:-1]
    # Of equally roomy places, as along a band, the one in their middle.
    best = np.argwhere(clearance > np.max(clearance) - 0.5)
    row, column = best[np.argmin(np.sum((best - best.mean(axis=0)) ** 2, axis=1))]
    text.set_position(((column + 0.5 * width) / CELLS, (row + 0.5 * height) / CELLS))
    return True
