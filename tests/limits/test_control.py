"""Two detectors: the closed double sum, what both limits of it are, toys."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import gammaincc, gammaln, xlogy
from scipy.stats import nbinom

from wayside.errors import InputError
from wayside.limits import statistics, uncertain
from wayside.limits.control import Control, expected_upper_limit, upper_limit


def by_sum(n: int, m: int, b: float, error: float, control: Control, cl: float) -> float:
    """How many of both counts were background is negative multinomial; the rest is signal."""
    k, rate = (b / error) ** 2, b / error**2
    kappa, rho = control.background_ratio, control.signal_ratio
    weights = np.zeros(n + m + 1)
    for j in range(n + 1):
        for i in range(m + 1):
            a, c = n - j, m - i
            background = gammaln(k + i + j) - gammaln(k) - gammaln(i + 1) - gammaln(j + 1)
            background += k * np.log(rate) + i * np.log(kappa)
            background -= (k + i + j) * np.log(rate + 1 + kappa)
            signal = gammaln(a + c + 1) - gammaln(a + 1) - gammaln(c + 1) + xlogy(c, rho)
            signal -= (a + c + 1) * np.log1p(rho)
            weights[a + c] += np.exp(background + signal)
    total = np.arange(n + m + 1)

    def above(s: float) -> float:
        return float(weights @ gammaincc(total + 1, (1 + rho) * s) / weights.sum())

    return float(brentq(lambda s: above(s) - (1 - cl), 0.0, 100 + 5 * n, xtol=1e-13))


@pytest.mark.parametrize(
    ("n", "m", "b", "error", "control"),
    [
        (0, 0, 0.1, 0.05, Control(1.0, 0.1)),
        (3, 2, 2.0, 1.0, Control(1.3, 0.2)),
        (3, 8, 2.0, 1.0, Control(1.3, 0.2)),
        (3, 2, 2.0, 6.0, Control(1.3)),
        (12, 20, 5.0, 20.0, Control(2.0, 3.0)),
        (60, 80, 50.0, 30.0, Control(1.3, 0.1)),
        (0, 5, 3.0, 3.0, Control(0.2, 0.5)),
    ],
)
def test_against_the_closed_sum(n, m, b, error, control):
    for cl in (0.9, 0.95):
        got = upper_limit(n, m, b, error, control, cl)
        # Panels of ten points; edges at which an integrand of 1e-17 of the best is left out.
        np.testing.assert_allclose(got, by_sum(n, m, b, error, control, cl), rtol=1e-9)


def test_a_control_without_signal_updates_the_background():
    """Gamma and Poisson are conjugate: k + m and tau + kappa."""
    n, m, b, error, kappa = 4, 7, 3.0, 1.5, 2.5
    k, rate = (b / error) ** 2 + m, b / error**2 + kappa
    updated = uncertain.upper_limit(n, k / rate, np.sqrt(k) / rate, method="cls")
    np.testing.assert_allclose(upper_limit(n, m, b, error, Control(kappa)), updated, rtol=1e-10)


def test_a_control_that_knows_nothing_changes_nothing():
    n, b, error = 4, 3.0, 1.5
    alone = uncertain.upper_limit(n, b, error, method="cls")
    np.testing.assert_allclose(upper_limit(n, 0, b, error, Control(1e-9)), alone, rtol=1e-7)
    # A ratio known to a factor of 1000 either.
    loose = [upper_limit(n, m, b, error, Control(1.0, ratio_error=30.0)) for m in (1, 3, 9)]
    np.testing.assert_allclose(loose, alone, rtol=0.02)
    # The background known exactly, the control has nothing to tell.
    known = statistics.upper_limit(n, b, method="cls")
    np.testing.assert_allclose(upper_limit(n, 7, b, 0.0, Control(2.0)), known, rtol=1e-10)


def test_a_perfect_control_is_a_known_background():
    n, kappa = 5, 1e4
    limit = upper_limit(n, 30_000, 2.0, 2.0, Control(kappa))
    np.testing.assert_allclose(limit, statistics.upper_limit(n, 3.0, method="cls"), rtol=2e-4)


def test_without_background_both_detectors_count_signal():
    for rho in (0.0, 0.3, 2.0):
        limit = upper_limit(0, 0, 0.0, 0.0, Control(1.0, rho))
        np.testing.assert_allclose(limit, np.log(10) / (1 + rho), rtol=1e-10)
    # Two counts share one signal: n + m counts of mean (1 + rho) s.
    both = upper_limit(2, 3, 0.0, 0.0, Control(1.0, 0.5))
    np.testing.assert_allclose(both, statistics.upper_limit(5) / 1.5, rtol=1e-10)


def test_a_control_that_sees_nearly_all_of_the_signal():
    # As above; panels as narrow as its share, up to where A alone would end, fill any memory.
    for rho in (1e5, 1e9):
        limit = upper_limit(2, 3, 0.0, 0.0, Control(1.0, rho))
        np.testing.assert_allclose(limit * (1 + rho), statistics.upper_limit(5), rtol=1e-9)
    # Above a background the signal's share in A is next to nothing, and B counts it alone.
    b, error, m = 3.0, 1.5, 40
    nearly, control = Control(2.0, 1e4, 0.1), Control(2.0, 1e7, 0.1)
    limits = [each.signal_ratio * upper_limit(4, m, b, error, each) for each in (nearly, control)]
    np.testing.assert_allclose(*limits, rtol=1e-3)


def test_the_ratio_of_backgrounds_has_an_error():
    """Counts of B with a gamma-distributed mean are negative binomial: sums over both."""
    n, m, b, error = 3, 4, 2.0, 1.0
    control = Control(1.5, 0.0, 0.4)
    k, rate = (b / error) ** 2, b / error**2
    x = np.linspace(1e-6, 25.0, 200_001)
    shape = 1 / control.ratio_error**2
    mean = control.background_ratio * x
    prior = x ** (k - 1) * np.exp(-rate * x) * nbinom.pmf(m, shape, shape / (shape + mean))

    def above(s: float) -> float:
        return float(np.trapezoid(prior * gammaincc(n + 1, s + x)))

    wanted = 0.1 * above(0.0)
    reference = brentq(lambda s: above(s) - wanted, 0.0, 30.0)
    np.testing.assert_allclose(upper_limit(n, m, b, error, control), reference, rtol=1e-6)
    # With an error of the ratio a limit lies between those with a perfect ratio and without B.
    for m in (2, 5):
        perfect = upper_limit(n, m, b, error, Control(1.5))
        alone = float(uncertain.upper_limit(n, b, error, method="cls"))
        low, high = sorted((perfect, alone))
        assert low < upper_limit(n, m, b, error, control) < high


def test_what_the_subtraction_buys():
    """Where the background's error beats its fluctuation, and nowhere else."""
    control = Control(1.3, 0.1, 0.05)
    few = (0.01, 0.1, 0.5)
    # 0 counts: B is but a little more of a detector.
    for b in few:
        with_b = expected_upper_limit(b, 0.5 * b, control)
        assert np.log(10) / 1.1 - 1e-6 < with_b < 1.05 * np.log(10)
    many = np.array([100.0, 1000.0])
    with_b = np.array([expected_upper_limit(b, 0.5 * b, control) for b in many])
    without = uncertain.expected_upper_limit(many, 0.5 * many)
    assert np.all(with_b < 0.4 * without)
    # Gaussian: 1 / variance of b adds up; what signal B takes away, (1 - rho/kappa).
    of_b = 1 / (1 / (0.5 * many) ** 2 + 1 / (many / 1.3 + (0.05 * many) ** 2))
    sigma = np.sqrt(many + of_b) / (1 - 0.1 / 1.3)
    np.testing.assert_allclose(with_b, 1.645 * sigma, rtol=0.1)


def test_the_limit_of_the_median_counts_is_the_median_of_toys():
    control = Control(1.3, 0.1, 0.05)
    b, error, toys = 6.0, 3.0, 400
    rng = np.random.default_rng(8)
    counts = np.stack([rng.poisson(b, toys), rng.poisson(1.3 * b, toys)], axis=1)
    pairs, index = np.unique(counts, axis=0, return_inverse=True)
    limits = np.array([upper_limit(int(n), int(m), b, error, control) for n, m in pairs])
    low, high = np.quantile(limits[index.ravel()], [0.42, 0.58])
    # Three standard deviations of a median of 400: another seed fails once in 700.
    assert low < expected_upper_limit(b, error, control) < high


def test_coverage_of_toys():
    """Counts of both detectors at a true signal, with the background as it is known."""
    control, s, b, error, toys = Control(1.3, 0.1), 3.0, 1.0, 0.5, 20_000
    rng = np.random.default_rng(4)
    true = rng.gamma((b / error) ** 2, error**2 / b, toys)
    n, m = rng.poisson(s + true), rng.poisson(0.1 * s + 1.3 * true)
    pairs, number = np.unique(np.stack([n, m], axis=1), axis=0, return_counts=True)
    limits = np.array([upper_limit(int(i), int(j), b, error, control) for i, j in pairs])
    covered = number[limits >= s].sum() / toys
    # Not exact by construction (flat prior): 0.9 or more here, four standard deviations below it.
    assert covered > 0.9 - 4 * np.sqrt(0.09 / toys)
    assert covered < 0.999


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: Control(0.0), "background_ratio"),
        (lambda: Control(1.0, -0.1), "signal_ratio"),
        (lambda: Control(1.0, 0.1, np.inf), "ratio_error"),
        (lambda: upper_limit(1, -1, 1.0, 0.1, Control(1.0)), "n_control"),
        (lambda: upper_limit(1, 1, 0.0, 0.0, Control(1.0)), "n_control"),
        (lambda: upper_limit(1, 1, -1.0, 0.0, Control(1.0)), "background"),
        (lambda: upper_limit(1, 1, 1.0, 0.0, Control(1.0), 0.0), "cl"),
    ],
)
def test_bad_input(call, key):
    with pytest.raises(InputError, match=f"^{key}"):
        call()
