"""Events of candidates: several candidates of one share their vetoes, and count once."""

from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.typing import FloatArray, IndexArray, StructuredArray

_APART: Final = 10**12
"""More than the number of any event."""


def event_number(rows: StructuredArray) -> IndexArray:
    """Numbers of the events of rows, different in different samples, shape (n,).

    Parameters
    ----------
    rows
        Rows with the columns ``sample`` and ``event``, shape (n,).
    """
    return np.asarray(rows["sample"].astype(np.int64) * _APART + rows["event"])


def in_order(number: npt.ArrayLike) -> IndexArray:
    """Order in which rows of one event stand together, those of one as they were; shape (n,)."""
    return np.argsort(np.asarray(number), kind="stable")


def starts(number: npt.ArrayLike) -> IndexArray:
    """First row of each event, shape (events,).

    Parameters
    ----------
    number
        Numbers of the events of rows that are `in_order`, shape (n,).

    Examples
    --------
    >>> starts([3, 3, 7]).tolist()
    [0, 2]
    """
    ordered = np.asarray(number)
    if not len(ordered):
        return np.zeros(0, dtype=np.intp)
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))


def heaviest(weight: FloatArray, start: IndexArray) -> FloatArray:
    """Weight of each event: of several candidates the one that is vetoed least counts.

    Parameters
    ----------
    weight
        Weights of rows that are `in_order`, 0 for those that do not pass, shape (..., n).
    start
        First row of each event, shape (events,).

    Returns
    -------
    array
        Shape (..., events).

    Examples
    --------
    >>> heaviest(np.array([0.1, 0.4, 0.2]), np.array([0, 2])).tolist()
    [0.4, 0.2]
    """
    if not len(start):
        return np.zeros((*weight.shape[:-1], 0))
    return np.asarray(np.maximum.reduceat(weight, start, axis=-1))
