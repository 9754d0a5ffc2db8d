"""Hadrons in the decays of a heavy neutral lepton beyond single mesons: widths into quarks.

The width into all hadrons is that into free quarks, times the QCD correction that is known from the
decays of the tau; what single mesons leave of it is several pions (Bondarenko et al.,
arXiv:1805.08567, section 3.1.3). Derived in docs/theory/particles.md.
"""

import math
from typing import Final

from wayside.constants import M_B, M_D, M_TAU, SINE_SQUARED
from wayside.models import perturbative_r
from wayside.models.final_states import SEVERAL_PIONS, FinalState, Hadrons
from wayside.models.weak import neutral_pair_factor, three_body_factor, unit_width

__all__ = [
    "BEYOND_SINGLE_MESONS",
    "CHANNEL",
    "SPREAD",
    "V_UD",
    "V_US",
    "by_mean_number",
    "charged_states",
    "inclusive_charged",
    "inclusive_neutral",
    "neutral_states",
    "qcd_correction",
]

V_UD: Final = 0.97373
V_US: Final = 0.2243

BEYOND_SINGLE_MESONS: Final = 1.0
"""Mass in GeV from which widths into several hadrons are counted."""

CHANNEL: Final = "hadrons"
"""Word for several hadrons in names of channels."""

SPREAD: Final = 1.5
"""Factor to which the width into several hadrons is known: a difference of two larger numbers, with
a QCD correction of some 30% whose last term is a fifth of it."""

SPREAD_OF_JETS: Final = 1.05
"""The same of an N heavier than two mesons with beauty: mass of the quarks, order of the QCD
correction, weak corrections."""

ALPHA_S_TAU: Final = 0.312
"""Strong coupling at the mass of the tau; PDG 2024."""

CKM_UP: Final = V_UD**2 + V_US**2
CKM_CHARM: Final = 0.975**2 + 0.221**2
"""Sums of the squared CKM elements of u and of c with d and s; PDG 2024."""

CHARM: Final = 1.27
BEAUTY: Final = 4.18
"""Masses of the quarks in GeV; widths begin where mesons with them are light enough."""

_COEFFICIENTS: Final = {3: (5.2023, 26.366), 4: (4.8231, 19.592), 5: (4.4439, 13.134)}
"""Of a^2 and a^3 by number of quarks."""

_COLOURS: Final = 3.0
_B0: Final = 9.0 / (4.0 * math.pi)
"""Of three quarks: d alpha/d ln mu^2 = -b0 alpha^2."""


def alpha_s(mass: float) -> float:
    """Strong coupling at a mass in GeV: of three quarks up to the tau, at one loop; of five beyond.

    The two differ by 4 per cent at the tau.
    """
    if mass > M_TAU:
        return float(perturbative_r.alpha_s(mass))
    return ALPHA_S_TAU / (1.0 + 2.0 * _B0 * ALPHA_S_TAU * math.log(mass / M_TAU))


def qcd_correction(mass: float) -> float:
    """Width into hadrons over that into free quarks, less 1.

    Parameters
    ----------
    mass
        Of what decays, in GeV, at least `BEYOND_SINGLE_MESONS`.

    Returns
    -------
    float
        a + 5.2 a^2 + 26.4 a^3, a = alpha_s/pi: that of the tau; with four and five quarks beyond
        it and 2 M_B (Gorishny, Kataev and Larin, Phys. Lett. B 259 (1991) 144).

    Examples
    --------
    >>> round(qcd_correction(1.77693), 2), round(qcd_correction(20.0), 2)
    (0.18, 0.06)
    """
    a = alpha_s(mass) / math.pi
    second, third = _COEFFICIENTS[3 if mass <= M_TAU else 4 if mass <= 2.0 * M_B else 5]
    return a + second * a**2 + third * a**3


def inclusive_charged(mass: float, lepton: float) -> float:
    """Width in GeV into a charged lepton and all hadrons of one charge, mixing left out.

    Parameters
    ----------
    mass, lepton
        Of what decays and of the lepton, in GeV; 0 where several pions are too heavy.
    """
    if lepton + SEVERAL_PIONS >= mass:
        return 0.0
    factor = CKM_UP * three_body_factor(lepton / mass, 0.0)
    if mass > lepton + M_D:
        factor += CKM_CHARM * three_body_factor(lepton / mass, CHARM / mass)
    return _COLOURS * factor * unit_width(mass) * (1.0 + qcd_correction(mass))


def inclusive_neutral(mass: float) -> float:
    """Width in GeV into a neutrino and all hadrons, mixing left out.

    Parameters
    ----------
    mass
        Of what decays, in GeV.
    """
    up = (0.5 - 2.0 / 3.0 * SINE_SQUARED, -2.0 / 3.0 * SINE_SQUARED)
    down = (-0.5 + SINE_SQUARED / 3.0, SINE_SQUARED / 3.0)
    light = neutral_pair_factor(0.0, *up) + 2.0 * neutral_pair_factor(0.0, *down)
    heavy = sum(
        neutral_pair_factor(quark / mass, *couplings)
        for quark, meson, couplings in ((CHARM, M_D, up), (BEAUTY, M_B, down))
        if mass > 2.0 * meson
    )
    return _COLOURS * (light + heavy) * unit_width(mass) * (1.0 + qcd_correction(mass))


def charged_states(lepton: int) -> tuple[FinalState, ...]:
    """Several pions with a charged lepton, as often as in the decays of the tau; PDG 2024.

    Parameters
    ----------
    lepton
        PDG code, of negative charge.
    """
    return (
        FinalState(9.02, (lepton, 211, 211, -211)),
        FinalState(9.26, (lepton, 211, 111, 111)),
        FinalState(4.49, (lepton, 211, 211, -211, 111)),
        FinalState(1.04, (lepton, 211, 111, 111, 111)),
    )


def neutral_states(neutrino: int) -> tuple[FinalState, ...]:
    """Several pions with a neutrino: three by way of a1, and four, in a guess of proportions."""
    return (
        FinalState(2.0, (neutrino, 211, -211, 111)),
        FinalState(1.0, (neutrino, 211, -211, 211, -211)),
        FinalState(1.0, (neutrino, 211, -211, 111, 111)),
    )


def by_mean_number(lepton: int) -> tuple[FinalState, ...]:
    """Pions by their mean number with a lepton or neutrino, for what is heavier than the tau.

    Parameters
    ----------
    lepton
        PDG code.
    """
    return (FinalState(1.0, (lepton,), hadrons=Hadrons.PIONS),)
