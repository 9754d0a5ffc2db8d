"""What a particle meets between two sheets: scattering and energy loss of one layer.

Scattering by Highland's formula as in the PDG review (34.16); mean ionisation loss by Bethe's
formula (34.5) with Sternheimer's density effect for iron (R. M. Sternheimer, M. J. Berger and
S. M. Seltzer, At. Data Nucl. Data Tables 30 (1984) 261). The films and the base of a sheet are
counted to the plate before them, by radiation lengths and by mass.
"""

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

M_ELECTRON = 0.51099895
"""MeV."""

_K = 0.307075  # MeV cm^2 / mol
_I = 2.86e-4  # MeV, mean excitation energy of iron
_Z_OVER_A = 0.4657
_C, _X0, _X1, _A, _M = 4.2911, -0.0012, 3.1531, 0.1468, 2.9632


@dataclass(frozen=True)
class Layer:
    """One plate and the sheet behind it.

    Parameters
    ----------
    radiation_lengths
        Thickness at normal incidence, in radiation lengths: 0.5 mm of invar (13.4 g/cm^2 at
        8.1 g/cm^3), 0.1 mm of emulsion (11.3 g/cm^2 at 3.82 g/cm^3), 0.2 mm of acetate.
    mass
        Thickness in g/cm^2, as if all were iron.
    """

    radiation_lengths: float = 0.0302 + 0.0034 + 0.0006
    mass: float = 0.405 + 0.038 + 0.034


@numba.njit(cache=True, nogil=True)
def highland(radiation_lengths: float, p: float, beta: float) -> float:
    """Width of the projected scattering angle in rad.

    Parameters
    ----------
    radiation_lengths
        Of the path.
    p
        Momentum in MeV.
    beta
        Velocity.
    """
    width = 13.6 / (beta * p) * np.sqrt(radiation_lengths)
    return float(width * (1.0 + 0.038 * np.log(radiation_lengths / beta**2)))


@numba.njit(cache=True, nogil=True)
def bethe(p: float, mass: float) -> float:
    """Mean ionisation loss of a unit charge in iron in MeV cm^2/g.

    Parameters
    ----------
    p, mass
        In MeV.
    """
    bg = p / mass
    beta2 = bg * bg / (1.0 + bg * bg)
    gamma = np.sqrt(1.0 + bg * bg)
    ratio = M_ELECTRON / mass
    largest = 2.0 * M_ELECTRON * bg * bg / (1.0 + 2.0 * gamma * ratio + ratio * ratio)
    x = np.log10(bg)
    delta = 0.0
    if x > _X0:
        delta = 2.0 * np.log(10.0) * x - _C
        if x < _X1:
            delta += _A * (_X1 - x) ** _M
    bracket = 0.5 * np.log(2.0 * M_ELECTRON * bg * bg * largest / _I**2) - beta2 - 0.5 * delta
    return float(_K * _Z_OVER_A / beta2 * bracket)


@numba.njit(cache=True, nogil=True)
def after(p: float, mass: float, g_cm2: float, radiation_lengths: float, radiates: bool) -> float:
    """Momentum in MeV after so much iron, zero if the particle stops in it.

    Parameters
    ----------
    p, mass
        Momentum and mass in MeV.
    g_cm2, radiation_lengths
        The way.
    radiates
        Whether an electron's mean bremsstrahlung is taken off, too.
    """
    energy = np.sqrt(p * p + mass * mass)
    if radiates:
        energy *= np.exp(-radiation_lengths)
    # Below bg = 0.1 Bethe's formula no longer holds; such a particle stops here.
    if energy * energy <= 1.01 * mass * mass:
        return 0.0
    here = np.sqrt(energy * energy - mass * mass)
    loss = g_cm2 * bethe(here, mass)
    if loss > 0.02 * (energy - mass):
        # The loss grows as the particle slows: take that half-way.
        half = energy - 0.5 * loss
        if half * half <= 1.01 * mass * mass:
            return 0.0
        loss = g_cm2 * bethe(np.sqrt(half * half - mass * mass), mass)
    energy -= loss
    if energy <= mass:
        return 0.0
    return float(np.sqrt(energy * energy - mass * mass))
