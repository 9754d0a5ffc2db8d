"""How often a decay is reconstructed, as a table: counts on a grid, with provenance.

The grid is energy of the pair (GeV), opening angle (rad), mass splitting (GeV), channel and depth
of the vertex in the stack (m). Of every cell the table holds how many decays were simulated and
how many were reconstructed, so that tables of the same grid add.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.efficiency.binomial import interval
from wayside.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

AXES: Final = ("energy", "opening", "splitting", "depth")
"""Axes of the grid, by the edges of their bins; channels are named."""

_UNITS: Final = {"energy": "GeV", "opening": "rad", "splitting": "GeV", "depth": "m"}


@dataclass(frozen=True, eq=False)
class EfficiencyMap:
    """Counted efficiencies; nothing in it can be changed.

    Attributes
    ----------
    channels
        Names of the final states, such as ``"ee"``.
    edges
        Edges of the bins of every axis of `AXES`.
    tried, passed
        Decays simulated and reconstructed, shape (channel, energy, opening, splitting, depth).
    header
        Provenance.

    Raises
    ------
    InputError
        If shapes do not fit, edges do not rise or more pass than are tried.
    """

    channels: tuple[str, ...]
    edges: Mapping[str, FloatArray]
    tried: IntArray
    passed: IntArray
    header: Mapping[str, str]

    def __post_init__(self) -> None:
        """Check."""
        if tuple(self.edges) != AXES:
            raise InputError(f"edges: must be those of {', '.join(AXES)}, in this order")
        for name, values in self.edges.items():
            if len(values) < 2 or not np.all(np.diff(values) > 0):
                raise InputError(f"edges.{name}: must be two numbers or more that rise")
        shape = (len(self.channels), *(len(self.edges[name]) - 1 for name in AXES))
        if self.tried.shape != shape or self.passed.shape != shape:
            raise InputError(f"tried, passed: must have the shape {shape}")
        if np.any(self.passed > self.tried) or np.any(self.passed < 0):
            raise InputError("passed: must be from 0 to tried")

    @property
    def efficiency(self) -> FloatArray:
        """Share reconstructed of every cell, nan where nothing was tried."""
        return np.where(self.tried > 0, self.passed / np.maximum(self.tried, 1), np.nan)

    def errors(self, confidence: float = 0.6827) -> tuple[FloatArray, FloatArray]:
        """Clopper-Pearson interval of every cell."""
        return interval(self.passed, self.tried, confidence)

    def __add__(self, other: "EfficiencyMap") -> "EfficiencyMap":
        """Counts of both; the grids must be the same."""
        same = self.channels == other.channels and all(
            np.array_equal(self.edges[name], other.edges[name]) for name in AXES
        )
        if not same:
            raise InputError("efficiency maps of different grids do not add")
        return EfficiencyMap(
            self.channels,
            self.edges,
            self.tried + other.tried,
            self.passed + other.passed,
            self.header,
        )

    def at(
        self,
        channel: str,
        energy: npt.ArrayLike,
        opening: npt.ArrayLike,
        splitting: npt.ArrayLike,
        depth: npt.ArrayLike,
    ) -> FloatArray:
        """Efficiency at points: linear between the centres of bins, flat beyond the outermost.

        Cells in which nothing was tried do not count; a point with none but those is nan.

        Parameters
        ----------
        channel
            One of `channels`.
        energy, opening, splitting, depth
            In GeV, rad, GeV and m; arrays broadcast.

        Raises
        ------
        InputError
            If there is no such channel.
        """
        values, weights = self._corners(channel, (energy, opening, splitting, depth))
        total = weights.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((values * weights).sum(axis=0) / total)

    def _corners(
        self, channel: str, points: tuple[npt.ArrayLike, ...]
    ) -> tuple[FloatArray, FloatArray]:
        if channel not in self.channels:
            known = ", ".join(self.channels)
            raise InputError(f"channel {channel!r}: must be one of {known}")
        number = self.channels.index(channel)
        places = np.broadcast_arrays(*(np.asarray(p, dtype=np.float64) for p in points))
        low, share = [], []
        for name, place in zip(AXES, places, strict=True):
            edges = self.edges[name]
            centres = 0.5 * (edges[1:] + edges[:-1])
            position = np.interp(place, centres, np.arange(len(centres)))
            first = np.minimum(position.astype(np.int64), max(len(centres) - 2, 0))
            low.append(first)
            share.append(position - first)
        values, weights = [], []
        for corner in range(1 << len(AXES)):
            index, weight = [], np.ones(places[0].shape)
            for axis in range(len(AXES)):
                up = corner >> axis & 1
                last = len(self.edges[AXES[axis]]) - 2
                index.append(np.minimum(low[axis] + up, last))
                weight = weight * (share[axis] if up else 1.0 - share[axis])
            cell = (number, *index)
            tried = self.tried[cell]
            values.append(self.passed[cell] / np.maximum(tried, 1))
            weights.append(np.where(tried > 0, weight, 0.0))
        return np.stack(values), np.stack(weights)

    def average(
        self,
        channel: str,
        energy: npt.ArrayLike,
        opening: npt.ArrayLike,
        splitting: npt.ArrayLike,
        depth: npt.ArrayLike,
        weights: npt.ArrayLike | None = None,
    ) -> tuple[float, float]:
        """Efficiency averaged over a sample of decays: one number a mass point.

        Parameters
        ----------
        channel, energy, opening, splitting, depth
            The decays, as in `at`.
        weights
            Of the decays, one each if None.

        Returns
        -------
        tuple of float
            Mean and its standard error from the counts of the table, cells being independent and
            each with the variance of a posterior flat in the efficiency. The sample's own error is
            not in it. Decays where the table knows nothing count as lost.
        """
        arrays = np.broadcast_arrays(
            *(np.atleast_1d(np.asarray(a, float)) for a in (energy, opening, splitting, depth))
        )
        flat = tuple(a.ravel() for a in arrays)
        each = np.ones(len(flat[0])) if weights is None else np.asarray(weights, dtype=np.float64)
        each = np.broadcast_to(each, flat[0].shape) / np.sum(each)
        mean = float(np.sum(each * np.nan_to_num(self.at(channel, *flat))))
        # How much each cell has to say, by asking for its own value.
        number = self.channels.index(channel)
        tried, passed = self.tried[number], self.passed[number]
        share = np.zeros(tried.shape)
        self._spread(channel, flat, each, share)
        variance = (passed + 1.0) * (tried - passed + 1.0) / ((tried + 2.0) ** 2 * (tried + 3.0))
        return mean, float(np.sqrt(np.sum(share**2 * variance)))

    def _spread(
        self, channel: str, flat: tuple[FloatArray, ...], each: FloatArray, share: FloatArray
    ) -> None:
        _, weights = self._corners(channel, flat)
        total = weights.sum(axis=0)
        known = total > 0
        low = []
        for name, place in zip(AXES, flat, strict=True):
            centres = 0.5 * (self.edges[name][1:] + self.edges[name][:-1])
            position = np.interp(place, centres, np.arange(len(centres)))
            low.append(np.minimum(position.astype(np.int64), max(len(centres) - 2, 0)))
        for corner in range(1 << len(AXES)):
            cell = tuple(
                np.minimum(low[axis] + (corner >> axis & 1), share.shape[axis] - 1)
                for axis in range(len(AXES))
            )
            part = np.where(known, each * weights[corner] / np.where(known, total, 1.0), 0.0)
            np.add.at(share, cell, part)

    def to_csv(self) -> str:
        """Text of the table: provenance, edges, one row a cell in which something was tried."""
        lines = [f"# {key}: {value}" for key, value in self.header.items()]
        lines.append(f"# channels: {' '.join(self.channels)}")
        for name in AXES:
            values = " ".join(repr(float(v)) for v in self.edges[name])
            lines.append(f"# edges {name} ({_UNITS[name]}): {values}")
        lines.append("channel," + ",".join(AXES) + ",tried,passed")
        for cell in np.argwhere(self.tried > 0):
            place = tuple(cell)
            numbers = ",".join(str(int(i)) for i in cell[1:])
            counts = f"{int(self.tried[place])},{int(self.passed[place])}"
            lines.append(f"{self.channels[cell[0]]},{numbers},{counts}")
        return "\n".join(lines) + "\n"

    @classmethod
    def from_csv(cls, text: str) -> "EfficiencyMap":
        """Read what `to_csv` wrote.

        Raises
        ------
        InputError
            If it is something else.
        """
        header: dict[str, str] = {}
        edges: dict[str, FloatArray] = {}
        channels: tuple[str, ...] = ()
        try:
            stream = io.StringIO(text)
            for line in stream:
                if not line.startswith("#"):
                    break
                key, _, value = line[1:].strip().partition(": ")
                if key == "channels":
                    channels = tuple(value.split())
                elif key.startswith("edges "):
                    edges[key.split()[1]] = np.array([float(v) for v in value.split()])
                else:
                    header[key] = value
            shape = (len(channels), *(len(edges[name]) - 1 for name in AXES))
            tried, passed = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
            for line in stream:
                name, *cells = line.strip().split(",")
                place = (channels.index(name), *(int(c) for c in cells[:4]))
                tried[place], passed[place] = int(cells[4]), int(cells[5])
        except (KeyError, ValueError, IndexError) as error:
            raise InputError(f"not a table of efficiencies: {error}") from None
        return cls(channels, MappingProxyType(edges), tried, passed, MappingProxyType(header))


def counted(
    channels: tuple[str, ...],
    edges: Mapping[str, npt.ArrayLike],
    channel: npt.NDArray[np.str_],
    points: npt.ArrayLike,
    passed: npt.ArrayLike,
    header: Mapping[str, str],
) -> EfficiencyMap:
    """Count decays into a table; those outside the grid are left out.

    Parameters
    ----------
    channels, edges, header
        Of the table.
    channel
        Final state of every decay.
    points
        Energy, opening, splitting and depth of every decay, shape (decays, 4).
    passed
        Whether it was reconstructed.
    """
    bins = [np.asarray(edges[name], dtype=np.float64) for name in AXES]
    place = np.asarray(points, dtype=np.float64)
    good = np.asarray(passed, dtype=np.bool_)
    shape = (len(channels), *(len(b) - 1 for b in bins))
    tried, found = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for number, name in enumerate(channels):
        mine = np.asarray(channel) == name
        tried[number] = np.histogramdd(place[mine], bins)[0].astype(np.int64)
        found[number] = np.histogramdd(place[mine & good], bins)[0].astype(np.int64)
    named = MappingProxyType(dict(zip(AXES, bins, strict=True)))
    return EfficiencyMap(channels, named, tried, found, MappingProxyType(dict(header)))
