"""Degrees of freedom of the primordial plasma, from more than one source.

``drees2015``
    Table of Drees, Hajkarim and Schmitz, arXiv:1503.03513: free particles, lattice QCD from
    100 MeV up. The default, as in micrOMEGAs and DarkSUSY.
``saikawa2018``
    Fits of Saikawa and Shirai, arXiv:1803.01038 (Eqs. C.1-C.9): other lattice results, interactions
    among quarks and gluons by perturbation theory, neutrinos after their decoupling. Compared
    number by number with public implementations: seven of the ratios above
    120 MeV, four of the sums below it. Where one of them differs (four misprints), the others agree
    with what stands here. Below 60 MeV the fits are within a per cent of integrals over free
    photons, neutrinos, leptons and pions; today they are 3.38 and 3.93.

The two differ by up to 1.3 per cent from 0.5 to 120 MeV, and by 4 to 10 per cent from 0.2 to
50 GeV, where lattice and perturbation theory disagree. Between 0.07 and 0.25 MeV ``drees2015`` is
up to 7 per cent below the integrals, ``saikawa2018`` is not; it matters for m2 below some 10 MeV.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from wayside.cosmology.choices import DOF_NAMES
from wayside.data import read_table
from wayside.errors import check_choice
from wayside.typing import FloatArray

__all__ = ["Dof", "dof", "saikawa_geff_heff"]

_LOW, _HIGH = 2e-5, 1e4
_POINTS = 1001

# Masses in GeV as the fits take them.
_M_ELECTRON, _M_MUON = 511e-6, 0.1056
_M_PION_NEUTRAL, _M_PION = 0.135, 0.140
_QCD = 0.12
"""Temperature in GeV at which the fits of Saikawa and Shirai change from one to the other."""


@dataclass(frozen=True, eq=False)
class Dof:
    """Degrees of freedom on an even grid of ln T, shape (n,); constant beyond its ends."""

    name: str
    ln_t: FloatArray
    """Logarithm of the temperature in GeV."""
    sqrt_gstar: FloatArray
    """heff / sqrt(geff) (1 + dln(heff)/dln(T)/3), as in the equation of the yield."""
    heff: FloatArray
    """Degrees of freedom of the entropy density, which is 2 pi^2 heff T^3/45."""
    geff: FloatArray
    """Degrees of freedom of the energy density, which is pi^2 geff T^4/30."""

    def at(self, temperature: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return sqrt_gstar, heff and geff at temperatures in GeV."""
        ln_t = np.log(np.asarray(temperature, dtype=np.float64))
        values = [np.interp(ln_t, self.ln_t, y) for y in (self.sqrt_gstar, self.heff, self.geff)]
        return values[0], values[1], values[2]

    def hubble(self, temperature: npt.ArrayLike) -> FloatArray:
        """Return the Hubble rate in GeV at temperatures in GeV."""
        from wayside.cosmology.universe import PLANCK_MASS

        t = np.asarray(temperature, dtype=np.float64)
        return np.asarray(np.sqrt(4 * np.pi**3 / 45 * self.at(t)[2]) * t**2 / PLANCK_MASS)


@functools.cache
def dof(name: str) -> Dof:
    """Return the degrees of freedom from one source.

    Parameters
    ----------
    name : str
        Name of the source, one of ``DOF_NAMES``.

    Raises
    ------
    InputError
        If there is no source of that name.

    Examples
    --------
    At 1 GeV:

    >>> _, heff, geff = dof("drees2015").at(1.0)
    >>> bool(60.0 < heff < 80.0), bool(60.0 < geff < 80.0)
    (True, True)
    """
    check_choice("dof", name, DOF_NAMES)
    ln_t = np.linspace(np.log(_LOW), np.log(_HIGH), _POINTS)
    values = _SOURCES[name](ln_t)
    for array in (ln_t, *values):
        array.flags.writeable = False
    return Dof(name, ln_t, *values)


def _drees(ln_t: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    table = read_table("dof_drees2015")
    at = np.log(table["t"])
    inside = np.clip(ln_t, at[0], at[-1])
    columns = [PchipInterpolator(at, table[key])(inside) for key in ("sqrt_gstar", "heff", "geff")]
    return columns[0], columns[1], columns[2]


def _saikawa(ln_t: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    geff, heff = saikawa_geff_heff(np.exp(ln_t))
    # The two fits do not join exactly: take the slope within each.
    step = 1e-4
    side = np.where(np.exp(ln_t) < _QCD, -1.0, 1.0)
    near = np.abs(ln_t - np.log(_QCD)) < 2 * step
    shifted = ln_t + np.where(near, side * 2 * step, 0.0)
    up = saikawa_geff_heff(np.exp(shifted + step))[1]
    down = saikawa_geff_heff(np.exp(shifted - step))[1]
    slope = (np.log(up) - np.log(down)) / (2 * step)
    return heff / np.sqrt(geff) * (1 + slope / 3), heff, geff


_Columns = tuple[FloatArray, FloatArray, FloatArray]

_SOURCES: Final[Mapping[str, Callable[[FloatArray], _Columns]]] = {
    "drees2015": _drees,
    "saikawa2018": _saikawa,
}

# Coefficients of Eqs. C.3 and C.4 in powers of ln(T/GeV), lowest first.
_A = (1, 1.11724, 3.12672e-1, -4.68049e-2, -2.65004e-2, -1.19760e-3, 1.82812e-4, 1.36436e-4,
      8.55051e-5, 1.22840e-5, 3.82259e-7, -6.87035e-9)  # fmt: skip
_B = (1.43382e-2, 1.37559e-2, 2.92108e-3, -5.38533e-4, -1.62496e-4, -2.87906e-5, -3.84278e-6,
      2.78776e-6, 7.40342e-7, 1.17210e-7, 3.72499e-9, -6.74107e-11)  # fmt: skip
_C = (1, 6.07869e-1, -1.54485e-1, -2.24034e-1, -2.82147e-2, 2.90620e-2, 6.86778e-3, -1.00005e-3,
      -1.69104e-4, 1.06301e-5, 1.69528e-6, -9.33311e-8)  # fmt: skip
_D = (7.07388e1, 9.18011e1, 3.31892e1, -1.39779, -1.52558, -1.97857e-2, -1.60146e-1, 8.22615e-5,
      2.02651e-2, -1.82134e-5, 7.83943e-5, 7.13518e-5)  # fmt: skip

# Below: species as (mass in GeV, weight in the energy, weight in the entropy).
_BOSONS = (
    (_M_PION_NEUTRAL, 1.05, 1.034),
    (_M_PION, 2.08, 2.068),
    (0.5, 4.165, 4.16),
    (0.77, 30.55, 30.55),
    (1.2, 89.4, 90.0),
    (2.0, 8209.0, 6209.0),
)


def saikawa_geff_heff(temperature: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return geff and heff by the fits of arXiv:1803.01038.

    Parameters
    ----------
    temperature : array
        Temperatures in GeV, of any shape.

    Returns
    -------
    tuple of arrays
        Degrees of freedom of the energy and of the entropy density, of the same shape.
    """
    temperature = np.asarray(temperature, dtype=np.float64)
    hot, cold = np.maximum(temperature, _QCD), np.minimum(temperature, _QCD)
    power = np.log(hot)
    high_g = _ratio(power, _A, _B)
    high_h = high_g / (1 + _ratio(power, _C, _D))

    electron, muon = _M_ELECTRON / cold, _M_MUON / cold
    neutrinos = 1 + 7 / 4 * _fit(electron, 1.0419, 1.034, 0.456426, 0.0595249)
    low_g = 2.030 + 1.353 * neutrinos ** (4 / 3)
    low_h = 2.008 + 1.923 * neutrinos
    for mass, in_g, in_h in ((electron, 3.495, 3.442), (muon, 3.446, 3.468)):
        low_g = low_g + in_g * _fit(mass, 1.04855, 1.03757, 0.508630, 0.0893988)
        low_h = low_h + in_h * _fit(mass, 1.04190, 1.03400, 0.456426, 0.0595248)
    for boson, in_g, in_h in _BOSONS:
        mass = boson / cold
        low_g = low_g + in_g * _fit(mass, 1.03149, 1.03317, 0.398264, 0.0648056)
        low_h = low_h + in_h * _fit(mass, 1.03365, 1.03397, 0.342548, 0.0506182)
    below = temperature < _QCD
    return np.where(below, low_g, high_g), np.where(below, low_h, high_h)


def _ratio(x: FloatArray, top: tuple[float, ...], bottom: tuple[float, ...]) -> FloatArray:
    polynomial = np.polynomial.polynomial.polyval
    return np.asarray(polynomial(x, top) / polynomial(x, bottom))


def _fit(x: FloatArray, decay: float, *coefficients: float) -> FloatArray:
    series = np.polynomial.polynomial.polyval(x, (1.0, *coefficients))
    return np.asarray(np.exp(-decay * x) * series)
