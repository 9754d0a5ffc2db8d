"""Errors of an efficiency that was counted."""

import numpy as np
import numpy.typing as npt

from wayside.typing import FloatArray


def interval(
    passed: npt.ArrayLike, tried: npt.ArrayLike, confidence: float = 0.6827
) -> tuple[FloatArray, FloatArray]:
    """Clopper-Pearson interval: covers at least as often as it says, also at 0 and 1.

    Parameters
    ----------
    passed, tried
        Counts; nothing tried leaves 0 to 1.
    confidence
        Central coverage.

    Returns
    -------
    tuple of arrays
        Lower and upper end.

    Examples
    --------
    >>> low, high = interval(0, 10, 0.90)
    >>> low.item(), round(high.item(), 4)  # 1 - 0.05 ** (1 / 10)
    (0.0, 0.2589)
    """
    from scipy.special import betaincinv

    k = np.asarray(passed, dtype=np.float64)
    n = np.asarray(tried, dtype=np.float64)
    tail = 0.5 * (1.0 - confidence)
    low = np.where(k > 0, betaincinv(np.maximum(k, 1e-300), n - k + 1.0, tail), 0.0)
    high = np.where(k < n, betaincinv(k + 1.0, np.maximum(n - k, 1e-300), 1.0 - tail), 1.0)
    return low, high
