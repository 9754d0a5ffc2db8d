"""What a hall is built of: any shape of a detector, and some that stand around it.

An assembly is one or several volumes that do not overlap, by the keys of a scenario file. It may
hold the interaction point, which a box or a polyhedron of its own must not.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from wayside.detector import shapes
from wayside.detector.box import Box
from wayside.detector.polyhedron import Polyhedron
from wayside.detector.volume import Key, Volume
from wayside.errors import InputError
from wayside.typing import FloatArray

MOST_SIDES: Final = 64
"""Sides of a polygon, at most."""


class Assembly(NamedTuple):
    """A kind of body that a hall can have."""

    keys: tuple[Key, ...]
    """What ``[hall.volumes.NAME]`` may hold beside ``shape``, material and flag."""
    place: Callable[..., tuple[Volume, ...]]
    """Makes the volumes of the values of the keys, given by name; lengths in m, angles in rad.
    Raises `InputError`, with the name of a key in front, where they do not go together."""


def block(
    *,
    x_min: float,
    x_max: float,
    y_min: float,
    y_max: float,
    z_min: float,
    z_max: float,
    hole_x_min: float | None = None,
    hole_x_max: float | None = None,
    hole_y_min: float | None = None,
    hole_y_max: float | None = None,
) -> tuple[Box, ...]:
    """Block parallel to the axes, with or without a rectangular hole along z.

    Parameters
    ----------
    x_min, x_max, y_min, y_max, z_min, z_max
        Where it begins and ends, in m.
    hole_x_min, hole_x_max, hole_y_min, hole_y_max
        Limits of the hole in m, all four or none; beyond the block it is cut off there.

    Returns
    -------
    tuple of Box
        One, or up to four around the hole.

    Raises
    ------
    InputError
        If a range is empty, or a hole is given in part or leaves nothing.
    """
    ranges = {"x": (x_min, x_max), "y": (y_min, y_max), "z": (z_min, z_max)}
    _require_ranges("", ranges)
    limits = (hole_x_min, hole_x_max, hole_y_min, hole_y_max)
    given = [limit for limit in limits if limit is not None]
    if not given:
        return (_aligned((x_min, x_max), (y_min, y_max), (z_min, z_max)),)
    if len(given) < len(limits):
        raise InputError(
            "hole_x_min, hole_x_max, hole_y_min, hole_y_max: give all four, or none for no hole"
        )
    left, right, low, high = given
    _require_ranges("hole_", {"x": (left, right), "y": (low, high)})
    left, right = np.clip((left, right), x_min, x_max)
    low, high = np.clip((low, high), y_min, y_max)
    parts = (
        ((x_min, left), (y_min, y_max)),
        ((right, x_max), (y_min, y_max)),
        ((left, right), (y_min, low)),
        ((left, right), (high, y_max)),
    )
    boxes = tuple(_aligned(x, y, (z_min, z_max)) for x, y in parts if x[1] > x[0] and y[1] > y[0])
    if not boxes:
        raise InputError("hole_x_min, hole_x_max, hole_y_min, hole_y_max: leave nothing of it")
    return boxes


def polygon(
    *,
    inner_radius: float,
    outer_radius: float,
    z_min: float,
    z_max: float,
    sides: float = 8.0,
) -> tuple[Polyhedron, ...]:
    """Ring about the z axis whose cross-section is a regular polygon, such as a return yoke.

    Parameters
    ----------
    inner_radius, outer_radius
        Distances of its flat sides from the axis, in m.
    z_min, z_max
        Where it begins and ends, in m.
    sides
        Number of sides, 3 to 64; the first looks along +x.

    Returns
    -------
    tuple of Polyhedron
        One a side.

    Raises
    ------
    InputError
        If a range is empty or the number of sides is none.
    """
    if not (float(sides).is_integer() and 3 <= sides <= MOST_SIDES):
        raise InputError(f"sides = {sides:g}: must be a whole number from 3 to {MOST_SIDES}")
    if not 0.0 < inner_radius < outer_radius:
        raise InputError(
            f"inner_radius = {inner_radius:g}: must be above 0 and below"
            f" outer_radius = {outer_radius:g} m"
        )
    _require_ranges("", {"z": (z_min, z_max)})
    half = math.pi / sides
    pieces = []
    for number in range(int(sides)):
        corners = [
            (radius / math.cos(half) * math.cos(phi), radius / math.cos(half) * math.sin(phi), z)
            for radius in (inner_radius, outer_radius)
            for phi in ((2 * number - 1) * half, (2 * number + 1) * half)
            for z in (z_min, z_max)
        ]
        pieces.append(Polyhedron.place(corners=corners))
    return tuple(pieces)


def names() -> tuple[str, ...]:
    """Names of all shapes that a hall can have; loads no package."""
    return (*OWN, *shapes.names())


def assembly_of(name: str) -> Assembly:
    """Return an assembly by its name.

    Parameters
    ----------
    name
        One of `names`.

    Raises
    ------
    InputError
        As `wayside.detector.shapes.shape_of`.

    Examples
    --------
    >>> place = assembly_of("block").place
    >>> len(place(x_min=-2, x_max=2, y_min=-2, y_max=2, z_min=4, z_max=9,
    ...           hole_x_min=-1, hole_x_max=1, hole_y_min=-1, hole_y_max=1))
    4
    """
    if name in OWN:
        return OWN[name]
    shape = shapes.shape_of(name)
    return Assembly(shape.keys, lambda **values: (shape.place(**values),))


def _require_ranges(prefix: str, ranges: Mapping[str, tuple[float, float]]) -> None:
    for name, (low, high) in ranges.items():
        if not low < high:
            raise InputError(
                f"{prefix}{name}_min = {low:g}: must be below {prefix}{name}_max = {high:g} m"
            )


def _aligned(x: tuple[float, float], y: tuple[float, float], z: tuple[float, float]) -> Box:
    ranges: FloatArray = np.array([x, y, z], dtype=np.float64)
    position = np.array([0.5 * sum(x), 0.5 * sum(y), z[0]])
    return Box(position, ranges[:, 1] - ranges[:, 0], np.eye(3))


OWN: Final[Mapping[str, Assembly]] = MappingProxyType(
    {
        "block": Assembly(
            (
                *(
                    Key(f"{axis}_{end}", text=f"where it {word} along {axis}")
                    for axis in "xyz"
                    for end, word in (("min", "begins"), ("max", "ends"))
                ),
                *(
                    Key(f"hole_{axis}_{end}", default=None, text="limit of a hole along z")
                    for axis in "xy"
                    for end in ("min", "max")
                ),
            ),
            block,
        ),
        "polygon": Assembly(
            (
                Key("inner_radius", low=1e-6, text="distance of the inner sides from the z axis"),
                Key("outer_radius", low=1e-6, text="distance of the outer sides from it"),
                Key("z_min", text="where it begins along z"),
                Key("z_max", text="where it ends along z"),
                Key("sides", "pure number", low=3.0, high=64.0, default=8.0, text="their number"),
            ),
            polygon,
        ),
    }
)
"""Assemblies that are no shapes of detectors."""
