"""The Z beside the photon: couplings of an A', and where they may be left out.

Kinetic mixing is with the hypercharge. An A' of mass q, or a virtual one with q^2 = s, couples to a
chiral fermion of charge Q and third component T3 of its weak isospin like epsilon e times

    c = Q - r (T3 - Q sin^2)/cos^2,    r = s/(s - m_Z^2 + i s Gamma_Z/m_Z),

with sin^2 and cos^2 of the weak angle; the second term times `NORMALISATION`. Below `INCLUDED_FROM`
Wayside takes Q alone. Derived in docs/theory/model.md.
"""

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from wayside.constants import ALPHA, FERMI, M_Z, SINE_SQUARED, WIDTH_Z
from wayside.errors import InputError
from wayside.typing import FloatArray

__all__ = [
    "DOWN",
    "HEAVIEST",
    "HIGHEST",
    "HIGHEST_EXCHANGE",
    "INCLUDED_FROM",
    "LEPTON",
    "MIXED",
    "NEUTRINO",
    "RESONANT",
    "UP",
    "Fermion",
    "SquaredCouplings",
    "electron_factor",
    "exchange_factor",
    "exchange_problems",
    "is_resonant",
    "problems",
    "relative_change",
    "require_below_z",
    "require_exchange",
    "require_not_mixed",
    "strength",
]

INCLUDED_FROM: Final = 12.0
"""Energy, or mass of an A', in GeV from which the Z is included: below, it changes cross-sections
of pairs by less than 0.1 per cent and the visible width by less than 0.8."""

HIGHEST_EXCHANGE: Final = 95.0
"""Energy of a collision in GeV up to which a virtual A' and Z are exchanged: beyond, photons lead
back to the Z."""

RESONANT: Final = 10.0
"""Distance from the Z in GeV within which its decay to the pair is taken along."""

NORMALISATION: Final = math.sqrt(
    math.sqrt(2.0) * FERMI * M_Z**2 * SINE_SQUARED * (1.0 - SINE_SQUARED) / (math.pi * ALPHA)
)
"""Coupling of the Z to fermions by G_F, 2 sqrt(sqrt(2) G_F) m_Z, over e/(sin cos) with alpha at
zero momentum transfer: 1.03."""

NEGLECTED: Final = 0.1
"""Relative change of a rate up to which the Z may be left out."""

STRONGEST: Final = 0.1
"""Kinetic mixing at which the masses of A' and Z have to be apart."""

SHIFT: Final = 0.01
"""Squared mixing angle, over that of equal coupling, up to which they are."""


class Fermion(NamedTuple):
    """A kind of fermion of the Standard Model."""

    charge: float
    isospin: float
    """Third component of the weak isospin of the left-handed one."""


NEUTRINO: Final = Fermion(0.0, 0.5)
LEPTON: Final = Fermion(-1.0, -0.5)
UP: Final = Fermion(2.0 / 3.0, 0.5)
DOWN: Final = Fermion(-1.0 / 3.0, -0.5)

_NUMBERS: Final = ((NEUTRINO, 3), (LEPTON, 3), (UP, 6), (DOWN, 9))
"""Kinds and their numbers (with colours) of what is lighter than the limit: no top quark."""


class SquaredCouplings(NamedTuple):
    """Squared couplings over (epsilon e)^2, of one shape each."""

    vector: FloatArray
    axial: FloatArray

    @property
    def massless(self) -> FloatArray:
        """Of fermions without mass: the mean over chiralities."""
        return self.vector + self.axial


def strength(kind: Fermion, q: npt.ArrayLike, running: npt.ArrayLike = 1.0) -> SquaredCouplings:
    """Squared vector and axial couplings of an A' of mass q, or of a virtual one.

    Parameters
    ----------
    kind
        Fermion.
    q
        Mass or energy in GeV, any shape.
    running
        Factor of vacuum polarisation on the squared coupling of the photon.

    Examples
    --------
    >>> at_rest = strength(LEPTON, 1e-3)
    >>> round(float(at_rest.vector), 6), round(float(at_rest.axial), 6)
    (1.0, 0.0)
    """
    s = np.asarray(q, dtype=np.float64) ** 2
    r = NORMALISATION * s / (s - M_Z**2 + 1j * s * WIDTH_Z / M_Z)
    cosine_squared = 1.0 - SINE_SQUARED
    photon = kind.charge * np.sqrt(running)
    left = photon - r * (kind.isospin - kind.charge * SINE_SQUARED) / cosine_squared
    right = photon + r * kind.charge * SINE_SQUARED / cosine_squared
    vector, axial = 0.5 * (left + right), 0.5 * (left - right)
    return SquaredCouplings(np.abs(vector) ** 2, np.abs(axial) ** 2)


def electron_factor(q: float, running: float = 1.0) -> float:
    """Factor on cross-sections of e+ e- through an A' of mass q, or a virtual one.

    Parameters
    ----------
    q
        Mass or energy in GeV.
    running
        Factor of vacuum polarisation on the squared coupling of the photon.

    Returns
    -------
    float
        That of the Z and of vacuum polarisation together; the latter alone below `INCLUDED_FROM`.
    """
    return exchange_factor(q, running) if q >= INCLUDED_FROM else running


def exchange_factor(q: float, running: float = 1.0) -> float:
    """`electron_factor` with the Z at all energies; parameters as there."""
    return float(strength(LEPTON, q, running).massless)


def is_resonant(sqrt_s: float) -> bool:
    """Whether a collision of an energy in GeV makes Z, whose decays are then counted."""
    return abs(sqrt_s - M_Z) < RESONANT and sqrt_s <= HIGHEST_EXCHANGE


def _powers_of_r() -> tuple[float, float, float]:
    """Sum over fermions and chiralities of the squared coupling: coefficients of 1, r and r^2."""
    sums = np.zeros(3)
    for (charge, isospin), number in _NUMBERS:
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
"""Energy in GeV up to which the Z may be left out where it is not included."""


def _mixed() -> tuple[float, float]:
    """Range of masses of A' in which it mixes with the Z."""
    tangent = math.sqrt(SINE_SQUARED / (1.0 - SINE_SQUARED))
    apart = STRONGEST * tangent / math.sqrt(SHIFT)
    return M_Z * math.sqrt(1.0 - apart), M_Z * math.sqrt(1.0 + apart)


MIXED: Final = _mixed()
"""Masses of A' in GeV between which it mixes with the Z, for a virtual one too."""


HEAVIEST: Final = MIXED[0]
"""Mass in GeV up to which an A' may be on its shell: lighter than those that mix."""


def problems(m_aprime: float) -> Iterator[str]:
    """Why a mass of A' in GeV is not allowed: what is."""
    low, high = MIXED
    if low < m_aprime < high:
        yield (
            f"must not be from {low:.3g} to {high:.3g} GeV, where A' mixes with the Z, which is not"
            " included"
        )


def require_not_mixed(m_aprime: float) -> None:
    """Raise `InputError` for the first of `problems`, whose parameter it takes."""
    for rule in problems(m_aprime):
        raise InputError(f"m_aprime = {m_aprime:.10g} GeV: {rule}")


def exchange_problems(sqrt_s: float) -> Iterator[str]:
    """Why an A' and a Z cannot be exchanged at an energy in GeV: what is allowed."""
    if sqrt_s > HIGHEST_EXCHANGE:
        yield (
            f"must be at most {HIGHEST_EXCHANGE:g} GeV off shell; beyond, photons lead back to the"
            " Z, which is not included"
        )


def require_exchange(sqrt_s: float) -> None:
    """Raise `InputError` for the first of `exchange_problems`, whose parameter it takes."""
    for rule in exchange_problems(sqrt_s):
        raise InputError(f"sqrt_s = {sqrt_s:.10g} GeV: {rule}")


def require_below_z(sqrt_s: float) -> None:
    """Raise `InputError` where a virtual photon of energy sqrt_s in GeV goes with a Z."""
    if sqrt_s > HIGHEST:
        raise InputError(
            f"sqrt_s = {sqrt_s:.10g} GeV: must be at most {HIGHEST:.3g} GeV; beyond, Z exchange,"
            f" which is not included, changes rates by more than {100 * NEGLECTED:g} per cent"
        )
