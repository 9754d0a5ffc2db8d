"""When excited states arrive: slow ones come after everything prompt.

An arrival time is path over velocity. Along one direction the speed peaks where the A' went along a
beam, so a histogram of the nodes of a quadrature is a comb: `timing_rule` has many rapidities and
polar angles and few azimuths, and every node is spread over the times half-way to its neighbours.
"""

import math
from typing import Literal, NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike

from wayside.acceptance.rule import Level, Rule, build_rule
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
    prompt = rule.nearest / SPEED_OF_LIGHT
    borders = _chosen(rule, ctau, bins, prompt) if edges is None else np.asarray(edges, np.float64)
    if borders.ndim != 1 or len(borders) < 2 or not np.all(np.diff(borders) > 0.0):
        raise InputError("edges: must be two or more increasing times in ns")
    decays, crossings = _filled(rule, ctau, borders)
    return Arrivals(borders, decays, crossings, prompt)


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
    counts = _filled(rule, ctau, edges, soonest)[column]
    reached = np.concatenate([[0.0], np.cumsum(counts)])
    return reached, levels * reached[-1]


def _filled(
    rule: Rule, ctau: float, edges: FloatArray, soonest: float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Decays inside and crossings in bins of arrival time, relative to exp(-soonest / ctau)."""
    sky = rule.sky
    first = np.diff(sky.rays, prepend=-1) != 0
    decays, crossings = _histograms(
        sky.near, sky.far, sky.weights, first, rule.spectra, 1.0 / ctau, soonest, edges
    )
    return decays, crossings


def _require_lifetime(ctau: float) -> None:
    if not ctau > 0.0:
        raise InputError(f"ctau = {ctau} m: must be positive, inf for a stable state")


def _chosen(rule: Rule, ctau: float, bins: int, prompt: float) -> FloatArray:
    """Bins around what arrives: all but the last thousandth, or less where its tail is long."""
    if bins < 1:
        raise InputError(f"bins = {bins}: must be 1 or more")
    levels = (0.0, 0.05, 0.95, 0.999)
    of: Of = "crossings" if math.isinf(ctau) else "decays"
    low, early, late, high = quantiles(rule, ctau, levels, of).tolist()
    if math.isnan(low):
        low = early = late = high = 1.0 if math.isnan(prompt) else prompt
    high = min(high, late + _TAIL * (late - early))
    margin = 0.05 * (high - low)
    low, high = np.fmax(prompt, low - margin), high + margin
    count = min(bins, max(1, math.ceil((high - low) / NARROWEST_BIN)))
    missing = max(0.0, count * NARROWEST_BIN - (high - low))
    return np.linspace(low, high + missing, count + 1)


@numba.njit(cache=True, error_model="numpy")
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


@numba.njit(cache=True, error_model="numpy")
def _histograms(near, far, solid, first, spectra, rate, soonest, edges):  # type: ignore[no-untyped-def]
    """Decays inside and crossings by arrival time, each node spread half-way to its neighbours."""
    decays = np.zeros(len(edges) - 1)
    crossings = np.zeros(len(edges) - 1)
    for i in range(len(near)):
        start = spectra.offsets[spectra.of_direction[i]]
        n = spectra.offsets[spectra.of_direction[i] + 1] - start
        rapidity = spectra.rapidity[start : start + n]
        order = np.argsort(rapidity)
        times = np.empty(n)
        for k in range(n):
            times[k] = near[i] / (SPEED_OF_LIGHT * math.tanh(rapidity[order[k]]))
        for k in range(n):
            node = start + order[k]
            if not spectra.weight[node] > 0.0:
                continue
            slowness = math.exp(-spectra.log_flight[node])
            survived = math.exp((soonest - near[i] * slowness) * rate)
            arriving = solid[i] * spectra.weight[node] * survived
            decaying = -arriving * math.expm1(-(far[i] - near[i]) * slowness * rate)
            # Times fall as rapidities rise. One or two nodes are lines, as off shell: no spread.
            before = times[k] - times[k + 1] if k + 1 < n else np.inf
            after = times[k - 1] - times[k] if k > 0 else np.inf
            reach = _WIDEST * min(before, after) if n > 2 else 0.0
            low = times[k] - 0.5 * min(before, reach)
            high = times[k] + 0.5 * min(after, reach)
            start_bin = np.searchsorted(edges, low, side="right") - 1
            last_bin = np.searchsorted(edges, high, side="right") - 1
            for j in range(max(start_bin, 0), min(last_bin, len(decays) - 1) + 1):
                fraction = 1.0
                if start_bin != last_bin:
                    fraction = (min(high, edges[j + 1]) - max(low, edges[j])) / (high - low)
                decays[j] += fraction * decaying
                if first[i]:
                    crossings[j] += fraction * arriving
    return decays, crossings
