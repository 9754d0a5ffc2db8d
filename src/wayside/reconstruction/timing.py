"""When a vertex happened: gas hits on both of its tracks at one time.

Over months every place of a gas detector is hit many times, so that position alone does not tell
which hit belongs to a track. Two hits on the two tracks of a vertex at the same nanoseconds do.

What came in from outside has left a hit in the fibres as well. So do decay products on their way
out, muons nearly always: fibres downstream of a vertex therefore say nothing against it.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from wayside.emulsion.sheets import Sheets
from wayside.typing import FloatArray, IntArray, StructuredArray

FibreVeto = Literal["upstream", "all"]

SIGMAS = 4.0
"""Standard deviations in space and in time within which hits agree."""


def match_times(
    found: StructuredArray,
    rows: StructuredArray,
    members: IntArray,
    first: IntArray,
    hits: StructuredArray,
    fibres: StructuredArray,
    sheets: Sheets,
    position_error: float,
    time_error: float,
    fibre_window: float = 20.0,
    fibre_veto: FibreVeto = "upstream",
    gas_veto: bool = False,
) -> StructuredArray:
    """Give vertices their times.

    Parameters
    ----------
    found
        `wayside.reconstruction.records.VERTEX`.
    rows, members, first
        Base-tracks and the chains of the tracks that the vertices name.
    hits, fibres
        `wayside.emulsion.signals.HIT` of gas detectors and of fibres.
    sheets
        Depths.
    position_error, time_error
        Of a gas hit in mm and ns.
    fibre_window
        A vertex is vetoed if the fibres have a hit within so many ns.
    fibre_veto
        Which fibres: those ``"upstream"``, at a smaller depth than the vertex, or ``"all"``.
    gas_veto
        Whether a hit at that time in a gap before the vertex's block vetoes as well.

    Returns
    -------
    array
        The vertices with ``time``, ``times`` and ``vetoed``.
    """
    from scipy.spatial import cKDTree

    found = found.copy()
    trees = {}
    for gap in np.unique(hits["layer"]):
        own = hits[hits["layer"] == gap]
        trees[int(gap)] = (own, cKDTree(np.stack([own["x"], own["y"]], axis=1)))
    fibres = fibres[np.argsort(fibres["time"], kind="stable")]
    fibre_times = fibres["time"]
    hits = hits[np.argsort(hits["time"], kind="stable")]
    window = SIGMAS * np.sqrt(2.0) * time_error
    for v in range(len(found)):
        times = [
            _track_times(rows[members[first[t] : first[t + 1]]], trees, sheets, position_error)
            for t in (int(found["track_1"][v]), int(found["track_2"][v]))
        ]
        both = _coincidences(times[0], times[1], window)
        found["times"][v] = len(both)
        if len(both) == 1:
            time = both[0]
            found["time"][v] = time
            low, high = np.searchsorted(fibre_times, [time - fibre_window, time + fibre_window])
            depths = fibres["z"][low:high]
            found["vetoed"][v] = len(depths) > 0 and (
                fibre_veto == "all" or bool(np.min(depths) < found["z"][v])
            )
            if gas_veto:
                low, high = np.searchsorted(hits["time"], [time - window, time + window])
                before = hits["layer"][low:high] < found["sheet"][v] // sheets.layers
                found["vetoed"][v] |= bool(before.any())
    return found


def _track_times(
    members: StructuredArray, trees: Mapping[int, tuple[Any, Any]], sheets: Sheets, error: float
) -> FloatArray:
    """Times of all gas hits on a track, in order."""
    depth = sheets.middle(members["sheet"])
    block = members["sheet"] // sheets.layers
    found = []
    for gap in range(int(block[0]), int(block[-1]) + 1):
        if gap not in trees:
            continue
        own, tree = trees[gap]
        z = float(own["z"].mean())
        nearest = int(np.argmin(np.abs(depth - z)))
        dz = z - depth[nearest]
        # A track that stops well before the gap has no hit there.
        if abs(dz) > 0.5 * sheets.gap + 3.0 * sheets.pitch:
            continue
        x = members["x"][nearest] + dz * members["tx"][nearest]
        y = members["y"][nearest] + dz * members["ty"][nearest]
        slope2 = members["tx"][nearest] ** 2 + members["ty"][nearest] ** 2
        # Slopes are known to 2 mrad, and to 4 mrad at 45 degrees.
        width = np.hypot(error, dz * 0.002 * (1.0 + slope2))
        near = tree.query_ball_point([x, y], SIGMAS * width)
        found.append(own["time"][np.asarray(near, dtype=np.int64)])
    return np.sort(np.concatenate(found)) if found else np.zeros(0)


def _coincidences(one: FloatArray, two: FloatArray, window: float) -> list[float]:
    """Mean times of groups of hits of both tracks that agree."""
    low, high = np.searchsorted(two, one - window), np.searchsorted(two, one + window)
    hit = np.flatnonzero(high > low)
    times = sorted(
        0.5 * (float(one[i]) + float(np.mean(two[low[i] : high[i]]))) for i in hit.tolist()
    )
    groups: list[list[float]] = []
    for time in times:
        if groups and time - groups[-1][-1] <= window:
            groups[-1].append(time)
        else:
            groups.append([time])
    return [float(np.mean(group)) for group in groups]
