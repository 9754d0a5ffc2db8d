r"""Rates that keep the two states in equilibrium with the plasma and with each other.

Estimates, for flags: charged leptons and pions alone, energies small against M, recoil neglected.
With the contact coupling G = eps e gD/M^2 a heavy state scatters a relativistic fermion of energy
E into the other state with sigma = G^2 E E'/(2 pi), E' the energy after it, and a transport
cross-section two thirds of that (Mott's 1 - sin^2(theta/2), derived in docs/theory).
"""

import numpy as np
import numpy.typing as npt

from wayside.constants import ALPHA, LEPTON_MASSES, M_PION
from wayside.models.protocol import Model

__all__ = ["conversion_rate_hat", "momentum_rate_hat"]

FloatArray = npt.NDArray[np.float64]

# Mass, spin states of particle and antiparticle, sign of the distribution.
_TARGETS = (*((mass, 4, 1.0) for mass in LEPTON_MASSES.values()), (M_PION, 2, -1.0))
_NODES, _WEIGHTS = np.polynomial.laguerre.laggauss(40)


def _targets(
    temperature: FloatArray, mass: float, spins: int, sign: float, least: float
) -> tuple[FloatArray, FloatArray]:
    """Energies and the density of targets (GeV^3) at each, from ``least`` up, on a last axis."""
    t = temperature[..., None]
    start = max(mass, least)
    energy = start + t * _NODES
    momentum = np.sqrt((energy - mass) * (energy + mass))
    occupation = 1 / (np.exp(np.minimum(energy / t, 700.0)) + sign)
    weight = t * _WEIGHTS * np.exp(_NODES)
    return energy, spins * momentum * energy * occupation * weight / (2 * np.pi**2)


def conversion_rate_hat(model: Model, temperature: npt.ArrayLike) -> FloatArray:
    """Return the rate at which the ground state turns into the excited one, over eps^2 gD^2.

    Scattering off charged particles and inverse decays.

    Parameters
    ----------
    model
        Masses and widths.
    temperature
        GeV, any shape.

    Returns
    -------
    ndarray
        GeV.
    """
    t = np.asarray(temperature, dtype=np.float64)
    delta = model.m1 - model.m2
    coupling2 = 4 * np.pi * ALPHA / model.m_aprime**4
    total = np.zeros(t.shape)
    for mass, spins, sign in _TARGETS:
        energy, density = _targets(t, mass, spins, sign, mass + delta)
        total += np.sum(density * coupling2 * energy * (energy - delta), axis=-1) / (2 * np.pi)
    decays = sum(model.excited_width_hats().values())
    ratio = (model.m1 / model.m2) ** 1.5 * np.exp(-delta / t)
    return np.asarray(total + decays * ratio)


def momentum_rate_hat(model: Model, temperature: npt.ArrayLike) -> FloatArray:
    """Return the rate at which the ground state's momentum relaxes, over eps^2 gD^2.

    Parameters and result as for `conversion_rate_hat`; scattering alone.
    """
    t = np.asarray(temperature, dtype=np.float64)
    delta = model.m1 - model.m2
    coupling2 = 4 * np.pi * ALPHA / model.m_aprime**4
    total = np.zeros(t.shape)
    for mass, spins, sign in _TARGETS:
        energy, density = _targets(t, mass, spins, sign, mass + delta)
        kick2 = energy * energy - mass * mass
        total += np.sum(density * coupling2 * energy * (energy - delta) * kick2, axis=-1)
    return np.asarray(total / (9 * np.pi * model.m2 * t))
