"""Points of low discrepancy: the sequence of Sobol, scrambled, the same on every machine.

Scrambled as by J. Matousek, J. Complexity 14 (1998) 527: digits of a coordinate are multiplied by a
random triangular matrix and then flipped at random. Every elementary interval keeps its number of
points, which a shift modulo 1 does not leave alone.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

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


def _scrambled(numbers: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Direction numbers times a random lower triangular matrix of digits, one for each dimension.

    Shape (bits, dimensions) in and out; the first digit of a coordinate is the highest bit.
    """
    place = np.arange(_BITS - 1, -1, -1)
    digits = numbers[:, :, None] >> place & 1
    below = np.tril(rng.integers(0, 2, (numbers.shape[1], _BITS, _BITS)), -1)
    matrix = below + np.eye(_BITS, dtype=np.int64)
    mixed = np.einsum("dij,kdj->kdi", matrix, digits) & 1
    return np.asarray((mixed << place).sum(axis=2))


@lru_cache(maxsize=4)
def sobol(points: int, seed: int = 0) -> FloatArray:
    """First points of the sequence, scrambled and kept off the borders.

    Parameters
    ----------
    points
        How many, a power of two to be even in all dimensions.
    seed
        Of the scrambling; other values give independent estimates of an integral.

    Returns
    -------
    ndarray
        Shape (points, DIMENSIONS), not to be written to.

    Examples
    --------
    >>> points = sobol(1024)
    >>> points.shape, bool(abs(points.mean() - 0.5) < 1e-3)
    ((1024, 18), True)
    """
    numbers = [[1 << (_BITS - 1 - k) for k in range(_BITS)]]
    numbers += [_direction_numbers(*row) for row in _DIRECTIONS]
    rng = np.random.default_rng(seed)
    v = _scrambled(np.array(numbers, dtype=np.int64).T, rng)
    index = np.arange(points)
    gray = index ^ (index >> 1)
    out = np.tile(rng.integers(0, 1 << _BITS, DIMENSIONS), (points, 1))
    for k in range(max(1, int(points - 1).bit_length())):
        out[(gray >> k & 1) == 1] ^= v[k]
    drawn = np.clip((out + 0.5) * _LEAST, _LEAST, 1.0 - _LEAST)
    drawn.flags.writeable = False
    return np.asarray(drawn)
