"""Photons in lead and in a stack by attenuation coefficients and the PDG's shower profile."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincc

from wayside.data import read_table
from wayside.detector.materials import LEAD
from wayside.detector.stack import Stack
from wayside.typing import FloatArray

CRITICAL = 7.43e-3
"""Critical energy of lead in GeV (PDG)."""


def pair_production(energy: ArrayLike) -> FloatArray:
    """Part of lead's attenuation in cm^2/g (energies in GeV) from pairs; 0 below 1.25 MeV."""
    table = read_table("lead_attenuation")
    there = table["pair"] > 0.0
    energies, values = table["energy"][there], table["pair"][there]
    at = np.asarray(energy, dtype=np.float64)
    inside = np.exp(np.interp(np.log(at), np.log(energies), np.log(values)))
    return np.asarray(np.where(at < energies[0], 0.0, inside))


def shower_leakage(energy: ArrayLike, thickness: float) -> FloatArray:
    """Fraction of a photon's energy that its shower carries out of lead, by the PDG's profile.

    Gamma distribution in depth with b = 0.5 and its maximum at ln(E/Ec) + 0.5 radiation lengths
    (PDG review, section 34.5). For showers: not below 0.1 GeV.
    """
    t = 100.0 * thickness * LEAD.density / LEAD.radiation_length
    a = 1.0 + 0.5 * (np.log(np.asarray(energy, dtype=np.float64) / CRITICAL) + 0.5)
    return np.asarray(gammaincc(a, 0.5 * t))


def conversion_probability(stack: Stack, energy: float) -> float:
    """Probability that a photon (GeV) makes a pair in the blocks, from the front to the back.

    1 - exp(-7/9 t) at high energies, t in radiation lengths; below, the pairs of lead in XCOM over
    their limit give the energy's part, good to 10 per cent for lighter elements.
    """
    fraction = float(pair_production(energy) / pair_production(100.0))
    return -math.expm1(-7.0 / 9.0 * fraction * stack.radiation_lengths)
