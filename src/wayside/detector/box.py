"""A detector volume: a box of any size, placed and turned anywhere beside the collision."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from wayside.detector.faces import Rectangle
from wayside.detector.outline import Outline
from wayside.detector.volume import Crossings, Key, Shape, Volume, show, vector_of
from wayside.errors import InputError
from wayside.typing import BoolArray, FloatArray

Facing = Literal["ip", "beam"] | Sequence[float]
"""Where the front face looks: at the interaction point, along the beam axis, or a direction."""

CORNERS = np.array([[i, j, k] for i in (-0.5, 0.5) for j in (-0.5, 0.5) for k in (0.0, 1.0)])
"""Corners in units of the size; the front face is the one with third coordinate 0."""

EDGES = tuple(
    (i, j)
    for i in range(8)
    for j in range(i + 1, 8)
    if np.count_nonzero(CORNERS[i] != CORNERS[j]) == 1
)
"""Pairs of corners that share an edge."""

FRONT_EDGES = tuple((i, j) for i, j in EDGES if CORNERS[i][2] == CORNERS[j][2] == 0.0)


@dataclass(frozen=True)
class Box:
    """A box in laboratory coordinates (metres), the interaction point at the origin.

    Parameters
    ----------
    position
        Centre of the front face, shape (3,), in m.
    size
        Extent along the rows of ``axes``, shape (3,), in m; the third is the depth.
    axes
        Orthonormal axes, shape (3, 3): first and second dimension of the face, then the
        direction from the front face into the volume.
    """

    position: FloatArray
    size: FloatArray
    axes: FloatArray

    @classmethod
    def place(
        cls, position: ArrayLike, size: ArrayLike, facing: Facing = "ip", roll: float = 0.0
    ) -> "Box":
        """Box with its front face centred at ``position``.

        Parameters
        ----------
        position
            Centre of the front face, shape (3,), in m.
        size
            First dimension (radial, away from the beam axis), second dimension, depth; in m.
            On the beam axis the first dimension lies along x; where the radial direction is the
            depth itself (a detector at 90 degrees) it lies along z.
        facing
            Where the front face looks: ``"ip"`` at the interaction point, ``"beam"`` along the
            beam axis (toward the interaction point's side), or a direction of shape (3,).
        roll
            Rotation of the face about the depth axis, in radians.

        Raises
        ------
        InputError
            If a number is not finite, a size not positive, a direction has no length, or the
            box contains or touches the interaction point.
        """
        centre = vector_of("position", position)
        extent = vector_of("size", size)
        if np.any(extent <= 0.0):
            raise InputError(f"size = {show(extent)}: every dimension must be positive (m)")
        if not np.isfinite(roll):
            raise InputError(f"roll = {roll}: must be finite (rad)")
        depth = -_outlook(centre, facing)
        first = _first_dimension(centre, depth)
        second = np.cross(depth, first)
        cosine, sine = np.cos(roll), np.sin(roll)
        axes = np.stack([cosine * first + sine * second, cosine * second - sine * first, depth])
        box = cls(centre, extent, axes)
        if box.contains(np.zeros(3)):
            raise InputError(
                f"position = {show(centre)}, size = {show(extent)}: the volume contains the"
                " interaction point; it must lie beside it"
            )
        return box

    @cached_property
    def corners(self) -> FloatArray:
        """Corners in the laboratory, shape (8, 3), in m, ordered as `CORNERS`."""
        return np.asarray(self.position + (CORNERS * self.size) @ self.axes)

    @cached_property
    def corner_directions(self) -> FloatArray:
        """Directions of the corners from the interaction point, unit vectors of shape (8, 3)."""
        return np.asarray(self.corners / np.linalg.norm(self.corners, axis=1)[:, None])

    @cached_property
    def outline(self) -> Outline:
        """Its edges."""
        return Outline.of(self.corners[np.array(EDGES)])

    @cached_property
    def faces(self) -> tuple[Rectangle, ...]:
        """Front, back, then those across the first and the second dimension."""
        rectangles = []
        for axis in (2, 0, 1):
            sides = np.array([self.size[k] * self.axes[k] for k in range(3) if k != axis])
            for sign in (-1.0, 1.0):
                normal = sign * self.axes[axis]
                centre = self.centre + 0.5 * self.size[axis] * normal
                rectangles.append(Rectangle(centre, normal, sides))
        return tuple(rectangles)

    @cached_property
    def centre(self) -> FloatArray:
        """Centre of the volume, shape (3,), in m."""
        return np.asarray(self.position + 0.5 * self.size[2] * self.axes[2])

    @cached_property
    def nearest(self) -> float:
        """Distance from the interaction point to the nearest point of the volume, in m."""
        low = np.array([-0.5, -0.5, 0.0]) * self.size
        origin = -self.axes @ self.position
        return float(np.linalg.norm(np.clip(origin, low, low + self.size) - origin))

    @property
    def volume(self) -> float:
        """Volume in m^3."""
        return float(np.prod(self.size))

    @property
    def convex(self) -> bool:
        """True."""
        return True

    def contains(self, point: ArrayLike) -> BoolArray:
        """Whether points (shape (..., 3), in m) lie in the volume or on its surface."""
        inside = (np.asarray(point, dtype=np.float64) - self.position) @ self.axes.T
        inside[..., 2] -= 0.5 * self.size[2]
        return np.asarray(np.all(np.abs(inside) <= 0.5 * self.size * (1.0 + 1e-12), axis=-1))

    def crossings(self, directions: FloatArray) -> Crossings:
        """Entries and exits along rays from the interaction point, shape (n, 1)."""
        # The compiler takes half a second to load, which reading a scenario should not.
        from wayside.detector.rays import cross_many

        rays = np.ascontiguousarray(directions, dtype=np.float64)
        near, far = cross_many(rays, self.position, self.size, self.axes)
        return Crossings(near[:, None], far[:, None])

    def sample(self, n: int, rng: np.random.Generator) -> FloatArray:
        """Draw ``n`` points evenly over the volume, shape (n, 3), in m."""
        inside = rng.uniform(-0.5, 0.5, (n, 3))
        inside[:, 2] += 0.5
        return np.asarray(self.position + (inside * self.size) @ self.axes)

    def drawing(self) -> tuple[FloatArray, ...]:
        """Lines along the twelve edges, each of shape (2, 3), in m."""
        return tuple(self.outline.segments)


def require_box(volume: Volume, name: str, purpose: str) -> Box:
    """Return a volume that is a box.

    Parameters
    ----------
    volume
        Volume of the detector.
    name
        Of the detector, for the message.
    purpose
        What it is needed for, the subject of a sentence.

    Raises
    ------
    InputError
        If it has another shape.
    """
    if not isinstance(volume, Box):
        raise InputError(f'detectors.{name}.shape: {purpose} only exist for shape = "box"')
    return volume


def _outlook(position: FloatArray, facing: Facing) -> FloatArray:
    """Unit vector out of the front face."""
    if isinstance(facing, str):
        if facing == "ip":
            direction = -position
        elif facing == "beam":
            direction = np.array([0.0, 0.0, -np.sign(position[2])])
        else:
            raise InputError(f'facing = "{facing}": must be "ip", "beam" or a direction [x, y, z]')
    else:
        direction = vector_of("facing", facing)
    length = float(np.linalg.norm(direction))
    if length == 0.0:
        raise InputError(f"facing = {facing}: no direction follows at position {show(position)}")
    return np.asarray(direction / length)


def _first_dimension(position: FloatArray, depth: FloatArray) -> FloatArray:
    """Unit vector across the depth: radial, or along x on the axis, or along z at 90 degrees."""
    radial = np.array([position[0], position[1], 0.0])
    x, z = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])
    on_axis = np.linalg.norm(radial) <= 1e-9 * np.linalg.norm(position)
    for candidate in (x, z) if on_axis else (radial, z):
        length = float(np.linalg.norm(candidate))
        across = candidate / length - (candidate @ depth) / length * depth
        if np.linalg.norm(across) > 1e-6:
            # Once more: what cancelled in the first pass left rounding along the depth.
            across = across / np.linalg.norm(across)
            across = across - (across @ depth) * depth
            return np.asarray(across / np.linalg.norm(across))
    raise AssertionError("two candidates span a plane, the depth is a line")


SHAPE: Final = Shape(
    keys=(
        Key("position", form="vector", text="centre of the front face"),
        Key("size", low=1e-6, form="vector", text="radial, second and depth dimensions"),
        Key(
            "facing",
            "pure number",
            form="direction",
            words=("ip", "beam"),
            default="ip",
            text='where the front face looks: `"ip"`, `"beam"`, or a direction',
        ),
        Key(
            "roll",
            "angle",
            low=-2.0 * math.pi,
            high=2.0 * math.pi,
            default=0.0,
            text="rotation about the depth axis",
        ),
    ),
    place=Box.place,
)
