"""The model-independent limit of LEP: virtual A' exchange, whatever A' decays to."""

from numpy.typing import ArrayLike

from wayside.limits.curve import LimitCurve, margin
from wayside.typing import FloatArray


def lep_curve() -> LimitCurve:
    """Limits on epsilon from electroweak data, 0.1 GeV to 1 TeV; arXiv:1006.0973."""
    return LimitCurve.from_table("lep_model_independent")


def lep_margin(
    m_aprime: ArrayLike, epsilon: ArrayLike, *, curve: LimitCurve | None = None
) -> FloatArray:
    """Margin of exclusion by LEP: log(epsilon / epsilon_limit), positive where excluded.

    Parameters
    ----------
    m_aprime
        A' masses in GeV.
    epsilon
        Kinetic mixing; broadcasts with the masses. No branching ratio enters.
    curve
        Published limit; by default `lep_curve`.

    Returns
    -------
    FloatArray
        ``-inf`` outside the table.
    """
    return margin(epsilon, (curve or lep_curve())(m_aprime))
