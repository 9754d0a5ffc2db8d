"""The thermal average over the exact kernel, compiled.

That of Gondolo and Gelmini, Nucl. Phys. B 360 (1991) 145, in the form for coannihilation of Edsjo
and Gondolo, Phys. Rev. D 56 (1997) 1879, summed over the nodes of `wayside.cosmology.nodes`.
"""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.constants import ALPHA
from wayside.cosmology.bessel import horner, scaled_k
from wayside.cosmology.nodes import Nodes
from wayside.cosmology.pairs import PairNumbers
from wayside.cosmology.tables import Tables
from wayside.typing import FloatArray

_NEXT_TO = 0.1  # of the distance from the pole to threshold: what counts as the pole's
_COLD_END = 45.0  # exponents larger than this are nothing


class Logarithms(NamedTuple):
    """Logarithms of the thermal average and of the density of equilibrium."""

    rest: FloatArray
    pole: FloatArray
    density: FloatArray
    """Summed over both states, in T^3, and without its exp(-x)."""


@njit(error_model="numpy")
def thermal(
    x: FloatArray,
    m1: float,
    m2: float,
    pair: PairNumbers,
    above: float,
    nodes: Nodes,
    tables: Tables,
    out: Logarithms,
) -> None:
    """Fill logarithms of the thermal average and of the density of equilibrium.

    <sigma v>_eff over eps^2 gD^2, in GeV^-2, is exp(-(m1 - m2)/T) times the sum of two parts,
    either of them smooth in ln x: exp(-above/T) exp(pole) from next to the pole, and exp(rest).

    Parameters
    ----------
    x
        Values of m2/T, shape (n,).
    m1, m2
        Masses in GeV.
    pair
        Current and spins, from `pairs.pair_numbers`; the spins are used.
    above
        Mass of A' above threshold in GeV; without a pole there, ``out.pole`` is not written.
    nodes
        Nodes and weights that `nodes.build` has filled, no others.
    tables
        Series of the Bessel functions, from `tables.tables`.
    out
        Arrays of shape (n,) that are written to.
    """
    y, c = nodes
    ln_rest, ln_pole, ln_density = out
    count = len(y)
    k1, k2 = tables.k1, tables.k2
    total, delta = m1 + m2, m1 - m2
    inverse_q, weight = np.empty(count), np.empty(count)
    order = np.empty(count, dtype=np.int64)
    first, last = 0, count
    for i in range(count):  # those next to the pole to the end
        at_pole = above > 0 and abs(y[i] - above) < _NEXT_TO * above
        if at_pole:
            last -= 1
            place = last
        else:
            place = first
            first += 1
        order[place] = i
        inverse_q[place] = 1 / (total + y[i])
        weight[place] = c[i] * np.sqrt(0.5 * np.pi * inverse_q[place])
    for j in range(len(x)):
        t = m2 / x[j]
        inverse = x[j] / m2
        rest, pole = 0.0, 0.0
        for i in range(first):
            exponent = y[order[i]] * inverse
            if exponent < _COLD_END:
                rest += weight[i] * np.exp(-exponent) * horner(t * inverse_q[i], k1)
        for i in range(first, count):
            # Long after the pole has died out, below, this would overflow.
            exponent = max((y[order[i]] - above) * inverse, -500.0)
            if exponent < _COLD_END:
                pole += weight[i] * np.exp(-exponent) * horner(t * inverse_q[i], k1)
        heavy = np.exp(-delta * inverse) * m1 * m1 * scaled_k(m1 * inverse, k2)
        light = m2 * m2 * scaled_k(x[j], k2)
        density = pair.spins_1 * heavy + pair.spins_2 * light
        norm = 0.5 * ALPHA * np.sqrt(t) * inverse / (density * density)
        ln_rest[j] = np.log(norm * rest)
        if first < count:
            ln_pole[j] = np.log(norm * pole)
        ln_density[j] = np.log(density * inverse * inverse / (2 * np.pi**2))
