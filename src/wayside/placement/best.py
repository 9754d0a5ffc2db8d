"""The best positions of a map: detectors that do not overlap, computed exactly where they stand."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.detector.overlap import overlap
from wayside.detector.volume import Volume
from wayside.placement.grid import Grid, spherical
from wayside.placement.objectives import Context, Objective
from wayside.placement.rates import ExactYields, rates
from wayside.placement.sites import NEAR, Mover
from wayside.sensitivity.key_plane import Point
from wayside.typing import FloatArray

DIGITS: Final = 4
"""Digits of a position in m: a tenth of a millimetre."""


FINER: Final = (5, 5, 3)
"""Polar angles, azimuths and distances about a position of the grid."""


class Place(NamedTuple):
    """A position of a detector and what it sees there."""

    position: tuple[float, float, float]
    """In m, rounded to `DIGITS`: what the values are for."""
    value: float
    """Objective, by the exact acceptance and with the efficiency of the scenario; nan for none."""
    map_value: float
    """Objective by the map's method at this position; nan where it was not computed."""
    events: float
    """Expected events at the scenario's couplings, exact."""
    decays: float
    """The same if every visible decay counted, exact."""
    decays_value: float
    """Objective if every visible decay counted, as on the map, exact."""

    @property
    def map_difference(self) -> float:
        """Relative difference of the map from the exact value for all decays; nan for none."""
        return self.map_value / self.decays_value - 1.0 if self.decays_value else math.nan

    @property
    def angles(self) -> tuple[float, float, float]:
        """Polar angle, azimuth in rad and distance in m."""
        return spherical(np.array(self.position))

    def setting(self, detector: str) -> str:
        """Value of ``--set`` that puts a detector there."""
        numbers = ", ".join(f"{value:.{DIGITS}f}" for value in self.position)
        return f"detectors.{detector}.position=[{numbers}]"

    def summary(self, detector: str) -> dict[str, Any]:
        """Plain values."""
        theta, phi, distance = self.angles
        return {
            "position_m": list(self.position),
            "theta_rad": theta,
            "phi_rad": phi,
            "distance_m": distance,
            "value": self.value,
            "map_value": self.map_value,
            "map_relative_difference": self.map_difference,
            "expected_events": self.events,
            "decays": self.decays,
            "set": self.setting(detector),
        }


def apart(mover: Mover, positions: FloatArray, order: FloatArray, count: int) -> list[int]:
    """Best positions at which detectors do not overlap each other.

    Parameters
    ----------
    mover
        The detector.
    positions
        Positions in m, shape (n, 3).
    order
        The larger the better, -inf where there is nothing, shape (n,).
    count
        How many, at most.

    Returns
    -------
    list of int
        Numbers of positions, the best first.
    """
    chosen: list[tuple[int, Volume]] = []
    for number in np.argsort(-order, kind="stable"):
        if len(chosen) == count or not np.isfinite(order[number]):
            break
        volume = mover.at(positions[number])
        if volume is not None and not any(overlap(volume, other) for _, other in chosen):
            chosen.append((int(number), volume))
    return [number for number, _ in chosen]


def refined(
    mover: Mover,
    point: Point,
    objective: Objective,
    context: Context,
    grid: Grid,
    numbers: list[int],
) -> tuple[FloatArray, FloatArray]:
    """The best of finer positions about those of a grid, which do not overlap either.

    Parameters
    ----------
    mover, point, objective, context
        As for `places`.
    grid
        The grid.
    numbers
        Of its positions, the best first.

    Returns
    -------
    positions, values
        In m, shape (n, 3), rounded to `DIGITS`, and the objective there by more points than those
        of the map, shape (n,).
    """
    if not numbers:
        return np.empty((0, 3)), np.empty(0)
    tried = [np.round(grid.about(number, FINER), DIGITS) + 0.0 for number in numbers]
    positions = np.concatenate(tried)
    sites = mover.sites(positions, NEAR)
    nearby = rates(point, sites.points, context.scenario.run.luminosity_fb)
    values = np.full(len(positions), np.nan)
    values[sites.allowed] = objective.values(nearby, context)
    order = objective.order(values)
    chosen: list[int] = []
    volumes: list[Volume] = []
    for first in np.cumsum([0, *map(len, tried[:-1])]):
        for number in first + np.argsort(-order[first : first + len(tried[0])], kind="stable"):
            volume = mover.at(positions[number]) if np.isfinite(order[number]) else None
            if volume is not None and not any(overlap(volume, other) for other in volumes):
                chosen.append(int(number))
                volumes.append(volume)
                break
    return positions[chosen], values[chosen]


def places(
    mover: Mover,
    point: Point,
    objective: Objective,
    context: Context,
    positions: FloatArray,
    map_values: FloatArray,
) -> Iterator[Place]:
    """Exact values at positions.

    Parameters
    ----------
    mover
        The detector.
    point
        Mass point of the scenario.
    objective, context
        What is computed.
    positions
        In m, shape (n, 3), rounded to `DIGITS`.
    map_values
        Those of the map there, shape (n,).
    """
    luminosity = context.scenario.run.luminosity_fb
    couplings = {
        name: np.array([float(value)]) for name, value in context.scenario.model.couplings.items()
    }
    for position, map_value in zip(positions, map_values, strict=True):
        x, y, z = (float(value) for value in position)
        volume = mover.at(position)
        assert volume is not None, "a position of the map"
        moved = replace(point, volumes={mover.detector: volume})
        yields = ExactYields(moved, mover.detector, luminosity)
        every = yields.of_all_decays
        yield Place(
            (x, y, z),
            float(objective.values(yields, context)[0]),
            float(map_value),
            float(yields.events(couplings)[0, 0]),
            float(every.events(couplings)[0, 0]),
            float(objective.values(every, context)[0]),
        )
