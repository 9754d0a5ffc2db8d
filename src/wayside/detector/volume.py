"""What acceptances, events, backgrounds and figures need of a detector's shape.

A shape is a frozen dataclass in a module of its own that fulfils `Volume`; beside it stands a
`Shape`, which lists its keys in a scenario file and makes the volume of their values. One line in
`wayside.detector.shapes` makes it known; nothing else in the package names it. docs/howto_volume.md
explains how to write one, and `wayside.testing.check_volume` checks one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from wayside.detector.faces import Face
from wayside.detector.outline import Outline
from wayside.errors import InputError
from wayside.typing import BoolArray, FloatArray


class Crossings(NamedTuple):
    """Where rays from the interaction point enter and leave a volume.

    A row is a ray, a column a piece of its path: a ray through the hole of a shell has two. Pieces
    are in order and do not overlap; where there is none, exit and entry are equal.
    """

    near: FloatArray
    """Distances at entry in m, shape (n, k); 0 where the volume holds the interaction point."""
    far: FloatArray
    """Distances at exit in m, shape (n, k)."""

    @property
    def hit(self) -> BoolArray:
        """Whether a ray meets the volume at all, shape (n,)."""
        return np.asarray(np.any(self.far > self.near, axis=1))


REQUIRED: Final = object()
"""Default of a key that has none."""


@dataclass(frozen=True)
class Key:
    """A key of a shape in a scenario file.

    Attributes
    ----------
    name
        Name as it is written in a scenario.
    dimension
        ``"length"`` (m), ``"angle"`` (rad) or ``"pure number"``.
    low, high
        Limits, in the base unit.
    form
        ``"number"``; ``"vector"``, three numbers; ``"direction"``, three pure numbers that do not
        all vanish; or ``"points"``, four or more vectors.
    words
        Strings that are allowed instead.
    default
        Value where the key is not given; None for an optional one.
    text
        What it means, a phrase for the documentation.
    """

    name: str
    dimension: str = "length"
    low: float = -1e6
    high: float = 1e6
    form: str = "number"
    words: tuple[str, ...] = ()
    default: object = REQUIRED
    text: str = ""


class Volume(Protocol):
    """A detector volume in laboratory coordinates (metres), the interaction point at the origin."""

    @property
    def centre(self) -> FloatArray:
        """A point in the middle of it, shape (3,), in m."""
        ...

    @property
    def nearest(self) -> float:
        """Distance from the interaction point to the nearest point of the volume, in m."""
        ...

    @property
    def volume(self) -> float:
        """Volume in m^3."""
        ...

    @property
    def convex(self) -> bool:
        """Whether every straight line has at most one piece inside."""
        ...

    @property
    def outline(self) -> Outline:
        """Curves on the sky between which the path through the volume is analytic."""
        ...

    @property
    def faces(self) -> tuple[Face, ...]:
        """Pieces of the surface, which close it."""
        ...

    def contains(self, point: ArrayLike) -> BoolArray:
        """Whether points (shape (..., 3), in m) lie in the volume or on its surface."""
        ...

    def crossings(self, directions: FloatArray) -> Crossings:
        """Entries and exits along rays from the interaction point.

        Parameters
        ----------
        directions
            Unit vectors, shape (n, 3).
        """
        ...

    def sample(self, n: int, rng: np.random.Generator) -> FloatArray:
        """Draw ``n`` points evenly over the volume, shape (n, 3), in m."""
        ...

    def drawing(self) -> tuple[FloatArray, ...]:
        """Lines that show the shape in a figure: points in m, each of shape (n, 3)."""
        ...


class Shape(NamedTuple):
    """A kind of volume that a scenario file can ask for."""

    keys: tuple[Key, ...]
    """What ``[detectors.NAME]`` may hold beside ``shape``."""
    place: Callable[..., Volume]
    """Makes the volume of the values of the keys, given by name; lengths in m, angles in rad.
    Raises `InputError`, with the name of a key in front, where they do not go together."""


def vector_of(name: str, value: ArrayLike) -> FloatArray:
    """Three finite numbers as an array, or an `InputError` that starts with their name."""
    vector = np.asarray(value, dtype=np.float64)
    if vector.shape != (3,) or not np.all(np.isfinite(vector)):
        raise InputError(f"{name} = {show(vector)}: must be three finite numbers")
    return vector


def direction_of(name: str, value: ArrayLike) -> FloatArray:
    """Three finite numbers as a unit vector, or an `InputError` that starts with their name."""
    vector = vector_of(name, value)
    length = float(np.linalg.norm(vector))
    if length == 0.0:
        raise InputError(f"{name} = {show(vector)}: a direction must have a length")
    return np.asarray(vector / length)


def show(vector: FloatArray) -> str:
    """Write a vector for a message."""
    return "[" + ", ".join(f"{x:.6g}" for x in np.ravel(vector)) + "]"
