"""Weak decays of a fermion to a fermion and a meson, or to three leptons.

With masses over that of what decays. They serve for tau -> meson N as for N -> meson l; the spins
and colours are those of V - A currents. Derived in docs/theory/particles.md.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.constants import FERMI
from wayside.models.kinematics import kallen
from wayside.typing import FloatArray

__all__ = [
    "charged_spectrum",
    "neutral_pair_factor",
    "open_range",
    "pair_spectrum",
    "propagator_factor",
    "pseudoscalar_width",
    "three_body_factor",
    "unit_width",
    "vector_width",
]

_NODES: Final = np.polynomial.legendre.leggauss(48)


def pseudoscalar_width(mass: float, fermion: float, meson: float, decay_constant: float) -> float:
    """Width in GeV of f -> f' P by a charged current, CKM and mixing elements left out.

    Parameters
    ----------
    mass, fermion, meson
        Masses of what decays and of both products, in GeV.
    decay_constant
        Of the meson in GeV, 0.13 for a pion.

    Returns
    -------
    float
        G_F^2 f^2 m^3/(16 pi) [(1 - y^2)^2 - x^2 (1 + y^2)] sqrt(lambda), with y and x the ratios of
        masses of fermion and meson; 0 without phase space.
    """
    y2, x2, root = _ratios(mass, fermion, meson)
    bracket = (1.0 - y2) ** 2 - x2 * (1.0 + y2)
    return FERMI**2 * decay_constant**2 * mass**3 / (16.0 * math.pi) * bracket * root


def vector_width(mass: float, fermion: float, meson: float, decay_constant: float) -> float:
    """Width in GeV of f -> f' V; parameters as `pseudoscalar_width`.

    The bracket is (1 - y^2)^2 + x^2 (1 + y^2) - 2 x^4.
    """
    y2, x2, root = _ratios(mass, fermion, meson)
    bracket = (1.0 - y2) ** 2 + x2 * (1.0 + y2) - 2.0 * x2**2
    return FERMI**2 * decay_constant**2 * mass**3 / (16.0 * math.pi) * bracket * root


def _ratios(mass: float, fermion: float, meson: float) -> tuple[float, float, float]:
    if fermion + meson >= mass:
        return 0.0, 0.0, 0.0
    root = math.sqrt(float(kallen(mass, fermion, meson))) / mass**2
    return (fermion / mass) ** 2, (meson / mass) ** 2, root


def unit_width(mass: float) -> float:
    """G_F^2 m^5/(192 pi^3) in GeV: width to three massless leptons by a charged current."""
    return FERMI**2 * mass**5 / (192.0 * math.pi**3)


def charged_spectrum(x: npt.ArrayLike, alone: float, lepton: float) -> FloatArray:
    """Spectrum of the invariant mass of two leptons of a three-body decay, whose integral is I.

    Parameters
    ----------
    x
        (Mass of the pair of a charged lepton and a massless neutrino)^2, over that of what decays;
        any shape.
    alone
        Mass of the third lepton over that of what decays.
    lepton
        The same of the charged lepton of the pair.

    Returns
    -------
    ndarray
        12 (x - l^2)(1 + a^2 - x) sqrt(lambda(x, l^2, 0) lambda(1, x, a^2))/x: the squared matrix
        element is (p . p_a)(p_l . p_nu).
    """
    x, above, root = open_range(x, alone, lepton)
    return 12.0 * above**2 * (1.0 + alone**2 - x) * root / x


def pair_spectrum(x: npt.ArrayLike, alone: float, lepton: float) -> FloatArray:
    """Spectrum of the mass of a W's leptons: parts of spin 1 and of spin 0, as for mesons.

    Parameters as `charged_spectrum`; here the squared matrix element is
    (p . p_nu)(p_l . p_a). The integral is the same.
    """
    l2, a2 = lepton**2, alone**2
    x, above, root = open_range(x, alone, lepton)
    vector = (1.0 - a2) ** 2 + x * (1.0 + a2) - 2.0 * x**2
    scalar = (1.0 - a2) ** 2 - x * (1.0 + a2)
    weight = (1.0 + 0.5 * l2 / x) * vector + 1.5 * l2 / x * scalar
    return np.asarray(2.0 * root * (above / x) ** 2 * weight)


def open_range(
    x: npt.ArrayLike, alone: float, lepton: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What spectra of the mass of a pair share; parameters as `charged_spectrum`.

    Returns
    -------
    x
        As an array, no zeros in it.
    above
        x - l^2, 0 below threshold.
    root
        sqrt(lambda(1, x, a^2)), 0 beyond the end.
    """
    x = np.maximum(np.asarray(x, dtype=np.float64), np.finfo(np.float64).tiny)
    inside = (1.0 + alone**2 - x) ** 2 - 4.0 * alone**2
    return x, np.maximum(x - lepton**2, 0.0), np.sqrt(np.maximum(inside, 0.0))


def three_body_factor(first: float, second: float) -> float:
    """I(a, b, 0): width to leptons of two masses and a massless one over `unit_width`.

    Parameters
    ----------
    first, second
        Masses over that of what decays. Symmetric.

    Returns
    -------
    float
        1 for massless leptons, 0 without phase space.
    """
    if first + second >= 1.0:
        return 0.0
    low, high = second**2, (1.0 - first) ** 2
    # A square root at the upper end: x = high - (high - low) t^2.
    nodes, weights = _NODES
    t = 0.5 * (nodes + 1.0)
    values = charged_spectrum(high - (high - low) * t**2, first, second)
    return float(0.5 * weights @ (values * 2.0 * t)) * (high - low)


def neutral_pair_factor(fermion: float, left: float, right: float) -> float:
    """Width to a neutrino and a pair of fermions by a neutral current, over `unit_width`.

    Parameters
    ----------
    fermion
        Mass of either fermion of the pair over that of what decays.
    left, right
        Couplings of the pair, T3 - Q sin^2 and -Q sin^2 for quarks.

    Returns
    -------
    float
        left^2 + right^2 for massless fermions, 0 without phase space.
    """
    if 2.0 * fermion >= 1.0:
        return 0.0
    x2 = fermion**2
    root = math.sqrt(1.0 - 4.0 * x2)
    # (1 - 3 x^2 - (1 - x^2) root)/(x^2 (1 + root)) without cancellation.
    top = 4.0 * x2**3 / (1.0 - 3.0 * x2 + (1.0 - x2) * root)
    log = math.log(top / (x2 * (1.0 + root))) if x2 else 0.0
    squares = (1.0 - 14.0 * x2 - 2.0 * x2**2 - 12.0 * x2**3) * root
    squares += 12.0 * x2**2 * (x2**2 - 1.0) * log
    product = x2 * (2.0 + 10.0 * x2 - 12.0 * x2**2) * root
    product += 6.0 * x2**2 * (1.0 - 2.0 * x2 + 2.0 * x2**2) * log
    return (left**2 + right**2) * squares + 4.0 * left * right * product


def propagator_factor(ratio: float) -> float:
    """Factor of the propagator of a W or a Z on the width to three massless fermions.

    Parameters
    ----------
    ratio
        Mass of what decays over that of the boson, below 1.

    Returns
    -------
    float
        Integral of `pair_spectrum` over (1 - x ratio^2)^2; 1 + 3/5 ratio^2 for a small one.
    """
    nodes, weights = _NODES
    x = 0.5 * (nodes + 1.0)
    return float(0.5 * weights @ (pair_spectrum(x, 0.0, 0.0) / (1.0 - x * ratio**2) ** 2))
