"""Densities that follow from Eq. 13 of the study, for any dark current, by partial fractions."""

import math

import numpy as np

from wayside.paper.formulas import equation_13


def general_numerator(c, x, cos_phi, s, m2, isotropic, polarised):
    """Eq. 13 for a dark current a (-g + q q/q2) + b n n: scalars have a = 0, b = 1.

    Integrated over the decay angles the bracket of Eq. 13 is 4 pi/3 of twice the bracket of
    Eq. 4, and the contraction with n n is 4 pi/3 of the trace.
    """
    twice = 2 * ((s + m2) ** 2 + (s - m2) ** 2 * c**2)
    return isotropic * twice + polarised * equation_13(c, x, cos_phi, s, m2)


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
