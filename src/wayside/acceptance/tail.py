"""The deep tail of a decay curve: lifetimes far shorter than the distance.

There the decay probability lives on the few nodes with the shortest proper distances. Distances are
counted from the shortest one, so that every node adds a positive number: the sum keeps its sign and
falls with the lifetime down to underflow, where one over distances from the origin would be
rounding. Few lifetimes are summed node by node. For many the nodes are first laid on distances in a
geometric series, by four-point interpolation, which reproduces a falling exponential by a falling
curve: what enters before it leaves still adds a positive number.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from wayside.acceptance.rule import Rule
from wayside.compiled import njit
from wayside.typing import FloatArray, IndexArray

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


_RATIO: Final = 1.02
"""Of the distances in the series: exponentials are kept to some 1e-6 where they matter."""

_POWERS: Final = (_RATIO, _RATIO**2, _RATIO**3)


def _inverse(number: int) -> float:
    """One over the denominator of an interpolation through 1 and its first three powers."""
    places = (1.0, *_POWERS)
    others = (place for k, place in enumerate(places) if k != number)
    return 1.0 / math.prod(places[number] - place for place in others)


_INVERSE: Final = tuple(_inverse(number) for number in range(4))

_START: Final = 1e-3
"""First distance times the largest rate; nearer ones are on a straight line from there to 0."""


class _Nodes(NamedTuple):
    """Distances and weights of the directions, and their spectra."""

    near: FloatArray
    far: FloatArray
    solid: FloatArray
    of_direction: IndexArray
    offsets: IndexArray
    weight: FloatArray
    slowness: FloatArray
    """One over gamma beta."""


@njit(error_model="numpy")
def _least_slowness(slowness, weight, first, end):  # type: ignore[no-untyped-def]
    """One over the largest gamma beta of a spectrum, among nodes that have a weight."""
    least = np.inf
    for k in range(first, end):
        if weight[k] > 0.0:
            least = min(least, slowness[k])
    return least


@njit(error_model="numpy")
def _sums(nodes, shortest, rates, cut):  # type: ignore[no-untyped-def]
    near, far, solid, of_direction, offsets, weight, slowness = nodes
    out = np.zeros(len(rates))
    last = -1
    fastest = 0.0
    for i in range(len(near)):
        g = of_direction[i]
        if g != last:
            last = g
            fastest = _least_slowness(slowness, weight, offsets[g], offsets[g + 1])
        for j in range(len(rates)):
            rate = rates[j]
            if rate * (near[i] * fastest - shortest) > cut:
                continue
            survived = 0.0
            for k in range(offsets[g], offsets[g + 1]):
                exponent = rate * max(near[i] * slowness[k] - shortest, 0.0)
                if exponent < cut:
                    inside = -math.expm1(-rate * (far[i] - near[i]) * slowness[k])
                    survived += weight[k] * math.exp(-exponent) * inside
            out[j] += solid[i] * survived
    return out


class _Series(NamedTuple):
    """Distances beyond the shortest one: 0, then a geometric series."""

    distances: FloatArray
    log_ratio: float
    beyond: float
    """Nodes farther away than this do not count."""


def _series(rates: FloatArray, cut: float) -> _Series:
    first, beyond = _START / float(np.max(rates)), cut / float(np.min(rates))
    log_ratio = math.log(_RATIO)
    number = int(math.log(beyond / first) / log_ratio) + 4
    distances = np.concatenate([[0.0], first * np.exp(log_ratio * np.arange(number))])
    return _Series(distances, log_ratio, beyond)


@njit(error_model="numpy")
def _lay(weight, distance, series, grid):  # type: ignore[no-untyped-def]
    """Add a weight to the four distances of the series around one, nothing beyond its end."""
    first = series.distances[1]
    if distance <= first:
        part = distance / first
        grid[0] += weight * (1.0 - part)
        grid[1] += weight * part
        return
    # The series begins at 1; what lies before its second distance is as near to the first four.
    cell = max(2, int(math.log(distance / first) / series.log_ratio) + 1)
    if cell + 2 >= len(grid):
        return
    # Over the first of the four the others are powers of the ratio.
    first_away = distance / series.distances[cell - 1] - 1.0
    second = first_away + (1.0 - _POWERS[0])
    third = first_away + (1.0 - _POWERS[1])
    fourth = first_away + (1.0 - _POWERS[2])
    low = weight * first_away * second
    high = weight * third * fourth
    grid[cell - 1] += second * high * _INVERSE[0]
    grid[cell] += first_away * high * _INVERSE[1]
    grid[cell + 1] += low * fourth * _INVERSE[2]
    grid[cell + 2] += low * third * _INVERSE[3]


@njit(error_model="numpy")
def _tabulated(nodes, shortest, rates, series):  # type: ignore[no-untyped-def]
    near, far, solid, of_direction, offsets, weight, slowness = nodes
    grid = np.zeros(len(series.distances))
    last = -1
    fastest = 0.0
    for i in range(len(near)):
        g = of_direction[i]
        if g != last:
            last = g
            fastest = _least_slowness(slowness, weight, offsets[g], offsets[g + 1])
        if near[i] * fastest - shortest > series.beyond:
            continue
        for k in range(offsets[g], offsets[g + 1]):
            enters = max(near[i] * slowness[k] - shortest, 0.0)
            if enters < series.beyond:
                share = weight[k] * solid[i]
                _lay(share, enters, series, grid)
                _lay(-share, far[i] * slowness[k] - shortest, series, grid)
    out = np.zeros(len(rates))
    for j in range(len(rates)):
        for m in range(len(grid)):
            if grid[m] != 0.0:
                out[j] += grid[m] * math.exp(-rates[j] * series.distances[m])
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
    return np.asarray(_sums(_nodes(rule), shortest, _contiguous(rates), cut))


def tail_table(rule: Rule, shortest: float, rates: FloatArray, cut: float = FINE.cut) -> FloatArray:
    """The same for many rates at once, to 1e-5 of each (worst of 400 geometries: 4e-6).

    Parameters
    ----------
    rule, shortest, rates, cut
        As of `tail_sums`.

    Returns
    -------
    ndarray
        Positive, shape (n,).
    """
    return np.asarray(_tabulated(_nodes(rule), shortest, _contiguous(rates), _series(rates, cut)))


def _contiguous(rates: FloatArray) -> FloatArray:
    return np.ascontiguousarray(rates, dtype=np.float64)


def _nodes(rule: Rule) -> _Nodes:
    spectra = rule.spectra
    return _Nodes(
        rule.sky.near,
        rule.sky.far,
        rule.sky.weights,
        spectra.of_direction,
        spectra.offsets,
        spectra.weight,
        np.exp(-spectra.log_flight),
    )
