"""Points of low discrepancy: the sequence of Sobol, shifted, the same on every machine."""

from functools import lru_cache
from typing import Final

import numpy as np

from wayside.typing import FloatArray

# S. Joe, F.Y. Kuo, SIAM J. Sci. Comput. 30 (2008) 2635, file new-joe-kuo-6: polynomial, then m.
_DIRECTIONS: Final = (
    (0, (1,)),
    (1, (1, 3)),
    (1, (1, 3, 1)),
    (2, (1, 1, 1)),
    (1, (1, 1, 3, 3)),
    (4, (1, 3, 5, 13)),
    (2, (1, 1, 5, 5, 17)),
    (4, (1, 1, 5, 5, 5)),
    (7, (1, 1, 7, 11, 19)),
    (11, (1, 1, 5, 1, 1)),
    (13, (1, 1, 1, 3, 11)),
    (14, (1, 3, 5, 5, 31)),
    (1, (1, 3, 3, 9, 7, 49)),
    (13, (1, 1, 1, 15, 21, 21)),
    (16, (1, 3, 1, 13, 27, 49)),
    (19, (1, 1, 1, 15, 7, 5)),
    (22, (1, 3, 1, 15, 13, 25)),
)

_BITS: Final = 24
_LEAST: Final = 2.0**-_BITS

DIMENSIONS: Final = len(_DIRECTIONS) + 1
"""Dimensions of the sequence."""


def _direction_numbers(polynomial: int, start: tuple[int, ...]) -> list[int]:
    degree = len(start)
    m = list(start)
    for k in range(degree, _BITS):
        value = m[k - degree] ^ (m[k - degree] << degree)
        for i in range(1, degree):
            if polynomial >> (degree - 1 - i) & 1:
                value ^= m[k - i] << i
        m.append(value)
    return [value << (_BITS - 1 - k) for k, value in enumerate(m[:_BITS])]


@lru_cache(maxsize=4)
def sobol(points: int, shift: int = 0) -> FloatArray:
    """First points of the sequence, shifted modulo 1 and kept off the borders.

    Parameters
    ----------
    points
        How many, a power of two to be even in all dimensions.
    shift
        Seed of the shift; other values give independent estimates of an integral.

    Returns
    -------
    ndarray
        Shape (points, DIMENSIONS).

    Examples
    --------
    >>> points = sobol(1024)
    >>> points.shape, bool(abs(points.mean() - 0.5) < 1e-3)
    ((1024, 18), True)
    """
    numbers = [[1 << (_BITS - 1 - k) for k in range(_BITS)]]
    numbers += [_direction_numbers(*row) for row in _DIRECTIONS]
    v = np.array(numbers, dtype=np.int64).T
    index = np.arange(points)
    gray = index ^ (index >> 1)
    out = np.zeros((points, DIMENSIONS), dtype=np.int64)
    for k in range(max(1, int(points - 1).bit_length())):
        out[(gray >> k & 1) == 1] ^= v[k]
    shifts = np.random.default_rng(shift).random(DIMENSIONS)
    return np.clip((out * _LEAST + shifts) % 1.0, _LEAST, 1.0 - _LEAST)
