"""Proposals of flights that end in one detector: what `wayside.generator.flights` draws from.

A flight is a density, proposed from a step function above it; other descriptions register a
function of their own with `target_of`.
"""

import functools
import math
from functools import singledispatch
from typing import Any, NamedTuple, Protocol

import numpy as np

from wayside.acceptance.samples import sampled_acceptance
from wayside.compiled import copy_rows, njit
from wayside.detector.box import Box
from wayside.detector.volume import Volume
from wayside.generator.aim import Aim, aim_at, fly, log_values
from wayside.generator.contour_aim import ContourAim, contour_aim, follow, propose
from wayside.generator.foam import EFFICIENCY, Foam, build_foam
from wayside.production.from_file import SampledFlight
from wayside.production.spectrum import MAX_SEGMENTS
from wayside.typing import FloatArray, IntArray


class Proposals(NamedTuple):
    """What is kept of proposals."""

    rows: FloatArray
    """Direction, rapidity and length flown in m, and what was drawn with them: (n, 5 or more)."""
    number: IntArray
    """Which proposal each row is of, increasing, shape (n,)."""
    repeated: int
    """Rows that repeat the flight, not the decay point, of another."""


class Target(Protocol):
    """One detector as the particles of one flight reach it."""

    @property
    def log_total(self) -> float:
        """Logarithm of the probability to decay there over the fraction of proposals kept."""
        ...

    def propose(self, n: int, rng: np.random.Generator) -> Proposals:
        """Make ``n`` proposals and return what is kept of them."""
        ...


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


class BoxTarget(NamedTuple):
    """A box, in compiled code."""

    aim: Aim
    foam: Foam

    @property
    def log_total(self) -> float:
        """Logarithm of the integral of the bounds."""
        return self.foam.log_total

    def propose(self, n: int, rng: np.random.Generator) -> Proposals:
        """Make ``n`` proposals and return what is kept of them."""
        rows, number, repeated = _propose(self.aim, self.foam, n, rng)
        return Proposals(rows, number, int(repeated))


class ContourTarget(NamedTuple):
    """A volume of any shape."""

    aim: ContourAim
    foam: Foam

    @property
    def log_total(self) -> float:
        """Logarithm of the integral of the bounds."""
        return self.foam.log_total

    def propose(self, n: int, rng: np.random.Generator) -> Proposals:
        """Make ``n`` proposals and return what is kept of them."""
        return Proposals(*propose(self.aim, self.foam, n, rng))


class SampledTarget(NamedTuple):
    """Flights of a file that cross a volume, each as probable as a decay on it."""

    ctau: float
    """Proper decay length in m."""
    directions: FloatArray
    rapidity: FloatArray
    near: FloatArray
    far: FloatArray
    """Distances at entry and exit in m."""
    reached: FloatArray
    """Cumulative probabilities to decay in the volume, in any unit."""
    log_total: float
    """Logarithm of the probability to decay in the volume."""

    def propose(self, n: int, rng: np.random.Generator) -> Proposals:
        """Draw ``n`` flights, all of which are kept."""
        which = np.searchsorted(self.reached, rng.random(n) * self.reached[-1], side="right")
        which = np.minimum(which, len(self.reached) - 1)
        near, far = self.near[which], self.far[which]
        free = self.ctau * np.sinh(self.rapidity[which])
        length = near - free * np.log1p(rng.random(n) * np.expm1(-(far - near) / free))
        length = np.clip(length, near, far)
        rows = np.column_stack([self.directions[which], self.rapidity[which], length])
        return Proposals(rows, np.arange(n), n - len(np.unique(which)))


@singledispatch
def target_of(
    flight: Any, volume: Volume, ctau: float, efficiency: float = EFFICIENCY
) -> Target | None:
    """Prepare proposals of flights into one detector.

    Parameters
    ----------
    flight
        A density (`wayside.production.flight.Flight`), or of a class with a function of its own.
    volume
        The detector.
    ctau
        Proper decay length in m, positive and finite.
    efficiency
        Fraction of proposals kept that a density aims at: less costs less to prepare.

    Returns
    -------
    Target or None
        None if no particle decays there.
    """
    if isinstance(volume, Box):
        aim = aim_at(flight, volume, ctau)
        foam = build_foam(functools.partial(log_values, aim), efficiency)
        return None if foam is None else BoxTarget(aim, foam)
    curved = contour_aim(flight, volume, ctau)
    foam = build_foam(functools.partial(_log_values, curved), efficiency)
    return None if foam is None else ContourTarget(curved, foam)


def _log_values(aim: ContourAim, points: FloatArray) -> FloatArray:
    return follow(aim, points).log_value


@target_of.register(SampledFlight)
def _of_samples(
    flight: SampledFlight, volume: Volume, ctau: float, _efficiency: float = EFFICIENCY
) -> Target | None:
    rays = sampled_acceptance(flight, volume)
    if not len(rays.weight):
        return None
    # Logarithms: the sum itself may be below the smallest double.
    inside = -np.expm1((rays.near - rays.far) / ctau)
    log_values = np.log(rays.weight) + np.log(inside) - rays.near / ctau
    top = float(np.max(log_values))
    reached = np.cumsum(np.exp(log_values - top))
    boost = np.sinh(rays.rapidity)
    return SampledTarget(
        ctau,
        rays.directions,
        rays.rapidity,
        rays.near * boost,
        rays.far * boost,
        reached,
        top + math.log(float(reached[-1])),
    )
