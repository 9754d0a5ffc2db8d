"""From base-tracks to tracks and vertices in one call."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from wayside.detector.cuts import ReconstructionCuts
from wayside.emulsion.signals import HIT
from wayside.errors import InputError
from wayside.reconstruction.chains import Chains, chains
from wayside.reconstruction.films import Films
from wayside.reconstruction.gas_hits import GasHits, coincidences
from wayside.reconstruction.linking import Linking, links
from wayside.reconstruction.records import TRACK
from wayside.reconstruction.tiles import link_tiles
from wayside.reconstruction.timing import Timing, match_times
from wayside.reconstruction.tracks import fit_tracks
from wayside.reconstruction.vertex_surroundings import begins_inside
from wayside.reconstruction.vertices import Vertexing, vertices
from wayside.typing import IntArray, StructuredArray

_CUTS: Final = ReconstructionCuts()


@dataclass(frozen=True)
class Setup:
    """Settings of reconstruction.

    Parameters
    ----------
    films
        Errors, depths, material and the scanned area.
    linking, vertexing, timing
        Cuts of each step.
    min_sheets
        Smallest number of base-tracks of a track.
    time_first
        Whether tracks get the times of their gas hits before vertices are made, and vertices are
        made of tracks of one time first: each track is in one vertex at most, and in dense films
        an unrelated track may else take one of a pair.

    Examples
    --------
    >>> from wayside.reconstruction.vertices import Vertexing
    >>> Setup(vertexing=Vertexing(min_opening=0.02), min_sheets=6).linking.max_holes
    2
    """

    films: Films = field(default_factory=Films)
    linking: Linking = field(default_factory=Linking)
    vertexing: Vertexing = field(default_factory=Vertexing)
    timing: Timing = field(default_factory=Timing)
    min_sheets: int = _CUTS.min_sheets
    time_first: bool = False


@dataclass(frozen=True, eq=False)
class Reconstructed:
    """Tracks, vertices, and the base-tracks behind them.

    Attributes
    ----------
    rows
        Base-tracks, sorted by sheet: an array of `wayside.emulsion.signals.BASETRACK`.
    chains
        Row numbers of every track.
    tracks
        Array of `wayside.reconstruction.records.TRACK`.
    vertices
        Array of `wayside.reconstruction.records.VERTEX`.
    """

    rows: StructuredArray
    chains: Chains
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
        Base-tracks in any order, an array of `wayside.emulsion.signals.BASETRACK`.
    setup
        Errors, depths and cuts.
    gas, fibres
        Hits of the gas detectors and of the fibres, arrays of `wayside.emulsion.signals.HIT`;
        without gas hits vertices get no times.
    tile
        Side in mm of the squares that are linked one by one; all at once if None. The result is
        the same but for competition that reaches farther than
        `wayside.reconstruction.tiles.MARGIN`.
    workers
        Number of threads that link tiles; the result does not depend on it.

    Returns
    -------
    Reconstructed
        Tracks and vertices, with the base-tracks they are made of.

    Raises
    ------
    InputError
        If the side of a tile is not positive.
    """
    setup = setup or Setup()
    if tile is not None and not tile > 0.0:
        raise InputError(f"tile = {tile!r}: must be above 0 (mm)")
    keys = ("ty", "tx", "y", "x", "sheet")
    rows = rows[np.lexsort([rows[key] for key in keys])]
    films, sheets = setup.films, setup.films.sheets
    if tile is None:
        following, _ = links(rows, films, setup.linking)
    else:
        following = link_tiles(rows, films, setup.linking, tile, workers)
    following, _ = links(rows, films, setup.linking, gaps=True, following=following)
    long_chains = chains(following, setup.min_sheets)
    # Only tracks that may begin at a vertex are asked whether they are electrons.
    starts = np.zeros(long_chains.number, dtype=TRACK)
    head = rows[long_chains.members[long_chains.first[:-1]]]
    starts["first_sheet"] = head["sheet"]
    for name in ("x", "y", "tx", "ty"):
        starts[name] = head[name]
    inside = begins_inside(starts, films, setup.vertexing)
    tracks = fit_tracks(rows, long_chains, films, as_electron=inside)
    simultaneous = None
    if setup.time_first and gas is not None:
        hits = GasHits(gas, rows, long_chains, sheets, setup.timing.position_error)
        window, distinct = setup.timing.window, setup.timing.distinct_hits

        def simultaneous(first: int, second: int) -> bool:
            pair = hits.on_track(first), hits.on_track(second)
            return len(coincidences(hits.gas["time"], *pair, window, distinct)) == 1

    candidates = vertices(tracks, _ends(rows, following), films, setup.vertexing, simultaneous)
    if gas is not None and len(candidates):
        fibres = np.zeros(0, dtype=HIT) if fibres is None else fibres
        candidates = match_times(candidates, rows, long_chains, gas, fibres, sheets, setup.timing)
    return Reconstructed(rows, long_chains, tracks, candidates)


def _ends(rows: StructuredArray, following: IntArray) -> StructuredArray:
    """Downstream ends of chains of two base-tracks and more."""
    led = np.zeros(len(rows), dtype=np.bool_)
    led[following[following >= 0]] = True
    return rows[led & (following < 0)]
