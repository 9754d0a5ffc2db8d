"""Rates in absolute size: amplitudes from Dirac matrices, angles and energies integrated."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from wayside.constants import ALPHA, LEPTON_MASSES, M_ELECTRON, M_PION
from wayside.cosmology.dof import dof
from wayside.cosmology.rates import conversion_rate_hat, momentum_rate_hat, return_rate_hat
from wayside.cosmology.survivors import Survivors, cannot_decay
from wayside.models.inelastic import PseudoDirac, ScalarInelastic

MODEL = ScalarInelastic(1.0, 0.42, 0.40)
SIGMA = [
    np.array(m, dtype=complex) for m in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]])
]
GAMMA_0 = np.diag([1, 1, -1, -1]).astype(complex)
GAMMA = [np.block([[np.zeros((2, 2)), s], [-s, np.zeros((2, 2))]]) for s in SIGMA]


def slash(energy, momentum):
    return energy * GAMMA_0 - sum(p * g for p, g in zip(momentum, GAMMA, strict=True))


def squared_amplitude(mass, energy, after, cos_theta, fermion):
    """Of a static unit charge, averaged over spins before and summed after, for G = 1."""
    k, k_after = (math.sqrt(e**2 - mass**2) for e in (energy, after))
    if not fermion:
        return (energy + after) ** 2
    sin_theta = math.sqrt(1 - cos_theta**2)
    before = slash(energy, (0, 0, k)) + mass * np.eye(4)
    behind = slash(after, (k_after * sin_theta, 0, k_after * cos_theta)) + mass * np.eye(4)
    return float(np.trace(behind @ GAMMA_0 @ before @ GAMMA_0).real) / 2


def rate_by_integration(model, temperature, momentum=False):
    """Of 1 to 2 over eps^2 gD^2: Fermi's golden rule, the angle by a sum, energies by quad."""
    delta, total = model.m1 - model.m2, 0.0
    cosines, weights = np.polynomial.legendre.leggauss(4)  # exact: a cubic at most
    targets = [(m, 4, True) for m in LEPTON_MASSES.values()] + [(M_PION, 2, False)]
    for mass, states, fermion in targets:

        def integrand(energy, mass=mass, states=states, fermion=fermion):
            after = energy + delta
            k, k_after = (math.sqrt(e**2 - mass**2) for e in (energy, after))
            sign = 1 if fermion else -1
            room = 1 - sign / (math.exp(min(after / temperature, 700.0)) + sign)
            here = 0.0
            for c, w in zip(cosines, weights, strict=True):
                transfer = k**2 + k_after**2 - 2 * k * k_after * c if momentum else 1.0
                here += w * transfer * squared_amplitude(mass, energy, after, c, fermion)
            # d^3k/(2 pi)^3 f, then d^3k'/((2 pi)^3 2E') 2 pi delta(E' - E - delta)/(2E).
            density = (
                states
                * k
                * energy
                / (2 * math.pi**2)
                / (math.exp(min(energy / temperature, 700.0)) + sign)
            )
            return density * room * here * k_after / (8 * math.pi * energy)

        end = mass + 45 * temperature
        total += quad(integrand, mass, end, epsrel=1e-9, limit=200)[0]
    return total * 4 * math.pi * ALPHA / model.m_aprime**4


@pytest.mark.parametrize("temperature", [3e-4, 5e-3, 0.08])
def test_scattering(temperature):
    expected = rate_by_integration(MODEL, temperature)
    assert return_rate_hat(MODEL, temperature) == pytest.approx(
        expected, rel=2e-5
    )  # a fixed rule, of estimates


@pytest.mark.parametrize("temperature", [5e-3, 0.08])
def test_conversion_and_momentum(temperature):
    down = math.exp(-(MODEL.m1 - MODEL.m2) / temperature)
    decays = sum(MODEL.excited_width_hats().values()) * (MODEL.m1 / MODEL.m2) ** 1.5
    expected = (rate_by_integration(MODEL, temperature) + decays) * down
    assert conversion_rate_hat(MODEL, temperature) == pytest.approx(
        expected, rel=2e-5
    )  # a fixed rule, of estimates
    kicks = rate_by_integration(MODEL, temperature, momentum=True) * down
    expected = kicks / (6 * MODEL.m2 * temperature)
    assert momentum_rate_hat(MODEL, temperature) == pytest.approx(
        expected, rel=2e-5
    )  # a fixed rule, of estimates


@pytest.mark.parametrize("cls", [ScalarInelastic, PseudoDirac])
@pytest.mark.parametrize("couplings2", [1e-10, 1e-6])
def test_what_is_left_excited(cls, couplings2):
    model = cls(0.1, 0.0404, 0.0400)
    assert cannot_decay(model.m1, model.m2)
    assert model.m1 - model.m2 < 2 * M_ELECTRON
    plasma = dof("drees2015")

    def excess(ln_t):
        t = math.exp(ln_t)
        return math.log(couplings2 * rate_by_integration(model, t) / float(plasma.hubble(t)))

    frozen = math.exp(brentq(excess, math.log(3e-5), math.log(0.015), xtol=1e-6))
    ratio = (model.m1 / model.m2) ** 1.5 * math.exp(-(model.m1 - model.m2) / frozen)
    share = ratio / (1 + ratio)
    left = Survivors(model, plasma)
    assert left.share(couplings2) == pytest.approx(share, rel=5e-3)
    mean = (share * model.m1 + (1 - share) * model.m2) / model.m2
    assert left.mass_factor(couplings2) == pytest.approx(mean, rel=1e-5)
