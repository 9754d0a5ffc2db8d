"""Efficiency of decays in flight, averaged over what particles decay to.

The efficiency of a decay depends on its two prongs in the frame of the layers. For a particle of a
rapidity whose flight has an angle to the normal of the layers (the tilt) it is the mean over points
of a quadrature in the rest frame. Derived in docs/theory, section "Efficiency".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple, Protocol

import numpy as np

from wayside.compiled import njit
from wayside.efficiency.channels import ALONE_OF
from wayside.efficiency.grid import EfficiencyGrid
from wayside.efficiency.narrow import NONE, NarrowPairs
from wayside.models.decay_points import MASSES, DecayPoints, decay_points
from wayside.models.protocol import Model
from wayside.typing import FloatArray, IntArray

PAIR_OF: Final = {"e": "ee", "mu": "mumu", "hadrons": "pipi"}
"""Channel of the table by that of the decay of an excited state; taus count as lost."""

LOOKS: Final = 12_000
LEAST_POINTS: Final = 3_000
"""Decays a channel looked up, those of all boosts and tilts together, and at least for each. The
error that remains is some 2 per cent of the efficiency."""

LEAST_BRANCHING: Final = 1e-4
"""Channels below count as lost."""


class WeightedPairs(NamedTuple):
    """Decays to one pair of charged particles."""

    pair: str
    """Channel of the table."""
    masses: tuple[float, float]
    """Masses of both particles in GeV."""
    fraction: float
    """Fraction of all decays."""
    points: DecayPoints


class Decaying(Protocol):
    """What decays, as the response wants it."""

    def pairs(self, number: int) -> Sequence[WeightedPairs]:
        """Decays to pairs of charged particles.

        Parameters
        ----------
        number
            Number of points for each, or nearly so.
        """
        ...


@dataclass(frozen=True)
class ExcitedDecays:
    """Decays of an excited state.

    Parameters
    ----------
    model
        Masses and current of the pair.
    branching
        Branching ratios of the excited state by channel.
    """

    model: Model
    branching: Mapping[str, float]

    def pairs(self, number: int) -> list[WeightedPairs]:
        """As `Decaying.pairs`: lepton pairs, and hadrons as pairs of pions."""
        splitting = self.model.m1 - self.model.m2
        weighted = []
        for channel, pair in PAIR_OF.items():
            fraction = self.branching.get(channel, 0.0)
            # Hadrons may open with pi0 gamma: too few to matter.
            if fraction < LEAST_BRANCHING or splitting <= 2.0 * MASSES[channel]:
                continue
            points = decay_points(self.model, channel, number)
            weighted.append(WeightedPairs(pair, (MASSES[channel],) * 2, fraction, points))
        return weighted


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
    narrow: NarrowPairs


class _Decays(NamedTuple):
    """Decays in the rest frame of what decays, one a row."""

    channel: IntArray
    """Index of the channel in the table."""
    alone: IntArray
    """The same where one prong alone is in the detector; -1 where these are lost."""
    mass: FloatArray
    """Mass of either prong in GeV."""
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


@njit(error_model="numpy", inline="always")
def _in_detector(energy, momentum, flight):  # type: ignore[no-untyped-def]
    """Momentum and energy of a prong in the frame of the detector, from where its mother rests."""
    gamma, boost, cos_t, sin_t = flight
    along = gamma * momentum[2] + boost * energy
    x = cos_t * momentum[0] + sin_t * along
    z = cos_t * along - sin_t * momentum[0]
    return x, momentum[1], z, gamma * energy + boost * momentum[2]


@njit(error_model="numpy")
def _slope(prong, mass, table):  # type: ignore[no-untyped-def]
    """Tangent to the normal of a prong that the table has; -1 if it does not."""
    x, y, z, energy = prong
    limit = table.slopes[-1]
    across2 = x * x + y * y
    if z <= 0.0 or across2 > limit * limit * z * z or energy - mass < table.least:
        return -1.0
    return math.sqrt(across2) / z


@njit(error_model="numpy")
def _look(table, decays, i, flight, low, fraction):  # type: ignore[no-untyped-def]
    """Where decay i lies in the table: cells and fractions of four axes, and its channel.

    Returns
    -------
    int
        Index of the channel; -1 if the decay is lost.
    """
    masses, energies, momenta = decays.mass, decays.energy, decays.momentum
    first = _in_detector(energies[i, 0], momenta[i, 0], flight)
    slope = _slope(first, masses[i, 0], table)
    if slope < 0.0 and decays.alone[i] < 0:
        return -1
    second = _in_detector(energies[i, 1], momenta[i, 1], flight)
    other_slope = _slope(second, masses[i, 1], table)
    fraction[3] = 1.0
    if slope < 0.0 or other_slope < 0.0:
        if decays.alone[i] < 0 or max(slope, other_slope) < 0.0:
            return -1
        energy = first[3] if slope >= 0.0 else second[3]
        softer = energy - (masses[i, 0] if slope >= 0.0 else masses[i, 1])
        opening = 0.0
        channel = decays.alone[i]
    else:
        energy = first[3] + second[3]
        softer = min(first[3] - masses[i, 0], second[3] - masses[i, 1])
        channel = decays.channel[i]
        x1, y1, z1, _ = first
        x2, y2, z2, _ = second
        x = y1 * z2 - z1 * y2
        y = z1 * x2 - x1 * z2
        z = x1 * y2 - y1 * x2
        dot = x1 * x2 + y1 * y2 + z1 * z2
        opening = math.atan2(math.sqrt(x * x + y * y + z * z), dot)
        if len(table.narrow.factors) > 0 and opening > 0.0:
            factors = table.narrow.factors[channel]
            fraction[3] = np.interp(math.log(opening), table.narrow.log_opening, factors)
    low[0], fraction[0] = _place(math.log(energy), table.centres[0])
    low[1], fraction[1] = _place(opening, table.centres[1])
    low[2], fraction[2] = _place(math.log(softer), table.centres[2])
    steeper = max(slope, other_slope)
    low[3] = min(np.searchsorted(table.slopes, steeper, side="right"), len(table.slopes) - 1) - 1
    return channel


@njit(error_model="numpy")
def _spread(table, decays, rapidities, tilts, flights, out):  # type: ignore[no-untyped-def]
    """Means of the efficiency over decays, shape (rapidity, tilt, depth).

    If ``flights`` (of the same shape) has something in it, adds to ``out`` (cells by depth) how
    much each cell of the table counts for flights so weighted.
    """
    shape = table.value.shape
    depths = shape[5]
    value = table.value.reshape(-1, depths)
    means = np.zeros((len(rapidities), len(tilts), depths))
    low = np.zeros(4, dtype=np.int64)
    fraction = np.zeros(4)
    wanted = len(flights) > 0
    for b in range(len(rapidities)):
        gamma = math.cosh(rapidities[b])
        boost = math.sinh(rapidities[b])
        for t in range(len(tilts)):
            flight = (gamma, boost, math.cos(tilts[t]), math.sin(tilts[t]))
            for i in range(len(decays.weight)):
                channel = _look(table, decays, i, flight, low, fraction)
                if channel < 0:
                    continue
                for bits in range(8):
                    w = decays.weight[i] * fraction[3]
                    cell = channel
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
class Response:
    """Efficiency against rapidity, tilt and bin of depth, averaged over decays.

    Parameters
    ----------
    table
        Efficiencies.
    selection
        What counts as detected.
    decaying
        What decays, and how.
    rapidities, tilts
        Nodes between which the efficiency is interpolated.
    narrow
        Factors for pairs of small opening angles.
    """

    table: EfficiencyGrid
    selection: str
    decaying: Decaying
    rapidities: FloatArray
    tilts: FloatArray
    narrow: NarrowPairs = NONE

    @cached_property
    def _decays(self) -> _Decays:
        """Decays in all channels, weighted with their fractions."""
        number = max(LOOKS // (len(self.rapidities) * len(self.tilts)), LEAST_POINTS)
        parts = [
            _Decays(
                np.full(len(pairs.points.weight), self.table.channels.index(pairs.pair)),
                np.full(len(pairs.points.weight), self._alone(pairs.pair)),
                np.broadcast_to(np.array(pairs.masses), (len(pairs.points.weight), 2)).copy(),
                pairs.fraction * pairs.points.weight,
                pairs.points.energy,
                pairs.points.momentum,
            )
            for pairs in self.decaying.pairs(number)
        ]
        if not parts:
            none = np.zeros(0, np.int64)
            shapes = ((0, 2), (0,), (0, 2), (0, 2, 3))
            return _Decays(none, none, *(np.zeros(shape) for shape in shapes))
        return _Decays(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _alone(self, pair: str) -> int:
        """Index of the channel of one prong of a pair alone, -1 if the table has none."""
        name = ALONE_OF.get(pair)
        return self.table.channels.index(name) if name in self.table.channels else -1

    @cached_property
    def _values(self) -> _Table:
        centres, edges = self.table.centres, self.table.edges
        return _Table(
            self.table.filled(self.selection)[0],
            (centres["energy"], centres["opening"], centres["softer"]),
            edges["slope"],
            float(edges["softer"][0]),
            self.narrow,
        )

    @cached_property
    def mean(self) -> FloatArray:
        """Efficiency by rapidity, tilt and bin of depth."""
        nothing = np.zeros((0, 1, 1))
        out = np.zeros((0, 1))
        grid = (self.rapidities, self.tilts)
        return np.asarray(_spread(self._values, self._decays, *grid, nothing, out))

    def fractions(self, flights: FloatArray) -> FloatArray:
        """How much each cell of the table counts, of its shape.

        Parameters
        ----------
        flights
            Fractions of the decays by rapidity, tilt and bin of depth.
        """
        fraction = np.zeros(self.table.shape)
        cells = fraction.reshape(-1, flights.shape[2])
        _spread(self._values, self._decays, self.rapidities, self.tilts, flights, cells)
        return fraction
