"""Decays in many small volumes at once, as functions of the lifetime: quick, to a per cent.

A volume is taken by a few points with weights in m^3. The density of decays at a distance r along a
direction is a sum over the spectrum there, exp(-x/ctau)/(r^2 gamma beta ctau) with the proper
distance x = r/(gamma beta): of each volume a histogram of x is kept, of which every lifetime is a
short sum. Derived in docs/theory/placement.md; `wayside.acceptance.estimate` is exact.
"""

import math
from collections.abc import Sequence
from functools import singledispatch
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.acceptance.quadrature import gauss_legendre
from wayside.acceptance.samples import laboratory
from wayside.compiled import njit
from wayside.production.from_file import SampledFlight
from wayside.production.particle_process import FlightPart
from wayside.production.spectrum import MAX_SEGMENTS, spectrum
from wayside.typing import FloatArray, IndexArray

STEP: Final = 0.025
"""Width of a bin in ln(gamma beta): with exp(-y) left, y^2 STEP^2 / 8 of a decay curve."""

SLOWEST: Final = -11.0
FASTEST: Final = 9.0
"""ln(gamma beta) at the ends of the histograms; what is beyond is taken there. Particles that are
slower than the boost may stand still in the laboratory."""

BINS: Final = round((FASTEST - SLOWEST) / STEP) + 2

RAPIDITIES: Final = 8
"""Nodes of a segment of rapidity."""

RING: Final = math.radians(2.0)
"""Width in rad of the rings of directions on which samples are counted."""

TURNS: Final = 48
"""Azimuths that a sample is turned to."""


class Points(NamedTuple):
    """Points that stand for volumes, the same number for each."""

    places: FloatArray
    """In m, shape (volumes, points, 3)."""
    weights: FloatArray
    """In m^3, shape (volumes, points); they add up to the volumes."""

    @property
    def log_distance(self) -> FloatArray:
        """Logarithm of the mean distance of each volume, shape (volumes,)."""
        distances = np.linalg.norm(self.places, axis=2)
        return np.asarray(np.log(distances).mean(axis=1))


class ProperDistances(NamedTuple):
    """Histograms of proper distances to volumes."""

    log_distance: FloatArray
    """Logarithm of the distance in m that bins are measured from, shape (volumes,)."""
    log_flight: FloatArray
    """Logarithm of gamma beta of the bins, shape (bins,)."""
    weights: FloatArray
    """Probability per produced particle, times ctau in m, before decays on the way, (volumes,
    bins)."""

    @property
    def volumes(self) -> int:
        """Number of volumes."""
        return len(self.weights)

    def probability(self, ctau: FloatArray) -> FloatArray:
        """Probability per produced particle to decay inside, shape (volumes, k).

        Parameters
        ----------
        ctau
            Proper decay lengths in m, shape (k,).
        """
        lengths = np.ascontiguousarray(ctau, dtype=np.float64)
        return np.asarray(_decays(self.log_distance, self.log_flight, self.weights, lengths))


@njit(error_model="numpy")
def _decays(log_distance, log_flight, weights, ctau):  # type: ignore[no-untyped-def]
    """Sums over the bins for every volume and lifetime."""
    out = np.zeros((len(weights), len(ctau)))
    slowness = np.exp(-log_flight)
    for i in range(len(weights)):
        distance = math.exp(log_distance[i])
        for k in range(len(ctau)):
            rate = 1.0 / ctau[k]
            total = 0.0
            for b in range(len(slowness)):
                if weights[i, b] > 0.0:
                    exponent = rate * distance * slowness[b]
                    if exponent < 700.0:
                        total += weights[i, b] * math.exp(-exponent)
            out[i, k] = min(rate * total, 1.0)
    return out


@njit(error_model="numpy")
def _add(row, position, weight):  # type: ignore[no-untyped-def]
    """Share a weight between the two bins about a position in units of the step."""
    place = min(max(position, 0.0), len(row) - 2.0)
    cell = int(place)
    fraction = place - cell
    row[cell] += weight * (1.0 - fraction)
    row[cell + 1] += weight * fraction


@njit(error_model="numpy")
def _gather(flight, places, weights, log_distance, gauss, out):  # type: ignore[no-untyped-def]
    """Fill the histograms from the density along the direction of every point."""
    room = np.empty((3, MAX_SEGMENTS * gauss.shape[1]))
    ray = np.empty(3)
    for i in range(places.shape[0]):
        for j in range(places.shape[1]):
            r2 = 0.0
            for n in range(3):
                r2 += places[i, j, n] ** 2
            r = math.sqrt(r2)
            for n in range(3):
                ray[n] = places[i, j, n] / r
            solid = weights[i, j] / r2
            shift = math.log(r) - log_distance[i] + SLOWEST
            for k in range(spectrum(flight, ray, gauss, room)):
                if room[1, k] > 0.0:
                    # The nearer a point of the volume, the faster one of the same proper distance.
                    weight = solid * room[1, k] * math.exp(-room[2, k])
                    _add(out[i], (room[2, k] - shift) / STEP, weight)


@singledispatch
def _fill(flight: Any, points: Points, out: FloatArray) -> None:
    """Add the particles of a flight to the histograms of volumes, shape (volumes, bins)."""
    places = np.ascontiguousarray(points.places)
    weights = np.ascontiguousarray(points.weights)
    _gather(flight, places, weights, points.log_distance, gauss_legendre(RAPIDITIES), out)


class _Cells(NamedTuple):
    """Cells of directions: rings about the beams, each cut evenly in azimuth."""

    ring: float
    """Width of a ring in radians."""
    starts: IndexArray
    """Number of the first cell of each ring."""
    cells: IndexArray
    """Number of cells of each ring."""
    solid: FloatArray
    """Solid angle of each cell in steradians."""


@njit(error_model="numpy")
def _count(flight, draws, turns, grid, out):  # type: ignore[no-untyped-def]
    """Count samples, turned about the beams, on cells of directions and bins of ln(gamma beta)."""
    ray = np.empty(3)
    for i in range(len(flight.weight)):
        along = flight.along[i]
        across = flight.transverse[i]
        energy = math.sqrt(flight.mass**2 + along * along + across * across)
        for m in range(turns):
            phi = 2.0 * math.pi * (m + draws[(i * turns + m) % len(draws)]) / turns
            x = across * math.cos(phi)
            y = across * math.sin(phi)
            size = laboratory(flight.frames, along, x, y, energy, ray)
            cell = _cell(ray, size, grid)
            position = (math.log(size / flight.mass) - SLOWEST) / STEP
            _add(out[cell], position, flight.weight[i] / turns)


@njit(error_model="numpy")
def _cell(ray, size, grid):  # type: ignore[no-untyped-def]
    """Number of the cell of a direction."""
    theta = math.acos(max(-1.0, min(1.0, ray[2] / size)))
    row = min(int(theta / grid.ring), len(grid.starts) - 1)
    turn = math.atan2(ray[1], ray[0]) / (2.0 * math.pi)
    turn -= math.floor(turn)
    cells = grid.cells[row]
    return grid.starts[row] + min(int(turn * cells), cells - 1)


@njit(error_model="numpy")
def _look_up(table, grid, places, weights, log_distance, out):  # type: ignore[no-untyped-def]
    for i in range(places.shape[0]):
        for j in range(places.shape[1]):
            r = 0.0
            for n in range(3):
                r += places[i, j, n] ** 2
            r = math.sqrt(r)
            cell = _cell(places[i, j], r, grid)
            shift = (math.log(r) - log_distance[i]) / STEP
            for b in range(table.shape[1]):
                if table[cell, b] > 0.0:
                    flight = math.exp(SLOWEST + b * STEP)
                    weight = weights[i, j] / (r * r) * table[cell, b] / grid.solid[cell] / flight
                    _add(out[i], b - shift, weight)


@_fill.register(SampledFlight)
def _fill_samples(flight: SampledFlight, points: Points, out: FloatArray) -> None:
    """By a table of directions: samples have no density along one."""
    rings = round(math.pi / RING)
    edges = np.linspace(0.0, math.pi, rings + 1)
    middles = 0.5 * (edges[1:] + edges[:-1])
    cells = np.maximum(1, np.rint(2.0 * math.pi * np.sin(middles) / RING)).astype(np.intp)
    starts = np.concatenate([[0], np.cumsum(cells)[:-1]]).astype(np.intp)
    solid = np.repeat(2.0 * math.pi * -np.diff(np.cos(edges)) / cells, cells)
    table = np.zeros((int(cells.sum()), BINS))
    draws = np.random.default_rng(1234).random(65537)
    grid = _Cells(math.pi / rings, starts, cells, solid)
    _count(flight, draws, TURNS, grid, table)
    places, weights = np.ascontiguousarray(points.places), np.ascontiguousarray(points.weights)
    _look_up(table, grid, places, weights, points.log_distance, out)


def proper_distances(parts: Sequence[FlightPart], points: Points) -> ProperDistances:
    """Histograms of the proper distances of all particles of a process to volumes.

    Parameters
    ----------
    parts
        How they fly, each a fraction of them.
    points
        What stands for the volumes.
    """
    total = np.zeros((len(points.places), BINS))
    for part in parts:
        of_part = np.zeros_like(total)
        _fill(part.flight, points, of_part)
        total += part.fraction * of_part
    log_flight: FloatArray = SLOWEST + STEP * np.arange(BINS, dtype=np.float64)
    filled = np.flatnonzero(total.max(axis=0) > 0.0)
    used = slice(filled[0], filled[-1] + 1) if len(filled) else slice(0, 1)
    weights = np.ascontiguousarray(total[:, used])
    return ProperDistances(points.log_distance, np.asarray(log_flight[used]), weights)
