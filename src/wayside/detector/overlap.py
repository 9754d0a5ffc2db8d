"""Whether two boxes share space."""

import numpy as np

from wayside.detector.box import Box


def overlap(one: Box, other: Box, tolerance: float = 1e-9) -> bool:
    """Whether two boxes have a common volume; boxes that only touch have none.

    Parameters
    ----------
    one, other
        Anywhere.
    tolerance
        Depth up to which they still only touch, in their largest dimension.

    Notes
    -----
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
