"""Pieces of the surface of a volume, and points on them to integrate over."""

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from wayside.typing import FloatArray


class Patches(NamedTuple):
    """Points on a face with the areas that they stand for."""

    points: FloatArray
    """In m, shape (n, 3)."""
    normals: FloatArray
    """Unit vectors out of the volume, shape (n, 3)."""
    areas: FloatArray
    """In m^2, shape (n,)."""


class Face(Protocol):
    """A piece of the surface of a volume."""

    @property
    def flat(self) -> bool:
        """Whether its normal is the same everywhere."""
        ...

    @property
    def area(self) -> float:
        """In m^2."""
        ...

    def patches(self, order: int) -> Patches:
        """Points to integrate a smooth function over the face with.

        Parameters
        ----------
        order
            Number of points along each of its two dimensions, or a multiple of it.
        """
        ...


@dataclass(frozen=True)
class Rectangle:
    """A flat rectangle.

    Attributes
    ----------
    centre
        Shape (3,), in m.
    normal
        Unit vector out of the volume, shape (3,).
    sides
        Vectors along both sides, shape (2, 3), in m.
    """

    centre: FloatArray
    normal: FloatArray
    sides: FloatArray

    @property
    def flat(self) -> bool:
        """True."""
        return True

    @property
    def area(self) -> float:
        """In m^2."""
        return float(np.prod(np.linalg.norm(self.sides, axis=1)))

    def patches(self, order: int) -> Patches:
        """Gauss-Legendre points, ``order`` along each side."""
        nodes, weights = np.polynomial.legendre.leggauss(order)
        u, v = np.meshgrid(0.5 * nodes, 0.5 * nodes, indexing="ij")
        points = self.centre + u.reshape(-1, 1) * self.sides[0] + v.reshape(-1, 1) * self.sides[1]
        areas = 0.25 * self.area * np.outer(weights, weights).ravel()
        return Patches(points, np.tile(self.normal, (len(points), 1)), areas)


@dataclass(frozen=True)
class Triangle:
    """A flat triangle.

    Attributes
    ----------
    corners
        Shape (3, 3), in m.
    normal
        Unit vector out of the volume, shape (3,).
    """

    corners: FloatArray
    normal: FloatArray

    @property
    def flat(self) -> bool:
        """True."""
        return True

    @property
    def area(self) -> float:
        """In m^2."""
        a, b, c = self.corners
        return 0.5 * float(np.linalg.norm(np.cross(b - a, c - a)))

    def patches(self, order: int) -> Patches:
        """Gauss-Legendre points along lines from the first corner, ``order`` squared."""
        nodes, weights = np.polynomial.legendre.leggauss(order)
        u, v = np.meshgrid(0.5 * (1.0 + nodes), 0.5 * (1.0 + nodes), indexing="ij")
        u, v = u.reshape(-1, 1), v.reshape(-1, 1)
        a, b, c = self.corners
        points = a + u * ((1.0 - v) * (b - a) + v * (c - a))
        areas = 0.5 * self.area * np.outer(weights, weights).ravel() * u[:, 0]
        return Patches(points, np.tile(self.normal, (len(points), 1)), areas)


@dataclass(frozen=True)
class Ring:
    """What a straight line sweeps when it is turned about an axis: annulus, cylinder or cone.

    Attributes
    ----------
    origin
        Point on the axis from which heights are measured, shape (3,), in m.
    axes
        Orthonormal axes, shape (3, 3); the third is the axis of the turn.
    ends
        Radius and height of the ends of the line, shape (2, 2), in m.
    outward
        Components of the unit vector out of the volume: away from the axis, and along it.
    """

    origin: FloatArray
    axes: FloatArray
    ends: FloatArray
    outward: tuple[float, float]

    @property
    def flat(self) -> bool:
        """False, but for an annulus."""
        return self.outward[0] == 0.0

    @property
    def area(self) -> float:
        """In m^2."""
        (r1, z1), (r2, z2) = self.ends
        return float(math.pi * (r1 + r2) * math.hypot(r2 - r1, z2 - z1))

    def patches(self, order: int) -> Patches:
        """Gauss-Legendre points along the line, ``order``, times ``4 order`` around the axis."""
        nodes, weights = np.polynomial.legendre.leggauss(order)
        (r1, z1), (r2, z2) = self.ends
        fraction = 0.5 * (1.0 + nodes)
        around = 2.0 * np.pi * (np.arange(4 * order) + 0.5) / (4 * order)
        radius, phi = np.meshgrid(r1 + fraction * (r2 - r1), around, indexing="ij")
        height = np.broadcast_to((z1 + fraction * (z2 - z1))[:, None], radius.shape)
        away = np.cos(phi)[..., None] * self.axes[0] + np.sin(phi)[..., None] * self.axes[1]
        points = self.origin + radius[..., None] * away + height[..., None] * self.axes[2]
        normals = self.outward[0] * away + self.outward[1] * self.axes[2]
        length = math.hypot(r2 - r1, z2 - z1)
        areas = radius * (0.5 * weights * length * 2.0 * np.pi / (4 * order))[:, None]
        return Patches(points.reshape(-1, 3), normals.reshape(-1, 3), areas.ravel())


def entering_from_above(width: float, height: float, depth: float) -> float:
    """Rate into an upright box of particles with the square of the cosine of their zenith angle.

    Parameters
    ----------
    width, height, depth
        Sides in m, the second upward.

    Returns
    -------
    float
        For a vertical intensity of one per m^2 and sr: pi/2 of the roof and pi/4 of each upright
        face that has its normal toward them, which is one of two.

    Examples
    --------
    >>> round(entering_from_above(1.0, 1.0, 1.0) / math.pi, 6)
    1.0
    """
    roof, upright = width * depth, height * (depth + width)
    return 0.5 * math.pi * roof + 0.25 * math.pi * upright
