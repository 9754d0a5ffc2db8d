"""The momentum that makes a track's scattering most likely.

The likelihood of a momentum is that of all innovations of the Kalman filter, with the scattering
of each step at the momentum the particle still has there: positions, slopes and energy loss enter
with their weights (derived in docs/theory).
"""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.reconstruction.films import FilmConstants
from wayside.reconstruction.kalman import Projection, Scatter, filter_line
from wayside.reconstruction.material import after, highland
from wayside.typing import FloatArray, IntArray

IMPOSSIBLE = 1e12
"""-2 ln L of a momentum that does not suffice to reach the last base-track."""

LOWEST, HIGHEST = np.log(1.0), np.log(3e5)
"""Natural logarithms of the momenta in MeV between which a fit looks."""


class Particle(NamedTuple):
    """What a track is fitted as."""

    mass: float
    """Mass in MeV."""
    radiates: bool
    """Whether it loses energy by bremsstrahlung, as an electron does."""


class MeasuredTrack(NamedTuple):
    """Base-tracks of one track, along and across its mean projected direction."""

    sheet: IntArray
    """Sheets, shape (n,)."""
    depth: FloatArray
    """Depths in mm, shape (n,)."""
    slope2: FloatArray
    """Squared slopes in the step behind each base-track, shape (n,)."""
    planes: tuple[Projection, Projection]
    """What is measured along and across."""


@njit(nogil=True)
def scattering(
    momentum: float,
    particle: Particle,
    track: MeasuredTrack,
    constants: FilmConstants,
    scatter: Scatter,
) -> float:
    """Scattering between the base-tracks of one track.

    Parameters
    ----------
    momentum
        Momentum at the first base-track in MeV.
    particle
        Mass, and whether the particle radiates.
    track
        Sheets and slopes of the base-tracks.
    constants
        Material, and where it is.
    scatter
        Filled for each step.

    Returns
    -------
    float
        Momentum in MeV at the last base-track, zero if the particle does not get there.
    """
    absorber, (sheet_depth, plate_depth, gap_depth) = constants.absorber, constants.depths
    sheet, slope2 = track.sheet, track.slope2
    lengths, mass = absorber.radiation_lengths, absorber.mass
    gap_lengths, gap_mass = absorber.gap_radiation_lengths, absorber.gap_mass
    p = momentum
    for k in range(len(sheet) - 1):
        secant = np.sqrt(1.0 + slope2[k])
        start = sheet_depth[sheet[k]]
        q0 = q1 = q2 = 0.0
        for s in range(sheet[k] + 1, sheet[k + 1] + 1):
            if gap_lengths > 0.0 and not np.isnan(gap_depth[s]):
                lever = gap_depth[s] - start
                p, theta2 = _slab(p, particle, secant, gap_lengths, gap_mass)
                if p <= 0.0:
                    return 0.0
                q0 += theta2
                q1 += theta2 * lever
                q2 += theta2 * (lever * lever + absorber.gap_spread2)
            lever = plate_depth[s] - start
            p, theta2 = _slab(p, particle, secant, lengths, mass)
            if p <= 0.0:
                return 0.0
            q0 += theta2
            q1 += theta2 * lever
            q2 += theta2 * (lever * lever + absorber.spread2)
        scatter.theta2[k] = q0 * absorber.core2
        scatter.lever[k] = q1 * absorber.core2
        scatter.lever2[k] = q2 * absorber.core2
    return p


@njit(nogil=True)
def _slab(
    p: float, particle: Particle, secant: float, radiation_lengths: float, g_cm2: float
) -> tuple[float, float]:
    """Momentum behind a slab, zero if none is left, and theta^2 at the momentum half-way."""
    mass = particle.mass
    left = after(p, mass, g_cm2 * secant, radiation_lengths * secant, particle.radiates)
    if left <= 0.0:
        return 0.0, 0.0
    mean = 0.5 * (p + left)
    beta = mean / np.sqrt(mean * mean + mass * mass)
    return left, (highland(radiation_lengths * secant, mean, beta) * secant) ** 2


@njit(nogil=True)
def minus_two_log_likelihood(
    log_p: float,
    particle: Particle,
    track: MeasuredTrack,
    constants: FilmConstants,
    scatter: Scatter,
) -> tuple[float, float]:
    """-2 ln L of a momentum up to a constant, and chi-squared (4 n - 4 degrees of freedom).

    Parameters
    ----------
    log_p
        Logarithm of the momentum in MeV at the first base-track.
    particle, track, constants
        What is fitted as what, in which films.
    scatter
        Filled with the scattering at this momentum.
    """
    end = scattering(np.exp(log_p), particle, track, constants, scatter)
    if end <= 0.0:
        return IMPOSSIBLE * (1.0 + HIGHEST - log_p), IMPOSSIBLE
    chi2 = logs = 0.0
    for plane in range(2):
        chi2_of_view, rest, _ = filter_line(
            track.planes[plane], track.depth, scatter, constants.absorber.tail, 0.0, False
        )
        chi2 += chi2_of_view
        logs += rest
    return chi2 + logs, chi2


@njit(nogil=True)
def most_likely(
    guess: float,
    particle: Particle,
    track: MeasuredTrack,
    constants: FilmConstants,
    scatter: Scatter,
) -> tuple[float, float, float]:
    """Logarithm of the most likely momentum, its error, and -2 ln L there.

    Steps of 0.7 from a guess lead downhill, golden sections narrow the dip to 0.03, a parabola
    over +-0.1 gives its place and the error. The likelihood has one hump.

    Parameters
    ----------
    guess
        Logarithm of the momentum in MeV to start from.
    particle, track, constants, scatter
        As in `minus_two_log_likelihood`.
    """

    def cost(u: float) -> float:
        return float(minus_two_log_likelihood(u, particle, track, constants, scatter)[0])

    step = 0.7
    best_u = min(max(guess, LOWEST + step), HIGHEST - step)
    best = cost(best_u)
    for way in (1.0, -1.0):
        u = best_u + way * step
        moved = False
        while LOWEST <= u <= HIGHEST:
            value = cost(u)
            if value >= best:
                break
            best_u, best, moved = u, value, True
            u += way * step
        if moved:
            break
    low, high = best_u - step, best_u + step
    golden = 0.6180339887498949
    left, right = high - golden * (high - low), low + golden * (high - low)
    cost_left, cost_right = cost(left), cost(right)
    while high - low > 0.03:
        if cost_left < cost_right:
            high, right, cost_right = right, left, cost_left
            left = high - golden * (high - low)
            cost_left = cost(left)
        else:
            low, left, cost_left = left, right, cost_right
            right = low + golden * (high - low)
            cost_right = cost(right)
    u, best = (left, cost_left) if cost_left < cost_right else (right, cost_right)
    width = 0.1
    up, down = cost(u + width), cost(u - width)
    curvature = (up + down - 2.0 * best) / width**2
    if down < IMPOSSIBLE and curvature > 0.02:
        u += min(max(0.5 * (down - up) / (width * curvature), -0.03), 0.03)
    # A momentum that just suffices has a cliff below: then the rise on the other side is taken.
    if down >= IMPOSSIBLE:
        curvature = 2.0 * (up - best) / width**2
    error = np.sqrt(2.0 / curvature) if curvature > 0.02 else 10.0
    return u, error, best
