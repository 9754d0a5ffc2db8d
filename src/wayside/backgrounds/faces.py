"""The six faces of a detector, and points on them to integrate over.

A box is convex: a straight line enters it once, through a face that it crosses inward. A rate of
entering particles is therefore the sum over faces of the inward flux through each.
"""

from dataclasses import dataclass

import numpy as np

from wayside.detector.box import Box
from wayside.typing import FloatArray


@dataclass(frozen=True)
class Face:
    """A rectangle.

    Attributes
    ----------
    centre
        Shape (3,), in m.
    normal
        Unit vector out of the box, shape (3,).
    sides
        Vectors along both sides, shape (2, 3), in m.
    """

    centre: FloatArray
    normal: FloatArray
    sides: FloatArray

    @property
    def area(self) -> float:
        """In m^2."""
        return float(np.prod(np.linalg.norm(self.sides, axis=1)))


def faces(box: Box) -> tuple[Face, ...]:
    """The faces of a box: front, back, then those across the first and the second dimension."""
    found = []
    for axis in (2, 0, 1):
        sides = np.array([box.size[k] * box.axes[k] for k in range(3) if k != axis])
        for sign in (-1.0, 1.0):
            normal = sign * box.axes[axis]
            found.append(Face(box.centre + 0.5 * box.size[axis] * normal, normal, sides))
    return tuple(found)


def points(face: Face, order: int) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre points on a face, shape (order^2, 3), and their areas, shape (order^2,)."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    u, v = np.meshgrid(0.5 * nodes, 0.5 * nodes, indexing="ij")
    places = face.centre + u.reshape(-1, 1) * face.sides[0] + v.reshape(-1, 1) * face.sides[1]
    return places, 0.25 * face.area * np.outer(weights, weights).ravel()


def seen(box: Box, order: int = 12) -> tuple[FloatArray, FloatArray]:
    """Directions from the interaction point into a box, with solid angles.

    Parameters
    ----------
    box
        The detector.
    order
        Points along each side of a face.

    Returns
    -------
    directions, solid
        Unit vectors, shape (n, 3), and solid angles in steradian, shape (n,).
    """
    directions, solid = [], []
    for face in faces(box):
        if face.centre @ face.normal >= 0.0:  # its outside does not look at the origin
            continue
        places, areas = points(face, order)
        distance = np.linalg.norm(places, axis=1)
        rays = places / distance[:, None]
        directions.append(rays)
        solid.append(-(rays @ face.normal) * areas / distance**2)
    return np.concatenate(directions), np.concatenate(solid)
