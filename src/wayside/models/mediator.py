"""Widths of the dark photon A': into visible particles over epsilon^2, into the pair over g_D^2.

epsilon is the A' coupling over the photon's at the scale of the A' mass, with the fine-structure
constant at zero momentum: vacuum polarisation is in neither R nor alpha. Lepton pairs by way of a
narrow vector state (A' within a few of its widths of the J/psi or an Upsilon) are left out.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.constants import ALPHA, LEPTON_MASSES
from wayside.errors import InputError, RangeError
from wayside.models import z_boson
from wayside.models.couplings import Powers
from wayside.models.currents import PairLike, current_of
from wayside.models.kinematics import pair_momentum
from wayside.models.r_ratio import r_ratio, r_ratio_error
from wayside.typing import FloatArray

__all__ = [
    "DARK_POWERS",
    "EXCHANGE_POWERS",
    "VISIBLE_POWERS",
    "dark_width_hats",
    "hadronic_width_error",
    "lepton_factor",
    "visible_width_hats",
]


VISIBLE_POWERS: Final = Powers(epsilon=2)
"""How widths into visible particles scale with the couplings."""

DARK_POWERS: Final = Powers(g_d=2)
"""How the width into the dark pair scales with the couplings."""

EXCHANGE_POWERS: Final = VISIBLE_POWERS * DARK_POWERS
"""How rates of processes that exchange an A' scale: decay of the excited state, annihilation."""


def lepton_factor(q: npt.ArrayLike, mass: float) -> FloatArray:
    """Return the counterpart of R for a lepton pair of unit charge.

    Parameters
    ----------
    q : array_like
        Invariant mass of the pair in GeV, positive.
    mass : float
        Mass of the lepton in GeV.

    Returns
    -------
    ndarray
        sqrt(1 - 4 m^2/q^2) (1 + 2 m^2/q^2), 0 below threshold.
    """
    q = np.asarray(q, dtype=np.float64)
    excess = np.maximum(q - 2 * mass, 0.0)
    return np.asarray(np.sqrt(excess * (q + 2 * mass)) / q * (1 + 2 * (mass / q) ** 2))


def visible_width_hats(m_aprime: npt.ArrayLike) -> dict[str, FloatArray]:
    """Return the widths of A' into the Standard Model over epsilon^2.

    Parameters
    ----------
    m_aprime : array_like
        Mass in GeV, any shape, positive and at most `z_boson.HEAVIEST`.

    Returns
    -------
    dict of str to ndarray
        GeV, by channel ``e``, ``mu``, ``tau``, ``hadrons``: alpha M/3 times `lepton_factor` or R
        (Eqs. 7 and 9 of the study); from `z_boson.INCLUDED_FROM` on with the Z, and ``neutrinos``
        where a mass is above that.

    Raises
    ------
    InputError
        If a mass is out of range.
    """
    mass = _checked(m_aprime)
    massless = ALPHA * mass / 3
    widths = {name: massless * lepton_factor(mass, m) for name, m in LEPTON_MASSES.items()}
    widths |= {"hadrons": massless * r_ratio(mass)}
    heavy = mass >= z_boson.INCLUDED_FROM
    if not np.any(heavy):
        return widths
    with_z = {name: massless * _lepton_factor_with_z(mass, m) for name, m in LEPTON_MASSES.items()}
    with_z["hadrons"] = widths["hadrons"] * _hadron_factor(mass)
    with_z["neutrinos"] = massless * 3.0 * z_boson.strength(z_boson.NEUTRINO, mass).massless
    widths["neutrinos"] = np.zeros_like(mass)
    return {name: np.where(heavy, with_z[name], width) for name, width in widths.items()}


def _lepton_factor_with_z(q: FloatArray, mass: float) -> FloatArray:
    """`lepton_factor` with the vector and axial couplings of an A' that mixes with the Z."""
    squares = z_boson.strength(z_boson.LEPTON, q)
    velocity2 = np.maximum(1.0 - (2.0 * mass / q) ** 2, 0.0)
    return np.asarray(
        squares.vector * lepton_factor(q, mass) + squares.axial * velocity2 * np.sqrt(velocity2)
    )


def _hadron_factor(q: FloatArray) -> FloatArray:
    """Squared couplings to two up and three down quarks over those of the photon alone."""
    up, down = (z_boson.strength(kind, q).massless for kind in (z_boson.UP, z_boson.DOWN))
    return np.asarray((2.0 * up + 3.0 * down) / (11.0 / 9.0))


def dark_width_hats(
    pair: PairLike, m_aprime: npt.ArrayLike, m1: npt.ArrayLike, m2: npt.ArrayLike
) -> FloatArray:
    """Return the width of A' into the dark pair over g_D^2.

    Parameters
    ----------
    pair : model class, model or Current
        The dark pair; masses that it has itself are not used.
    m_aprime, m1, m2 : array_like
        Masses in GeV, broadcast together.

    Returns
    -------
    ndarray
        (a + b/3) p* / (8 pi M^2) in GeV with the tensor (a, b) of the current; 0 where
        m_aprime < m1 + m2. Derived in docs/theory.
    """
    mass, heavy, light = (np.asarray(x, dtype=np.float64) for x in (m_aprime, m1, m2))
    above = np.maximum((mass - heavy) - light, 0.0)
    a, b = current_of(pair).pair(above, heavy, light)
    momentum = pair_momentum(mass, heavy, light)
    return np.asarray((a + b / 3) * momentum / (8 * np.pi * mass**2))


def hadronic_width_error(m_aprime: npt.ArrayLike) -> FloatArray:
    """Return the standard uncertainty of the hadronic width from R, over epsilon^2.

    Parameters
    ----------
    m_aprime : array_like
        Mass in GeV.

    Returns
    -------
    ndarray
        GeV, same shape.
    """
    mass = _checked(m_aprime)
    factor = np.where(mass >= z_boson.INCLUDED_FROM, _hadron_factor(mass), 1.0)
    return np.asarray(ALPHA * mass / 3 * factor * r_ratio_error(mass))


def _checked(m_aprime: npt.ArrayLike) -> FloatArray:
    mass = np.asarray(m_aprime, dtype=np.float64)
    if not (mass > 0).all():
        raise InputError(f"m_aprime = {mass[~(mass > 0)].flat[0]:g} GeV: must be positive")
    highest = z_boson.HEAVIEST
    if (mass > highest).any():
        raise RangeError(
            f"m_aprime = {mass[mass > highest].flat[0]:g} GeV: its visible width is known up to"
            f" {highest:.3g} GeV only; beyond, it mixes with the Z"
        )
    return mass
