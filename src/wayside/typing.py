"""Array types that signatures use throughout."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
IndexArray: TypeAlias = NDArray[np.intp]
BoolArray: TypeAlias = NDArray[np.bool_]

StructuredArray: TypeAlias = NDArray[np.void]
"""One row a thing, fields by name; the docstrings say which."""
