"""Muons of e+ e- -> gamma mu+ mu- with the photon at any angle, over laboratory directions.

One photon off the beams by the exact tree amplitude: e+ e- -> gamma V, V -> mu+ mu-, as in
`wayside.production`, with the mass of V integrated over. For a muon of given direction and momentum
the mass follows from the cosine of the angle between muon and V in the centre of mass, in which the
density has two peaks, where V flies along a beam. Derived in docs/theory/backgrounds.md.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from wayside.backgrounds.collinear_photons import beams_along, momentum_left
from wayside.collider.beams import Beams
from wayside.compiled import njit
from wayside.constants import ALPHA, GEV2_TO_FB, M_ELECTRON, M_MUON
from wayside.production.density import averaged_tensor
from wayside.production.frames import Frames, frames_of, in_centre_of_mass, line_of_sight
from wayside.production.radiative import RadiativeShape
from wayside.radiation import radiator
from wayside.radiation.vacuum import vacuum_polarisation
from wayside.typing import FloatArray

NODES: Final = 12
"""Gauss-Legendre nodes between two edges or peaks of the cosine."""

_MASSES: Final = 400
"""Masses of V at which what depends on nothing else is tabulated, in steps of the logarithm."""


class _Rates(NamedTuple):
    """What depends on the mass of V alone: cross-section in fb, per unit of mass squared over s.

    Without the trace of the production tensor, for muons of one charge; with all photons on
    average, and with vacuum polarisation.
    """

    log_q2: FloatArray
    values: FloatArray


class Spectrum(NamedTuple):
    """Nodes in the momentum of a muon, over several directions.

    Attributes
    ----------
    momentum
        In GeV, shape (directions, nodes).
    weights
        Lengths that nodes stand for in GeV, shape (directions, nodes).
    density
        Cross-section for muons of both charges in fb per steradian and GeV, shape (directions,
        nodes).
    """

    momentum: FloatArray
    weights: FloatArray
    density: FloatArray


def behind_hard_photons(
    beams: Beams, directions: FloatArray, least: float, least_fraction: float, nodes: int
) -> Spectrum:
    """Muons of both charges whose pair has lost at least a fraction of s to a photon.

    Parameters
    ----------
    beams
        The collider.
    directions
        Unit vectors in the laboratory, shape (n, 3).
    least
        Smallest momentum of a muon that counts in GeV.
    least_fraction
        Smallest x = 1 - s'/s, with s' the squared mass of the pair.
    nodes
        Gauss-Legendre nodes between two edges.
    """
    frames = frames_of(beams)
    sqrt_s = beams.sqrt_s
    # Beyond the momentum behind a photon along a beam that takes just that, one peak is missing.
    fraction = np.full((len(directions), 1), least_fraction)
    edges = np.hstack(
        [momentum_left(*along, sqrt_s**2, fraction) for along in beams_along(beams, directions)]
    )
    highest = _highest_momentum(frames, directions, 1.0 - least_fraction, sqrt_s)
    cut = np.clip(edges, least, np.maximum(highest, least)[:, None])
    ends = np.sort(np.column_stack([np.full(len(cut), least), cut, np.maximum(highest, least)]))
    u, w = np.polynomial.legendre.leggauss(nodes)
    # Dense at both ends: beyond an edge the density ends like a logarithm.
    v, w = 0.5 * (u + 1.0), 0.5 * w
    place, slope = v**2 * (3.0 - 2.0 * v), 6.0 * v * (1.0 - v)
    low, span = ends[:, :-1, None], np.diff(ends, axis=1)[:, :, None]
    shape = (len(directions), -1)
    momentum = (low + span * place).reshape(shape)
    weights = np.broadcast_to(span * (slope * w), (*low.shape[:-1], nodes)).reshape(shape)
    shape_of_beams = (M_ELECTRON / sqrt_s) ** 2, (M_MUON / sqrt_s) ** 2, 1.0 - least_fraction
    t, tw = np.polynomial.legendre.leggauss(NODES)
    density = _densities(
        frames,
        shape_of_beams,
        _rates(sqrt_s, least_fraction),
        np.ascontiguousarray(directions, dtype=np.float64),
        momentum / sqrt_s,
        (0.5 * (t + 1.0), 0.5 * tw),
    )
    return Spectrum(momentum, np.asarray(weights), 2.0 * density / sqrt_s)


def _highest_momentum(
    frames: Frames, directions: FloatArray, q2: float, sqrt_s: float
) -> FloatArray:
    """Largest momentum in GeV of a muon along directions, for the largest mass of V."""
    mass = M_MUON / sqrt_s
    velocity = (1.0 - q2) / (1.0 + q2)
    star = math.sqrt(max(0.25 * q2 - mass**2, 0.0))
    energy = 0.5 * (1.0 + q2) / math.sqrt(q2) * (0.5 * math.sqrt(q2) + velocity * star)
    along = directions @ frames.boost
    # gamma E - p along = energy, solved for the larger p.
    under = energy**2 - mass**2 * (frames.gamma**2 - along**2)
    p = (energy * along + frames.gamma * np.sqrt(np.maximum(under, 0.0))) / (
        frames.gamma**2 - along**2
    )
    return np.where(under > 0.0, p, 0.0) * sqrt_s


def _rates(sqrt_s: float, least_fraction: float) -> _Rates:
    mass2 = (M_MUON / sqrt_s) ** 2
    q2 = np.geomspace(4.0 * mass2 * (1.0 + 1e-9), 1.0 - least_fraction, _MASSES)
    x = 1.0 - q2
    velocity = np.sqrt(1.0 - 4.0 * (M_ELECTRON / sqrt_s) ** 2)
    # Of the trace of the tensor, for one V; then V of every mass, as the photon splits.
    made = math.pi * ALPHA**2 * x / (2.0 * sqrt_s**2 * velocity) * GEV2_TO_FB
    ratio = mass2 / q2
    split = ALPHA / (3.0 * math.pi * q2) * np.sqrt(1.0 - 4.0 * ratio) * (1.0 + 2.0 * ratio)
    photons = radiator.radiator(x, sqrt_s) / radiator.first_order(x, sqrt_s)
    polarised = vacuum_polarisation(sqrt_s * np.sqrt(q2))
    return _Rates(np.log(q2), made * split * photons * polarised)


@njit(error_model="numpy")
def _density(mass2, electron2, q2, cos_a, motion):  # type: ignore[no-untyped-def]
    """Trace of the tensor over the density of one V, per steradian and unit of energy, times p."""
    energy, momentum, cos_t, sin_t = motion
    root = math.sqrt(q2)
    p_star = math.sqrt(max(0.25 * q2 - mass2, 1e-300))
    gamma_a = (1.0 + q2) / (2.0 * root)
    beta_a = (1.0 - q2) / (1.0 + q2)
    velocity = math.sqrt(1.0 - 4.0 * electron2)
    polarised = 4.0 * mass2 / q2 - 1.0
    norm = 4.0 * math.pi * (1.0 + polarised / 3.0)
    shape = RadiativeShape(
        q2,
        gamma_a,
        beta_a,
        0.5 * root,
        p_star,
        velocity,
        velocity,
        4.0 * electron2 / (1.0 + velocity),
        electron2,
        1.0 / norm,
        polarised / norm,
    )
    x = (energy / gamma_a - 0.5 * root) / (beta_a * p_star)
    x = min(1.0, max(-1.0, x))
    sin_x = math.sqrt((1.0 - x) * (1.0 + x))
    sin_a = math.sqrt((1.0 - cos_a) * (1.0 + cos_a))
    value = averaged_tensor(shape, x, sin_x, cos_a, sin_a, cos_t, sin_t)
    return value / (gamma_a * beta_a * p_star * momentum)


@njit(error_model="numpy")
def _over_masses(masses, rates, motion, nodes):  # type: ignore[no-untyped-def]
    """Density of muons summed over the masses of V."""
    electron2, mass2, largest = masses
    energy, momentum, cos_t, sin_t = motion
    low = (energy - largest * (1.0 - energy)) / (momentum * (1.0 - largest))
    low = max(low, -1.0)
    width = 2.0 * math.sqrt(electron2 * (sin_t * sin_t + electron2))
    total = 0.0
    if not low < 1.0:
        return total
    peak = abs(cos_t)
    # Light V, in which the rate rises, fly with the muon.
    lightest = (energy - momentum) / momentum
    ends = (-1.0, -peak, 0.0, peak, 0.5 * (peak + 1.0), 1.0)
    centres = (-peak, -peak, peak, peak, 1.0)
    for k in range(5):
        start, end = max(ends[k], low), ends[k + 1]
        if not end > start:
            continue
        centre = centres[k]
        scale = lightest if k == 4 else width
        first = math.asinh((start - centre) / scale)
        last = math.asinh((end - centre) / scale)
        for i in range(len(nodes[0])):
            t = first + (last - first) * nodes[0][i]
            cos_a = min(1.0, max(-1.0, centre + scale * math.sinh(t)))
            slope = (last - first) * nodes[1][i] * scale * math.cosh(t)
            left = 1.0 - energy - momentum * cos_a
            q2 = (energy - momentum * cos_a) / left
            rate = np.interp(math.log(q2), rates.log_q2, rates.values)
            per_cosine = momentum * (1.0 - 2.0 * energy) / (left * left)
            total += slope * per_cosine * rate * _density(mass2, electron2, q2, cos_a, motion)
    return total


@njit(error_model="numpy")
def _densities(frames, masses, rates, directions, momenta, nodes):  # type: ignore[no-untyped-def]
    """Cross-section per steradian and unit of momentum, for muons of one charge."""
    mass2 = masses[1]
    out = np.zeros(momenta.shape)
    for i in range(len(directions)):
        sight = line_of_sight(frames, directions[i])
        for j in range(momenta.shape[1]):
            momentum = momenta[i, j]
            energy = math.sqrt(momentum * momentum + mass2)
            energy_cm, transverse, pz = in_centre_of_mass(
                frames.gamma, frames.boost_cm, sight, momentum, energy
            )
            p_cm = math.sqrt(transverse * transverse + pz * pz)
            if not (p_cm > 0.0 and energy_cm < 0.5):
                continue
            motion = (energy_cm, p_cm, pz / p_cm, transverse / p_cm)
            value = _over_masses(masses, rates, motion, nodes)
            # d^3p/E is invariant: dOmega dE/p in one frame is p^2 dp dOmega/E over p^2 in another.
            out[i, j] = value * momentum * momentum / energy
    return out
