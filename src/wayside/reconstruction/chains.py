"""Tracks as runs of rows: links followed from their first base-track to the last."""

import numba
import numpy as np

from wayside.typing import IntArray


def chains(following: IntArray, shortest: int = 1) -> tuple[IntArray, IntArray]:
    """Follow links downstream.

    Parameters
    ----------
    following
        For every row the one that follows it, or -1; no row follows two.
    shortest
        Least rows of a chain that is kept.

    Returns
    -------
    tuple of arrays
        Rows of all chains one behind the other, and where each begins (and one more).

    Examples
    --------
    >>> rows, first = chains(np.array([2, -1, 3, -1]), shortest=2)
    >>> rows.tolist(), first.tolist()
    ([0, 2, 3], [0, 3])
    """
    return _follow(following, shortest)


@numba.njit(cache=True, nogil=True)
def _follow(following: IntArray, shortest: int) -> tuple[IntArray, IntArray]:
    n = len(following)
    led = np.zeros(n, np.bool_)
    for i in range(n):
        if following[i] >= 0:
            led[following[i]] = True
    rows = np.empty(n, np.int64)
    first = np.empty(n + 1, np.int64)
    first[0] = 0
    count = place = 0
    for i in range(n):
        if led[i]:
            continue
        begin, j = place, i
        while j >= 0:
            rows[place] = j
            place += 1
            j = following[j]
        if place - begin < shortest:
            place = begin
        else:
            count += 1
            first[count] = place
    return rows[:place].copy(), first[: count + 1].copy()
