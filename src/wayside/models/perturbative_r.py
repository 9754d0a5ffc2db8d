"""R from perturbative QCD with five quarks, for energies where measurements contain the Z."""

import numpy as np
import numpy.typing as npt

from wayside.constants import M_Z
from wayside.typing import FloatArray

_ALPHA_S_MZ = 0.1180  # PDG 2024
_QUARKS = 5
_RELATIVE_ERROR = 0.005  # alpha_s, truncation and the b quark's mass, generously


def alpha_s(sqrt_s: npt.ArrayLike) -> FloatArray:
    """Return the strong coupling with five quarks at two loops.

    Parameters
    ----------
    sqrt_s : array_like
        Scale in GeV.

    Returns
    -------
    ndarray
        alpha_s, same shape; the approximate solution of the two-loop equation that is exact to
        first order in b1, from the PDG's value at the Z (Review of Particle Physics, QCD).
    """
    b0 = (33 - 2 * _QUARKS) / (12 * np.pi)
    b1 = (153 - 19 * _QUARKS) / (24 * np.pi**2)
    run = 1 + b0 * _ALPHA_S_MZ * 2 * np.log(np.asarray(sqrt_s, dtype=np.float64) / M_Z)
    return np.asarray(_ALPHA_S_MZ / (run + b1 / b0 * _ALPHA_S_MZ * np.log(run)))


def r_perturbative(sqrt_s: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return R of five massless quarks by photon exchange to third order, and its uncertainty.

    Parameters
    ----------
    sqrt_s : array_like
        GeV, well above 10 and below the top threshold.

    Returns
    -------
    r, error : ndarray
        3 sum Q^2 (1 + a + 1.41 a^2 - 12.8 a^3) with a = alpha_s/pi (Gorishny, Kataev, Larin,
        Phys. Lett. B 259 (1991) 144; Surguladze, Samuel, Phys. Rev. Lett. 66 (1991) 560).
    """
    a = alpha_s(sqrt_s) / np.pi
    r = 11 / 3 * (1 + a + 1.4092 * a**2 - 12.805 * a**3)
    return r, _RELATIVE_ERROR * r
