"""Beams of particles toward the detector whose energies, directions and aims are biased.

Rare vertices come from few of the particles that reach a detector: from muons along its axis, from
the upper end of a spectrum. A `Beam` draws such particles more often than nature does, and states
for each the density with which it was drawn, so that one sample serves every source.

The sampling density of a particle of a diffuse beam is

    s = N p(E) q(u) a(line; u)

per GeV, sr and m^2, with N the number of particles simulated, p the density of the kinetic energy
(a mixture of ranges that are uniform in the logarithm), q that of the direction (a mixture of
`Directions`), and a that of the straight line per area perpendicular to it: lines are uniform over
the projection of the blocks, a fraction ``around`` of them over that of everything, lead and fibres
included. A source with the intensity I(E, u) (particles per GeV, sr and m^2 of area perpendicular
to u, in the time of the exposure) then gives the particle, and all that it leaves in the detector,
the weight

    w = I(E, u) / s .

The sum of the weights of all particles whose line meets the blocks is the number that enters them:
no area and no solid angle is left over. Where particles of both charges are drawn in turn, I is the
intensity of both together.

A beam from a point has no solid angle: s = N p(E) a(x, y) per GeV and m^2 of the plane of the front
face, and w = F(E, x, y) / s with F the number per GeV and area of that plane.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from wayside.detector.stack import Stack
from wayside.generator.records import PRIMARY
from wayside.transport.beam_directions import SHAPES, Directions
from wayside.transport.engine import masses
from wayside.typing import BoolArray, FloatArray, StructuredArray

OUTSIDE: Final = 1.0
"""Distance in mm outside of everything at which particles start."""

M2: Final = 1e-6
"""One mm^2 in m^2."""


class LogRange(NamedTuple):
    """Kinetic energies uniform in the logarithm."""

    fraction: float
    """Fraction of the particles with energies from this range."""
    low: float
    """Lowest energy in GeV."""
    high: float
    """Highest energy in GeV."""


class Lines(NamedTuple):
    """Straight lines into the detector, and with which density they were drawn."""

    points: FloatArray
    """Points in mm on the lines, where these enter what was aimed at; shape (n, 3)."""
    directions: FloatArray
    """Unit vectors, shape (n, 3)."""
    density: FloatArray
    """Density of a line, shape (n,): per sr and m^2, or per m^2 if all come from one point."""


class Box(NamedTuple):
    """A box with faces along the axes, in mm."""

    low: FloatArray
    """Lowest corner, shape (3,)."""
    high: FloatArray
    """Highest corner, shape (3,)."""

    @property
    def areas(self) -> FloatArray:
        """Areas of the faces across x, y and z in mm^2."""
        x, y, z = self.high - self.low
        return np.array([y * z, x * z, x * y])

    def projected(self, u: FloatArray) -> FloatArray:
        """Areas in m^2 of the projections along unit vectors of shape (n, 3)."""
        return np.asarray(M2 * np.abs(u) @ self.areas)

    def entered(self, u: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Points at which lines enter that are uniform over the projection."""
        flux = np.abs(u) * self.areas
        reached = np.cumsum(flux / flux.sum(axis=1, keepdims=True), axis=1)
        face = np.minimum((rng.random((len(u), 1)) > reached).sum(axis=1), 2)
        points = self.low + (self.high - self.low) * rng.random((len(u), 3))
        rows = np.arange(len(u))
        points[rows, face] = np.where(u[rows, face] > 0.0, self.low[face], self.high[face])
        return np.asarray(points)

    def met(self, points: FloatArray, u: FloatArray) -> FloatArray:
        """Distances along lines at which they enter and leave, shape (n, 2): enter > leave if not.

        Parameters
        ----------
        points, u
            Points in mm and unit vectors of shape (n, 3).
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            to_low, to_high = (self.low - points) / u, (self.high - points) / u
        between = (points >= self.low) & (points <= self.high)
        flat = u == 0.0
        near = np.where(flat, np.where(between, -np.inf, np.inf), np.minimum(to_low, to_high))
        far = np.where(flat, np.where(between, np.inf, -np.inf), np.maximum(to_low, to_high))
        return np.stack([near.max(axis=1), far.min(axis=1)], axis=1)


def boxes(stack: Stack) -> tuple[Box, Box]:
    """The blocks, and everything with lead and fibres.

    Parameters
    ----------
    stack
        Layers of the detector.
    """
    x, y = stack.size
    blocks = Box(np.array([-0.5 * x, -0.5 * y, 0.0]), np.array([0.5 * x, 0.5 * y, stack.depth]))
    low, high = stack.outer()
    return blocks, Box(np.array(low), np.array(high))


class Diffuse(NamedTuple):
    """Lines from everywhere."""

    mixture: tuple[Directions, ...]
    """Components of the directions; fractions add up to one."""

    def lines(self, stack: Stack, around: float, number: int, rng: np.random.Generator) -> Lines:
        """Draw lines; parameters as in `Beam.draw`."""
        component = rng.choice(
            len(self.mixture), number, p=[part.fraction for part in self.mixture]
        )
        u = np.zeros((number, 3))
        for k, part in enumerate(self.mixture):
            drawn = component == k
            u[drawn] = SHAPES[part.shape].draw(part.angle, int(drawn.sum()), rng)
        blocks, everything = boxes(stack)
        wide = rng.random(number) < around
        points = np.where(wide[:, None], everything.entered(u, rng), blocks.entered(u, rng))
        meets = meets_blocks(stack, points, u)
        return Lines(points, u, self.density(stack, around, u, meets))

    def density(
        self, stack: Stack, around: float, directions: FloatArray, meets: BoolArray
    ) -> FloatArray:
        """Density of lines per sr and m^2; parameters as in `Beam.density`."""
        blocks, everything = boxes(stack)
        area = around / everything.projected(directions) + np.where(
            meets, (1.0 - around) / blocks.projected(directions), 0.0
        )
        return np.asarray(self.direction_density(directions) * area)

    def direction_density(self, u: FloatArray) -> FloatArray:
        """Density q of directions per sr at unit vectors of shape (n, 3)."""
        parts = [part.fraction * SHAPES[part.shape].density(u, part.angle) for part in self.mixture]
        return np.asarray(np.sum(parts, axis=0))


class FromPoint(NamedTuple):
    """Lines from one point on the axis, far in front."""

    distance: float
    """Distance in mm of the point from the front face of the blocks."""

    def lines(self, stack: Stack, around: float, number: int, rng: np.random.Generator) -> Lines:
        """Draw lines; parameters as in `Beam.draw`."""
        wide = rng.random(number) < around
        point = np.array([0.0, 0.0, -self.distance])
        sizes = self._sizes(stack)
        at_front = np.zeros((number, 3))
        at_front[:, :2] = (rng.random((number, 2)) - 0.5) * np.where(wide[:, None], *sizes[::-1])
        u = at_front - point
        u /= np.linalg.norm(u, axis=1)[:, None]
        meets = np.all(np.abs(at_front[:, :2]) <= 0.5 * sizes[0], axis=1)
        return Lines(at_front, u, self.density(stack, around, u, meets))

    def density(
        self, stack: Stack, around: float, directions: FloatArray, meets: BoolArray
    ) -> FloatArray:
        """Density of lines per m^2 of the plane of the front; parameters as in `Beam.density`."""
        areas = M2 * self._sizes(stack).prod(axis=1)
        inner = np.where(meets, 1.0 - around, 0.0) / areas[0]
        return np.asarray(around / areas[1] + inner + np.zeros(len(directions)))

    def _sizes(self, stack: Stack) -> FloatArray:
        """Sizes in mm of the front of the blocks, and of everything as it appears in its plane."""
        _, everything = boxes(stack)
        scale = self.distance / (self.distance + everything.low[2])
        return np.stack([np.array(stack.size), scale * (everything.high - everything.low)[:2]])


@dataclass(frozen=True)
class Beam:
    """Particles toward the detector.

    Parameters
    ----------
    pdg
        PDG numbers, taken in turn.
    energies
        Ranges of the kinetic energy outside of everything; fractions add up to one.
    aim
        Where the particles come from.
    around
        Fraction of the lines that is uniform over everything, lead and fibres included.

    Examples
    --------
    Muons from above; the sum of 1 / density is the phase space: the logarithm of the energies
    here, as each is weighted with its inverse, times solid angle and projected area.

    >>> beam = Beam((13, -13), (LogRange(1.0, 1.0, 10.0),), Diffuse((Directions(1.0, "sky"),)))
    >>> primaries, density = beam.draw(Stack(), 1000, np.random.default_rng(1))
    >>> len(primaries), bool(np.all(density > 0.0))
    (1000, True)
    """

    pdg: tuple[int, ...]
    energies: tuple[LogRange, ...]
    aim: Diffuse | FromPoint
    around: float = 0.3

    def energy_density(self, energy: FloatArray) -> FloatArray:
        """Density p of the kinetic energy per GeV, at energies in GeV."""
        parts = [
            np.where(
                (energy >= part.low) & (energy <= part.high),
                part.fraction / (energy * np.log(part.high / part.low)),
                0.0,
            )
            for part in self.energies
        ]
        return np.asarray(np.sum(parts, axis=0))

    def density(
        self, stack: Stack, energy: FloatArray, directions: FloatArray, meets: BoolArray
    ) -> FloatArray:
        """Sampling density of one particle drawn, s / N, shape (n,).

        Parameters
        ----------
        stack
            Layers of the detector.
        energy
            Kinetic energies in GeV, shape (n,).
        directions
            Unit vectors, shape (n, 3).
        meets
            Whether the straight lines meet the blocks, shape (n,).
        """
        lines = self.aim.density(stack, self.around, directions, meets)
        return self.energy_density(energy) * lines

    def draw(
        self, stack: Stack, number: int, rng: np.random.Generator
    ) -> tuple[StructuredArray, FloatArray]:
        """Draw particles.

        Parameters
        ----------
        stack
            Layers of the detector.
        number
            Number of particles.
        rng
            Generator of random numbers.

        Returns
        -------
        primaries, density
            Rows of `wayside.generator.records.PRIMARY`, one an event, which start outside of
            everything; and the sampling density of one particle drawn, s / N, shape (number,).
        """
        part = rng.choice(len(self.energies), number, p=[part.fraction for part in self.energies])
        low, high = (
            np.log([getattr(p, name) for p in self.energies])[part] for name in ("low", "high")
        )
        energy = np.exp(low + (high - low) * rng.random(number))
        lines = self.aim.lines(stack, self.around, number, rng)
        _, everything = boxes(stack)
        back = everything.met(lines.points, lines.directions)[:, 0] - OUTSIDE
        start = lines.points + back[:, None] * lines.directions
        rows = np.zeros(number, PRIMARY)
        rows["event"] = np.arange(number)
        rows["pdg"] = np.resize(self.pdg, number)
        rows["weight"] = 1.0
        kinetic = 1e3 * energy
        momentum = np.sqrt(kinetic * (kinetic + 2.0 * masses(rows["pdg"])))
        for axis, name in enumerate("xyz"):
            rows[name] = start[:, axis]
            rows[f"p{name}"] = momentum * lines.directions[:, axis]
        return rows, lines.density * self.energy_density(energy)


def meets_blocks(stack: Stack, points: FloatArray, directions: FloatArray) -> BoolArray:
    """Which straight lines meet the blocks.

    Parameters
    ----------
    stack
        Layers of the detector.
    points, directions
        Points in mm on the lines and unit vectors, shape (n, 3).
    """
    entry, leave = boxes(stack)[0].met(points, directions).T
    # A point on a face may lie outside of it by rounding.
    return np.asarray(entry < leave + 1e-6)
