"""Modified Bessel functions K1 and K2 as short polynomials, for compiled loops.

sqrt(2 z/pi) exp(z) K_n(z) is smooth in 1/z. A Chebyshev interpolation on 0 < 1/z < 1/2 has ten
digits with few terms; it is computed when it is first needed.
"""

import functools

import numba
import numpy as np
import numpy.typing as npt
from scipy.special import kve

FloatArray = npt.NDArray[np.float64]

LEAST_ARGUMENT = 2.0
"""Of K1 and K2 below."""

_TERMS = 12


@functools.cache
def coefficients(order: int) -> FloatArray:
    """Return powers-of-1/z coefficients of K_order, highest power first."""

    def scaled(inverse: FloatArray) -> FloatArray:
        z = 1 / inverse
        return np.asarray(kve(order, z) * np.sqrt(2 * z / np.pi))

    fit = np.polynomial.Chebyshev.interpolate(scaled, _TERMS, [1e-9, 1 / LEAST_ARGUMENT])
    series = fit.convert(kind=np.polynomial.Polynomial).coef[::-1].copy()
    series.flags.writeable = False
    return np.asarray(series)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def scaled_k(z: float, series: FloatArray) -> float:
    """Return exp(z) K(z) for z above `LEAST_ARGUMENT`, from `coefficients`."""
    inverse = 1.0 / z
    total = 0.0
    for each in series:
        total = total * inverse + each
    return total * np.sqrt(0.5 * np.pi * inverse)
