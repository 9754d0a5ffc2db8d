"""Vertices: two tracks with a common origin inside the volume, and none that leads there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from wayside.detector.cuts import ReconstructionCuts
from wayside.reconstruction.films import Films
from wayside.reconstruction.records import VERTEX
from wayside.reconstruction.vertex_fit import fronts, lines_of
from wayside.reconstruction.vertex_pairs import PairCuts, vertex_candidates
from wayside.reconstruction.vertex_surroundings import (
    Surroundings,
    begins_inside,
    count_companions,
    incoming,
    secondary,
)
from wayside.typing import BoolArray, StructuredArray

_CUTS: Final = ReconstructionCuts()


@dataclass(frozen=True)
class Vertexing(Surroundings):
    """What makes a vertex: cuts on the two tracks, and on what is around them.

    Parameters
    ----------
    veto_sheets, veto_radius, veto_angle, cone_length, cone_radius, cone_angle, shower_length
        Cuts on the surroundings, as in `wayside.reconstruction.vertex_surroundings.Surroundings`.
    largest_chi2
        Largest chi-squared of two tracks at one point, which has one degree of freedom.
    min_opening
        Smallest angle between the tracks in rad.
    max_holes
        Largest number of sheets that a track may miss after the vertex.

    Examples
    --------
    A wider search for the origin, and no upstream sheets that must be empty:

    >>> cuts = Vertexing(largest_chi2=25.0, veto_sheets=0)
    >>> cuts.min_opening, cuts.max_holes
    (0.01, 2)
    """

    largest_chi2: float = _CUTS.vertex_chi2
    min_opening: float = _CUTS.min_opening
    max_holes: int = _CUTS.max_holes


def vertices(
    tracks: StructuredArray,
    ends: StructuredArray,
    films: Films | None = None,
    how: Vertexing | None = None,
    simultaneous: Callable[[int, int], bool] | None = None,
) -> StructuredArray:
    """Find two-track vertices.

    Parameters
    ----------
    tracks
        Array of `wayside.reconstruction.records.TRACK`.
    ends
        Downstream ends of everything linked, however short: an array of
        `wayside.emulsion.signals.BASETRACK`.
    films
        Depths, material and the scanned area.
    how
        Cuts.
    simultaneous
        Whether two tracks, by their row numbers, have a time in common; such pairs come first,
        so that no track of another time takes one of them. None to go by chi-squared alone.

    Returns
    -------
    array of `wayside.reconstruction.records.VERTEX`
        Each track in one vertex at most, the smallest chi-squared first; ``time`` is not yet known.
    """
    films, how = films or Films(), how or Vertexing()
    sheets = films.sheets
    inside = np.flatnonzero(begins_inside(tracks, films, how))
    inside = inside[np.argsort(tracks["first_sheet"][inside], kind="stable")]
    if len(inside) < 2:
        return np.zeros(0, dtype=VERTEX)
    chosen = tracks[inside]
    candidates = vertex_candidates(
        lines_of(chosen),
        fronts(sheets, int(chosen["first_sheet"].max())),
        films.layer.absorber(sheets.plate),
        PairCuts(
            float(sheets.pitch),
            int(how.max_holes),
            float(how.largest_chi2),
            float(how.min_opening),
        ),
    )
    pairs = np.stack([candidates["track_1"], candidates["track_2"]], axis=1)
    later = np.zeros(len(pairs), dtype=np.bool_)
    if simultaneous is not None:
        later[:] = [not simultaneous(*pair) for pair in inside[pairs].tolist()]
    candidates = _disjoint(candidates, later, len(inside))
    rows = np.zeros(len(candidates), dtype=VERTEX)
    if not len(rows):
        return rows
    for name in ("x", "y", "z", "sigma_x", "sigma_y", "sigma_z", "chi2", "opening"):
        rows[name] = candidates[name]
    pairs = np.stack([candidates["track_1"], candidates["track_2"]], axis=1)
    rows["track_1"], rows["track_2"] = inside[pairs].T
    rows["sheet"] = chosen["first_sheet"][pairs].min(axis=1)
    rows["time"] = np.nan
    events = chosen["event"][pairs]
    rows["event"] = np.where(events[:, 0] == events[:, 1], events[:, 0], -1)
    rows = rows[~incoming(rows, ends, sheets, how)]
    rows["companions"] = count_companions(rows, tracks, inside, how)
    rows = rows[np.lexsort((rows["y"], rows["x"], rows["z"]))]
    rows["secondary"] = secondary(rows, tracks, how)
    return rows


def _disjoint(candidates: StructuredArray, later: BoolArray, tracks: int) -> StructuredArray:
    """Candidates without a track of a better one; all ``later`` ones are worse than the others."""
    used = np.zeros(tracks, dtype=np.bool_)
    keep = []
    for k in np.lexsort((candidates["chi2"], later)).tolist():
        pair = [candidates["track_1"][k], candidates["track_2"][k]]
        if not used[pair].any():
            used[pair] = True
            keep.append(k)
    return candidates[keep]
