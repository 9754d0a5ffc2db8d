"""Rates of scattering in absolute size: from spinors and a full phase space of recoiling states."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from reference.spinors import GAMMA, u_spinors
from scipy.integrate import quad

from wayside.constants import ALPHA, LEPTON_MASSES, M_ELECTRON, M_PION
from wayside.cosmology import rates
from wayside.cosmology.dof import dof
from wayside.cosmology.excited_abundance import ExcitedAbundance
from wayside.cosmology.rates import conversion_rate_hat, momentum_rate_hat, return_rate_hat
from wayside.cosmology.relic import omega_h2, relic_density
from wayside.cosmology.universe import CRITICAL_DENSITY, ENTROPY_TODAY
from wayside.models.currents import Current, Term
from wayside.models.inelastic import PseudoDirac, ScalarInelastic

COSINES, COSINE_WEIGHTS = np.polynomial.legendre.leggauss(4)  # amplitudes are quadratic


GAMMA5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]


@dataclass(frozen=True)
class Axial(PseudoDirac):
    """The vector current with the sign of m2 changed, which makes it axial."""

    current = Current((Term(-2.0, s=1),), (Term(-2.0),), spin_states=(2, 2), fermions=True)


def squared_amplitude(model, before, after, target, target_after, mass, fermion):
    """Summed over all spins, over (eps e g_D/M^2)^2; momenta of 2 -> 1 and of the target."""
    if not model.current.fermions:
        dark = [before + after]
    else:
        # An off-diagonal current of two Majorana states is that of Dirac ones.
        vertex = GAMMA @ GAMMA5 if isinstance(model, Axial) else GAMMA
        dark = [
            np.array([a.conj() @ GAMMA[0] @ g @ b for g in vertex])
            for a in u_spinors(after, model.m1)
            for b in u_spinors(before, model.m2)
        ]
    if fermion:
        plain = [
            np.array([a.conj() @ GAMMA[0] @ g @ b for g in GAMMA])
            for a in u_spinors(target_after, mass)
            for b in u_spinors(target, mass)
        ]
    else:
        plain = [target + target_after]
    metric = np.array([1, -1, -1, -1])
    return sum(abs(np.sum(metric * d * p)) ** 2 for d in dark for p in plain)


def off_one_target(model, energy, mass, fermion):
    """v sigma and v sigma <q^2> for 2 at rest, averaged over spins, over (eps e g_D/M^2)^2."""
    k = math.sqrt(energy**2 - mass**2)
    before, target = np.array([model.m2, 0, 0, 0]), np.array([energy, 0, 0, k])
    s = mass**2 + model.m2**2 + 2 * energy * model.m2
    out = math.sqrt((s - (model.m1 + mass) ** 2) * (s - (model.m1 - mass) ** 2) / (4 * s))
    # Isotropic in the centre of mass; boosted back to the rest frame of 2.
    gamma, beta_gamma = (energy + model.m2) / math.sqrt(s), k / math.sqrt(s)
    rate = kick = 0.0
    for cosine, weight in zip(COSINES, COSINE_WEIGHTS, strict=True):
        e, z, x = math.hypot(out, mass), out * cosine, out * math.sqrt(1 - cosine**2)
        target_after = np.array([gamma * e + beta_gamma * z, x, 0, gamma * z + beta_gamma * e])
        after = before + target - target_after
        square = squared_amplitude(model, before, after, target, target_after, mass, fermion)
        spins = (2 if fermion else 1) * model.current.spin_states[1]
        # 1/(4 E m2) of the flux, |M|^2 over the phase space of two, p*/(4 pi sqrt s) <dcos/2>.
        part = square / spins * out / (4 * math.pi * math.sqrt(s)) * weight / 2
        part /= 4 * energy * model.m2
        rate += part
        kick += part * float(np.sum((target_after - target)[1:] ** 2))
    return rate, kick


def reference_rates(model, temperature):
    """Conversion by scattering and relaxation of momentum over eps^2 gD^2, in GeV."""
    delta = model.m1 - model.m2
    result = []
    for which in (0, 1):
        total = 0.0
        for mass, spins, sign in [
            *((m, 4, 1.0) for m in LEPTON_MASSES.values()),
            (M_PION, 2, -1.0),
        ]:
            # Threshold for 2 at rest.
            least = ((model.m1 + mass) ** 2 - model.m2**2 - mass**2) / (2 * model.m2)

            def integrand(z, mass=mass, spins=spins, sign=sign, least=least, which=which):
                energy = least + temperature * z * z
                value = off_one_target(model, energy, mass, sign > 0)[which]
                k = math.sqrt(energy**2 - mass**2)
                f = 1 / (math.exp(energy / temperature) + sign)
                g = 1 / (math.exp((energy - delta) / temperature) + sign)
                room = 1 - sign * g
                density = spins * k * energy * f / (2 * math.pi**2)
                return 2 * temperature * z * density * room * value

            if least < 60 * temperature:
                total += quad(integrand, 0, 6.5, epsrel=1e-5)[0]
        result.append(total * 4 * math.pi * ALPHA / model.m_aprime**4)
    return result[0], result[1] / (6 * model.m2 * temperature)


@pytest.mark.parametrize("cls", [ScalarInelastic, PseudoDirac, Axial])
@pytest.mark.parametrize(
    ("delta", "temperature"),
    [
        (1e-3, 0.02),  # relativistic electrons
        (0.3, 0.03),  # electrons far out in the tail: threshold rules
        (1e-4, 3e-4),  # electrons slow down
        (0.01, 0.15),  # muons and pions beside them
    ],
)
def test_against_recoiling_states(cls, delta, temperature):
    # Recoil and the masses' difference are relative corrections of order (E + delta)/m2, with E a
    # few times T or, near threshold, delta.
    model = cls(1e4, 300.0 + delta, 300.0)
    rate, kick = reference_rates(model, temperature)
    tolerance = 10 * (temperature + delta) / model.m2 + 1e-3
    decays = sum(model.excited_width_hats().values())
    inverse = decays * (model.m1 / model.m2) ** 1.5 * math.exp(-delta / temperature)
    found = float(conversion_rate_hat(model, temperature)) - inverse
    assert found == pytest.approx(rate, rel=tolerance)
    assert float(momentum_rate_hat(model, temperature)) == pytest.approx(kick, rel=tolerance)


def test_relativistic_limit():
    # Without splitting or blocking, one massless fermion of four states: G^2/(2 pi) int dn E^2,
    # with int x^4/(e^x + 1) = 15/16 24 zeta(5).
    model, t = ScalarInelastic(1e4, 100.0 + 1e-7, 100.0), 0.01
    zeta5 = 1.0369277551433699
    electrons = 4 / (2 * math.pi**2) * 15 / 16 * 24 * zeta5 * t**5 / (2 * math.pi)
    electrons *= 4 * math.pi * ALPHA / model.m_aprime**4
    # What blocking leaves: int x^4 f (1 - f) over int x^4 f, by parts 4 int x^3 f.
    left = 4 * (7 / 8 * math.pi**4 / 15) / (15 / 16 * 24 * zeta5)
    # Electron masses and the first muons, (m_mu/T)^3.5 exp(-m_mu/T), add per cents.
    assert float(return_rate_hat(model, t)) == pytest.approx(electrons * left, rel=0.02)


@pytest.mark.parametrize("temperature", [1e-3, 0.05, 1.0])
def test_detailed_balance(temperature):
    model = ScalarInelastic(8.0, 4.001, 3.999)
    decays = sum(model.excited_width_hats().values())
    up, down = (float(f(model, temperature)) for f in (conversion_rate_hat, return_rate_hat))
    ratio = math.exp(-0.002 / temperature)
    assert up == pytest.approx(ratio * (down + decays * (4.001 / 3.999) ** 1.5), rel=1e-12)


def test_quadrature():
    model = ScalarInelastic(8.0, 4.01, 3.99)
    t = np.geomspace(2e-5, 5.0, 30)
    few = return_rate_hat(model, t), momentum_rate_hat(model, t)
    with pytest.MonkeyPatch.context() as patch:
        nodes, weights = np.polynomial.legendre.leggauss(200)
        patch.setattr(rates, "_NODES", nodes)
        patch.setattr(rates, "_WEIGHTS", weights)
        many = return_rate_hat(model, t), momentum_rate_hat(model, t)
    for a, b in zip(few, many, strict=True):
        assert a == pytest.approx(b, rel=1e-4)


def test_excited_abundance():
    # The share by integrating its equation, dn1/dt = -Gamma (n1 - n1_eq), instead of freezing it.
    model, plasma = ScalarInelastic(0.3, 0.1005, 0.1), dof("drees2015")
    couplings2 = (1e-6 * 0.3) ** 2
    abundance = ExcitedAbundance(model, plasma)
    at = abundance.freezes_at(couplings2)
    rate = couplings2 * float(return_rate_hat(model, at))
    assert rate == pytest.approx(float(plasma.hubble(at)), rel=0.05)
    ln_t = np.linspace(math.log(30 * at), math.log(at / 30), 4000)
    t = np.exp(ln_t)
    down = couplings2 * return_rate_hat(model, t) / plasma.hubble(t)
    ratio = (model.m1 / model.m2) ** 1.5 * np.exp(-5e-4 / t)
    share = ratio[0] / (1 + ratio[0])
    for i in range(1, len(t)):
        # Exact for constant rates over a step.
        total, wanted = down[i] * (1 + ratio[i]), ratio[i] / (1 + ratio[i])
        share = wanted + (share - wanted) * math.exp(-total * (ln_t[i - 1] - ln_t[i]))
    assert abundance.fraction(couplings2) == pytest.approx(share, abs=0.1)


def test_density_of_two_components():
    # Without a decay the excited state stays, and weighs in with its own mass.
    m1, m2 = 0.0209, 0.02
    model = ScalarInelastic(0.06, m1, m2)
    epsilon, g_d = 1e-5, 0.3
    result = relic_density(model, epsilon, g_d)
    assert m1 - m2 < 2 * M_ELECTRON
    assert "excited-stable" in result.flags
    share = ExcitedAbundance(model, dof("drees2015")).fraction((epsilon * g_d) ** 2)
    assert 0 < share < 0.6
    left = result.yield_[-1] * ENTROPY_TODAY / CRITICAL_DENSITY
    # What still annihilates after the last step is less than a per cent.
    assert result.omega_h2 == pytest.approx(left * (m2 * (1 - share) + m1 * share), rel=0.01)
    assert result.contributions["excited"] == pytest.approx(share * (m1 - m2) / m2)
    many = omega_h2(ScalarInelastic, 0.06, m1, m2, [epsilon, epsilon], g_d)
    assert many.tolist() == [result.omega_h2] * 2


def test_a_decay_leaves_one_component():
    model = ScalarInelastic(8.0, 4.341, 3.65)
    result = relic_density(model, 1e-3, 0.1)
    assert "excited" not in result.contributions
    assert "excited-stable" not in result.flags
