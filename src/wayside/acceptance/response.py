"""Efficiency of decays in flight, averaged over what particles decay to.

The efficiency of a decay depends on its two prongs in the frame of the layers. For a particle of a
rapidity whose flight has an angle to the normal of the layers (the tilt) it is the mean over points
of a quadrature in the rest frame. Derived in docs/theory, section "Efficiency".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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

    @classmethod
    def of(cls, model: Model) -> "ExcitedDecays":
        """Decays by the widths of a model."""
        widths = model.excited_width_hats()
        total = sum(widths.values())
        return cls(model, {name: width / total if total else 0.0 for name, width in widths.items()})

    @cached_property
    def _pairs(self) -> dict[int, list[WeightedPairs]]:
        return {}

    def pairs(self, number: int) -> list[WeightedPairs]:
        """As `Decaying.pairs`: lepton pairs, and hadrons as pairs of pions; kept."""
        if number not in self._pairs:
            self._pairs[number] = self._made(number)
        return self._pairs[number]

    def _made(self, number: int) -> list[WeightedPairs]:
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


@njit(error_model="numpy", inline="always")
def _place(value, centres):  # type: ignore[no-untyped-def]
    """Cell below a value and the fraction of the next one."""
    n = len(centres)
    if n == 1 or value <= centres[0]:
        return 0, 0.0
    if value >= centres[n - 1]:
        return n - 2, 1.0
    low, high = 0, n - 1
    while high - low > 1:
        middle = (low + high) // 2
        if value < centres[middle]:
            high = middle
        else:
            low = middle
    return low, (value - centres[low]) / (centres[high] - centres[low])


@njit(error_model="numpy", inline="always")
def _slope(prong, tilt, limit):  # type: ignore[no-untyped-def]
    """Tangent of a prong to the normal of the layers, from its momentum along a flight at a tilt.

    Negative if it is steeper than the limit.
    """
    cos_t, sin_t = tilt
    x = cos_t * prong[0] + sin_t * prong[2]
    z = cos_t * prong[2] - sin_t * prong[0]
    across2 = x * x + prong[1] * prong[1]
    if z <= 0.0 or across2 > limit * limit * z * z:
        return -1.0
    return math.sqrt(across2) / z


@njit(error_model="numpy", inline="always")
def _opening(first, second):  # type: ignore[no-untyped-def]
    """Angle between two momenta."""
    x1, y1, z1 = first
    x2, y2, z2 = second
    x = y1 * z2 - z1 * y2
    y = z1 * x2 - x1 * z2
    z = x1 * y2 - y1 * x2
    return math.atan2(math.sqrt(x * x + y * y + z * z), x1 * x2 + y1 * y2 + z1 * z2)


@njit(error_model="numpy")
def _corners(table, channel, place, cells, weights):  # type: ignore[no-untyped-def]
    """Cells of a channel around an energy, an opening angle and an energy of the softer prong.

    Writes their rows, slopes and depths left out, and their weights; returns how many there are.
    """
    shape = table.value.shape
    low_e, part_e = _place(math.log(place[0]), table.centres[0])
    low_o, part_o = _place(place[1], table.centres[1])
    low_s, part_s = _place(math.log(place[2]), table.centres[2])
    count = 0
    for bits in range(8):
        up_e, up_o, up_s = bits & 1, (bits >> 1) & 1, bits >> 2
        w = part_e if up_e else 1.0 - part_e
        w *= part_o if up_o else 1.0 - part_o
        w *= part_s if up_s else 1.0 - part_s
        if w == 0.0:
            continue
        cell = channel * shape[1] + low_e + up_e
        cell = cell * shape[2] + low_o + up_o
        cells[count] = cell * shape[3] + low_s + up_s
        weights[count] = w
        count += 1
    return count


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
    cells, weights = np.zeros(8, dtype=np.int64), np.zeros(8)
    wanted = len(flights) > 0
    limit = table.slopes[-1]
    cosines, sines = np.cos(tilts), np.sin(tilts)
    for b in range(len(rapidities)):
        gamma = math.cosh(rapidities[b])
        boost = math.sinh(rapidities[b])
        for i in range(len(decays.weight)):
            momenta, energies, masses = decays.momentum[i], decays.energy[i], decays.mass[i]
            # Along the flight; energies and the angle between prongs are the same at all tilts.
            first = (momenta[0, 0], momenta[0, 1], gamma * momenta[0, 2] + boost * energies[0])
            second = (momenta[1, 0], momenta[1, 1], gamma * momenta[1, 2] + boost * energies[1])
            energy_1 = gamma * energies[0] + boost * momenta[0, 2]
            energy_2 = gamma * energies[1] + boost * momenta[1, 2]
            kinetic_1, kinetic_2 = energy_1 - masses[0], energy_2 - masses[1]
            alone = decays.alone[i]
            seen = -1  # which prongs the cells are for: both, or one
            count, factor = 0, 1.0
            for t in range(len(tilts)):
                tilt = (cosines[t], sines[t])
                slope = _slope(first, tilt, limit) if kinetic_1 >= table.least else -1.0
                if slope < 0.0 and alone < 0:
                    continue
                other = _slope(second, tilt, limit) if kinetic_2 >= table.least else -1.0
                if other < 0.0 and (alone < 0 or slope < 0.0):
                    continue
                prongs = 3 if min(slope, other) >= 0.0 else 1 if other < 0.0 else 2
                if prongs != seen:
                    seen, channel, factor = prongs, alone, 1.0
                    if prongs == 3:
                        channel, opening = decays.channel[i], _opening(first, second)
                        place = (energy_1 + energy_2, opening, min(kinetic_1, kinetic_2))
                        if len(table.narrow.factors) > 0 and opening > 0.0:
                            factors = table.narrow.factors[channel]
                            factor = np.interp(math.log(opening), table.narrow.log_opening, factors)
                    elif prongs == 1:
                        place = (energy_1, 0.0, kinetic_1)
                    else:
                        place = (energy_2, 0.0, kinetic_2)
                    count = _corners(table, channel, place, cells, weights)
                steeper = np.searchsorted(table.slopes, max(slope, other), side="right")
                row = min(steeper, shape[4]) - 1
                for k in range(count):
                    w = decays.weight[i] * factor * weights[k]
                    cell = cells[k] * shape[4] + row
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
    def _pairs(self) -> list[WeightedPairs]:
        number = max(LOOKS // (len(self.rapidities) * len(self.tilts)), LEAST_POINTS)
        return list(self.decaying.pairs(number))

    def with_fractions(self, decaying: Decaying) -> "Response":
        """Return the response of what decays to the same pairs, in other proportions.

        Parameters
        ----------
        decaying
            Its pairs are in the same order and differ in their fractions alone.
        """
        other = replace(self, decaying=decaying)
        # At the same points, so that nothing is looked up again.
        fractions = [pairs.fraction for pairs in decaying.pairs(LEAST_POINTS)]
        pairs = [
            pair._replace(fraction=fraction)
            for pair, fraction in zip(self._pairs, fractions, strict=True)
        ]
        other.__dict__.update(_pairs=pairs, _apart=self._apart)
        return other

    def _rows(self, pairs: WeightedPairs, fraction: float) -> _Decays:
        """Decays to one pair, weighted with a fraction."""
        size = len(pairs.points.weight)
        return _Decays(
            np.full(size, self.table.channels.index(pairs.pair)),
            np.full(size, self._alone(pairs.pair)),
            np.broadcast_to(np.array(pairs.masses), (size, 2)).copy(),
            fraction * pairs.points.weight,
            pairs.points.energy,
            pairs.points.momentum,
        )

    @property
    def _decays(self) -> _Decays:
        """Decays in all channels, weighted with their fractions."""
        parts = [self._rows(pairs, pairs.fraction) for pairs in self._pairs]
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
    def _apart(self) -> list[FloatArray]:
        """`mean` of every pair alone."""
        nothing = np.zeros((0, 1, 1))
        out = np.zeros((0, 1))
        grid = (self.rapidities, self.tilts)
        return [
            np.asarray(_spread(self._values, self._rows(pairs, 1.0), *grid, nothing, out))
            for pairs in self._pairs
        ]

    @cached_property
    def mean(self) -> FloatArray:
        """Efficiency by rapidity, tilt and bin of depth."""
        total = np.zeros((len(self.rapidities), len(self.tilts), self.table.shape[-1]))
        for pairs, mean in zip(self._pairs, self._apart, strict=True):
            total += pairs.fraction * mean
        return total

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
