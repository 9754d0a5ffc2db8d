"""Couplings of a pair with a mediator by name, as models and processes take them."""

import numpy as np
from numpy.typing import ArrayLike

from wayside.errors import InputError
from wayside.typing import FloatArray


def couplings_of(epsilon: ArrayLike, g_d: ArrayLike) -> dict[str, FloatArray]:
    """Couplings by name; only their squares count, so a negative one is a mistake.

    Parameters
    ----------
    epsilon, g_d
        Couplings, any shapes that broadcast.

    Raises
    ------
    InputError
        If one is negative.
    """
    couplings = {"epsilon": np.asarray(epsilon), "g_d": np.asarray(g_d)}
    for name, values in couplings.items():
        if np.any(values < 0.0):
            raise InputError(f"{name} = {values[values < 0.0].flat[0]:g}: must not be negative")
    return couplings
