"""What the readout makes of crossings: NumPy structured arrays in mm, rad and ns.

Every row carries the ``event`` and ``particle`` it truly comes from (-1 for fog and noise) and
its ``pdg`` code (0); reconstruction reads these only for truth matching.
"""

from typing import Final

import numpy as np

_TRUTH: Final = [("event", np.int64), ("particle", np.int32), ("pdg", np.int32)]

MICROTRACK: Final = np.dtype(
    [
        ("film", np.int32),
        ("x", np.float64),
        ("y", np.float64),
        ("tx", np.float64),
        ("ty", np.float64),
        ("grains", np.int32),
        *_TRUTH,
    ]
)
"""A line of grains in one film: where it meets the base, and its slopes dx/dz and dy/dz."""

BASETRACK: Final = np.dtype(
    [
        ("sheet", np.int32),
        ("x", np.float64),
        ("y", np.float64),
        ("tx", np.float64),
        ("ty", np.float64),
        ("front_grains", np.int32),
        ("back_grains", np.int32),
        ("chi2", np.float32),
        *_TRUTH,
    ]
)
"""Two micro-tracks joined across the base: position in its middle, slopes from one face to the
other; ``chi2`` compares these with the slopes of the micro-tracks (4 degrees of freedom)."""

HIT: Final = np.dtype(
    [
        ("layer", np.int32),
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
        ("time", np.float64),
        *_TRUTH,
    ]
)
"""A hit in a gas detector or a layer of fibres."""
