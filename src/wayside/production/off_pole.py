"""Where off-shell production with photons ends and the pole of the A' begins.

Photons off the beams lower the energy of the collision to s' = s (1 - x). Where the A' is lighter
than sqrt(s) and heavier than the pair, they lead over its pole: there the production is that on
shell, to first order in the width the term of the pole, and what is left of the integral is its
finite part. Off-shell production is given the losses up to where the finite part of the rest
vanishes: its total is then that of the whole. Derived in docs/theory, section "Radiation".
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.optimize import brentq

from wayside.typing import FloatArray

Function = Callable[[FloatArray], FloatArray]
"""Of losses x, any shape."""

_ORDER: Final = 64
_STEP: Final = 1e-3
"""For the slope at the pole, over the distance from the pole to what is nearest."""

_NEAREST: Final = 0.02
"""Distance from the pole at which a search ends, over the same."""

_LEAST: Final = 1e-3
"""Loss at which it begins, over that of the pole."""


def finite_part(numerator: Function, pole: float, low: float, high: float) -> float:
    """Finite part of the integral of a function over (x - pole)^2, from ``low`` to ``high``.

    Parameters
    ----------
    numerator
        Smooth in the root of ``high - x``, as above a threshold.
    pole
        Between ``low`` and ``high``.
    low, high
        Limits.

    Notes
    -----
    What is left of the integral over (x - pole)^2 + gamma^2 for small gamma without its term
    pi numerator(pole)/gamma.
    """
    step = _STEP * min(pole - low, high - pole)
    there, left, right = numerator(np.array([pole, pole - step, pole + step])).tolist()
    slope = (right - left) / (2.0 * step)
    u, w = np.polynomial.legendre.leggauss(_ORDER)
    total = -there * (1.0 / (high - pole) + 1.0 / (pole - low))
    total += slope * np.log((high - pole) / (pole - low))
    roots = np.sqrt(np.array([0.0, high - pole, high - low]))
    for start, end in pairwise(roots.tolist()):
        root = start + 0.5 * (end - start) * (1.0 + u)
        x = high - root**2
        rest = (numerator(x) - there - slope * (x - pole)) / (x - pole) ** 2
        total += float(0.5 * (end - start) * np.sum(w * rest * 2.0 * root))
    return float(total)


def last_loss(numerator: Function, beta: float, pole: float, high: float) -> float:
    """Loss beyond which the finite part of the integral vanishes.

    Parameters
    ----------
    numerator
        Radiator times cross-section times (x - pole)^2.
    beta
        Exponent of soft radiation: the numerator grows as x^(beta - 1) to small x.
    pole, high
        Losses that lead to the pole and to the threshold of the pair.

    Returns
    -------
    float
        Between nothing and the pole: soft photons outweigh what is negative next to it.
    """
    middle = 0.5 * pole
    beyond = finite_part(numerator, pole, middle, high)
    u, w = np.polynomial.legendre.leggauss(_ORDER)

    def rest(low: float) -> float:
        if low >= middle:
            return finite_part(numerator, pole, low, high)
        # Even in x^beta, where the radiator is flat.
        start, end = low**beta, middle**beta
        flat = start + 0.5 * (end - start) * (1.0 + u)
        x = flat ** (1.0 / beta)
        values = numerator(x) / (x - pole) ** 2 * x ** (1.0 - beta) / beta
        return beyond + float(0.5 * (end - start) * np.sum(w * values))

    return float(brentq(rest, _LEAST * pole, pole - _NEAREST * min(pole, high - pole), rtol=1e-10))
