"""Histograms of arrival times over the nodes of a rule, in compiled code."""

import math
from typing import NamedTuple

import numpy as np

from wayside.acceptance.rule import Rule, Spectra
from wayside.compiled import njit, order_short
from wayside.constants import SPEED_OF_LIGHT
from wayside.typing import BoolArray, FloatArray

_WIDEST = 4.0
"""A node reaches at most this much further to one side than to the other: no leaks into gaps."""


class _Nodes(NamedTuple):
    """Distances and solid angles of the directions, and their spectra."""

    near: FloatArray
    far: FloatArray
    solid: FloatArray
    first: BoolArray
    """Whether a direction is the first row of its ray."""
    spectra: Spectra


class _Binning(NamedTuple):
    """What is filled, as `histograms` has it."""

    edges: FloatArray
    left_out: BoolArray
    many: bool


def time_range(rule: Rule) -> tuple[float, float, float]:
    """Earliest and latest arrival in ns, and the shortest proper distance in m.

    Parameters
    ----------
    rule
        Nodes over a volume, from `wayside.acceptance.timing.timing_rule`.
    """
    earliest, latest, soonest = _range(rule.sky.near, rule.spectra)
    return float(earliest), float(latest), float(soonest)


def histograms(
    rule: Rule,
    ctau: float,
    edges: FloatArray,
    soonest: float = 0.0,
    *,
    many: bool = False,
    left_out: BoolArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Decays inside and crossings in bins of arrival time, relative to exp(-soonest / ctau).

    Parameters
    ----------
    rule
        Nodes over a volume.
    ctau
        Proper decay length in m, inf for a stable particle.
    edges
        In ns, increasing, shape (n + 1,).
    soonest
        Proper distance in m.
    many
        Sums go over steps of the density: in no time that depends on the number of bins, but with
        an error of rounding of the fullest bin in every other.
    left_out
        Bins whose contents are not needed, shape (n,): they lack what is in one of them alone.
    """
    sky = rule.sky
    first = np.diff(sky.rays, prepend=-1) != 0
    if left_out is None:
        left_out = np.zeros(len(edges) - 1, dtype=bool)
    nodes = _Nodes(sky.near, sky.far, sky.weights, first, rule.spectra)
    decays, crossings = _histograms(nodes, 1.0 / ctau, soonest, _Binning(edges, left_out, many))
    return decays, crossings


@njit(error_model="numpy")
def _range(near, spectra):  # type: ignore[no-untyped-def]
    earliest = np.inf
    latest = 0.0
    soonest = np.inf
    group = -1
    fast = -np.inf
    slow = np.inf
    flown = -np.inf
    for i in range(len(near)):
        if spectra.of_direction[i] != group:
            group = spectra.of_direction[i]
            fast = -np.inf
            slow = np.inf
            flown = -np.inf
            for node in range(spectra.offsets[group], spectra.offsets[group + 1]):
                if spectra.weight[node] > 0.0:
                    fast = max(fast, spectra.rapidity[node])
                    slow = min(slow, spectra.rapidity[node])
                    flown = max(flown, spectra.log_flight[node])
        if fast >= slow:
            earliest = min(earliest, near[i] / (SPEED_OF_LIGHT * math.tanh(fast)))
            latest = max(latest, near[i] / (SPEED_OF_LIGHT * math.tanh(slow)))
            soonest = min(soonest, near[i] * math.exp(-flown))
    return earliest, latest, soonest


@njit(error_model="numpy")
def _histograms(nodes, rate, soonest, binning):  # type: ignore[no-untyped-def]
    """Decays inside and crossings by arrival time, each node spread half-way to its neighbours."""
    near, far, solid, first, spectra = nodes
    edges, left_out, many = binning
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
    order = np.empty(longest, dtype=np.intp)
    group = -1
    n = 0
    for i in range(len(near)):
        if spectra.of_direction[i] != group:
            group = spectra.of_direction[i]
            start = spectra.offsets[group]
            n = spectra.offsets[group + 1] - start
            # Rapidities of one flight go up, as its segments do.
            order_short(spectra.rapidity[start : start + n], order, n)
            for k in range(n):
                node = start + order[k]
                per_metre[k] = 1.0 / (SPEED_OF_LIGHT * math.tanh(spectra.rapidity[node]))
                weight[k] = spectra.weight[node]
                slowness[k] = math.exp(-spectra.log_flight[node])
        for k in range(n):
            times[k] = near[i] * per_metre[k]
        low_bin = bins - 1
        for k in range(n):
            # Times fall as rapidities rise. One or two nodes are lines, as off shell: no spread.
            before = times[k] - times[k + 1] if k + 1 < n else np.inf
            after = times[k - 1] - times[k] if k > 0 else np.inf
            reach = _WIDEST * min(before, after) if n > 2 else 0.0
            low = times[k] - 0.5 * min(before, reach)
            high = times[k] + 0.5 * min(after, reach)
            if not weight[k] > 0.0 or low >= edges[bins] or high < edges[0]:
                continue
            # Where `reach` cuts nothing, a node ends where the one before begins: bins are near by.
            high_bin = _bin_near(edges, high, low_bin)
            low_bin = _bin_near(edges, low, high_bin)
            if low_bin == high_bin and left_out[low_bin]:
                continue
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
        decaying = 0.0
        arriving = 0.0
        for j in range(bins):
            decaying += decay_steps[j]
            arriving += crossing_steps[j]
            decays[j] += (edges[j + 1] - edges[j]) * max(decaying, 0.0)
            crossings[j] += (edges[j + 1] - edges[j]) * max(arriving, 0.0)
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
