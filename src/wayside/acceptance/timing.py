"""When excited states arrive: slow ones come after everything prompt.

An arrival time is path over velocity. Along one direction the speed peaks where the A' went along a
beam, so a histogram of the nodes of a quadrature is a comb: `timing_rule` has many polar angles and
few azimuths, and every node is spread over the times half-way to its neighbours.
"""

import math
from typing import Literal, NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from wayside.acceptance.flight import Flight
from wayside.acceptance.rule import Level, Rule, build_rule
from wayside.constants import SPEED_OF_LIGHT
from wayside.detector.box import Box
from wayside.errors import InputError

Array = NDArray[np.float64]

Of = Literal["decays", "crossings"]

TIMING_LEVEL = Level(100, 4, 14)
"""Bins of a sixtieth of the spread are known to some 2 per cent of the highest one, 12 at worst."""

NARROWEST_BIN = 0.01
"""In ns, of bins that are chosen: finer than any detector tells, and than the nodes resolve."""

_WIDEST = 4.0
"""A node reaches at most this much further to one side than to the other: no leaks into gaps."""


_TAIL = 2.0
"""How far bins go beyond the 95th percentile, in distances from the 5th to it."""


class Arrivals(NamedTuple):
    """Distribution of the arrival time at a detector, after the collision."""

    edges: Array
    """Bin edges in ns after the collision, shape (n + 1,)."""
    probability: Array
    """Chance per produced excited state to decay in the volume and to have entered it in a bin."""
    crossing: Array
    """Chance to enter the volume in a bin, having survived until then; all there is if stable."""
    prompt: float
    """Arrival of light at the nearest point of the volume's front, in ns."""

    @property
    def delay_edges(self) -> Array:
        """Bin edges in ns after a particle at the speed of light reaches the nearest point."""
        return self.edges - self.prompt


def timing_rule(flight: Flight, box: Box) -> Rule:
    """Nodes over the volume of a box that resolve arrival times.

    Parameters
    ----------
    flight
        Mass point at a collider, from `wayside.acceptance.flight`.
    box
        The detector.
    """
    return build_rule(flight, box, TIMING_LEVEL)


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
    Arrival is path over velocity, with the chance to decay between entry and exit as weight, or
    the chance to get as far as the entry. Times may be earlier than ``edges[0]`` or later than
    ``edges[-1]``: they are in no bin.
    """
    _require_lifetime(ctau)
    prompt = float(np.min(rule.sky.near)) / SPEED_OF_LIGHT if len(rule.sky.near) else math.nan
    borders = _chosen(rule, ctau, bins, prompt) if edges is None else np.asarray(edges, np.float64)
    if borders.ndim != 1 or len(borders) < 2 or not np.all(np.diff(borders) > 0.0):
        raise InputError("edges: must be two or more increasing times in ns")
    sky = rule.sky
    decays, crossings = _histograms(
        sky.near, sky.far, sky.weights, rule.spectra, 1.0 / ctau, borders
    )
    return Arrivals(borders, decays, crossings, prompt)


def quantiles(rule: Rule, ctau: float, levels: ArrayLike, of: Of = "decays") -> Array:
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
    times, logarithms = _nodes(rule, ctau, of)
    if not times.size:
        return np.full(np.shape(levels), np.nan)
    order = np.argsort(times)
    reached = np.cumsum(np.exp(logarithms[order] - np.max(logarithms)))
    at = np.searchsorted(reached, np.asarray(levels, dtype=np.float64) * reached[-1])
    return np.asarray(times[order][np.minimum(at, len(times) - 1)])


def _require_lifetime(ctau: float) -> None:
    if not ctau > 0.0:
        raise InputError(f"ctau = {ctau} m: must be positive, inf for a stable state")


def _chosen(rule: Rule, ctau: float, bins: int, prompt: float) -> Array:
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


def _nodes(rule: Rule, ctau: float, of: Of) -> tuple[Array, Array]:
    """Arrival times in ns and logarithms of the chances, of nodes with a chance."""
    nodes = rule.nodes()
    used = nodes.weight > 0.0
    if of == "decays" and math.isinf(ctau):
        used &= False
    direction, rapidity, weight, log_flight = (column[used] for column in nodes)
    rate = np.exp(-log_flight) / ctau
    near = rule.sky.near[direction]
    logarithms = np.log(weight) - near * rate
    if of == "decays":
        inside = (rule.sky.far - rule.sky.near)[direction]
        with np.errstate(divide="ignore"):  # a ray along an edge has no path
            logarithms = logarithms + np.log(-np.expm1(-inside * rate))
    return near / (SPEED_OF_LIGHT * np.tanh(rapidity)), logarithms


@numba.njit(cache=True, error_model="numpy")
def _histograms(near, far, solid, spectra, rate, edges):  # type: ignore[no-untyped-def]
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
            here = rate * math.exp(-spectra.log_flight[node])
            arriving = solid[i] * spectra.weight[node] * math.exp(-near[i] * here)
            decaying = -arriving * math.expm1(-(far[i] - near[i]) * here)
            # Times fall as rapidities rise. One or two nodes are lines, as off shell: no spread.
            before = times[k] - times[k + 1] if k + 1 < n else np.inf
            after = times[k - 1] - times[k] if k > 0 else np.inf
            reach = _WIDEST * min(before, after) if n > 2 else 0.0
            low = times[k] - 0.5 * min(before, reach)
            high = times[k] + 0.5 * min(after, reach)
            first = np.searchsorted(edges, low, side="right") - 1
            last = np.searchsorted(edges, high, side="right") - 1
            for j in range(max(first, 0), min(last, len(decays) - 1) + 1):
                share = 1.0
                if first != last:
                    share = (min(high, edges[j + 1]) - max(low, edges[j])) / (high - low)
                decays[j] += share * decaying
                crossings[j] += share * arriving
    return decays, crossings
