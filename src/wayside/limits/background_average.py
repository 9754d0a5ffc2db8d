"""Nodes and weights for averages over a background that is known with an error.

The background follows the gamma distribution of `wayside.limits.uncertain`. Averages are sums over
Gauss rules on panels in the standard Gaussian variable of the same quantile, in which every gamma
distribution is smooth.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from scipy.special import gammainc, gammaincc, gammainccinv, gammaincinv, ndtr, ndtri

from wayside.typing import FloatArray

_DEEPEST: Final = 37.0
"""Standard deviations to which a double holds the tail of a Gaussian."""


@lru_cache(maxsize=256)
def background_nodes(n: float, background: float, error: float) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights to average over the background the Poisson probability of up to ``n``.

    Returns
    -------
    values, weights
        Backgrounds in counts, and weights that add up to 1.
    """
    # Far below its mean, what a count says of the background beats what was known before.
    far = n + 1.0 < background - 5.0 * np.hypot(np.sqrt(background), error)
    scale = np.sqrt(n + 1.0)
    values, _, weights = panel_nodes(
        panel_edges(background, error, 1.5 * scale, n + 12.0 * scale, -_DEEPEST if far else -9.0),
        background,
        error,
    )
    values.flags.writeable = weights.flags.writeable = False
    return values, weights


def panel_edges(
    background: float, error: float, step: float, largest: float, lowest: float, highest: float = 9
) -> FloatArray:
    """Edges of panels for integrals over the background.

    The variable is the standard Gaussian of the same quantile, in which every gamma distribution
    is smooth. Panels are at most half a unit of it wide, and at most ``step`` counts up to a
    background of ``largest``.
    """
    shape, rate = (background / error) ** 2, background / error**2
    edges = np.arange(lowest, highest + 0.25, 0.5)
    inner = rate * np.arange(step, largest, step)
    with np.errstate(divide="ignore"):
        low, high = ndtri(gammainc(shape, inner)), -ndtri(gammaincc(shape, inner))
    inner = np.where(low < 0.0, low, high)
    inner = inner[(inner > edges[0]) & (inner < edges[-1])]
    return np.unique(np.concatenate([edges, inner]))


def backgrounds_at(z: FloatArray, background: float, error: float) -> FloatArray:
    """Backgrounds whose quantile is that of ``z`` in a standard Gaussian distribution."""
    shape, rate = (background / error) ** 2, background / error**2
    below, above = gammaincinv(shape, ndtr(z)), gammainccinv(shape, ndtr(-z))
    return np.asarray(np.where(z < 0.0, below, above) / rate)


def panel_nodes(
    edges: FloatArray, background: float, error: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backgrounds, their Gaussian variable and weights, the prior included, on panels."""
    half = 0.5 * np.diff(edges)[:, None]
    node, weight = np.polynomial.legendre.leggauss(10)
    z = (edges[:-1, None] + half * (1.0 + node)).ravel()
    weights = (half * weight).ravel() * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    return backgrounds_at(z, background, error), z, weights
