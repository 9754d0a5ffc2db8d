"""Modified Bessel functions K1 and K2 as short polynomials, for compiled loops.

sqrt(2 z/pi) exp(z) K_n(z) is smooth in 1/z. A Chebyshev interpolation between 1/z = 0 and the
largest 1/z in use has eight digits with few terms; it is computed when it is first needed.
"""

import functools
from typing import Final

import numpy as np
from scipy.special import kve

from wayside.compiled import njit
from wayside.typing import FloatArray

LEAST_ARGUMENT: Final = {1: 4.0, 2: 2.0}
"""By order: sqrt(s)/T is above twice m2/T."""

_TERMS: Final = {1: 7, 2: 10}


@functools.cache
def coefficients(order: int) -> FloatArray:
    """Return coefficients of sqrt(2 z/pi) exp(z) K_order(z) in powers of 1/z, highest first."""

    def scaled(inverse: FloatArray) -> FloatArray:
        z = 1 / inverse
        return np.asarray(kve(order, z) * np.sqrt(2 * z / np.pi))

    span = [1e-9, 1 / LEAST_ARGUMENT[order]]
    fit = np.polynomial.Chebyshev.interpolate(scaled, _TERMS[order], span)
    series = fit.convert(kind=np.polynomial.Polynomial).coef[::-1].copy()
    series.flags.writeable = False
    return np.asarray(series)


@njit(error_model="numpy")
def horner(inverse: float, series: FloatArray) -> float:
    """Return sqrt(2 z/pi) exp(z) K(z) at 1/z, from `coefficients`."""
    total = 0.0
    for coefficient in series:
        total = total * inverse + coefficient
    return float(total)


@njit(error_model="numpy")
def scaled_k(z: float, series: FloatArray) -> float:
    """Return exp(z) K(z) for z above `LEAST_ARGUMENT`, from `coefficients`."""
    return float(horner(1 / z, series) * np.sqrt(0.5 * np.pi / z))
