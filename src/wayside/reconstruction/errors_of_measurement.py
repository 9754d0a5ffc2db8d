"""Errors of micro-tracks and base-tracks, along and across their direction.

A grain's depth error moves it along the track: by tan(theta) times itself in the plane. So the
error along the projected direction is larger than the one across, and they are independent.
"""

import numba
import numpy as np

from wayside.emulsion.response import UM, Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.typing import FloatArray


@numba.njit(cache=True, nogil=True, inline="always")
def line_variances(number: float) -> tuple[float, float]:
    """Variances of a fitted line at its end and of its slope times the depth of the film.

    For grains of unit error; the moments of `wayside.emulsion.microtracks.line_errors`.
    """
    n = max(number, 3.0)
    inverse = 12.0 / (n - 1.0) * (1.0 + 0.8 / n)
    return 1.0 / n + (0.25 + 1.0 / (12.0 * n)) * inverse, inverse


def measurement(emulsion: Emulsion, sheets: Sheets) -> FloatArray:
    """Numbers the compiled code needs, lengths in mm.

    Returns
    -------
    array
        Error of a grain across, its depth error, alignment, distortion, film, base.
    """
    return np.array(
        [
            UM * emulsion.across,
            UM * emulsion.depth_error,
            UM * emulsion.alignment,
            emulsion.distortion,
            sheets.film,
            sheets.base,
        ]
    )
