"""Decays in many small volumes with all photons: quick, to some per cent, for maps.

The density of decays at a distance r along a direction depends on r/ctau alone, apart from what all
have in common. Its ratio with all photons to that with one is tabulated over directions, averaged
over a cap about each, and over r/ctau; volumes have decays with one photon times that. Derived in
docs/theory/placement.md; `wayside.acceptance.radiated` is exact.
"""

import math
from functools import lru_cache, singledispatch
from typing import Final, NamedTuple

import numpy as np

from wayside.acceptance.directions import polar_frame
from wayside.acceptance.photon_pass import AimedPoints, drawn_points, follow_points
from wayside.acceptance.proper_distances import Points, ProperDistances, proper_distances
from wayside.collider.beams import Beams
from wayside.compiled import njit
from wayside.errors import InputError
from wayside.production.direct_process import DirectProcess
from wayside.production.frames import frames_of
from wayside.production.particle_process import FlightPart
from wayside.production.photon_total import LOWEST, MOST, scheme_total
from wayside.production.process import Process
from wayside.production.radiative_process import RadiativeProcess
from wayside.radiation.emission import number_factors
from wayside.radiation.radiator import strength
from wayside.typing import FloatArray

THETA: Final = 36
"""Steps in polar angle, dense toward the beams as those of positions are."""

PHI: Final = 12
"""Steps in azimuth over half of the sky: the other half mirrors it."""

CAP: Final = math.radians(2.0)
"""Opening of a cap in rad: half of what a detector of 0.3 m covers at 4 m."""

POINTS: Final = 1024
"""Points in a cap, on shell."""

DIRECTIONS: Final = 64
"""Directions in a cap, off shell."""

LOSSES: Final = 8
"""Nodes over the energy that photons take, off shell."""

LOSSES_TO_POLE: Final = 32
"""The same where they lead to a pole, or to the Z."""

STEPS: Final = 25
"""Values of r/ctau."""

RANGE: Final = (1e-3, 50.0)
"""Of r/ctau in units of the mean gamma beta."""


class SkyRatio(NamedTuple):
    """Ratio of the density of decays with all photons to that with one."""

    theta: FloatArray
    """Polar angles in rad from 0 to pi, shape (n,)."""
    phi: FloatArray
    """Azimuths in rad from 0 to pi, shape (m,)."""
    log_lengths: FloatArray
    """Logarithms of r/ctau, shape (k,)."""
    log_ratio: FloatArray
    """Logarithm of the ratio, shape (n, m, k)."""

    def mean_over(self, points: Points) -> FloatArray:
        """Logarithm of the ratio's mean over volumes, shape (volumes, k)."""
        places, weights = np.ascontiguousarray(points.places), np.ascontiguousarray(points.weights)
        return np.asarray(_mean(self.theta, self.phi, np.exp(self.log_ratio), places, weights))


class RadiatedDistances(NamedTuple):
    """Decays in volumes with all photons, by lifetime, as those with one are."""

    one_photon: ProperDistances
    log_lengths: FloatArray
    """Logarithms of r/ctau, shape (k,)."""
    log_ratio: FloatArray
    """Logarithm of the factor for all photons, shape (volumes, k)."""

    @property
    def volumes(self) -> int:
        """Number of volumes."""
        return self.one_photon.volumes

    def probability(self, ctau: FloatArray) -> FloatArray:
        """Probability per produced particle to decay inside, shape (volumes, k).

        Parameters
        ----------
        ctau
            Proper decay lengths in m, shape (k,).
        """
        with np.errstate(divide="ignore"):
            lengths = self.one_photon.log_distance[:, None] - np.log(ctau)
        step = self.log_lengths[1] - self.log_lengths[0]
        place = np.clip((lengths - self.log_lengths[0]) / step, 0.0, len(self.log_lengths) - 1.0)
        cell = np.minimum(place.astype(np.intp), len(self.log_lengths) - 2)
        rows = np.arange(self.volumes)[:, None]
        left, right = self.log_ratio[rows, cell], self.log_ratio[rows, cell + 1]
        factor = np.exp(left + (place - cell) * (right - left))
        return np.asarray(np.minimum(self.one_photon.probability(ctau) * factor, 1.0))


def radiated_distances(process: Process, points: Points) -> RadiatedDistances:
    """Proper distances of excited states to volumes, with all photons.

    Parameters
    ----------
    process
        At one mass point and collider.
    points
        What stands for the volumes.

    Raises
    ------
    InputError
        If it is not known how the process radiates.
    """
    ratio = sky_ratio(process)
    one_photon = proper_distances((FlightPart(1.0, process.flight),), points)
    return RadiatedDistances(one_photon, ratio.log_lengths, ratio.mean_over(points))


@lru_cache(maxsize=4)
def sky_ratio(process: Process) -> SkyRatio:
    """Ratio of the density of decays with all photons to that with one, over the whole sky.

    Parameters
    ----------
    process
        At one mass point and collider.

    Raises
    ------
    InputError
        If it is not known how the process radiates.
    """
    theta = np.pi * np.sin(0.5 * np.pi * np.linspace(0.0, 1.0, THETA + 1)) ** 2
    frames = frames_of(process.beams)
    symmetric = frames.symmetric and abs(frames.axes[2, 2]) > 1.0 - 1e-12
    phi = np.linspace(0.0, np.pi, 1 if symmetric else PHI + 1)
    across = np.sin(theta)[:, None]
    axes = np.stack(
        [across * np.cos(phi), across * np.sin(phi), np.cos(theta)[:, None] * np.ones(len(phi))],
        axis=-1,
    )
    lengths = process.mean_gamma_beta * np.geomspace(*RANGE, STEPS)
    with_all, with_one = decay_densities(process, axes.reshape(-1, 3), lengths)
    seen = (with_all > 0.0) & (with_one > 0.0)
    ratio = np.divide(with_all, with_one, out=np.ones_like(with_all), where=seen)
    table = np.log(ratio).reshape(len(theta), len(phi), STEPS)
    if symmetric:
        phi, table = np.array([0.0, np.pi]), np.repeat(table, 2, axis=1)
    return SkyRatio(theta, phi, np.log(lengths), np.ascontiguousarray(table))


@singledispatch
def decay_densities(
    process: Process, axes: FloatArray, lengths: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Means over caps of what the density of decays is in proportion to.

    Parameters
    ----------
    process
        At one mass point and collider.
    axes
        Unit vectors in the middle of the caps, shape (n, 3).
    lengths
        r/ctau, shape (k,).

    Returns
    -------
    with_all, with_one
        Integrals of exp(-r/(ctau gamma beta))/(gamma beta) over the rapidity with all photons and
        with one, shapes (n, k).

    Raises
    ------
    InputError
        If it is not known how the process radiates.
    """
    del axes, lengths  # for those that are registered
    raise InputError(f'run.radiation = "all": it is not known how {process.name} radiates')


@decay_densities.register
def _(
    process: RadiativeProcess, axes: FloatArray, lengths: FloatArray
) -> tuple[FloatArray, FloatArray]:
    from wayside.production.radiative_flight import radiative_flight

    model, sqrt_s = process.model, process.beams.sqrt_s
    # The ratio is that of the exact kernel, whichever regulator the closed form has.
    flight = radiative_flight(model, process.beams)
    drawn = drawn_points(POINTS)
    nominal = np.ascontiguousarray(process.beams.four_momenta / sqrt_s)
    beams = np.broadcast_to(nominal, (POINTS, 2, 4)).copy()
    sides = np.where(drawn.u[:, 3] < 0.5, 1.0, -1.0)
    factors = number_factors(strength(sqrt_s), LOWEST, MOST)
    highest = (sqrt_s - model.m_aprime) / sqrt_s
    total = scheme_total(model.m_aprime, sqrt_s)
    with_all, with_one = np.empty((2, len(axes), len(lengths)))
    for number, axis in enumerate(axes):
        # The last number would be the spread of a beam's energy, which directions do not feel.
        rays = _cap(axis, drawn.u[:, 0], drawn.u[:, -1])
        aimed = AimedPoints(beams, rays, sides, drawn.u, drawn.weights)
        rapidity, value = follow_points(flight, nominal, aimed, factors, LOWEST, highest)
        gamma_beta = np.sinh(rapidity)
        with_one[number] = _decays(gamma_beta[:1], value[:1], lengths)
        with_all[number] = _decays(gamma_beta[1:], value[1:], lengths) / total
    return with_all, with_one


@decay_densities.register
def _(
    process: DirectProcess, axes: FloatArray, lengths: FloatArray
) -> tuple[FloatArray, FloatArray]:
    from wayside.production.direct_flight import direct_flight

    u = drawn_points(DIRECTIONS).u
    rays = np.stack([_cap(axis, u[:, 0], u[:, -1]) for axis in axes])
    # Small enough that no probability comes near one.
    points = Points(rays, np.full(rays.shape[:2], 1e-9))
    beams = process.beams
    parts = []
    for loss in process.weighted_losses(LOSSES_TO_POLE if process.has_peak else LOSSES):
        left = 1.0 - loss.fraction
        for electron, positron in (
            (left * beams.electron_energy, beams.positron_energy),
            (beams.electron_energy, left * beams.positron_energy),
        ):
            slowed = Beams(electron, positron, beams.crossing_angle)
            parts.append(FlightPart(0.5 * loss.weight, direct_flight(process.model, slowed)))
    with_all, with_one = (
        proper_distances(flights, points).probability(1.0 / lengths)
        for flights in (parts, [FlightPart(1.0, process.flight)])
    )
    return with_all, with_one


def _cap(axis: FloatArray, u: FloatArray, v: FloatArray) -> FloatArray:
    """Directions even over a cap, shape (n, 3)."""
    cosine = 1.0 - u * (1.0 - math.cos(CAP))
    sine, turn = np.sqrt(1.0 - cosine**2), 2.0 * np.pi * v
    local = np.stack([sine * np.cos(turn), sine * np.sin(turn), cosine], axis=1)
    return np.ascontiguousarray(local @ polar_frame(axis, axis))


@njit(error_model="numpy")
def _decays(gamma_beta, weight, lengths):  # type: ignore[no-untyped-def]
    """Sums of decays over points, by r/ctau."""
    out = np.zeros(len(lengths))
    for row in range(weight.shape[0]):
        for i in range(weight.shape[1]):
            if weight[row, i] > 0.0:
                slowness = 1.0 / gamma_beta[row, i]
                for k in range(len(lengths)):
                    out[k] += weight[row, i] * slowness * math.exp(-lengths[k] * slowness)
    return out


@njit(error_model="numpy")
def _mean(theta, phi, ratio, places, weights):  # type: ignore[no-untyped-def]
    """Logarithms of means of a table over the points of volumes, bilinear in the angles."""
    steps = ratio.shape[2]
    out = np.zeros((len(places), steps))
    gap = phi[1] - phi[0]
    for i in range(places.shape[0]):
        total = 0.0
        for j in range(places.shape[1]):
            x, y, z = places[i, j]
            across = math.hypot(x, y)
            weight = weights[i, j] / (across * across + z * z)
            polar = math.atan2(across, z)
            row = min(int(np.searchsorted(theta, polar, side="right")) - 1, len(theta) - 2)
            up = (polar - theta[row]) / (theta[row + 1] - theta[row])
            turn = abs(math.atan2(y, x)) / gap
            column = min(int(turn), len(phi) - 2)
            on = turn - column
            total += weight
            for k in range(steps):
                near = (1.0 - on) * ratio[row, column, k] + on * ratio[row, column + 1, k]
                far = (1.0 - on) * ratio[row + 1, column, k] + on * ratio[row + 1, column + 1, k]
                out[i, k] += weight * ((1.0 - up) * near + up * far)
        for k in range(steps):
            out[i, k] = math.log(out[i, k] / total)
    return out
