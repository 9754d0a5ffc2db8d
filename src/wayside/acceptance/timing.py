"""When excited states arrive: slow ones come after everything prompt.

An arrival time is path over velocity. Along one direction the speed peaks where the A' went along a
beam, so a histogram of the nodes of a quadrature is a comb: `timing_rule` has many rapidities and
polar angles and few azimuths, and every node is spread over the times half-way to its neighbours.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wayside.acceptance.arrival_histograms import histograms, time_range
from wayside.acceptance.panels import build_rule
from wayside.acceptance.rule import Level, Rule
from wayside.constants import SPEED_OF_LIGHT
from wayside.detector.volume import Volume
from wayside.errors import InputError
from wayside.production.flight import Flight
from wayside.typing import FloatArray

Of = Literal["decays", "crossings"]

BINS = 60
"""Bins of a histogram of arrival times, unless edges are given."""

TIMING_LEVEL = Level(200, 3, 60)
"""Bins of a sixtieth of the spread are known to half a per cent of the highest one: what is left
falls with the square of the nodes in rapidity, while half the polar angles are too few."""

_COARSE = 8192
_FINE = 64
"""Bins of each of three kinds, and what each one that a quantile is in is cut into."""

_WITHIN = 16
"""Known times per bin of a histogram that is read off them: an error of 1e-3 of the highest bin."""

NARROWEST_BIN = 0.01
"""In ns, of bins that are chosen: finer than any detector tells, and than the nodes resolve."""

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
    rule: Rule, ctau: float, edges: ArrayLike | None = None, *, bins: int = BINS
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
    return Arrivals(borders, *histograms(rule, ctau, borders), rule.nearest / SPEED_OF_LIGHT)


def arrivals_and_quantiles(
    rule: Rule, ctau: float, levels: ArrayLike, *, bins: int = BINS
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
    course = _course(rule, ctau)
    of: Of = "crossings" if math.isinf(ctau) else "decays"
    asked = np.asarray(levels, dtype=np.float64)
    times = course.quantiles([*_RANGE_LEVELS, *asked], of)
    edges = _edges_around(times[: len(_RANGE_LEVELS)], bins, rule.nearest / SPEED_OF_LIGHT)
    wanted = times[len(_RANGE_LEVELS) :] if of == "decays" else np.full(asked.shape, np.nan)
    return course.in_bins(edges), wanted


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
    return _course(rule, ctau).quantiles(levels, of)


class _Course(NamedTuple):
    """How many have arrived by each of very many times; of no times where nothing arrives."""

    rule: Rule
    ctau: float
    soonest: float
    edges: FloatArray
    """In ns, shape (n,)."""
    decays: FloatArray
    crossings: FloatArray
    """Probabilities to arrive before each edge, relative to exp(-soonest / ctau), shape (n,)."""

    def quantiles(self, levels: ArrayLike, of: Of) -> FloatArray:
        """As `quantiles` of the module."""
        asked = np.asarray(levels, dtype=np.float64)
        edges, reached = self.edges, self.decays if of == "decays" else self.crossings
        if not len(edges) or (of == "decays" and math.isinf(self.ctau)):
            return np.full(asked.shape, np.nan)
        if edges[-1] == 0.0:  # all start inside
            return np.zeros(asked.shape)
        targets = asked * reached[-1]
        wanted = np.unique(np.clip(np.searchsorted(reached, targets) - 1, 0, len(edges) - 2))
        # The bins in which quantiles are, cut into fine ones, and what is between these as a whole.
        borders = np.unique(np.linspace(edges[wanted], edges[wanted + 1], _FINE + 1))
        fine = np.isin(np.searchsorted(edges, borders[:-1], side="right") - 1, wanted)
        counts = histograms(self.rule, self.ctau, borders, self.soonest, many=True, left_out=~fine)[
            0 if of == "decays" else 1
        ]
        coarse = np.interp(borders, edges, reached)
        steps = np.where(fine, counts, np.diff(coarse))
        return np.asarray(np.interp(targets, coarse[0] + np.cumsum([0.0, *steps]), borders))

    def in_bins(self, edges: FloatArray) -> Arrivals:
        """Arrivals in bins, by those known before their edges where these are close enough."""
        prompt = self.rule.nearest / SPEED_OF_LIGHT
        first, last = np.searchsorted(self.edges, edges[[0, -1]])
        if last - first < _WITHIN * (len(edges) - 1):
            return Arrivals(edges, *histograms(self.rule, self.ctau, edges), prompt)
        scale = math.exp(-self.soonest / self.ctau)
        decays, crossings = (
            scale * np.diff(np.interp(edges, self.edges, reached))
            for reached in (self.decays, self.crossings)
        )
        return Arrivals(edges, decays, crossings, prompt)


def _course(rule: Rule, ctau: float) -> _Course:
    """Arrivals by times that follow the fastest, each other's ratio and the slowest."""
    earliest, latest, soonest = time_range(rule)
    if not earliest < np.inf:
        nothing = np.empty(0)
        return _Course(rule, ctau, 0.0, nothing, nothing, nothing)
    # What starts inside arrives at 0, which has no logarithm: it goes into a bin up to the first.
    begins = earliest if earliest > 0.0 else _LEAST_TIME * latest
    if latest == 0.0:  # all start inside
        edges = np.zeros(2)
        return _Course(rule, ctau, soonest, edges, edges, edges)
    # A line of times, as off shell, needs room around it.
    begins, ends = begins * (1.0 - 1e-12), latest * (1.0 + 1e-12)
    grids = (
        np.geomspace(begins, ends, _COARSE + 1),
        np.linspace(begins, ends, _COARSE + 1),
        1.0 / np.linspace(1.0 / ends, 1.0 / begins, _COARSE + 1)[1:-1],
    )
    edges = np.unique(np.concatenate(grids))
    if earliest == 0.0:
        edges = np.concatenate([[0.0], edges])
    # Relative to the node that survives best: short lifetimes leave less than the smallest double.
    counts = histograms(rule, ctau, edges, soonest, many=True)
    decays, crossings = (np.concatenate([[0.0], np.cumsum(count)]) for count in counts)
    return _Course(rule, ctau, soonest, edges, decays, crossings)


def _require_lifetime(ctau: float) -> None:
    if not ctau > 0.0:
        raise InputError(f"ctau = {ctau} m: must be positive, inf for a stable state")


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
