"""Signal that a selection keeps: its ratio to the efficiency map, and the map times that ratio.

The efficiency map has the probability that a decay is timed on a fine grid, from many decays. What
a selection keeps of it depends above all on the mass of the pair and on its energy, and is measured
with the decays of the candidate table: selected ones over the number of timed ones that the map
expects of the same decays, in bins of these two. Where the reconstruction of the candidates is
another than that of the map, or the map is not quite right, this is in the ratio, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from wayside.constants import M_ELECTRON, M_MUON, M_PION
from wayside.efficiency.axes import AXES, centres_of
from wayside.efficiency.channels import NEAREST, PAIRS
from wayside.efficiency.shipped import shipped
from wayside.efficiency.table import EfficiencyMap
from wayside.errors import InputError
from wayside.typing import FloatArray

CHANNELS: Final = tuple(PAIRS)

MASSES: Final = {"ee": M_ELECTRON, "mumu": M_MUON, "pipi": M_PION}
"""Masses in GeV of the prongs by channel."""

MASS_EDGES: Final = (
    *(0.002, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.05, 0.06, 0.075, 0.09, 0.11, 0.14),
    *(0.18, 0.24, 0.32, 0.45, 0.65, 1.0, 1.6),
)
"""Edges of the bins in the mass of the pair, as if of massless particles, in GeV."""

ENERGY_EDGES: Final = (0.016, 0.2, 0.4, 0.8, 10.0)
"""Edges of the bins in the energy of the pair in GeV."""

LEAST: Final = 12.0
"""Timed decays to be expected in a bin below which it takes those of other energies and masses."""

REFINED: Final = {"energy": 3, "opening": 6, "softer": 1, "slope": 1, "depth": 1}
"""Bins of the product for each one of the efficiency map, by axis."""


def pair_mass(
    channel: str, energy: npt.ArrayLike, opening: npt.ArrayLike, softer: npt.ArrayLike
) -> FloatArray:
    """Mass in GeV of two prongs as if they were massless: what momenta and an angle give.

    Parameters
    ----------
    channel
        One of ``CHANNELS``.
    energy
        Energy of both in GeV; all arrays broadcast.
    opening
        Angle between them in rad.
    softer
        Kinetic energy of the softer one in GeV, which is at most half of both.

    Examples
    --------
    >>> pair_mass("ee", 1.0, 0.2, 0.4).round(4).tolist()
    0.0978
    """
    mass = MASSES[channel]
    total = np.asarray(energy, dtype=np.float64)
    less = np.minimum(np.asarray(softer, dtype=np.float64) + mass, 0.5 * total)
    momenta = [np.sqrt(np.maximum(e**2 - mass**2, 0.0)) for e in (less, total - less)]
    return np.asarray(2.0 * np.sqrt(momenta[0] * momenta[1]) * np.sin(0.5 * np.asarray(opening)))


def bin_of(channel: str, energy: Any, opening: Any, softer: Any) -> tuple[Any, Any]:
    """Bins in mass and energy of decays; those beyond the ends belong to the outermost."""
    mass = pair_mass(channel, energy, opening, softer)
    inner = np.asarray(MASS_EDGES[1:-1]), np.asarray(ENERGY_EDGES[1:-1])
    return np.searchsorted(inner[0], mass), np.searchsorted(inner[1], np.asarray(energy))


@dataclass(frozen=True, eq=False)
class SignalRatio:
    """Selected decays over the timed ones of the efficiency map.

    Attributes
    ----------
    selected
        Sums of the weights of selected decays, shape (channel, mass, energy) of ``CHANNELS``,
        ``MASS_EDGES`` and ``ENERGY_EDGES``.
    squares
        Sums of their squares.
    expected
        Timed decays that the map expects of all that were simulated.
    """

    selected: FloatArray
    squares: FloatArray
    expected: FloatArray

    def __post_init__(self) -> None:
        """Check the shapes."""
        shape = (len(CHANNELS), len(MASS_EDGES) - 1, len(ENERGY_EDGES) - 1)
        for name, values in (("selected", self.selected), ("expected", self.expected)):
            if values.shape != shape or self.squares.shape != shape:
                raise InputError(f"{name}: must have the shape {shape}, not {values.shape}")

    @cached_property
    def filled(self) -> tuple[FloatArray, FloatArray]:
        """Ratio in each bin and its variance.

        A bin with fewer than ``LEAST`` timed decays takes all energies; if these are too few, more
        and more of the neighbouring masses.
        """
        shape = self.expected.shape
        ratio, variance = np.zeros(shape), np.full(shape, 0.25)
        for place in np.ndindex(*shape):
            window = self._window(*place)
            expected = float(self.expected[window].sum())
            if expected > 0.0:
                ratio[place] = self.selected[window].sum() / expected
                # One more decay, so that none found is no certain 0.
                variance[place] = (float(self.squares[window].sum()) + 1.0) / expected**2
        return ratio, variance

    def _window(self, channel: int, mass: int, energy: int) -> tuple[Any, ...]:
        """Bins that are pooled for one."""
        window: tuple[Any, ...] = (channel, mass, energy)
        for reach in range(-1, self.expected.shape[1]):
            if reach >= 0:
                window = (channel, slice(max(mass - reach, 0), mass + reach + 1))
            if self.expected[window].sum() >= LEAST:
                break
        return window

    def decay_weights(self, timed: FloatArray) -> FloatArray:
        """What one selected decay of each bin adds to the selected fraction of other decays.

        The sum over selected decays is that over ``timed`` times the ratios of `filled`.

        Parameters
        ----------
        timed
            Fraction of the other decays that is timed, in each bin.

        Returns
        -------
        array
            Weights, of the shape of `expected`.
        """
        weights = np.zeros(self.expected.shape)
        for place in np.argwhere(timed > 0.0):
            window = self._window(*(int(k) for k in place))
            expected = float(self.expected[window].sum())
            if expected > 0.0:
                weights[window] += timed[tuple(place)] / expected
        return weights

    def plain(self) -> dict[str, Any]:
        """Values that JSON knows."""
        return {
            "channels": list(CHANNELS),
            "mass_edges_gev": list(MASS_EDGES),
            "energy_edges_gev": list(ENERGY_EDGES),
            "selected": self.selected.round(4).tolist(),
            "squares": self.squares.round(4).tolist(),
            "expected": self.expected.round(4).tolist(),
        }


def signal_ratio(values: Mapping[str, Any]) -> SignalRatio:
    """Ratio from what `SignalRatio.plain` gave.

    Raises
    ------
    InputError
        If it was made with other bins.
    """
    edges = (values["mass_edges_gev"], values["energy_edges_gev"], values["channels"])
    if edges != (list(MASS_EDGES), list(ENERGY_EDGES), list(CHANNELS)):
        raise InputError("the signal was measured in other bins than those of this version")
    arrays = (np.array(values[key], np.float64) for key in ("selected", "squares", "expected"))
    return SignalRatio(*arrays)


@cache
def timed_map() -> "SelectedMap":
    """The map that comes with Wayside on the finer grid, with a ratio of one everywhere."""
    ones = np.ones((len(CHANNELS), len(MASS_EDGES) - 1, len(ENERGY_EDGES) - 1))
    return SelectedMap(shipped(), SignalRatio(ones, ones, ones))


@dataclass(frozen=True, eq=False)
class SelectedMap:
    """Efficiency of a selection: the map of timed decays times a ratio, on a finer grid.

    Attributes
    ----------
    timed
        Map with the selection ``"timed"``.
    ratio
        Selected over timed decays. Pairs that it was not measured for have that of the pair in
        ``wayside.efficiency.channels.NEAREST``.
    scale
        Factor on the efficiency everywhere.
    scale_error
        Its standard error over the factor.
    """

    timed: EfficiencyMap
    ratio: SignalRatio
    scale: float = 1.0
    scale_error: float = 0.0

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the final states."""
        return self.timed.channels

    @property
    def header(self) -> Mapping[str, str]:
        """Provenance of the map."""
        return self.timed.header

    @property
    def edges(self) -> Mapping[str, FloatArray]:
        """Edges of the bins by axis."""
        return _finer_cells(self.timed).edges

    @cached_property
    def centres(self) -> Mapping[str, FloatArray]:
        """Centres of the bins in the coordinate of interpolation, by axis."""
        return centres_of(self.edges)

    @property
    def shape(self) -> tuple[int, ...]:
        """Numbers of channels, and of bins by axis."""
        return (len(self.channels), *(len(self.centres[name]) for name in AXES))

    @property
    def _timed(self) -> FloatArray:
        """Efficiency to be timed of every cell."""
        return _finer_cells(self.timed).timed

    @property
    def _cells(self) -> Any:
        """Index of every cell's bin among those of the ratio, flat."""
        return _finer_cells(self.timed).bins

    def filled(self, selection: str) -> tuple[FloatArray, FloatArray]:
        """Efficiency of every cell and its variance of its own; ``selection`` is not used.

        The error of the scale, which all cells have in common, is that of `weighted`.
        """
        del selection
        ratio, variance = (values.ravel()[self._cells] for values in self.ratio.filled)
        timed = self.scale * self._timed
        return timed * ratio, timed**2 * variance

    def timed_by_bin(self, fraction: FloatArray) -> FloatArray:
        """Fraction of decays that is timed, in each bin of the ratio.

        Parameters
        ----------
        fraction
            Fraction of the decays in each cell, of the shape of the map.
        """
        size = self.ratio.expected.size
        parts = np.bincount(self._cells.ravel(), (fraction * self._timed).ravel(), minlength=size)
        return np.asarray(parts, dtype=np.float64).reshape(self.ratio.expected.shape)

    def weighted(self, selection: str, fraction: FloatArray) -> tuple[float, float]:
        """Sum of fractions of cells times their efficiency, and its standard error.

        The errors of the ratio, of the map and of the scale add in quadrature; those of the map are
        taken in its own cells.

        Parameters
        ----------
        selection
            Not used.
        fraction
            Fraction of the decays in each cell, of the shape of the map.
        """
        del selection
        by_bin = self.scale * self.timed_by_bin(fraction)
        ratio, _ = self.ratio.filled
        mean = float((by_bin * ratio).sum())
        coarse = self.scale * fraction * ratio.ravel()[self._cells]
        for k, name in enumerate(AXES):
            shape = coarse.shape
            finer = REFINED[name]
            coarse = coarse.reshape(*shape[: k + 1], -1, finer, *shape[k + 2 :]).sum(axis=k + 2)
        _, of_map = self.timed.weighted("timed", coarse)
        # Bins that are pooled have their decays in common.
        weights = self.ratio.decay_weights(by_bin)
        sample = float((weights**2 * self.ratio.squares).sum() + weights.max(initial=0.0) ** 2)
        return mean, float(np.sqrt(sample + of_map**2 + (self.scale_error * mean) ** 2))


class _FinerCells(NamedTuple):
    """Cells of the finer grid of a map."""

    edges: Mapping[str, FloatArray]
    timed: FloatArray
    """Efficiency to be timed."""
    bins: Any
    """Index among the bins of a ratio, flat."""


@lru_cache(maxsize=4)
def _finer_cells(table: EfficiencyMap) -> _FinerCells:
    """Cells of a map's finer grid, which are the same for all ratios."""
    edges = {
        name: _finer(values, REFINED[name], AXES[name].logarithmic)
        for name, values in table.edges.items()
    }
    centres = centres_of(edges)
    places = {
        name: np.exp(centre) if AXES[name].logarithmic else centre
        for name, centre in centres.items()
    }
    kinematics = np.meshgrid(*list(places.values())[:3], indexing="ij", sparse=True)
    timed = table.on_grid("timed", places)
    bins = np.zeros(timed.shape, dtype=np.int64)
    sizes = (len(CHANNELS), len(MASS_EDGES) - 1, len(ENERGY_EDGES) - 1)
    for c, channel in enumerate(table.channels):
        near = NEAREST[channel]
        place = (CHANNELS.index(near), *bin_of(near, *kinematics))
        bins[c] = np.ravel_multi_index(np.broadcast_arrays(*place), sizes)[..., None, None]
    return _FinerCells(edges, timed, bins)


def _finer(edges: FloatArray, number: int, logarithmic: bool) -> FloatArray:
    """Edges with ``number`` bins for each one."""
    place = np.log(edges) if logarithmic else edges
    fine = np.interp(
        np.arange(number * (len(place) - 1) + 1) / number, np.arange(len(place)), place
    )
    return np.asarray(np.exp(fine) if logarithmic else fine)
