"""Formulas as the study prints them (Eqs. 4, 5, 13-16), couplings left out, letter by letter.

Plain arithmetic: floats, arrays and mpmath numbers all pass through.
"""

import math

import numpy as np

ALPHA = 7.2973525643e-3
GEV2_TO_FB = 3.893793721718594e11


def equation_4(c, s, m2, m_e):
    """d sigma/d cos theta over epsilon^2, in GeV^-2; m2 is the A' mass squared."""
    top = (s + m2) ** 2 + (s - m2) ** 2 * c**2
    return 2 * math.pi * ALPHA**2 * top / (s * (s - m2) * (s * (1 - c**2) + 4 * m_e**2))


def equation_5(c, s, m2, m1, m_ground, denominator=32):
    """d sigma/d cos theta over epsilon^2 g_D^2, in GeV^-2."""
    phase = (1 - (m1 + m_ground) ** 2 / s) * (1 - (m1 - m_ground) ** 2 / s)
    return ALPHA * s / (denominator * (s - m2) ** 2) * phase**1.5 * (1 - c**2)


def equation_13_numerator(c, x, cos_phi, s, m2):
    """Curly bracket of Eq. 13; x = cos theta_1^*, cos_phi = cos phi_1^*."""
    sin2, sin2_x = (1 - c) * (1 + c), (1 - x) * (1 + x)
    half = sin2 * 0 + 1 / 2
    return (
        (s + m2) ** 2
        + (s - m2) ** 2 * c**2
        - ((s - m2) ** 2 + (s + m2) ** 2 * c**2) * x**2
        + 4 * (m2 * s) ** half * (s + m2) * sin2_x**half * x * cos_phi * sin2**half * c
        - 4 * m2 * s * sin2_x * cos_phi**2 * sin2
    )


def equation_13_denominator(c, s, m_e):
    return s * (1 - c) * (1 + c) + 4 * m_e**2


def equation_14(x, s, m2, m1, m_ground):
    """Energy of the excited state in the centre of mass."""
    root = s**0.5
    lift = 1 + (m1**2 - m_ground**2) / m2
    return (s + m2) / (4 * root) * lift + (s - m2) / (4 * root) * (
        lift**2 - 4 * m1**2 / m2
    ) ** 0.5 * x


def equation_15(c, x, cos_phi, s, m2, beta):
    """Cosine of the polar angle of the excited state in the centre of mass."""
    sin, sin_x = (1 - c**2) ** 0.5, (1 - x**2) ** 0.5
    forward = s - m2 + (s + m2) * beta * x
    top = forward * c - 2 * (s * m2) ** 0.5 * beta * sin_x * cos_phi * sin
    return top / (4 * s * m2 * beta**2 * sin_x**2 + forward**2) ** 0.5


def equation_16(m2, m1, m_ground):
    """Velocity of the excited state in the A' frame."""
    return (1 - 4 * m2 * m1**2 / (m2 + m1**2 - m_ground**2) ** 2) ** 0.5


def general_numerator(c, x, cos_phi, s, m2, isotropic, polarised):
    """Eq. 13 for a dark current a (-g + q q/q2) + b n n: scalars have a = 0, b = 1.

    Integrated over the decay angles the bracket of Eq. 13 is 4 pi/3 of twice the bracket of
    Eq. 4, and the contraction with n n is 4 pi/3 of the trace.
    """
    twice = 2 * ((s + m2) ** 2 + (s - m2) ** 2 * c**2)
    return isotropic * twice + polarised * equation_13_numerator(c, x, cos_phi, s, m2)


def averaged_13(x, theta, cos_a, sin_a, s, m2, m_e, isotropic=0.0, polarised=1.0):
    """Mean of Eq. 13 over the azimuth of A' around 1, by partial fractions (floats only).

    ``cos_a``, ``sin_a``: angle between 1 and A'. Written from Eq. 13 alone.
    """
    cos_t, sin_t = math.cos(theta), math.sin(theta)
    difference, total = (s - m2) ** 2, (s + m2) ** 2
    # sin(theta_A) cos(phi) = (cos_a c - cos_t)/sin_a: Eq. 13 becomes w0 + w1 c + w2 c^2.
    cross = 4 * (m2 * s) ** 0.5 * (s + m2) * (1 - x**2) ** 0.5 * x
    square = -4 * m2 * s * (1 - x**2)
    w0 = total - difference * x**2 + square * (cos_t / sin_a) ** 2
    w1 = -cross * cos_t / sin_a - 2 * square * cos_a * cos_t / sin_a**2
    w2 = difference - total * x**2 + cross * cos_a / sin_a + square * (cos_a / sin_a) ** 2
    w0 = polarised * w0 + isotropic * 2 * total
    w1 = polarised * w1
    w2 = polarised * w2 + isotropic * 2 * difference
    b2 = 1 + 4 * m_e**2 / s
    b = b2**0.5
    product = cos_a * cos_t
    # (b -+ cos_a cos_t)^2 - sin_a^2 sin_t^2, with the small difference of two cosines factored.
    gap = 4 * m_e**2 / s / (b + 1)
    minus = ((gap + 1 - product) + sin_a * sin_t) * (gap + _one_minus_cos(cos_a, sin_a, theta, 1))
    plus = ((gap + 1 + product) + sin_a * sin_t) * (gap + _one_minus_cos(cos_a, sin_a, theta, -1))
    even = (w0 + w2 * b2) / b
    return (-w2 + (even + w1) / (2 * minus**0.5) + (even - w1) / (2 * plus**0.5)) / s


def _one_minus_cos(cos_a, sin_a, theta, sign):
    """1 -+ cos(alpha) cos(theta) - sin(alpha) sin(theta): 2 sin^2 of half the angle between."""
    alpha = np.arctan2(sin_a, cos_a)
    other = theta if sign > 0 else math.pi - theta
    return 2 * np.sin(0.5 * (alpha - other)) ** 2


def density_13(x, theta, cos_a, sin_a, s, m2, m_e, isotropic=0.0, polarised=1.0):
    """The same normalised: probability per steradian of 1 and unit x."""
    b = (1 + 4 * m_e**2 / s) ** 0.5
    # Integral of twice the bracket of Eq. 4 over s (b^2 - c^2).
    log = math.log((b + 1) ** 2 * s / (4 * m_e**2)) / b
    norm = 2 * ((s + m2) ** 2 * log + (s - m2) ** 2 * (b**2 * log - 2)) / s
    norm *= 4 * math.pi * (isotropic + polarised / 3)
    arguments = (x, theta, cos_a, sin_a, s, m2, m_e, isotropic, polarised)
    return averaged_13(*arguments) / norm
