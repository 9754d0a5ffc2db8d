"""From base-tracks to tracks and vertices in one call, tile by tile if asked."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from wayside.emulsion.response import Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.emulsion.signals import HIT
from wayside.errors import InputError
from wayside.reconstruction.chains import chains
from wayside.reconstruction.link import Linking, links
from wayside.reconstruction.material import Layer
from wayside.reconstruction.records import TRACK
from wayside.reconstruction.timing import FibreVeto, match_times
from wayside.reconstruction.tracks import fit_tracks
from wayside.reconstruction.vertices import Vertexing, begins_inside, vertices
from wayside.typing import BoolArray, FloatArray, IntArray, StructuredArray

MARGIN = 4.0
"""Width in mm of what a tile sees around itself.

A link spans three layers at most, 2.4 mm sideways at 45 degrees; the rest leaves room for those
who compete for the same base-tracks.
"""


@dataclass(frozen=True)
class Setup:
    """All that reconstruction is told.

    Parameters
    ----------
    emulsion, sheets, layer
        Errors, depths and material.
    linking, vertexing
        Cuts.
    min_sheets
        Least base-tracks of a track.
    gas_error, gas_time
        Errors of gas hits in mm and ns.
    fibre_veto, gas_veto
        What must be silent, as for `wayside.reconstruction.timing.match_times`.
    bounds
        Lowest and highest x, lowest and highest y that was scanned, in mm; the sheets if None.
    """

    emulsion: Emulsion = field(default_factory=Emulsion)
    sheets: Sheets = field(default_factory=Sheets)
    layer: Layer = field(default_factory=Layer)
    linking: Linking = field(default_factory=Linking)
    vertexing: Vertexing = field(default_factory=Vertexing)
    min_sheets: int = 5
    gas_error: float = 0.05
    gas_time: float = 5.0
    fibre_veto: FibreVeto = "upstream"
    gas_veto: bool = False
    bounds: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, eq=False)
class Reconstructed:
    """Tracks, vertices, and the base-tracks behind them.

    Attributes
    ----------
    rows
        Base-tracks, sorted by sheet.
    members, first
        Rows of the tracks one behind the other, and where each track begins (and one more).
    tracks, vertices
        `wayside.reconstruction.records.TRACK` and `wayside.reconstruction.records.VERTEX`.
    """

    rows: StructuredArray
    members: IntArray
    first: IntArray
    tracks: StructuredArray
    vertices: StructuredArray


def reconstruct(
    rows: StructuredArray,
    setup: Setup | None = None,
    gas: StructuredArray | None = None,
    fibres: StructuredArray | None = None,
    tile: float | None = None,
    workers: int = 1,
) -> Reconstructed:
    """Reconstruct tracks and vertices.

    Parameters
    ----------
    rows
        `wayside.emulsion.signals.BASETRACK`, in any order.
    setup
        Errors, depths and cuts.
    gas, fibres
        `wayside.emulsion.signals.HIT`.
    tile
        Side in mm of the squares that are linked one by one; all at once if None. The result is
        the same but for competition that reaches farther than `MARGIN`.
    workers
        Threads that link tiles; the result does not depend on their number.

    Raises
    ------
    InputError
        If a tile is not larger than nothing.
    """
    setup = setup or Setup()
    if tile is not None and not tile > 0.0:
        raise InputError(f"tile = {tile!r}: must be above 0 (mm)")
    keys = ("ty", "tx", "y", "x", "sheet")
    rows = rows[np.lexsort([rows[key] for key in keys])]
    following = _links(rows, setup)[0] if tile is None else _link_tiles(rows, setup, tile, workers)
    following = _links(rows, setup, True, following)[0]
    members, first = chains(following, setup.min_sheets)
    # Only tracks that may begin at a vertex are asked whether they are electrons.
    starts = np.zeros(len(first) - 1, dtype=TRACK)
    head = rows[members[first[:-1]]]
    starts["first_sheet"] = head["sheet"]
    for name in ("x", "y", "tx", "ty"):
        starts[name] = head[name]
    inside = begins_inside(starts, setup.sheets, setup.vertexing, setup.bounds)
    tracks = fit_tracks(
        rows, members, first, setup.emulsion, setup.sheets, setup.layer, as_electron=inside
    )
    found = vertices(
        tracks, _ends(rows, following), setup.sheets, setup.vertexing, setup.layer, setup.bounds
    )
    if gas is not None and len(found):
        fibres = np.zeros(0, dtype=HIT) if fibres is None else fibres
        found = match_times(
            found,
            rows,
            members,
            first,
            gas,
            fibres,
            setup.sheets,
            setup.gas_error,
            setup.gas_time,
            fibre_veto=setup.fibre_veto,
            gas_veto=setup.gas_veto,
        )
    return Reconstructed(rows, members, first, tracks, found)


def _links(
    rows: StructuredArray, setup: Setup, gaps: bool = False, following: IntArray | None = None
) -> tuple[IntArray, FloatArray]:
    return links(
        rows,
        setup.emulsion,
        setup.sheets,
        setup.linking,
        setup.layer,
        gaps,
        following,
        setup.bounds,
    )


def _ends(rows: StructuredArray, following: IntArray) -> FloatArray:
    """Downstream ends of chains of two base-tracks and more."""
    led = np.zeros(len(rows), dtype=np.bool_)
    led[following[following >= 0]] = True
    last = rows[led & (following < 0)]
    return np.stack([last[c].astype(np.float64) for c in ("sheet", "x", "y", "tx", "ty")], axis=1)


def _link_tiles(rows: StructuredArray, setup: Setup, tile: float, workers: int) -> IntArray:
    following = np.full(len(rows), -1, np.int64)
    best = np.full(len(rows), np.inf)

    def one(own: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
        made, chi2 = _links(rows[own], setup)
        linked = np.flatnonzero(made >= 0)
        return own[linked], own[made[linked]], chi2[linked]

    with ThreadPoolExecutor(workers) as pool:
        tiles = _tiles(rows, tile)
        seen = ((core, pool.submit(one, own)) for core, own in tiles)
        for core, future in list(seen) if workers > 1 else seen:
            upstream, downstream, chi2 = future.result()
            mine = core[upstream]
            following[upstream[mine]] = downstream[mine]
            best[upstream[mine]] = chi2[mine]
    # Two tiles that disagree beyond the margin may both claim a base-track: the better one has it.
    linked = np.flatnonzero(following >= 0)
    order = linked[np.lexsort((best[linked], following[linked]))]
    again = np.zeros(len(order), dtype=np.bool_)
    again[1:] = following[order][1:] == following[order][:-1]
    following[order[again]] = -1
    return following


def _tiles(rows: StructuredArray, tile: float) -> Iterator[tuple[BoolArray, IntArray]]:
    """Squares: which rows are theirs, and the rows that they see."""
    if len(rows) == 0:
        return
    x, y = rows["x"], rows["y"]
    ix, iy = np.floor(x / tile).astype(np.int64), np.floor(y / tile).astype(np.int64)
    for i in range(int(ix.min()), int(ix.max()) + 1):
        column = np.flatnonzero((x >= i * tile - MARGIN) & (x < (i + 1) * tile + MARGIN))
        for j in range(int(iy.min()), int(iy.max()) + 1):
            near = (y[column] >= j * tile - MARGIN) & (y[column] < (j + 1) * tile + MARGIN)
            own = column[near]
            core = np.zeros(len(rows), dtype=np.bool_)
            core[own] = (ix[own] == i) & (iy[own] == j)
            if core[own].any():
                yield core, own
