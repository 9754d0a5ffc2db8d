"""Limits that an optimiser asks for many times, from a table."""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.interpolate import RegularGridInterpolator

from wayside.limits.uncertain import expected_upper_limit
from wayside.typing import FloatArray

_BACKGROUNDS = np.geomspace(1e-2, 1e5, 43)
_RELATIVE = np.array([0.0, 0.1, 0.2, 0.35, 0.6, 1.0, 2.0, 4.0])


class LimitTable(NamedTuple):
    """Expected limits against background and its relative error; made by `limit_table`.

    Attributes
    ----------
    logarithms
        Logarithms of the limits against background and its relative error: an array, so that a
        search can be kept in a file.
    """

    logarithms: FloatArray

    def __call__(self, background: npt.ArrayLike, error: npt.ArrayLike) -> FloatArray:
        """Signal events excluded; arrays broadcast.

        Parameters
        ----------
        background
            Expected background events.
        error
            Standard error of them.
        """
        b, e = np.broadcast_arrays(np.asarray(background, float), np.asarray(error, float))
        inside = np.clip(b, _BACKGROUNDS[0], _BACKGROUNDS[-1])
        relative = np.clip(e / np.maximum(b, _BACKGROUNDS[0]), _RELATIVE[0], _RELATIVE[-1])
        interpolate = RegularGridInterpolator((np.log(_BACKGROUNDS), _RELATIVE), self.logarithms)
        values = np.exp(interpolate(np.stack([np.log(inside), relative], axis=-1)))
        values = values.reshape(b.shape)
        # Beyond the table the error rules, which goes with the background.
        return np.asarray(values * np.maximum(b / _BACKGROUNDS[-1], 1.0))


@cache
def limit_table(confidence_level: float) -> LimitTable:
    """Limits of the count that is expected, continued to real counts, at a confidence level.

    Without the steps of the median count an optimiser sees what a little less background gains.

    Examples
    --------
    >>> limit_table(0.9)([0.0, 10.0], [0.0, 2.0]).round(2).tolist()
    [2.32, 7.34]
    """
    b, r = np.meshgrid(_BACKGROUNDS, _RELATIVE, indexing="ij")
    values = expected_upper_limit(b, r * b, confidence_level, statistic="asimov")
    return LimitTable(np.log(values))
