"""Chains of base-tracks: links followed from their first base-track to the last."""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.typing import IntArray


class Chains(NamedTuple):
    """Chains of rows, one behind the other."""

    members: IntArray
    """Row numbers of all chains, one chain behind the other."""
    first: IntArray
    """Place in ``members`` where each chain begins, and their number: shape (chains + 1,)."""

    @property
    def number(self) -> int:
        """Number of chains."""
        return len(self.first) - 1

    def of(self, chain: int) -> IntArray:
        """Row numbers of one chain, from upstream to downstream."""
        return self.members[self.first[chain] : self.first[chain + 1]]


def chains(following: IntArray, shortest: int = 1) -> Chains:
    """Follow links downstream.

    Parameters
    ----------
    following
        For every row the row that follows it, or -1; shape (n,). No row follows two.
    shortest
        Smallest number of rows of a chain that is kept.

    Returns
    -------
    Chains
        Rows of every chain, the chains in the order of their first rows.

    Examples
    --------
    >>> members, first = chains(np.array([2, -1, 3, -1]), shortest=2)
    >>> members.tolist(), first.tolist()
    ([0, 2, 3], [0, 3])
    """
    return Chains(*_follow(following, shortest))


@njit(nogil=True)
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
