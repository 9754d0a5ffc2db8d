"""Arrays as one compressed file in memory."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt


def archive(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Bytes of an NPZ file, equal ones for equal arrays.

    Parameters
    ----------
    arrays
        Arrays by name, of any shapes.

    Raises
    ------
    ValueError
        If an array holds Python objects, which only a pickle could keep.

    Examples
    --------
    >>> content = archive({"x": np.arange(3)})
    >>> np.load(io.BytesIO(content))["x"].tolist()
    [0, 1, 2]
    """
    # Not by allow_pickle = False of savez_compressed: NumPy before 2.1 keeps that as an array.
    for name, values in arrays.items():
        if values.dtype.hasobject:
            raise ValueError(f"{name}: an array of Python objects cannot be kept")
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()
