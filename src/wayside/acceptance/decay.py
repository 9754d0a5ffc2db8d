"""Probability to decay inside a volume, as a function of the lifetime alone.

For fixed masses F = sum of weight [exp(-near/(gamma beta ctau)) - exp(-far/(gamma beta ctau))]
over the nodes of a rule depends on one number, ctau. The nodes are first gathered on a grid of
proper flight distances (six-point Lagrange weights, so that exponentials are reproduced to better
than 1e-7 where they matter), then tabulated: a whole coupling plane costs one pass over directions
and energies. For lifetimes far shorter than the distance, where a sum of both signs over a grid
would end in rounding, distances are counted from the shortest one (`wayside.acceptance.tail`).
Derived in docs/theory, section "Dependence on the couplings".
"""

import math
from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import BSpline, make_interp_spline

from wayside.acceptance.rule import Rule, log_distances
from wayside.acceptance.tail import BEGIN, FINE, Tail, tail_sums, tail_table
from wayside.compiled import njit
from wayside.typing import FloatArray

_GRID_STEP = 0.005
_GRID_NODES = 256
"""Largest step of the grid in ln(distance), and fewest nodes: e^-40 is kept to 1e-6 of itself."""

_MARGIN = 12
"""Nodes beyond the grid's ends: two interpolations, one after the other, of six points each."""

_KNOT_STEP = 0.15
_KNOT_FLOOR = 0.02
_KNOT_LINEAR = 70.0
_TABLE_HIGH = 700.0
"""The table's coordinate is ln(x + floor) + y/linear, x and y being the decay rate times the mean
and the shortest proper distance: linear in x for long lifetimes, where F/rate is analytic in x,
logarithmic between, linear again where F is an exponential; the tail ends where exp(-y) does."""

_RATE_ZERO = 1e-100
"""F/rate is constant to all digits long before."""

_FEW = 16
"""So many lifetimes are summed over the grid itself; a table is worth its making only beyond."""


@njit(error_model="numpy")
def _lagrange(f):  # type: ignore[no-untyped-def]
    """Weights of the nodes -2 ... 3 that represent a point at f in [0, 1)."""
    a = f + 2.0
    b = f + 1.0
    c = f - 1.0
    d = f - 2.0
    e = f - 3.0
    ab = a * b
    de = d * e
    return (
        -b * f * c * de / 120.0,
        a * f * c * de / 24.0,
        -ab * c * de / 12.0,
        ab * f * de / 12.0,
        -ab * f * c * e / 24.0,
        ab * f * c * d / 120.0,
    )


@njit(error_model="numpy")
def _gather(depth, solid, of_direction, offsets, weight, pace, grid):  # type: ignore[no-untyped-def]
    """Add every node to a grid of ``depth - pace``, both in steps of the grid.

    The depths of the directions that share a spectrum are put on a grid of their own first, which
    is then laid down once a rapidity: a sum in place of a product.
    """
    # Five zeros before and after, so that a sum over six cells never has to ask where it is.
    window = np.zeros(len(grid) + _MARGIN)
    begin = 0
    while begin < len(depth):
        g = of_direction[begin]
        end = begin
        low = depth[begin]
        high = low
        while end < len(depth) and of_direction[end] == g:
            low = min(low, depth[end])
            high = max(high, depth[end])
            end += 1
        some = False
        for k in range(offsets[g], offsets[g + 1]):
            some = some or weight[k] > 0.0
        if some and end - begin == 1:
            origin = low
            cells = 1
        elif some:
            origin = math.floor(low) - 2.0
            cells = int(high - origin) + 4
            window[5 : cells + 10] = 0.0
            for i in range(begin, end):
                cell = int(depth[i] - origin)
                spread = _lagrange(depth[i] - origin - cell)
                for m in range(6):
                    window[cell + 3 + m] += solid[i] * spread[m]
        begin = end
        if not some:
            continue
        for k in range(offsets[g], offsets[g + 1]):
            position = origin - pace[k]
            cell = int(position)
            a, b, c, d, e, f = _lagrange(position - cell)
            target = grid[cell - 2 : cell + 3 + cells]
            w = weight[k]
            if cells == 1:
                w *= solid[end - 1]
                target[0] += w * a
                target[1] += w * b
                target[2] += w * c
                target[3] += w * d
                target[4] += w * e
                target[5] += w * f
                continue
            for n in range(len(target)):
                target[n] += w * (
                    a * window[n + 5]
                    + b * window[n + 4]
                    + c * window[n + 3]
                    + d * window[n + 2]
                    + e * window[n + 1]
                    + f * window[n]
                )


@njit(error_model="numpy")
def _shifted_sums(grid, distance, rate, shift):  # type: ignore[no-untyped-def]
    """Sum of grid exp(-rate (distance - shift)), accurate also where the rate is tiny."""
    out = np.empty(len(rate))
    for k in range(len(rate)):
        total = 0.0
        if rate[k] * shift > 1.0:
            for j in range(len(grid)):
                total += grid[j] * np.exp(-rate[k] * (distance[j] - shift))
            out[k] = total
        else:
            # The weights sum to zero, as what enters leaves: drop the one from the exponential.
            for j in range(len(grid)):
                total += grid[j] * np.expm1(-rate[k] * distance[j])
            out[k] = total * np.exp(rate[k] * shift)
    return out


class DecayCurve:
    """Decay probability inside a volume against the lifetime, at one mass point.

    Parameters
    ----------
    rule
        Nodes over the volume, from `wayside.acceptance.panels.build_rule`.
    again
        Makes the same nodes once more. With it they are not kept once many lifetimes were asked
        for: a plane keeps thousands of curves, and nodes are megabytes.
    tail
        How finely lifetimes far shorter than the distance are tabulated.
    """

    def __init__(
        self, rule: Rule, again: Callable[[], Rule] | None = None, tail: Tail = FINE
    ) -> None:
        self.hit_probability = rule.hit_probability
        """Probability per produced excited state to cross the volume."""
        self.empty = not rule.hit_probability > 0.0
        """True if no excited state can reach the volume."""
        self._again = again
        if self.empty:
            return
        spectra = rule.spectra
        shared = (spectra.of_direction, spectra.offsets, spectra.weight)
        log_far = np.log(np.maximum(rule.sky.far, 1e-300))
        # What starts inside enters at once: an exponential of one, which leaves no trace below.
        inside = rule.sky.near == 0.0
        log_near = np.where(inside, log_far, np.log(np.where(inside, 1.0, rule.sky.near)))
        entering = np.where(inside, 0.0, rule.sky.weights)
        low, high = log_distances(log_near, log_far, *shared, spectra.log_flight)
        step = min(_GRID_STEP, max(high - low, 1e-9) / _GRID_NODES)
        start = low - _MARGIN // 2 * step
        grid = np.zeros(int((high - start) / step) + _MARGIN)
        pace = (spectra.log_flight + start) / step
        _gather(log_near / step, entering, *shared, pace, grid)
        _gather(log_far / step, -rule.sky.weights, *shared, pace, grid)
        self._grid = grid
        self._distance = np.exp(start + step * np.arange(len(grid)))
        self.shortest = 0.0 if inside.any() else float(np.exp(low))
        """Shortest proper flight distance to the volume in m; 0 if it holds the origin."""
        self._highest_rate = (_TABLE_HIGH if inside.any() else BEGIN) / float(np.exp(low))
        self._rule: Rule | None = rule
        self._tail: BSpline | None = None
        self._fineness = tail
        self.mean_path = float(-np.sum(grid * self._distance)) / self.hit_probability
        """Mean proper flight distance inside the volume in m, for those that cross it."""
        moment = float(-np.sum(grid * self._distance**2))
        self._mean_distance = 0.5 * moment / (self.mean_path * self.hit_probability)

    @cached_property
    def _spline(self) -> BSpline:
        """Logarithm of F exp(shortest rate)/rate against `_coordinate`."""
        trial = np.geomspace(1e-3 * _KNOT_FLOOR / self._mean_distance, self._highest_rate, 600)
        trial = np.concatenate([[0.0], trial])
        position = self._coordinate(trial)
        n = int((position[-1] - position[0]) / _KNOT_STEP) + 2
        rate = np.interp(np.linspace(position[0], position[-1], n), position, trial)
        sums = _shifted_sums(self._grid, self._distance, rate[1:], self.shortest)
        value = np.empty(n)
        value[0] = np.log(self.mean_path * self.hit_probability)
        value[1:] = np.log(sums / rate[1:])
        return make_interp_spline(self._coordinate(rate), value)

    def _tail_spline(self) -> BSpline:
        """Logarithm of F exp(shortest rate)/rate against that of the rate, beyond `_spline`."""
        if self._tail is not None:
            return self._tail
        rate = np.geomspace(self._highest_rate, _TABLE_HIGH / self.shortest, self._fineness.knots)
        sums = tail_table(self.nodes(), self.shortest, rate, self._fineness.cut)
        self._rule = None
        self._tail = make_interp_spline(np.log(rate), np.log(sums / rate))
        return self._tail

    def _log_over_rate(self, rate: FloatArray) -> FloatArray:
        """Logarithm of F exp(shortest rate)/rate, in the grid's range of rates."""
        if rate.size > _FEW:
            return np.asarray(self._spline(self._coordinate(rate)))
        known = np.maximum(rate.ravel(), _RATE_ZERO * self._highest_rate)
        sums = _shifted_sums(self._grid, self._distance, known, self.shortest)
        return np.asarray(np.log(sums / known).reshape(rate.shape))

    def _log_over_rate_in_tail(self, rate: FloatArray) -> FloatArray:
        """The same beyond that range, a constant where F underflows."""
        known = np.minimum(rate, _TABLE_HIGH / self.shortest)
        if rate.size > _FEW or self._tail is not None:
            return np.asarray(self._tail_spline()(np.log(known)))
        return np.asarray(np.log(tail_sums(self.nodes(), self.shortest, known) / known))

    def make_again(self, again: Callable[[], Rule]) -> None:
        """Keep nodes no longer once many lifetimes were asked for.

        Parameters
        ----------
        again
            As for the class.
        """
        self._again = again

    def nodes(self) -> Rule:
        """Nodes over the volume, made again if they are not kept."""
        if self._rule is not None:
            return self._rule
        assert self._again is not None
        return self._again()

    def _coordinate(self, rate: FloatArray) -> FloatArray:
        logarithm = np.log(rate * self._mean_distance + _KNOT_FLOOR)
        return np.asarray(logarithm + rate * (self.shortest / _KNOT_LINEAR))

    def log_probability(self, ctau: ArrayLike) -> FloatArray:
        """Natural logarithm of the probability to decay inside, finite however short the lifetime.

        Parameters
        ----------
        ctau
            Proper decay length in m, any shape; positive, inf for a stable state.
        """
        rate = 1.0 / np.asarray(ctau, dtype=np.float64)
        if self.empty:
            return np.full(rate.shape, -np.inf)
        within = np.minimum(rate, self._highest_rate)
        inside = self._log_over_rate(within)
        beyond = rate > self._highest_rate
        if self.shortest > 0.0 and beyond.any():
            inside = np.array(inside)
            inside[beyond] = self._log_over_rate_in_tail(rate[beyond])
        if self._again is not None and rate.size > _FEW:
            self._rule = None
        # Beyond the table all decay where they start, if they start inside: a constant.
        counted = within if self.shortest == 0.0 else rate
        with np.errstate(divide="ignore"):  # a stable state: rate 0
            return np.asarray(inside + np.log(counted) - rate * self.shortest)

    def probability(self, ctau: ArrayLike) -> FloatArray:
        """Probability per produced excited state to decay inside; ``ctau`` in m, any shape."""
        # Around the interaction point it comes to 1 within the accuracy of the rule.
        return np.asarray(np.exp(np.minimum(self.log_probability(ctau), 0.0)))
