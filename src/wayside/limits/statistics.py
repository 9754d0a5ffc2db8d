"""Poisson counting: upper limits, the limit to expect, the signal to discover.

One count ``n`` of mean ``s + b``: signal ``s`` unknown, background ``b`` known exactly. Everything
is an inverse of the incomplete gamma function, because P(N <= n | mu) = Q(n + 1, mu) and
P(N >= n | mu) = P(n, mu), the regularised upper and lower ones; it also continues both to real n.
"""

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc, gammaincc, gammainccinv, gammaincinv, ndtr, ndtri, pdtrik

from wayside.constants import CONFIDENCE_LEVEL
from wayside.errors import InputError
from wayside.limits import checks
from wayside.typing import FloatArray

Method = Literal["classical", "cls"]
Statistic = Literal["median", "asimov"]

SIGNIFICANCE: Final = 5.0
"""Standard deviations of a discovery."""

LEAST_EVENTS: Final = 3
"""Fewest counts that are called a discovery."""

PROBABILITY: Final = 0.5
"""Fraction of experiments that discover."""

LARGEST_BACKGROUND: Final = 1e6
"""Counts up to which the far Poisson tail is good to 1e-5 of itself in ``scipy.special``."""

_MANY: Final = 1e10
"""Counts from which ``scipy.special.pdtrik`` is not asked."""


def upper_limit(
    n_observed: ArrayLike,
    background: ArrayLike = 0.0,
    cl: ArrayLike = CONFIDENCE_LEVEL,
    *,
    method: Method = "classical",
) -> FloatArray:
    """Upper limit on the expected signal of a counting experiment.

    ``"classical"``: the smallest ``s >= 0`` with P(N <= n | s + b) <= 1 - CL. Where a downward
    fluctuation excludes even ``s = 0`` the limit is 0: covered, but it says more about the
    background than about the signal. ``"cls"``: the smallest ``s`` with
    P(N <= n | s + b) <= (1 - CL) P(N <= n | b), never below ``-ln(1 - CL)`` and never stronger
    than the classical one; it equals the Bayesian limit with a flat prior in ``s``.

    Parameters
    ----------
    n_observed
        Observed counts, whole numbers. Broadcasts with the other two.
    background
        Expected background counts, known without error.
    cl
        Confidence level in (0, 1).
    method
        ``"classical"`` or ``"cls"``.

    Returns
    -------
    FloatArray
        Expected signal counts at the limit; 2.302585 for no count, no background and 90 %.

    Raises
    ------
    InputError
        For a negative or fractional count, a negative background, a confidence level outside
        (0, 1), an unknown method, and for ``"cls"`` where the count is impossible under the
        background (probability below the smallest double).

    Notes
    -----
    Garwood 1936 for the classical limit; Zech 1989 and Read 2000 for CLs.
    """
    n = checks.counts(n_observed)
    b = checks.expected(background)
    level = checks.level(cl)
    if method not in get_args(Method):
        raise InputError(f"method = {method!r}: use one of {', '.join(get_args(Method))}")
    return continued_limit(n, b, level, method)


def expected_upper_limit(
    background: ArrayLike = 0.0,
    cl: ArrayLike = CONFIDENCE_LEVEL,
    *,
    method: Method = "classical",
    statistic: Statistic = "median",
    quantile: ArrayLike = 0.5,
) -> FloatArray:
    """Upper limit to expect where there is no signal, for a known background.

    ``"median"``: the limit of the median count, that is of the smallest ``n`` with
    P(N <= n | b) >= quantile. Limits rise with ``n``, so this is also the median (or the given
    quantile, for the edges of a band) of the limits of many experiments; it moves in steps with
    ``b``. ``"asimov"``: the limit of the count ``n = b`` itself, continued to real ``n``: smooth
    in ``b``, for plots and scans.

    Parameters
    ----------
    background, cl, method
        As in `upper_limit`.
    statistic
        ``"median"`` or ``"asimov"``.
    quantile
        Fraction of experiments with a limit at most this one; only for ``"median"``.

    Returns
    -------
    FloatArray
        Expected signal counts at the limit. Both statistics give ``-ln(1 - CL)`` at ``b = 0``.

    Raises
    ------
    InputError
        As in `upper_limit`, and for a quantile outside (0, 1) or an unknown statistic.
    """
    b = checks.expected(background)
    level = checks.level(cl)
    q = np.asarray(quantile, dtype=np.float64)
    if not np.all((q > 0) & (q < 1)):
        raise InputError(f"quantile = {quantile!r}: must lie strictly between 0 and 1")
    if method not in get_args(Method):
        raise InputError(f"method = {method!r}: use one of {', '.join(get_args(Method))}")
    _known(statistic)
    n = b if statistic == "asimov" else poisson_quantile(q, b)
    return continued_limit(n, b, level, method)


def discovery_signal(
    background: ArrayLike = 0.0,
    significance: ArrayLike = SIGNIFICANCE,
    *,
    minimum_events: int = LEAST_EVENTS,
    probability: ArrayLike = PROBABILITY,
    statistic: Statistic = "median",
) -> FloatArray:
    """Smallest expected signal that will be discovered.

    A discovery is a count ``n >= n_crit`` where ``n_crit`` is the smallest whole number with
    P(N >= n_crit | b) <= p, ``p`` the one-sided Gaussian tail beyond ``significance`` (2.87e-7 at
    5 sigma), and never below ``minimum_events``: without background a single event has p = 0, which
    is no discovery. ``"median"``: the smallest ``s`` with
    P(N >= n_crit | s + b) >= probability, so with the default half of all experiments discover.
    ``"asimov"``: the smallest ``s >= minimum_events`` whose mean count ``n = s + b``, continued to
    real ``n``, has P(N >= n | b) <= p: smooth in ``b``.

    Parameters
    ----------
    background
        Expected background counts, known without error; at most a million.
    significance
        One-sided Gaussian standard deviations.
    minimum_events
        Fewest counts that may be called a discovery; at least 1.
    probability
        Probability to discover; only for ``"median"``.
    statistic
        ``"median"`` or ``"asimov"``.

    Returns
    -------
    FloatArray
        Expected signal counts; 2.674 (median) or 3 (asimov) without background.

    Raises
    ------
    InputError
        For a background outside [0, 1e6], a significance outside (0, 30], a probability outside
        (0, 1), fewer than one minimum event or an unknown statistic.
    """
    b = checks.expected(background)
    if not np.all(b <= LARGEST_BACKGROUND):
        raise InputError(f"background = {background!r}: must not exceed {LARGEST_BACKGROUND:g}")
    z = np.asarray(significance, dtype=np.float64)
    power = np.asarray(probability, dtype=np.float64)
    if not np.all((z > 0) & (z <= 30)):
        raise InputError(f"significance = {significance!r}: must lie in (0, 30]")
    if not np.all((power > 0) & (power < 1)):
        raise InputError(f"probability = {probability!r}: must lie strictly between 0 and 1")
    if minimum_events < 1:
        raise InputError(f"minimum_events = {minimum_events}: must be at least 1")
    _known(statistic)
    b, z, power = np.broadcast_arrays(b, z, power)
    n_real = _critical_count(b, np.asarray(ndtr(-z)))
    if statistic == "asimov":
        return np.maximum(n_real - b, float(minimum_events))
    # The continued root may come out a rounding above a whole number that satisfies the test.
    n_crit = np.maximum(np.ceil(n_real * (1 - 1e-12)), minimum_events)
    return np.maximum(np.asarray(gammaincinv(n_crit, power)) - b, 0.0)


def continued_limit(n: FloatArray, b: FloatArray, cl: FloatArray, method: Method) -> FloatArray:
    """Limits for real ``n >= 0``; arguments already checked."""
    if method == "classical":
        return np.maximum(np.asarray(gammaincinv(n + 1, cl)) - b, 0.0)
    below = np.asarray(gammaincc(n + 1, b))
    if np.any(below < np.finfo(np.float64).tiny):
        raise InputError("n_observed: impossible under this background, CLs is not defined")
    return np.asarray(gammainccinv(n + 1, (1 - cl) * below)) - b


def _critical_count(b: FloatArray, p: FloatArray) -> FloatArray:
    """Real ``n >= 0`` where P(N >= n | b) = p, by bisection: it falls from 1 at n = 0."""
    low = np.zeros(b.shape)
    high = b + 10.0
    for _ in range(64):
        above = gammainc(high, b) > p
        if not np.any(above):
            break
        high = np.where(above, 2 * high, high)
    for _ in range(80):
        middle = 0.5 * (low + high)
        above = gammainc(middle, b) > p
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray(high, dtype=np.float64)


def poisson_quantile(q: FloatArray, b: FloatArray) -> FloatArray:
    """Smallest whole ``n`` with P(N <= n | b) >= q."""
    q, b = np.broadcast_arrays(q, b)
    # pdtrik continues the distribution to real n, and is not defined where P(N = 0) exceeds q.
    positive = np.exp(-b) < q
    real = pdtrik(q, np.where(positive & (b < _MANY), b, 1.0))
    # It has no answer from some 1e10 on: there Cornish and Fisher's is right to 0.01 of a count.
    z = ndtri(q)
    real = np.where(b < _MANY, real, b + z * np.sqrt(b) + (z * z - 1.0) / 6.0 - 0.5)
    n = np.where(positive, np.ceil(real), 0.0)
    n = np.where(gammaincc(n + 1, b) < q, n + 1, n)
    enough_below = (n > 0) & (gammaincc(np.maximum(n, 1.0), b) >= q)
    return np.asarray(np.where(enough_below, n - 1, n), dtype=np.float64)


def _known(statistic: str) -> None:
    if statistic not in get_args(Statistic):
        raise InputError(f"statistic = {statistic!r}: use one of {', '.join(get_args(Statistic))}")
