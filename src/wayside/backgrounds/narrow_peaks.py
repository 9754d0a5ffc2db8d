"""What a narrow peak of the hadronic cross-section keeps at beams with photons and a spread."""

import math

from scipy.special import voigt_profile

from wayside.constants import FB_PER_NB, GEV2_TO_FB
from wayside.radiation.radiator import nodes


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
    profile = voigt_profile(sqrt_s * (1.0 - x) ** 0.5 - mass, spread, 0.5 * width)
    return peak_area(mass, width_ee) * float(w @ profile)
