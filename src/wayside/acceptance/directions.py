"""Directions of a quadrature over the sky: what every route starts from and returns."""

import math
from typing import Final, NamedTuple

import numpy as np

from wayside.acceptance.sphere import cross
from wayside.typing import FloatArray, IndexArray

PARALLEL: Final = 1e-12
"""One minus the cosine up to which the axis of a cone is the polar axis, or opposite to it."""


class Sky(NamedTuple):
    """Pieces of rays inside a volume, with solid-angle weights.

    A ray with two pieces has two rows, one after the other, with the same direction and weight.
    """

    directions: FloatArray
    """Unit vectors, shape (n, 3)."""
    weights: FloatArray
    """Solid angles in steradian, shape (n,)."""
    near: FloatArray
    far: FloatArray
    """Distances at entry and exit in m, shape (n,); equal on a face without depth."""
    rings: IndexArray
    """Which directions share a polar angle, shape (n,): 0, 0, ..., 1, 1, ..."""
    rays: IndexArray
    """Which rows belong to one ray, shape (n,): 0, 1, 1, 2, ..."""


def polar_frame(axis: FloatArray, centre: FloatArray) -> FloatArray:
    """Rows: two axes across and the polar axis; azimuth 0 points at ``centre``, (3,) in m."""
    across = centre - (centre @ axis) * axis
    length = math.sqrt(across @ across)
    if length <= 1e-9 * math.sqrt(centre @ centre):
        across = np.eye(3)[int(np.argmin(np.abs(axis)))]
        across = across - (across @ axis) * axis
        length = math.sqrt(across @ across)
    frame = np.empty((3, 3))
    frame[0] = across / length
    cross(axis, frame[0], frame[1])
    frame[2] = axis
    return frame
