"""Expected events of a detector at many positions, as functions of the couplings alone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple, Protocol

import numpy as np

from wayside.acceptance.proper_distances import Points, ProperDistances, proper_distances
from wayside.acceptance.radiated_sky import RadiatedDistances, radiated_distances
from wayside.models.couplings import Couplings
from wayside.production.particle_process import FlightPart
from wayside.sensitivity.key_plane import Point, expected_events
from wayside.sensitivity.mass_point import MassPoint
from wayside.typing import FloatArray

LIFETIMES: Final = 96
"""Lifetimes of the table from which planes of couplings are interpolated."""


Distances = ProperDistances | RadiatedDistances
"""Of one process to the volumes at all positions."""


class Yields(Protocol):
    """Visible decays, or events, in a detector at one or many positions."""

    def events(self, couplings: Couplings) -> FloatArray:
        """Expected number, shape (positions, k), at couplings of shape (k,) each."""
        ...


class ExactYields(NamedTuple):
    """Events in one detector where it stands, by the exact acceptance."""

    point: Point
    detector: str
    luminosity_fb: float

    def events(self, couplings: Couplings) -> FloatArray:
        """Expected events, with the efficiency of the scenario, shape (1, k)."""
        arrays = {name: np.asarray(value) for name, value in couplings.items()}
        expected = expected_events(self.point, self.detector, arrays, self.luminosity_fb)
        return np.asarray(expected)[None, :]

    @property
    def of_all_decays(self) -> "ExactYields":
        """The same if every visible decay counted."""
        if not isinstance(self.point, MassPoint):
            return self
        return self._replace(point=replace(self.point, efficiency="unity"))


class Rates(NamedTuple):
    """Decays in a detector at many positions."""

    point: Point
    luminosity_fb: float
    distances: tuple[Distances, ...]
    """Proper distances of every process of the mass point, with all photons where these count."""

    def events(self, couplings: Couplings) -> FloatArray:
        """Visible decays expected at every position, shape (positions, k).

        Parameters
        ----------
        couplings
            Values by name, of shape (k,) each; where they are many, decay probabilities come from
            a table over the lifetime.
        """
        ctau = _ctau(self.point, couplings)
        total = np.zeros((self.distances[0].volumes, len(ctau)))
        for rate, distances_of_part in zip(self._produced(couplings), self.distances, strict=True):
            total += rate * _probability(distances_of_part, ctau)
        return total

    def _produced(self, couplings: Couplings) -> list[FloatArray]:
        """Particles of every process whose decays are visible, at the luminosity."""
        factor = self.luminosity_fb * _visible(self.point, couplings)
        return [factor * process.produced_fb(couplings) for process in self.point.processes]


def rates(point: Point, points: Points, luminosity_fb: float) -> Rates:
    """Decays in a detector at many positions.

    Parameters
    ----------
    point
        Masses at a collider.
    points
        What stands for the detector at each position.
    luminosity_fb
        Integrated luminosity in fb^-1.
    """
    return Rates(point, luminosity_fb, tuple(_distances(point, points)))


def _distances(point: Point, points: Points) -> Iterator[Distances]:
    """Proper distances of every process."""
    if not isinstance(point, MassPoint):
        for particle_process in point.processes:
            yield proper_distances(particle_process.parts, points)
        return
    for process in point.processes:
        if process.radiates:
            yield radiated_distances(process, points)
        else:
            yield proper_distances((FlightPart(1.0, process.flight),), points)


def _probability(distances: Distances, ctau: FloatArray) -> FloatArray:
    finite = np.isfinite(ctau)
    if np.count_nonzero(finite) <= LIFETIMES:
        return distances.probability(ctau)
    low, high = np.log(ctau[finite].min()), np.log(ctau[finite].max())
    table = np.linspace(low, max(high, low + 1e-6), LIFETIMES)
    place = (np.log(np.where(finite, ctau, np.exp(high))) - low) / (table[1] - table[0])
    cell = np.clip(place.astype(int), 0, LIFETIMES - 2)
    logs = np.log(np.maximum(distances.probability(np.exp(table)), 1e-300))
    fraction = place - cell
    between = (1.0 - fraction) * logs[:, cell] + fraction * logs[:, cell + 1]
    return np.asarray(np.exp(between) * finite)


def _ctau(point: Point, couplings: Couplings) -> FloatArray:
    if isinstance(point, MassPoint):
        return point.ctau(couplings["epsilon"], couplings["g_d"])
    return point.ctau(couplings)


def _visible(point: Point, couplings: Couplings) -> FloatArray:
    if isinstance(point, MassPoint):
        return np.asarray(1.0)
    return point.visible_fraction(couplings)
