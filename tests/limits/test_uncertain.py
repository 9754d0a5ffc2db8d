"""Limits with an uncertain background: negative binomial sums, exact tests, toys, their limits."""

import mpmath as mp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import gammaincc
from scipy.stats import binomtest, gamma, nbinom, norm, poisson

from wayside.errors import InputError
from wayside.limits import statistics
from wayside.limits.uncertain import (
    _zech_limits,
    discovery_signal,
    expected_upper_limit,
    negligible_background,
    upper_limit,
)

CASES = [(0, 0.1, 0.05), (3, 2.0, 1.0), (3, 2.0, 6.0), (12, 5.0, 0.05), (0, 30.0, 10.0),
         (40, 30.0, 12.0), (200, 180.0, 60.0), (5, 100.0, 10.0), (1000, 1000.0, 400.0)]  # fmt: skip


def by_sum(n: int, b: float, error: float, cl: float, method: str) -> float:
    """Zech's sum: how many of the n counts were background is negative binomial."""
    rate = b / error**2
    j = np.arange(n + 1)
    weights = nbinom.pmf(j, (b / error) ** 2, rate / (1 + rate))
    target = (1 - cl) * (weights.sum() if method == "cls" else 1.0)

    def below(s: float) -> float:
        return float(weights @ gammaincc(n - j + 1, s))

    if below(0.0) <= target:
        return 0.0
    return float(brentq(lambda s: below(s) - target, 0.0, 50 + 5 * n, xtol=1e-12, rtol=1e-13))


@pytest.mark.parametrize("method", ["classical", "cls"])
@pytest.mark.parametrize(("n", "b", "error"), CASES)
def test_against_the_negative_binomial_sum(n, b, error, method):
    for cl in (0.9, 0.95):
        got = float(upper_limit(n, b, error, cl, method=method))
        # Both are sums of positive terms in doubles; the root is a difference of numbers near n.
        np.testing.assert_allclose(
            got, by_sum(n, b, error, cl, method), rtol=1e-10, atol=1e-12 * (1 + n)
        )


def test_against_mpmath():
    """Neither a negative binomial nor an incomplete gamma function: two integrals as they stand."""
    n, b, error, cl = 2, 1.5, 0.9, 0.9
    limit = float(upper_limit(n, b, error, cl, method="cls"))
    with mp.workdps(15):
        k, rate = mp.mpf(b / error) ** 2, mp.mpf(b) / mp.mpf(error) ** 2

        def posterior(s: mp.mpf) -> mp.mpf:
            def weighted(x: mp.mpf) -> mp.mpf:
                return x ** (k - 1) * mp.exp(-rate * x) * mp.exp(-s - x) * (s + x) ** n

            return mp.quad(weighted, [0, 2, 12], maxdegree=5)

        above = mp.quad(posterior, [limit, 12, 40], maxdegree=4)
        total = above + mp.quad(posterior, [0, limit])
    np.testing.assert_allclose(float(above / total), 1 - cl, rtol=1e-8)


def test_without_signal_it_is_the_exact_conditional_test():
    """The error is that of an auxiliary count: P(N <= n) is binomial given the sum of both."""
    auxiliary, rate = 9, 3.0  # b = 3 +- 1
    b, error = auxiliary / rate, np.sqrt(auxiliary) / rate
    for n in (0, 1, 2):
        exact = binomtest(n, n + auxiliary, 1 / (1 + rate), alternative="less").pvalue
        # The classical limit becomes 0 just where the test rejects s = 0.
        assert upper_limit(n, b, error, 1 - 1.001 * exact) == 0.0
        assert upper_limit(n, b, error, 1 - 0.999 * exact) > 0.0


@pytest.mark.parametrize("method", ["classical", "cls"])
def test_without_error_it_is_the_limit_of_a_known_background(method):
    n, b = np.meshgrid([0, 1, 4, 30], [0.0, 0.3, 3.0, 25.0])
    known = statistics.upper_limit(n, b, method=method)
    np.testing.assert_array_equal(upper_limit(n, b, method=method), known)
    small = upper_limit(n, b, 1e-4 * b, method=method)
    # An error adds its square to the variance: relative 1e-8 b.
    np.testing.assert_allclose(small, known, rtol=1e-5, atol=1e-6)


def test_without_background():
    np.testing.assert_allclose(upper_limit(0, 0.0, 0.0, method="cls"), np.log(10), rtol=1e-14)
    # CLs without counts does not know the background, nor its error; the classical limit does.
    for b, error in ((1e-6, 1e-6), (0.1, 0.3), (5.0, 2.0)):
        np.testing.assert_allclose(upper_limit(0, b, error, method="cls"), np.log(10), rtol=1e-12)
    for n in (0, 3):
        small = upper_limit(n, 1e-9, 5e-10, method="classical")
        np.testing.assert_allclose(small, statistics.upper_limit(n), rtol=1e-7)
    # A background of 0 with an error is taken to be 0: the weakest limit.
    assert upper_limit(3, 0.0, 0.7) == statistics.upper_limit(3)
    np.testing.assert_allclose(upper_limit(3, 1e-6, 0.7), statistics.upper_limit(3), rtol=1e-4)


def test_an_error_weakens_a_limit_and_no_more_than_no_background():
    for n, b in ((0, 1.0), (2, 2.0), (10, 10.0), (30, 20.0)):
        errors = b * np.array([0.0, 0.1, 0.3, 0.6, 1.0, 2.0, 5.0])
        cls = upper_limit(n, b, errors, method="cls")
        assert np.all(np.diff(cls) >= -1e-9)
        assert cls[0] == statistics.upper_limit(n, b, method="cls")
        assert np.all(cls <= statistics.upper_limit(n) + 1e-9)
        classical = upper_limit(n, b, errors, method="classical")
        assert np.all(classical <= cls + 1e-9)


def test_gaussian_limit():
    # Median count b; CLs of a Gaussian of variance b + e^2: 1.645 sigma at 90 %. The spread of
    # the signal's own count and the skewness are of relative order 1/sqrt(b).
    b, error = 4e4, 2e3
    sigma = np.sqrt(b + error**2)
    got = expected_upper_limit(b, error)
    np.testing.assert_allclose(got, 1.6449 * sigma, rtol=0.05)


@pytest.mark.parametrize(("b", "error"), [(0.3, 0.1), (2.0, 1.0), (9.0, 4.0)])
def test_coverage_over_what_is_not_known(b, error):
    """Background drawn as it is known, counts with it: covered at least as often as stated."""
    k, rate = (b / error) ** 2, b / error**2
    n = np.arange(120)
    limits = {method: upper_limit(n, b, error, method=method) for method in ("classical", "cls")}
    for s in (0.05, 0.5, 2.0, 5.0, 9.0):
        # Exactly: probabilities of the sum of signal and negative binomial background.
        counts = np.convolve(poisson.pmf(n, s), nbinom.pmf(n, k, rate / (1 + rate)))[: len(n)]
        for limit in limits.values():
            assert counts[limit >= s].sum() >= 0.9
    # And the classical limit is not looser than it must be: just above each limit it is the level.
    for edge in limits["classical"][limits["classical"] > 0][1:6]:
        s = edge * (1 + 1e-9)
        counts = np.convolve(poisson.pmf(n, s), nbinom.pmf(n, k, rate / (1 + rate)))[: len(n)]
        np.testing.assert_allclose(counts[limits["classical"] >= s].sum(), 0.9, rtol=1e-6)


def test_coverage_of_toys_with_an_auxiliary_count():
    """The frequentist question: the background is fixed, and both counts fluctuate."""
    s, b, rate, toys = 3.0, 1.0, 4.0, 20_000
    rng = np.random.default_rng(11)
    counts, auxiliary = rng.poisson(s + b, toys), rng.poisson(rate * b, toys)
    pairs, number = np.unique(np.stack([counts, auxiliary]), axis=1, return_counts=True)
    n, m = pairs
    limits = upper_limit(n, m / rate, np.sqrt(m) / rate, method="cls")
    covered = number[limits >= s].sum() / toys
    # Summed exactly over both counts, with an independent sum for the limits.
    expected = 0.0
    for i in range(16):
        for j in range(18):
            known = by_sum(i, j / rate, np.sqrt(j) / rate, 0.9, "cls") if j else None
            limit = float(statistics.upper_limit(i)) if known is None else known
            if limit >= s:
                expected += poisson.pmf(i, s + b) * poisson.pmf(j, rate * b)
    # Four standard deviations: another seed fails once in 16,000. What the sum leaves out: 1e-4.
    assert abs(covered - expected) < 4 * np.sqrt(expected * (1 - expected) / toys) + 2e-4
    assert expected > 0.9


@pytest.mark.parametrize("background", [1e-3, 0.3, 2.2, 9.0, 17.0])
@pytest.mark.parametrize("relative", [1e-4, 0.3, 1.0, 5.0, 100.0])
@pytest.mark.parametrize("cl", [0.5, 0.9, 0.999])
def test_sum_over_background_counts_is_the_integral(background, relative, cl):
    """Limits of the mean, from sums over counts, against those of single counts, by quadrature."""
    error = relative * background
    counts = np.arange(0, 40, 3)
    one_by_one = upper_limit(counts, background, error, cl, method="cls")
    together = _zech_limits(39, background, error, cl)[::3]
    np.testing.assert_allclose(together, one_by_one, rtol=1e-8)


def test_mean_limit_is_the_mean_of_toys():
    b, error, toys = 1.3, 0.5, 40_000
    counts = np.random.default_rng(3).poisson(b, toys)
    values, index = np.unique(counts, return_inverse=True)
    limits = upper_limit(values, b, error, method="cls")[index]
    got = float(expected_upper_limit(b, error, statistic="mean"))
    # Four standard errors: another seed fails once in 16,000.
    assert abs(got - limits.mean()) < 4 * limits.std() / np.sqrt(toys)
    # Many counts are interpolated: against every one of them.
    b, error = 200.0, 30.0
    n = np.arange(110, 300)
    chance = poisson.pmf(n, b)
    every = chance @ upper_limit(n, b, error, method="cls") / chance.sum()
    np.testing.assert_allclose(expected_upper_limit(b, error, statistic="mean"), every, rtol=1e-6)


def test_median_and_asimov():
    for b, error in ((0.2, 0.1), (0.7, 0.2), (12.0, 5.0)):
        n = int(poisson.median(b))
        median = expected_upper_limit(b, error)
        assert median == upper_limit(n, b, error, method="cls")
    for b in (1.0, 6.0, 40.0):
        asimov = expected_upper_limit(b, 0.3 * b, statistic="asimov")
        np.testing.assert_allclose(asimov, upper_limit(int(b), b, 0.3 * b, method="cls"))


@pytest.mark.parametrize(("b", "error"), [(0.01, 0.02), (0.3, 0.1), (2.0, 1.5), (40.0, 8.0)])
def test_discovery_by_enumeration(b, error):
    """The tail as an integral over the background of shape k + 1, count by count."""
    k, rate = (b / error) ** 2, b / error**2
    p = norm.sf(5.0)
    n = 3
    while nbinom.sf(n - 1, k + 1, rate / (1 + rate)) > p:
        n += 1
    # A second route to the tail at the count that was found, and one below.
    most = gamma.isf(1e-16, k + 1, scale=1 / rate)
    tails = [
        quad(
            lambda x, count=count: poisson.sf(count - 1, x) * gamma.pdf(x, k + 1, scale=1 / rate),
            0,
            most,
            points=[0.5 * most],
            epsabs=1e-13,
            limit=400,
        )[0]
        for count in (n, n - 1)
    ]
    assert tails[0] <= p
    assert n == 3 or tails[1] > p
    s = discovery_signal(b, error)
    np.testing.assert_allclose(poisson.sf(n - 1, s + b), 0.5, rtol=1e-8)


def test_discovery_is_the_binomial_test():
    # Z_Bi: P(N >= n | n + m trials) at m = 9 and tau = 3.
    s = discovery_signal(3.0, 1.0)
    n = next(
        n
        for n in range(3, 99)
        if binomtest(n, n + 9, 0.25, alternative="greater").pvalue < 2.867e-7
    )
    np.testing.assert_allclose(poisson.sf(n - 1, s + 3.0), 0.5, rtol=1e-8)


def test_discovery_without_error_or_background():
    for b in (0.0, 0.02, 3.0, 200.0):
        known = float(statistics.discovery_signal(b))
        assert discovery_signal(b, 0.0) == known
        np.testing.assert_allclose(discovery_signal(b, 1e-5 * b), known, rtol=1e-12)
    # 0 +- e: nothing seen in 1/e times the exposure is no proof that there is nothing.
    assert discovery_signal(0.0, 1e-9) == float(statistics.discovery_signal(0.0))
    assert discovery_signal(0.0, 0.1) > discovery_signal(0.0, 0.01) > discovery_signal(0.0, 0.0)


@pytest.mark.parametrize("relative", [0.0, 0.3, 1.0])
def test_negligible_background(relative):
    b = negligible_background(relative)
    # By toys of the mean limit: n = 0 most of the time.
    n = np.arange(12)
    at = poisson.pmf(n, b) @ upper_limit(n, b, relative * b, method="cls")
    np.testing.assert_allclose(at, 1.1 * np.log(10), rtol=1e-6)
    assert 0.14 < b < 0.17
    assert negligible_background(relative, loss=0.01) < b


@pytest.mark.parametrize("relative", [1e-3, 0.1, 1.0])
@pytest.mark.parametrize("method", ["classical", "cls"])
def test_many_counts(relative, method):
    below, above = (
        float(upper_limit(int(b), b, relative * b, method=method)) for b in (1e5, 1e5 + 1)
    )
    # One is an average over Poisson probabilities, the other takes counts for continuous.
    np.testing.assert_allclose(above, below, rtol=4e-3)
    assert discovery_signal(8e6, 3e6) > 5 * 3e6


def test_shapes_broadcast():
    assert upper_limit(np.zeros((3, 1)), np.zeros(4), 0.2).shape == (3, 4)
    assert expected_upper_limit(np.zeros(3), 0.0, [[0.9], [0.95]], statistic="mean").shape == (2, 3)


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: upper_limit(-1), "n_observed"),
        (lambda: upper_limit(0.5, 1.0, 0.1), "n_observed"),
        (lambda: upper_limit(1, -1.0), "background"),
        (lambda: upper_limit(1, 1.0, -0.1), "error"),
        (lambda: upper_limit(1, 1.0, np.nan), "error"),
        (lambda: upper_limit(1, 1.0, 0.1, 1.0), "cl"),
        (lambda: upper_limit(1, 1.0, 0.1, method="else"), "method"),
        (lambda: upper_limit(0, 1e5, 1.0, method="cls"), "n_observed"),
        (lambda: expected_upper_limit(1.0, 0.1, statistic="else"), "statistic"),
        (lambda: discovery_signal(1.0, -1.0), "error"),
        (lambda: negligible_background(-1.0), "relative_error"),
        (lambda: negligible_background(loss=0.0), "loss"),
    ],
)
def test_bad_input(call, key):
    with pytest.raises(InputError, match=f"^{key}"):
        call()
