"""Results of reconstruction: arrays of tracks and of vertices, in mm, MeV and ns."""

from typing import Final

import numpy as np

TRACK: Final = np.dtype(
    [
        ("first_sheet", np.int32),
        ("last_sheet", np.int32),
        ("base_tracks", np.int32),
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
        ("tx", np.float64),
        ("ty", np.float64),
        ("along", np.float64, (3,)),
        ("across", np.float64, (3,)),
        ("shared", np.float64, (3,)),
        ("end_x", np.float64),
        ("end_y", np.float64),
        ("end_z", np.float64),
        ("end_tx", np.float64),
        ("end_ty", np.float64),
        ("end_along", np.float64, (3,)),
        ("end_across", np.float64, (3,)),
        ("ux", np.float64),
        ("uy", np.float64),
        ("momentum", np.float64),
        ("log_momentum_error", np.float64),
        ("chi2", np.float64),
        ("degrees", np.int32),
        ("electron", np.float64),
        ("event", np.int64),
        ("particle", np.int32),
        ("pdg", np.int32),
        ("purity", np.float32),
    ]
)
"""A track: fitted states at its first and its last base-track.

``along`` and ``across`` hold variance of the position, covariance with the slope and variance of
the slope, along and across the projected direction (``ux``, ``uy``); ``shared`` is the part of
both that comes from the alignment of sheets, an error in common with all neighbours. ``momentum``
is at the first base-track if the particle travels toward +z. ``electron`` is 2 ln of the
likelihood as an electron over that as a muon, nan where it was not computed. ``event``,
``particle`` and ``pdg`` are those of most of its base-tracks, ``purity`` is the fraction of these.
"""

VERTEX: Final = np.dtype(
    [
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
        ("sigma_x", np.float64),
        ("sigma_y", np.float64),
        ("sigma_z", np.float64),
        ("chi2", np.float64),
        ("opening", np.float64),
        ("track_1", np.int64),
        ("track_2", np.int64),
        ("sheet", np.int32),
        ("companions", np.int32),
        ("secondary", np.bool_),
        ("time", np.float64),
        ("times", np.int32),
        ("vetoed", np.bool_),
        ("event", np.int64),
    ]
)
"""Two tracks with a common origin inside the volume and no track that ends there.

``sheet`` is the first sheet behind it; ``companions`` counts other tracks that begin along the
two, as in a shower; ``secondary`` says whether it lies behind another vertex along one of that
one's tracks, as pairs from bremsstrahlung do; ``time`` is that of gas hits of both tracks that
agree, nan without, and ``times`` the number of different times for which this holds; ``vetoed``
says whether ``time`` is also that of a hit in the fibres; ``event`` is the true one if both tracks
come from it, or -1.
"""
