"""Widths of a heavy neutral lepton into several hadrons: that of the tau, limits, final states."""

import numpy as np
import pytest

from wayside.constants import M_TAU
from wayside.models.final_states import charge
from wayside.models.hnl import V_UD, V_US, HeavyNeutralLepton
from wayside.models.hnl_hadrons import (
    BEYOND_SINGLE_MESONS,
    inclusive_charged,
    inclusive_neutral,
    qcd_correction,
)
from wayside.models.particle import total_width, widths_by_channel
from wayside.models.weak import unit_width

MIXED = [{"u2_e": 1.0, "u2_mu": 0.0, "u2_tau": 0.0}, {"u2_e": 0.0, "u2_mu": 0.0, "u2_tau": 1.0}]


def test_hadrons_of_the_tau_are_the_measured_ones():
    # R_tau = 3.636 (PDG 2024, from the leptonic branching ratios), with the electroweak factor
    # 1.0194 of Marciano and Sirlin, which the widths of N leave out. Perturbation theory at this
    # order is good to 2 or 3 per cent.
    hadrons = inclusive_charged(M_TAU, 0.0, V_UD**2 + V_US**2) / unit_width(M_TAU)
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
        expected = inclusive_charged(mass, 0.000511, V_UD**2 + V_US**2)
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
