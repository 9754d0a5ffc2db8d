"""The Pareto front: designs than which none is better in everything."""

import numpy as np

from wayside.typing import FloatArray, IndexArray


def front(losses: FloatArray) -> IndexArray:
    """Numbers of the designs that no other one dominates, by the first loss.

    Parameters
    ----------
    losses
        The smaller the better, shape (n, objectives); designs with nan are left out.

    Returns
    -------
    array
        A design is dominated by one that is nowhere worse and somewhere better. Of equal ones the
        first is taken.

    Examples
    --------
    >>> front(np.array([[1.0, 3.0], [2.0, 2.0], [2.5, 2.5], [3.0, 1.0], [1.0, 3.0]])).tolist()
    [0, 1, 3]
    """
    finite = np.flatnonzero(np.isfinite(losses).all(axis=1))
    order = finite[np.lexsort(losses[finite].T[::-1])]
    kept: list[int] = []
    for number in order.tolist():
        if not any(np.all(losses[other] <= losses[number]) for other in kept):
            kept.append(number)
    return np.array(kept, dtype=np.intp)
