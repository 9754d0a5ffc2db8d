"""BaBar's two dark-photon searches, recast for an A' that also decays to dark matter.

Both searches look for e+e- -> gamma A', whose rate goes with epsilon^2. Each publishes the limit on
epsilon for one assumption about how A' decays. Sources: arXiv:1406.2980 (A' -> e+e-, mu+mu-) and
arXiv:1702.03327 (A' -> invisible); the recasts are those of section 10 of the study, and the ones
they approximate.
"""

from dataclasses import dataclass
from typing import Final, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from wayside.constants import CONFIDENCE_LEVEL
from wayside.data import read_table
from wayside.errors import InputError
from wayside.limits.curve import LimitCurve, margin
from wayside.typing import FloatArray

MassAxis = Literal["calibrated", "as found"]

ESCAPE_LENGTH: Final = 2.0
"""Metres the excited state must fly for an event to look like a single photon (the study's)."""


def visible_curve(mass_axis: MassAxis = "calibrated") -> LimitCurve:
    """Limits of the search for A' -> e+e- and mu+mu-, 90 % CL, 0.02 to 10.2 GeV.

    Parameters
    ----------
    mass_axis
        ``"calibrated"``: with the stretch of the digitised mass axis undone, so that the vetoed
        resonances are where they belong; ``"as found"``: as public compilations carry it, 0.2 to
        1.2 per cent too heavy.
    """
    if mass_axis not in get_args(MassAxis):
        raise InputError(f"mass_axis = {mass_axis!r}: use one of {', '.join(get_args(MassAxis))}")
    column = "mass_gev" if mass_axis == "calibrated" else "mass_as_found_gev"
    return LimitCurve.from_table("babar_visible", column)


def invisible_curve() -> LimitCurve:
    """Limits of the search for A' -> invisible, 90 % CL, 1 MeV to 8 GeV."""
    return LimitCurve.from_table("babar_invisible")


def visible_margin(
    m_aprime: ArrayLike,
    epsilon: ArrayLike,
    branching_ll: ArrayLike,
    branching_ll_visible_only: ArrayLike,
    *,
    curve: LimitCurve | None = None,
) -> FloatArray:
    """Margin of exclusion by A' -> l l: log(epsilon / epsilon_limit), positive where excluded.

    What was measured is epsilon^2 BR(A' -> l l), and the published epsilon_1 assumes an A' that
    decays to Standard Model particles only, so

        epsilon^2 BR_ll = epsilon_1^2 BR_ll(Standard Model only)

    on the edge. The electron and muon modes may be combined because dark decays dilute both alike.

    Parameters
    ----------
    m_aprime
        A' masses in GeV.
    epsilon
        Kinetic mixing. All arguments broadcast.
    branching_ll
        BR(A' -> e+e-) + BR(A' -> mu+mu-) with all decays, dark ones included.
    branching_ll_visible_only
        The same without the dark decays, which depends on the mass alone.
    curve
        Published limit; by default `visible_curve`.

    Returns
    -------
    FloatArray
        ``-inf`` where the search sets no limit.

    Raises
    ------
    InputError
        For branching ratios outside [0, 1], or larger with dark decays than without.
    """
    with_dark = _fraction("branching_ll", branching_ll)
    without = _fraction("branching_ll_visible_only", branching_ll_visible_only)
    # Ratios of widths added up in another order may differ in the last digits.
    if np.any(with_dark > without * (1 + 1e-9)):
        raise InputError("branching_ll: cannot be larger than branching_ll_visible_only")
    published = (curve or visible_curve())(m_aprime)
    with np.errstate(divide="ignore", invalid="ignore"):
        dilution = np.sqrt(without / with_dark)
    return margin(epsilon, published * np.where(with_dark > 0, dilution, np.inf))


def visible_margin_printed(
    m_aprime: ArrayLike,
    epsilon: ArrayLike,
    branching_ll: ArrayLike,
    *,
    curve: LimitCurve | None = None,
) -> FloatArray:
    """Margin of exclusion by A' -> l l as printed: epsilon > epsilon_1 / sqrt(BR_ll).

    It takes the published limit for one with BR_ll = 1, although A' -> hadrons and tau tau were
    counted in it; the limit comes out too weak by 1/sqrt(BR_ll without dark decays).

    Parameters
    ----------
    m_aprime, epsilon, branching_ll, curve
        As in `visible_margin`.

    Returns
    -------
    FloatArray
        log(epsilon / epsilon_limit), positive where excluded. Eq. 22 of the study.
    """
    return visible_margin(m_aprime, epsilon, branching_ll, 1.0, curve=curve)


def invisible_margin_printed(
    m_aprime: ArrayLike,
    epsilon: ArrayLike,
    flight_length: ArrayLike,
    *,
    curve: LimitCurve | None = None,
) -> FloatArray:
    """Margin of exclusion by A' -> invisible as printed: epsilon > epsilon_2 exp(1 m / d).

    The excited state must fly 2 m to stay unseen, with probability exp(-2 m / d) at its average
    flight length; the rate goes with epsilon^2, hence the square root. It takes
    BR(A' -> invisible) = 1.

    Parameters
    ----------
    m_aprime, epsilon
        As in `visible_margin`.
    flight_length
        Average flight length d of the excited state in metres; ``inf`` for a stable one.
    curve
        Published limit; by default `invisible_curve`.

    Returns
    -------
    FloatArray
        log(epsilon / epsilon_limit), positive where excluded. Eq. 23 of the study.
    """
    d = np.asarray(flight_length, dtype=np.float64)
    if not np.all(d > 0):
        raise InputError("flight_length: must be positive")
    return margin(epsilon, (curve or invisible_curve())(m_aprime)) - 0.5 * ESCAPE_LENGTH / d


@dataclass(frozen=True, eq=False)
class InvisibleLikelihood:
    """Likelihood of ``mu = epsilon^2 BR(A' -> invisible)``: a Gaussian, for ``mu >= 0``.

    Attributes
    ----------
    mass
        A' masses in GeV, strictly increasing.
    centre, sigma
        Of the Gaussian in ``mu`` at those masses; a negative centre is a downward fluctuation.
    """

    mass: FloatArray
    centre: FloatArray
    sigma: FloatArray

    @classmethod
    def from_table(cls) -> Self:
        """Read it from Wayside's table; arXiv:1702.03327, as reconstructed by GAMBIT."""
        table = read_table("babar_invisible_likelihood")
        return cls(table["mass_gev"], table["centre_1e6"] * 1e-6, table["sigma_1e6"] * 1e-6)

    def parameters(self, m_aprime: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Centre and sigma at any mass, straight between neighbours; NaN outside the table."""
        m = np.asarray(m_aprime, dtype=np.float64)
        centre = np.interp(m, self.mass, self.centre, left=np.nan, right=np.nan)
        sigma = np.interp(m, self.mass, self.sigma, left=np.nan, right=np.nan)
        return np.asarray(centre, dtype=np.float64), np.asarray(sigma, dtype=np.float64)

    def upper_limit(self, m_aprime: ArrayLike, cl: ArrayLike = CONFIDENCE_LEVEL) -> FloatArray:
        """Upper limit on ``mu``, Bayesian with a flat prior in ``mu >= 0``, as BaBar's.

        Parameters
        ----------
        m_aprime
            A' masses in GeV.
        cl
            Credible level in (0, 1).

        Returns
        -------
        FloatArray
            ``inf`` outside the table. At 90 % its square root is the published limit on epsilon.
        """
        level = np.asarray(cl, dtype=np.float64)
        if not np.all((level > 0) & (level < 1)):
            raise InputError(f"cl = {cl!r}: a confidence level lies strictly between 0 and 1")
        centre, sigma = self.parameters(m_aprime)
        # (1 - CL) of the tail above zero lies above the limit; in terms of the tail, no digits go.
        limit = centre - sigma * ndtri((1 - level) * ndtr(centre / sigma))
        return np.where(np.isnan(limit), np.inf, limit)


def invisible_margin(
    m_aprime: ArrayLike,
    epsilon: ArrayLike,
    branching_invisible: ArrayLike,
    escape_probability: ArrayLike,
    cl: ArrayLike = CONFIDENCE_LEVEL,
    *,
    likelihood: InvisibleLikelihood | None = None,
) -> FloatArray:
    """Margin of exclusion by A' -> invisible, from the likelihood, at any confidence level.

    Excluded is ``mu = epsilon^2 BR P > mu_limit(CL)``, with ``BR`` the branching ratio of A'
    to the dark pair and ``P`` the probability of the excited state to leave the detector
    undetected.

    Parameters
    ----------
    m_aprime, epsilon
        As in `visible_margin`.
    branching_invisible
        BR(A' -> dark pair), plus that to neutrinos if any.
    escape_probability
        Mean of ``exp(-ESCAPE_LENGTH / d)`` over the momenta of the excited state in the
        laboratory, ``d`` the flight length that goes with each.
    cl
        Credible level in (0, 1).
    likelihood
        By default the one of the table.

    Returns
    -------
    FloatArray
        ``log sqrt(mu / mu_limit)``, positive where excluded, on the scale of log(epsilon);
        ``-inf`` where the search sets no limit or nothing escapes.
    """
    fraction = _fraction("branching_invisible", branching_invisible) * _fraction(
        "escape_probability", escape_probability
    )
    limit = (likelihood or InvisibleLikelihood.from_table()).upper_limit(m_aprime, cl)
    with np.errstate(divide="ignore"):
        return margin(epsilon, np.sqrt(limit)) + 0.5 * np.log(fraction)


def _fraction(name: str, value: ArrayLike) -> FloatArray:
    x = np.asarray(value, dtype=np.float64)
    if not np.all((x >= 0) & (x <= 1 + 1e-12)):
        raise InputError(f"{name}: must lie between 0 and 1")
    return x
