"""Places at which particles crossed the fibres around a detector.

What a muon knocks out of the fibres where it crosses them lights the same fibres: that is one
probability of detection, and not several.
"""

from typing import Final

import numpy as np

from wayside.typing import FloatArray, IntArray, StructuredArray

PLACE: Final = 100.0
"""Distance in mm within which crossings of fibres are one place."""


def middles(crossings: StructuredArray) -> FloatArray:
    """Middles of crossings in mm, shape (n, 3).

    Parameters
    ----------
    crossings
        Rows of `wayside.transport.records.CROSSING`, shape (n,).
    """
    return np.stack([0.5 * (crossings[f"{c}_in"] + crossings[f"{c}_out"]) for c in "xyz"], axis=1)


def distinct_places(points: FloatArray) -> IntArray:
    """Numbers of the points that stand for a place each; others lie within `PLACE` of one before.

    Parameters
    ----------
    points
        Points in mm in the order in which they are to stand for a place, shape (n, 3).

    Examples
    --------
    >>> distinct_places(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 99.0], [0.0, 0.0, 101.0]])).tolist()
    [0, 2]
    """
    chosen = []
    left = np.arange(len(points))
    while len(left):
        chosen.append(left[0])
        left = left[np.linalg.norm(points[left] - points[left[0]], axis=1) > PLACE]
    return np.array(chosen, dtype=np.int64)
