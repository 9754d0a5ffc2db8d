"""Hadrons in the decays of a heavy neutral lepton beyond single mesons: widths into quarks.

The width into all hadrons is that into free quarks, times the QCD correction that is known from the
decays of the tau; what single mesons leave of it is several pions (Bondarenko et al.,
arXiv:1805.08567, section 3.1.3). Derived in docs/theory/particles.md.
"""

import math
from typing import Final

from wayside.constants import M_TAU, SINE_SQUARED
from wayside.models.final_states import FinalState
from wayside.models.weak import three_body_factor, unit_width

__all__ = [
    "BEYOND_SINGLE_MESONS",
    "CHANNEL",
    "SPREAD",
    "charged_states",
    "inclusive_charged",
    "inclusive_neutral",
    "neutral_states",
    "qcd_correction",
]

BEYOND_SINGLE_MESONS: Final = 1.0
"""Mass in GeV from which widths into several hadrons are counted."""

CHANNEL: Final = "hadrons"
"""Word for several hadrons in names of channels."""

SPREAD: Final = 1.5
"""Factor to which the width into several hadrons is known: a difference of two larger numbers, with
a QCD correction of some 30% whose last term is a fifth of it."""

ALPHA_S_TAU: Final = 0.312
"""Strong coupling at the mass of the tau; PDG 2024."""

_COLOURS: Final = 3.0
_B0: Final = 9.0 / (4.0 * math.pi)
"""Of three quarks: d alpha/d ln mu^2 = -b0 alpha^2."""


def alpha_s(mass: float) -> float:
    """Strong coupling of three quarks at a mass of about that of the tau in GeV, at one loop."""
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
        a + 5.2 a^2 + 26.4 a^3, a = alpha_s/pi: that of the tau (Gorishny, Kataev and Larin,
        Phys. Lett. B 259 (1991) 144).

    Examples
    --------
    >>> round(qcd_correction(1.77693), 2)
    0.18
    """
    a = alpha_s(mass) / math.pi
    return a + 5.2 * a**2 + 26.4 * a**3


def inclusive_charged(mass: float, lepton: float, ckm_squared: float) -> float:
    """Width in GeV into a charged lepton and all hadrons of one charge, mixing left out.

    Parameters
    ----------
    mass, lepton
        Of what decays and of the lepton, in GeV.
    ckm_squared
        Sum of the squared CKM elements of u with d and s.
    """
    quarks = _COLOURS * ckm_squared * three_body_factor(lepton / mass, 0.0) * unit_width(mass)
    return quarks * (1.0 + qcd_correction(mass))


def inclusive_neutral(mass: float) -> float:
    """Width in GeV into a neutrino and all hadrons of u, d and s quarks, mixing left out."""
    up = (0.5 - 2.0 / 3.0 * SINE_SQUARED, -2.0 / 3.0 * SINE_SQUARED)
    down = (-0.5 + SINE_SQUARED / 3.0, SINE_SQUARED / 3.0)
    squares = sum(g**2 for g in up) + 2.0 * sum(g**2 for g in down)
    return _COLOURS * squares * unit_width(mass) * (1.0 + qcd_correction(mass))


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
