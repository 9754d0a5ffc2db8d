"""Particles that enter the detector from outside, as every source of background sends them.

Each is aimed at the blocks and starts outside of shield and fibres, so that one "entering" is one
whose straight line meets the blocks: what a rate through the faces of the detector's box counts.
"""

from typing import Any, Final, Literal

import numpy as np

from wayside.detector.stack import Stack
from wayside.generator.records import PRIMARY
from wayside.transport.engine import masses
from wayside.typing import FloatArray, StructuredArray

How = Literal["cosmic", "front", "plane", "inside"]
"""Directions of particles: from above (cos^2 of the zenith angle), through the front face from far
away, or as from above through films without end; pairs inside are signal."""

AFAR: Final = 7000.0
"""mm from the front face to the point where particles of ``"front"`` come from (Belle II)."""

OUTSIDE: Final = 1.0
"""mm outside of everything at which particles start."""


def cosmic_lines(
    stack: Stack, number: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Straight lines of a cos^2 intensity into the blocks; y is up, z horizontal.

    The intensity per area and solid angle times the area projected along the direction is sampled,
    so that every face of the blocks is entered at its rate.

    Parameters
    ----------
    stack
        Layers of the detector.
    number
        Number of lines.
    rng
        Generator of random numbers.

    Returns
    -------
    points, directions
        Points in mm at which the lines enter the blocks, and unit vectors; shape (number, 3).
    """
    x, y = stack.size
    areas = np.array([y * stack.depth, x * stack.depth, x * y])
    largest = float(np.linalg.norm(areas))
    accepted: list[FloatArray] = []
    while sum(map(len, accepted)) < number:
        u = _downward(2 * number + 100, rng)
        accepted.append(u[rng.random(len(u)) * largest < np.abs(u) @ areas])
    u = np.concatenate(accepted)[:number]
    projected = np.abs(u) * areas
    reached = np.cumsum(projected / projected.sum(axis=1, keepdims=True), axis=1)
    face = np.minimum((rng.random((number, 1)) > reached).sum(axis=1), 2)
    size = np.array([x, y, stack.depth])
    low = np.array([-0.5 * x, -0.5 * y, 0.0])
    points = low + size * rng.random((number, 3))
    rows = np.arange(number)
    forward = u[rows, face] > 0.0
    points[rows, face] = np.where(forward, low[face], (low + size)[face])
    return points, u


def front_lines(
    stack: Stack, number: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Straight lines from a point far before the front face, uniform over it.

    Parameters and returns as `cosmic_lines`.
    """
    x, y = stack.size
    points = np.zeros((number, 3))
    points[:, :2] = (rng.random((number, 2)) - 0.5) * [x, y]
    directions = points + np.array([0.0, 0.0, AFAR])
    return points, directions / np.linalg.norm(directions, axis=1)[:, None]


def plane_lines(
    stack: Stack, number: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Straight lines of a cos^2 intensity through the middle of the front or the back.

    For a small piece of films much wider than it, on which tracks are laid side by side.
    Parameters and returns as `cosmic_lines`.
    """
    accepted: list[FloatArray] = []
    while sum(map(len, accepted)) < number:
        u = _downward(2 * number + 100, rng)
        accepted.append(u[rng.random(len(u)) < np.abs(u[:, 2])])
    u = np.concatenate(accepted)[:number]
    points = np.zeros((number, 3))
    points[:, 2] = np.where(u[:, 2] > 0.0, 0.0, stack.depth)
    return points, u


def _downward(number: int, rng: np.random.Generator) -> FloatArray:
    # cos^2 per solid angle below the horizon: the cube of the cosine is uniform.
    cosine = np.cbrt(rng.random(number))
    angle = rng.uniform(0.0, 2.0 * np.pi, number)
    sine = np.sqrt(1.0 - cosine**2)
    return np.stack([sine * np.cos(angle), -cosine, sine * np.sin(angle)], axis=1)


def log_uniform(energy: tuple[float, float], number: int, rng: np.random.Generator) -> FloatArray:
    """Energies, even in their logarithm."""
    low, high = np.log(energy)
    return np.asarray(np.exp(rng.uniform(low, high, number)))


def power_law(scale: float, index: float, number: int, rng: np.random.Generator) -> FloatArray:
    """Energies of a spectrum (E + scale)^-index, by inversion."""
    return np.asarray(scale * (rng.random(number) ** (-1.0 / (index - 1.0)) - 1.0))


LINES: Final[dict[How, Any]] = {"cosmic": cosmic_lines, "front": front_lines, "plane": plane_lines}


def incoming_primaries(
    stack: Stack,
    how: How,
    pdg: tuple[int, ...],
    kinetic: FloatArray,
    rng: np.random.Generator,
) -> StructuredArray:
    """Draw primaries, one per event.

    Parameters
    ----------
    stack
        Layers of the detector.
    how
        Distribution of the particles' directions, a key of ``LINES``.
    pdg
        PDG numbers, taken in turn.
    kinetic
        Kinetic energies outside of the shield in MeV, shape (n,).
    rng
        Generator of random numbers.

    Returns
    -------
    array of `wayside.generator.records.PRIMARY`
        One row per event, shape (n,); particles start outside of everything.
    """
    number = len(kinetic)
    points, u = LINES[how](stack, number, rng)
    low, high = (np.array(corner) for corner in stack.outer())
    with np.errstate(divide="ignore"):
        # Back along the line to the first face of what is outermost.
        back = np.where(u > 0.0, (points - low) / u, (points - high) / u)
    points = points - u * (back.min(axis=1) + OUTSIDE)[:, None]
    rows = np.zeros(number, PRIMARY)
    rows["event"] = np.arange(number)
    rows["pdg"] = np.resize(pdg, number)
    mass = masses(rows["pdg"])
    momentum = np.sqrt(kinetic * (kinetic + 2.0 * mass))
    for axis, name in enumerate("xyz"):
        rows[name] = points[:, axis]
        rows[f"p{name}"] = momentum * u[:, axis]
    rows["weight"] = 1.0
    return rows


def pairs_inside(
    stack: Stack, energy: tuple[float, float], number: int, rng: np.random.Generator
) -> StructuredArray:
    """Electron pairs from points in the blocks, for the efficiency of a selection for signal.

    A pair's mass is even up to 0.65 GeV, its direction along z, its decay isotropic.

    Parameters
    ----------
    stack
        Layers of the detector.
    energy
        Range of the pair's energy in MeV, even in its logarithm; at least its mass.
    number
        Number of pairs.
    rng
        Generator of random numbers.

    Returns
    -------
    array of `wayside.generator.records.PRIMARY`
        Two rows per event, shape (2 number,).
    """
    mass = rng.uniform(10.0, 650.0, number)
    total = np.maximum(log_uniform(energy, number, rng), 1.05 * mass)
    gamma = total / mass
    cosine = rng.uniform(-1.0, 1.0, number)
    angle = rng.uniform(0.0, 2.0 * np.pi, number)
    sine = np.sqrt(1.0 - cosine**2)
    place = rng.random((number, 3)) * [*stack.size, stack.depth]
    place[:, :2] -= 0.5 * np.array(stack.size)
    rows = np.zeros(2 * number, PRIMARY)
    rows["event"] = np.repeat(np.arange(number), 2)
    rows["weight"] = 1.0
    for axis, name in enumerate("xyz"):
        rows[name] = np.repeat(place[:, axis], 2)
    for k, (pdg, sign) in enumerate(((11, 1.0), (-11, -1.0))):
        prong = rows[k::2]
        prong["pdg"] = pdg
        # The electron's mass is left out: 0.5 of some 100 MeV.
        prong["px"] = 0.5 * mass * sign * sine * np.cos(angle)
        prong["py"] = 0.5 * mass * sign * sine * np.sin(angle)
        prong["pz"] = 0.5 * mass * gamma * (sign * cosine + np.sqrt(1.0 - gamma**-2.0))
    return rows
