"""Which way a particle went: slow ones leave more energy toward the end of their path."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import percentile_filter

SPREAD_PER_FILM = 0.3
"""Relative spread of what a film of 50 um takes (Landau), which sets the scale of the score."""


def travel_score(position: ArrayLike, deposit: ArrayLike) -> float:
    """How well the deposits tell the direction of travel.

    The slope of ln(deposit) against the order of the films, over its error: positive if they rise
    with ``position``. Knock-on electrons make the tail of the deposits long, so those above the 90
    per cent quantile of the film's twenty neighbours are cut down to it.

    Parameters
    ----------
    position
        Of the films along the path, shape (n,); only the order matters.
    deposit
        In them, shape (n,), in any unit.

    Returns
    -------
    float
        In standard deviations, 0 for fewer than three films.
    """
    order = np.argsort(np.asarray(position, dtype=np.float64), kind="stable")
    values = np.asarray(deposit, dtype=np.float64)[order]
    values = values[values > 0.0]
    n = len(values)
    if n < 3:
        return 0.0
    caps = percentile_filter(values, 90.0, size=21, mode="nearest")
    logs = np.log(np.minimum(values, caps))
    x = np.arange(n) - 0.5 * (n - 1)
    error = SPREAD_PER_FILM / np.sqrt(np.sum(x * x))
    return float(np.sum(x * logs) / np.sum(x * x) / error)
