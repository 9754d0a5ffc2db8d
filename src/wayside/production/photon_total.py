"""The total of e+ e- -> gamma A' with further photons, in the scheme of `extra_photons`.

What the scheme makes of the total, over that of one photon: it differs by some 0.2 per cent from
the closed form (`wayside.radiation.radiator.narrow_ratio`), to which results are normalised.
"""

import math
from functools import lru_cache

import numpy as np

from wayside.compiled import njit
from wayside.constants import ALPHA, M_ELECTRON
from wayside.production.axes import set_axes
from wayside.production.radiative import trace_integral, trace_terms
from wayside.radiation.emission import draw_photons, number_factors
from wayside.radiation.radiator import VIRTUAL, narrow_ratio, strength
from wayside.radiation.sobol import sobol

LOWEST = 2e-4
"""Least fraction of a beam's energy of a photon that is drawn; softer ones recoil against nothing
that a yield would notice: 1e-3 of it where it falls by 50 per unit of loss."""

MOST = 3
"""Photons drawn at most; more of them, one event in a hundred, count as three."""

POINTS = 8192


_trace_terms = njit(error_model="numpy")(trace_terms)


@njit(error_model="numpy")
def _one(q2, mu2, photons, number, u, v):  # type: ignore[no-untyped-def]
    """A value of the trace over the A' with the photon of the process off the positrons."""
    energy = 1.0
    left = np.zeros(3)
    hardest = 0.0
    for k in range(number):
        energy -= photons[k, 0]
        hardest = max(hardest, photons[k, 0])
        for i in range(3):
            left[i] -= photons[k, 1 + i]
    s = energy * energy - left[0] * left[0] - left[1] * left[1] - left[2] * left[2]
    if not (energy > 0.0 and s > q2 * (1.0 + 1e-9)):
        return 0.0
    unit = 1.0 / math.sqrt(s)
    gamma = energy * unit
    # Against the positrons, (1/2, 0, 0, -1/2), in the rest frame of what is left.
    factor = 0.5 * left[2] * unit / (gamma + 1.0) + 0.5
    axis = left * (unit * factor)
    axis[2] += 0.5
    axes = np.empty((3, 3))
    set_axes(axis, axes)
    r = q2 / s
    m2 = mu2 / s
    beta = math.sqrt(1.0 - 4.0 * m2)
    gap = 4.0 * m2 / (1.0 + beta)
    log = math.log((2.0 - gap) / gap)
    distance = gap * math.exp(log * u)
    c = (1.0 - distance) / beta
    half = 0.5 * (1.0 - r)
    (even0, even2), double = _trace_terms(r, half, m2)
    value = 0.5 * (even0 + even2 * (beta * c) ** 2) + double / distance
    value += 2.0 * m2 / r * (r / distance + half) ** 2 * distance
    value *= log / (beta * half * half)
    if number:
        sin = math.sqrt(max(0.0, 1.0 - c * c))
        along = 0.0
        for i in range(3):
            direction = c * axis[i] + sin * (
                math.cos(2.0 * math.pi * v) * axes[0, i] + math.sin(2.0 * math.pi * v) * axes[1, i]
            )
            along += left[i] * direction
        # Energy of the photon of the process in the centre of mass of the beams.
        if half * math.sqrt(s) * (gamma - along * unit) < hardest:
            return 0.0
    virtual = ALPHA / math.pi * math.log(r) * math.log(min(distance, 2.0 - distance))
    return value * math.exp(virtual) * (1.0 - r) / (s * (1.0 - q2))


@njit(error_model="numpy")
def _total(q2, mu2, u, factors, lowest, highest):  # type: ignore[no-untyped-def]
    gap = 4.0 * mu2 / (1.0 + math.sqrt(1.0 - 4.0 * mu2))
    most = len(factors) - 1
    total = 0.0
    photons = np.empty((most, 4))
    weights = np.empty(most)
    for i in range(len(u)):
        draw_photons(u[i, 2:], gap, lowest, highest, photons, weights)
        weight = 1.0
        for k in range(most + 1):
            if k > 0:
                weight *= weights[k - 1]
            total += factors[k] * weight * _one(q2, mu2, photons, k, u[i, 0], u[i, 1])
    return total / len(u)


@lru_cache(maxsize=256)
def scheme_total(m_aprime: float, sqrt_s: float) -> float:
    """Cross-section with further photons over that of one, as the passes over photons sum it.

    Parameters
    ----------
    m_aprime, sqrt_s
        Mediator mass and centre-of-mass energy in GeV, ``m_aprime < sqrt_s``.

    Notes
    -----
    Without the factor 1 + alpha/pi (pi^2/3 - 1/2) of virtual and soft photons, which does not
    depend on the kinematics.
    """
    mu2 = (M_ELECTRON / sqrt_s) ** 2
    factors = number_factors(strength(sqrt_s), LOWEST, MOST)
    highest = (sqrt_s - m_aprime) / sqrt_s
    q2 = (m_aprime / sqrt_s) ** 2
    total = _total(q2, mu2, sobol(POINTS), factors, LOWEST, highest)
    return float(total / (0.5 * trace_integral(m_aprime, sqrt_s)))


def total_difference(m_aprime: float, sqrt_s: float) -> float:
    """Relative difference of the scheme's total from the closed form that results have.

    Parameters
    ----------
    m_aprime, sqrt_s
        Mediator mass and centre-of-mass energy in GeV, ``m_aprime < sqrt_s``.
    """
    scheme = (1.0 + VIRTUAL) * scheme_total(m_aprime, sqrt_s)
    return scheme / narrow_ratio(m_aprime, sqrt_s) - 1.0
