"""Equations 4, 5 and 13 to 16 of the study as it prints them, couplings left out.

Plain arithmetic, so that floats, arrays and mpmath numbers all pass through. Throughout, ``s`` is
the square of the energy in the centre of mass in GeV^2, ``m2`` the square of the mass of A' in
GeV^2, ``m1`` and ``m_ground`` the masses of phi1 and phi2 in GeV.
"""

import math
from typing import Any

from wayside.constants import ALPHA

Number = Any
"""A float, an array or an mpmath number."""


def equation_4(c: Number, s: Number, m2: Number, m_e: Number) -> Number:
    """Differential cross-section of e+ e- -> gamma A' over epsilon^2.

    Parameters
    ----------
    c
        Cosine of the angle of A' to the electron beam in the centre of mass.
    s, m2
        Squares in GeV^2, as said above.
    m_e
        Mass of the electron in GeV.

    Returns
    -------
    Number
        d sigma/d cos theta in GeV^-2.
    """
    top = (s + m2) ** 2 + (s - m2) ** 2 * c**2
    return 2 * math.pi * ALPHA**2 * top / (s * (s - m2) * equation_13_denominator(c, s, m_e))


def equation_5(
    c: Number, s: Number, m2: Number, m1: Number, m_ground: Number, denominator: Number = 32
) -> Number:
    """Differential cross-section of e+ e- -> A'* -> phi1 phi2 over epsilon^2 g_D^2.

    Parameters
    ----------
    c
        Cosine of the angle of phi1 to the electron beam in the centre of mass.
    s, m2, m1, m_ground
        Squares in GeV^2 and masses in GeV, as said above.
    denominator
        The number in the denominator, 32 in print.

    Returns
    -------
    Number
        d sigma/d cos theta in GeV^-2.
    """
    phase = (1 - (m1 + m_ground) ** 2 / s) * (1 - (m1 - m_ground) ** 2 / s)
    return ALPHA * s / (denominator * (s - m2) ** 2) * phase**1.5 * (1 - c**2)


def equation_13(c: Number, x: Number, cos_phi: Number, s: Number, m2: Number) -> Number:
    """Curly bracket of Eq. 13, without its denominator, in GeV^4.

    Parameters
    ----------
    c
        Cosine of the angle of A' to the electron beam in the centre of mass.
    x, cos_phi
        Cosines of the polar angle and the azimuth of phi1 in the frame of A'.
    s, m2
        Squares in GeV^2, as said above.
    """
    sin2, sin2_x = (1 - c) * (1 + c), (1 - x) * (1 + x)
    half = sin2 * 0 + 1 / 2
    return (
        (s + m2) ** 2
        + (s - m2) ** 2 * c**2
        - ((s - m2) ** 2 + (s + m2) ** 2 * c**2) * x**2
        + 4 * (m2 * s) ** half * (s + m2) * sin2_x**half * x * cos_phi * sin2**half * c
        - 4 * m2 * s * sin2_x * cos_phi**2 * sin2
    )


def equation_13_denominator(c: Number, s: Number, m_e: Number) -> Number:
    """Denominator that Eqs. 4 and 13 share, s sin^2 theta + 4 m_e^2, in GeV^2."""
    return s * (1 - c) * (1 + c) + 4 * m_e**2


def equation_14(x: Number, s: Number, m2: Number, m1: Number, m_ground: Number) -> Number:
    """Energy of phi1 in the centre of mass in GeV; ``x`` as in `equation_13`."""
    root = s**0.5
    lift = 1 + (m1**2 - m_ground**2) / m2
    swing = (lift**2 - 4 * m1**2 / m2) ** 0.5
    return (s + m2) / (4 * root) * lift + (s - m2) / (4 * root) * swing * x


def equation_15(
    c: Number, x: Number, cos_phi: Number, s: Number, m2: Number, beta: Number
) -> Number:
    """Cosine of the polar angle of phi1 in the centre of mass.

    Parameters
    ----------
    c, x, cos_phi, s, m2
        As in `equation_13`.
    beta
        Velocity of phi1 in the frame of A', by `equation_16`.
    """
    sin, sin_x = (1 - c**2) ** 0.5, (1 - x**2) ** 0.5
    forward = s - m2 + (s + m2) * beta * x
    top = forward * c - 2 * (s * m2) ** 0.5 * beta * sin_x * cos_phi * sin
    return top / (4 * s * m2 * beta**2 * sin_x**2 + forward**2) ** 0.5


def equation_16(m2: Number, m1: Number, m_ground: Number) -> Number:
    """Velocity of phi1 in the frame of A'."""
    return (1 - 4 * m2 * m1**2 / (m2 + m1**2 - m_ground**2) ** 2) ** 0.5
