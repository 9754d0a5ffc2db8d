"""How far muons get: mean energy loss in matter, dE/dX = a(E) + b(E) E, integrated to a range.

From the table ``muon_loss``, written by ``scripts/make_muon_loss_table.py``; the tests compare it
with the PDG's a and b.
"""

import functools
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline, PchipInterpolator

from wayside.data import read_table
from wayside.typing import FloatArray

Medium = Literal["rock", "lead", "iron", "tungsten"]


@functools.cache
def _curves(medium: Medium) -> tuple[PchipInterpolator, PchipInterpolator]:
    """Logarithm of the range against that of the kinetic energy, and the inverse."""
    table = read_table("muon_loss")
    log_energy = np.log(table["kinetic"])
    # dX = E dlog(E) / (dE/dX); 1000 converts MeV cm^2/g.
    steps = CubicSpline(log_energy, 1e3 * table["kinetic"] / table[medium])
    # Below the first point the loss grows as E^-0.8: range E/(1.8 dE/dX), well below a mg/cm^2.
    first = 1e3 * table["kinetic"][0] / table[medium][0] / 1.8
    ranges = np.log(first + steps.antiderivative()(log_energy))
    return PchipInterpolator(log_energy, ranges), PchipInterpolator(ranges, log_energy)


@functools.cache
def _log_loss(medium: Medium) -> CubicSpline:
    table = read_table("muon_loss")
    return CubicSpline(np.log(table["kinetic"]), np.log(table[medium]))


def loss(kinetic: ArrayLike, medium: Medium = "rock") -> FloatArray:
    """Mean energy loss in MeV cm^2/g against the kinetic energy in GeV, 1 MeV to 1 PeV."""
    return np.asarray(np.exp(_log_loss(medium)(np.log(kinetic))))


def range_of(kinetic: ArrayLike, medium: Medium = "rock") -> FloatArray:
    """Mean range in g/cm^2 against the kinetic energy in GeV."""
    return np.asarray(np.exp(_curves(medium)[0](np.log(kinetic))))


def energy_before(kinetic: ArrayLike, grammage: ArrayLike, medium: Medium = "rock") -> FloatArray:
    """Kinetic energy in GeV with which a muon goes in that comes out with some, on average.

    Parameters
    ----------
    kinetic
        Behind the matter, in GeV; 0 for one that stops there.
    grammage
        Grammage of the matter in g/cm^2, of a shape that broadcasts.
    medium
        ``"rock"``, ``"lead"``, ``"iron"`` or ``"tungsten"``.

    Returns
    -------
    FloatArray
        Kinetic energies in GeV, at most 1 PeV: more matter than that is not crossed.
    """
    after = np.maximum(np.asarray(kinetic, dtype=np.float64), 1e-3)
    behind = np.where(np.asarray(kinetic) > 0.0, range_of(after, medium), 0.0)
    total = np.asarray(behind + grammage)
    table = read_table("muon_loss")
    ends = range_of(table["kinetic"][[0, -1]], medium)
    inside = np.exp(_curves(medium)[1](np.log(np.clip(total, *ends))))
    return np.asarray(np.where(total < ends[0], np.maximum(kinetic, 0.0), inside))


def energy_after(kinetic: ArrayLike, grammage: ArrayLike, medium: Medium = "rock") -> FloatArray:
    """Kinetic energy in GeV with which a muon comes out, on average; 0 where it stops.

    Parameters
    ----------
    kinetic
        In front of the matter, in GeV.
    grammage
        Grammage of the matter in g/cm^2, of a shape that broadcasts.
    medium
        ``"rock"``, ``"lead"``, ``"iron"`` or ``"tungsten"``.

    Examples
    --------
    >>> round(float(energy_after(5.0, 236.2, "iron")), 2)
    4.56
    """
    before = np.asarray(kinetic, dtype=np.float64)
    left = range_of(np.maximum(before, 1e-3), medium) - np.asarray(grammage)
    least = range_of(1e-3, medium)
    inside = np.exp(_curves(medium)[1](np.log(np.maximum(left, least))))
    return np.asarray(np.where((left > least) & (before >= 1e-3), inside, 0.0))
