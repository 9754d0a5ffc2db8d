"""Where the Z may be left out: bounds on energies and on the mass of A'.

Kinetic mixing is with the hypercharge. An A' of mass q, or a virtual one with q^2 = s, couples to a
fermion of charge Q and third component T3 of its weak isospin like epsilon e times

    Q - r (T3 - Q sin^2)/cos^2,    r = q^2/(q^2 - m_Z^2),

with sin^2 and cos^2 of the weak angle; Wayside takes Q alone. Derived in docs/theory/model.md.
"""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.constants import M_Z, SINE_SQUARED
from wayside.errors import InputError
from wayside.typing import FloatArray

__all__ = [
    "HIGHEST",
    "MIXED",
    "problems",
    "relative_change",
    "require_below_z",
    "require_no_z",
]

NEGLECTED: Final = 0.1
"""Relative change of a rate up to which the Z may be left out."""

STRONGEST: Final = 0.1
"""Kinetic mixing at which the masses of A' and Z have to be apart."""

SHIFT: Final = 0.01
"""Squared mixing angle, over that of equal coupling, up to which they are."""

_FERMIONS: Final = (
    (0.0, 0.5, 3), (-1.0, -0.5, 3), (2.0 / 3.0, 0.5, 6), (-1.0 / 3.0, -0.5, 9),
)  # fmt: skip
"""Charge, isospin and number (with colours) of what is lighter than the limit: no top quark."""


def _powers_of_r() -> tuple[float, float, float]:
    """Sum over fermions and chiralities of the squared coupling: coefficients of 1, r and r^2."""
    sums = np.zeros(3)
    for charge, isospin, number in _FERMIONS:
        for third in (isospin, 0.0):  # left-handed, right-handed
            weak = (third - charge * SINE_SQUARED) / (1.0 - SINE_SQUARED)
            sums += 0.5 * number * np.array([charge**2, -2.0 * charge * weak, weak**2])
    return float(sums[0]), float(sums[1]), float(sums[2])


def relative_change(q: npt.ArrayLike) -> FloatArray:
    """Return by how much the Z changes the visible width of an A' of mass q.

    Parameters
    ----------
    q : array_like
        Mass in GeV, any shape, not that of the Z; or the energy at which an A' is exchanged.

    Returns
    -------
    ndarray
        Width with the Z over that without, minus 1: massless leptons, neutrinos and five quarks at
        tree level.
    """
    s = np.asarray(q, dtype=np.float64) ** 2
    r = s / (s - M_Z**2)
    constant, linear, square = _powers_of_r()
    return np.asarray((linear * r + square * r**2) / constant)


def _highest() -> float:
    """Mass below that of the Z at which the change is `NEGLECTED`."""
    constant, linear, square = _powers_of_r()
    r = (-linear - math.sqrt(linear**2 + 4.0 * square * NEGLECTED * constant)) / (2.0 * square)
    return M_Z * math.sqrt(r / (r - 1.0))


HIGHEST: Final = _highest()
"""Energy, and mass of an A' on its shell, up to which the Z may be left out, in GeV."""


def _mixed() -> tuple[float, float]:
    """Range of masses of A' in which it mixes with the Z."""
    tangent = math.sqrt(SINE_SQUARED / (1.0 - SINE_SQUARED))
    apart = STRONGEST * tangent / math.sqrt(SHIFT)
    return M_Z * math.sqrt(1.0 - apart), M_Z * math.sqrt(1.0 + apart)


MIXED: Final = _mixed()
"""Masses of A' in GeV between which it mixes with the Z, for a virtual one too."""


def problems(sqrt_s: float, m_aprime: float) -> Iterator[tuple[str, float, str]]:
    """Why the Z would have to be included: the quantity at fault, its value, and what is allowed.

    Parameters
    ----------
    sqrt_s
        Energy of the collision in GeV.
    m_aprime
        Mass of A' in GeV.
    """
    if sqrt_s > HIGHEST:
        yield (
            "sqrt_s",
            sqrt_s,
            f"must be at most {HIGHEST:.3g} GeV; beyond, Z exchange, which is not included, changes"
            f" rates by more than {100 * NEGLECTED:g} per cent",
        )
    low, high = MIXED
    if low < m_aprime < high:
        yield (
            "m_aprime",
            m_aprime,
            f"must not be from {low:.3g} to {high:.3g} GeV, where A' mixes with the Z, which is not"
            " included",
        )


def require_no_z(sqrt_s: float, m_aprime: float) -> None:
    """Raise `InputError` for the first of `problems`, whose parameters it takes."""
    for name, value, rule in problems(sqrt_s, m_aprime):
        raise InputError(f"{name} = {value:.10g} GeV: {rule}")


def require_below_z(sqrt_s: float) -> None:
    """Raise `InputError` where a virtual photon of energy sqrt_s in GeV goes with a Z."""
    require_no_z(sqrt_s, 0.0)  # an A' without mass does not mix
