"""The deep tail of a decay curve: lifetimes far shorter than the distance, node by node.

There the decay probability lives on the few nodes with the shortest proper distances. Every node
adds a positive number, so that it keeps its sign and falls with the lifetime down to underflow,
where a sum over a grid would be rounding.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from wayside.acceptance.rule import Rule
from wayside.compiled import njit
from wayside.typing import FloatArray

BEGIN: Final = 25.0
"""Shortest proper distance over the decay length from which the tail is summed node by node: up to
there the grid keeps 1e-7 of F."""


class Tail(NamedTuple):
    """How finely a tail is tabulated."""

    knots: int
    """In ln(rate), over the whole of it."""
    cut: float
    """Nodes that survive less than the best by this exponent do not count."""


FINE: Final = Tail(32, 45.0)
"""To some 1e-5, nodes down to rounding."""

COARSE: Final = Tail(14, 14.0)
"""To 1e-4, for nodes at random that know less."""


@njit(error_model="numpy")
def _sums(near, far, solid, of_direction, offsets, weight, slowness, shortest, rates, cut):  # type: ignore[no-untyped-def]
    out = np.zeros(len(rates))
    last = -1
    fastest = 0.0
    for i in range(len(near)):
        g = of_direction[i]
        if g != last:
            last = g
            fastest = np.inf
            for k in range(offsets[g], offsets[g + 1]):
                if weight[k] > 0.0:
                    fastest = min(fastest, slowness[k])
        for j in range(len(rates)):
            rate = rates[j]
            if rate * (near[i] * fastest - shortest) > cut:
                continue
            here = 0.0
            for k in range(offsets[g], offsets[g + 1]):
                exponent = rate * max(near[i] * slowness[k] - shortest, 0.0)
                if exponent < cut:
                    inside = -math.expm1(-rate * (far[i] - near[i]) * slowness[k])
                    here += weight[k] * math.exp(-exponent) * inside
            out[j] += solid[i] * here
    return out


def tail_sums(rule: Rule, shortest: float, rates: FloatArray, cut: float = FINE.cut) -> FloatArray:
    """F times exp(shortest rate), node by node.

    Parameters
    ----------
    rule
        Nodes over the volume.
    shortest
        Shortest proper distance among them in m.
    rates
        Decay rates, 1/ctau in 1/m, shape (n,).
    cut
        As of `Tail`.

    Returns
    -------
    ndarray
        Positive, shape (n,).
    """
    spectra = rule.spectra
    return np.asarray(
        _sums(
            rule.sky.near,
            rule.sky.far,
            rule.sky.weights,
            spectra.of_direction,
            spectra.offsets,
            spectra.weight,
            np.exp(-spectra.log_flight),
            shortest,
            np.ascontiguousarray(rates, dtype=np.float64),
            cut,
        )
    )
