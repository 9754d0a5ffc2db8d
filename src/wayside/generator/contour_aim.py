"""Aim at a volume of any shape: `wayside.generator.aim` over the curves of its outline.

The same map from the unit cube, with the azimuth over the arcs that `wayside.acceptance.arcs`
finds. A ray may have several pieces inside; a decay falls into one of them in proportion to its
probability. In arrays, and some ten times slower than the compiled way for boxes.
"""

from typing import NamedTuple

import numpy as np

from wayside.acceptance.arcs import Pieces, arcs_at, pieces
from wayside.acceptance.contours import polar_cuts, rays_at
from wayside.acceptance.directions import polar_frame
from wayside.compiled import njit
from wayside.detector.volume import Crossings, Volume
from wayside.generator.aim import polar_angle, polar_map
from wayside.generator.foam import Foam
from wayside.production.flight import NO_CAUSTIC, Flight
from wayside.production.spectrum import MAX_SEGMENTS, place
from wayside.typing import FloatArray, IntArray


class ContourAim(NamedTuple):
    """What the map needs of a flight, a volume and a lifetime."""

    flight: Flight
    ctau: float
    """Proper decay length in m."""
    volume: Volume
    frame: FloatArray
    """Rows: two axes across and the polar axis."""
    outline: Pieces
    polar: tuple[int, float, float, float, float]
    """Map of the polar angle, from `wayside.generator.aim.polar_map`."""


class Rays(NamedTuple):
    """Points of a square as rays that meet the volume."""

    directions: FloatArray
    """Unit vectors, shape (n, 3)."""
    solid_angle: FloatArray
    """Of the whole, times the derivative of the map, shape (n,)."""
    crossings: Crossings


class Followed(NamedTuple):
    """Points of the cube as flights."""

    log_value: FloatArray
    """Logarithms of the probabilities to decay in the volume, per unit volume of the cube."""
    directions: FloatArray
    rapidity: FloatArray
    crossings: Crossings
    log_pieces: FloatArray
    """Logarithms of the probabilities to decay in each piece, shape (n, k)."""


def contour_aim(flight: Flight, volume: Volume, ctau: float, *, smooth: bool = False) -> ContourAim:
    """Prepare the map for one detector.

    Parameters
    ----------
    flight, volume, ctau
        As for `wayside.generator.aim.aim_at`.
    smooth
        Whether to map the polar angle as if there were no caustic.
    """
    axis = flight.polar_axis(volume.centre)
    frame = polar_frame(axis, volume.centre)
    outline = pieces(volume.outline, frame)
    cuts = polar_cuts(volume, frame, outline, np.empty((0, 5)), np.empty((0, 3)))
    ends = float(cuts.theta[0]), float(cuts.theta[-1])
    caustic = NO_CAUSTIC if smooth else flight.caustic(axis)
    return ContourAim(flight, ctau, volume, frame, outline, polar_map(caustic, *ends))


@njit(error_model="numpy")
def _polar_angles(polar, u):  # type: ignore[no-untyped-def]
    out = np.empty((2, len(u)))
    for i in range(len(u)):
        out[0, i], out[1, i] = polar_angle(polar, u[i])
    return out


@njit(error_model="numpy")
def _places(flight, rays, u):  # type: ignore[no-untyped-def]
    out = np.empty((2, len(u)))
    parts = np.empty((4, MAX_SEGMENTS))
    for i in range(len(u)):
        out[0, i], out[1, i] = place(flight, rays[i], u[i], parts)
    return out


def _azimuths(aim: ContourAim, theta: FloatArray, u: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Azimuths at fractions ``u`` of the arcs of polar angles that are hit, and their lengths."""
    arcs = arcs_at(aim.outline, theta)
    middle = rays_at(aim.frame, theta[arcs.ring], 0.5 * (arcs.left + arcs.right))
    length = np.where(aim.volume.crossings(middle).hit, arcs.right - arcs.left, 0.0)
    total = np.bincount(arcs.ring, length, minlength=len(theta))
    reached = np.cumsum(length)
    before = np.concatenate([[0.0], np.cumsum(total)])[:-1]
    chosen = np.minimum(np.searchsorted(reached, before + u * total), len(length) - 1)
    phi = arcs.right[chosen] - (reached[chosen] - before - u * total)
    return phi, np.asarray(total, dtype=np.float64)


def rays_toward(aim: ContourAim, points: FloatArray) -> Rays:
    """Rays that meet the volume, at points of the unit square of shape (n, 2)."""
    theta, slope = _polar_angles(aim.polar, np.ascontiguousarray(points[:, 0]))
    phi, arc = _azimuths(aim, theta, points[:, 1])
    directions = np.ascontiguousarray(rays_at(aim.frame, theta, phi))
    return Rays(directions, slope * arc * np.sin(theta), aim.volume.crossings(directions))


def followed(rays: Rays, ctau: float, rapidity: FloatArray, density: FloatArray) -> Followed:
    """Flights along rays.

    Parameters
    ----------
    rays
        From `rays_toward`.
    ctau
        Proper decay length in m.
    rapidity, density
        Of each flight, and its density per steradian, shapes (n,).
    """
    near, far = rays.crossings.near, rays.crossings.far
    with np.errstate(divide="ignore", invalid="ignore"):
        length = (ctau * np.sinh(rapidity))[:, None]
        inside = -np.expm1(-(far - near) / length)
        log_pieces = np.log(inside) - near / length
        log_value = np.log(density * rays.solid_angle)
        log_value = log_value + np.logaddexp.reduce(log_pieces, axis=1)
    log_value = np.where(np.isnan(log_value), -np.inf, log_value)
    return Followed(log_value, rays.directions, rapidity, rays.crossings, log_pieces)


def follow(aim: ContourAim, points: FloatArray) -> Followed:
    """Follow points of the unit cube, shape (n, 3); see `wayside.generator.aim.fly`."""
    rays = rays_toward(aim, points[:, :2])
    rapidity, density = _places(aim.flight, rays.directions, np.ascontiguousarray(points[:, 2]))
    return followed(rays, aim.ctau, rapidity, density)


def propose(
    aim: ContourAim, foam: Foam, n: int, rng: np.random.Generator
) -> tuple[FloatArray, IntArray, int]:
    """Draw ``n`` proposals: rows of direction, rapidity and length; their numbers; repeats."""
    cell = np.minimum(np.searchsorted(foam.reached, rng.random(n), side="right"), len(foam.low) - 1)
    points = foam.low[cell] + foam.width[cell] * rng.random((n, 3))
    flights = follow(aim, points)
    copies = np.floor(np.exp(flights.log_value - foam.log_bound[cell]) + rng.random(n)).astype(int)
    row = np.repeat(np.arange(n), copies)
    rows = decay_rows(flights, row, aim.ctau, rng)
    return rows, row.astype(np.int64), int(np.sum(np.maximum(copies - 1, 0)))


def decay_rows(
    flights: Followed, row: IntArray, ctau: float, rng: np.random.Generator
) -> FloatArray:
    """Decays along chosen flights.

    Parameters
    ----------
    flights
        From `followed`.
    row
        Which of them, shape (m,).
    ctau
        Proper decay length in m.
    rng
        Random numbers.

    Returns
    -------
    ndarray
        Direction, rapidity and length flown in m, shape (m, 5).
    """
    logs = flights.log_pieces[row]
    reached = np.cumsum(np.exp(logs - logs.max(axis=1, keepdims=True)), axis=1)
    piece = (rng.random(len(row))[:, None] * reached[:, -1:] > reached).sum(axis=1)
    near, far = flights.crossings.near[row, piece], flights.crossings.far[row, piece]
    free = ctau * np.sinh(flights.rapidity[row])
    # Where the exponential, cut off at the exit, has fallen to a uniform fraction.
    length = near - free * np.log1p(rng.random(len(row)) * np.expm1(-(far - near) / free))
    out = np.empty((len(row), 5))
    out[:, :3] = flights.directions[row]
    out[:, 3] = flights.rapidity[row]
    out[:, 4] = np.clip(length, near, far)
    return out
