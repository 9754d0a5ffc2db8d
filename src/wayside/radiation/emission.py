"""Photons off the beams, drawn one after another: how many, their energies and directions.

Every electron or positron emits independent photons, with the splitting function of leading
logarithms in the energy and the massive dipole in the angle; what is not emitted is the virtual
part, so that probabilities add up to one. Derived in docs/theory, section "Radiation". Compiled,
for passes over photons; numbers from 0 to 1 come from a sequence of low discrepancy.
"""

import math

import numpy as np

from wayside.compiled import njit

_FLAT = 0.3
"""Density of the logarithm of a fraction at its lower end, over that of an even one."""


@njit(error_model="numpy")
def number_factors(beta, lowest, most):  # type: ignore[no-untyped-def]
    """Factors with which 0, 1, ..., most photons count, weighted as by `draw_photons`.

    Parameters
    ----------
    beta
        From `wayside.radiation.radiator.strength`.
    lowest
        Least fraction of the energy of a photon that is drawn.
    most
        Largest number of photons; it stands for all larger ones as well.

    Returns
    -------
    ndarray
        Shape (most + 1,). The number is Poisson distributed.
    """
    mean = beta * (math.log(1.0 / lowest) - 0.75 + lowest)
    out = np.empty(most + 1)
    probability = math.exp(-mean)
    rest = 1.0
    for k in range(most):
        out[k] = probability * (beta / mean) ** k
        rest -= probability
        probability *= mean / (k + 1.0)
    out[most] = rest * (beta / mean) ** most
    return out


@njit(error_model="numpy")
def draw_fraction(u, lowest, highest):  # type: ignore[no-untyped-def]
    """Fraction y of its energy that an electron gives to one photon, and the weight of the draw.

    Parameters
    ----------
    u
        From 0 to 1.
    lowest, highest
        Limits of y. Its logarithm is drawn with a density that rises linearly, six-fold from end
        to end: hard photons are drawn more often.

    Returns
    -------
    fraction, weight
        The weight is (1 + (1 - y)^2)/(2 y) over the density of the draw.
    """
    span = math.log(highest / lowest)
    rise = math.sqrt(_FLAT * _FLAT + 4.0 * (1.0 - _FLAT) * u)  # the density of ln y times the span
    y = lowest * math.exp(span * 0.5 * (rise - _FLAT) / (1.0 - _FLAT))
    return y, 0.5 * (1.0 + (1.0 - y) ** 2) * span / rise


@njit(error_model="numpy")
def draw_cosine(u, gap):  # type: ignore[no-untyped-def]
    """Cosine of a photon to its beam, and the dipole density over that it is drawn with.

    Parameters
    ----------
    u
        From 0 to 1.
    gap
        1 minus the velocity of the electron.

    Notes
    -----
    Half of the radiation of the pair of beams, the part with the pole along this one:
    (1 + v^2)/(1 - v c) - (1 - v^2)/(1 - v c)^2.
    """
    v = 1.0 - gap
    ratio = gap / (2.0 - gap)
    log = -math.log(ratio)
    distance = gap * math.exp(log * u)  # 1 - v c
    squares = 1.0 + v * v
    missing = gap * (2.0 - gap)
    weight = (squares - missing / distance) / (squares - 2.0 * v / log)
    return (1.0 - distance) / v, weight


@njit(error_model="numpy")
def draw_photons(u, gap, lowest, highest, photons, weights):  # type: ignore[no-untyped-def]
    """Draw photons off either beam, one after the other.

    Parameters
    ----------
    u
        Four numbers from 0 to 1 for each photon, shape (4 n,).
    gap
        1 minus the velocity of the electron.
    lowest, highest
        Limits of the fraction of the energy left that a photon takes.
    photons
        Room for the four-momenta, shape (n, 4): energies first, z along the electrons, in units of
        sqrt(s).
    weights
        Room for the weights, shape (n,): of each photon, for an emission with strength beta off
        both beams.
    """
    left_electrons = 0.5
    left_positrons = 0.5
    for k in range(len(photons)):
        y, weight = draw_fraction(u[4 * k], lowest, highest)
        cosine, correction = draw_cosine(u[4 * k + 1], gap)
        azimuth = 2.0 * math.pi * u[4 * k + 2]
        if u[4 * k + 3] < 0.5:
            energy = y * left_electrons
            left_electrons -= energy
        else:
            energy = y * left_positrons
            left_positrons -= energy
            cosine = -cosine
        across = energy * math.sqrt(max(0.0, 1.0 - cosine * cosine))
        photons[k, 0] = energy
        photons[k, 1] = across * math.cos(azimuth)
        photons[k, 2] = across * math.sin(azimuth)
        photons[k, 3] = energy * cosine
        weights[k] = weight * correction
