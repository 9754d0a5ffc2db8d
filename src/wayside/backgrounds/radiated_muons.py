"""Muons of e+ e- -> mu+ mu- behind a collinear photon, over laboratory directions and momenta.

For one direction of the muon, a fraction x of a beam's energy that the photon takes and the
muon's momentum p determine each other. Soft photons are integrated over in x, where the radiator
has its pole, hard ones in log p, where nothing is singular: at one x the density over directions
ends like an inverse square root as soon as the pair is boosted faster than the muon. Derived in
docs/theory/backgrounds.md.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from wayside.collider.beams import Beams
from wayside.constants import ALPHA, GEV2_TO_FB, M_MUON
from wayside.radiation import radiator
from wayside.radiation.vacuum import vacuum_polarisation
from wayside.typing import FloatArray

SPLIT: Final = 0.5
"""Fraction of a beam's energy between soft and hard photons."""

NODES: Final = 40
"""Gauss-Legendre nodes of each of the two parts: rates into a detector to 1e-3."""


class Muons(NamedTuple):
    """Muons of both charges over directions, as nodes of a quadrature.

    Attributes
    ----------
    kinetic
        Kinetic energies in GeV, shape (directions, nodes).
    weights
        Cross-sections in fb/sr, shape (directions, nodes); they add up over nodes to those of all
        muons above the least energy in a direction.
    """

    kinetic: FloatArray
    weights: FloatArray


def angular(cos_theta: FloatArray, pair_mass: FloatArray | float) -> FloatArray:
    """Distribution of a muon over the sphere, per steradian, in the rest frame of the pair.

    Eq. 17 of the study with the muon's mass; the same for continuum and vector states.

    Parameters
    ----------
    cos_theta
        Cosine of the angle to the beams in that frame.
    pair_mass
        Invariant mass of the pair in GeV, of a shape that broadcasts.
    """
    mass2 = np.minimum(1.0, 4.0 * M_MUON**2 / np.asarray(pair_mass) ** 2)
    shape = 1.0 + cos_theta**2 + mass2 * (1.0 - cos_theta**2)
    return np.asarray(shape * 3.0 / (8.0 * math.pi) / (2.0 + mass2))


def radiated_muons(
    beams: Beams, directions: FloatArray, least_energy: float, nodes: int = NODES
) -> Muons:
    """Muons of both charges from the continuum with photons off the beams.

    Parameters
    ----------
    beams
        The collider.
    directions
        Unit vectors in the laboratory, shape (n, 3).
    least_energy
        Smallest energy of muons that count in GeV, above the mass.
    nodes
        Gauss-Legendre nodes for soft and for hard photons.

    Notes
    -----
    With P the momentum of both beams, q that of the one that radiates and k that of the muon,
    k.(P - x q) = s (1 - x)/2 gives x of p, and
    dsigma/(dp dOmega) = R(x) sigma(s') f(cos) p^2 sqrt(s') / (p* E (s/2 - k.q)),
    where p* is the momentum and f the angular distribution in the rest frame of the pair. Half of
    the photons come off either beam, and a pair has two muons.
    """
    parts = [
        part
        for radiating in (0, 1)
        for part in _of_a_beam(beams, radiating, directions, least_energy, nodes)
    ]
    return Muons(
        np.concatenate([part.kinetic for part in parts], axis=1),
        np.concatenate([part.weights for part in parts], axis=1),
    )


class _Beam(NamedTuple):
    """Products of the momentum of a beam with unit directions: E_q and E_q cos."""

    energy: float
    along: FloatArray

    def product(self, energy: FloatArray, momentum: FloatArray) -> FloatArray:
        """Invariant product with muons of these energies and momenta, one row a direction."""
        return np.asarray(self.energy * energy - self.along[:, None] * momentum)


def _of_a_beam(
    beams: Beams, radiating: int, directions: FloatArray, least_energy: float, nodes: int
) -> tuple[Muons, Muons]:
    half = 0.5 * beams.crossing_angle
    both = [
        _Beam(
            energy, energy * (directions @ np.array([math.sin(half), 0.0, sign * math.cos(half)]))
        )
        for energy, sign in ((beams.electron_energy, 1.0), (beams.positron_energy, -1.0))
    ]
    lossy, other = both[radiating], both[1 - radiating]
    s = beams.sqrt_s**2
    least = math.sqrt(max(least_energy**2 - M_MUON**2, 1e-12))
    u, w = np.polynomial.legendre.leggauss(nodes)
    u, w = 0.5 * (u + 1.0), 0.5 * w

    # Soft: up to the split, or to where the muon has the least energy.
    lowest = np.full((len(directions), 1), least)
    upper = np.clip(_fraction(lossy, other, s, lowest), 0.0, SPLIT)
    beta = radiator.strength(beams.sqrt_s)
    x = upper * u ** (1.0 / beta)
    p = _momentum(lossy, other, s, x)
    energy = np.hypot(p, M_MUON)
    # dx dp/dx: the density over p times dp/dx is the one over x.
    slope = np.abs(_balance_slope(lossy, other, x, p))
    shape = radiator.soft(beams.sqrt_s) + _hard(x, beams.sqrt_s) * x ** (1.0 - beta) / beta
    weight = upper**beta * w * shape * _pairs(other, s, x, energy, p)
    soft = Muons(
        energy - M_MUON,
        np.where(p >= 0.999 * least, weight * p**2 / np.maximum(slope * energy, 1e-30), 0.0),
    )

    # Hard: from the least momentum to that of the split.
    top = _momentum(lossy, other, s, np.full((len(directions), 1), SPLIT))
    span = np.log(np.maximum(top / least, 1.0))
    p = least * np.exp(span * u)
    energy = np.hypot(p, M_MUON)
    x = np.clip(_fraction(lossy, other, s, p), SPLIT, 1.0 - 1e-12)
    whole = radiator.soft(beams.sqrt_s) * beta * x ** (beta - 1.0) + _hard(x, beams.sqrt_s)
    gap = 0.5 * s - lossy.product(energy, p)
    weight = span * w * p * whole * _pairs(other, s, x, energy, p)
    return soft, Muons(energy - M_MUON, weight * p**2 / (energy * gap))


def _hard(x: FloatArray, sqrt_s: float) -> FloatArray:
    return radiator.hard(np.maximum(x, 1e-300), sqrt_s)


def _fraction(lossy: _Beam, other: _Beam, s: float, p: FloatArray) -> FloatArray:
    """Fraction x that the photon took, of the muon's momentum."""
    energy = np.hypot(p, M_MUON)
    lost, left_over = lossy.product(energy, p), other.product(energy, p)
    return np.asarray(1.0 - left_over / (0.5 * s - lost))


def _momentum(lossy: _Beam, other: _Beam, s: float, x: FloatArray) -> FloatArray:
    """Larger momentum of the muon at a fraction x: A E - B p = s (1 - x) / 2 solved for p."""
    a = (1.0 - x) * lossy.energy + other.energy
    b = (1.0 - x) * lossy.along[:, None] + other.along[:, None]
    c = 0.5 * s * (1.0 - x)
    under = np.maximum(c**2 - M_MUON**2 * (a**2 - b**2), 0.0)
    return np.asarray(np.maximum((b * c + a * np.sqrt(under)) / (a**2 - b**2), 1e-12))


def _balance_slope(lossy: _Beam, other: _Beam, x: FloatArray, p: FloatArray) -> FloatArray:
    """d(k.P')/dp, P' what is left of the beams."""
    a = (1.0 - x) * lossy.energy + other.energy
    b = (1.0 - x) * lossy.along[:, None] + other.along[:, None]
    return np.asarray(a * p / np.hypot(p, M_MUON) - b)


def _pairs(other: _Beam, s: float, x: FloatArray, energy: FloatArray, p: FloatArray) -> FloatArray:
    """sigma(s') f(cos) sqrt(s') / p* in fb/sr: what both parts share."""
    mass2 = s * (1.0 - x)
    mass = np.sqrt(mass2)
    speed = np.sqrt(np.clip(1.0 - 4.0 * M_MUON**2 / mass2, 1e-12, 1.0))
    # k.p = E* E_beam* (1 - speed cos) in the rest frame of the pair; cos and -cos are alike.
    cosine = np.clip((1.0 - 4.0 * other.product(energy, p) / mass2) / speed, -1.0, 1.0)
    # sigma/p* with the speed in both taken out: (4 pi alpha^2/3 s') (1 + 2 m^2/s') 2/sqrt(s').
    over = 8.0 * math.pi * ALPHA**2 / (3.0 * mass2) * (1.0 + 2.0 * M_MUON**2 / mass2) * GEV2_TO_FB
    polarised = vacuum_polarisation(mass)
    return np.asarray(over * polarised * angular(cosine, mass))
