"""Positions of a detector that a map tries: polar angle, azimuth and distance."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from wayside.errors import InputError
from wayside.typing import FloatArray

DEFAULT_COUNTS: Final = (36, 36, 8)
"""Polar angles, azimuths and distances: ten thousand positions."""

DEFAULT_DISTANCES: Final = (2.0, 9.0)
"""Nearest and farthest position in m."""

MOST: Final = 200_000
"""Positions of a map, at most: a gigabyte."""


@dataclass(frozen=True)
class Grid:
    """Positions about the collision point.

    Parameters
    ----------
    counts
        Numbers of polar angles, azimuths and distances. Polar angles about z are dense toward the
        beams, pi sin^2(pi u / 2) at middles of equal ranges of u; azimuths begin at 0, at +x.
    distances
        Nearest and farthest in m.

    Raises
    ------
    InputError
        If a number is not allowed.
    """

    counts: tuple[int, int, int] = DEFAULT_COUNTS
    distances: tuple[float, float] = DEFAULT_DISTANCES

    def __post_init__(self) -> None:
        """Refuse what makes no grid."""
        if min(self.counts) < 1 or math.prod(self.counts) > MOST:
            shown = "x".join(str(count) for count in self.counts)
            raise InputError(
                f"grid = {shown}: must be three whole numbers from 1, of {MOST} positions at most"
            )
        low, high = self.distances
        if not (0.0 < low < high < math.inf or (low == high > 0.0 and self.counts[2] == 1)):
            raise InputError(
                f"distance = {low:g}:{high:g}: must be two lengths in m above 0, the smaller first"
            )

    @cached_property
    def theta(self) -> FloatArray:
        """Polar angles in rad."""
        return self._theta((np.arange(self.counts[0]) + 0.5) / self.counts[0])

    @staticmethod
    def _theta(u: FloatArray) -> FloatArray:
        return np.asarray(np.pi * np.sin(0.5 * np.pi * u) ** 2)

    @cached_property
    def theta_edges(self) -> FloatArray:
        """Polar angles in rad half-way between those of the grid, and 0 and pi."""
        return self._theta(np.linspace(0.0, 1.0, self.counts[0] + 1))

    @cached_property
    def phi(self) -> FloatArray:
        """Azimuths in rad."""
        return np.asarray(np.arange(self.counts[1]) * 2.0 * np.pi / self.counts[1])

    @cached_property
    def distance(self) -> FloatArray:
        """Distances in m."""
        return np.linspace(*self.distances, self.counts[2])

    def __len__(self) -> int:
        """Number of positions."""
        return math.prod(self.counts)

    @cached_property
    def coordinates(self) -> FloatArray:
        """Polar angle, azimuth and distance of every position, the last fastest, shape (n, 3)."""
        grids = np.meshgrid(self.theta, self.phi, self.distance, indexing="ij")
        return np.stack([grid.ravel() for grid in grids], axis=1)

    @cached_property
    def positions(self) -> FloatArray:
        """Positions in m, shape (n, 3)."""
        return cartesian(self.coordinates)

    def about(self, number: int, counts: tuple[int, int, int]) -> FloatArray:
        """Positions in m on a finer grid about one of the grid, within half-way to its neighbours.

        Parameters
        ----------
        number
            Of the position.
        counts
            Numbers of polar angles, azimuths and distances.
        """
        i, j, k = np.unravel_index(number, self.counts)
        step = 2.0 * np.pi / self.counts[1]
        distances = self.distance
        gap = (distances[-1] - distances[0]) / max(1, self.counts[2] - 1)
        ends = (
            (self.theta_edges[i], self.theta_edges[i + 1]),
            (self.phi[j] - 0.5 * step, self.phi[j] + 0.5 * step),
            (
                max(distances[0], distances[k] - 0.5 * gap),
                min(distances[-1], distances[k] + 0.5 * gap),
            ),
        )
        axes = [np.linspace(*span, count) for span, count in zip(ends, counts, strict=True)]
        grids = np.meshgrid(*axes, indexing="ij")
        return cartesian(np.stack([grid.ravel() for grid in grids], axis=1))


def cartesian(coordinates: FloatArray) -> FloatArray:
    """Points in m of polar angles, azimuths and distances, shape (..., 3)."""
    theta, phi, distance = np.moveaxis(np.asarray(coordinates, dtype=np.float64), -1, 0)
    across = distance * np.sin(theta)
    return np.stack([across * np.cos(phi), across * np.sin(phi), distance * np.cos(theta)], axis=-1)


def spherical(position: FloatArray) -> tuple[float, float, float]:
    """Polar angle, azimuth from 0 to 2 pi, and distance of a point in m."""
    x, y, z = (float(value) for value in position)
    azimuth = math.atan2(y, x) % (2.0 * math.pi)
    return math.atan2(math.hypot(x, y), z), azimuth, math.sqrt(x * x + y * y + z * z)
