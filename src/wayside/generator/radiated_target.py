"""Proposals of flights with all photons into one detector.

A step function over the polar angle, the rapidity and the energy of a photon, above the mean over
a few draws of all else, which makes densities vary: a factor above the mean is the bound. Where
that does not hold flights are repeated, as in `wayside.generator.flights`.
"""

import functools
from typing import Final, NamedTuple

import numpy as np

from wayside.detector.volume import Volume
from wayside.generator.contour_aim import ContourAim, Followed, decay_rows, followed, rays_toward
from wayside.generator.foam import Foam, build_foam
from wayside.generator.radiated_flights import ROWS, Made, Part, RadiatedFlight
from wayside.generator.targets import Proposals, target_of
from wayside.radiation.sobol import sobol
from wayside.typing import FloatArray

_DRAWS: Final = 4
"""Draws of photons that the mean is over."""

_START: Final = (4, 6, 8)
"""Cells to begin with: polar angle, rapidity, energy of a photon."""

_ROUGH: Final = 0.3
"""Fraction of proposals kept that the step function aims at, for the mean."""

_TRIED: Final = 30_000
"""Proposals that tell the factors."""

_REPEATED: Final = 3e-3
"""Fraction of the events that may repeat a flight."""


class _Proposed(NamedTuple):
    """Proposals of one part of a flight."""

    part: Part
    aim: ContourAim
    foam: Foam
    factor: float
    """Bound over the step function."""


class RadiatedTarget(NamedTuple):
    """A detector as excited states with all photons reach it."""

    flight: RadiatedFlight
    parts: tuple[_Proposed, ...]
    log_total: float
    """Logarithm of the integral of the bounds."""
    reached: FloatArray
    """Cumulative fractions of the proposals by part."""

    def propose(self, n: int, rng: np.random.Generator) -> Proposals:
        """Make ``n`` proposals and return what is kept of them."""
        which = np.searchsorted(self.reached, rng.random(n), side="right")
        rows, numbers, repeated = [], [], 0
        for index, proposed in enumerate(self.parts):
            mine = np.flatnonzero(which == index)
            flights, made, ratio = _ratios(self.flight, proposed, len(mine), rng)
            copies = np.floor(ratio / proposed.factor + rng.random(len(mine))).astype(np.int64)
            row = np.repeat(np.arange(len(mine)), copies)
            decays = decay_rows(flights, row, proposed.aim.ctau, rng)
            rows.append(np.column_stack([decays, made.momenta.reshape(len(mine), 3 * ROWS)[row]]))
            numbers.append(mine[row])
            repeated += int(np.sum(np.maximum(copies - 1, 0)))
        number = np.concatenate(numbers)
        order = np.argsort(number, kind="stable")
        return Proposals(np.concatenate(rows)[order], number[order], repeated)


def _ratios(
    flight: RadiatedFlight, proposed: _Proposed, n: int, rng: np.random.Generator
) -> tuple[Followed, Made, FloatArray]:
    """Flights of ``n`` proposals, and their densities over the step function."""
    foam = proposed.foam
    cell = np.searchsorted(foam.reached, rng.random(n), side="right")
    cell = np.minimum(cell, len(foam.low) - 1)
    cube = foam.low[cell] + foam.width[cell] * rng.random((n, 3))
    numbers = rng.random((n, 1 + flight.numbers))
    flights, made = _follow(flight, proposed.part, proposed.aim, cube, numbers)
    return flights, made, np.exp(flights.log_value - foam.log_bound[cell])


def _follow(
    flight: RadiatedFlight, part: Part, aim: ContourAim, cube: FloatArray, numbers: FloatArray
) -> tuple[Followed, Made]:
    """Points of the cube, and numbers for the azimuth and all else, as flights."""
    rays = rays_toward(aim, np.column_stack([cube[:, 0], numbers[:, 0]]))
    made = flight.fly(part, rays.directions, cube[:, 1:], numbers[:, 1:])
    return followed(rays, aim.ctau, made.rapidity, made.density), made


def _log_means(
    flight: RadiatedFlight, part: Part, aim: ContourAim, draws: FloatArray, cube: FloatArray
) -> FloatArray:
    """Logarithms of the density at points of the cube, averaged over draws of all else."""
    logs = [
        _follow(flight, part, aim, cube, np.tile(draw, (len(cube), 1)))[0].log_value
        for draw in draws
    ]
    return np.asarray(np.logaddexp.reduce(logs, axis=0) - np.log(len(draws)))


def _factor(ratios: FloatArray) -> float:
    """Least factor above which no more than `_REPEATED` of the sum of ratios lies."""
    falling = np.sort(ratios)[::-1]
    above = np.cumsum(falling) - np.arange(1, len(falling) + 1) * falling
    index = int(np.searchsorted(above, _REPEATED * float(np.sum(falling)), side="right")) - 1
    return float(falling[max(index, 0)])


@target_of.register(RadiatedFlight)
def _(
    flight: RadiatedFlight, volume: Volume, ctau: float, efficiency: float = _ROUGH
) -> RadiatedTarget | None:
    draws = sobol(_DRAWS)[:, : 1 + flight.numbers]
    parts, totals = [], []
    for number, part in enumerate(flight.parts):
        aim = flight.aim(volume, ctau, part)
        means = functools.partial(_log_means, flight, part, aim, draws)
        foam = build_foam(means, min(efficiency, _ROUGH), _START)
        if foam is None:
            continue
        proposed = _Proposed(part, aim, foam, 1.0)
        # Of their own, whatever the seed of the events: the bounds are the same for all.
        ratios = _ratios(flight, proposed, _TRIED, np.random.default_rng(number))[2]
        factor = _factor(ratios)
        if factor > 0.0:
            parts.append(proposed._replace(factor=factor))
            totals.append(foam.log_total + np.log(factor))
    if not parts:
        return None
    total = float(np.logaddexp.reduce(totals))
    reached = np.cumsum(np.exp(np.array(totals) - total))
    return RadiatedTarget(flight, tuple(parts), total + flight.log_norm, reached / reached[-1])
