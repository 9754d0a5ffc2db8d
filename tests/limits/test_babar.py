"""BaBar's limits: the tables mean what they say, and the recasts conserve what was measured."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from wayside.constants import M_MUON
from wayside.errors import InputError
from wayside.limits.babar import (
    ESCAPE_LENGTH,
    InvisibleLikelihood,
    invisible_curve,
    invisible_margin,
    invisible_margin_printed,
    visible_curve,
    visible_margin,
    visible_margin_printed,
)

# Widths over epsilon^2 (leptons, all visible) and over g_D^2 (dark) in GeV, of the right size.
LEPTONS, VISIBLE, DARK = 0.04, 0.11, 2e-6
M = 8.0


def branchings(epsilon, g_d):
    total = epsilon**2 * VISIBLE + g_d**2 * DARK
    return epsilon**2 * LEPTONS / total, g_d**2 * DARK / total


# --- the visible table -------------------------------------------------------------------------


def test_visible_vetoes_are_on_the_resonances():
    curve = visible_curve()
    # omega, phi, J/psi, psi(2S), Upsilon(1S), Upsilon(2S), masses of the Particle Data Group.
    assert np.all(np.isinf(curve([0.78266, 1.01946, 3.09690, 3.68610, 9.46040, 10.0234])))
    widths = curve.gaps[:, 1] - curve.gaps[:, 0]
    # 30 and 50 MeV either side, then up to the next point of the scan; the last two gaps are wider
    # by the limits that are missing at the source.
    np.testing.assert_allclose(widths[:2], 0.06, atol=0.002)
    np.testing.assert_allclose(widths[[2, 4]], 0.10, atol=0.004)
    np.testing.assert_allclose(curve.gaps[3], [3.62, 3.73], atol=0.003)
    np.testing.assert_allclose(curve.gaps[5], [9.77, 10.07], atol=0.004)
    assert len(curve.gaps) == 6


def test_visible_mass_axis():
    calibrated, as_found = visible_curve(), visible_curve("as found")
    # The search ran from 0.02 to 10.2 GeV; one step of the scan is 0.5 MeV and 3 MeV there.
    np.testing.assert_allclose(calibrated.mass_range, (0.0202, 10.197), atol=0.003)
    assert as_found.mass_range[1] > 10.3
    # The dimuon search starts at 2 m_mu, which was not used for the calibration: there the step
    # of the scan becomes much finer. Edges are good to 3e-4, the first step is 1e-4 GeV.
    fine = np.flatnonzero(np.diff(calibrated.mass) < 0.3 * np.diff(calibrated.mass)[0])[0]
    np.testing.assert_allclose(calibrated.mass[fine], 2 * M_MUON, rtol=1e-3)
    assert as_found.mass[fine] > 2 * M_MUON * 1.005
    ratio = np.log(as_found.mass / calibrated.mass)
    assert np.all((ratio > 0.002) & (ratio < 0.012))
    # Muons add to the sensitivity: the median limit falls by a third or so across the threshold.
    below, above = (
        np.median(calibrated(x))
        for x in (np.linspace(0.19, 0.211, 50), np.linspace(0.2125, 0.23, 50))
    )
    assert 0.5 < above / below < 0.8


def test_visible_limits_are_those_of_the_abstract():
    # "at the level of 1e-4 - 1e-3": quoted to the order of magnitude.
    curve = visible_curve()
    known = curve.epsilon[np.isfinite(curve.epsilon)]
    assert known.min() > 1e-4
    assert known.max() < 2e-3
    assert 5e-4 < np.median(known) < 1e-3


# --- recasts of the visible search ---------------------------------------------------------------


@pytest.mark.parametrize("g_d", [0.0, 0.01, 0.3])
def test_visible_edge_conserves_the_rate(g_d):
    published = float(visible_curve()(M))
    without = LEPTONS / VISIBLE

    def edge(log_epsilon):
        eps = np.exp(log_epsilon)
        return float(visible_margin(M, eps, branchings(eps, g_d)[0], without))

    limit = np.exp(brentq(edge, np.log(1e-6), np.log(10.0), xtol=1e-13))
    # epsilon^2 BR = epsilon_1^2 BR_SM is a quadratic in epsilon^2.
    dark = g_d**2 * DARK / VISIBLE
    square = 0.5 * published**2 * (1 + np.sqrt(1 + 4 * dark / published**2))
    np.testing.assert_allclose(limit, np.sqrt(square), rtol=1e-10)


def test_visible_without_dark_decays_is_the_published_limit():
    published = visible_curve()(M)
    assert visible_margin(M, published * 1.0001, 0.36, 0.36) > 0
    assert visible_margin(M, published * 0.9999, 0.36, 0.36) < 0
    # The study's form is then too weak by 1/sqrt(BR).
    np.testing.assert_allclose(visible_margin_printed(M, published / 0.6, 0.36), 0, atol=1e-12)


def test_visible_study_is_equation_22():
    eps = np.geomspace(1e-4, 1e-1, 301)
    br = branchings(eps, 0.3)[0]
    excluded = eps > visible_curve()(M) / np.sqrt(br)
    np.testing.assert_array_equal(visible_margin_printed(M, eps, br) > 0, excluded)
    assert 0 < excluded.sum() < eps.size
    # It never excludes more than the right one.
    assert np.all(visible_margin(M, eps, br, LEPTONS / VISIBLE)[excluded] > 0)


def test_visible_nothing_to_see():
    assert visible_margin(M, 1e-2, 0.0, 0.3) == -np.inf
    assert visible_margin(M, 1e-2, 0.0, 0.0) == -np.inf
    assert visible_margin(3.097, 1.0, 0.3, 0.3) == -np.inf
    assert visible_margin(10.4, 1.0, 0.3, 0.3) == -np.inf


# --- the invisible tables ------------------------------------------------------------------------


def test_likelihood_and_contour_are_one_result():
    likelihood, curve = InvisibleLikelihood.from_table(), invisible_curve()
    m = likelihood.mass[1:]  # the first is 0, below the contour's first
    limit = np.sqrt(likelihood.upper_limit(m, 0.90))
    # Both tables carry six digits.
    np.testing.assert_allclose(limit, curve(m), rtol=3e-5)
    # Neither 90 % of another definition nor another level fits: one-sided Gaussian, 95 %.
    centre, sigma = likelihood.parameters(m)
    assert np.abs(np.sqrt(np.maximum(centre, 0) + 1.2816 * sigma) / curve(m) - 1).max() > 0.05
    assert np.abs(np.sqrt(likelihood.upper_limit(m, 0.95)) / curve(m) - 1).min() > 0.05


def log_likelihood(likelihood, mass, mu):
    """Logarithm of the likelihood of mu >= 0, relative to the best one."""
    centre, sigma = likelihood.parameters(mass)
    best = np.maximum(centre, 0.0)
    return 0.5 * ((best - centre) ** 2 - (mu - centre) ** 2) / sigma**2


@pytest.mark.parametrize("mass", [0.0, 1.4, 4.3, 6.21, 7.9])
@pytest.mark.parametrize("cl", [0.5, 0.9, 0.99])
def test_likelihood_limit_by_integration(mass, cl):
    likelihood = InvisibleLikelihood.from_table()
    limit = float(likelihood.upper_limit(mass, cl))

    def density(mu):
        return float(np.exp(log_likelihood(likelihood, mass, mu * 1e-6)))

    below = quad(density, 0, limit * 1e6, epsabs=0, epsrel=1e-11)[0]
    above = quad(density, limit * 1e6, 30, epsabs=1e-15, epsrel=1e-9, limit=200)[0]
    np.testing.assert_allclose(below / (below + above), cl, rtol=1e-9)


def test_likelihood_shape():
    likelihood = InvisibleLikelihood.from_table()
    centre, _ = likelihood.parameters([5.8, 4.3])
    assert centre[0] > 0 > centre[1]
    # Outside of the table there is no likelihood.
    assert np.all(np.isnan(likelihood.parameters(9.0)))


def test_invisible_ends():
    assert np.all(np.isinf(invisible_curve()([1e-4, 8.01, 100.0])))
    assert np.all(np.isfinite(invisible_curve()([1e-3, 8.0])))
    assert np.all(np.isinf(InvisibleLikelihood.from_table().upper_limit([7.98, 100.0])))
    assert invisible_margin(9.0, 1.0, 1.0, 1.0) == -np.inf
    assert invisible_margin_printed(9.0, 1.0, 100.0) == -np.inf


# --- recasts of the invisible search -------------------------------------------------------------


def test_invisible_study_is_equation_23():
    eps, d = np.meshgrid(np.geomspace(1e-4, 1, 200), np.geomspace(0.1, 100, 150))
    margins = invisible_margin_printed(M, eps, d)
    published = invisible_curve()(M)
    np.testing.assert_array_equal(margins > 0, eps > published * np.exp(1 / d))
    # The same from what it stands for: as many events survive 2 m as the published limit allows.
    events = eps**2 * np.exp(-2.0 / d)
    np.testing.assert_array_equal(margins > 0, events > published**2)


def test_invisible_recasts_agree_where_they_should():
    # All decays dark, every state with the same flight length: eq. 23 is the likelihood's 90 %.
    d = np.array([0.5, 3.0, 50.0, np.inf])
    m = 4.5
    study = invisible_margin_printed(m, 1e-3, d)
    exact = invisible_margin(m, 1e-3, 1.0, np.exp(-ESCAPE_LENGTH / d))
    # The tables' interpolations differ by per mille between their points.
    np.testing.assert_allclose(study, exact, atol=4e-3)


def test_invisible_edge_conserves_the_rate():
    likelihood = InvisibleLikelihood.from_table()
    g_d, cl = 1.0, 0.95

    def edge(log_epsilon):
        eps = np.exp(log_epsilon)
        return float(invisible_margin(6.0, eps, branchings(eps, g_d)[1], 0.37, cl))

    eps = np.exp(brentq(edge, np.log(1e-6), np.log(1e-2), xtol=1e-13))
    mu = eps**2 * branchings(eps, g_d)[1] * 0.37
    np.testing.assert_allclose(mu, likelihood.upper_limit(6.0, cl), rtol=1e-10)


def test_invisible_nothing_escapes():
    assert invisible_margin(4.0, 1e-2, 1.0, 0.0) == -np.inf
    assert invisible_margin(4.0, 1e-2, 0.0, 1.0) == -np.inf
    assert invisible_margin_printed(4.0, 1e-2, 1e-6) < -1e5


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: visible_curve("raw"), "mass_axis"),
        (lambda: visible_margin(M, 1e-3, 1.1, 1.0), "branching_ll"),
        (lambda: visible_margin(M, 1e-3, 0.5, 0.4), "branching_ll"),
        (lambda: visible_margin(M, 1e-3, np.nan, 0.4), "branching_ll"),
        (lambda: visible_margin(M, -1e-3, 0.3, 0.4), "epsilon"),
        (lambda: invisible_margin(M, 1e-3, -0.1, 1.0), "branching_invisible"),
        (lambda: invisible_margin(M, 1e-3, 1.0, 1.5), "escape_probability"),
        (lambda: invisible_margin(M, 1e-3, 1.0, 1.0, 90), "cl"),
        (lambda: invisible_margin_printed(M, 1e-3, 0.0), "flight_length"),
    ],
)
def test_refusals(call, key):
    with pytest.raises(InputError, match=key):
        call()
