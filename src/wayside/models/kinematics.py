"""Two-body kinematics, in forms that keep their digits next to thresholds."""

import numpy as np
import numpy.typing as npt

from wayside.typing import FloatArray

__all__ = ["kallen", "pair_momentum"]


def kallen(m: npt.ArrayLike, m1: npt.ArrayLike, m2: npt.ArrayLike) -> FloatArray:
    """Return the Kallen function lambda(m^2, m1^2, m2^2) in GeV^4.

    Parameters
    ----------
    m, m1, m2 : array_like
        Masses in GeV, broadcast together. Symmetric; precise near threshold when the largest
        comes first.

    Returns
    -------
    ndarray
        (m - m1 - m2)(m + m1 + m2)(m - m1 + m2)(m + m1 - m2), factored rather than expanded: the
        expanded form loses all digits at threshold.
    """
    m, m1, m2 = (np.asarray(x, dtype=np.float64) for x in (m, m1, m2))
    rest = m - m1
    return np.asarray((rest - m2) * (rest + m2) * (m + m1 + m2) * (m + m1 - m2))


def pair_momentum(m: npt.ArrayLike, m1: npt.ArrayLike, m2: npt.ArrayLike) -> FloatArray:
    """Return the momentum p* of either of two particles in their rest frame.

    Parameters
    ----------
    m : array_like
        Invariant mass of the pair in GeV, positive.
    m1, m2 : array_like
        Masses of the two in GeV.

    Returns
    -------
    ndarray
        sqrt(lambda(m^2, m1^2, m2^2)) / 2m in GeV; 0 where m < m1 + m2.
    """
    m, m1, m2 = (np.asarray(x, dtype=np.float64) for x in (m, m1, m2))
    open_ = (m - m1) - m2 > 0
    return np.asarray(np.sqrt(np.where(open_, kallen(m, m1, m2), 0.0)) / (2 * m))
