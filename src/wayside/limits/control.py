"""The two-detector subtraction: a second detector counts the background, and some signal.

Detector A is to see the signal, and counts ``n`` of mean ``s + b``; B, the control, counts ``m`` of
mean ``rho s + kappa b``. What was known of ``b`` before (`wayside.limits.uncertain`) and what B
says of it go into one likelihood. Derivation: docs/theory/limits.md.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaln, gammaln, xlogy

from wayside.constants import CONFIDENCE_LEVEL
from wayside.errors import InputError
from wayside.limits import checks
from wayside.limits.background_average import backgrounds_at, panel_edges, panel_nodes
from wayside.limits.statistics import poisson_quantile
from wayside.typing import FloatArray

_NEGLIGIBLE: Final = 40.0
"""Log-likelihood below the best beyond which nothing is added to an integral."""

_DEEPEST: Final = 37.0
"""Standard deviations to which a double holds the tail of a Gaussian."""

_KNOWN: Final = 1e12
"""Inverse square of a relative error that is none."""

_PANELS: Final = 10_000
"""Panels in the signal above which their end is looked for on a coarse grid first."""


@dataclass(frozen=True)
class Control:
    """How a control detector compares with the one that is to see the signal.

    Attributes
    ----------
    background_ratio
        Expected background there over that in the signal detector, kappa > 0.
    signal_ratio
        Expected signal there over that in the signal detector, rho.
    ratio_error
        Relative standard error of ``background_ratio``.
    """

    background_ratio: float
    signal_ratio: float = 0.0
    ratio_error: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no ratio."""
        if not (np.isfinite(self.background_ratio) and self.background_ratio > 0.0):
            raise InputError(f"background_ratio = {self.background_ratio}: must be positive")
        checks.expected(self.signal_ratio, "signal_ratio")
        checks.expected(self.ratio_error, "ratio_error")


def upper_limit(
    n_observed: int,
    n_control: int,
    background: float,
    error: float,
    control: Control,
    cl: float = CONFIDENCE_LEVEL,
) -> float:
    """Upper limit on the expected signal in A from the counts of both detectors.

    Bayesian with a flat prior in the signal; without a control that is the CLs limit of
    `wayside.limits.uncertain`, to which it is equal for ``background = 0`` and ``rho = 0``.

    Parameters
    ----------
    n_observed, n_control
        Counts in A and in B.
    background, error
        Expected background counts in A, as known without B. A background of 0 is taken to be 0 in
        both detectors.
    control
        How B compares with A.
    cl
        Credible level in (0, 1).

    Returns
    -------
    float
        Expected signal counts in A at the limit.

    Raises
    ------
    InputError
        For counts, backgrounds or levels that are none.
    """
    n, m = float(checks.counts(n_observed)), float(checks.counts(n_control, "n_control"))
    b, e = float(checks.expected(background)), float(checks.expected(error, "error"))
    level = float(checks.level(cl))
    if b == 0.0 and m > 0.0 and control.signal_ratio == 0.0:
        raise InputError(f"n_control = {n_control}: impossible without background and signal there")
    return _limit(n, m, b, e, control, level)


def expected_upper_limit(
    background: float, error: float, control: Control, cl: float = CONFIDENCE_LEVEL
) -> float:
    """Limit of the median counts of both detectors where there is no signal.

    Parameters
    ----------
    background, error, control, cl
        As in `upper_limit`.
    """
    b = float(checks.expected(background))
    half = np.asarray(0.5)
    n, m = (
        int(poisson_quantile(half, np.asarray(mean))) for mean in (b, control.background_ratio * b)
    )
    return upper_limit(n, m, b, error, control, cl)


def _limit(n: float, m: float, b: float, e: float, control: Control, cl: float) -> float:
    s_edges, values, weights = _panels(n, m, b, e, control)
    best = -np.inf

    def density(s: FloatArray) -> FloatArray:
        return np.exp(_log_likelihood(n, m, s[:, None], values, control) - best) @ weights

    node, weight = np.polynomial.legendre.leggauss(10)

    def integral(low: FloatArray, high: FloatArray) -> FloatArray:
        half = 0.5 * (high - low)
        s = low[:, None] + half[:, None] * (1.0 + node)
        return half * (density(s.ravel()).reshape(s.shape) @ weight)

    best = float(np.max(_log_likelihood(n, m, s_edges[:, None], values, control)))
    pieces = integral(s_edges[:-1], s_edges[1:])
    above = np.append(np.cumsum(pieces[::-1])[::-1], 0.0)
    wanted = (1.0 - cl) * above[0]
    last = int(np.flatnonzero(above > wanted)[-1])
    low, high = s_edges[last], s_edges[last + 1]

    def excess(s: float) -> float:
        return float(above[last + 1] + integral(np.array([s]), np.array([high]))[0] - wanted)

    return float(brentq(excess, low, high, xtol=1e-13 * high, rtol=1e-13))


def _panels(
    n: float, m: float, b: float, e: float, control: Control
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Edges of panels in the signal; nodes and weights in the background.

    Panels are as wide as the narrower of the two Poisson probabilities, and left out where there
    is nothing to integrate.
    """
    rho, kappa = control.signal_ratio, control.background_ratio
    scale = np.sqrt(n + 1.0)
    width = min(scale, np.sqrt(m + 1.0) / rho) if rho else scale
    known = e == 0.0 or b == 0.0
    value = np.array([b])
    if not known:
        step = min(scale, np.sqrt(m + 1.0) / kappa)
        z_edges = panel_edges(b, e, step, n + 12.0 * scale, -_DEEPEST, _DEEPEST)
        value = backgrounds_at(z_edges, b, e)
    most = n + _NEGLIGIBLE + 10.0 * scale + width
    if most > _PANELS * width:
        # Where B sees far more of the signal than A, its count ends the integral long before.
        coarse = np.append(0.0, np.geomspace(width, most, 400))
        likely = _log_likelihood(n, m, coarse[:, None], value, control)
        likely -= 0.0 if known else 0.5 * z_edges**2
        most = _kept(coarse, likely.max(axis=1))[-1]
    s_edges = np.arange(0.0, most, width)
    if known:
        likely = _log_likelihood(n, m, s_edges[:, None], value, control)
        return _kept(s_edges, likely.max(axis=1)), value, np.ones(1)
    likely = _log_likelihood(n, m, s_edges[:, None], value, control)
    likely -= 0.5 * z_edges**2
    s_edges = _kept(s_edges, likely.max(axis=1))
    values, _, weights = panel_nodes(_kept(z_edges, likely.max(axis=0)), b, e)
    return s_edges, values, weights


def _kept(edges: FloatArray, likely: FloatArray) -> FloatArray:
    """Edges from a panel before the likely ones to a panel after."""
    inside = np.flatnonzero(likely > likely.max() - _NEGLIGIBLE)
    return edges[max(inside[0] - 1, 0) : inside[-1] + 2]


def _log_likelihood(
    n: float, m: float, s: FloatArray, b: FloatArray, control: Control
) -> FloatArray:
    """Of both counts; the one of B with a mean that has the error of the ratio."""
    mean = control.signal_ratio * s + control.background_ratio * b
    return _log_poisson(n, s + b) + _log_poisson(
        m, mean, control.ratio_error * control.background_ratio * b
    )


def _log_poisson(n: float, mean: FloatArray, error: FloatArray | None = None) -> FloatArray:
    """Log-probability of a count; with an error of the mean, of a negative binomial one."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        known = xlogy(n, mean) - mean - gammaln(n + 1.0)
        if error is None or not np.any(error):
            return np.asarray(known)
        shape = np.square(mean / error)
        spread = -shape * np.log1p(mean / shape) + xlogy(n, mean / (shape + mean))
        if n:
            spread = spread - betaln(shape, n) - np.log(n)
    # Where the mean is known almost exactly the two agree, and the second loses digits.
    return np.where(shape < _KNOWN, spread, known)
