"""Widths of a heavy neutral lepton into several hadrons: that of the tau, limits, final states."""

import numpy as np
import pytest

from wayside.constants import M_TAU
from wayside.decays.particle_decays import ParticleDecaySampler, draw_state
from wayside.models.final_states import charge, mass_of
from wayside.models.hnl import HeavyNeutralLepton
from wayside.models.hnl_hadrons import (
    BEYOND_SINGLE_MESONS,
    inclusive_charged,
    inclusive_neutral,
    qcd_correction,
)
from wayside.models.particle import total_width, widths_by_channel
from wayside.models.perturbative_r import alpha_s
from wayside.models.weak import (
    neutral_pair_factor,
    pair_spectrum,
    propagator_factor,
    three_body_factor,
    unit_width,
)

MASS = 50.0
"""Of an N in GeV whose decays feel the propagators."""

MIXED = [{"u2_e": 1.0, "u2_mu": 0.0, "u2_tau": 0.0}, {"u2_e": 0.0, "u2_mu": 0.0, "u2_tau": 1.0}]


def test_hadrons_of_the_tau_are_the_measured_ones():
    # R_tau = 3.636 (PDG 2024, from the leptonic branching ratios), with the electroweak factor
    # 1.0194 of Marciano and Sirlin, which the widths of N leave out. Perturbation theory at this
    # order is good to 2 or 3 per cent.
    hadrons = inclusive_charged(M_TAU, 0.0) / unit_width(M_TAU)
    assert 1.0194 * hadrons == pytest.approx(3.636, rel=0.03)


def test_neutral_current_of_quarks_by_its_vector_and_axial_part():
    # 2 (g_L^2 + g_R^2) = g_V^2 + g_A^2, with g_V = T3 - 2 Q sin^2 and g_A = T3, three colours.
    sine = 0.23121
    squares = (0.5 - 4.0 / 3.0 * sine) ** 2 + 0.25 + 2.0 * ((-0.5 + 2.0 / 3.0 * sine) ** 2 + 0.25)
    free = inclusive_neutral(1.5) / (1.0 + qcd_correction(1.5))
    assert free == pytest.approx(3.0 * 0.5 * squares * unit_width(1.5), rel=1e-9)


@pytest.mark.parametrize("couplings", MIXED)
@pytest.mark.parametrize("mass", [1.1, 1.4, 1.7])
def test_all_hadrons_together_are_those_of_quarks(mass, couplings):
    widths = widths_by_channel(HeavyNeutralLepton(mass, "dirac").widths(), couplings)
    neutral = sum(float(widths[f"nu {name}"]) for name in ("pi0", "eta", "rho", "omega", "hadrons"))
    assert neutral == pytest.approx(inclusive_neutral(mass), rel=1e-9)
    if couplings["u2_e"]:
        charged = sum(float(widths[f"e {name}"]) for name in ("pi", "K", "rho", "hadrons"))
        expected = inclusive_charged(mass, 0.000511)
        assert charged == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("couplings", MIXED)
def test_both_sides_of_one_gev(couplings):
    """What is added there is a tenth of the width, a fifth with the tau alone."""
    below, above = (
        float(total_width(HeavyNeutralLepton(mass).widths(), couplings))
        for mass in (BEYOND_SINGLE_MESONS - 1e-9, BEYOND_SINGLE_MESONS + 1e-9)
    )
    assert 1.0 < above / below < 1.2
    # Beyond, the width rises faster than phase space alone, and without steps.
    mass = np.linspace(1.001, 1.77, 60)
    total = np.array([total_width(HeavyNeutralLepton(m).widths(), couplings) for m in mass])
    power = np.diff(np.log(total)) / np.diff(np.log(mass))
    assert np.all((power > 3.5) & (power < 6.0))


def test_final_states_conserve_charge():
    model = HeavyNeutralLepton(1.5)
    several = [width for width in model.widths() if width.channel.endswith("hadrons")]
    # A tau is too heavy to be among the products.
    assert {one.channel for one in several} == {"e hadrons", "mu hadrons", "nu hadrons"}
    for width in several:
        states = model.final_states(width)
        assert len(states) > 4
        assert all(sum(map(charge, state.products)) == 0 for state in states)
    assert model.width_spread()["e hadrons"] == 1.5


def test_beyond_the_tau_widths_are_those_of_free_fermions():
    """At 55 GeV all masses are small: the sum over lepton and quark doublets, by hand.

    Masses of b and tau are felt at 1 per cent, unitarity of the CKM matrix without b at 0.2.
    """
    mass, sine = 55.0, 0.23121
    w, z = propagator_factor(mass / 80.3692), propagator_factor(mass / 91.188)
    a = float(alpha_s(mass)) / np.pi
    qcd = 1 + a + 4.44 * a**2 + 13.1 * a**3
    quarks = [(0.5 - 2 / 3 * sine, -2 / 3 * sine)] * 2 + [(-0.5 + sine / 3, sine / 3)] * 3
    neutral = 3 * qcd * sum(left**2 + right**2 for left, right in quarks) * z
    other, same = (0.25 + sign * sine + 2 * sine**2 for sign in (-1, 1))
    leptons = (2 + same) * w + (2 * other + 1) * z
    total = unit_width(mass) * (2 * 3 * qcd * w + neutral + leptons)
    widths = widths_by_channel(HeavyNeutralLepton(mass, "dirac").widths(), MIXED[0])
    assert sum(map(float, widths.values())) == pytest.approx(total, rel=0.012)
    majorana = float(total_width(HeavyNeutralLepton(mass).widths(), MIXED[0]))
    assert majorana == pytest.approx(2 * sum(map(float, widths.values())), rel=1e-12)


def test_propagators():
    """The integral by a sum over many masses, and its first term for light particles."""
    x = (np.arange(200_000) + 0.5) / 200_000
    spectrum = pair_spectrum(x, 0.0, 0.0)
    for ratio in (0.2, 0.75):
        expected = np.mean(spectrum / (1 - x * ratio**2) ** 2)
        assert propagator_factor(ratio) == pytest.approx(expected, rel=1e-8)
    assert propagator_factor(0.03) == pytest.approx(1 + 0.6 * 0.03**2, rel=1e-5)


def test_neutral_pairs_against_an_integral():
    """Width with masses by the spectrum of the pair: f_V for vector, f_A for axial couplings."""
    left, right, mass = -0.3, 0.2, 0.21
    vector, axial = left + right, left - right
    s = np.linspace(4 * mass**2, 1, 400_001)
    r = mass**2 / s
    root = np.sqrt(np.maximum(1 - 4 * r, 0))
    shape = 2 * (1 - s) ** 2 * (1 + 2 * s) * root
    spin_1 = 0.5 * (vector**2 * (1 + 2 * r) + axial**2 * (1 - 4 * r))
    # The axial current has a part of spin 0 with the fermions' mass: 3 m^2/s a^2 (1 - s)^2.
    spin_0 = 6 * axial**2 * r * (1 - s) ** 2 * root
    total = np.trapezoid(shape * spin_1 + spin_0, s)
    assert neutral_pair_factor(mass, left, right) == pytest.approx(total, rel=1e-5)
    assert neutral_pair_factor(0.5, left, right) == 0.0
    assert neutral_pair_factor(0.0, left, right) == pytest.approx(left**2 + right**2, rel=1e-15)


def test_steps_between_the_treatments():
    """The lifetime steps by less than 4 per cent at the tau, where the QCD correction changes."""
    below, above = (
        float(total_width(HeavyNeutralLepton(mass).widths(), MIXED[0]))
        for mass in (M_TAU * (1 - 1e-9), M_TAU * (1 + 1e-9))
    )
    assert abs(above / below - 1) < 0.04
    mass = np.geomspace(1.8, 60.0, 80)
    total = np.array([total_width(HeavyNeutralLepton(m).widths(), MIXED[0]) for m in mass])
    power = np.diff(np.log(total)) / np.diff(np.log(mass))
    assert np.all((power > 4.5) & (power < 7.5))


def test_charm_opens_with_its_mesons():
    for mass, open_charm in ((1.86, False), (1.88, True)):
        light = 3 * (0.97373**2 + 0.2243**2) * three_body_factor(0.0005 / mass, 0.0)
        more = inclusive_charged(mass, 0.0005) / (1 + qcd_correction(mass)) / unit_width(mass)
        assert (more > light * (1 + 1e-6)) == open_charm


@pytest.mark.parametrize("lepton", ["e", "nu"])
def test_pions_beside_a_lepton(lepton):
    """Momentum and charge are conserved; the mean squared mass of the pions is the spectrum's.

    Within four standard errors: fails once in 16,000.
    """
    model = HeavyNeutralLepton(MASS)
    (width,) = (w for w in model.widths() if w.channel == f"{lepton} hadrons" and w.powers["u2_e"])
    rng = np.random.default_rng(5)
    for state in model.final_states(width):
        squares = np.zeros(4000)
        for group in draw_state(MASS, state, 4000, rng):
            mass = np.array([mass_of(code) for code in group.pdg])
            energy = np.sqrt(mass**2 + np.sum(group.momentum**2, axis=2))
            assert energy.sum(axis=1) == pytest.approx(MASS, rel=1e-9)
            assert np.abs(group.momentum.sum(axis=1)).max() < 1e-8
            assert sum(map(charge, group.pdg)) == 0
            assert len(group.pdg) >= 4
            squares[group.rows] = MASS**2 + mass[0] ** 2 - 2 * MASS * energy[:, 0]
        x = np.linspace((0.7 / MASS) ** 2, 1, 100_001)
        boson = 91.188 if lepton == "nu" else 80.3692
        spectrum = pair_spectrum(x, 0.0, 0.0) / (1 - x * (MASS / boson) ** 2) ** 2
        mean = MASS**2 * np.sum(spectrum * x) / np.sum(spectrum)
        assert abs(squares.mean() - mean) < 4 * squares.std() / np.sqrt(4000)


def test_a_tau_with_hadrons_needs_room_for_them():
    """No width into what cannot be drawn, at masses just above the tau."""
    for mass, is_open in ((1.9, False), (2.4, False), (2.5, True)):
        model = HeavyNeutralLepton(mass)
        channels = {width.channel for width in model.widths() if "u2_tau" in width.powers}
        assert ("tau hadrons" in channels) == is_open
        sampler = ParticleDecaySampler(model, {"u2_e": 0.0, "u2_mu": 0.0, "u2_tau": 1e-4})
        assert len(sampler.draw(500, np.random.default_rng(6)).channel) == 500
