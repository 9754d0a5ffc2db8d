"""What counting experiments take: counts, expected backgrounds, confidence levels."""

import numpy as np
from numpy.typing import ArrayLike

from wayside.errors import InputError
from wayside.typing import FloatArray


def counts(value: ArrayLike, name: str = "n_observed") -> FloatArray:
    """Whole numbers, 0 or more; raises `InputError` for others."""
    n = np.asarray(value, dtype=np.float64)
    if not np.all(np.isfinite(n) & (n >= 0) & (n == np.floor(n))):
        raise InputError(f"{name} = {value!r}: must be a whole number, 0 or more")
    return n


def expected(value: ArrayLike, name: str = "background") -> FloatArray:
    """Finite numbers, 0 or more; raises `InputError` for others."""
    b = np.asarray(value, dtype=np.float64)
    if not np.all(np.isfinite(b) & (b >= 0)):
        raise InputError(f"{name} = {value!r}: must be 0 or more")
    return b


def level(value: ArrayLike) -> FloatArray:
    """Confidence levels in (0, 1); raises `InputError` for others."""
    cl = np.asarray(value, dtype=np.float64)
    if not np.all((cl > 0) & (cl < 1)):
        raise InputError(f"cl = {value!r}: a confidence level lies strictly between 0 and 1")
    return cl
