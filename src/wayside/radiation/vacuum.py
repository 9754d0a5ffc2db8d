"""The photon's propagator: how the fine-structure constant runs."""

import numpy as np
from numpy.typing import ArrayLike

from wayside.data import read_table
from wayside.typing import FloatArray


def vacuum_polarisation(sqrt_s: ArrayLike) -> FloatArray:
    """Factor ``|1/(1 - Pi(s))|^2`` = (alpha(s)/alpha)^2 of a rate by one photon or one dark photon.

    Parameters
    ----------
    sqrt_s
        Invariant mass in GeV, any shape.

    Returns
    -------
    ndarray
        A straight line in log s through the narrow states' values of ``narrow_vector_states``; off
        the resonances good to 1 per cent above 1 GeV, not below.
    """
    table = read_table("narrow_vector_states")
    logs = np.log(table["mass"])
    slope, start = np.polyfit(logs, 1.0 / table["alpha_ratio_squared"], 1)
    return np.asarray(np.maximum(1.0, start + slope * np.log(np.asarray(sqrt_s))))
