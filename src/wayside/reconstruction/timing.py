"""When a vertex happened: gas hits on both of its tracks at one time, and what vetoes it.

Over months every place of a gas detector is hit many times, so that position alone does not say
which hit belongs to a track. Two hits on the two tracks of a vertex at the same nanoseconds do.

What came in from outside has left a hit in the fibres as well. So do decay products on their way
out, muons nearly always: fibres downstream of a vertex therefore say nothing against it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from wayside.detector.cuts import FibreVeto, ReconstructionCuts, all_veto
from wayside.detector.readout import Readout
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.chains import Chains
from wayside.reconstruction.gas_hits import SIGMAS, GasHits, birth_gap, coincidences
from wayside.typing import StructuredArray

_CUTS: Final = ReconstructionCuts()
_READOUT: Final = Readout()

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
        Whether a hit at that time in a gap before the vertex vetoes as well. Of the gap in which a
        vertex lies those hits do not that are on its own tracks.
    birth_gap
        Whether hits on the tracks in the gap in which a vertex lies give it a time, too.
    distinct_hits
        Whether the two tracks must have a hit each: one hit near both gives no time.
    """

    position_error: float = _READOUT.gas_error
    time_error: float = _READOUT.gas_time
    fibre_window: float = FIBRE_WINDOW
    fibre_veto: FibreVeto = _CUTS.fibre_veto
    gas_veto: bool = _CUTS.gas_veto
    birth_gap: bool = False
    distinct_hits: bool = False

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
    how = how or Timing()
    vertices = vertices.copy()
    hits = GasHits(gas, rows, chains, sheets, how.position_error)
    fibres = fibres[np.argsort(fibres["time"], kind="stable")]
    for v in range(len(vertices)):
        vertex = vertices[v]
        first, second = (
            hits.of_vertex(vertex, int(vertex[name]))
            if how.birth_gap
            else hits.on_track(int(vertex[name]))
            for name in ("track_1", "track_2")
        )
        both = coincidences(hits.gas["time"], first, second, how.window, how.distinct_hits)
        vertices["times"][v] = len(both)
        if len(both) == 1:
            vertices["time"][v] = both[0]
            vertices["vetoed"][v] = _vetoed(vertex, both[0], hits, fibres, how)
    return vertices


def _vetoed(
    vertex: StructuredArray, time: float, hits: GasHits, fibres: StructuredArray, how: Timing
) -> bool:
    """Whether fibres or a gap before recorded something then; fibres sorted by time."""
    low, high = np.searchsorted(fibres["time"], [time - how.fibre_window, time + how.fibre_window])
    depths = fibres["z"][low:high]
    if len(depths) > 0 and (all_veto(how.fibre_veto) or np.min(depths) < vertex["z"]):
        return True
    if not how.gas_veto:
        return False
    gas = hits.gas
    low, high = np.searchsorted(gas["time"], [time - how.window, time + how.window])
    before = gas["layer"][low:high] < vertex["sheet"] // hits.sheets.layers
    gap = birth_gap(vertex, hits.sheets)
    if gap >= 0 and before.any():
        of_pair = [hits.born_with(vertex, int(vertex[name])) for name in ("track_1", "track_2")]
        before[np.isin(np.arange(low, high), np.concatenate(of_pair))] = False
    return bool(before.any())
