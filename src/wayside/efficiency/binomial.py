"""Statistical errors of an efficiency: an interval for a binomial probability."""

from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.typing import FloatArray

ONE_SIGMA: Final = 0.6827
"""Probability of a Gaussian within one standard deviation."""


def interval(
    passed: npt.ArrayLike, tried: npt.ArrayLike, confidence: float = ONE_SIGMA
) -> tuple[FloatArray, FloatArray]:
    """Clopper-Pearson interval: coverage of at least ``confidence``, also at 0 and 1.

    Parameters
    ----------
    passed, tried
        Numbers of decays that passed and that were simulated, of shapes that broadcast; the
        interval is 0 to 1 where none was simulated.
    confidence
        Confidence level of the central interval.

    Returns
    -------
    tuple of arrays
        Lower and upper end of the interval.

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
