"""What a heavy neutral lepton decays to, with the squared amplitudes of V - A currents.

Both charges are equally frequent: a Majorana N decays to either, and of Dirac ones as many fly as
of their antiparticles. The N count as unpolarised. Derived in docs/theory/events.md.
"""

from functools import partial
from typing import Final

import numpy as np

from wayside.constants import M_PION, M_RHO, SINE_SQUARED
from wayside.models import hnl_hadrons
from wayside.models.final_states import (
    CHARGED_LEPTONS,
    NEUTRINOS,
    FinalState,
    Products,
    SquaredAmplitude,
    with_conjugates,
)
from wayside.models.hnl_hadrons import CHANNEL, charged_states, neutral_states
from wayside.models.kinematics import pair_momentum
from wayside.typing import FloatArray

__all__ = ["final_states", "leptons_squared", "neutral_couplings", "rho_squared"]

WIDTH_RHO: Final = 0.1474
"""Width of the rho at its mass in GeV; PDG 2024, neutral."""

_MESONS: Final = {"pi": 211, "K": 321, "pi0": 111, "eta": 221, "omega": 223}


def final_states(
    flavour: str, channel: str, *, by_mean_number: bool = False
) -> tuple[FinalState, ...]:
    """Final states of a channel by the mixing with one flavour.

    Parameters
    ----------
    flavour
        ``"e"``, ``"mu"`` or ``"tau"``.
    channel
        Of `wayside.models.hnl.HeavyNeutralLepton`, a visible one: either begins with the flavour,
        or with a neutrino.
    by_mean_number
        Whether several hadrons are pions by their mean number, instead of three or four.
    """
    first, *others = channel.split()
    neutrino = NEUTRINOS[flavour]
    if first == "nu" and len(others) == 2:
        return with_conjugates(_leptons(flavour, *others))
    lepton = neutrino if first == "nu" else CHARGED_LEPTONS[first]
    (meson,) = others
    if meson == CHANNEL and by_mean_number:
        return with_conjugates(*hnl_hadrons.by_mean_number(lepton))
    if meson == CHANNEL:
        return with_conjugates(
            *(neutral_states(lepton) if first == "nu" else charged_states(lepton))
        )
    if meson == "rho":
        pions = (211, -211) if first == "nu" else (211, 111)
        return with_conjugates(FinalState(1.0, (lepton, *pions), rho_squared))
    return with_conjugates(FinalState(1.0, (lepton, _MESONS[meson])))


def _leptons(flavour: str, first: str, second: str) -> FinalState:
    """A neutrino and two charged leptons, of one flavour or of two."""
    if first == second:
        left, right = neutral_couplings(same_flavour=first == flavour)
        code = CHARGED_LEPTONS[first]
        return FinalState(1.0, (NEUTRINOS[flavour], code, -code), leptons_squared(left, right))
    # The lepton of the flavour of N comes from the vertex of N, the other one from the W.
    other = second if first == flavour else first
    products = (NEUTRINOS[other], CHARGED_LEPTONS[flavour], -CHARGED_LEPTONS[other])
    return FinalState(1.0, products, leptons_squared(1.0, 0.0))


def neutral_couplings(*, same_flavour: bool) -> tuple[float, float]:
    """Couplings g_L and g_R of charged leptons to the current of N and neutrino.

    Parameters
    ----------
    same_flavour
        Whether they have the flavour with which N mixes, so that a W contributes too.
    """
    return (0.5 if same_flavour else -0.5) + SINE_SQUARED, SINE_SQUARED


def leptons_squared(left: float, right: float) -> SquaredAmplitude:
    """Squared amplitude of N -> nu l- l+ with couplings g_L and g_R of the charged leptons.

    Their masses are equal where both couplings differ from 0. It is, up to a factor,
    g_L^2 (N l+)(nu l-) + g_R^2 (N l-)(nu l+) + g_L g_R m_l^2 (N nu).
    """
    return partial(_leptons_squared, left, right)


def _leptons_squared(left: float, right: float, products: Products) -> FloatArray:
    lepton2 = products.masses[1] * products.masses[2]
    return (
        left**2 * products.with_parent(3) * products.p12
        + right**2 * products.with_parent(2) * products.p13
        + left * right * lepton2 * products.with_parent(1)
    )


def rho_squared(products: Products) -> FloatArray:
    """Squared amplitude of N -> lepton and two pions by way of a rho.

    The tensor of the leptons, 2 (N q)(l q) - q^2 (N l), with q the part of the difference of the
    pions' momenta that is across their sum, times a Breit-Wigner whose width grows as p^3.
    """
    _, m_charged, m_other = products.masses
    s = m_charged**2 + m_other**2 + 2.0 * products.p23
    along = (m_charged**2 - m_other**2) / s
    n_q = (1.0 - along) * products.with_parent(2) - (1.0 + along) * products.with_parent(3)
    l_q = (1.0 - along) * products.p12 - (1.0 + along) * products.p13
    q2 = 2.0 * (m_charged**2 + m_other**2) - s - (m_charged**2 - m_other**2) ** 2 / s
    leptons = 2.0 * n_q * l_q - q2 * products.with_parent(1)
    return np.asarray(leptons * rho_shape(s))


def rho_shape(s: FloatArray) -> FloatArray:
    """Squared propagator of the rho at squared masses in GeV^2, in any unit."""
    growth = pair_momentum(np.sqrt(s), M_PION, M_PION) / pair_momentum(M_RHO, M_PION, M_PION)
    width = WIDTH_RHO * growth**3 * M_RHO**2 / s
    return np.asarray(1.0 / ((s - M_RHO**2) ** 2 + s * width**2))
