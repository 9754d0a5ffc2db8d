"""Cosmic muons at sea level: intensity against kinetic energy and zenith angle.

``guan2015``: M. Guan, M.-C. Chu, J. Cao, K.-B. Luk, C. Yang, arXiv:1509.06176: Gaisser's formula
with the zenith angle at production in a curved atmosphere (D. Chirkin, hep-ph/0407078) and a term
for decays and losses at low energies. ``cosine-squared``: Eq. 18 of the study.
"""

import math
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from wayside.constants import M_MUON
from wayside.typing import FloatArray

Flux = Literal["guan2015", "cosine-squared"]

RELATIVE_ERROR: Final = 0.10
"""Of ``guan2015``: measurements spread by 10 to 15 per cent (PDG review, section 30.3.1), and
altitude, geomagnetic latitude and the sun, which it knows nothing of, do as much below some GeV."""

POSITIVE_FRACTION: Final = 0.5606
"""Fraction of positive muons: ratio 1.2766 +- 0.0032 (stat) +- 0.0032 (syst) below 100 GeV/c, CMS,
Phys. Lett. B 692 (2010) 83; it grows to 1.4 above a TeV. The study: 0.55."""

STUDY_VERTICAL: Final = 85.6
"""Vertical intensity of Eq. 18 in m^-2 s^-1 sr^-1."""

LEAST_KINETIC: Final = 0.1
"""GeV; below, the formula has nothing to say, and the muons stop in 5 cm of lead."""

# Curvature of the atmosphere, hep-ph/0407078.
_P1, _P2, _P3, _P4, _P5 = 0.102573, -0.068287, 0.958633, 0.0407253, 0.817285


def cos_theta_star(cos_theta: ArrayLike) -> FloatArray:
    """Cosine of the zenith angle where the muon is made, from that at the ground (0 to 1)."""
    x = np.asarray(cos_theta, dtype=np.float64)
    over = x**2 + _P1**2 + _P2 * x**_P3 + _P4 * x**_P5
    return np.asarray(np.sqrt(over / (1.0 + _P1**2 + _P2 + _P4)))


def intensity(kinetic: ArrayLike, cos_theta: ArrayLike) -> FloatArray:
    """Intensity of muons of both charges by Guan et al.

    Parameters
    ----------
    kinetic
        Kinetic energy in GeV, from `LEAST_KINETIC`.
    cos_theta
        Cosine of the zenith angle, 0 to 1; shapes that broadcast.

    Returns
    -------
    FloatArray
        Intensity in m^-2 s^-1 sr^-1 GeV^-1, of the shape of the parameters.
    """
    energy = np.asarray(kinetic, dtype=np.float64) + M_MUON
    star = cos_theta_star(cos_theta)
    steep = (energy + 3.64 / star**1.29) ** -2.7
    slow = 1.1 * energy * star
    return np.asarray(1400.0 * steep * (1.0 / (1.0 + slow / 115.0) + 0.054 / (1.0 + slow / 850.0)))


def above(kinetic: ArrayLike, cos_theta: ArrayLike, order: int = 24) -> FloatArray:
    """Intensity of muons above a kinetic energy in GeV, in m^-2 s^-1 sr^-1.

    Parameters
    ----------
    kinetic, cos_theta
        Shapes that broadcast.
    order
        Gauss-Legendre points in the logarithm of the energy, up to 1e4 times as much and 1 PeV at
        least; with 24 of them the integral is good to 4e-9.
    """
    low, cosine = np.broadcast_arrays(
        np.maximum(kinetic, LEAST_KINETIC), np.asarray(cos_theta, dtype=np.float64)
    )
    nodes, weights = np.polynomial.legendre.leggauss(order)
    start = np.log(low)[..., None]
    span = np.maximum(math.log(1e4), math.log(1e4) - start)
    energies = np.exp(start + 0.5 * span * (nodes + 1.0))
    values = intensity(energies, cosine[..., None]) * energies * 0.5 * span
    return np.asarray(values @ weights)


def cosine_squared_above(kinetic: ArrayLike, cos_theta: ArrayLike) -> FloatArray:
    """Eq. 18 of the study, cos^2 of the zenith angle; the energies those of Guan et al. at zenith.

    The study gives no spectrum. Above `LEAST_KINETIC` this is Eq. 18 as printed.
    """
    cosine = np.asarray(cos_theta, dtype=np.float64)
    fraction = above(kinetic, 1.0) / above(LEAST_KINETIC, 1.0)
    return np.asarray(STUDY_VERTICAL * cosine**2 * fraction)
