"""Muons of e+ e- -> mu+ mu- behind a photon along a beam, over laboratory directions.

For one direction of the muon, the fraction x of a beam's energy that the photon takes and the
muon's momentum p determine each other. Derived in docs/theory/backgrounds.md.
"""

import math
from typing import NamedTuple

import numpy as np

from wayside.collider.beams import Beams
from wayside.constants import ALPHA, GEV2_TO_FB, M_MUON
from wayside.radiation import radiator
from wayside.radiation.vacuum import vacuum_polarisation
from wayside.typing import FloatArray


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


class BeamAlong(NamedTuple):
    """Products of the momentum of a beam with unit directions.

    Attributes
    ----------
    energy
        Of the beam in GeV.
    along
        Component of its momentum along each direction in GeV, shape (n,).
    """

    energy: float
    along: FloatArray

    def product(self, energy: FloatArray, momentum: FloatArray) -> FloatArray:
        """Invariant product with muons of these energies and momenta, one row a direction."""
        return np.asarray(self.energy * energy - self.along[:, None] * momentum)


def beams_along(beams: Beams, directions: FloatArray) -> list[tuple[BeamAlong, BeamAlong]]:
    """The beam that radiates and the other one, either way.

    Parameters
    ----------
    beams
        The collider.
    directions
        Unit vectors in the laboratory, shape (n, 3).
    """
    half = 0.5 * beams.crossing_angle
    electrons, positrons = (
        BeamAlong(
            energy, energy * (directions @ np.array([math.sin(half), 0.0, sign * math.cos(half)]))
        )
        for energy, sign in ((beams.electron_energy, 1.0), (beams.positron_energy, -1.0))
    )
    return [(electrons, positrons), (positrons, electrons)]


def behind_soft_photons(
    beams: Beams, along: tuple[BeamAlong, BeamAlong], least: float, split: float, nodes: int
) -> Muons:
    """Muons of both charges behind photons along one beam.

    Parameters
    ----------
    beams
        The collider.
    along
        The beam that radiates and the other one.
    least
        Smallest momentum of a muon that counts in GeV.
    split
        Largest fraction of its energy that the beam loses.
    nodes
        Gauss-Legendre nodes.

    Notes
    -----
    With P the momentum of both beams, q that of the one that radiates and k that of the muon,
    k.(P - x q) = s (1 - x)/2 gives x of p, and
    dsigma/(dp dOmega) = R(x) sigma(s') f(cos) p^2 sqrt(s') / (p* E (s/2 - k.q)),
    where p* is the momentum and f the angular distribution in the rest frame of the pair. Half of
    the photons come off either beam, and a pair has two muons.
    """
    lossy, other = along
    s = beams.sqrt_s**2
    u, w = np.polynomial.legendre.leggauss(nodes)
    u, w = 0.5 * (u + 1.0), 0.5 * w
    lowest = np.full((len(lossy.along), 1), least)
    upper = np.clip(_fraction(lossy, other, s, lowest), 0.0, split)
    beta = radiator.strength(beams.sqrt_s)
    x = upper * u ** (1.0 / beta)
    p = momentum_left(lossy, other, s, x)
    energy = np.hypot(p, M_MUON)
    # dx dp/dx: the density over p times dp/dx is the one over x.
    slope = np.abs(_balance_slope(lossy, other, x, p))
    hard = radiator.hard(np.maximum(x, 1e-300), beams.sqrt_s)
    shape = radiator.soft(beams.sqrt_s) + hard * x ** (1.0 - beta) / beta
    weight = upper**beta * w * shape * _pairs(other, s, x, energy, p)
    density = weight * p**2 / np.maximum(slope * energy, 1e-30)
    return Muons(energy - M_MUON, np.where(p >= 0.999 * least, density, 0.0))


def _fraction(lossy: BeamAlong, other: BeamAlong, s: float, p: FloatArray) -> FloatArray:
    """Fraction x that the photon took, of the muon's momentum."""
    energy = np.hypot(p, M_MUON)
    lost, left_over = lossy.product(energy, p), other.product(energy, p)
    return np.asarray(1.0 - left_over / (0.5 * s - lost))


def momentum_left(lossy: BeamAlong, other: BeamAlong, s: float, x: FloatArray) -> FloatArray:
    """Larger momentum of the muon in GeV after the photon: A E - B p = s (1 - x) / 2 solved for p.

    Parameters
    ----------
    lossy, other
        The beam that radiates and the other one, along n directions.
    s
        Square of the energy in the centre of mass in GeV^2.
    x
        Fraction that the photon takes, shape (n, m).
    """
    a = (1.0 - x) * lossy.energy + other.energy
    b = (1.0 - x) * lossy.along[:, None] + other.along[:, None]
    c = 0.5 * s * (1.0 - x)
    under = np.maximum(c**2 - M_MUON**2 * (a**2 - b**2), 0.0)
    return np.asarray(np.maximum((b * c + a * np.sqrt(under)) / (a**2 - b**2), 1e-12))


def _balance_slope(lossy: BeamAlong, other: BeamAlong, x: FloatArray, p: FloatArray) -> FloatArray:
    """d(k.P')/dp, P' what is left of the beams."""
    a = (1.0 - x) * lossy.energy + other.energy
    b = (1.0 - x) * lossy.along[:, None] + other.along[:, None]
    return np.asarray(a * p / np.hypot(p, M_MUON) - b)


def _pairs(
    other: BeamAlong, s: float, x: FloatArray, energy: FloatArray, p: FloatArray
) -> FloatArray:
    """sigma(s') f(cos) sqrt(s') / p* in fb/sr."""
    mass2 = s * (1.0 - x)
    mass = np.sqrt(mass2)
    speed = np.sqrt(np.clip(1.0 - 4.0 * M_MUON**2 / mass2, 1e-12, 1.0))
    # k.p = E* E_beam* (1 - speed cos) in the rest frame of the pair; cos and -cos are alike.
    cosine = np.clip((1.0 - 4.0 * other.product(energy, p) / mass2) / speed, -1.0, 1.0)
    # sigma/p* with the speed in both taken out: (4 pi alpha^2/3 s') (1 + 2 m^2/s') 2/sqrt(s').
    over = 8.0 * math.pi * ALPHA**2 / (3.0 * mass2) * (1.0 + 2.0 * M_MUON**2 / mass2) * GEV2_TO_FB
    polarised = vacuum_polarisation(mass)
    return np.asarray(over * polarised * angular(cosine, mass))
