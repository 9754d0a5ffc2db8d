r"""Rates that keep the two states in equilibrium with the plasma and with each other.

Estimates, for flags: charged leptons and pointlike pions alone, energies small against M, recoil
neglected, so that the heavy states are static charges. The rate up is that down times
exp(-(m1 - m2)/T). With G = eps e gD/M^2, a target of mass m
that comes in with energy E, momentum k, and leaves with E', momentum k', does so with

    v sigma = G^2 k' (E E' + m^2)/(2 pi E)      off a fermion,
    v sigma = G^2 k' (E + E')^2/(4 pi E)        off a pion

where the current of the pair is that of a charge, and with 3 (E E' - m^2) and k^2 + k'^2 in place
of the brackets where it is that of a spin; `wayside.models.currents.Current.static_charges` says
how much there is of either (derived in docs/theory/relic.md).
"""

import numpy as np
import numpy.typing as npt

from wayside.constants import ALPHA, LEPTON_MASSES, M_PION
from wayside.models.protocol import Model, Pair
from wayside.typing import FloatArray

__all__ = ["conversion_rate_hat", "momentum_rate_hat", "return_rate_hat"]


# Mass, spin states of particle and antiparticle, sign in the distribution.
_TARGETS = (*((mass, 4, 1.0) for mass in LEPTON_MASSES.values()), (M_PION, 2, -1.0))
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)
_END = 7.0  # exp(-49) is negligible


def _scattering(pair: Pair, temperature: FloatArray, momentum: bool) -> FloatArray:
    """Rate of 1 to 2 off the targets, or with ``momentum`` the squared momentum transferred."""
    t = temperature[..., None]
    delta = pair.m1 - pair.m2
    charge, spin = pair.current.static_charges(pair.m1, pair.m2)
    z = _END * (1 + _NODES) / 2
    measure = _END * _WEIGHTS * z * t
    total = np.zeros(temperature.shape)
    for mass, spins, sign in _TARGETS:
        # E = m + T z^2: the square takes out the root at threshold, where k starts.
        energy = mass + t * z**2
        after = energy + delta
        k = np.sqrt((energy - mass) * (energy + mass))
        k_after = np.sqrt((after - mass) * (after + mass))
        # Occupation before, and room (or stimulation) after.
        occupation = 1 / (np.exp(np.minimum(energy / t, 700.0)) + sign)
        room = 1 / (1 + sign * np.exp(-np.minimum(after / t, 700.0)))
        # The target's current squared, even + odd k k' cos(angle), for a charge and for a spin.
        kk = k**2 + k_after**2
        if sign > 0:
            even = charge * (energy * after + mass**2) + 3 * spin * (energy * after - mass**2)
            odd = charge - spin
        else:
            even = charge * (energy + after) ** 2 / 2 + spin * kk / 2
            odd = spin
        square = even
        if momentum:
            square = even * kk - 2 * odd * (k * k_after) ** 2 / 3
        phase_space = spins / (2 * np.pi**2) * k * k_after / (2 * np.pi)
        total += np.sum(measure * occupation * room * phase_space * square, axis=-1)
    return np.asarray(total * 4 * np.pi * ALPHA / pair.m_aprime**4)


def conversion_rate_hat(model: Model, temperature: npt.ArrayLike) -> FloatArray:
    """Return the rate at which the ground state turns into the excited one, over eps^2 gD^2.

    Scattering off charged particles and inverse decays.

    Parameters
    ----------
    model
        Masses, widths and current.
    temperature
        Temperatures in GeV, of any shape.

    Returns
    -------
    ndarray
        Rates in GeV, of the same shape.
    """
    t = np.asarray(temperature, dtype=np.float64)
    boltzmann = np.exp(-(model.m1 - model.m2) / t)
    spins_1, spins_2 = model.current.spin_states
    decays = sum(model.excited_width_hats().values())
    decays *= spins_1 / spins_2 * (model.m1 / model.m2) ** 1.5
    return np.asarray((_scattering(model, t, momentum=False) + decays) * boltzmann)


def return_rate_hat(pair: Pair, temperature: npt.ArrayLike) -> FloatArray:
    """Return the rate at which the excited state turns into the ground state by scattering.

    Over eps^2 gD^2. Parameters and result as for `conversion_rate_hat`.
    """
    return _scattering(pair, np.asarray(temperature, dtype=np.float64), momentum=False)


def momentum_rate_hat(model: Model, temperature: npt.ArrayLike) -> FloatArray:
    """Return the rate at which the ground state's momentum relaxes, over eps^2 gD^2.

    Parameters and result as for `conversion_rate_hat`; scattering alone.
    """
    t = np.asarray(temperature, dtype=np.float64)
    kicks = _scattering(model, t, momentum=True) * np.exp(-(model.m1 - model.m2) / t)
    return np.asarray(kicks / (6 * model.m2 * t))
