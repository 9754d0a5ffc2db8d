"""Chance to decay inside a volume, as a function of the lifetime alone.

For fixed masses F = sum of weight [exp(-near/(gamma beta ctau)) - exp(-far/(gamma beta ctau))]
over the nodes of a rule depends on one number, ctau. The nodes are first gathered on a grid of
proper flight distances (six-point Lagrange weights, so that exponentials are reproduced to better
than 1e-7 where they matter), then tabulated: a whole coupling plane costs one pass over directions
and energies. Derived in docs/theory, section "Couplings come for free".
"""

from functools import cached_property

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from wayside.acceptance.rule import Rule

_GRID_STEP = 0.005
_GRID_NODES = 256
"""Largest step of the grid in ln(distance), and fewest nodes: e^-40 is kept to 1e-6 of itself."""

_KNOT_STEP = 0.15
_KNOT_FLOOR = 0.02
_KNOT_LINEAR = 70.0
_TABLE_HIGH = 700.0
"""The table's coordinate is ln(x + floor) + y/linear, x and y being the decay rate times the mean
and the shortest proper distance: linear in x for long lifetimes, where F/rate is analytic in x,
logarithmic between, linear again where F is an exponential; it ends where exp(-y) does."""


@numba.njit(cache=True, error_model="numpy")
def _deposit(grid, position, weight):  # type: ignore[no-untyped-def]
    """Add weight at a fractional grid position with six-point Lagrange weights."""
    i = int(position)
    f = position - i
    # Offsets -2 ... 3 about i; the differences of f from each of them.
    a = f + 2.0
    b = f + 1.0
    c = f - 1.0
    d = f - 2.0
    e = f - 3.0
    ab = a * b
    de = d * e
    cde = c * de
    grid[i - 2] -= weight * b * f * cde / 120.0
    grid[i - 1] += weight * a * f * cde / 24.0
    grid[i] -= weight * ab * cde / 12.0
    grid[i + 1] += weight * ab * f * de / 12.0
    grid[i + 2] -= weight * ab * f * c * e / 24.0
    grid[i + 3] += weight * ab * f * c * d / 120.0


@numba.njit(cache=True, error_model="numpy")
def _limits(log_near, log_far, offsets, weight, log_flight):  # type: ignore[no-untyped-def]
    """Logarithms of the shortest and the longest proper distance."""
    low = np.inf
    high = -np.inf
    for i in range(len(log_near)):
        for k in range(offsets[i], offsets[i + 1]):
            if weight[k] > 0.0:
                low = min(low, log_near[i] - log_flight[k])
                high = max(high, log_far[i] - log_flight[k])
    return low, high


@numba.njit(cache=True, error_model="numpy")
def _gather(log_near, log_far, offsets, weight, log_flight, start, step, grid):  # type: ignore[no-untyped-def]
    for i in range(len(log_near)):
        for k in range(offsets[i], offsets[i + 1]):
            if weight[k] > 0.0:
                _deposit(grid, (log_near[i] - log_flight[k] - start) / step, weight[k])
                _deposit(grid, (log_far[i] - log_flight[k] - start) / step, -weight[k])


@numba.njit(cache=True, error_model="numpy")
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
        Nodes over the volume, from `wayside.acceptance.rule.build_rule`.
    """

    def __init__(self, rule: Rule) -> None:
        self.hit_probability = rule.hit_probability
        """Chance per produced excited state to cross the volume."""
        self.empty = not rule.hit_probability > 0.0
        """True if no excited state can reach the volume."""
        if self.empty:
            return
        log_near = np.log(np.maximum(rule.sky.near, 1e-300))
        log_far = np.log(np.maximum(rule.sky.far, 1e-300))
        nodes = (rule.offsets, rule.weight, rule.log_flight)
        low, high = _limits(log_near, log_far, *nodes)
        step = min(_GRID_STEP, max(high - low, 1e-9) / _GRID_NODES)
        start = low - 3.0 * step
        grid = np.zeros(int((high - start) / step) + 5)
        _gather(log_near, log_far, rule.offsets, rule.weight, rule.log_flight, start, step, grid)
        self._grid = grid
        self._distance = np.exp(start + step * np.arange(len(grid)))
        self.shortest = float(np.exp(low))
        """Shortest proper flight distance to the volume in m."""
        self.mean_path = float(-np.sum(grid * self._distance)) / self.hit_probability
        """Mean proper flight distance inside the volume in m, for those that cross it."""
        moment = float(-np.sum(grid * self._distance**2))
        self._mean_distance = 0.5 * moment / (self.mean_path * self.hit_probability)

    @cached_property
    def _spline(self) -> CubicSpline:
        """Logarithm of F exp(shortest rate)/rate against `_coordinate`."""
        high = _TABLE_HIGH / self.shortest
        trial = np.geomspace(1e-3 * _KNOT_FLOOR / self._mean_distance, high, 600)
        trial = np.concatenate([[0.0], trial])
        position = self._coordinate(trial)
        n = int((position[-1] - position[0]) / _KNOT_STEP) + 2
        rate = np.interp(np.linspace(position[0], position[-1], n), position, trial)
        sums = _shifted_sums(self._grid, self._distance, rate[1:], self.shortest)
        value = np.empty(n)
        value[0] = np.log(self.mean_path * self.hit_probability)
        value[1:] = np.log(sums / rate[1:])
        return CubicSpline(self._coordinate(rate), value)

    def _coordinate(self, rate: NDArray[np.float64]) -> NDArray[np.float64]:
        logarithm = np.log(rate * self._mean_distance + _KNOT_FLOOR)
        return np.asarray(logarithm + rate * (self.shortest / _KNOT_LINEAR))

    def log_probability(self, ctau: ArrayLike) -> NDArray[np.float64]:
        """Natural logarithm of the chance to decay inside, finite however short the lifetime.

        Parameters
        ----------
        ctau
            Proper decay length in m, any shape; positive, inf for a stable state.
        """
        rate = 1.0 / np.asarray(ctau, dtype=np.float64)
        if self.empty:
            return np.full(rate.shape, -np.inf)
        high = _TABLE_HIGH / self.shortest
        inside = self._spline(self._coordinate(np.minimum(rate, high)))
        with np.errstate(divide="ignore"):  # a stable state: rate 0
            return np.asarray(inside + np.log(rate) - rate * self.shortest)

    def probability(self, ctau: ArrayLike) -> NDArray[np.float64]:
        """Chance per produced excited state to decay inside; ``ctau`` in m, any shape."""
        return np.asarray(np.exp(self.log_probability(ctau)))


def direct_probability(rule: Rule, ctau: float) -> float:
    """The same sum taken node by node, for one ``ctau`` in m: slow, without any table."""
    counts = np.diff(rule.offsets)
    flight = np.exp(rule.log_flight)
    near = np.repeat(rule.sky.near, counts) / flight
    inside = np.repeat(rule.sky.far - rule.sky.near, counts) / flight
    return float(-np.sum(rule.weight * np.exp(-near / ctau) * np.expm1(-inside / ctau)))
