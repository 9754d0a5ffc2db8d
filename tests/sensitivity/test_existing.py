"""Recasts against the numbers a hand calculation gives for one point."""

import math
from dataclasses import replace

import numpy as np
import pytest
from reference import densities, sampling
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

from wayside.collider.beams import Beams
from wayside.constants import ALPHA, HBAR_C, M_ELECTRON, M_MUON
from wayside.data import read_table
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.paper import formulas
from wayside.sensitivity import existing
from wayside.sensitivity.escape import escape_probability
from wayside.sensitivity.existing import SEARCHES, Existing
from wayside.sensitivity.mass_point import MassPoint

MASSES = (3.0, 1.55, 1.44)
COUPLINGS = [(1e-3, 1.0), (5e-3, 0.02), (2e-4, 2.0)]


def point_of(m_aprime: float, m1: float, m2: float, **more) -> MassPoint:
    return MassPoint(ScalarInelastic(m_aprime, m1, m2), Beams.symmetric(10.58), {}, **more)


@pytest.fixture(scope="module")
def point() -> MassPoint:
    # The detector stands elsewhere; what BaBar saw must not depend on that.
    return replace(point_of(*MASSES), beams=Beams(1.89, 1.89, 0.02))


def limit_at_3_gev(table: str) -> float:
    rows = read_table(table)
    return float(np.interp(3.0, rows["mass_gev"], rows["epsilon"]))


def leptons_hat(m: float) -> float:
    """Widths to e e and mu mu over epsilon^2."""
    return sum(
        ALPHA * m / 3 * math.sqrt(1 - 4 * x**2 / m**2) * (1 + 2 * x**2 / m**2)
        for x in (M_ELECTRON, M_MUON)
    )


def dark_hat(m: float, m1: float, m2: float) -> float:
    phase = (1 - ((m1 + m2) / m) ** 2) * (1 - ((m1 - m2) / m) ** 2)
    return m / (48 * math.pi) * phase**1.5


def gamma_beta_at_babar(x: float) -> float:
    m, m1, m2 = MASSES
    return math.sqrt((formulas.equation_14(x, 10.58**2, m**2, m1, m2) / m1) ** 2 - 1)


@pytest.mark.parametrize(("epsilon", "g_d"), COUPLINGS)
def test_babar_visible(point: MassPoint, epsilon: float, g_d: float) -> None:
    limit = limit_at_3_gev("babar_visible")
    assert 1e-4 < limit < 3e-3
    leptons = epsilon**2 * leptons_hat(3.0)
    visible = epsilon**2 * sum(point.model.visible_width_hats().values())
    branching = leptons / (visible + g_d**2 * dark_hat(*MASSES))
    # Eq. 22: epsilon > epsilon_1/sqrt(BR).
    expected = math.log(epsilon * math.sqrt(branching) / limit)
    assert Existing("printed").babar_visible(point, epsilon, g_d) == pytest.approx(
        expected, abs=1e-9
    )
    # Published for an A' without dark decays: relative to its own branching ratio.
    expected -= 0.5 * math.log(leptons / visible)
    assert Existing().babar_visible(point, epsilon, g_d) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("epsilon", "g_d"), COUPLINGS)
def test_babar_invisible(point: MassPoint, epsilon: float, g_d: float) -> None:
    ctau = HBAR_C / (epsilon**2 * g_d**2 * sum(point.model.excited_width_hats().values()))
    # Eq. 23: epsilon > epsilon_2 exp(1 m/d), d at BaBar.
    d = quad(gamma_beta_at_babar, -1, 1)[0] / 2 * ctau
    expected = math.log(epsilon / limit_at_3_gev("babar_invisible")) - 1 / d
    assert Existing("printed").babar_invisible(point, epsilon, g_d) == pytest.approx(
        expected, rel=1e-9
    )
    # The rate: epsilon^2 BR <exp(-2 m/d)> against the 90% bound of a truncated Gaussian.
    rows = read_table("babar_invisible_likelihood")
    centre = np.interp(3.0, rows["mass_gev"], rows["centre_1e6"]) * 1e-6
    sigma = np.interp(3.0, rows["mass_gev"], rows["sigma_1e6"]) * 1e-6
    largest = centre - sigma * ndtri(0.1 * ndtr(centre / sigma))
    visible = epsilon**2 * sum(point.model.visible_width_hats().values())
    dark = g_d**2 * dark_hat(*MASSES)
    escape = float(escape_probability(replace(point, beams=Beams.symmetric(10.58)), ctau))
    mu = epsilon**2 * dark / (dark + visible) * escape
    assert Existing().babar_invisible(point, epsilon, g_d) == pytest.approx(
        0.5 * math.log(mu / largest), rel=1e-7
    )


@pytest.mark.parametrize(("epsilon", "g_d"), COUPLINGS)
def test_lep_and_displaced(point: MassPoint, epsilon: float, g_d: float) -> None:
    for recast in ("exact", "printed"):
        searches = Existing(recast)
        expected = math.log(epsilon / limit_at_3_gev("lep_model_independent"))
        assert searches.lep(point, epsilon, g_d) == pytest.approx(expected, rel=1e-9)
        # Here it is the flight at the scenario's own collider that counts.
        expected = -math.log(float(point.mean_flight(epsilon, g_d)))
        assert searches.displaced(point, epsilon, g_d) == pytest.approx(expected, rel=1e-9)


def test_beyond_the_tables() -> None:
    heavy = point_of(9.0, 4.6, 4.3)  # above the invisible search, inside the visible one
    assert Existing().babar_invisible(heavy, 1e-3, 1.0) == -np.inf
    assert np.isfinite(Existing().babar_visible(heavy, 1e-3, 1.0))
    resonance = point_of(3.0969, 1.6, 1.4)  # the J/psi is vetoed
    assert Existing().babar_visible(resonance, 1e-3, 1.0) == -np.inf
    off_shell = point_of(14.0, 5.0, 4.85, production="off-shell")
    assert Existing().babar_visible(off_shell, 1e-2, 1.0) == -np.inf
    assert Existing().babar_invisible(off_shell, 1e-2, 1.0) == -np.inf
    assert np.isfinite(Existing().lep(off_shell, 1e-2, 1.0))
    # A pair too heavy for A' to decay to is no invisible decay.
    closed = point_of(3.0, 1.7, 1.6, production="off-shell")
    assert Existing().babar_invisible(closed, 1e-3, 1.0) == -np.inf
    light = point_of(0.015, 0.0073, 0.0060)  # below the visible search
    assert Existing().babar_visible(light, 1e-3, 1.0) == -np.inf


def test_extremes_give_no_warnings(point: MassPoint) -> None:
    stable = point_of(3.0, 1.4905, 1.4900)
    epsilon, g_d = np.geomspace(1e-25, 0.9, 40)[:, None], np.geomspace(1e-20, 1e3, 30)
    for recast in ("exact", "printed"):
        for function in Existing(recast).margins().values():
            for each in (point, stable):
                values = function(each, epsilon, g_d)
                assert values.shape == (40, 30)
                assert not np.any(np.isnan(values))
    assert Existing().displaced(stable, 1e-3, 1.0) == -np.inf
    # One that never decays leaves the published limit as it is, but for the branching ratio.
    published = math.log(1e-3 / limit_at_3_gev("babar_invisible"))
    assert Existing("printed").babar_invisible(stable, 1e-3, 1.0) == pytest.approx(published)
    assert Existing().babar_invisible(stable, 1e-3, 3.0) == pytest.approx(published, abs=2e-3)


def test_margins_of_all_searches(point: MassPoint) -> None:
    assert list(Existing().margins()) == [search.key for search in SEARCHES]
    margins = {key: f(point, 1e-3, 1.0) for key, f in Existing().margins().items()}
    assert all(value.shape == () for value in margins.values())


def escapes(kind: str, masses, n: int, seed: int):
    """Momentum over mass of 1 with a photon in the calorimeter, and weights: Eq. 13 as printed."""
    m, m1, m2 = masses
    s = 10.58**2
    rng = np.random.default_rng(seed)
    c, x, phi = rng.uniform(-0.6, 0.6, n), rng.uniform(-1, 1, n), rng.uniform(0, 2 * math.pi, n)
    p2 = ((m**2 - m1**2 - m2**2) ** 2 - 4 * m1**2 * m2**2) / (4 * m**2)
    a, b = (0.0, 1.0) if kind == "scalar" else (2 * (m**2 - (m1 - m2) ** 2), -8 * p2)
    weight = densities.general_numerator(c, x, np.cos(phi), s, m**2, a, b)
    weight /= formulas.equation_13_denominator(c, s, M_ELECTRON)
    energy = formulas.equation_14(x, s, m**2, m1, m2)
    return np.sqrt((energy / m1) ** 2 - 1), weight / np.mean(weight)


@pytest.mark.parametrize("kind", ["scalar", "pseudo-dirac"])
@pytest.mark.parametrize("masses", [MASSES, (3.0, 1.0, 0.9), (7.0, 3.6, 3.3)])
def test_escape_probability(kind: str, masses) -> None:
    model = {"scalar": ScalarInelastic, "pseudo-dirac": PseudoDirac}[kind](*masses)
    point = MassPoint(model, Beams.symmetric(10.58), {})
    ctau = 2.0 / point.mean_gamma_beta * np.array([0.3, 1.0, 5.0])
    escape = escape_probability(point, ctau)
    assert escape.shape == (3,)
    speed, weight = escapes(kind, masses, 400_000, seed=5)
    # They do fly: the length of each is drawn, none of its exponential is computed.
    flown = np.random.default_rng(6).exponential(size=len(speed)) * speed
    for each, value in zip(ctau, escape, strict=True):
        mean, error = sampling.mean_and_error(weight * (flown * each > 2.0))
        assert value == pytest.approx(mean, abs=4 * error)


def test_polarisation_matters_little() -> None:
    """Far above threshold even decays would be off by 3 to 6 per cent, close to it by 0.1."""
    x, w = np.polynomial.legendre.leggauss(40)
    for masses, least, most in (((3.0, 1.0, 0.9), 0.02, 0.08), (MASSES, 1e-4, 2e-3)):
        m, m1, m2 = masses
        speed = np.sqrt((formulas.equation_14(x, 10.58**2, m**2, m1, m2) / m1) ** 2 - 1)
        point = point_of(*masses)
        for flights in (0.3, 1.0):
            ctau = 2.0 / point.mean_gamma_beta * flights
            even = w @ np.exp(-2.0 / (speed * ctau)) / 2
            assert least < abs(escape_probability(point, ctau) / even - 1) < most


def test_escape_of_the_stable_and_of_the_prompt() -> None:
    point = point_of(*MASSES)
    np.testing.assert_allclose(escape_probability(point, [math.inf, 1e-30]), [1.0, 0.0])
    assert escape_probability(point, 3.0).shape == ()


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_babar_invisible_at_other_levels(point: MassPoint, level: float) -> None:
    """The integral of the posterior itself: a Gaussian cut at zero, up to the limit."""
    rows = read_table("babar_invisible_likelihood")
    centre = np.interp(3.0, rows["mass_gev"], rows["centre_1e6"])
    sigma = np.interp(3.0, rows["mass_gev"], rows["sigma_1e6"])
    margin = Existing(confidence_level=level).babar_invisible(point, 1e-3, 1.0)
    ninety = Existing().babar_invisible(point, 1e-3, 1.0)
    ctau = float(point.ctau(1e-3, 1.0))
    escape = float(escape_probability(replace(point, beams=Beams.symmetric(10.58)), ctau))
    mu = 1e-6 * float(point.branching_dark(1e-3, 1.0)) * escape
    limit = mu / math.exp(2 * margin) * 1e6

    def posterior(x: float) -> float:
        return math.exp(-0.5 * ((x - centre) / sigma) ** 2)

    whole = quad(posterior, 0, centre + 12 * sigma)[0]
    assert quad(posterior, 0, limit)[0] / whole == pytest.approx(level, abs=1e-6)
    assert (margin < ninety) == (level > 0.9)
    # The others are published at one level only.
    for key in ("babar-visible", "lep", "displaced"):
        values = (
            Existing(confidence_level=each).margins()[key](point, 1e-3, 1.0)
            for each in (level, 0.9)
        )
        assert len({float(value) for value in values}) == 1


def test_confidence_levels() -> None:
    found = Existing(confidence_level=0.95).confidence_levels(3.0)
    assert found == {
        "displaced": None,
        "babar-invisible": 0.95,
        "babar-visible": 0.9,
        "lep": None,  # the source does not say
    }
    # Eq. 23, and masses beyond the likelihood, know the published level only.
    assert Existing("printed", 0.95).confidence_levels(3.0)["babar-invisible"] == 0.9
    assert Existing(confidence_level=0.95).confidence_levels(8.0)["babar-invisible"] == 0.9
    beyond = Existing(confidence_level=0.95).confidence_levels(9.0)
    assert (beyond["babar-invisible"], beyond["babar-visible"]) == (None, 0.9)
    assert Existing().confidence_levels(3.0969)["babar-visible"] is None  # the vetoed J/psi


def test_babar_is_computed_once_for_all_couplings(
    point: MassPoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    real = existing.escape_rule
    monkeypatch.setattr(existing, "escape_rule", lambda each: made.append(each) or real(each))
    searches = Existing()
    values = [searches.babar_invisible(point, epsilon, 1.0) for epsilon in (1e-4, 1e-3, 1e-2)]
    assert len(set(map(float, values))) == 3
    assert len(made) == 1
    searches.babar_invisible(point_of(3.0, 1.5, 1.4), 1e-3, 1.0)
    assert len(made) == 2
