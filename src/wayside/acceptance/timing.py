"""When excited states arrive: slow ones come after everything prompt.

An arrival time is path over velocity. Along one direction the speed peaks where the A' went along a
beam, so a histogram of the nodes of a quadrature is a comb: `timing_rule` has many rapidities and
polar angles and few azimuths, and every node is spread over the times half-way to its neighbours.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wayside.acceptance.rule import Level, Rule, build_rule
from wayside.compiled import njit
from wayside.constants import SPEED_OF_LIGHT
from wayside.detector.volume import Volume
from wayside.errors import InputError
from wayside.production.flight import Flight
from wayside.typing import FloatArray

Of = Literal["decays", "crossings"]

TIMING_LEVEL = Level(200, 3, 60)
"""Bins of a sixtieth of the spread are known to half a per cent of the highest one: what is left
falls with the square of the nodes in rapidity, while half the polar angles are too few."""

_COARSE = 4096
_FINE = 64
"""Bins that look for quantiles, and what each one of interest is cut into."""

NARROWEST_BIN = 0.01
"""In ns, of bins that are chosen: finer than any detector tells, and than the nodes resolve."""

_WIDEST = 4.0
"""A node reaches at most this much further to one side than to the other: no leaks into gaps."""


_LEAST_TIME = 1e-4
"""Of the latest arrival: earlier ones are at 0 where a volume holds the interaction point."""

_RANGE_LEVELS = (0.0, 0.05, 0.95, 0.999)
"""Quantiles that the range of chosen bins follows from."""

_TAIL = 2.0
"""How far bins go beyond the 95th percentile, in distances from the 5th to it."""


class Arrivals(NamedTuple):
    """Distribution of the arrival time at a detector, after the collision."""

    edges: FloatArray
    """Bin edges in ns after the collision, shape (n + 1,)."""
    probability: FloatArray
    """Probability per produced excited state to enter in a bin and to decay in the volume."""
    crossing: FloatArray
    """Probability to enter the volume in a bin undecayed; all there is if it is stable."""
    prompt: float
    """Arrival of light at the nearest point of the volume, in ns."""

    @property
    def delay_edges(self) -> FloatArray:
        """Bin edges in ns after a particle at the speed of light reaches the nearest point."""
        return self.edges - self.prompt


def timing_rule(flight: Flight, volume: Volume) -> Rule:
    """Nodes over a volume that resolve arrival times.

    Parameters
    ----------
    flight
        Mass point at a collider, from `wayside.production.flight`.
    volume
        The detector.
    """
    return build_rule(flight, volume, TIMING_LEVEL)


def arrival_times(
    rule: Rule, ctau: float, edges: ArrayLike | None = None, *, bins: int = 60
) -> Arrivals:
    """When excited states enter a volume: those that decay inside, and all that cross.

    Parameters
    ----------
    rule
        Nodes over the volume, from `timing_rule`.
    ctau
        Proper decay length in m; inf for a stable state, which crosses and never decays.
    edges
        Increasing bin edges in ns; chosen around the distribution (of decays, of crossings if
        stable) if None.
    bins
        Number of bins to choose; fewer where they would be narrower than `NARROWEST_BIN`.

    Raises
    ------
    InputError
        If edges do not increase, there is no bin, or the lifetime is not positive.

    Notes
    -----
    Arrival is path over velocity, with the probability to decay between entry and exit as weight,
    or the probability to get as far as the entry. Times may be earlier than ``edges[0]`` or later
    than ``edges[-1]``: they are in no bin.
    """
    _require_lifetime(ctau)
    if edges is None:
        return arrivals_and_quantiles(rule, ctau, (), bins=bins)[0]
    borders = np.asarray(edges, np.float64)
    if borders.ndim != 1 or len(borders) < 2 or not np.all(np.diff(borders) > 0.0):
        raise InputError("edges: must be two or more increasing times in ns")
    return _in_bins(rule, ctau, borders)


def arrivals_and_quantiles(
    rule: Rule, ctau: float, levels: ArrayLike, *, bins: int = 60
) -> tuple[Arrivals, FloatArray]:
    """`arrival_times` in chosen bins and `quantiles` of decays, in the time of one of them.

    Parameters
    ----------
    rule, ctau, bins
        As for `arrival_times`.
    levels
        As for `quantiles`, shape (n,).
    """
    _require_lifetime(ctau)
    if bins < 1:
        raise InputError(f"bins = {bins}: must be 1 or more")
    of: Of = "crossings" if math.isinf(ctau) else "decays"
    asked = np.asarray(levels, dtype=np.float64)
    times = quantiles(rule, ctau, [*_RANGE_LEVELS, *asked], of)
    edges = _edges_around(times[: len(_RANGE_LEVELS)], bins, rule.nearest / SPEED_OF_LIGHT)
    wanted = times[len(_RANGE_LEVELS) :] if of == "decays" else np.full(asked.shape, np.nan)
    return _in_bins(rule, ctau, edges), wanted


def quantiles(rule: Rule, ctau: float, levels: ArrayLike, of: Of = "decays") -> FloatArray:
    """Quantiles of the arrival time in ns, however short the lifetime.

    Parameters
    ----------
    rule, ctau
        As for `arrival_times`.
    levels
        Between 0 and 1, any shape.
    of
        Those that decay inside, or all that cross.

    Returns
    -------
    times
        Same shape; NaN where nothing arrives, and for decays of a stable state.
    """
    _require_lifetime(ctau)
    asked = np.asarray(levels, dtype=np.float64)
    earliest, latest, soonest = _range(rule.sky.near, rule.spectra)
    if not earliest < np.inf or (of == "decays" and math.isinf(ctau)):
        return np.full(asked.shape, np.nan)
    if latest == 0.0:  # all start inside
        return np.zeros(asked.shape)
    # What starts inside arrives at 0, which has no logarithm: it goes into a bin up to the first.
    begins = earliest if earliest > 0.0 else _LEAST_TIME * latest
    # A line of times, as off shell, needs room around it.
    edges = np.geomspace(begins * (1.0 - 1e-12), latest * (1.0 + 1e-12), _COARSE + 1)
    if earliest == 0.0:
        edges = np.concatenate([[0.0], edges])
    column = 0 if of == "decays" else 1
    here = np.searchsorted(*_reached(rule, ctau, edges, soonest, column, asked)) - 1
    wanted = np.unique(np.clip(here, 0, len(edges) - 2))
    fine = [np.linspace(edges[k], edges[k + 1], _FINE + 1) for k in wanted]
    edges = np.unique(np.concatenate([edges, *fine]))
    reached, targets = _reached(rule, ctau, edges, soonest, column, asked)
    return np.asarray(np.interp(targets, reached, edges))


def _reached(
    rule: Rule, ctau: float, edges: FloatArray, soonest: float, column: int, levels: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Probabilities to arrive before each edge, and those that the levels ask for."""
    # Relative to the node that survives best: short lifetimes leave less than the smallest double.
    counts = _filled(rule, ctau, edges, soonest, many=True)[column]
    reached = np.concatenate([[0.0], np.cumsum(counts)])
    return reached, levels * reached[-1]


def _filled(
    rule: Rule, ctau: float, edges: FloatArray, soonest: float = 0.0, *, many: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Decays inside and crossings in bins of arrival time, relative to exp(-soonest / ctau)."""
    sky = rule.sky
    first = np.diff(sky.rays, prepend=-1) != 0
    decays, crossings = _histograms(
        sky.near, sky.far, sky.weights, first, rule.spectra, 1.0 / ctau, soonest, edges, many
    )
    return decays, crossings


def _require_lifetime(ctau: float) -> None:
    if not ctau > 0.0:
        raise InputError(f"ctau = {ctau} m: must be positive, inf for a stable state")


def _in_bins(rule: Rule, ctau: float, edges: FloatArray) -> Arrivals:
    decays, crossings = _filled(rule, ctau, edges)
    return Arrivals(edges, decays, crossings, rule.nearest / SPEED_OF_LIGHT)


def _edges_around(times: FloatArray, bins: int, prompt: float) -> FloatArray:
    """Edges around the times of ``_RANGE_LEVELS``; less where the tail is long."""
    low, early, late, high = times.tolist()
    if math.isnan(low):
        low = early = late = high = 1.0 if math.isnan(prompt) else prompt
    high = min(high, late + _TAIL * (late - early))
    margin = 0.05 * (high - low)
    low, high = np.fmax(prompt, low - margin), high + margin
    count = min(bins, max(1, math.ceil((high - low) / NARROWEST_BIN)))
    missing = max(0.0, count * NARROWEST_BIN - (high - low))
    return np.linspace(low, high + missing, count + 1)


@njit(error_model="numpy")
def _range(near, spectra):  # type: ignore[no-untyped-def]
    """Earliest and latest arrival in ns, and the shortest proper distance in m."""
    earliest = np.inf
    latest = 0.0
    soonest = np.inf
    for i in range(len(near)):
        group = spectra.of_direction[i]
        for node in range(spectra.offsets[group], spectra.offsets[group + 1]):
            if spectra.weight[node] > 0.0:
                time = near[i] / (SPEED_OF_LIGHT * math.tanh(spectra.rapidity[node]))
                earliest = min(earliest, time)
                latest = max(latest, time)
                soonest = min(soonest, near[i] * math.exp(-spectra.log_flight[node]))
    return earliest, latest, soonest


@njit(error_model="numpy")
def _histograms(near, far, solid, first, spectra, rate, soonest, edges, many):  # type: ignore[no-untyped-def]
    """Decays inside and crossings by arrival time, each node spread half-way to its neighbours.

    With ``many`` bins sums go over steps of the density: in no time that depends on the number of
    bins, but with an error of rounding of the fullest bin in every other.
    """
    bins = len(edges) - 1
    decays = np.zeros(bins)
    crossings = np.zeros(bins)
    # Changes of the density per ns from bin to bin, of nodes that fill many bins evenly.
    decay_steps = np.zeros(bins + 1)
    crossing_steps = np.zeros(bins + 1)
    longest = 0
    for k in range(len(spectra.offsets) - 1):
        longest = max(longest, spectra.offsets[k + 1] - spectra.offsets[k])
    # Of one spectrum, with falling times: several directions share it.
    per_metre = np.empty(longest)
    weight = np.empty(longest)
    slowness = np.empty(longest)
    times = np.empty(longest)
    group = -1
    n = 0
    for i in range(len(near)):
        if spectra.of_direction[i] != group:
            group = spectra.of_direction[i]
            start = spectra.offsets[group]
            n = spectra.offsets[group + 1] - start
            order = np.argsort(spectra.rapidity[start : start + n])
            for k in range(n):
                node = start + order[k]
                per_metre[k] = 1.0 / (SPEED_OF_LIGHT * math.tanh(spectra.rapidity[node]))
                weight[k] = spectra.weight[node]
                slowness[k] = math.exp(-spectra.log_flight[node])
        for k in range(n):
            times[k] = near[i] * per_metre[k]
        low_bin = high_bin = bins - 1
        for k in range(n):
            # Times fall as rapidities rise. One or two nodes are lines, as off shell: no spread.
            before = times[k] - times[k + 1] if k + 1 < n else np.inf
            after = times[k - 1] - times[k] if k > 0 else np.inf
            reach = _WIDEST * min(before, after) if n > 2 else 0.0
            low = times[k] - 0.5 * min(before, reach)
            high = times[k] + 0.5 * min(after, reach)
            if not weight[k] > 0.0 or low >= edges[bins] or high < edges[0]:
                continue
            # Both ends fall from node to node but for what `reach` cuts: the bin is near by.
            low_bin = _bin_near(edges, low, low_bin)
            high_bin = _bin_near(edges, high, high_bin)
            survived = math.exp((soonest - near[i] * slowness[k]) * rate)
            arriving = solid[i] * weight[k] * survived
            decaying = -arriving * math.expm1(-(far[i] - near[i]) * slowness[k] * rate)
            if low_bin == high_bin:
                decays[low_bin] += decaying
                if first[i]:
                    crossings[low_bin] += arriving
                continue
            per_time = 1.0 / (high - low)
            first_bin = max(low_bin, 0)
            last_bin = min(high_bin, bins - 1)
            if many and last_bin - first_bin > 2:
                # All but the two at the ends are full.
                decay_steps[first_bin + 1] += per_time * decaying
                decay_steps[last_bin] -= per_time * decaying
                if first[i]:
                    crossing_steps[first_bin + 1] += per_time * arriving
                    crossing_steps[last_bin] -= per_time * arriving
                at_ends = last_bin - first_bin
            else:
                at_ends = 1
            for j in range(first_bin, last_bin + 1, at_ends):
                fraction = (min(high, edges[j + 1]) - max(low, edges[j])) * per_time
                decays[j] += fraction * decaying
                if first[i]:
                    crossings[j] += fraction * arriving
    if many:
        widths = edges[1:] - edges[:-1]
        decays += widths * np.maximum(np.cumsum(decay_steps)[:bins], 0.0)
        crossings += widths * np.maximum(np.cumsum(crossing_steps)[:bins], 0.0)
    return decays, crossings


@njit(error_model="numpy")
def _bin_near(edges, value, guess):  # type: ignore[no-untyped-def]
    """Bin of a value, -1 below all and one too many above, sought outward from a guess."""
    k = min(max(guess, 0), len(edges) - 2)
    if value < edges[k]:
        step = 1
        while k >= 0 and value < edges[k]:
            above = k
            k -= step
            step *= 2
        low = max(k, -1)
    else:
        low = k
        above = k + 1
        step = 1
        while above < len(edges) and value >= edges[above]:
            low = above
            above += step
            step *= 2
        above = min(above, len(edges))
    while above - low > 1:
        middle = (low + above) // 2
        if value < edges[middle]:
            above = middle
        else:
            low = middle
    return low
