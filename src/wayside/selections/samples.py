"""Halves of the candidate table, and folds: what a selection is tuned on and what it is not.

Events are taken by twos, as particles of both charges are simulated in turn. Every second two is
never used to tune. The others are divided into folds, so that a selection tuned on all but one can
be tried on that one.
"""

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from wayside.errors import InputError
from wayside.typing import BoolArray

Half = Literal["tuning", "untouched"]

FRACTION: Final = 0.5
"""Fraction of the simulated events in each half."""


def in_half(events: npt.ArrayLike, half: Half) -> BoolArray:
    """Which events belong to a half.

    Parameters
    ----------
    events
        Numbers of events, shape (n,).
    half
        ``"tuning"`` or ``"untouched"``.

    Examples
    --------
    >>> in_half([0, 1, 2, 3, 4], "untouched").tolist()
    [False, False, True, True, False]
    """
    odd = np.asarray(events) // 2 % 2 == 1
    return np.asarray(odd if half == "untouched" else ~odd)


def fold_of(events: npt.ArrayLike, folds: int) -> npt.NDArray[np.int64]:
    """Fold of events of the half for tuning, from 0; shape (n,).

    Parameters
    ----------
    events
        Numbers of events, shape (n,).
    folds
        Number of folds, 2 at least.

    Raises
    ------
    InputError
        If there are fewer than 2 folds.
    """
    if folds < 2:
        raise InputError(f"{folds} folds: must be 2 at least")
    return np.asarray(np.asarray(events, dtype=np.int64) // 4 % folds)
