"""Fits of all tracks in compiled code: projections, momentum, states at both ends."""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.reconstruction.films import FilmConstants
from wayside.reconstruction.kalman import Projection, Scatter, filter_line
from wayside.reconstruction.material import M_ELECTRON
from wayside.reconstruction.momentum_fit import (
    IMPOSSIBLE,
    MeasuredTrack,
    Particle,
    minus_two_log_likelihood,
    most_likely,
)
from wayside.reconstruction.resolution import Resolution, line_variances
from wayside.typing import BoolArray, FloatArray, IntArray

ELECTRON = 6.0
"""Twice the logarithm of the likelihood ratio from which a track is an electron's."""


class Measured(NamedTuple):
    """Base-tracks of all tracks, one track behind the other, each array of shape (n,)."""

    sheet: IntArray
    """Sheets."""
    x: FloatArray
    """Positions along x in mm."""
    y: FloatArray
    """Positions along y in mm."""
    tx: FloatArray
    """Slopes dx/dz."""
    ty: FloatArray
    """Slopes dy/dz."""
    front: FloatArray
    """Grains of the upstream micro-tracks."""
    back: FloatArray
    """Grains of the downstream micro-tracks."""


class States(NamedTuple):
    """States of every track, each array of shape (tracks, 2 ends, 2 planes).

    Fields as in `wayside.reconstruction.kalman.State`; the ends are the first and the last
    base-track, the planes along and across.
    """

    value: FloatArray
    slope: FloatArray
    variance: FloatArray
    covariance: FloatArray
    slope_variance: FloatArray
    shared_variance: FloatArray
    shared_covariance: FloatArray
    shared_slope_variance: FloatArray


class Fits(NamedTuple):
    """Fits of all tracks, each array of shape (tracks,)."""

    log_momentum: FloatArray
    """Logarithms of the momenta in MeV at the first base-track."""
    error: FloatArray
    """Errors of these logarithms."""
    chi2: FloatArray
    """Chi-squared of the innovations."""
    electron: FloatArray
    """2 ln of the likelihood as an electron over that as the other particle, nan if not asked."""
    ux: FloatArray
    """Direction of the track in the plane of the sheets, along x."""
    uy: FloatArray
    """The same along y."""
    states: States
    """Positions and slopes at both ends."""


@njit(nogil=True)
def _guess(track: MeasuredTrack, lengths: float) -> float:
    """Logarithm of the momentum from the mean square of turns, what errors add taken off."""
    n = len(track.sheet)
    turns = plates = 0.0
    for plane in range(2):
        line = track.planes[plane]
        for i in range(n - 1):
            turn = line.slope[i + 1] - line.slope[i]
            noise = line.slope_variance[i] + line.slope_variance[i + 1]
            turns += (turn * turn - noise) / line.stretch[i]
            plates += track.sheet[i + 1] - track.sheet[i]
    # Errors alone may exceed the turns; then any stiff momentum will do to start from.
    theta2 = max(turns / plates, 1e-7)
    return float(0.5 * np.log((13.6 * 0.87) ** 2 * lengths / theta2))


@njit(nogil=True)
def _empty_projection(n: int) -> Projection:
    return Projection(np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.ones(n))


@njit(nogil=True)
def _first_of(line: Projection, n: int) -> Projection:
    return Projection(
        line.value[:n],
        line.slope[:n],
        line.variance[:n],
        line.covariance[:n],
        line.slope_variance[:n],
        line.stretch[:n],
    )


@njit(nogil=True)
def _project(
    measured: Measured, begin: int, resolution: Resolution, track: MeasuredTrack
) -> tuple[float, float]:
    """Fill a track with its base-tracks along and across; its direction in the plane."""
    along, across = track.planes
    n = len(track.sheet)
    mx = my = 0.0
    for i in range(n):
        mx += measured.tx[begin + i] / n
        my += measured.ty[begin + i] / n
    norm = np.sqrt(mx * mx + my * my)
    ux, uy = (mx / norm, my / norm) if norm > 1e-9 else (1.0, 0.0)
    for i in range(n):
        x, y = measured.x[begin + i], measured.y[begin + i]
        tx, ty = measured.tx[begin + i], measured.ty[begin + i]
        along.value[i], across.value[i] = x * ux + y * uy, y * ux - x * uy
        along.slope[i], across.slope[i] = tx * ux + ty * uy, ty * ux - tx * uy
        track.slope2[i] = tx * tx + ty * ty
        front = line_variances(measured.front[begin + i])[0]
        back = line_variances(measured.back[begin + i])[0]
        for plane in range(2):
            line = track.planes[plane]
            grain = resolution.grain**2 + resolution.depth**2 * line.slope[i] ** 2
            line.variance[i] = grain * (front + back) / 4.0 + resolution.alignment**2
            line.covariance[i] = grain * (back - front) / (2.0 * resolution.base)
            line.slope_variance[i] = grain * (front + back) / resolution.base**2
    for i in range(n - 1):
        track.slope2[i] = 0.5 * (track.slope2[i] + track.slope2[i + 1])
        for plane in range(2):
            line = track.planes[plane]
            component = 0.5 * (line.slope[i] + line.slope[i + 1])
            line.stretch[i] = 1.0 + component**2
    return ux, uy


@njit(nogil=True)
def fit_all(
    measured: Measured,
    first: IntArray,
    constants: FilmConstants,
    as_electron: BoolArray,
    known: FloatArray,
    mass: float,
) -> Fits:
    """Fit all tracks.

    Parameters
    ----------
    measured
        Base-tracks, one track behind the other.
    first
        Where each track begins, and the number of base-tracks: shape (tracks + 1,).
    constants
        Errors, material and depths.
    as_electron
        Whether each track is fitted as an electron, too, shape (tracks,).
    known
        Logarithms of momenta in MeV that are not fitted, nan for those that are; shape (tracks,).
    mass
        Mass of the particles in MeV.

    Returns
    -------
    Fits
        A fit that prefers an electron is that of an electron.
    """
    count = len(first) - 1
    shape = (count, 2, 2)
    states = States(
        np.empty(shape),
        np.empty(shape),
        np.empty(shape),
        np.empty(shape),
        np.empty(shape),
        np.empty(shape),
        np.empty(shape),
        np.empty(shape),
    )
    fits = Fits(
        np.empty(count),
        np.empty(count),
        np.empty(count),
        np.empty(count),
        np.empty(count),
        np.empty(count),
        states,
    )
    resolution, absorber = constants.resolution, constants.absorber
    longest = 0
    for t in range(count):
        longest = max(longest, first[t + 1] - first[t])
    # Arrays of the longest track serve all of them.
    room_along, room_across = _empty_projection(longest), _empty_projection(longest)
    room_depth, room_slope2 = np.empty(longest), np.empty(longest)
    scatter = Scatter(np.empty(longest), np.empty(longest), np.empty(longest))
    for t in range(count):
        begin, n = first[t], first[t + 1] - first[t]
        track = MeasuredTrack(
            measured.sheet[begin : begin + n],
            room_depth[:n],
            room_slope2[:n],
            (_first_of(room_along, n), _first_of(room_across, n)),
        )
        for i in range(n):
            track.depth[i] = constants.depths.sheet[track.sheet[i]]
        fits.ux[t], fits.uy[t] = _project(measured, begin, resolution, track)
        ratio = np.nan
        if np.isnan(known[t]):
            particle = Particle(mass, False)
            guess = _guess(track, absorber.radiation_lengths)
            u, error, best = most_likely(guess, particle, track, constants, scatter)
            if as_electron[t]:
                light = Particle(M_ELECTRON, True)
                u_light, error_light, best_light = most_likely(u, light, track, constants, scatter)
                ratio = best - best_light
                if ratio > ELECTRON:
                    u, error, particle = u_light, error_light, light
        else:
            u, error, particle = known[t], 0.0, Particle(mass, mass < 1.0)
        # Also lays down the scattering that the states below are filtered with.
        chi2 = minus_two_log_likelihood(u, particle, track, constants, scatter)[1]
        if chi2 == IMPOSSIBLE:
            scatter.theta2[:n] = scatter.lever[:n] = scatter.lever2[:n] = 0.0
        fits.log_momentum[t], fits.error[t], fits.chi2[t] = u, error, chi2
        fits.electron[t] = ratio
        for plane in range(2):
            for end in range(2):
                _, _, state = filter_line(
                    track.planes[plane],
                    track.depth,
                    scatter,
                    absorber.tail,
                    resolution.alignment**2,
                    end == 0,
                )
                states.value[t, end, plane] = state.value
                states.slope[t, end, plane] = state.slope
                states.variance[t, end, plane] = state.variance
                states.covariance[t, end, plane] = state.covariance
                states.slope_variance[t, end, plane] = state.slope_variance
                states.shared_variance[t, end, plane] = state.shared_variance
                states.shared_covariance[t, end, plane] = state.shared_covariance
                states.shared_slope_variance[t, end, plane] = state.shared_slope_variance
    return fits
