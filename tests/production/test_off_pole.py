"""Off-shell production with photons above a pole: finite parts against integrals with a width."""

import math
from itertools import pairwise

import pytest
from scipy.integrate import quad

from wayside.collider.beams import Beams
from wayside.constants import ALPHA, GEV2_TO_FB
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.production import direct
from wayside.production.direct_process import DirectProcess
from wayside.production.mediator_widths import MediatorWidths
from wayside.production.off_pole import finite_part
from wayside.production.process import Treatment
from wayside.radiation.radiator import radiator

BELLE2 = Beams.symmetric(10.58)
ALL = Treatment(radiation="all")


def test_finite_part_in_closed_form() -> None:
    """Of (1 + x^2)/(x - 1)^2 from 0 to 3: -1/2 - 1 times 2, 2 ln 2, and 3."""
    value = finite_part(lambda x: 1.0 + x**2, 1.0, 0.0, 3.0)
    assert value == pytest.approx(-3.0 + 2.0 * math.log(2.0) + 3.0, rel=1e-7)


@pytest.mark.parametrize(
    "model",
    [
        ScalarInelastic(5.0, 1.5, 1.2),
        PseudoDirac(6.0, 2.0, 1.8),
        PseudoDirac(9.0, 2.0, 1.8),
    ],
    ids=["scalar", "fermion", "fermion near sqrt(s)"],
)
def test_on_shell_and_off_shell_add_up(model: ScalarInelastic | PseudoDirac) -> None:
    """Their sum is the radiator over a Breit-Wigner, to second order in the width."""
    sqrt_s, mass = BELLE2.sqrt_s, model.m_aprime
    pole = 1.0 - (mass / sqrt_s) ** 2
    # A width of a thousandth of the distance.
    gamma = 1e-3 * pole
    g_d = math.sqrt(gamma * sqrt_s**2 / (mass * MediatorWidths(model).dark_hat))

    def resonance(x: float) -> float:
        energy = sqrt_s * math.sqrt(1.0 - x)
        line = (1.0 - x) ** 2 / ((x - pole) ** 2 + gamma**2)
        return direct.off_pole_hat(model, energy) * line * g_d**2 * float(radiator(x, sqrt_s))

    high = 1.0 - ((model.m1 + model.m2) / sqrt_s) ** 2
    edges = [1e-12, 1e-8, 1e-5, 1e-3, 0.3 * pole, pole - 30 * gamma, pole, pole + 30 * gamma, high]
    whole = sum(quad(resonance, a, b, epsrel=1e-9, limit=400)[0] for a, b in pairwise(edges))
    # Below the least energy: all of it at the energy of the beams.
    exponent = 2.0 * ALPHA / math.pi * (2.0 * math.log(sqrt_s / 0.00051099895) - 1.0)
    whole += resonance(1e-12) * 1e-12 / exponent
    on_shell = 4.0 * math.pi**2 * ALPHA / sqrt_s**2 * float(radiator(pole, sqrt_s)) * GEV2_TO_FB
    off_shell = DirectProcess(model, BELLE2, ALL).cross_section_hat * g_d**2
    # What the width adds is small, and known to a few per cent of itself.
    assert whole - on_shell == pytest.approx(off_shell, rel=0.03)


def test_losses_end_at_the_threshold_below_a_pole_that_cannot_decay() -> None:
    """An A' lighter than the pair has no pole within reach."""
    model = ScalarInelastic(3.0, 4.0, 3.9)
    process = DirectProcess(model, BELLE2, ALL)
    assert process.radiates
    assert process.largest_loss == pytest.approx(1.0 - (7.9 / 10.58) ** 2)


@pytest.mark.parametrize(
    "model",
    [
        ScalarInelastic(8.0, 4.341, 3.65),
        PseudoDirac(8.0, 4.3, 3.69999),
        ScalarInelastic(10.5799, 3.0, 2.9),
        ScalarInelastic(0.3, 0.12, 0.11),
    ],
    ids=["scalar", "at the threshold", "next to the pole", "light"],
)
def test_losses_end_short_of_the_pole(model: ScalarInelastic | PseudoDirac) -> None:
    """Wherever the pole is; and the finite part of what is beyond vanishes."""
    process = DirectProcess(model, BELLE2, ALL)
    pole = 1.0 - (model.m_aprime / 10.58) ** 2
    assert 0.0 < process.largest_loss < pole
    weights = [loss.weight for loss in process.weighted_losses(12)]
    assert min(weights) > 0.0
    assert math.fsum(weights) == pytest.approx(1.0)
