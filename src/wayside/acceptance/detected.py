"""Probability to decay inside a volume and be detected, as a function of the lifetime alone.

The efficiency depends on what the decay leaves in the detector, that is on the boost of the
excited state, the angle of its flight to the layers, and the depth. So every node of the rule that
integrates the flight is split by bins of depth, and weighted with the efficiency there, averaged
over decays: the sum is a `wayside.acceptance.decay.DecayCurve` like the one without efficiency,
and holds for any lifetime. Derived in docs/theory, section "Efficiency".
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.rule import Level, Rule, Spectra, build_rule
from wayside.compiled import njit
from wayside.detector.box import Box
from wayside.efficiency.grid import EfficiencyGrid
from wayside.models.decay_points import MASSES, decay_points
from wayside.models.protocol import Model
from wayside.production.flight import Flight
from wayside.typing import FloatArray, IndexArray, IntArray

PAIR_OF: Final = {"e": "ee", "mu": "mumu", "hadrons": "pipi"}
"""Channel of the table by that of the decay; decays to taus count as lost."""

LEVEL: Final = Level(8, 3, 10)
LOOKS: Final = 12_000
LEAST_POINTS: Final = 3_000
"""Decays a channel looked up, those of all boosts and tilts together, and at least for each. The
error that remains is some 2 per cent of the efficiency."""

BOOSTS: Final = 5
TILT_STEP: Final = 0.06
MOST_TILTS: Final = 8
"""Nodes in rapidity, and at most so many in the angle to the normal, between which the efficiency
is interpolated."""

LEAST_BRANCHING: Final = 1e-4
"""Channels below count as lost."""


class _Table(NamedTuple):
    """A map as the compiled loops want it."""

    value: FloatArray
    """Efficiency, shape (channel, energy, opening, softer, slope, depth)."""
    centres: tuple[FloatArray, FloatArray, FloatArray]
    """Of the interpolated axes: energy, opening, softer; logarithms of energies."""
    slopes: FloatArray
    """Edges of the bins in slope."""
    least: float
    """Least energy of the softer prong."""


class _Decays(NamedTuple):
    """Decays in the rest frame of the excited state, one a row."""

    channel: IntArray
    """In the table."""
    mass: FloatArray
    weight: FloatArray
    energy: FloatArray
    momentum: FloatArray


@njit(error_model="numpy")
def _place(value, centres):  # type: ignore[no-untyped-def]
    """Cell below a value and the fraction of the next one."""
    n = len(centres)
    if n == 1 or value <= centres[0]:
        return 0, 0.0
    if value >= centres[n - 1]:
        return n - 2, 1.0
    low = np.searchsorted(centres, value, side="right") - 1
    return low, (value - centres[low]) / (centres[low + 1] - centres[low])


@njit(error_model="numpy")
def _look(table, i, masses, energies, momenta, flight, low, fraction):  # type: ignore[no-untyped-def]
    """Where decay i lies in the table: cells and fractions of four axes; False if it is lost."""
    gamma, boost, cos_t, sin_t = flight
    limit = table.slopes[-1] * table.slopes[-1]
    along = gamma * momenta[i, 0, 2] + boost * energies[i, 0]
    x1 = cos_t * momenta[i, 0, 0] + sin_t * along
    y1 = momenta[i, 0, 1]
    z1 = cos_t * along - sin_t * momenta[i, 0, 0]
    across1 = x1 * x1 + y1 * y1
    if z1 <= 0.0 or across1 > limit * z1 * z1:
        return False
    along = gamma * momenta[i, 1, 2] + boost * energies[i, 1]
    x2 = cos_t * momenta[i, 1, 0] + sin_t * along
    y2 = momenta[i, 1, 1]
    z2 = cos_t * along - sin_t * momenta[i, 1, 0]
    across2 = x2 * x2 + y2 * y2
    if z2 <= 0.0 or across2 > limit * z2 * z2:
        return False
    e1 = gamma * energies[i, 0] + boost * momenta[i, 0, 2]
    e2 = gamma * energies[i, 1] + boost * momenta[i, 1, 2]
    softer = min(e1, e2) - masses[i]
    if softer < table.least:
        return False
    x = y1 * z2 - z1 * y2
    y = z1 * x2 - x1 * z2
    z = x1 * y2 - y1 * x2
    dot = x1 * x2 + y1 * y2 + z1 * z2
    slope = max(math.sqrt(across1) / z1, math.sqrt(across2) / z2)
    low[0], fraction[0] = _place(math.log(e1 + e2), table.centres[0])
    low[1], fraction[1] = _place(
        math.atan2(math.sqrt(x * x + y * y + z * z), dot), table.centres[1]
    )
    low[2], fraction[2] = _place(math.log(softer), table.centres[2])
    low[3] = min(np.searchsorted(table.slopes, slope, side="right"), len(table.slopes) - 1) - 1
    return True


@njit(error_model="numpy")
def _spread(table, channels, masses, weights, energies, momenta, rapidities, tilts, flights, out):  # type: ignore[no-untyped-def]
    """Means of the efficiency over decays, shape (rapidity, tilt, depth).

    If ``flights`` (of the same shape) has something in it, adds to ``out`` (cells by depth) how
    much each cell of the table counts for flights so weighted.
    """
    shape = table.value.shape
    depths = shape[5]
    value = table.value.reshape(-1, depths)
    means = np.zeros((len(rapidities), len(tilts), depths))
    low = np.zeros(4, dtype=np.int64)
    fraction = np.zeros(3)
    wanted = len(flights) > 0
    for b in range(len(rapidities)):
        gamma = math.cosh(rapidities[b])
        boost = math.sinh(rapidities[b])
        for t in range(len(tilts)):
            flight = (gamma, boost, math.cos(tilts[t]), math.sin(tilts[t]))
            for i in range(len(weights)):
                if not _look(table, i, masses, energies, momenta, flight, low, fraction):
                    continue
                for bits in range(8):
                    w = weights[i]
                    cell = channels[i]
                    for axis in range(3):
                        up = (bits >> axis) & 1
                        w *= fraction[axis] if up else 1.0 - fraction[axis]
                        cell = cell * shape[axis + 1] + min(low[axis] + up, shape[axis + 1] - 1)
                    if w == 0.0:
                        continue
                    cell = cell * shape[4] + low[3]
                    for d in range(depths):
                        means[b, t, d] += w * value[cell, d]
                        if wanted:
                            out[cell, d] += w * flights[b, t, d]
    return means


@dataclass(frozen=True, eq=False)
class Detected:
    """Decays in a detector that are detected, at one mass point.

    Parameters
    ----------
    flight, box, model
        The mass point at one collider, the detector, and what the excited state decays to.
    branching
        Branching ratios of the excited state by channel.
    table
        Efficiencies.
    selection
        What counts as detected.
    flights
        Nodes over the detector instead of those that follow from the flight.
    """

    flight: Flight
    box: Box
    model: Model
    branching: Mapping[str, float]
    table: EfficiencyGrid
    selection: str
    flights: Rule | None = None

    @cached_property
    def _rule(self) -> Rule:
        return build_rule(self.flight, self.box, LEVEL) if self.flights is None else self.flights

    @cached_property
    def _decays(self) -> _Decays:
        """Decays in all channels, weighted with the branching ratios."""
        parts: list[_Decays] = []
        number = max(LOOKS // math.prod(len(grid) for grid in self._grid), LEAST_POINTS)
        splitting = self.model.m1 - self.model.m2
        for channel, pair in PAIR_OF.items():
            fraction = self.branching.get(channel, 0.0)
            # Hadrons may open with pi0 gamma: too few to matter.
            if fraction < LEAST_BRANCHING or splitting <= 2.0 * MASSES[channel]:
                continue
            points = decay_points(self.model, channel, number)
            kind = np.full(number, self.table.channels.index(pair), dtype=np.int64)
            mass = np.full(number, MASSES[channel])
            parts.append(
                _Decays(kind, mass, fraction * points.weight, points.energy, points.momentum)
            )
        if not parts:
            return _Decays(np.zeros(0, np.int64), *(np.zeros((0, 2, 3)[:k]) for k in (1, 1, 2, 3)))
        return _Decays(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    @cached_property
    def _values(self) -> _Table:
        centres, edges = self.table.centres, self.table.edges
        return _Table(
            self.table.filled(self.selection)[0],
            (centres["energy"], centres["opening"], centres["softer"]),
            edges["slope"],
            float(edges["softer"][0]),
        )

    @cached_property
    def _tilts(self) -> FloatArray:
        """Angles between flights and the normal of the layers, by direction."""
        cosine = self._rule.sky.directions @ self.box.axes[2]
        return np.asarray(np.arccos(np.clip(cosine, -1.0, 1.0)))

    @cached_property
    def _grid(self) -> tuple[FloatArray, FloatArray]:
        """Rapidities and tilts between which efficiencies are interpolated."""
        rapidity = self._rule.spectra.rapidity[self._rule.spectra.weight > 0.0]
        ends = float(rapidity.min()), float(rapidity.max())
        boosts = np.linspace(*ends, BOOSTS) if ends[1] - ends[0] > 1e-6 else np.array(ends[:1])
        low, high = float(self._tilts.min()), float(self._tilts.max())
        number = min(MOST_TILTS, 1 + int(np.ceil((high - low) / TILT_STEP)))
        tilts = np.linspace(low, high, number) if number > 1 else np.array([0.5 * (low + high)])
        return boosts, tilts

    @cached_property
    def mean(self) -> FloatArray:
        """Efficiency against rapidity, tilt and bin of depth, averaged over decays."""
        rapidities, tilts = self._grid
        nothing = np.zeros((0, 1, 1))
        out = np.zeros((0, 1))
        return np.asarray(_spread(self._values, *self._decays, rapidities, tilts, nothing, out))

    @cached_property
    def _slabs(self) -> tuple[FloatArray, FloatArray]:
        """Distances at entry and exit by direction and bin of depth; equal where there is none."""
        sky, axis = self._rule.sky, self.box.axes[2]
        edges = self.table.edges["depth"].copy()
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
        nodes = self._rule.nodes()
        solid = self._rule.sky.weights[nodes.direction]
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
        corners = [(one, two) for one in ends[0] for two in ends[1]]
        return [(one[0], two[0]) for one, two in corners], [one[1] * two[1] for one, two in corners]

    @cached_property
    def _curves(self) -> tuple[DecayCurve, DecayCurve]:
        """Curve of all decays, and of those that are detected; at the same nodes."""
        rule = self._rule
        plain = DecayCurve(rule)
        if plain.empty:
            return plain, plain
        direction, weight, rapidity, log_flight = self._nodes()
        corners, fractions = self._between(direction, rapidity)
        near, far = self._slabs
        counts = np.bincount(direction, minlength=len(near))
        sky_parts, spectrum_parts = [], []
        for d in range(near.shape[1]):
            mean = self.mean[..., d]
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
        return self.table.weighted(self.selection, self.fractions(ctau))[1]

    def fractions(self, ctau: float) -> FloatArray:
        """Fraction of the decays inside that lies in each cell of the table, of its shape.

        Decays that the table has no cell for, as they are lost, are left out.

        Parameters
        ----------
        ctau
            Proper decay length in m; inf for a stable state.
        """
        if self._curves[0].empty:
            return np.zeros(self.table.shape)
        lifetime = min(float(ctau), 1e30)
        direction, weight, rapidity, log_flight = self._nodes()
        solid = self._rule.sky.weights[direction]
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
        flights /= flights.sum()
        fraction = np.zeros(self.table.shape)
        cells = fraction.reshape(-1, near.shape[1])
        _spread(self._values, *self._decays, *self._grid, flights, cells)
        return fraction
