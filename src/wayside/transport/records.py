"""Crossings of sensitive layers, and paths: NumPy structured arrays, one row a crossing or point.

Lengths are in mm, energies in MeV, times in ns, in the detector's frame: origin at the centre of
the front face, x and y along the first two dimensions of the box, z into its depth.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.typing import IntArray

CROSSING: Final = np.dtype(
    [
        ("event", np.int64),
        ("track", np.int32),
        ("parent", np.int32),
        ("pdg", np.int32),
        ("layer", np.int32),
        ("x_in", np.float64),
        ("y_in", np.float64),
        ("z_in", np.float64),
        ("x_out", np.float64),
        ("y_out", np.float64),
        ("z_out", np.float64),
        ("time", np.float64),
        ("kinetic_energy", np.float32),
        ("deposit", np.float32),
    ]
)
"""A charged particle on its way through one sensitive layer.

``track`` counts from 1 within an event, primaries first; ``parent`` is 0 for a primary, else the
primary that the particle descends from; ``layer`` counts from
0 at the front of the stack within its kind (film, gas gap or fibre layer), film ``2 s`` and
``2 s + 1`` being the two of sheet ``s``; in and out are where the particle enters and leaves the
layer (or starts and stops in it), ``time`` and ``kinetic_energy`` hold at the way in,
``deposit`` is the energy left in the layer.
"""


TRACK: Final = np.dtype(
    [
        ("primary", np.int64),
        ("track", np.int32),
        ("parent", np.int32),
        ("pdg", np.int32),
        ("creator", "S16"),
    ]
)
"""A particle on its path; ``primary`` is the row of the primary it descends from, ``creator``
Geant4's name of the process that made it."""

POINT: Final = np.dtype(
    [
        ("primary", np.int64),
        ("track", np.int32),
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
        ("kinetic_energy", np.float64),
        ("time", np.float64),
        ("volume", "S16"),
    ]
)
"""A point on a path, in mm, MeV and ns, with the name of the volume behind it."""

END: Final = np.dtype(
    [
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
        ("ux", np.float64),
        ("uy", np.float64),
        ("uz", np.float64),
        ("kinetic_energy", np.float64),
        ("time", np.float64),
        ("volume", "S16"),
        ("process", "S16"),
    ]
)
"""Where a particle ends, in mm and ns, with the direction and energy in MeV before; name of the
volume without those around it, and Geant4's name of what happened."""


def track_keys(event: npt.ArrayLike, track: npt.ArrayLike) -> IntArray:
    """One number for each track of all events, in the order of events and tracks.

    Parameters
    ----------
    event, track
        Numbers of the event, and of the track in it, from 0 to 2^31; shape (n,).

    Examples
    --------
    >>> track_keys([0, 1], [7, 7]).tolist() == [7, 2**32 + 7]
    True
    """
    return np.asarray(np.asarray(event, dtype=np.int64) << 32 | np.asarray(track, dtype=np.int64))
