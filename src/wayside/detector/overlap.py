"""Whether two volumes share space."""

from typing import Final

import numpy as np

from wayside.detector.box import Box
from wayside.detector.volume import Volume

POINTS: Final = 4096
"""Points of each volume that are tried where there is no exact way."""


def overlap(one: Volume, other: Volume, tolerance: float = 1e-9) -> bool:
    """Whether two volumes share space; boxes that only touch share none.

    Parameters
    ----------
    one, other
        Anywhere.
    tolerance
        Depth up to which boxes still only touch, in their largest dimension.

    Notes
    -----
    Exact for boxes. For other shapes points of each are tried in the other, always the same ones:
    what they share goes unnoticed if it is less than about a thousandth of both.
    """
    if isinstance(one, Box) and isinstance(other, Box):
        return _boxes_overlap(one, other, tolerance)
    rng = np.random.default_rng(1)
    return bool(
        np.any(other.contains(one.sample(POINTS, rng)))
        or np.any(one.contains(other.sample(POINTS, rng)))
    )


def _boxes_overlap(one: Box, other: Box, tolerance: float) -> bool:
    """Whether no plane parts two boxes.

    Two convex bodies are apart if and only if a plane parts them; for boxes one of the 15 planes
    across their axes and the cross products of these will do (the separating axis theorem).
    """
    directions = [*one.axes, *other.axes]
    directions += [np.cross(a, b) for a in one.axes for b in other.axes]
    slack = tolerance * max(float(np.max(one.size)), float(np.max(other.size)))
    for direction in directions:
        length = float(np.linalg.norm(direction))
        if length < 1e-9:  # parallel edges: the faces have seen to it
            continue
        first, second = (box.corners @ (direction / length) for box in (one, other))
        if min(first.max(), second.max()) - max(first.min(), second.min()) <= slack:
            return False
    return True
