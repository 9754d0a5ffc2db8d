"""The dark pair as numbers that compiled code reads: its current, evaluated above threshold.

The propagator of A' has s - M^2 + R + i sqrt(s) Gamma(s) in its denominator. Gamma(s) is that of an
A' of mass sqrt(s) into the dark pair, which opens at threshold, plus what does not change with s. R
is what the opening of an s wave does to the real part if M is below threshold, so that M stays the
mass at which the real part vanishes. Derived in docs/theory/relic.md.
"""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.models.currents import Current
from wayside.typing import FloatArray

__all__ = [
    "PairNumbers",
    "Widths",
    "cusp",
    "dark_term",
    "dark_terms",
    "has_s_wave",
    "pair_factor",
    "pair_numbers",
    "term_at_mass",
    "threshold_scale",
]


class PairNumbers(NamedTuple):
    """Current and spins of one choice of masses."""

    isotropic: FloatArray
    """A1 of `wayside.models.currents` as coefficients of d^i s^j, shape (i, j)."""
    along: FloatArray
    """A2, likewise."""
    spins_1: float
    """Number of spin states of the excited state."""
    spins_2: float
    """Number of spin states of the ground state."""


class Widths(NamedTuple):
    """Width of A' at one choice of couplings."""

    constant: float
    """Part of it that is the same at all energies, in GeV: that into the Standard Model."""
    dark: float
    """Couplings of the part that the phase space of the pair gives, g_D^2."""
    real: float = 1.0
    """Factor on the real part at threshold."""


def pair_numbers(current: Current, m1: float, m2: float) -> PairNumbers:
    """Return the numbers of a current at masses in GeV."""
    isotropic, along = current.coefficients(np.array([m1]), np.array([m2]))
    spins_1, spins_2 = current.spin_states
    return PairNumbers(isotropic[0], along[0], float(spins_1), float(spins_2))


@njit(error_model="numpy", inline="always")
def _polynomial(coefficients: FloatArray, d: float, s: float) -> float:
    """Return the sum of coefficients[i, j] d^i s^j."""
    if coefficients.size == 1:
        return float(coefficients[0, 0])
    total = 0.0
    for i in range(coefficients.shape[0] - 1, -1, -1):
        inner = 0.0
        for j in range(coefficients.shape[1] - 1, -1, -1):
            inner = inner * s + coefficients[i, j]
        total = total * d + inner
    return total


@njit(error_model="numpy")
def pair_factor(y: float, m1: float, m2: float, pair: PairNumbers) -> float:
    """Return (a + b/3) p* s of `annihilation` in GeV^5, y above threshold."""
    total = m1 + m2
    q = total + y
    square = q * q
    delta = m1 - m2
    gap = (q - delta) * (q + delta)
    room = y * (q + total)
    p2 = room * gap / (4 * square)
    tensor = _polynomial(pair.isotropic, -gap, -room)
    tensor += _polynomial(pair.along, -gap, -room) * (4 * p2 / 3)
    return float(tensor * np.sqrt(p2) * square)


@njit(error_model="numpy")
def has_s_wave(m1: float, m2: float, pair: PairNumbers) -> bool:
    """Tell whether the current does not vanish at threshold."""
    return bool(_polynomial(pair.isotropic, -4 * m1 * m2, 0.0) != 0.0)


@njit(error_model="numpy")
def dark_term(y: float, m1: float, m2: float, pair: PairNumbers) -> float:
    """Return sqrt(s) Gamma(s) of the pair over g_D^2 in GeV^2, y above threshold."""
    q = m1 + m2 + y
    return float(pair_factor(y, m1, m2, pair) / (8 * np.pi * q * q * q))


@njit(error_model="numpy")
def dark_terms(y: FloatArray, m1: float, m2: float, pair: PairNumbers) -> FloatArray:
    """Return `dark_term` for every y."""
    terms = np.empty(len(y))
    for i in range(len(y)):
        terms[i] = dark_term(y[i], m1, m2, pair)
    return terms


@njit(error_model="numpy")
def term_at_mass(m_aprime: float, m1: float, m2: float, pair: PairNumbers, widths: Widths) -> float:
    """Return M Gamma(M) in GeV^2."""
    above = (m_aprime - m1) - m2
    term = m_aprime * widths.constant
    if above > 0.0:
        term += widths.dark * dark_term(above, m1, m2, pair)
    return float(term)


@njit(error_model="numpy")
def cusp(m_aprime: float, m1: float, m2: float, pair: PairNumbers, widths: Widths) -> float:
    """Return R in GeV^2: 0 where M is above threshold, or the pair has no s wave."""
    total = m1 + m2
    below = (m1 - m_aprime) + m2
    if below <= 0.0:
        return 0.0
    tensor = _polynomial(pair.isotropic, -4 * m1 * m2, 0.0)
    imaginary = np.sqrt(2 * m1 * m2 / total * below)
    strength = widths.real * widths.dark * m_aprime / total
    return float(strength * tensor * imaginary / (8 * np.pi * total))


@njit(error_model="numpy")
def threshold_scale(
    start: float, floor: float, m1: float, m2: float, pair: PairNumbers, widths: Widths
) -> float:
    """Return the y, from ``start`` down by decades, at which the dark term is below ``floor``."""
    y = start
    while widths.dark * dark_term(y, m1, m2, pair) > floor and y > 1e-60 * start:
        y *= 0.1
    return y
