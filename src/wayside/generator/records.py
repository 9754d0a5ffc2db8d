"""Particles handed to the detector simulation: NumPy structured arrays, one row a particle.

Lengths are in mm, momenta in MeV, times in ns, in the detector's frame: origin at the centre of
the front face, x and y along the first two dimensions of the box, z into its depth.
"""

from typing import Final

import numpy as np

PRIMARY: Final = np.dtype(
    [
        ("event", np.int64),
        ("pdg", np.int32),
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
        ("time", np.float64),
        ("px", np.float64),
        ("py", np.float64),
        ("pz", np.float64),
        ("weight", np.float64),
    ]
)
"""A particle handed to Geant4: where, when (ns after the collision) and with which momentum."""
