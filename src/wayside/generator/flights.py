"""Unweighted flights of a long-lived particle that end in a detector.

Rejection from a step function (`wayside.generator.foam`). The number of copies of a proposal is
``floor(r + u)``, r being density over bound and u uniform: 0 or 1 where the bound holds, and right
on average where it does not. The decay point follows in closed form.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayside.constants import SPEED_OF_LIGHT
from wayside.detector.volume import Volume
from wayside.errors import InputError
from wayside.generator.foam import EFFICIENCY
from wayside.generator.targets import Target, target_of
from wayside.typing import FloatArray

ROUGH: Final = 0.4
"""Fraction of proposals kept that is enough for minor flights."""


class Flights(NamedTuple):
    """Particles that decay in a detector, one a row."""

    flight: NDArray[np.int32]
    """Index among the flights."""
    detector: NDArray[np.int32]
    """Index among the detectors."""
    direction: FloatArray
    """Unit vectors in the laboratory, shape (n, 3)."""
    rapidity: FloatArray
    """Momentum over mass is sinh of it."""
    length: FloatArray
    """Distance flown in m."""
    made: FloatArray
    """What was drawn with them, shape (n, m): all else of the momenta where photons off the beams
    are, see `wayside.generator.radiated_flights`; m = 0 where nothing was."""
    repeated: int
    """Rows that repeat the flight, not the decay point, of the row before."""
    proposed: int

    @property
    def vertex(self) -> FloatArray:
        """Decay points in the laboratory in m, shape (n, 3)."""
        return self.direction * self.length[:, None]

    @property
    def time(self) -> FloatArray:
        """Time of the decay after the collision in ns."""
        return np.asarray(self.length / (SPEED_OF_LIGHT * np.tanh(self.rapidity)))


class _Way(NamedTuple):
    """One flight into one detector."""

    flight: int
    detector: int
    target: Target


class FlightSampler:
    """Draws flights that end in one of several detectors, in proportion to their yields.

    Parameters
    ----------
    flights
        Densities at one collider, of production processes or parts of them, or samples of a file.
    volumes
        Volumes of the detectors by name.
    ctau
        Proper decay length in m.
    rates
        Rate at which particles of each flight are made, in any common unit; equal rates if None.
    flying
        What flies, for messages.
    minor
        Fraction of the rate below which a flight is prepared roughly: more of its proposals are
        lost, and the events are as exact.

    Raises
    ------
    InputError
        If none of them decays in any of the detectors.
    """

    def __init__(
        self,
        flights: Sequence[Any],
        volumes: Mapping[str, Volume],
        ctau: float,
        rates: Sequence[float] | None = None,
        flying: str = "excited state",
        minor: float = 0.0,
    ) -> None:
        if not (ctau > 0.0 and math.isfinite(ctau)):
            raise InputError(f"ctau = {ctau:g} m: the {flying} never decays, so no events")
        self.names: Sequence[str] = tuple(volumes)
        weights = np.ones(len(flights)) if rates is None else np.asarray(rates, dtype=np.float64)
        weights = weights / np.sum(weights)
        self._ways: list[_Way] = []
        for number, flight in enumerate(flights):
            for detector, volume in enumerate(volumes.values()):
                if not weights[number] > 0.0:
                    continue
                aimed = EFFICIENCY if weights[number] >= minor else ROUGH
                target = target_of(flight, volume, ctau, aimed)
                if target is not None:
                    self._ways.append(_Way(number, detector, target))
        if not self._ways:
            raise InputError(f"no {flying} can reach {', '.join(self.names)}")
        totals = np.array(
            [way.target.log_total + np.log(weights[way.flight]) for way in self._ways]
        )
        fractions = np.exp(totals - np.max(totals))
        self.log_total = float(np.log(np.sum(fractions)) + np.max(totals))
        """Logarithm of the integral of all bounds: times the fraction of proposals kept, the
        probability per produced particle to decay in one of the detectors."""
        self._reached = np.cumsum(fractions) / np.sum(fractions)

    def draw(self, n: int, rng: np.random.Generator) -> Flights:
        """Make ``n`` proposals and return what is kept of them."""
        which = np.searchsorted(self._reached, rng.random(n), side="right")
        rows, places, owners = [], [], []
        repeated = 0
        for k, way in enumerate(self._ways):
            mine = np.flatnonzero(which == k)
            kept = way.target.propose(len(mine), rng)
            repeated += kept.repeated
            rows.append(kept.rows)
            places.append(mine[kept.number])
            owner = (way.flight, way.detector)
            owners.append(np.full((len(kept.rows), 2), owner, dtype=np.int32))
        place = np.concatenate(places)
        sorting = np.argsort(place, kind="stable")
        columns = max(part.shape[1] for part in rows)
        rows = [np.pad(part, ((0, 0), (0, columns - part.shape[1]))) for part in rows]
        table = np.concatenate(rows)[sorting]
        flight, detector = np.ascontiguousarray(np.concatenate(owners)[sorting].T)
        return Flights(
            flight,
            detector,
            np.ascontiguousarray(table[:, :3]),
            np.ascontiguousarray(table[:, 3]),
            np.ascontiguousarray(table[:, 4]),
            np.ascontiguousarray(table[:, 5:]),
            repeated,
            n,
        )
