"""R(s): the strength with which a virtual photon, or an A', turns into hadrons.

R is the cross-section of e+e- -> hadrons over that of massless muons, both without vacuum
polarisation, so that A' -> hadrons is R times A' -> massless leptons. It has two parts:

``continuum``
    the measured R, piecewise linear in sqrt(s) between knots. Measurements closer together than
    the structures of R at that energy (a tenth of the widths of omega and phi, a third of the
    psi's) are merged into one knot, the mean of energy and R with the same weights, which is exact
    where R is straight: less noise, and no steps between experiments of different
    normalisation. Below the first point at 0.3 GeV: two pions. Above 40 GeV, where measurements
    contain the Z and an A' does not: perturbative QCD.
``resonances``
    J/psi, psi(2S), Upsilon(1S, 2S, 3S), too narrow for a compilation: relativistic Breit-Wigner
    shapes, or their areas (`NarrowState.area`) where R is integrated. Their interference with
    the continuum is left out (odd about the peak, it cancels in integrals).

The broad Upsilon(4S, 5S, 6S) are only there as the average of one bin, 10.58-11.6 GeV.
"""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wayside.constants import ALPHA, M_PION
from wayside.data import read_table
from wayside.errors import InputError
from wayside.models.perturbative_r import r_perturbative
from wayside.typing import FloatArray

__all__ = [
    "R_MAXIMUM",
    "Knots",
    "NarrowState",
    "continuum",
    "knots",
    "narrow_states",
    "r_ratio",
    "r_ratio_error",
    "resonances",
]


R_MAXIMUM = 188.7
"""Largest sqrt(s) in GeV, the end of the compilation."""

PERTURBATIVE_ABOVE = 40.0
"""In GeV. Z exchange adds about 2 per cent to the measured R here, and quickly more above."""

# Windows in GeV within which measurements are merged, each up to the energy before it.
_WINDOWS = (
    (0.760, 0.004),
    (0.805, 0.0008),  # omega
    (1.000, 0.004),
    (1.045, 0.0004),  # phi
    (2.000, 0.010),
    (3.720, 0.100),
    (3.810, 0.010),  # psi(3770)
    (4.600, 0.020),  # psi(4040), psi(4160), psi(4415)
    (12.00, 0.200),
    (R_MAXIMUM, 6.0),
)

_TOTAL_ERRORS_BELOW = 2.0
"""GeV: below, the compilation gives total errors only; all are taken as correlated."""

_ASSUMED_SYSTEMATIC = 0.05
"""Relative, above 2 GeV, where the compilation gives none; typical of those it does give."""

# Pion form factor: radius squared 0.429 fm^2 (Colangelo, Hoferichter, Stoffer, JHEP 02 (2019)
# 006) and curvature 3.85 GeV^-4 (Bijnens, Colangelo, Talavera, JHEP 05 (1998) 014).
_PION_SLOPE = 0.429 / 0.1973269804**2 / 6
_PION_CURVATURE = 3.85
_PION_ERROR = 0.015


@dataclass(frozen=True, eq=False)
class Knots:
    """Where the continuum bends; arrays of one length, not to be written to.

    ``independent`` and ``correlated`` are absolute errors of ``r``: the first varies from knot to
    knot, the second moves all knots together.
    """

    sqrt_s: FloatArray
    r: FloatArray
    independent: FloatArray
    correlated: FloatArray


@dataclass(frozen=True)
class NarrowState:
    """A vector state much narrower than any structure it is integrated with.

    ``width_ee`` is the physical width, vacuum polarisation included; ``alpha_ratio_squared``
    takes it out, as R does. Masses and widths in GeV.
    """

    mass: float
    width: float
    width_ee: float
    hadrons: float
    alpha_ratio_squared: float
    relative_error: float

    @property
    def area(self) -> float:
        """Integral of R over s in GeV^2: 9 pi M Gamma_ee B_hadrons / alpha(M)^2."""
        return (
            9 * np.pi * self.mass * self.width_ee * self.hadrons * self.alpha_ratio_squared
        ) / ALPHA**2

    def shape(self, s: FloatArray) -> FloatArray:
        """Return R of this state at s in GeV^2.

        9 s Gamma_ee Gamma_hadrons / alpha(M)^2 / [(s - M^2)^2 + M^2 Gamma^2], from the
        cross-section 12 pi Gamma_ee Gamma_hadrons / [...] over the point-like one.
        """
        half_width = self.mass * self.width
        offset = (s - self.mass**2) / half_width
        return self.area / np.pi * s / self.mass**2 / half_width / (1 + offset**2)


def pion_form_factor(s: FloatArray) -> FloatArray:
    """Return the pion's vector form factor F at low energies, F(0) = 1.

    The expansion 1 + slope s + curvature s^2 written as the inverse of a polynomial, which
    resembles a distant pole: good to a per cent in F squared up to s = 0.1 GeV^2.

    Parameters
    ----------
    s : array
        GeV^2.
    """
    bend = _PION_CURVATURE - _PION_SLOPE**2
    return np.asarray(1 / (1 - _PION_SLOPE * s - bend * s**2))


def _two_pions(sqrt_s: FloatArray) -> FloatArray:
    s = sqrt_s**2
    beta_squared = np.maximum((sqrt_s - 2 * M_PION) * (sqrt_s + 2 * M_PION) / s, 0.0)
    return 0.25 * beta_squared**1.5 * pion_form_factor(s) ** 2


def _merged_measurements() -> Knots:
    """Merge measurements within windows; errors as described at the top."""
    table = read_table("r_ratio")
    energy, r = table["sqrt_s"], table["r"]
    low = energy < _TOTAL_ERRORS_BELOW
    independent = np.where(low, 0.0, table["stat"])
    given = np.where(table["syst"] > 0, table["syst"], _ASSUMED_SYSTEMATIC * r)
    correlated = np.where(low, np.hypot(table["stat"], table["syst"]), given)
    weight = 1 / (independent**2 + correlated**2)

    window = np.array([w for _, w in _WINDOWS])
    window = window[np.searchsorted([end for end, _ in _WINDOWS], energy)]
    starts = [0]
    for i in range(1, len(energy)):
        if energy[i] - energy[starts[-1]] > window[i]:
            starts.append(i)
    norm = np.add.reduceat(weight, starts)

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray(np.add.reduceat(weight * values, starts) / norm)

    spread = np.sqrt(np.add.reduceat((weight * independent) ** 2, starts)) / norm
    keep = mean(energy) < PERTURBATIVE_ABOVE
    return Knots(mean(energy)[keep], mean(r)[keep], spread[keep], mean(correlated)[keep])


@functools.cache
def knots() -> Knots:
    """Return the knots of the continuum from two pion masses to `R_MAXIMUM`.

    Returns
    -------
    Knots
        Some 470 of them. The pions below the first measurement are scaled into it by a factor
        linear in sqrt(s), so that R is continuous; their error grows into that of the
        measurement (26 per cent), which is the uncertainty of R between 0.279 and 0.3 GeV.
    """
    data = _merged_measurements()
    threshold, first = 2 * M_PION, data.sqrt_s[0]
    ramp = np.linspace(0, 1, 33)[:-1] ** 2  # dense at threshold, where R starts as beta cubed
    energy = threshold + ramp * (first - threshold)
    mismatch = data.r[0] / _two_pions(data.sqrt_s[:1])[0] - 1
    pions = _two_pions(energy) * (1 + mismatch * ramp)
    pion_error = pions * np.hypot(_PION_ERROR, ramp * data.correlated[0] / data.r[0])
    high = np.geomspace(PERTURBATIVE_ABOVE, R_MAXIMUM, 33)
    high[0], high[-1] = PERTURBATIVE_ABOVE, R_MAXIMUM  # geomspace rounds
    qcd, qcd_error = r_perturbative(high)
    zeros = np.zeros_like
    result = Knots(
        np.concatenate([energy, data.sqrt_s, high]),
        np.concatenate([pions, data.r, qcd]),
        np.concatenate([zeros(pions), data.independent, zeros(qcd)]),
        np.concatenate([pion_error, data.correlated, qcd_error]),
    )
    for array in (result.sqrt_s, result.r, result.independent, result.correlated):
        array.flags.writeable = False
    return result


@functools.cache
def narrow_states() -> tuple[NarrowState, ...]:
    """Return J/psi, psi(2S), Upsilon(1S), Upsilon(2S), Upsilon(3S), lightest first."""
    table = read_table("narrow_vector_states")
    error = np.hypot(
        table["width_ee_error"] / table["width_ee"], table["hadrons_error"] / table["hadrons"]
    )
    names = ("mass", "width", "width_ee", "hadrons", "alpha_ratio_squared")
    rows = zip(*(table[name].tolist() for name in names), error.tolist(), strict=True)
    return tuple(NarrowState(*row) for row in rows)


def _checked(sqrt_s: npt.ArrayLike) -> FloatArray:
    energy = np.asarray(sqrt_s, dtype=np.float64)
    bad = ~((energy >= 0) & (energy <= R_MAXIMUM))
    if bad.any():
        worst = energy[bad].flat[0]
        raise InputError(f"sqrt(s) = {worst:g} GeV: R is known from 0 to {R_MAXIMUM:g} GeV only")
    return energy


def continuum(sqrt_s: npt.ArrayLike) -> FloatArray:
    """Return R without the narrow states; arguments and result as for `r_ratio`."""
    energy, table = _checked(sqrt_s), knots()
    return np.asarray(np.interp(energy, table.sqrt_s, table.r, left=0.0))


def resonances(sqrt_s: npt.ArrayLike) -> FloatArray:
    """Return R of the narrow states; arguments and result as for `r_ratio`."""
    s = _checked(sqrt_s) ** 2
    total = sum((state.shape(s) for state in narrow_states()), np.zeros_like(s))
    return np.where(s > 4 * M_PION**2, total, 0.0)


def r_ratio(sqrt_s: npt.ArrayLike) -> FloatArray:
    """Return R, continuum and narrow states (Eq. 8 of the study).

    Parameters
    ----------
    sqrt_s : array_like
        GeV, any shape.

    Returns
    -------
    ndarray
        R, same shape; 0 below two pion masses.

    Raises
    ------
    InputError
        Outside 0 to `R_MAXIMUM`.

    Examples
    --------
    >>> bool(3.4 < r_ratio(10.0) < 3.8)
    True
    """
    return continuum(sqrt_s) + resonances(sqrt_s)


def r_ratio_error(sqrt_s: npt.ArrayLike) -> FloatArray:
    """Return the standard uncertainty of `r_ratio`; arguments and shape as there.

    Errors that vary from point to point and correlated ones are added in quadrature, and with
    them those of the narrow states' widths.
    """
    energy, table = _checked(sqrt_s), knots()
    independent = np.interp(energy, table.sqrt_s, table.independent, left=0.0)
    correlated = np.interp(energy, table.sqrt_s, table.correlated, left=0.0)
    variance = independent**2 + correlated**2
    for state in narrow_states():
        variance = variance + (state.relative_error * state.shape(energy**2)) ** 2
    return np.where(energy > 2 * M_PION, np.sqrt(variance), 0.0)
