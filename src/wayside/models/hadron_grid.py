"""Quadrature over the continuum of R: its pieces, and nodes common to all masses.

Adjacent pieces differ in length by a factor of at most 2, so that a fixed rule on a piece is
safe once a few pieces lie between it and a singularity.
"""

import functools
from dataclasses import dataclass

import numpy as np

from wayside.models.r_ratio import knots
from wayside.typing import FloatArray

__all__ = ["MAPPED_PIECES", "HadronGrid", "grid", "independent_errors"]


MAPPED_PIECES = 6
"""Pieces next to the upper end of an integral that need a rule of their own."""

_GROWTH = 2.0
_NODES_PER_PIECE = 4


@dataclass(frozen=True, eq=False)
class HadronGrid:
    """Pieces in sqrt(s) (GeV) on which R is linear, and a Gauss-Legendre rule on each.

    ``values`` has R and its correlated error at ``ends``, shape (2, n + 1); ``weights`` holds both,
    multiplied into the quadrature weights of ``nodes``, shape (4 n, 2).
    """

    ends: FloatArray
    values: FloatArray
    nodes: FloatArray
    weights: FloatArray
    nodes_per_piece: int = _NODES_PER_PIECE


def graded(ends: FloatArray) -> FloatArray:
    """Halve pieces until none is longer than ``_GROWTH`` times its shorter neighbour.

    Parameters
    ----------
    ends : array
        Increasing ends of the pieces.

    Returns
    -------
    ndarray
        The same with more ends in between.
    """
    while True:
        length = np.diff(ends)
        neighbour = np.minimum(
            np.concatenate([[np.inf], length[:-1]]), np.concatenate([length[1:], [np.inf]])
        )
        split = length > _GROWTH * neighbour
        if not split.any():
            return ends
        middle = (ends[:-1] + ends[1:])[split] / 2
        ends = np.sort(np.concatenate([ends, middle]))


@functools.cache
def grid() -> HadronGrid:
    """Return the grid for R's continuum."""
    table = knots()
    ends = graded(table.sqrt_s)
    values = np.stack([np.interp(ends, table.sqrt_s, y) for y in (table.r, table.correlated)])
    x, w = np.polynomial.legendre.leggauss(_NODES_PER_PIECE)
    length = np.diff(ends)[:, None]
    nodes = (ends[:-1, None] + length * (1 + x) / 2).ravel()
    weights = (length * w / 2).ravel()
    at_nodes = np.stack([np.interp(nodes, ends, y) for y in values], axis=1)
    return HadronGrid(ends, values, nodes, weights[:, None] * at_nodes)


@functools.cache
def independent_errors() -> tuple[FloatArray, FloatArray]:
    """Return knots with errors of their own, and those errors times the length they stand for."""
    table = knots()
    length = np.gradient(table.sqrt_s)
    independent = table.independent > 0
    return table.sqrt_s[independent], (table.independent * length)[independent]
