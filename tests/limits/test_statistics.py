"""Poisson limits against published tables, mpmath inversion, integration and toys."""

import mpmath as mp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammaincc
from scipy.stats import norm, poisson

from wayside.errors import InputError
from wayside.limits.statistics import (
    discovery_signal,
    expected_upper_limit,
    poisson_quantile,
    upper_limit,
)


def cdf(n: int, mean: mp.mpf) -> mp.mpf:
    """P(N <= n) as the sum it is."""
    return mp.exp(-mean) * mp.fsum(mean**k / mp.factorial(k) for k in range(n + 1))


def invert(n: int, b: float, cl: float, method: str) -> float:
    """Limit by bisection of the sum in 40 digits: no incomplete gamma function in it."""
    with mp.workdps(40):
        tail = (1 - mp.mpf(cl)) * (cdf(n, mp.mpf(b)) if method == "cls" else 1)
        low, high = mp.mpf(0), mp.mpf(50 + 10 * n)
        if cdf(n, low + b) <= tail:
            return 0.0
        for _ in range(120):
            middle = (low + high) / 2
            if cdf(n, middle + b) > tail:
                low = middle
            else:
                high = middle
        return float(high)


def test_published_table():
    # Review of Particle Physics, "Statistics", upper ends for n = 0 ... 10 without background,
    # printed to two decimals.
    n = np.arange(11)
    at_90 = [2.30, 3.89, 5.32, 6.68, 7.99, 9.27, 10.53, 11.77, 12.99, 14.21, 15.41]
    at_95 = [3.00, 4.74, 6.30, 7.75, 9.15, 10.51, 11.84, 13.15, 14.43, 15.71, 16.96]
    np.testing.assert_allclose(upper_limit(n), at_90, atol=0.0051)
    np.testing.assert_allclose(upper_limit(n, 0.0, 0.95), at_95, atol=0.0051)


def test_no_events_no_background():
    np.testing.assert_allclose(upper_limit(0), 2.302585092994046, rtol=1e-14)


@pytest.mark.parametrize("method", ["classical", "cls"])
@pytest.mark.parametrize("cl", [0.683, 0.9, 0.95, 0.999])
def test_against_mpmath(method, cl):
    for n in (0, 1, 3, 12):
        for b in (0.0, 1e-6, 0.7, 4.0, 15.0):
            got = upper_limit(n, b, cl, method=method)
            # s is a difference of two numbers near n + b, each good to a few 1e-15.
            np.testing.assert_allclose(got, invert(n, b, cl, method), rtol=1e-12, atol=1e-12)


def test_cls_is_the_bayesian_limit_with_a_flat_prior():
    n, b, cl = 4, 2.3, 0.9
    limit = float(upper_limit(n, b, cl, method="cls"))

    def posterior(s: float) -> float:
        return float(poisson.pmf(n, s + b))

    below = quad(posterior, 0, limit, epsabs=0, epsrel=1e-12)[0]
    total = below + quad(posterior, limit, 200, epsabs=1e-16, epsrel=1e-10)[0]
    np.testing.assert_allclose(below / total, cl, rtol=1e-9)


def test_cls_never_stronger():
    n, b = np.meshgrid(np.arange(15), np.linspace(0, 12, 40))
    classical, cls = upper_limit(n, b), upper_limit(n, b, method="cls")
    assert np.all(cls >= classical - 1e-12)
    assert np.all(cls >= -np.log(0.1) - 1e-12)
    # CLs without observed events does not know the background; the classical limit does.
    np.testing.assert_allclose(cls[:, 0], np.log(10), rtol=1e-12)
    np.testing.assert_allclose(classical[:, 0], np.maximum(np.log(10) - b[:, 0], 0), atol=1e-12)


@pytest.mark.parametrize("cl", [0.9, 0.95])
def test_coverage_never_below_the_level(cl):
    # Summed exactly over all counts. Limits that are too tight at any n break this; limits that
    # are too loose at any n break the second line, since just below each limit coverage is CL.
    s, b = np.linspace(0.01, 20, 400), 2.5
    n = np.arange(120)
    limits = upper_limit(n, b, cl)
    covered = (limits[:, None] >= s) * poisson.pmf(n[:, None], s + b)
    assert covered.sum(axis=0).min() >= cl
    edges = limits[(limits > 0) & (limits < 20)]
    above = edges * (1 + 1e-9)
    tight = ((limits[:, None] >= above) * poisson.pmf(n[:, None], above + b)).sum(axis=0)
    np.testing.assert_allclose(tight, cl, rtol=1e-7)


def test_coverage_of_toys():
    s, b, cl, toys = 4.0, 1.2, 0.9, 200_000
    counts = np.random.default_rng(20).poisson(s + b, toys)
    covered = np.count_nonzero(upper_limit(counts, b, cl) >= s)
    # A miss is n <= 1 (limits 2.69 for one count, 4.12 for two), so coverage is P(N >= 2) exactly;
    # four standard deviations: another seed fails once in 16,000.
    expected = 1 - np.exp(-(s + b)) * (1 + s + b)
    sigma = np.sqrt(expected * (1 - expected) / toys)
    assert abs(covered / toys - expected) < 4 * sigma
    assert expected > cl


@pytest.mark.parametrize("quantile", [0.025, 0.16, 0.5, 0.84, 0.975])
@pytest.mark.parametrize("b", [0.3, 3.8, 34.1])
def test_expected_limit_is_the_quantile_of_toys(b, quantile):
    counts = np.random.default_rng(5).poisson(b, 100_001)
    limits = upper_limit(counts, b)
    got = expected_upper_limit(b, quantile=quantile)
    # The quantile of the toys is exact unless a step of the cumulative distribution lies within
    # their noise of it; these backgrounds are chosen to keep it five standard deviations away.
    noise = np.sqrt(quantile * (1 - quantile) / counts.size)
    assert np.abs(poisson.cdf(np.arange(100), b) - quantile).min() > 5 * noise
    np.testing.assert_allclose(got, np.quantile(limits, quantile, method="inverted_cdf"))


def test_expected_limit_without_background():
    for statistic in ("median", "asimov"):
        got = expected_upper_limit(0.0, [0.9, 0.95], statistic=statistic)
        np.testing.assert_allclose(got, [np.log(10), np.log(20)], rtol=1e-12)


def test_asimov_limit_is_the_limit_where_the_background_is_whole():
    b = np.array([1.0, 4.0, 30.0])
    for method in ("classical", "cls"):
        got = expected_upper_limit(b, method=method, statistic="asimov")
        np.testing.assert_allclose(got, upper_limit(b, b, method=method), rtol=1e-14)
    assert np.all(np.diff(expected_upper_limit(np.linspace(0, 5, 200), statistic="asimov")) > 0)


def test_discovery_by_enumeration():
    b = np.array([0.0, 1e-9, 0.01, 0.3, 2.0, 17.0, 400.0])
    p = norm.sf(5)
    s = discovery_signal(b)
    for signal, background in zip(s, b, strict=True):
        n = 3
        while poisson.sf(n - 1, background) > p:
            n += 1
        # sf(n - 1) is P(N >= n): half of the experiments reach n at s, fewer below.
        np.testing.assert_allclose(poisson.sf(n - 1, signal + background), 0.5, rtol=1e-9)


def test_discovery_without_background():
    # e^-s (1 + s + s^2/2) = 1/2: the median of three or more events.
    got = discovery_signal()
    root = mp.findroot(lambda x: mp.exp(-x) * (1 + x + x * x / 2) - mp.mpf("0.5"), 2.6)
    np.testing.assert_allclose(got, float(root), rtol=1e-12)
    np.testing.assert_allclose(discovery_signal(minimum_events=1), np.log(2), rtol=1e-12)
    np.testing.assert_allclose(discovery_signal(statistic="asimov"), 3.0)
    likely = discovery_signal(probability=0.9, minimum_events=1)
    np.testing.assert_allclose(likely, np.log(10), rtol=1e-12)


def test_discovery_in_the_gaussian_limit():
    # Cornish-Fisher: n = b + Z sqrt(b) + (Z^2 - 1)/6 + 1/2; the next term is of order
    # Z^3/(40 sqrt(b)), 0.03 and 0.003 here.
    b = np.array([1e4, 1e6])
    expected = 5 * np.sqrt(b) + 24 / 6 + 0.5
    got = discovery_signal(b, statistic="asimov")
    np.testing.assert_allclose(got, expected, atol=0.04)
    # The median differs by the rounding of n up and by the median's 1/3 below the mean.
    assert np.all(np.abs(discovery_signal(b) - expected) < 1.5)


def test_asimov_discovery_solves_its_equation():
    b = np.array([0.7, 5.0, 60.0])
    for significance in (3.0, 5.0, 9.0):
        s = discovery_signal(b, significance, statistic="asimov", minimum_events=1)
        for signal, background in zip(s, b, strict=True):
            with mp.workdps(30):
                p = mp.gammainc(signal + background, 0, background, regularized=True)
            np.testing.assert_allclose(float(p), norm.sf(significance), rtol=1e-8)


def test_shapes_broadcast():
    assert upper_limit(np.zeros((3, 1)), np.zeros(4)).shape == (3, 4)
    assert discovery_signal(np.zeros((3, 1)), np.full(4, 5.0)).shape == (3, 4)
    assert expected_upper_limit(np.zeros(3), 0.9, quantile=0.2).shape == (3,)


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: upper_limit(-1), "n_observed"),
        (lambda: upper_limit(1.5), "n_observed"),
        (lambda: upper_limit(np.nan), "n_observed"),
        (lambda: upper_limit(1, -0.1), "background"),
        (lambda: upper_limit(1, np.inf), "background"),
        (lambda: upper_limit(1, 0, 1.0), "cl"),
        (lambda: upper_limit(1, 0, 90), "cl"),
        (lambda: upper_limit(1, method="bayes"), "method"),
        (lambda: upper_limit(0, 5000.0, method="cls"), "impossible"),
        (lambda: expected_upper_limit(1, quantile=0), "quantile"),
        (lambda: expected_upper_limit(1, statistic="mean"), "statistic"),
        (lambda: expected_upper_limit(1, method="bayes"), "method"),
        (lambda: discovery_signal(2e6), "background"),
        (lambda: discovery_signal(0, 0), "significance"),
        (lambda: discovery_signal(0, probability=1), "probability"),
        (lambda: discovery_signal(0, minimum_events=0), "minimum_events"),
        (lambda: discovery_signal(0, statistic="mean"), "statistic"),
    ],
)
def test_refusals(call, key):
    with pytest.raises(InputError, match=key):
        call()


def test_median_of_many_counts():
    """Next to its mean, whatever scipy's inverse says (nan from some 1e10 on)."""
    b = np.array([9.9e9, 1.1e10, 1e12])
    np.testing.assert_array_equal(poisson_quantile(np.asarray(0.5), b), b)
    # CLs of a Gaussian count at its mean: half of 10 per cent in the tail above.
    np.testing.assert_allclose(
        expected_upper_limit(b, method="cls") / np.sqrt(b), norm.isf(0.05), rtol=1e-4
    )


def test_quantile_on_a_step():
    # P(N <= n | b) = quantile exactly: the smallest such count is n, not n + 1.
    n, b = np.meshgrid(np.arange(8.0), [0.5, 2.0, 7.3])
    got = expected_upper_limit(b, quantile=gammaincc(n + 1, b))
    np.testing.assert_array_equal(got, upper_limit(n, b))
