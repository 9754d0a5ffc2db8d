"""Poisson counting with a background that is itself known with an error.

The error is that of an auxiliary count: a background ``b +- e`` is what ``k = (b/e)^2`` counts at
``tau = b/e^2`` times the exposure say. So ``b`` follows a gamma distribution of mean ``b`` and
standard deviation ``e`` (shape ``k``, rate ``tau``), and the background counts a negative binomial
one. Limits average the Poisson probabilities of `wayside.limits.statistics` over it; at zero error
and at zero background they are the limits there. Derivation: docs/theory/limits.md.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq
from scipy.special import (
    betainc,
    gammainc,
    gammaincc,
    gammaincinv,
    gammaln,
    ndtr,
    xlogy,
)

from wayside.constants import CONFIDENCE_LEVEL
from wayside.errors import InputError
from wayside.limits import checks
from wayside.limits.background_average import background_nodes
from wayside.limits.statistics import (
    LEAST_EVENTS,
    PROBABILITY,
    SIGNIFICANCE,
    Method,
    continued_limit,
    poisson_quantile,
)
from wayside.limits.statistics import discovery_signal as known_discovery_signal
from wayside.typing import FloatArray

Statistic = Literal["median", "asimov", "mean"]

_TAILS: Final = (1e-9, 1.0 - 1e-9)
"""Quantiles of the counts that a mean over counts leaves out."""

_MANY: Final = 1e5
"""Background from which counts are as good as continuous."""

_STEPS: Final = 50
"""Steps of Newton's method at most; some ten are enough."""

_EVERY: Final = 64
"""Counts up to which a mean over counts takes each of them; beyond, limits are interpolated."""


def upper_limit(
    n_observed: ArrayLike,
    background: ArrayLike = 0.0,
    error: ArrayLike = 0.0,
    cl: ArrayLike = CONFIDENCE_LEVEL,
    *,
    method: Method = "classical",
) -> FloatArray:
    """Upper limit on the expected signal, for a background with an error.

    ``"classical"``: the smallest ``s >= 0`` with <P(N <= n | s + b)> <= 1 - CL, the average over
    the background; at ``s = 0`` this is the exact conditional test of two counts. ``"cls"``: the
    smallest ``s`` with <P(N <= n | s + b)> <= (1 - CL) <P(N <= n | b)>, the Bayesian limit with a
    flat prior in ``s``; it lies between the limits for a background known to be ``background``
    and known to be 0.

    Parameters
    ----------
    n_observed
        Observed counts, whole numbers. All arguments broadcast.
    background
        Expected background counts. Above 1e5 counts are taken for continuous, and limits are
        good to 0.4 per cent.
    error
        Standard error of ``background``, in counts. Of a background of 0 it says nothing: such
        a background is taken to be 0, which makes no limit stronger.
    cl
        Confidence level in (0, 1).
    method
        ``"classical"`` or ``"cls"``.

    Returns
    -------
    FloatArray
        Expected signal counts at the limit.

    Raises
    ------
    InputError
        As `wayside.limits.statistics.upper_limit`; for a negative error.
    """
    n = checks.counts(n_observed)
    return _elementwise(n, background, error, cl, method)


def expected_upper_limit(
    background: ArrayLike = 0.0,
    error: ArrayLike = 0.0,
    cl: ArrayLike = CONFIDENCE_LEVEL,
    *,
    method: Method = "cls",
    statistic: Statistic = "median",
) -> FloatArray:
    """Upper limit to expect where there is no signal, for a background with an error.

    Experiments count with the background that is expected, and set their limits with its error.
    (Were their background to vary too, a poorly known one would mostly be much smaller than its
    mean, and the limit to expect would improve with the error.)

    Parameters
    ----------
    background, error, cl, method
        As in `upper_limit`.
    statistic
        ``"median"``: the limit of the median count; in steps. ``"asimov"``: of the count
        ``n = background``, continued to real ``n``. ``"mean"``: the mean of the limits of all
        counts, Feldman and Cousins' sensitivity; smooth.

    Returns
    -------
    FloatArray
        Expected signal counts at the limit.
    """
    if statistic not in get_args(Statistic):
        raise InputError(f"statistic = {statistic!r}: use one of {', '.join(get_args(Statistic))}")
    b = checks.expected(background)
    if statistic == "mean":
        given = np.broadcast_arrays(b, checks.expected(error, "error"), checks.level(cl))
        means = [_mean(float(x), float(e), float(p), method) for x, e, p in _rows(given)]
        return np.reshape(np.asarray(means, dtype=np.float64), given[0].shape)
    n = b if statistic == "asimov" else poisson_quantile(np.asarray(0.5), b)
    return _elementwise(n, b, error, cl, method)


def discovery_signal(
    background: float = 0.0,
    error: float = 0.0,
    significance: float = SIGNIFICANCE,
    *,
    minimum_events: int = LEAST_EVENTS,
    probability: float = PROBABILITY,
) -> float:
    """Smallest expected signal that will be discovered over a background with an error.

    As `wayside.limits.statistics.discovery_signal`, with the tail of the counts that of the exact
    test of two counts, for which the gamma distribution has the shape ``k + 1``. A background of
    0 with an error ``e`` is an auxiliary count of 0 at ``1/e`` times the exposure.

    Parameters
    ----------
    background, error
        As in `upper_limit`, scalars.
    significance, minimum_events, probability
        As in `wayside.limits.statistics.discovery_signal`.

    Returns
    -------
    float
        Expected signal counts.

    Notes
    -----
    Cousins, Linnemann and Tucker 2008, arXiv:physics/0702156, Z_Bi.
    """
    deviation = float(checks.expected(error, "error"))
    # Checks the others, too; what it gives for the smallest background is not used.
    known = known_discovery_signal(
        0.0 * background if deviation else background,
        significance,
        minimum_events=minimum_events,
        probability=probability,
    )
    if deviation == 0.0:
        return float(known)
    background = float(checks.expected(background))
    shape, rate = (background / deviation) ** 2, background / deviation**2
    if background == 0.0:
        rate = 1.0 / deviation
    p_value = float(ndtr(-significance))

    def excess(n: float) -> float:
        return float(betainc(n, shape + 1.0, 1.0 / (1.0 + rate))) - p_value

    high = background + 10.0
    while excess(high) > 0.0:
        high *= 2.0
    real = brentq(excess, 1e-9, high, xtol=1e-9)
    count = max(float(np.ceil(real - 1e-7)), float(minimum_events))
    return max(float(gammaincinv(count, probability)) - background, 0.0)


def _elementwise(
    n: ArrayLike, background: ArrayLike, error: ArrayLike, cl: ArrayLike, method: Method
) -> FloatArray:
    """Limits for real counts."""
    if method not in get_args(Method):
        raise InputError(f"method = {method!r}: use one of {', '.join(get_args(Method))}")
    given = np.broadcast_arrays(
        np.asarray(n, dtype=np.float64),
        checks.expected(background),
        checks.expected(error, "error"),
        checks.level(cl),
    )
    limits = [_limit(float(k), float(x), float(e), float(p), method) for k, x, e, p in _rows(given)]
    return np.reshape(np.asarray(limits, dtype=np.float64), given[0].shape)


def _rows(arrays: Sequence[FloatArray]) -> Iterator[tuple[Any, ...]]:
    return zip(*map(np.ravel, arrays), strict=True)


def _limit(n: float, background: float, error: float, cl: float, method: Method) -> float:
    if error == 0.0 or background == 0.0:
        known = continued_limit(np.asarray(n), np.asarray(background), np.asarray(cl), method)
        return float(known)
    if background > _MANY:
        return _limit_of_many(n, background, error, cl, method)
    values, weights = background_nodes(n, background, error)

    def below(s: float) -> float:
        return float(weights @ gammaincc(n + 1.0, s + values))

    target = 1.0 - cl
    alone = below(0.0)
    if method == "cls":
        if alone < np.finfo(np.float64).tiny:
            raise InputError("n_observed: impossible under this background, CLs is not defined")
        target *= alone
    elif alone <= target:
        return 0.0
    # Without background the limit is weakest.
    high = float(gammaincinv(n + 1.0, cl)) * (1.0 + 1e-9)
    tiny = np.finfo(np.float64).tiny

    def excess(s: float) -> float:
        return float(np.log(max(below(s), tiny) / target))

    return float(brentq(excess, 0.0, high, xtol=1e-12, rtol=1e-13))


def _limit_of_many(n: float, background: float, error: float, cl: float, method: Method) -> float:
    """Counts as a continuous variable: background and its fluctuation in one gamma distribution."""
    shape, rate = background**2 / (error**2 + background), background / (error**2 + background)
    tail = 1.0 - cl
    if method == "cls":
        tail *= float(gammainc(shape, rate * (n + 0.5)))
        if tail < np.finfo(np.float64).tiny:
            raise InputError("n_observed: impossible under this background, CLs is not defined")
    return max(n + 0.5 - float(gammaincinv(shape, tail)) / rate, 0.0)


def _mean(background: float, error: float, cl: float, method: Method) -> float:
    first, last = (float(poisson_quantile(np.asarray(q), np.asarray(background))) for q in _TAILS)
    n = np.arange(first, last + 1.0)
    if len(n) > _EVERY:
        few = np.linspace(first, last, _EVERY)
        limits = CubicSpline(few, _elementwise(few, background, error, cl, method))(n)
    elif method == "cls" and error > 0.0 and background > 0.0:
        limits = _zech_limits(int(last), background, error, cl)[int(first) :]
    else:
        limits = _elementwise(n, background, error, cl, method)
    probability = np.exp(xlogy(n, background) - background - gammaln(n + 1.0))
    return float(probability @ limits / probability.sum())


def _zech_limits(last: int, background: float, error: float, cl: float) -> FloatArray:
    """CLs limits of all counts up to ``last``, from the sum over background counts.

    Of n counts the fraction ``weights[n, m]`` of the probability has m of the signal, so that
    F_n(s) = sum_m weights[n, m] Q(m + 1, s) falls from 1 to 1 - CL at the limit. It is a survival
    function whose logarithm is concave, for which Newton's steps come from above without
    overshooting.
    """
    counts = np.arange(last + 1)
    shape, rate = (background / error) ** 2, background / error**2
    # Probabilities of background counts over that of none.
    steps = np.log((shape + counts[:-1]) / ((counts[:-1] + 1.0) * (1.0 + rate)))
    background_counts = np.exp(np.concatenate([[0.0], np.cumsum(steps)]))
    number = counts[:, None] - counts[None, :]
    weights = np.where(number >= 0, background_counts[number], 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    tails = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]
    log_factorials = gammaln(counts + 1.0)
    limits = np.asarray(gammaincinv(counts + 1.0, cl), dtype=np.float64)
    for _ in range(_STEPS):
        poisson = np.exp(counts * np.log(limits)[:, None] - limits[:, None] - log_factorials)
        above, density = (tails * poisson).sum(axis=1), (weights * poisson).sum(axis=1)
        change = np.log(above / (1.0 - cl)) * above / density
        limits = limits + change
        if np.all(np.abs(change) <= 1e-13 * limits):
            break
    return np.asarray(limits)


def negligible_background(
    relative_error: float = 0.0, cl: float = CONFIDENCE_LEVEL, *, loss: float = 0.1
) -> float:
    """Background up to which an experiment is as good as one without.

    Parameters
    ----------
    relative_error
        Standard error of the background over the background.
    cl
        Confidence level in (0, 1).
    loss
        What is still as good: the mean of the CLs limits of experiments without signal is larger
        than that without background by this fraction.

    Returns
    -------
    float
        Expected background counts; 0.160 at 90 % for a known background and a loss of 10 %.
    """
    relative = float(checks.expected(relative_error, "relative_error"))
    level = float(checks.level(cl))
    if not 0.0 < loss < 1.0:
        raise InputError(f"loss = {loss}: must lie between 0 and 1")
    wanted = np.log1p(loss) + np.log(-np.log1p(-level))

    def excess(logarithm: float) -> float:
        b = float(np.exp(logarithm))
        return float(np.log(_mean(b, relative * b, level, "cls")) - wanted)

    return float(np.exp(brentq(excess, np.log(1e-3 * loss), np.log(100.0), xtol=1e-9)))
