"""A rule: nodes in direction and rapidity that integrate the flight over one detector."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wayside.acceptance.directions import Sky
from wayside.compiled import njit
from wayside.production.flight import Flight
from wayside.typing import FloatArray, IndexArray


class Level(NamedTuple):
    """Numbers of nodes: per polar cut, per azimuthal arc, per rapidity segment."""

    polar: int
    azimuth: int
    rapidity: int


class Spectra(NamedTuple):
    """Nodes in rapidity, along directions of which several may share them."""

    of_direction: IndexArray
    """Which spectrum belongs to direction i: 0, 0, ..., 1, 1, ..., shape (n,)."""
    offsets: IndexArray
    """Nodes of spectrum g are ``offsets[g]:offsets[g + 1]``, shape (spectra + 1,)."""
    rapidity: FloatArray
    """Rapidity of the excited state at every node."""
    weight: FloatArray
    """Probability per produced excited state and steradian at every node."""
    log_flight: FloatArray
    """Logarithm of gamma beta at every node."""


class Nodes(NamedTuple):
    """Nodes of a rule one by one: every rapidity of every direction."""

    direction: IndexArray
    """Number of the direction in the sky."""
    rapidity: FloatArray
    weight: FloatArray
    """Probability per produced excited state, solid angle included."""
    log_flight: FloatArray


class Rule(NamedTuple):
    """Nodes over the directions of a detector and the rapidities along each of them."""

    sky: Sky
    """Of a box with a mirror plane, directions that count for their mirror images as well."""
    spectra: Spectra

    hit_probability: float
    """Probability per produced excited state to cross the volume."""
    hit_path: float
    """The same weighted with the path inside, in m."""
    nearest: float
    """Distance to the nearest point of the volume in m."""

    def __len__(self) -> int:
        """Count the nodes."""
        return int(np.diff(self.spectra.offsets)[self.spectra.of_direction].sum())

    def nodes(self) -> Nodes:
        """Every node by itself."""
        spectra = self.spectra
        counts = np.diff(spectra.offsets)[spectra.of_direction]
        direction = np.repeat(np.arange(len(counts)), counts)
        first = spectra.offsets[spectra.of_direction] - (np.cumsum(counts) - counts)
        node = np.arange(len(direction)) + np.repeat(first, counts)
        return Nodes(
            direction,
            spectra.rapidity[node],
            spectra.weight[node] * self.sky.weights[direction],
            spectra.log_flight[node],
        )


def merged(parts: Sequence[tuple[float, Rule]]) -> Rule:
    """Sum of rules over one detector.

    Parameters
    ----------
    parts
        Weights and rules, one or more.
    """
    rules = [rule for _, rule in parts]
    spectra = [rule.spectra for rule in rules]
    nodes = np.cumsum([0, *(len(spectrum.rapidity) for spectrum in spectra)])
    groups = np.cumsum([0, *(len(spectrum.offsets) - 1 for spectrum in spectra)])

    def joined(name: str) -> FloatArray:
        return np.concatenate([getattr(rule.sky, name) for rule in rules])

    def numbered(name: str) -> IndexArray:
        columns = [getattr(rule.sky, name) for rule in rules]
        ends = np.cumsum([0, *(int(column[-1]) + 1 if len(column) else 0 for column in columns)])
        return np.concatenate([c + e for c, e in zip(columns, ends[:-1], strict=True)])

    sky = Sky(
        joined("directions"),
        joined("weights"),
        joined("near"),
        joined("far"),
        numbered("rings"),
        numbered("rays"),
    )
    starts = [
        spectrum.offsets[:-1] + first for spectrum, first in zip(spectra, nodes[:-1], strict=True)
    ]
    return Rule(
        sky,
        Spectra(
            np.concatenate([e.of_direction + g for e, g in zip(spectra, groups[:-1], strict=True)]),
            np.concatenate([*starts, nodes[-1:]]),
            np.concatenate([spectrum.rapidity for spectrum in spectra]),
            np.concatenate([weight * rule.spectra.weight for weight, rule in parts]),
            np.concatenate([spectrum.log_flight for spectrum in spectra]),
        ),
        sum(weight * rule.hit_probability for weight, rule in parts),
        sum(weight * rule.hit_path for weight, rule in parts),
        min(rule.nearest for rule in rules),
    )


def spectrum_of(flight: Flight, sky: Sky) -> IndexArray:
    """Which directions share a spectrum: a ring, where the density is the same all around."""
    return sky.rings if flight.symmetric else sky.rays


@njit(error_model="numpy")
def log_distances(log_near, log_far, of_direction, offsets, weight, log_flight):  # type: ignore[no-untyped-def]
    """Logarithms of the shortest and the longest proper distance among nodes with a weight."""
    low = np.inf
    high = -np.inf
    last = -1
    fast = -np.inf
    slow = np.inf
    for i in range(len(of_direction)):
        if of_direction[i] != last:
            last = of_direction[i]
            fast = -np.inf
            slow = np.inf
            for k in range(offsets[last], offsets[last + 1]):
                if weight[k] > 0.0:
                    fast = max(fast, log_flight[k])
                    slow = min(slow, log_flight[k])
        low = min(low, log_near[i] - fast)
        high = max(high, log_far[i] - slow)
    return low, high


@njit(error_model="numpy")
def _survivors(near, solid, of_direction, offsets, weight, slowness, rate, cut):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(len(near)):
        g = of_direction[i]
        survived = 0.0
        for k in range(offsets[g], offsets[g + 1]):
            exponent = rate * near[i] * slowness[k]
            if exponent < cut:
                survived += weight[k] * math.exp(-exponent)
        total += solid[i] * survived
    return total


def survivors(rule: Rule, ctau: float, cut: float = np.inf) -> float:
    """Probability per produced excited state to reach the volume undecayed.

    Parameters
    ----------
    rule
        Nodes over the volume.
    ctau
        Proper decay length in m.
    cut
        Nodes of which less than exp(-cut) survive are left out.
    """
    spectra = rule.spectra
    return float(
        _survivors(
            rule.sky.near,
            rule.sky.weights,
            spectra.of_direction,
            spectra.offsets,
            spectra.weight,
            np.exp(-spectra.log_flight),
            1.0 / ctau,
            cut,
        )
    )


def shortest_distance(rule: Rule) -> float:
    """Shortest proper distance to the volume among the nodes, in m."""
    near = np.log(np.maximum(rule.sky.near, 1e-300))
    spectra = rule.spectra
    low, _ = log_distances(
        near, near, spectra.of_direction, spectra.offsets, spectra.weight, spectra.log_flight
    )
    return math.exp(low)
