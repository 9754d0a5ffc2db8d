"""Energetic particles out of collisions of muons, made more often than nature does.

Nearly all vertices of muons are those of showers: of an electron that was knocked on, or of a
photon of bremsstrahlung, mostly of 100 MeV and more. One muon in ten makes such a particle, and one
in fifty of these makes a vertex with a time. Here muons are followed as always; then each gets
particles of its own, one an event, at places drawn along its way, with kinetic energies T from a
power of T. Such an event is made

    r = K p(x) q(T) / lambda(x, T)

times as often as in nature, where K is the number of particles of the muon, p the density of places
along the way, q that of T, and lambda the number of collisions per length and energy
(`wayside.transport.muon_collisions`).

Collisions of one muon are independent of one another: the expected number of vertices that descend
from one of them is the integral over the rate with which it happens of the probability of such a
vertex when it is added to all others (Mecke's equation of Poisson processes). So a vertex counts
here if one of its tracks descends from the particle that was added, and among muons of nature if
none descends from such a particle (`wayside.transport.marked_tracks`).

A muon that loses much is followed anew from there on; else it goes on as if it had not met the
added particle.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from wayside.generator.records import PRIMARY
from wayside.transport.engine import masses
from wayside.transport.interaction_rods import along
from wayside.transport.muon_collisions import COLLISIONS
from wayside.transport.muon_ways import Pieces, Ways, to_blocks
from wayside.typing import FloatArray, IntArray, StructuredArray


class CollisionKind(NamedTuple):
    """Collisions of one kind.

    Attributes
    ----------
    name
        Key of `wayside.transport.muon_collisions.COLLISIONS`.
    each
        How many of them each muon gets.
    power
        Kinetic energies T are drawn with a density of T to minus this power.
    """

    name: str
    each: int
    power: float


class Adding(NamedTuple):
    """Which collisions are added to those of nature.

    The defaults are near those with the least error for the time it takes: few photons, as each
    makes a vertex ten times as often as an electron, and more electrons of low energy than vertices
    would ask for, as they are followed fast.

    Attributes
    ----------
    least
        Smallest kinetic energy in MeV of the particle that comes out.
    kinds
        The collisions.
    depth
        Distance in mm in front of the blocks within which most collisions outside are made.
    outside
        How often a collision far outside of the blocks is made, relative to one inside.
    heavy
        Fraction of its kinetic energy from which on a muon that loses it is followed anew.
    rest
        Fraction of the events without two tracks through gas detectors that is reconstructed.
    """

    least: float = 40.0
    kinds: tuple[CollisionKind, ...] = (
        CollisionKind("knock-on", 15, 1.5),
        CollisionKind("bremsstrahlung", 1, 1.0),
    )
    depth: float = 17.0
    outside: float = 0.02
    heavy: float = 0.2
    rest: float = 0.5

    @property
    def copies(self) -> int:
        """Number of events of one muon."""
        return sum(kind.each for kind in self.kinds)


class AddedParticles(NamedTuple):
    """Particles out of collisions.

    Attributes
    ----------
    muon
        Row of the muon of each among the primaries, shape (n,), increasing.
    copy
        Number of each among those of its muon, shape (n,).
    particles
        Rows of `PRIMARY`, events not numbered.
    ratio
        How many times as often as in nature each is made, shape (n,).
    left
        Rows of `PRIMARY` of the muons after the collisions, without PDG number.
    lost
        Fraction of its kinetic energy that the muon loses, shape (n,).
    """

    muon: IntArray
    copy: IntArray
    particles: StructuredArray
    ratio: FloatArray
    left: StructuredArray
    lost: FloatArray


def added_particles(ways: Ways, how: Adding, rng: np.random.Generator) -> AddedParticles:
    """Draw collisions along the ways of muons.

    Parameters
    ----------
    ways
        The muons.
    how
        Which collisions.
    rng
        Draws them.
    """
    parts, copies = [], 0
    for kind in how.kinds:
        part = _of_one_kind(ways, how, kind, rng)
        parts.append(part._replace(copy=part.copy + copies))
        copies += kind.each
    whole: list[Any] = [np.concatenate(column) for column in zip(*parts, strict=True)]
    muon, copy, *_ = whole
    order = np.lexsort((copy, muon))
    columns: list[Any] = [column[order] for column in whole]
    return AddedParticles(*columns)


_TYPICAL: Final = 2.0
"""Kinetic energy, in units of the smallest, at which places are weighted by their rate; less where
the muon cannot give so much."""


def _of_one_kind(
    ways: Ways, how: Adding, kind: CollisionKind, rng: np.random.Generator
) -> AddedParticles:
    collision, mass = COLLISIONS[kind.name], ways.mass
    able = collision.largest(ways.pieces.energy + mass, mass) > how.least
    ways = ways._replace(pieces=ways.pieces.of(np.flatnonzero(able)))
    pieces, energy = ways.pieces, ways.pieces.energy + mass
    muons, first = np.unique(pieces.muon, return_index=True)
    if not len(muons):
        none = np.zeros(0, np.int64)
        rows, numbers = np.zeros(0, PRIMARY), np.zeros(0)
        return AddedParticles(none, none, rows, numbers, rows, numbers)
    most = collision.largest(energy, mass)
    typical = np.minimum(_TYPICAL * how.least, np.sqrt(how.least * most))
    near = np.exp(-to_blocks(pieces, ways.stack) / how.depth)
    weight = pieces.length * ways.rate(collision, typical, energy)
    weight *= np.maximum(near, how.outside)
    total = np.add.reduceat(weight, first)
    owner = np.repeat(np.arange(len(muons)), kind.each)
    copy = np.tile(np.arange(kind.each), len(muons))
    # One in each of K equal parts of the way.
    upto = np.cumsum(weight)
    part = (copy + rng.random(len(owner))) / kind.each
    sought = (upto - weight)[first][owner] + part * total[owner]
    last = np.append(first[1:], len(weight)) - 1
    piece = np.clip(np.searchsorted(upto, sought), first[owner], last[owner])
    fraction = np.clip((sought - upto[piece]) / weight[piece] + 1.0, 0.0, 1.0)
    places = kind.each * weight[piece] / pieces.length[piece] / total[owner]
    ways, energy = ways._replace(pieces=pieces.of(piece)), energy[piece]
    transfer, density = power_law(
        how.least, collision.largest(energy, mass), kind.power, rng.random(len(owner))
    )
    cosine = collision.cosine(transfer, energy, mass, rng)
    rows = _rows(ways.pieces, fraction, collision.pdg, transfer, cosine, rng)
    rate = ways.rate(collision, transfer, energy)
    left = _left(ways.pieces, rows, energy, transfer, mass)
    lost = transfer / (energy - mass)
    return AddedParticles(muons[owner], copy, rows, places * density / rate, left, lost)


def power_law(
    low: float, high: FloatArray, power: float, uniform: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Values between two ends with a density of a power, and their densities, shape (n,) each.

    Parameters
    ----------
    low, high
        Ends; the upper ones of shape (n,).
    power
        The density falls with this power.
    uniform
        Uniform random numbers, shape (n,).

    Examples
    --------
    >>> value, density = power_law(1.0, np.array([4.0]), 2.0, np.array([0.5]))
    >>> value.round(9).tolist(), density.round(9).tolist()
    ([1.6], [0.520833333])
    """
    width = np.log(high / low)
    rise = (1.0 - power) * width
    if power == 1.0:
        return low * np.exp(width * uniform), np.exp(-width * uniform) / (low * width)
    value = low * np.exp(np.log1p(uniform * np.expm1(rise)) / (1.0 - power))
    return value, (1.0 - power) / np.expm1(rise) * (value / low) ** -power / low


def _rows(
    pieces: Pieces,
    fraction: FloatArray,
    pdg: int,
    transfer: FloatArray,
    cosine: FloatArray,
    rng: np.random.Generator,
) -> StructuredArray:
    """Particles that start somewhere along pieces, at angles to them."""
    rows = np.zeros(len(fraction), PRIMARY)
    rows["pdg"] = pdg
    rows["weight"] = 1.0
    rows["time"] = pieces.begun + fraction * pieces.taken
    place = pieces.start + fraction[:, None] * (pieces.end - pieces.start)
    azimuth, sine = 2.0 * np.pi * rng.random(len(fraction)), np.sqrt(1.0 - cosine**2)
    about = np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=1)
    turned = along(about, pieces.direction)
    mass = masses(rows["pdg"])
    momentum = np.sqrt(transfer * (transfer + 2.0 * mass))
    for k, axis in enumerate("xyz"):
        rows[axis] = place[:, k]
        rows[f"p{axis}"] = momentum * turned[:, k]
    return rows


def _left(
    pieces: Pieces, rows: StructuredArray, energy: FloatArray, transfer: FloatArray, mass: float
) -> StructuredArray:
    """Muons after collisions, with what is left of the energy along what is of the momentum."""
    left = rows.copy()
    left["pdg"] = 0
    before = np.sqrt(energy**2 - mass**2)[:, None] * pieces.direction
    other = before - np.stack([rows[f"p{axis}"] for axis in "xyz"], axis=1)
    size = np.sqrt(np.maximum((energy - transfer) ** 2 - mass**2, 0.0))
    other *= (size / np.linalg.norm(other, axis=1))[:, None]
    for k, axis in enumerate("xyz"):
        left[f"p{axis}"] = other[:, k]
    return left
