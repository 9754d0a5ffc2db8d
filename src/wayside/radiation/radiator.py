"""Probability that photons off both beams take a fraction of the collision's energy squared.

E.A. Kuraev, V.S. Fadin, Sov. J. Nucl. Phys. 41 (1985) 466: second order in alpha, soft photons
exponentiated; x = 1 - s'/s. Derived and compared in docs/theory, section "Radiation".
"""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from wayside.constants import ALPHA, M_ELECTRON
from wayside.typing import FloatArray

VIRTUAL: Final = ALPHA / math.pi * (math.pi**2 / 3.0 - 0.5)
"""Of virtual and soft photons, at first order and without logarithms."""


def strength(sqrt_s: float) -> float:
    """Exponent of soft radiation off both beams, 2 alpha/pi (ln(s/m_e^2) - 1)."""
    return 2.0 * ALPHA / math.pi * (2.0 * math.log(sqrt_s / M_ELECTRON) - 1.0)


def soft(sqrt_s: float) -> float:
    """Factor of beta x^(beta - 1) in the radiator: virtual and soft corrections."""
    beta = strength(sqrt_s)
    log = 2.0 * math.log(sqrt_s / M_ELECTRON)
    second = log / 3.0 + 2.0 * math.pi**2 - 37.0 / 4.0
    first = VIRTUAL + 0.75 * beta
    return 1.0 + first - beta**2 / 24.0 * second


def hard(x: ArrayLike, sqrt_s: float) -> FloatArray:
    """The rest of the radiator, for 0 < x < 1."""
    beta = strength(sqrt_s)
    x = np.asarray(x, dtype=np.float64)
    logs = -4.0 * (2.0 - x) * np.log(x) - (1.0 + 3.0 * (1.0 - x) ** 2) / x * np.log1p(-x)
    return np.asarray(-beta * (1.0 - 0.5 * x) + beta**2 / 8.0 * (logs - 6.0 + x))


def radiator(x: ArrayLike, sqrt_s: float) -> FloatArray:
    """Density of the fraction x that photons off both beams take, for 0 < x < 1.

    Parameters
    ----------
    x
        1 - s'/s, any shape.
    sqrt_s
        Centre-of-mass energy of the beams in GeV.

    Returns
    -------
    ndarray
        Per unit of x; the cross-section with all photons is its integral with sigma(s (1 - x)).

    Notes
    -----
    Eq. 28 of Kuraev and Fadin.
    """
    beta = strength(sqrt_s)
    x = np.asarray(x, dtype=np.float64)
    return np.asarray(soft(sqrt_s) * beta * x ** (beta - 1.0) + hard(x, sqrt_s))


def first_order(x: ArrayLike, sqrt_s: float) -> FloatArray:
    """The same at first order, for x > 0: one photon and nothing else."""
    x = np.asarray(x, dtype=np.float64)
    return np.asarray(strength(sqrt_s) * (1.0 + (1.0 - x) ** 2) / (2.0 * x))


def narrow_ratio(mass: float, sqrt_s: float) -> float:
    """Cross-section of a narrow state with all photons over that with one.

    Parameters
    ----------
    mass, sqrt_s
        Mass of the state and centre-of-mass energy in GeV, ``mass < sqrt_s``.

    Notes
    -----
    A narrow state fixes x, so the ratio is that of the radiator and its first order. What is left
    out of the radiator, of third order in alpha and of second without logarithms, is 0.1 per cent.

    Examples
    --------
    >>> round(narrow_ratio(8.0, 10.58), 3)
    1.002
    """
    x = (sqrt_s - mass) * (sqrt_s + mass) / sqrt_s**2
    return float(radiator(x, sqrt_s) / first_order(x, sqrt_s))


def nodes_below(sqrt_s: float, x_max: float, order: int) -> tuple[FloatArray, FloatArray]:
    """The same as `nodes` in one piece, for functions that vanish at the end or are smooth there.

    Parameters
    ----------
    sqrt_s
        Centre-of-mass energy in GeV.
    x_max
        Upper end of x, below 1.
    order
        Number of nodes, Gauss-Legendre in x^beta.
    """
    beta = strength(sqrt_s)
    u, w = np.polynomial.legendre.leggauss(order)
    x = x_max * (0.5 * (u + 1.0)) ** (1.0 / beta)
    shape = soft(sqrt_s) + hard(np.maximum(x, 1e-300), sqrt_s) * x ** (1.0 - beta) / beta
    return x, 0.5 * w * x_max**beta * shape


def nodes(sqrt_s: float, x_max: float, order: int = 40) -> tuple[FloatArray, FloatArray]:
    """Values of x with weights that hold the radiator: sum(w f(x)) is its integral with f.

    Parameters
    ----------
    sqrt_s
        Centre-of-mass energy in GeV.
    x_max
        Upper end of x, above 0.5 and below 1.
    order
        Nodes of each of the two pieces.
    """
    beta = strength(sqrt_s)
    u, w = np.polynomial.legendre.leggauss(order)
    u, w = 0.5 * (u + 1.0), 0.5 * w
    # Below 0.5 in x^beta, where the pole is flat; above in log(1 - x), where 1/s' is.
    half = 0.5
    x1 = half * u ** (1.0 / beta)
    flat = half**beta * w
    w1 = flat * (soft(sqrt_s) + hard(x1, sqrt_s) * x1 ** (1.0 - beta) / beta)
    span = math.log((1.0 - half) / (1.0 - x_max))
    x2 = 1.0 - (1.0 - half) * np.exp(-span * u)
    w2 = span * w * (1.0 - x2) * radiator(x2, sqrt_s)
    return np.concatenate([x1, x2]), np.concatenate([w1, w2])
