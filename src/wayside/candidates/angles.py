"""Directions of candidates: to the normal of the films, and to a point they may come from."""

from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.typing import FloatArray, StructuredArray

FRONT: Final = (0.0, 0.0, -7.0)
"""Interaction point as a detector 7 m beside Belle II has it that faces it, in m."""


def direction(rows: StructuredArray) -> FloatArray:
    """Unit vectors of the sums of both momenta, shape (n, 3).

    Parameters
    ----------
    rows
        Rows of `wayside.candidates.schema.ROW`, shape (n,).
    """
    total = np.stack([rows[f"sum_{axis}"].astype(np.float64) for axis in "xyz"], axis=1)
    return np.asarray(total / np.linalg.norm(total, axis=1)[:, None])


def pointing(rows: StructuredArray, point: npt.ArrayLike = FRONT) -> FloatArray:
    """Cosine of the angle between the sum of the momenta and the line from a point.

    Parameters
    ----------
    rows
        Rows of `wayside.candidates.schema.ROW`, shape (n,).
    point
        Point in m in the frame of the detector, shape (3,).

    Returns
    -------
    array
        One for a pair that flies straight away from the point, shape (n,).

    Examples
    --------
    >>> from wayside.candidates.schema import ROW
    >>> rows = np.zeros(2, ROW)
    >>> rows["z"], rows["sum_z"], rows["sum_y"] = 0.5, 1.0, (0.0, 1.0)
    >>> pointing(rows).round(3).tolist()
    [1.0, 0.707]
    """
    place = np.stack([rows[axis].astype(np.float64) for axis in "xyz"], axis=1)
    line = place - np.asarray(point, dtype=np.float64)
    line /= np.linalg.norm(line, axis=1)[:, None]
    return np.asarray(np.sum(direction(rows) * line, axis=1))


def normal_angle(rows: StructuredArray) -> FloatArray:
    """Angles in rad between the sum of the momenta and the normal of the films, shape (n,).

    Parameters
    ----------
    rows
        Rows of `wayside.candidates.schema.ROW`, shape (n,).
    """
    return np.asarray(np.arccos(np.clip(direction(rows)[:, 2], -1.0, 1.0)))
