"""A detector volume: any convex body with flat faces, given by its corners."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from wayside.detector.faces import Triangle
from wayside.detector.outline import Outline
from wayside.detector.volume import Crossings, Key, Shape, show, vector_of
from wayside.errors import InputError
from wayside.typing import BoolArray, FloatArray, IndexArray

_ROUNDING = 1e-12
_COPLANAR = 1e-9
"""Relative to the size: deviations from a plane, and from the surface, that are rounding."""


@dataclass(frozen=True, eq=False)
class Polyhedron:
    """The convex hull of some points (metres; interaction point at the origin).

    Parameters
    ----------
    corners
        Points, shape (n, 3), in m.
    triangles
        Faces cut into triangles, as indices of corners, shape (m, 3).
    normals
        Unit vectors out of the triangles, shape (m, 3).
    """

    corners: FloatArray
    triangles: IndexArray
    normals: FloatArray

    @classmethod
    def place(cls, *, corners: Sequence[ArrayLike]) -> "Polyhedron":
        """Convex hull of points.

        Parameters
        ----------
        corners
            Four or more points of shape (3,), in m; those inside of the hull do not count.

        Raises
        ------
        InputError
            If they lie in a plane, a number is not finite, or the hull contains or touches the
            interaction point.

        Examples
        --------
        A wedge 3 m down the beam:

        >>> wedge = Polyhedron.place(corners=[
        ...     (0, 0, 3), (1, 0, 3), (0, 1, 3), (0, 0, 4), (1, 0, 4), (0, 1, 4),
        ... ])
        >>> round(wedge.volume, 6)
        0.5
        """
        from scipy.spatial import ConvexHull, QhullError

        points = np.array([vector_of("corners", corner) for corner in corners])
        try:
            hull = ConvexHull(points)
        except (QhullError, ValueError) as error:
            raise InputError(
                f"corners: {len(points)} points span no volume; four are needed that do not lie"
                " in a plane"
            ) from error
        body = cls(points, hull.simplices.astype(np.intp), hull.equations[:, :3])
        if body.contains(np.zeros(3)):
            raise InputError(
                f"corners = {show(points[0])}, ...: the volume contains the interaction point; it"
                " must lie beside it"
            )
        return body

    @cached_property
    def _size(self) -> float:
        return float(np.max(np.linalg.norm(self.corners, axis=1)))

    @cached_property
    def _heights(self) -> FloatArray:
        """Distances of the planes of the triangles from the origin, along their normals."""
        return np.asarray(np.sum(self.normals * self.corners[self.triangles[:, 0]], axis=1))

    @cached_property
    def _tetrahedra(self) -> FloatArray:
        """Volumes between the triangles and the centre, in m^3."""
        a, b, c = np.moveaxis(self.corners[self.triangles] - self.centre, 1, 0)
        return np.asarray(np.abs(np.sum(a * np.cross(b, c), axis=1)) / 6.0)

    @cached_property
    def centre(self) -> FloatArray:
        """Mean of the corners of the hull, shape (3,), in m."""
        return np.asarray(self.corners[np.unique(self.triangles)].mean(axis=0))

    @property
    def volume(self) -> float:
        """Volume in m^3."""
        return float(self._tetrahedra.sum())

    @property
    def convex(self) -> bool:
        """True."""
        return True

    @cached_property
    def nearest(self) -> float:
        """Distance from the interaction point to the nearest point of the volume, in m."""
        return min(_distance(self.corners[triangle]) for triangle in self.triangles)

    @cached_property
    def outline(self) -> Outline:
        """Edges between faces that do not lie in one plane."""
        owner: dict[tuple[int, int], int] = {}
        edges = []
        for number, triangle in enumerate(self.triangles):
            for k in range(3):
                i, j = sorted((int(triangle[k]), int(triangle[(k + 1) % 3])))
                other = owner.setdefault((i, j), number)
                bend = np.linalg.norm(np.cross(self.normals[other], self.normals[number]))
                if other != number and bend > _COPLANAR:
                    edges.append((i, j))
        return Outline.of(self.corners[np.array(edges)])

    @cached_property
    def faces(self) -> tuple[Triangle, ...]:
        """Triangles; a face with more corners has several."""
        return tuple(
            Triangle(self.corners[triangle], normal)
            for triangle, normal in zip(self.triangles, self.normals, strict=True)
        )

    def contains(self, point: ArrayLike) -> BoolArray:
        """Whether points (shape (..., 3), in m) lie in the volume or on its surface."""
        heights = np.asarray(point, dtype=np.float64) @ self.normals.T - self._heights
        return np.asarray(np.all(heights <= _ROUNDING * self._size, axis=-1))

    def crossings(self, directions: FloatArray) -> Crossings:
        """Entries and exits along rays from the interaction point, shape (n, 1)."""
        along = np.asarray(directions, dtype=np.float64) @ self.normals.T
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = self._heights / along
        # Against the normal a ray enters the half-space of a face, along it it leaves.
        enters = np.where(along < 0.0, distance, np.where(along > 0.0, 0.0, -np.inf))
        leaves = np.where(along > 0.0, distance, np.inf)
        beside = (along == 0.0) & (self._heights < 0.0)
        near = np.maximum(np.max(enters, axis=1), 0.0)
        far = np.where(beside.any(axis=1), -np.inf, np.min(leaves, axis=1))
        missed = far <= near
        return Crossings(np.where(missed, 0.0, near)[:, None], np.where(missed, 0.0, far)[:, None])

    def sample(self, n: int, rng: np.random.Generator) -> FloatArray:
        """Draw ``n`` points evenly over the volume, shape (n, 3), in m."""
        which = rng.choice(len(self.triangles), size=n, p=self._tetrahedra / self.volume)
        weights = rng.dirichlet(np.ones(4), n)
        tips = self.corners[self.triangles[which]]
        return np.asarray(
            np.einsum("nk,nki->ni", weights[:, :3], tips) + weights[:, 3:] * self.centre
        )

    def drawing(self) -> tuple[FloatArray, ...]:
        """Lines along the edges, each of shape (2, 3), in m."""
        return tuple(self.outline.segments)


def _distance(triangle: FloatArray) -> float:
    """Distance of the origin from a triangle."""
    a, b, c = triangle
    normal = np.cross(b - a, c - a)
    foot = normal * (normal @ a) / (normal @ normal)
    sides = [normal @ np.cross(q - p, foot - p) for p, q in ((a, b), (b, c), (c, a))]
    if min(sides) >= 0.0:
        return float(np.linalg.norm(foot))
    distances = []
    for p, q in ((a, b), (b, c), (c, a)):
        step = q - p
        fraction = min(1.0, max(0.0, float(-(p @ step) / (step @ step))))
        distances.append(float(np.linalg.norm(p + fraction * step)))
    return min(distances)


SHAPE: Final = Shape(
    keys=(Key("corners", form="points", text="points whose convex hull it is, four or more"),),
    place=Polyhedron.place,
)
