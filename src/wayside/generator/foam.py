"""A step function above a density on the unit cube: cells that are halved where it pays.

Every cell has a bound from points in it, its corners among them. Where the density turns out to
exceed the bound between those points, an event is repeated in proportion (see
`wayside.generator.flights`), so expectations are exact whatever the bounds; the cells only set
how many proposals are wasted, and how many events are repeated.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from wayside.typing import FloatArray, IndexArray

CELLS = 6000
"""Cells at which halving ends."""

EFFICIENCY = 0.8
"""Fraction of proposals kept at which halving ends."""

SAFETY = 1.15
"""Bound over the largest value at the points of a cell."""

FLOOR = 0.02
"""Least bound of a cell, over the mean: a narrow peak may lie between its points."""

START = (8, 4, 16)
"""Cells to begin with, along each side."""
_INSIDE = 24


class Foam(NamedTuple):
    """Cells of the unit cube, for compiled code."""

    low: FloatArray
    """Lower corners, shape (n, 3)."""
    width: FloatArray
    """Extents, shape (n, 3)."""
    log_bound: FloatArray
    """Logarithm of the bound in every cell, shape (n,)."""
    reached: FloatArray
    """Cumulative fraction of the proposals, shape (n,)."""
    log_total: float
    """Logarithm of the integral of the bounds."""
    log_integral: float
    """Logarithm of the integral as the points have it; a per cent or so."""


def _pattern() -> FloatArray:
    """Points in a unit cell: corners, and a lattice with irrational steps inside."""
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)], dtype=float)
    # Corners are taken just inside: on a boundary the density may be cut off.
    corners = 1e-6 + (1.0 - 2e-6) * corners
    golden = 1.2207440846057596  # real root of x^4 = x + 1
    steps = golden ** -np.arange(1.0, 4.0)
    lattice = (0.5 + np.arange(1, _INSIDE + 1)[:, None] * steps) % 1.0
    return np.concatenate([corners, lattice])


def build_foam(
    log_values: Callable[[FloatArray], FloatArray],
    efficiency: float = EFFICIENCY,
    start: tuple[int, int, int] = START,
) -> Foam | None:
    """Divide the unit cube into cells.

    Parameters
    ----------
    log_values
        Logarithms of the density at points of shape (n, 3); -inf where it vanishes.
    efficiency
        Fraction of proposals kept at which halving ends.
    start
        Cells to begin with, along each side.

    Returns
    -------
    Foam or None
        None if the density vanishes at every point tried.
    """
    pattern = _pattern()
    steps = [np.arange(n) / n for n in start]
    low = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
    width = np.broadcast_to(1.0 / np.array(start), low.shape).copy()
    value = _evaluated(log_values, low, width, pattern)
    if np.max(value) == -np.inf:
        return None
    while True:
        reference = float(np.max(value))
        density = np.exp(value - reference)
        volume = np.prod(width, axis=1)
        bound = volume * np.max(density, axis=1)
        integral = volume * np.mean(density, axis=1)
        waste = bound - integral
        if len(low) >= CELLS or np.sum(integral) > efficiency * np.sum(bound):
            break
        # The worst cells first, and no more than a third of all at a time.
        order = np.argsort(-waste, kind="stable")
        enough = int(np.searchsorted(np.cumsum(waste[order]), 0.5 * np.sum(waste))) + 1
        chosen = order[: min(enough, max(len(low) // 3, 1))]
        low, width, value = _halved(log_values, low, width, value, chosen, pattern)
    top = np.max(value, axis=1)
    density = np.exp(top - reference)
    density = SAFETY * np.maximum(density, FLOOR * np.sum(volume * density))
    fraction = volume * density
    return Foam(
        low,
        width,
        np.log(density) + reference,
        np.cumsum(fraction) / np.sum(fraction),
        float(np.log(np.sum(fraction))) + reference,
        float(np.log(np.sum(integral))) + reference,
    )


def _evaluated(
    log_values: Callable[[FloatArray], FloatArray],
    low: FloatArray,
    width: FloatArray,
    pattern: FloatArray,
) -> FloatArray:
    points = low[:, None, :] + width[:, None, :] * pattern
    return log_values(np.ascontiguousarray(points.reshape(-1, 3))).reshape(len(low), -1)


def _halved(
    log_values: Callable[[FloatArray], FloatArray],
    low: FloatArray,
    width: FloatArray,
    value: FloatArray,
    chosen: IndexArray,
    pattern: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cut cells across the axis that lowers their bounds most."""
    relative = np.exp(value[chosen] - np.max(value[chosen], axis=1, initial=-1e300, keepdims=True))
    cost = np.empty((len(chosen), 3))
    for axis in range(3):
        left = pattern[:, axis] < 0.5
        cost[:, axis] = np.max(relative[:, left], axis=1) + np.max(relative[:, ~left], axis=1)
    # Where no cut helps, across the longest side.
    cost -= 1e-3 * width[chosen] / np.max(width[chosen], axis=1, keepdims=True)
    axis = np.argmin(cost, axis=1)
    rows = np.arange(len(chosen))
    half = width[chosen].copy()
    half[rows, axis] *= 0.5
    upper = low[chosen].copy()
    upper[rows, axis] += half[rows, axis]
    keep = np.ones(len(low), dtype=bool)
    keep[chosen] = False
    new_low = np.concatenate([low[chosen], upper])
    new_width = np.concatenate([half, half])
    new_value = _evaluated(log_values, new_low, new_width, pattern)
    return (
        np.concatenate([low[keep], new_low]),
        np.concatenate([width[keep], new_width]),
        np.concatenate([value[keep], new_value]),
    )
