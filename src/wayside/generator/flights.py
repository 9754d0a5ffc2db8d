"""Unweighted flights of the excited state that end in a detector.

Rejection from a step function (`wayside.generator.foam`). The number of copies of a proposal is
``floor(r + u)``, r being density over bound and u uniform: 0 or 1 where the bound holds, and right
on average where it does not. The decay point follows in closed form.
"""

import functools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayside.compiled import copy_rows, njit
from wayside.constants import SPEED_OF_LIGHT
from wayside.detector.box import Box
from wayside.detector.volume import Volume
from wayside.errors import InputError
from wayside.generator.aim import Aim, aim_at, fly, log_values
from wayside.generator.contour_aim import ContourAim, contour_aim, follow, propose
from wayside.generator.foam import Foam, build_foam
from wayside.production.flight import Flight
from wayside.production.spectrum import MAX_SEGMENTS
from wayside.typing import FloatArray


class Flights(NamedTuple):
    """Excited states that decay in a detector, one a row."""

    process: NDArray[np.int32]
    """Index among the flights, those of different production processes."""
    detector: NDArray[np.int32]
    """Index among the detectors."""
    direction: FloatArray
    """Unit vectors in the laboratory, shape (n, 3)."""
    rapidity: FloatArray
    """Momentum over mass is sinh of it."""
    length: FloatArray
    """Distance flown in m."""
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


@njit(error_model="numpy")
def _propose(aim, foam, n, rng):  # type: ignore[no-untyped-def]
    room = n + 1024
    out = np.empty((room, 5))
    order = np.empty(room, dtype=np.int64)
    work = np.empty((2, 32))
    parts = np.empty((4, MAX_SEGMENTS))
    ray = np.empty(3)
    count = 0
    repeated = 0
    for i in range(n):
        cell = min(np.searchsorted(foam.reached, rng.random(), side="right"), len(foam.low) - 1)
        low = foam.low[cell]
        width = foam.width[cell]
        value, rapidity, near, far = fly(
            aim,
            low[0] + width[0] * rng.random(),
            low[1] + width[1] * rng.random(),
            low[2] + width[2] * rng.random(),
            work,
            parts,
            ray,
        )
        copies = int(math.exp(value - foam.log_bound[cell]) + rng.random())
        if copies > 1:
            repeated += copies - 1
        free = aim.ctau * math.sinh(rapidity)
        for _ in range(copies):
            if count == len(out):
                grown = np.empty((2 * count, 5))
                for row in range(count):
                    for column in range(5):
                        grown[row, column] = out[row, column]
                out = grown
                longer = np.empty(2 * count, dtype=np.int64)
                copy_rows(order, longer, count)
                order = longer
            # Where the exponential, cut off at the exit, has fallen to a fraction u.
            length = near - free * math.log1p(rng.random() * math.expm1(-(far - near) / free))
            out[count, 0] = ray[0]
            out[count, 1] = ray[1]
            out[count, 2] = ray[2]
            out[count, 3] = rapidity
            out[count, 4] = min(max(length, near), far)
            order[count] = i
            count += 1
    return out[:count], order[:count], repeated


class _Target(NamedTuple):
    """One detector as excited states of one process reach it."""

    process: int
    detector: int
    aim: Aim | ContourAim
    foam: Foam


def _log_values(aim: ContourAim, points: FloatArray) -> FloatArray:
    return follow(aim, points).log_value


class FlightSampler:
    """Draws flights that end in one of several detectors, in proportion to their yields.

    Parameters
    ----------
    flights
        Densities of the production processes at one collider.
    volumes
        Volumes of the detectors by name.
    ctau
        Proper decay length in m.
    rates
        Rate at which each process makes excited states, in any common unit; equal rates if None.

    Raises
    ------
    InputError
        If no excited state decays in any of them.
    """

    def __init__(
        self,
        flights: Sequence[Flight],
        volumes: Mapping[str, Volume],
        ctau: float,
        rates: Sequence[float] | None = None,
    ) -> None:
        if not (ctau > 0.0 and math.isfinite(ctau)):
            raise InputError(f"ctau = {ctau:g} m: the excited state never decays, so no events")
        self.names: Sequence[str] = tuple(volumes)
        weights = np.ones(len(flights)) if rates is None else np.asarray(rates, dtype=np.float64)
        weights = weights / np.sum(weights)
        self._targets: list[_Target] = []
        for process, flight in enumerate(flights):
            for detector, volume in enumerate(volumes.values()):
                aim: Aim | ContourAim
                if isinstance(volume, Box):
                    aim = aim_at(flight, volume, ctau)
                    foam = build_foam(functools.partial(log_values, aim))
                else:
                    aim = contour_aim(flight, volume, ctau)
                    foam = build_foam(functools.partial(_log_values, aim))
                if foam is not None and weights[process] > 0.0:
                    self._targets.append(_Target(process, detector, aim, foam))
        if not self._targets:
            raise InputError(f"no excited state can reach {', '.join(self.names)}")
        totals = np.array(
            [target.foam.log_total + np.log(weights[target.process]) for target in self._targets]
        )
        fractions = np.exp(totals - np.max(totals))
        self.log_total = float(np.log(np.sum(fractions)) + np.max(totals))
        """Logarithm of the integral of all bounds: times the fraction of proposals kept, the
        probability per excited state to decay in one of the detectors."""
        self._reached = np.cumsum(fractions) / np.sum(fractions)

    def draw(self, n: int, rng: np.random.Generator) -> Flights:
        """Make ``n`` proposals and return what is kept of them."""
        which = np.searchsorted(self._reached, rng.random(n), side="right")
        rows, places, owners = [], [], []
        repeated = 0
        for k, target in enumerate(self._targets):
            mine = np.flatnonzero(which == k)
            if isinstance(target.aim, Aim):
                out, order, again = _propose(target.aim, target.foam, len(mine), rng)
            else:
                out, order, again = propose(target.aim, target.foam, len(mine), rng)
            repeated += int(again)
            rows.append(out)
            places.append(mine[order])
            owners.append(np.full((len(out), 2), (target.process, target.detector), dtype=np.int32))
        place = np.concatenate(places)
        sorting = np.argsort(place, kind="stable")
        table = np.concatenate(rows)[sorting]
        process, detector = np.ascontiguousarray(np.concatenate(owners)[sorting].T)
        return Flights(
            process,
            detector,
            np.ascontiguousarray(table[:, :3]),
            np.ascontiguousarray(table[:, 3]),
            np.ascontiguousarray(table[:, 4]),
            repeated,
            n,
        )
