"""Photons off the beams: what they take from a cross-section, and what a narrow peak keeps.

Radiator: E.A. Kuraev, V.S. Fadin, Sov. J. Nucl. Phys. 41 (1985) 466, second order with soft
photons exponentiated; x = 1 - s'/s. All photons are collinear, from one beam or the other.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import voigt_profile

from wayside.constants import ALPHA, FB_PER_NB, GEV2_TO_FB, M_ELECTRON
from wayside.data import read_table
from wayside.typing import FloatArray


def strength(sqrt_s: float) -> float:
    """Exponent of soft radiation, 2 alpha/pi (ln(s/m_e^2) - 1)."""
    return 2.0 * ALPHA / math.pi * (2.0 * math.log(sqrt_s / M_ELECTRON) - 1.0)


def soft(sqrt_s: float) -> float:
    """Factor of beta x^(beta - 1) in the radiator: virtual and soft corrections."""
    beta = strength(sqrt_s)
    log = 2.0 * math.log(sqrt_s / M_ELECTRON)
    second = log / 3.0 + 2.0 * math.pi**2 - 37.0 / 4.0
    first = ALPHA / math.pi * (math.pi**2 / 3.0 - 0.5) + 0.75 * beta
    return 1.0 + first - beta**2 / 24.0 * second


def hard(x: ArrayLike, sqrt_s: float) -> FloatArray:
    """The rest of the radiator, for 0 < x < 1."""
    beta = strength(sqrt_s)
    x = np.asarray(x, dtype=np.float64)
    logs = -4.0 * (2.0 - x) * np.log(x) - (1.0 + 3.0 * (1.0 - x) ** 2) / x * np.log1p(-x)
    return np.asarray(-beta * (1.0 - 0.5 * x) + beta**2 / 8.0 * (logs - 6.0 + x))


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
    whole = soft(sqrt_s) * beta * x2 ** (beta - 1.0) + hard(x2, sqrt_s)
    w2 = span * w * (1.0 - x2) * whole
    return np.concatenate([x1, x2]), np.concatenate([w1, w2])


def vacuum_polarisation(sqrt_s: ArrayLike) -> FloatArray:
    """(alpha(s)/alpha)^2, a straight line in log s through the narrow states' values.

    From ``narrow_vector_states``; off the resonances good to 1 per cent above 1 GeV, not below.
    """
    table = read_table("narrow_vector_states")
    logs = np.log(table["mass"])
    slope, start = np.polyfit(logs, 1.0 / table["alpha_ratio_squared"], 1)
    return np.asarray(np.maximum(1.0, start + slope * np.log(np.asarray(sqrt_s))))


def peak_area(mass: float, width_ee: float) -> float:
    """Integral of a narrow state's cross-section over sqrt(s), in nb GeV: 6 pi^2 Gamma_ee/M^2."""
    return 6.0 * math.pi**2 * width_ee / mass**2 * GEV2_TO_FB / FB_PER_NB


def peak_cross_section(
    sqrt_s: float, mass: float, width: float, width_ee: float, spread: float
) -> float:
    """Cross-section to produce a narrow state at beams of some energy spread, in nb.

    Parameters
    ----------
    sqrt_s
        Centre-of-mass energy of the beams in GeV.
    mass, width, width_ee
        Mass, width and electronic width of the state in GeV.
    spread
        Standard deviation of the centre-of-mass energy in GeV.

    Notes
    -----
    A Breit-Wigner peak folded with a Gaussian (a Voigt profile) and with the radiator, which
    changes little over the spread and is taken at ``sqrt_s``. Interference with the continuum,
    odd about the peak, is left out.
    """
    x, w = nodes(sqrt_s, 0.9, order=200)
    profile = voigt_profile(sqrt_s * np.sqrt(1.0 - x) - mass, spread, 0.5 * width)
    return peak_area(mass, width_ee) * float(w @ profile)
