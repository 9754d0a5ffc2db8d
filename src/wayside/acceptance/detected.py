"""Probability to decay inside a volume and be detected, as a function of the lifetime alone.

The efficiency depends on what the decay leaves in the detector, that is on the boost of the
excited state, the angle of its flight to the layers, and the depth. So every node of the rule that
integrates the flight is split by bins of depth, and weighted with the efficiency there, averaged
over decays: the sum is a `wayside.acceptance.decay.DecayCurve` like the one without efficiency,
and holds for any lifetime. Derived in docs/theory, section "Efficiency".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.panels import build_rule
from wayside.acceptance.response import ExcitedDecays, Response
from wayside.acceptance.rule import Level, Rule, Spectra
from wayside.detector.box import Box
from wayside.detector.volume import Volume
from wayside.efficiency.grid import EfficiencyGrid
from wayside.production.flight import Flight
from wayside.typing import FloatArray, IndexArray, IntArray

LEVEL: Final = Level(8, 3, 10)
BOOSTS: Final = 5
TILT_STEP: Final = 0.06
MOST_TILTS: Final = 8
"""Nodes in rapidity, and at most so many in the angle to the normal, between which the efficiency
is interpolated."""

FINEST_BOOST: Final = 0.02
"""Steps in rapidity that are not worth dividing."""


def flight_rule(flight: Flight, volume: Volume) -> Rule:
    """Nodes over a detector that averages of efficiencies take."""
    return build_rule(flight, volume, LEVEL)


def tilts_of(rule: Rule, box: Box) -> FloatArray:
    """Angles between flights and the normal of the layers, by direction of a rule."""
    cosine = rule.sky.directions @ box.axes[2]
    return np.asarray(np.arccos(np.clip(cosine, -1.0, 1.0)))


def response_grid(
    rules: Sequence[Rule], box: Box, boosts_step: float = math.inf
) -> tuple[FloatArray, FloatArray]:
    """Rapidities and tilts between which efficiencies are interpolated.

    Parameters
    ----------
    rules
        Nodes of all flights that share them.
    box
        The detector.
    boosts_step
        Largest step in rapidity, where more than ``BOOSTS`` nodes are wanted.
    """
    rapidity = np.concatenate([r.spectra.rapidity[r.spectra.weight > 0.0] for r in rules])
    tilts = np.concatenate([tilts_of(rule, box) for rule in rules])
    if not (rapidity.size and tilts.size):
        return np.zeros(1), np.zeros(1)
    ends = float(rapidity.min()), float(rapidity.max())
    length = ends[1] - ends[0]
    nodes = max(BOOSTS, 1 + int(np.ceil(length / boosts_step)))
    nodes = min(nodes, 1 + int(np.ceil(length / FINEST_BOOST)))
    boosts = np.linspace(*ends, nodes) if length > 1e-6 else np.array(ends[:1])
    low, high = float(tilts.min()), float(tilts.max())
    number = min(MOST_TILTS, 1 + int(np.ceil((high - low) / TILT_STEP)))
    steps = np.linspace(low, high, number) if number > 1 else np.array([0.5 * (low + high)])
    return boosts, steps


@dataclass(frozen=True, eq=False)
class Detected:
    """Decays in a detector that are detected, at one mass point.

    Parameters
    ----------
    rule
        Nodes over the detector.
    box
        The detector.
    response
        Efficiencies of decays in flight, for all rapidities and tilts of the nodes.
    every
        Curve of all decays at the same nodes, where it is known; else it is made.
    """

    rule: Rule
    box: Box
    response: Response
    every: DecayCurve | None = None

    @property
    def _grid(self) -> tuple[FloatArray, FloatArray]:
        return self.response.rapidities, self.response.tilts

    @cached_property
    def _tilts(self) -> FloatArray:
        return tilts_of(self.rule, self.box)

    @cached_property
    def _slabs(self) -> tuple[FloatArray, FloatArray]:
        """Distances at entry and exit by direction and bin of depth; equal where there is none."""
        sky, axis = self.rule.sky, self.box.axes[2]
        edges = self.response.table.edges["depth"].copy()
        # The first and the last bin go on: a deeper detector has more of the last.
        edges[0], edges[-1] = -np.inf, np.inf
        along = sky.directions @ axis
        with np.errstate(divide="ignore", invalid="ignore"):
            cuts = (edges[None, :] + self.box.position @ axis) / along[:, None]
        cuts = np.where(np.isnan(cuts), np.inf, cuts)
        low, high = np.minimum(cuts[:, :-1], cuts[:, 1:]), np.maximum(cuts[:, :-1], cuts[:, 1:])
        near = np.clip(low, sky.near[:, None], sky.far[:, None])
        far = np.clip(high, sky.near[:, None], sky.far[:, None])
        return near, np.maximum(near, far)

    def _nodes(self) -> tuple[IndexArray, FloatArray, FloatArray, FloatArray]:
        """Directions of all nodes; weights without solid angle, rapidities, log flights."""
        nodes = self.rule.nodes()
        solid = self.rule.sky.weights[nodes.direction]
        return nodes.direction, nodes.weight / solid, nodes.rapidity, nodes.log_flight

    def _between(
        self, direction: IndexArray, rapidity: FloatArray
    ) -> tuple[list[tuple[IntArray, IntArray]], list[FloatArray]]:
        """Nodes of the grid around every node of the rule, and their weights."""
        ends = []
        for grid, value in zip(self._grid, (rapidity, self._tilts[direction]), strict=True):
            place = np.interp(value, grid, np.arange(len(grid), dtype=np.float64))
            low = np.minimum(place.astype(np.int64), max(len(grid) - 2, 0))
            up = np.minimum(low + 1, len(grid) - 1)
            ends.append(((low, 1.0 - (place - low)), (up, place - low)))
        corners = [(k, m, at_k * at_m) for k, at_k in ends[0] for m, at_m in ends[1]]
        return [(k, m) for k, m, _ in corners], [weight for _, _, weight in corners]

    @cached_property
    def _curves(self) -> tuple[DecayCurve, DecayCurve]:
        """Curve of all decays, and of those that are detected; at the same nodes."""
        rule = self.rule
        plain = DecayCurve(rule) if self.every is None else self.every
        if plain.empty:
            return plain, plain
        direction, weight, rapidity, log_flight = self._nodes()
        corners, fractions = self._between(direction, rapidity)
        near, far = self._slabs
        counts = np.bincount(direction, minlength=len(near))
        sky_parts, spectrum_parts = [], []
        for d in range(near.shape[1]):
            mean = self.response.mean[..., d]
            efficiency = sum(
                fraction * mean[corner] for corner, fraction in zip(corners, fractions, strict=True)
            )
            some = far[:, d] > near[:, d]
            if not some.any():
                continue
            kept = some[direction]
            sky_parts.append((np.flatnonzero(some), near[some, d], far[some, d], counts[some]))
            spectrum_parts.append((rapidity[kept], (weight * efficiency)[kept], log_flight[kept]))
        chosen, low, high, number = (np.concatenate(p) for p in zip(*sky_parts, strict=True))
        nodes = [np.concatenate(p) for p in zip(*spectrum_parts, strict=True)]
        ends = np.concatenate([[0], np.cumsum(number)]).astype(np.intp)
        sky = rule.sky._replace(
            directions=rule.sky.directions[chosen],
            weights=rule.sky.weights[chosen],
            near=low,
            far=high,
            rings=np.arange(len(chosen), dtype=np.intp),
            rays=np.arange(len(chosen), dtype=np.intp),
        )
        spectra = Spectra(np.arange(len(chosen), dtype=np.intp), ends, nodes[0], nodes[1], nodes[2])
        owner = np.repeat(np.arange(len(number)), number)  # some directions have no nodes
        per_direction = np.bincount(owner, weights=nodes[1], minlength=len(number))
        hits = float(np.sum(per_direction * sky.weights))
        path = float(np.sum(per_direction * sky.weights * (high - low)))
        return plain, DecayCurve(Rule(sky, spectra, hits, path, rule.nearest))

    def efficiency(self, ctau: npt.ArrayLike) -> FloatArray:
        """Fraction of the decays inside that are detected.

        Parameters
        ----------
        ctau
            Proper decay length in m, any shape; positive, inf for a stable state (then that of
            decays spread evenly along all flights).
        """
        lifetime = np.minimum(np.asarray(ctau, dtype=np.float64), 1e30)
        plain, detected = self._curves
        if plain.empty or detected.empty:
            return np.zeros(lifetime.shape)
        return np.exp(detected.log_probability(lifetime) - plain.log_probability(lifetime))

    def error(self, ctau: float) -> float:
        """Standard error of `efficiency` from the counts of the table.

        Parameters
        ----------
        ctau
            Proper decay length in m.
        """
        response = self.response
        return response.table.weighted(response.selection, self.fractions(ctau))[1]

    def fractions(self, ctau: float) -> FloatArray:
        """Fraction of the decays inside that lies in each cell of the table, of its shape.

        Decays that the table has no cell for, as they are lost, are left out.

        Parameters
        ----------
        ctau
            Proper decay length in m; inf for a stable state.
        """
        return self.response.fractions(self.flights(ctau))

    def flights(self, ctau: float) -> FloatArray:
        """Fractions of the decays inside by rapidity, tilt and bin of depth, for the response.

        Parameters
        ----------
        ctau
            Proper decay length in m; inf for a stable state.
        """
        if self._curves[0].empty:
            return np.zeros((*(len(g) for g in self._grid), self.response.table.shape[-1]))
        lifetime = min(float(ctau), 1e30)
        direction, weight, rapidity, log_flight = self._nodes()
        solid = self.rule.sky.weights[direction]
        near, far = self._slabs
        rate = np.exp(-log_flight) / lifetime
        # Relative to the shortest way, which cancels.
        start = float(np.min(near[direction, 0] * rate))
        flights = np.zeros((*(len(g) for g in self._grid), near.shape[1]))
        corners, fractions = self._between(direction, rapidity)
        for d in range(near.shape[1]):
            inside = -np.expm1(-(far - near)[direction, d] * rate)
            probability = weight * solid * inside * np.exp(start - near[direction, d] * rate)
            for (b, t), fraction in zip(corners, fractions, strict=True):
                np.add.at(flights[..., d], (b, t), probability * fraction)
        return np.asarray(flights / flights.sum())


def excited_detected(
    rule: Rule,
    box: Box,
    decaying: ExcitedDecays,
    table: EfficiencyGrid,
    selection: str,
    every: DecayCurve | None = None,
) -> Detected:
    """Decays of an excited state in a detector that are detected.

    Parameters
    ----------
    rule
        Nodes over the detector, from `flight_rule`, or with all photons.
    box
        The detector.
    decaying
        Decays of the excited state.
    table
        Efficiencies.
    selection
        What counts as detected.
    every
        Curve of all decays at the nodes, where it is known.
    """
    grid = response_grid([rule], box)
    return Detected(rule, box, Response(table, selection, decaying, *grid), every)
