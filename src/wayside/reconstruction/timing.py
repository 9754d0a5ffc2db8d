"""When a vertex happened: gas hits on both of its tracks at one time.

Over months every place of a gas detector is hit many times, so that position alone does not say
which hit belongs to a track. Two hits on the two tracks of a vertex at the same nanoseconds do.

What came in from outside has left a hit in the fibres as well. So do decay products on their way
out, muons nearly always: fibres downstream of a vertex therefore say nothing against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from wayside.detector.cuts import FibreVeto, ReconstructionCuts
from wayside.detector.readout import Readout
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.chains import Chains
from wayside.typing import FloatArray, StructuredArray

_CUTS: Final = ReconstructionCuts()
_READOUT: Final = Readout()

SIGMAS = 4.0
"""Standard deviations in space and in time within which hits agree."""

FIBRE_WINDOW = 20.0
"""ns within which a hit of the fibres vetoes a vertex."""


@dataclass(frozen=True)
class Timing:
    """How vertices get their times, and what vetoes them.

    Parameters
    ----------
    position_error, time_error
        Standard deviations of a gas hit's position in mm and of its time in ns.
    fibre_window
        A vertex is vetoed if the fibres have a hit within so many ns of its time.
    fibre_veto
        Fibres that veto: those ``"upstream"``, at a smaller depth than the vertex, or ``"all"``.
    gas_veto
        Whether a hit at that time in a gap before the vertex's block vetoes as well.
    """

    position_error: float = _READOUT.gas_error
    time_error: float = _READOUT.gas_time
    fibre_window: float = FIBRE_WINDOW
    fibre_veto: FibreVeto = _CUTS.fibre_veto
    gas_veto: bool = _CUTS.gas_veto

    @property
    def window(self) -> float:
        """Largest difference in ns of two gas hits that agree."""
        return float(SIGMAS * np.sqrt(2.0) * self.time_error)


def match_times(
    vertices: StructuredArray,
    rows: StructuredArray,
    chains: Chains,
    gas: StructuredArray,
    fibres: StructuredArray,
    sheets: Sheets,
    how: Timing | None = None,
) -> StructuredArray:
    """Give vertices their times.

    Parameters
    ----------
    vertices
        Array of `wayside.reconstruction.records.VERTEX`.
    rows, chains
        Base-tracks, an array of `wayside.emulsion.signals.BASETRACK`, and the rows of every track
        that the vertices name.
    gas, fibres
        Hits of gas detectors and of fibres, arrays of `wayside.emulsion.signals.HIT`.
    sheets
        Depths in the stack.
    how
        Errors and vetoes.

    Returns
    -------
    array
        A copy of the vertices with ``time``, ``times`` and ``vetoed``.
    """
    from scipy.spatial import cKDTree

    how = how or Timing()
    vertices = vertices.copy()
    trees = {}
    for gap in np.unique(gas["layer"]):
        own = gas[gas["layer"] == gap]
        trees[int(gap)] = (own, cKDTree(np.stack([own["x"], own["y"]], axis=1)))
    fibres = fibres[np.argsort(fibres["time"], kind="stable")]
    gas = gas[np.argsort(gas["time"], kind="stable")]
    for v in range(len(vertices)):
        vertex = vertices[v]
        first, second = (
            _track_times(rows[chains.of(int(vertex[name]))], trees, sheets, how.position_error)
            for name in ("track_1", "track_2")
        )
        both = _coincidences(first, second, how.window)
        vertices["times"][v] = len(both)
        if len(both) == 1:
            vertices["time"][v] = both[0]
            vertices["vetoed"][v] = _vetoed(vertex, both[0], gas, fibres, sheets.layers, how)
    return vertices


def _vetoed(
    vertex: StructuredArray,
    time: float,
    gas: StructuredArray,
    fibres: StructuredArray,
    layers: int,
    how: Timing,
) -> bool:
    """Whether fibres or a gap before the block recorded something then; hits sorted by time."""
    low, high = np.searchsorted(fibres["time"], [time - how.fibre_window, time + how.fibre_window])
    depths = fibres["z"][low:high]
    if len(depths) > 0 and (how.fibre_veto == "all" or np.min(depths) < vertex["z"]):
        return True
    if not how.gas_veto:
        return False
    low, high = np.searchsorted(gas["time"], [time - how.window, time + how.window])
    return bool((gas["layer"][low:high] < vertex["sheet"] // layers).any())


def _track_times(
    members: StructuredArray, trees: Mapping[int, tuple[Any, Any]], sheets: Sheets, error: float
) -> FloatArray:
    """Times of all gas hits on a track, in order."""
    depth = sheets.middle(members["sheet"])
    block = members["sheet"] // sheets.layers
    times = []
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
        times.append(own["time"][np.asarray(near, dtype=np.int64)])
    return np.sort(np.concatenate(times)) if times else np.zeros(0)


def _coincidences(first: FloatArray, second: FloatArray, window: float) -> list[float]:
    """Mean times of groups of hits of both tracks that agree."""
    low, high = np.searchsorted(second, first - window), np.searchsorted(second, first + window)
    hit = np.flatnonzero(high > low)
    times = sorted(
        0.5 * (float(first[i]) + float(np.mean(second[low[i] : high[i]]))) for i in hit.tolist()
    )
    groups: list[list[float]] = []
    for time in times:
        if groups and time - groups[-1][-1] <= window:
            groups[-1].append(time)
        else:
            groups.append([time])
    return [float(np.mean(group)) for group in groups]
