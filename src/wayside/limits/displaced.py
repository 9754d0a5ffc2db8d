"""Where searches for a displaced vertex inside the collider's own detector do best."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from wayside.errors import InputError
from wayside.typing import FloatArray

DISPLACED_LENGTH: Final = 1.0
"""Average flight length in metres below which the study leaves the field to such searches."""


def displaced_margin(flight_length: ArrayLike, longest: float = DISPLACED_LENGTH) -> FloatArray:
    """How far inside the region of displaced-vertex searches: log(longest / d), positive inside.

    A region of best sensitivity, not an exclusion: the yellow area of figs. 14 and 16 of the study.

    Parameters
    ----------
    flight_length
        Average flight length d of the excited state in metres, ``inf`` for a stable one.
    longest
        Longest d of the region in metres.

    Returns
    -------
    FloatArray
        Margins, of the shape of ``flight_length``; ``-inf`` for a stable state.
    """
    d = np.asarray(flight_length, dtype=np.float64)
    if not np.all(d > 0):
        raise InputError("flight_length: must be positive")
    if not (np.isfinite(longest) and longest > 0):
        raise InputError(f"longest = {longest}: must be positive, in metres")
    return np.asarray(np.log(longest) - np.log(d), dtype=np.float64)
