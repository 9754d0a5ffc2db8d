"""The relic density against a public code, a slow reference, and limits with closed forms."""

import itertools
import math

import numpy as np
import pytest
from reference.relic_slow import relic_yield
from scipy.integrate import quad

from wayside.constants import ALPHA
from wayside.cosmology import relic
from wayside.cosmology.annihilation import strength, visible_width_hat
from wayside.cosmology.column import density_of
from wayside.cosmology.dof import dof
from wayside.cosmology.flags import FLAGS
from wayside.cosmology.relic import omega_h2, relic_density
from wayside.cosmology.universe import CRITICAL_DENSITY, ENTROPY_TODAY
from wayside.errors import InputError, NumericalError
from wayside.models.couplings import Powers
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.models.r_ratio import narrow_states
from wayside.models.registry import kinds, model_class

# Omega h^2 by micrOMEGAs 6.0 (model written by hand, Breit-Wigner window opened to 1e4 widths,
# relative accuracy of integrals 1e-5, table of Drees, Hajkarim and Schmitz), free quarks u d s c b
# of 0.003, 0.005, 0.1, 1.27, 4.18 GeV; last, a rough calculation with a table of R(s) without psi
# and Upsilon. label, m_aprime, m1, m2, epsilon, g_d, with quarks, with R
MICROMEGAS = [
    ("R1", 8.0, 4.341, 3.650, 1e-3, 0.1, 6.209e-3, 6.157e-3),
    ("R2", 8.0, 4.341, 3.650, 1e-3, 1.0, 2.561e-3, 2.490e-3),
    ("R4", 8.0, 4.341, 3.650, 1e-5, 0.03, 3.501, 3.399),
    ("R6", 3.0, 1.566190, 1.423810, 1e-3, 3.0, 8.350e-5, 9.689e-5),
    ("R8", 3.0, 1.414286, 1.285714, 1e-3, 0.3, 1.577e-2, 1.783e-2),
    ("O1", 3.0, 1.0, 0.909091, 1e-3, 1.0, 11.07, 10.56),
    ("O4", 16.5, 5.5, 5.0, 3e-2, 2.506628, 6.841e-2, 6.615e-2),
    ("N1", 7.9, 4.341, 3.650, 1e-3, 1.0, 2.449, 2.386),
]


@pytest.mark.parametrize("row", MICROMEGAS, ids=lambda row: row[0])
def test_against_micromegas(row):
    _, *point, quarks, rough = row
    # Their integrals are good to 1e-5, their four digits to 2e-4; what is left is the
    # interpolation of the degrees of freedom and constants (entropy and critical density differ by
    # 0.07 per cent).
    assert omega_h2(ScalarInelastic, *point, hadrons="quarks") == pytest.approx(quarks, rel=3e-3)
    # The rough table has no psi and Upsilon, and is a table read off a figure.
    assert omega_h2(ScalarInelastic, *point) == pytest.approx(rough, rel=2e-2)


def random_points(seed, n):
    """Around the signal region: half of the points next to the resonance."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        m_aprime = 10 ** rng.uniform(math.log10(1.5), math.log10(10.5))
        near = rng.random() < 0.6
        ratio = 1 - 10 ** rng.uniform(-5, -0.5) if near else rng.uniform(0.5, 1.2)
        delta = 10 ** rng.uniform(-3, -0.3)
        m2 = m_aprime * ratio / (2 + delta)
        yield (
            ("scalar", "pseudo-dirac")[int(rng.random() < 0.4)],
            (m_aprime, m_aprime * ratio - m2, m2),
            10 ** rng.uniform(-6, -1),
            10 ** rng.uniform(-2, 0.5),
            ("quarks", "r-ratio")[int(rng.random() < 0.6)],
        )


def compare(point):
    kind, masses, epsilon, g_d, hadrons = point
    slow = relic_yield(kind, *masses, epsilon, g_d, hadrons, dof("drees2015"))
    scale = masses[2] * ENTROPY_TODAY / CRITICAL_DENSITY
    fast = omega_h2(model_class(kind), *masses, epsilon, g_d, hadrons=hadrons)
    assert fast == pytest.approx(slow * scale, rel=1e-3), point


@pytest.mark.parametrize(
    "point", list(random_points(20, 12)), ids=lambda p: f"{p[0]}-{p[1][0]:.2f}"
)
def test_against_slow_reference(point):
    compare(point)


AT_THRESHOLD = [
    ("pseudo-dirac", (3.0 * (1 + distance), 1.55, 1.45), 1e-5, g_d, "quarks")
    for distance, g_d in ((-3e-3, 1.0), (-1e-6, 0.3), (1e-8, 1.0), (3e-4, 2.0))
] + [
    ("scalar", (3.0 * (1 + distance), 1.55, 1.45), 1e-4, 1.0, "r-ratio")
    for distance in (-1e-3, -1e-5, 1e-6, 1e-3)
]


@pytest.mark.parametrize("point", AT_THRESHOLD, ids=lambda p: f"{p[0]}-{p[1][0] - 3.0:.0e}")
def test_at_threshold_against_slow_reference(point):
    compare(point)


@pytest.mark.parametrize(("epsilon", "g_d"), [(1e-3, 1.0), (1e-6, 1.0), (1e-6, 0.3)])
def test_no_jump_at_threshold(epsilon, g_d):
    # A constant width made a narrow pole of an A' just below m1 + m2: a factor of 100 in between.
    distance = np.geomspace(1e-12, 3e-3, 40)
    mass = 3.0 * (1 + np.concatenate([-distance[::-1], distance]))
    values = omega_h2(PseudoDirac, mass, 1.55, 1.45, epsilon, g_d)
    # The dark width starts as a root of the distance, which ln(Omega h^2) follows.
    assert np.all(np.abs(np.diff(np.log(values))) < 0.5)
    assert values[39] == pytest.approx(values[40], rel=3e-3)


@pytest.mark.parametrize(("epsilon", "g_d"), [(1e-3, 1.0), (1e-4, 1.0), (1e-6, 0.3)])
def test_scalars_change_steeply_at_threshold_without_a_jump(epsilon, g_d):
    """A pole that pairs can reach annihilates them; below threshold none can reach it.

    The dark width of a p wave rises as distance^(3/2), until it exceeds the visible one: there, and
    not at a jump, the density falls by a factor of hundreds.
    """
    distance = np.geomspace(1e-12, 3e-3, 80)
    mass = 3.0 * (1 + np.concatenate([-distance[::-1], distance]))
    values = omega_h2(ScalarInelastic, mass, 1.55, 1.45, epsilon, g_d)
    assert values[79] / values[80:].min() > 100.0
    # At most by the power 3/2, over 0.28 in the logarithm of the distance.
    assert np.all(np.abs(np.diff(np.log(values))) < 1.5 * math.log(distance[1] / distance[0]))
    assert values[79] == pytest.approx(values[80], rel=3e-3)


def _annihilation(mass, epsilon, g_d, m1=1.55, m2=1.45, k=5.0):
    """What freeze-out leaves is about one over this: the average over all x beyond 25, over x^2.

    Pairs have y = sqrt(s) - m1 - m2 with the weight p*^2 exp(-y/T), not relativistic.
    K is a number, as free quarks have it nearly.
    """

    def integrand(y):
        q = m1 + m2 + y
        p = math.sqrt(y * (q + m1 + m2) * (q * q - (m1 - m2) ** 2)) / (2 * q)
        dark = g_d**2 * p**3 / (6 * math.pi * q * q)
        pole = (q * q - mass**2) ** 2 + (epsilon**2 * ALPHA * mass**2 * k / 3 + q * dark) ** 2
        # T from 25 down, n1/n2 = exp(-(m1 - m2)/T): an integral over x of exp(-x (y + m1 - m2)/m2)
        # times x^(3/2 - 2), which is nearly that of its first value over the slope.
        slope = (y + m1 - m2) / m2
        thermal = math.exp(-25.0 * slope) / (slope + 0.5 / 25.0)
        return p**3 * q**2 / pole * thermal

    at = mass - m1 - m2
    cuts = {0.0, 3.0, *np.geomspace(1e-10, 3.0, 80)}
    if at > 0.0:
        near = at * (1.0 - np.geomspace(1e-12, 1.0, 60))
        cuts |= {at, *near, *(2.0 * at - near)}
    ends = sorted(cuts)
    parts = itertools.pairwise(ends)
    return sum(quad(integrand, low, high, epsabs=0.0, epsrel=1e-4)[0] for low, high in parts)


@pytest.mark.parametrize(("epsilon", "g_d"), [(1e-3, 1.0), (1e-4, 1.0)])
def test_the_fall_at_threshold_is_that_of_the_cross_section(epsilon, g_d):
    """Against an integral over energies with a width that depends on them, and nothing else."""
    masses = 3.0 * (1 + np.array([-1e-2, -1e-3, 1e-6, 1e-5, 1e-4, 1e-3]))
    values = omega_h2(ScalarInelastic, masses, 1.55, 1.45, epsilon, g_d, hadrons="quarks")
    inverse = np.array([1 / _annihilation(mass, epsilon, g_d) for mass in masses])
    ratios = (values / values[0]) / (inverse / inverse[0])
    # Freeze-out comes later by ln(rate), and g* falls by then: a factor of three out of thousands.
    assert np.all(np.abs(np.log(ratios)) < math.log(3.0))
    assert inverse[0] / inverse.min() > 1000.0


def test_real_part_at_threshold_is_uncertain():
    below, above = (relic_density(PseudoDirac(m, 1.55, 1.45), 1e-3, 1.0) for m in (2.999, 3.001))
    assert 0.005 < below.contributions["threshold"] < 0.1
    assert below.uncertainty > below.contributions["threshold"]
    assert "threshold" not in above.contributions
    scalars = relic_density(ScalarInelastic(2.999, 1.55, 1.45), 1e-3, 1.0)
    assert "threshold" not in scalars.contributions


def pseudo_dirac(m2):
    """A point with an s wave off the resonance, m_aprime = 3 m."""
    return "pseudo-dirac", (3.0 * m2, 1.05 * m2, m2), 1e-3, 0.5, "r-ratio"


LADDER = np.geomspace(0.05, 4.0, 9).tolist()


@pytest.mark.parametrize(
    "m2", [1.15, *(pytest.param(m, marks=pytest.mark.nightly) for m in LADDER)]
)
def test_stated_error_is_kept(m2):
    """What an independent calculation with the same tables gives is within the numerical error."""
    kind, masses, epsilon, g_d, hadrons = pseudo_dirac(m2)
    result = relic_density(model_class(kind)(*masses), epsilon, g_d, hadrons=hadrons)
    slow = relic_yield(kind, *masses, epsilon, g_d, hadrons, dof("drees2015"))
    expected = slow * masses[2] * ENTROPY_TODAY / CRITICAL_DENSITY
    assert abs(result.omega_h2 / expected - 1) < result.contributions["numerical"]
    assert result.uncertainty >= result.contributions["numerical"]


@pytest.mark.nightly
@pytest.mark.parametrize(
    "point", list(random_points(2, 200)), ids=lambda p: f"{p[0]}-{p[1][0]:.3f}"
)
def test_against_slow_reference_at_many_points(point):
    compare(point)


def test_equilibrium_start_is_early_enough():
    # Starting the slow reference at x = 5 instead of 2 changes nothing at the accuracy asked for.
    point = ("scalar", 8.0, 4.341, 3.65, 1e-4, 0.3, "quarks", dof("drees2015"))
    early, late = (relic_yield(*point, x_start=x) for x in (2.0, 5.0))
    assert early == pytest.approx(late, rel=1e-4)


@pytest.mark.parametrize("cls", [ScalarInelastic, PseudoDirac])
def test_narrow_width_limit(cls):
    # With a narrow A' above threshold annihilation is inverse decay: per volume and time
    # 3 M^2 T/(2 pi^2) K1(M/T) Gamma_dark Gamma_visible/Gamma, n^2 <sigma v>/2 of it.
    from scipy.special import kn

    model, eps, g_d = cls(8.0, 3.9, 3.6), 1e-6, 1e-3
    result = relic_density(model, eps, g_d)
    visible = eps**2 * float(visible_width_hat(8.0, strength()))
    dark = g_d**2 * model.dark_width_hat()
    inside = (result.x > 3) & (result.x < 15)
    t = result.temperature[inside]
    rate = 3 * 64 * t / (2 * np.pi**2) * kn(1, 8.0 / t) * dark * visible / (dark + visible)
    spins = 1 if model.kind == "scalar" else 2
    n = spins * t / (2 * np.pi**2) * (model.m1**2 * kn(2, model.m1 / t) + 3.6**2 * kn(2, 3.6 / t))
    # Corrections: the width over the distance to threshold, 1e-6.
    assert result.sigma_v[inside] == pytest.approx(2 * rate / n**2, rel=1e-4)


def test_off_resonance_against_equation_3():
    # <v^2> = 3 T/mu turns Eq. 3 of the study into a thermal average; K(s) instead of one massless
    # lepton. Relative corrections are of order T/m and T/(distance to the pole).
    model, eps, g_d = ScalarInelastic(30.0, 1.05, 1.0), 1e-3, 1.0
    result = relic_density(model, eps, g_d, hadrons="quarks")
    late = (result.x > 400) & (result.x < 700)
    t = result.temperature[late]
    mu = 1.05 / 2.05
    alpha_d = 1 / (4 * np.pi)
    v2 = 3 * t / mu
    k = float(strength("quarks")(2.05))
    sigma = 8 * np.pi * eps**2 * ALPHA * alpha_d * 1.05 * v2 / (3 * (2.05**2 - 900) ** 2) * k
    share = 1.05**1.5 * np.exp(-0.05 / t)
    effective = 2 * sigma * share / (1 + share) ** 2
    assert result.sigma_v[late] == pytest.approx(effective, rel=2e-2)


def test_coupling_scaling_where_the_dark_width_rules():
    # Gamma_dark >> Gamma_SM on resonance: the density does not depend on g_d.
    model = ScalarInelastic(8.0, 4.1, 3.65)
    strong, weak = (float(density_of(model, g)(1e-5)) for g in (1.0, 0.5))
    # Up to off-resonant annihilation, of relative order of the width over the splitting.
    assert strong == pytest.approx(weak, rel=2e-2)


def test_passing_a_psi():
    # A narrow state above threshold adds to annihilation even where the A' is not near it.
    state = narrow_states()[0]
    total = state.mass - 0.05
    with_psi = omega_h2(ScalarInelastic, 5.0, total / 2 + 0.1, total / 2 - 0.1, 1e-3, 1.0)
    below = state.mass + 0.02
    without = omega_h2(ScalarInelastic, 5.0, below / 2 + 0.1, below / 2 - 0.1, 1e-3, 1.0)
    assert with_psi < 0.9 * without


def test_arrays_and_points_agree():
    model = ScalarInelastic(8.0, 4.341, 3.65)
    eps = np.array([[1e-4], [1e-3]])
    g_d = np.array([0.1, 1.0])
    table = omega_h2(ScalarInelastic, 8.0, 4.341, 3.65, eps, g_d)
    assert table.shape == (2, 2)
    assert relic_density(model, 1e-3, 0.1).omega_h2 == table[1, 0]
    assert density_of(model, 0.1)(1e-3) == pytest.approx(table[1, 0], rel=1e-9)
    assert density_of(model, 0.0)(1e-3) == math.inf


def test_result():
    result = relic_density(ScalarInelastic(8.0, 4.341, 3.65), 1e-3, 0.1)
    assert 20 < result.x_freeze_out < 30
    at_freeze_out = np.interp(result.x_freeze_out, result.x, result.yield_)
    in_equilibrium = np.exp(
        np.interp(result.x_freeze_out, result.x, np.log(result.yield_equilibrium))
    )
    assert at_freeze_out / in_equilibrium == pytest.approx(2.5, rel=0.1)  # linear between steps
    assert np.all(np.diff(result.x) > 0)
    assert np.all(result.yield_ > 0.99 * result.yield_equilibrium)
    assert set(result.contributions) == {"numerical", "dof", "r"}
    assert 0.005 < result.uncertainty < 0.1
    assert result.flags == ()
    quarks = relic_density(ScalarInelastic(8.0, 4.341, 3.65), 1e-3, 0.1, hadrons="quarks")
    assert set(quarks.contributions) == {"numerical", "dof"}


@pytest.mark.parametrize(
    ("masses", "epsilon", "g_d", "flag"),
    [
        ((8.0, 4.341, 3.65), 1e-9, 1e-3, "never-thermal"),
        ((8.0, 4.341, 3.65), 1e-6, 1e-2, "conversion-slow"),
        ((8.0, 4.341, 3.65), 1e-6, 1e-2, "scattering-slow"),
        ((37.0, 17.0, 16.9), 1e-2, 1.0, "outside-tables"),
        ((8.0, 4.0002, 3.9998), 1e-3, 1.0, "cmb"),
        ((8.0, 4.0002, 3.9998), 1e-3, 1.0, "excited-stable"),
        ((2.0, 2.5, 2.4), 1e-3, 1.0, "aprime-pairs"),
        ((8.0, 4.341, 3.65), 0.0, 1.0, "nothing-annihilates"),
    ],
)
def test_flags(masses, epsilon, g_d, flag):
    result = relic_density(ScalarInelastic(*masses), epsilon, g_d)
    assert flag in result.flags
    assert set(result.flags) <= set(FLAGS)
    assert (result.omega_h2 == math.inf) == (epsilon == 0.0)


@pytest.mark.parametrize(("epsilon", "g_d"), [(0.0, 1.0), (1e-3, 0.0), (0.0, 0.0)])
def test_zero_couplings(epsilon, g_d):
    result = relic_density(ScalarInelastic(8.0, 4.341, 3.65), epsilon, g_d)
    assert result.omega_h2 == math.inf
    assert "nothing-annihilates" in result.flags
    assert "infinite" in FLAGS["nothing-annihilates"]
    assert omega_h2(ScalarInelastic, 8.0, 4.341, 3.65, epsilon, g_d) == math.inf
    assert len(result.x) == 0


def test_not_a_number_is_not_a_density(monkeypatch):
    monkeypatch.setattr(relic, "_solve_many", lambda *args: np.full(len(args[0]), np.nan))
    with pytest.raises(NumericalError, match="could not be computed"):
        relic_density(ScalarInelastic(8.0, 4.341, 3.65), 1e-3, 1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"m1": 3.0}, "m1 = 3: must be finite and above m2"),
        ({"m1": math.nan}, "m1 = nan"),
        ({"m_aprime": 0.5}, "m_aprime = 0.5: must be .* above m1 - m2"),
        ({"epsilon": math.nan}, "epsilon = nan: must be finite"),
        ({"g_d": -1.0}, "g_d = -1: must be finite and not negative"),
        ({"m_aprime": 300.0}, "up to 38.1[0-9]* GeV only"),
        ({"pair": "vector"}, "'vector': has no current by itself; give a model, or its current"),
        ({"hadrons": "x"}, "hadrons = 'x'"),
        ({"dof_name": "x"}, "dof = 'x'"),
    ],
)
def test_bad_input(change, message):
    good = {
        "pair": ScalarInelastic,
        "m_aprime": 8.0,
        "m1": 4.341,
        "m2": 3.65,
        "epsilon": 1e-3,
        "g_d": 1.0,
    }
    with pytest.raises(InputError, match=message):
        omega_h2(**{**good, **change})


def test_all_over_the_place():
    # No NaN, no run-away of nodes or steps, far outside the signal region too.
    rng = np.random.default_rng(9)
    n = 1500
    m_aprime = 10 ** rng.uniform(-2, 1.55, n)
    ratio = np.where(rng.random(n) < 0.5, 1 - 10 ** rng.uniform(-10, -0.3, n), rng.uniform(0, 3, n))
    delta = 10 ** rng.uniform(-8, 0.5, n)
    m2 = m_aprime * ratio / (2 + delta) + 1e-4 * m_aprime
    m1 = m2 * (1 + delta)
    m1 = np.where(m1 - m2 < 0.99 * m_aprime, m1, m2 + 0.9 * m_aprime)
    couplings = 10 ** rng.uniform(-10, 0, n), 10 ** rng.uniform(-8, 0.6, n)
    for kind in kinds():
        values = omega_h2(model_class(kind), m_aprime, m1, m2, *couplings)
        assert np.all(np.isfinite(values))
        assert np.all(values > 0)


@pytest.mark.parametrize("couplings", [(0.0, 1.0), (1e-3, 0.0), (0.0, 0.0)])
@pytest.mark.parametrize("cls", [ScalarInelastic, PseudoDirac])
def test_nothing_annihilates(cls, couplings):
    model = cls(8.0, 4.341, 3.65)
    result = relic_density(model, *couplings)
    assert result.omega_h2 == math.inf
    assert "nothing-annihilates" in result.flags
    assert "a coupling is zero" in FLAGS["nothing-annihilates"]
    assert "density is infinite" in FLAGS["nothing-annihilates"]
    assert result.x.size == 0
    assert omega_h2(model, 8.0, 4.341, 3.65, *couplings) == math.inf


@pytest.mark.parametrize("fails", [0, 1, 2])
def test_what_could_not_be_computed_is_no_infinity(monkeypatch, fails):
    # The density itself, or one of those that its uncertainty comes from.
    from wayside.cosmology import relic

    calls, honest = [], relic._solve_many

    def solve_many(*arguments):
        calls.append(arguments)
        values = honest(*arguments)
        return values * math.nan if len(calls) - 1 == fails else values

    monkeypatch.setattr(relic, "_solve_many", solve_many)
    with pytest.raises(NumericalError, match=r"m1 = 4\.341.* could not be computed"):
        relic_density(ScalarInelastic(8.0, 4.341, 3.65), 1e-3, 0.1)


def test_what_stays_excited_is_counted():
    # Splitting below 2 m_e: half of all stays in the heavier state at most, and its mass counts; a
    # MeV above it all decays.
    heavy, light = 0.0402, 0.0400
    model = ScalarInelastic(0.1, heavy, light)
    result = relic_density(model, 1e-5, 0.01)
    assert {"excited-stable", "cmb"} <= set(result.flags)
    yield_today = result.omega_h2 / (light * ENTROPY_TODAY / CRITICAL_DENSITY)
    heavier = yield_today / result.yield_[-1]
    assert 0.999 <= heavier <= 1 + 0.5 * (heavy - light) / light
    assert result.contributions["excited"] <= 0.5 * (heavy - light) / light
    assert result.omega_h2 == pytest.approx(density_of(model, 0.01)(1e-5), rel=1e-12)
    assert (
        "excited" not in relic_density(ScalarInelastic(0.1, 0.042, 0.04), 1e-3, 1.0).contributions
    )


def test_powers_of_a_model_count():
    # A model whose rates scale otherwise: with the same numbers, the same density.
    class Other(PseudoDirac):
        visible_powers = Powers(epsilon=1)
        dark_powers = Powers(g_d=4)
        excited_powers = Powers(epsilon=1, g_d=4)

    masses, epsilon, g_d = (8.0, 4.2, 3.6), 1e-6, 0.6
    usual = float(omega_h2(PseudoDirac, *masses, epsilon**0.5, g_d**2))
    model = Other(*masses)
    assert omega_h2(Other, *masses, epsilon, g_d) == pytest.approx(usual, rel=1e-9)
    assert omega_h2(model, *masses, [epsilon], g_d)[0] == pytest.approx(usual, rel=1e-9)
    assert relic_density(model, epsilon, g_d).omega_h2 == pytest.approx(usual, rel=1e-9)
    assert density_of(model, g_d)(epsilon) == pytest.approx(usual, rel=1e-9)
