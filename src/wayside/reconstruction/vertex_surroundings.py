"""What is around a vertex: sheets in front of it, incoming tracks, companions, showers."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from wayside.detector.cuts import ReconstructionCuts
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.chains import Chains
from wayside.reconstruction.films import Films
from wayside.typing import BoolArray, FloatArray, IntArray, StructuredArray

_CUTS: Final = ReconstructionCuts()


@dataclass(frozen=True)
class Surroundings:
    """Cuts on what is around a vertex.

    Parameters
    ----------
    veto_sheets
        Number of sheets in front of the vertex that must be there, and are searched for incoming
        tracks.
    veto_radius, veto_angle
        An incoming track ends upstream and points to within ``veto_radius`` (mm) plus
        ``veto_angle`` times its distance.
    cone_length, cone_radius, cone_angle
        A companion begins at most ``cone_length`` (mm) behind the vertex, within ``cone_radius``
        (mm) plus ``cone_angle`` times its distance of one of the two tracks.
    shower_length
        A vertex is secondary if it lies at most this far (mm) behind another one, and as near as a
        companion to one of the tracks from there.
    """

    veto_sheets: int = _CUTS.veto_sheets
    veto_radius: float = 0.02
    veto_angle: float = 0.02
    cone_length: float = 30.0
    cone_radius: float = 0.05
    cone_angle: float = 0.1
    shower_length: float = 200.0


def begins_inside(tracks: StructuredArray, films: Films, how: Surroundings) -> BoolArray:
    """Which tracks did not come from outside: the sheets before would have recorded them.

    Parameters
    ----------
    tracks
        Structured array with ``first_sheet``, ``x``, ``y``, ``tx``, ``ty``, shape (n,).
    films
        Depths and the scanned area.
    how
        Number of sheets in front that must be there.
    """
    sheets = films.sheets
    left, right, low, high = films.scanned
    before = tracks["first_sheet"] - max(how.veto_sheets, 1)
    dz = sheets.middle(tracks["first_sheet"]) - sheets.middle(np.maximum(before, 0))
    x, y = tracks["x"] - dz * tracks["tx"], tracks["y"] - dz * tracks["ty"]
    inside = (x > left) & (x < right) & (y > low) & (y < high)
    return np.asarray((before >= 0) & inside)


def incoming(
    vertices: StructuredArray, ends: StructuredArray, sheets: Sheets, how: Surroundings
) -> BoolArray:
    """Which vertices have a track that leads there and ends there.

    Parameters
    ----------
    vertices
        Array of `wayside.reconstruction.records.VERTEX`, shape (n,).
    ends
        Downstream ends of everything linked, an array of `wayside.emulsion.signals.BASETRACK`.
    sheets, how
        Depths and cuts.
    """
    from scipy.spatial import cKDTree

    vetoed = np.zeros(len(vertices), dtype=np.bool_)
    if len(ends) == 0 or how.veto_sheets == 0 or len(vertices) == 0:
        return vetoed
    z = sheets.middle(ends["sheet"])
    reach = (how.veto_sheets + 1) * sheets.pitch + sheets.gap
    # Sideways by as much as a track at 45 degrees goes over the longest way.
    tree = cKDTree(np.stack([ends["x"], ends["y"], z], axis=1))
    sheet, x, y, tx, ty = (ends[name] for name in ("sheet", "x", "y", "tx", "ty"))
    for v, vertex in enumerate(vertices):
        near = tree.query_ball_point([vertex["x"], vertex["y"], vertex["z"]], 2.0 * reach)
        near = np.asarray(near, dtype=np.int64)
        dz = vertex["z"] - z[near]
        steps = vertex["sheet"] - sheet[near]
        upstream = (dz > -3.0 * vertex["sigma_z"] - 0.05) & (steps >= 1)
        upstream &= steps <= how.veto_sheets
        near, dz = near[upstream], dz[upstream]
        miss = np.hypot(
            x[near] + dz * tx[near] - vertex["x"], y[near] + dz * ty[near] - vertex["y"]
        )
        vetoed[v] = bool((miss < how.veto_radius + how.veto_angle * np.abs(dz)).any())
    return vetoed


def count_companions(
    vertices: StructuredArray, tracks: StructuredArray, inside: IntArray, how: Surroundings
) -> IntArray:
    """Count other tracks that begin along the two of a vertex, as in a shower.

    Parameters
    ----------
    vertices
        Array of `wayside.reconstruction.records.VERTEX`.
    tracks
        Array of `wayside.reconstruction.records.TRACK`.
    inside
        Row numbers of the tracks that may be companions.
    how
        Cuts.

    Returns
    -------
    array of int
        Number of companions of each vertex.
    """
    inside = inside[np.argsort(tracks["z"][inside], kind="stable")]
    x, y, z = (tracks[name][inside] for name in "xyz")
    companions = np.zeros(len(vertices), dtype=np.int64)
    for v, vertex in enumerate(vertices):
        tracks_of_vertex = [int(vertex["track_1"]), int(vertex["track_2"])]
        low, high = np.searchsorted(z, [vertex["z"], vertex["z"] + how.cone_length])
        along = np.zeros(high - low, dtype=np.bool_)
        for t in tracks_of_vertex:
            place = (x[low:high], y[low:high], z[low:high])
            along |= _within_cone(vertex, tracks[t], place, how)
        companions[v] = np.count_nonzero(along & ~np.isin(inside[low:high], tracks_of_vertex))
    return companions


def secondary(vertices: StructuredArray, tracks: StructuredArray, how: Surroundings) -> BoolArray:
    """Which vertices lie along a track of an earlier one.

    Parameters
    ----------
    vertices
        Array of `wayside.reconstruction.records.VERTEX` in order of depth.
    tracks
        Array of `wayside.reconstruction.records.TRACK`.
    how
        Cuts.
    """
    behind = np.zeros(len(vertices), dtype=np.bool_)
    x, y, z = (vertices[name] for name in "xyz")
    for vertex in vertices:
        begin = vertex["z"] + 5.0 * vertex["sigma_z"]
        low, high = np.searchsorted(z, [begin, vertex["z"] + how.shower_length])
        for t in (vertex["track_1"], vertex["track_2"]):
            place = (x[low:high], y[low:high], z[low:high])
            behind[low:high] |= _within_cone(vertex, tracks[t], place, how)
    return behind


def _within_cone(
    vertex: StructuredArray,
    track: StructuredArray,
    place: tuple[FloatArray, FloatArray, FloatArray],
    how: Surroundings,
) -> BoolArray:
    """Which places (x, y, z in mm) lie near the straight line of a track from its vertex."""
    x, y, z = place
    dz = z - vertex["z"]
    miss = np.hypot(vertex["x"] + dz * track["tx"] - x, vertex["y"] + dz * track["ty"] - y)
    return np.asarray(miss < how.cone_radius + how.cone_angle * dz)


class Nearest(NamedTuple):
    """Distances in mm of vertices from what lies in the three sheets before, inf without."""

    before: FloatArray
    """Distance of the nearest base-track, of a track or not, extrapolated; shape (n,)."""
    passing: FloatArray
    """Distance of the nearest track that goes on beyond the vertex; shape (n,)."""


def nearest_tracks(
    vertices: StructuredArray,
    rows: StructuredArray,
    chains: Chains,
    tracks: StructuredArray,
    sheets: Sheets,
) -> Nearest:
    """How near base-tracks and passing tracks come to vertices.

    Parameters
    ----------
    vertices
        Array of `wayside.reconstruction.records.VERTEX`, shape (n,).
    rows
        Base-tracks, sorted by sheet: an array of `wayside.emulsion.signals.BASETRACK`.
    chains
        Row numbers of every track.
    tracks
        Array of `wayside.reconstruction.records.TRACK`.
    sheets
        Depths in the stack.
    """
    track = np.full(len(rows), -1, dtype=np.int64)
    track[chains.members] = np.repeat(np.arange(len(tracks)), np.diff(chains.first))
    z = sheets.middle(rows["sheet"])
    before, passing = np.full(len(vertices), np.inf), np.full(len(vertices), np.inf)
    for v, vertex in enumerate(vertices):
        low, high = np.searchsorted(rows["sheet"], [vertex["sheet"] - 3, vertex["sheet"]])
        in_sheet = rows[low:high]
        dz = vertex["z"] - z[low:high]
        miss = np.hypot(
            in_sheet["x"] + dz * in_sheet["tx"] - vertex["x"],
            in_sheet["y"] + dz * in_sheet["ty"] - vertex["y"],
        )
        before[v] = miss.min(initial=np.inf)
        number = track[low:high]
        passes = (number >= 0) & (number != vertex["track_1"]) & (number != vertex["track_2"])
        passes &= tracks["last_sheet"][np.maximum(number, 0)] >= vertex["sheet"]
        passing[v] = miss[passes].min(initial=np.inf)
    return Nearest(before, passing)
