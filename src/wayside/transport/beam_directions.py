"""Densities from which the directions of `wayside.transport.biased_beams` are drawn."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from wayside.typing import FloatArray


class Directions(NamedTuple):
    """One component of a mixture of directions; y is up, z the axis of the detector."""

    fraction: float
    """Fraction of the particles with directions from this component."""
    shape: str
    """Key of `SHAPES`."""
    angle: float = np.pi
    """Largest angle to the axis +z in rad."""


class Shape(NamedTuple):
    """A density of directions within a cone around +z."""

    draw: Callable[[float, int, np.random.Generator], FloatArray]
    """Draws unit vectors: takes the largest angle in rad, the number and the random generator."""
    density: Callable[[FloatArray, float], FloatArray]
    """Density per sr at unit vectors of shape (n, 3), for the largest angle in rad."""


def _cone(angle: float, number: int, rng: np.random.Generator) -> FloatArray:
    cosine = rng.uniform(np.cos(angle), 1.0, number)
    azimuth = rng.uniform(0.0, 2.0 * np.pi, number)
    sine = np.sqrt(1.0 - cosine**2)
    return np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=1)


def _cone_density(u: FloatArray, angle: float) -> FloatArray:
    inside = u[:, 2] >= np.cos(angle)
    return np.asarray(np.where(inside, 1.0 / (2.0 * np.pi * (1.0 - np.cos(angle))), 0.0))


def _down(angle: float, number: int, rng: np.random.Generator) -> FloatArray:
    u = _cone(angle, number, rng)
    u[:, 1] = -np.abs(u[:, 1])
    return u


def _down_density(u: FloatArray, angle: float) -> FloatArray:
    return np.where(u[:, 1] < 0.0, 2.0, 0.0) * _cone_density(u, angle)


def _sky(angle: float, number: int, rng: np.random.Generator) -> FloatArray:
    accepted: list[FloatArray] = []
    largest = 1.0 if angle > 0.5 * np.pi else np.sin(angle) ** 2
    while sum(map(len, accepted)) < number:
        u = _down(angle, 2 * number + 100, rng)
        accepted.append(u[rng.random(len(u)) * largest < u[:, 1] ** 2])
    return np.concatenate(accepted)[:number]


def _sky_density(u: FloatArray, angle: float) -> FloatArray:
    cosine = np.cos(angle)
    # Half of the integral of sin^2(theta) sin^2(phi) over the cone.
    total = 0.5 * np.pi * (2.0 / 3.0 - cosine + cosine**3 / 3.0)
    inside = (u[:, 1] < 0.0) & (u[:, 2] >= cosine)
    return np.asarray(np.where(inside, u[:, 1] ** 2 / total, 0.0))


SHAPES: Final = {
    "uniform": Shape(_cone, _cone_density),
    "downward": Shape(_down, _down_density),
    "sky": Shape(_sky, _sky_density),
}
"""Densities of directions: uniform in the cone, uniform in its half that comes from above, and
there in proportion to cos^2 of the zenith angle."""
