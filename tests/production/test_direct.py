"""e+ e- -> A'* -> 1 2: the factor that Eq. 5 of the study halves, settled by two other routes."""

import math

import numpy as np
import pytest
from reference import spinors
from scipy.integrate import quad

from wayside.constants import ALPHA, GEV2_TO_FB
from wayside.errors import InputError
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.paper import formulas
from wayside.production import direct

SQRT_S = 10.58
MODELS = {"scalar": ScalarInelastic, "pseudo-dirac": PseudoDirac}


def from_amplitude(kind, cos, sqrt_s, m_aprime, m1, m2):
    """d sigma/d cos theta over epsilon^2 g_D^2 in fb, by way of spinors and four-vectors."""
    m_e = 1e-9  # massless as the package has it here; corrections are of order m_e^2/s
    half = 0.5 * sqrt_s
    k1, k2 = np.array([half, 0, 0, half]), np.array([half, 0, 0, -half])
    p = math.sqrt((sqrt_s**2 - m1**2 - m2**2) ** 2 - 4 * m1**2 * m2**2) / (2 * sqrt_s)
    n = p * np.array([math.sqrt(1 - cos**2), 0, cos])
    p1, p2 = np.array([math.hypot(p, m1), *n]), np.array([math.hypot(p, m2), *-n])
    squared = spinors.contract(
        spinors.annihilation_tensor(k1, k2, m_e), spinors.dark_tensor(kind, p1, p2, m1, m2)
    )
    squared *= 4 * math.pi * ALPHA / (sqrt_s**2 - m_aprime**2) ** 2
    phase_space = 1 / (8 * math.pi) * (2 * p / sqrt_s) * 0.5
    return squared / (2 * sqrt_s**2) * phase_space * GEV2_TO_FB


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize(
    "masses", [(14.0, 5.0, 4.85), (14.0, 2.0, 0.1), (3.0, 5.4, 5.1), (30.0, 1e-3, 5e-4)]
)
def test_against_spinors(kind, masses):
    model = MODELS[kind](*masses)
    for cos in (-1.0, -0.4, 0.0, 0.7):
        expected = from_amplitude(kind, cos, SQRT_S, *masses)
        value = float(direct.dsigma_dcos_hat(cos, model, SQRT_S))
        # The zero at cos = +-1 comes out of spinors as rounding of the sum at cos = 0.
        floor = 1e-12 * direct.cross_section_hat(model, SQRT_S)
        assert value == pytest.approx(expected, rel=1e-10, abs=floor)


@pytest.mark.parametrize("kind", MODELS)
def test_total_is_the_integral(kind):
    model = MODELS[kind](14.0, 5.0, 4.85)
    total, _ = quad(lambda c: float(direct.dsigma_dcos_hat(c, model, SQRT_S)), -1, 1)
    assert direct.cross_section_hat(model, SQRT_S) == pytest.approx(total, rel=1e-12)
    shape = direct.direct_shape(model, SQRT_S)
    density, _ = quad(lambda c: shape.isotropic + shape.polarised * (1 - c * c), -1, 1)
    assert 2 * math.pi * density == pytest.approx(1.0, rel=1e-12)
    assert shape.energy**2 - shape.momentum**2 == pytest.approx((5.0 / SQRT_S) ** 2)


def test_equation_5_holds_with_sixteen_for_thirty_two():
    model = ScalarInelastic(14.0, 5.0, 4.85)
    c = np.linspace(-1, 1, 11)
    value = direct.dsigma_dcos_hat(c, model, SQRT_S)
    printed = formulas.equation_5(c, SQRT_S**2, 14.0**2, 5.0, 4.85) * GEV2_TO_FB
    assert value == pytest.approx(2 * printed, rel=1e-12)
    right = formulas.equation_5(c, SQRT_S**2, 14.0**2, 5.0, 4.85, denominator=16) * GEV2_TO_FB
    assert value == pytest.approx(right, rel=1e-12)


def test_detailed_balance_with_equation_3():
    """Eq. 3 is sigma v of 1 2 -> l l near threshold, one massless lepton of unit charge.

    Both directions share the amplitude, so sigma(ll -> 12) g_l^2 p_l^2 = sigma(12 -> ll) p*^2 with
    g_l = 2 spin states each. A factor of two in Eq. 5 would break it.
    """
    m1, m2, m_aprime = 5.0, 4.85, 14.0
    for momentum in (1e-2, 1e-3):
        energies = math.hypot(m1, momentum), math.hypot(m2, momentum)
        sqrt_s = sum(energies)
        velocity = momentum / energies[0] + momentum / energies[1]
        alpha_d = 1 / (4 * math.pi)  # g_D = 1
        sigma_v = (8 * math.pi / 3) * ALPHA * alpha_d * m1 * m2 * velocity**2
        sigma_v /= ((m1 + m2) ** 2 - m_aprime**2) ** 2
        reverse = sigma_v / velocity * momentum**2 / (4 * (0.5 * sqrt_s) ** 2)
        value = direct.cross_section_hat(ScalarInelastic(m_aprime, m1, m2), sqrt_s) / GEV2_TO_FB
        # Eq. 3 is the leading term in velocity: corrections of order (momentum/mass)^2.
        assert value == pytest.approx(reverse, rel=2 * (momentum / m2) ** 2 + 1e-8)


def test_fermions_near_threshold_are_isotropic_and_scalars_are_not():
    """s wave against p wave: the fermionic rate rises with p*, the scalar one with p*^3."""
    near, nearer = 10.2 + 1e-5, 10.2 + 2.5e-6
    masses = (14.0, 5.2, 5.0)
    for kind, power in (("scalar", 3), ("pseudo-dirac", 1)):
        model = MODELS[kind](*masses)
        ratio = direct.cross_section_hat(model, near) / direct.cross_section_hat(model, nearer)
        # p* doubles; the next term is of relative order (E - threshold)/mass.
        assert ratio == pytest.approx(2.0**power, rel=1e-5)
    shape = direct.direct_shape(PseudoDirac(*masses), near)
    assert abs(shape.polarised) < 1e-5 * shape.isotropic
    assert direct.direct_shape(ScalarInelastic(*masses), near).isotropic == 0.0


def test_refusals():
    with pytest.raises(InputError, match=r"m1 \+ model\.m2"):
        direct.cross_section_hat(ScalarInelastic(14.0, 6.0, 5.0), SQRT_S)
    with pytest.raises(InputError, match="equals sqrt_s"):
        direct.cross_section_hat(ScalarInelastic(SQRT_S, 5.0, 4.0), SQRT_S)
