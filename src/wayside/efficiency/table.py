"""Probability that a decay is reconstructed, as a table: counts on a grid, with provenance.

The grid is that of `wayside.efficiency.axes.AXES`, for every channel. Of every cell the table holds
how many decays were simulated and how many passed each selection, so that tables of the same grid
add.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.efficiency.axes import AXES, centres_of
from wayside.efficiency.binomial import ONE_SIGMA, interval
from wayside.errors import InputError
from wayside.typing import BoolArray, FloatArray, IntArray

LEAST: Final = 6
"""Number of decays below which a cell takes the counts of its neighbours."""

_POOLS: Final = (
    ("opening",),
    ("opening", "energy"),
    ("opening", "energy", "depth"),
)


@dataclass(frozen=True, eq=False)
class EfficiencyMap:
    """Counted efficiencies; nothing in it can be changed.

    Attributes
    ----------
    channels
        Names of the final states, such as ``"ee"``.
    edges
        Edges of the bins of every axis of ``AXES``.
    tried
        Numbers of decays simulated, shape (channel, energy, opening, softer, slope, depth).
    passed
        Numbers of decays that passed, by selection; of the same shape.
    header
        Provenance, as text by key.

    Raises
    ------
    InputError
        If shapes do not fit, edges do not rise or more pass than are tried.
    """

    channels: tuple[str, ...]
    edges: Mapping[str, FloatArray]
    tried: IntArray
    passed: Mapping[str, IntArray]
    header: Mapping[str, str]

    def __post_init__(self) -> None:
        """Check."""
        if tuple(self.edges) != tuple(AXES):
            raise InputError(f"edges: must be those of {', '.join(AXES)}, in this order")
        for name, values in self.edges.items():
            if len(values) < 2 or not np.all(np.diff(values) > 0):
                raise InputError(f"edges.{name}: must be two numbers or more that rise")
            if AXES[name].logarithmic and not values[0] > 0:
                raise InputError(f"edges.{name}: must be above 0")
        shape = (len(self.channels), *(len(self.edges[name]) - 1 for name in AXES))
        for passed in (self.tried, *self.passed.values()):
            if passed.shape != shape:
                raise InputError(f"tried, passed: must have the shape {shape}")
            if np.any(passed > self.tried) or np.any(passed < 0):
                raise InputError("passed: must be from 0 to tried")

    @property
    def shape(self) -> tuple[int, ...]:
        """Numbers of channels, and of bins by axis."""
        return self.tried.shape

    @property
    def selections(self) -> tuple[str, ...]:
        """Names of the selections."""
        return tuple(self.passed)

    def passing(self, selection: str) -> IntArray:
        """Decays of every cell that passed a selection.

        Raises
        ------
        InputError
            If it is not in the table.
        """
        if selection not in self.passed:
            known = ", ".join(self.passed)
            raise InputError(f"selection {selection!r}: must be one of {known}")
        return self.passed[selection]

    def efficiency(self, selection: str) -> FloatArray:
        """Fraction of every cell that passed, nan where nothing was tried."""
        passed = self.passing(selection)
        return np.where(self.tried > 0, passed / np.maximum(self.tried, 1), np.nan)

    def errors(
        self, selection: str, confidence: float = ONE_SIGMA
    ) -> tuple[FloatArray, FloatArray]:
        """Clopper-Pearson interval of every cell."""
        return interval(self.passing(selection), self.tried, confidence)

    def filled(self, selection: str) -> tuple[FloatArray, FloatArray]:
        """Efficiency of every cell and its variance, also where few decays were tried.

        A cell with fewer than `LEAST` takes the counts of all cells that differ in the opening
        only; if these are too few, in opening and energy, then in depth too. The variance is
        that of a beta distribution: to the cell's own counts is added one decay with the
        efficiency of all that differ in opening, energy and depth.

        Returns
        -------
        tuple of arrays
            Efficiency and variance, of the shape of `tried`; where nothing was tried even so, 0
            and the variance without knowledge, 1/8.
        """
        if selection not in self._filled:
            tried, passed = self.tried, self.passing(selection)
            n, k = tried.astype(np.float64), passed.astype(np.float64)
            for names in _POOLS:
                axes = tuple(1 + list(AXES).index(name) for name in names)
                few = n < LEAST
                n = np.where(few, tried.sum(axis=axes, keepdims=True), n)
                k = np.where(few, passed.sum(axis=axes, keepdims=True), k)
            axes = tuple(1 + list(AXES).index(name) for name in _POOLS[-1])
            all_n, all_k = (c.sum(axis=axes, keepdims=True) for c in (tried, passed))
            mean = (k + (all_k + 1.0) / (all_n + 2.0)) / (n + 1.0)
            self._filled[selection] = k / np.maximum(n, 1.0), mean * (1.0 - mean) / (n + 2.0)
        return self._filled[selection]

    @cached_property
    def _filled(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        return {}

    def __add__(self, other: "EfficiencyMap") -> "EfficiencyMap":
        """Counts of both; grids and selections must be the same."""
        same = (
            self.channels == other.channels
            and self.selections == other.selections
            and all(np.array_equal(self.edges[name], other.edges[name]) for name in AXES)
        )
        if not same:
            raise InputError("efficiency maps of different grids do not add")
        passed = {name: self.passed[name] + other.passed[name] for name in self.passed}
        return EfficiencyMap(
            self.channels,
            self.edges,
            self.tried + other.tried,
            MappingProxyType(passed),
            self.header,
        )

    def beside(self, other: "EfficiencyMap") -> "EfficiencyMap":
        """Both tables as one, with the channels of both; grids and selections must be the same."""
        if self.selections != other.selections or any(
            not np.array_equal(self.edges[name], other.edges[name]) for name in AXES
        ):
            raise InputError("efficiency maps of different grids do not go together")
        both = {
            name: np.concatenate([self.passed[name], other.passed[name]])
            for name in self.selections
        }
        return EfficiencyMap(
            (*self.channels, *other.channels),
            self.edges,
            np.concatenate([self.tried, other.tried]),
            MappingProxyType(both),
            self.header,
        )

    @cached_property
    def centres(self) -> Mapping[str, FloatArray]:
        """Centres of the bins in the coordinate of interpolation, by axis."""
        return MappingProxyType(centres_of(self.edges))

    def at(self, channel: str, selection: str, *places: npt.ArrayLike) -> FloatArray:
        """Efficiency at points: linear between the centres of bins, flat beyond the outermost.

        In slope and depth it is constant in every bin. Decays beyond an end that the axis has are
        lost. Cells have the values of `filled`.

        Parameters
        ----------
        channel
            One of `channels`.
        selection
            One of `selections`.
        places
            Values along every axis of ``AXES``, in its unit and of shapes that broadcast.

        Returns
        -------
        array
            Efficiencies, of the shape to which the places broadcast.

        Raises
        ------
        InputError
            If there is no such channel or selection.

        Examples
        --------
        Of a pair of electrons of 0.5 GeV, 0.2 rad apart, the softer one of 0.1 GeV, at a slope of
        0.3 and a depth of 0.5 m; the same with a softer one below the grid:

        >>> from wayside.efficiency.shipped import shipped
        >>> values = shipped().at("ee", "timed", 0.5, 0.2, [0.1, 0.001], 0.3, 0.5)
        >>> bool(0.0 < values[0] < 1.0), float(values[1])
        (True, 0.0)
        """
        cells, weights = self._corners(channel, places)
        value, _ = self.filled(selection)
        mean = (value.ravel()[cells] * weights).sum(axis=0)
        return np.where(self._lost(places), 0.0, mean)

    def _lost(self, places: Sequence[npt.ArrayLike]) -> BoolArray:
        lost: BoolArray = np.zeros((), dtype=np.bool_)
        for (name, axis), place in zip(AXES.items(), places, strict=True):
            value = np.asarray(place, dtype=np.float64)
            if axis.ends_below:
                lost = lost | (value < self.edges[name][0])
            if axis.ends_above:
                lost = lost | (value > self.edges[name][-1])
        return np.broadcast_arrays(lost, *(np.asarray(p) for p in places))[0]

    def _corners(
        self, channel: str, places: Sequence[npt.ArrayLike]
    ) -> tuple[IntArray, FloatArray]:
        """Flat indices and weights of the cells around points, shape (corners, ...)."""
        if channel not in self.channels:
            known = ", ".join(self.channels)
            raise InputError(f"channel {channel!r}: must be one of {known}")
        wide = np.broadcast_arrays(*(np.asarray(p, dtype=np.float64) for p in places))
        shape = self.tried.shape[1:]
        index = np.full((1, *wide[0].shape), self.channels.index(channel), dtype=np.int64)
        weight = np.ones((1, *wide[0].shape))
        for name, place, size in zip(AXES, wide, shape, strict=True):
            low, up, fraction = self._along(name, place)
            if AXES[name].stepped:
                index = index * size + low
                continue
            index = np.concatenate([index * size + low, index * size + up])
            weight = np.concatenate([weight * (1.0 - fraction), weight * fraction])
        return index, weight

    def _along(self, name: str, place: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
        """Bins before and after places along an axis, and fractions of the latter."""
        axis, centres = AXES[name], self.centres[name]
        if axis.stepped:
            bins = np.searchsorted(self.edges[name][1:-1], place, side="right")
            return bins, bins, np.zeros(place.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = np.log(place) if axis.logarithmic else place
        position = np.interp(at, centres, np.arange(len(centres), dtype=np.float64))
        low = np.minimum(position.astype(np.int64), max(len(centres) - 2, 0))
        return low, np.minimum(low + 1, len(centres) - 1), position - low

    def on_grid(self, selection: str, places: Mapping[str, FloatArray]) -> FloatArray:
        """Efficiencies as of `at` for all channels on a grid, axis by axis.

        Parameters
        ----------
        selection
            One of `selections`.
        places
            Values along every axis of ``AXES``, in its unit.

        Returns
        -------
        array
            Efficiencies, shape (channel, energy, opening, softer, slope, depth).

        Raises
        ------
        InputError
            If there is no such selection.
        """
        value, _ = self.filled(selection)
        for k, (name, axis) in enumerate(AXES.items(), start=1):
            place, edges = np.asarray(places[name], dtype=np.float64), self.edges[name]
            low, up, fraction = self._along(name, place)
            lost = np.zeros(place.shape, dtype=np.bool_)
            if axis.ends_below:
                lost |= place < edges[0]
            if axis.ends_above:
                lost |= place > edges[-1]
            here = np.where(lost, 0.0, 1.0)
            wide = [-1 if j == k else 1 for j in range(value.ndim)]
            before, after = ((here * f).reshape(wide) for f in (1.0 - fraction, fraction))
            value = before * value.take(low, axis=k) + after * value.take(up, axis=k)
        return value

    def average(
        self,
        channel: str,
        selection: str,
        *places: npt.ArrayLike,
        weights: npt.ArrayLike | None = None,
    ) -> tuple[float, float]:
        """Efficiency averaged over a sample of decays.

        Parameters
        ----------
        channel, selection
            Names of the final state and of the selection.
        places
            Values of the decays along every axis of ``AXES``, in its unit and of shapes that
            broadcast.
        weights
            Weights of the decays, of a shape that broadcasts with the places; equal ones if None.

        Returns
        -------
        tuple of float
            Mean and its standard error from the counts of the table, cells being independent and
            each with the variance of `filled`. The sample's own error is not in it.

        Examples
        --------
        >>> from wayside.efficiency.shipped import shipped
        >>> mean, error = shipped().average("ee", "vertex", 0.5, 0.2, [0.1, 0.2], 0.3, 0.5)
        >>> bool(0.0 < error < mean < 1.0)
        True
        """
        flat = [
            a.ravel()
            for a in np.broadcast_arrays(*(np.atleast_1d(np.asarray(p, float)) for p in places))
        ]
        weight = np.ones(len(flat[0])) if weights is None else np.asarray(weights, dtype=np.float64)
        weight = np.broadcast_to(weight, flat[0].shape) / np.sum(weight)
        weight = np.where(self._lost(flat), 0.0, weight)
        cells, corner = self._corners(channel, flat)
        part = weight * corner
        fraction: FloatArray = np.zeros(self.tried.size)
        np.add.at(fraction, cells.ravel(), part.ravel())
        return self.weighted(selection, fraction.reshape(self.tried.shape))

    def weighted(self, selection: str, fraction: FloatArray) -> tuple[float, float]:
        """Sum of fractions of cells times their efficiency, and its standard error.

        Parameters
        ----------
        selection
            One of `selections`.
        fraction
            Fraction of the decays in each cell, of the shape of `tried`.
        """
        value, variance = self.filled(selection)
        return float(np.sum(fraction * value)), float(np.sqrt(np.sum(fraction**2 * variance)))


def counted(
    channels: tuple[str, ...],
    edges: Mapping[str, npt.ArrayLike],
    channel: npt.ArrayLike,
    places: npt.ArrayLike,
    passed: Mapping[str, npt.ArrayLike],
    header: Mapping[str, str],
) -> EfficiencyMap:
    """Count decays into a table; those outside the grid are left out.

    Parameters
    ----------
    channels
        Names of the final states.
    edges
        Edges of the bins by axis, in the unit of the axis.
    channel
        Index of every decay's final state among ``channels``; others are left out.
    places
        Values of every decay along ``AXES``, shape (decays, axes).
    passed
        Whether each decay passed, shape (decays,), by selection.
    header
        Provenance that the table carries, as text by key.

    Examples
    --------
    Two decays to electrons, one of which has a vertex:

    >>> edges = {
    ...     "energy": [0.1, 1.0],
    ...     "opening": [0.0, 1.0],
    ...     "softer": [0.01, 1.0],
    ...     "slope": [0.0, 1.0],
    ...     "depth": [0.0, 1.0],
    ... }
    >>> places = [[0.5, 0.2, 0.1, 0.3, 0.4], [0.5, 0.2, 0.1, 0.3, 0.6]]
    >>> table = counted(("ee",), edges, [0, 0], places, {"vertex": [True, False]}, {})
    >>> table.efficiency("vertex").ravel()
    array([0.5])
    """
    bins = [np.asarray(edges[name], dtype=np.float64) for name in AXES]
    number = np.asarray(channel, dtype=np.float64)
    place = np.concatenate([number[:, None], np.asarray(places, dtype=np.float64)], axis=1)
    every = [np.arange(len(channels) + 1) - 0.5, *bins]

    def count(rows: FloatArray) -> IntArray:
        return np.histogramdd(rows, every)[0].astype(np.int64)

    counts = {name: count(place[np.asarray(good, dtype=bool)]) for name, good in passed.items()}
    named = MappingProxyType(dict(zip(AXES, bins, strict=True)))
    return EfficiencyMap(
        channels, named, count(place), MappingProxyType(counts), MappingProxyType(dict(header))
    )
