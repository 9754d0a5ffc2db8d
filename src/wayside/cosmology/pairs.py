"""The dark pair as numbers that compiled code reads: its current, evaluated above threshold."""

from typing import NamedTuple

import numba
import numpy as np

from wayside.models.currents import Current
from wayside.typing import FloatArray

__all__ = ["PairNumbers", "has_s_wave", "pair_factor", "pair_numbers"]


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


def pair_numbers(current: Current, m1: float, m2: float) -> PairNumbers:
    """Return the numbers of a current at masses in GeV."""
    isotropic, along = current.coefficients(np.array([m1]), np.array([m2]))
    spins_1, spins_2 = current.spin_states
    return PairNumbers(isotropic[0], along[0], float(spins_1), float(spins_2))


@numba.njit(cache=True, error_model="numpy", inline="always")
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


@numba.njit(cache=True, error_model="numpy")
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


@numba.njit(cache=True)
def has_s_wave(m1: float, m2: float, pair: PairNumbers) -> bool:
    """Tell whether the current does not vanish at threshold."""
    return bool(_polynomial(pair.isotropic, -4 * m1 * m2, 0.0) != 0.0)
