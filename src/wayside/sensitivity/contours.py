"""Level lines whose every point solves the equation, found by roots and not by interpolation.

Values on a grid say between which nodes the line passes; along each of those grid edges the
function itself is then solved.
"""

import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import contourpy
import numpy as np
from scipy.optimize import elementwise

from wayside.errors import AccuracyWarning
from wayside.typing import BoolArray, FloatArray, IndexArray

Function = Callable[[FloatArray, FloatArray], FloatArray]

_CEILING = 1e3
_NEAR_ENOUGH = 1e-3
_PER_TURN = 6
"""Roots kept in the column where a line turns, if columns are costly."""


class Line(NamedTuple):
    """A level line."""

    points: FloatArray
    """Vertices, shape (n, 2)."""
    closed: bool
    """Whether it returns to its start instead of ending at the border of the grid."""


def trace(
    function: Function, x: FloatArray, y: FloatArray, values: FloatArray, *, costly_x: bool = False
) -> list[Line]:
    """Lines on which a function vanishes.

    Parameters
    ----------
    function
        Function of x and y, elementwise on 1-D arrays; -inf where a yield vanishes.
    x, y
        Coordinates of the grid, shapes (n,) and (m,), increasing.
    values
        Values of the function on the grid, shape (m, n).
    costly_x
        Whether another x is costly and another y is not: roots along x are then found only
        where a line turns or ends between two columns, and left out elsewhere.

    Returns
    -------
    list of Line
        In no particular order; empty if the function has one sign.

    Warns
    -----
    AccuracyWarning
        If a point could not be solved to a thousandth of the function.
    """
    # Signs alone: every vertex then sits in the middle of the edge its root is on.
    signs = np.where(np.nan_to_num(values, nan=-1.0) > 0.0, 1.0, -1.0)
    raw = contourpy.contour_generator(x, y, signs).lines(0.0)
    lines = [np.asarray(line) for line in raw]
    if not lines:
        return []
    if costly_x:
        lines = [_thinned(line, x) for line in lines]
    solved = _solve(function, x, y, np.concatenate(lines))
    pieces = np.split(solved, np.cumsum([len(line) for line in lines])[:-1])
    return [Line(piece, _is_closed(line)) for piece, line in zip(pieces, lines, strict=True)]


def interpolated(x: FloatArray, y: FloatArray, values: FloatArray) -> list[Line]:
    """Lines on which a function vanishes, by interpolation between grid points.

    Parameters
    ----------
    x, y
        Coordinates of the grid, shapes (n,) and (m,), increasing.
    values
        Values of the function on the grid, shape (m, n).
    """
    raw = contourpy.contour_generator(x, y, tamed(values)).lines(0.0)
    return [Line(line, _is_closed(line)) for line in map(np.asarray, raw)]


def tamed(values: FloatArray) -> FloatArray:
    """Values that can be interpolated to their zeros, of the same signs.

    A yield may fall by hundreds in its logarithm from one point to the next, and be none there.

    Parameters
    ----------
    values
        Any shape; infinite ones are large, undefined ones largely negative.
    """
    finite = np.nan_to_num(values, nan=-_CEILING, posinf=_CEILING, neginf=-_CEILING)
    return np.asarray(np.arcsinh(finite))


def _is_closed(line: FloatArray) -> bool:
    return bool(len(line) > 2 and np.array_equal(line[0], line[-1]))


def _thinned(line: FloatArray, x: FloatArray) -> FloatArray:
    """A line without most of its vertices off the columns of the grid."""
    columns = _nearest(x, line[:, 0])
    on_column = _on_grid(x, line[:, 0])
    if not np.any(on_column):
        return line
    if np.array_equal(line[0], line[-1]):
        # Start on a column, so that no run of other vertices is torn apart.
        turn = int(np.argmax(on_column))
        order = np.concatenate([np.arange(turn, len(line) - 1), np.arange(turn + 1)])
        line, columns, on_column = line[order], columns[order], on_column[order]
    indices: list[int] = np.flatnonzero(on_column).tolist()
    stops = [-1, *indices, len(line)]
    for before, after in pairwise(stops):
        ends = before < 0 or after == len(line)
        if after - before > 1 and (ends or columns[before] == columns[after]):
            indices += np.linspace(before + 1, after - 1, _PER_TURN).round().astype(int).tolist()
    return np.asarray(line[np.unique(indices)])


def _on_grid(grid: FloatArray, position: FloatArray) -> BoolArray:
    """Whether positions are those of the grid, and not half-way between."""
    tolerance = 1e-6 * (grid[-1] - grid[0]) / len(grid)
    return np.asarray(np.abs(grid[_nearest(grid, position)] - position) < tolerance)


def _solve(function: Function, x: FloatArray, y: FloatArray, vertices: FloatArray) -> FloatArray:
    """Move every vertex along its grid edge to the root."""
    result = vertices.copy()
    for fixed, grid in ((0, x), (1, y)):
        nearest = _nearest(grid, vertices[:, fixed])
        along = _on_grid(grid, vertices[:, fixed])
        if not np.any(along):
            continue
        moving = 1 - fixed
        other_axis = (x, y)[moving]
        low = np.clip(
            np.searchsorted(other_axis, vertices[along, moving]) - 1, 0, len(other_axis) - 2
        )
        held = grid[nearest[along]]
        result[along, fixed] = held
        result[along, moving] = _roots(function, held, other_axis[low], other_axis[low + 1], fixed)
    return result


def _roots(
    function: Function, held: FloatArray, low: FloatArray, high: FloatArray, fixed: int
) -> FloatArray:
    def along(t: FloatArray, held: FloatArray) -> FloatArray:
        value = function(held, t) if fixed == 0 else function(t, held)
        return np.clip(np.nan_to_num(value, nan=-_CEILING), -_CEILING, _CEILING)

    # The absolute tolerance ends the search for an edge of -inf that lies at zero.
    solution = elementwise.find_root(
        along,
        (low, high),
        args=(held,),
        tolerances={"xatol": 1e-12, "xrtol": 1e-11, "fatol": 1e-4},
    )
    roots, solved = np.array(solution.x, ndmin=1), np.atleast_1d(solution.success)
    if not np.all(solved):
        roots[~solved] = _nearer_end(along, held[~solved], low[~solved], high[~solved])
    return roots


def _nearer_end(along: Function, held: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Ends of edges on which no root was found: where a root is, if rounding moved it outside."""
    at_low, at_high = np.abs(along(low, held)), np.abs(along(high, held))
    worst = float(np.max(np.minimum(at_low, at_high)))
    if worst > _NEAR_ENOUGH:
        warnings.warn(
            f"{len(low)} points of a contour not solved, off by up to {worst:.1e}",
            AccuracyWarning,
            stacklevel=2,
        )
    return np.where(at_low < at_high, low, high)


def _nearest(grid: FloatArray, position: FloatArray) -> IndexArray:
    index = np.clip(np.searchsorted(grid, position), 1, len(grid) - 1)
    return index - ((position - grid[index - 1]) < (grid[index] - position))
