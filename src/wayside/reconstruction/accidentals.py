"""Unrelated tracks on small tiles: recorded crossings laid over each other to any density.

Every copy of a recorded event is shifted at random across the films and what leaves the tile on
one side enters it on the other, so that a tile is a piece of films without end.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from wayside.emulsion.grains import visible
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.job import Job, respond
from wayside.reconstruction.pipeline import Reconstructed, reconstruct
from wayside.reconstruction.vertex_surroundings import begins_inside
from wayside.typing import FloatArray, IntArray, StructuredArray

EDGE: Final = 2.5
"""mm at the edge of a tile in which vertices do not count: a track that begins there leaves the
tile before it is long enough, or cannot be distinguished from one that came in."""

PAIR: Final = np.dtype(
    [
        ("related", np.bool_),
        ("chi2", np.float64),
        ("opening", np.float64),
        ("companions", np.int32),
        ("pdg", np.int32, (2,)),
        ("primary", np.bool_, (2,)),
        ("base_tracks", np.int32, (2,)),
        ("tangent", np.float64, (2,)),
        ("momentum", np.float64, (2,)),
        ("gaps", np.float64, (2,)),
    ]
)
"""A vertex on a tile: whether both tracks come from one event, the two tracks as in
`wayside.reconstruction.fake_vertices.FAKE`, and their distances in mm at the next two gaps, nan
where not both arrive."""


@dataclass(frozen=True, eq=False)
class Pool:
    """Recorded events.

    Attributes
    ----------
    film
        Crossings of films that can be scanned, sorted by event.
    first
        First row of each event, and one more.
    scanned
        Fraction of the events' primaries whose slope is scanned.
    """

    film: StructuredArray
    first: IntArray
    scanned: float


def pool(film: StructuredArray, primaries: StructuredArray, job: Job) -> Pool:
    """Collect recorded events.

    Parameters
    ----------
    film
        Crossings of films, rows of `wayside.transport.records.CROSSING`.
    primaries
        Rows of `wayside.generator.records.PRIMARY`, that of event k in row k.
    job
        Response, which says up to which slope films are scanned.
    """
    film = film[visible(film, job.emulsion.build())]
    film = film[np.argsort(film["event"], kind="stable")]
    across = np.hypot(primaries["px"], primaries["py"])
    scanned = np.mean(across <= job.emulsion.largest_slope * np.abs(primaries["pz"]))
    first = np.searchsorted(film["event"], np.arange(len(primaries) + 1))
    return Pool(film, first, float(scanned))


def overlay(events: Pool, copies: int, tile: float, rng: np.random.Generator) -> StructuredArray:
    """Crossings of so many events on a square tile around the origin.

    Parameters
    ----------
    events
        Recorded events; used again in another order where more are wanted.
    copies
        Number of events on the tile.
    tile
        Side of the tile in mm.
    rng
        Generator of random numbers.
    """
    number = len(events.first) - 1
    rounds = [rng.permutation(number) for _ in range(-(-copies // number))]
    chosen = np.concatenate(rounds)[:copies]
    count = np.diff(events.first)[chosen]
    owner = np.repeat(np.arange(copies), count)
    inner = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    rows: StructuredArray = events.film[events.first[chosen][owner] + inner]
    rows["event"] = owner
    for axis in "xy":
        shift = rng.uniform(0.0, tile, copies)[owner]
        place = np.mod(rows[f"{axis}_in"] + shift, tile) - 0.5 * tile
        rows[f"{axis}_out"] += place - rows[f"{axis}_in"]
        rows[f"{axis}_in"] = place
    return rows


def tile_vertices(
    film: StructuredArray, job: Job, sheets: Sheets, block: int, rng: np.random.Generator
) -> tuple[StructuredArray, IntArray]:
    """Reconstruct a tile.

    Parameters
    ----------
    film
        Crossings on the tile, from `overlay`.
    job
        Settings of response and reconstruction.
    sheets
        Depths of the films in mm; width and height are those of the tile.
    block
        Number of the block in which vertices count; tracks cross those around it.
    rng
        Generator of random numbers.

    Returns
    -------
    rows, starts
        Rows of `PAIR`, and numbers of tracks that begin inside the block, shape (4,): primaries
        and others that are steeper than 0.95 of the largest slope, primaries and others that are
        not.
    """
    setup = job.setup(sheets)
    result = reconstruct(respond(film, job, sheets, rng), setup)
    first, last = block * sheets.layers, (block + 1) * sheets.layers
    tracks = result.tracks
    inside = begins_inside(tracks, setup.films, setup.vertexing)
    inside &= (tracks["first_sheet"] >= first) & (tracks["first_sheet"] < last)
    primary = tracks["particle"] == 1
    steep = np.hypot(tracks["tx"], tracks["ty"]) > 0.95 * setup.films.emulsion.largest_slope
    starts = np.array(
        [np.count_nonzero(inside & (steep == s) & (primary == p)) for s in (1, 0) for p in (1, 0)]
    )
    vertices = result.vertices
    half = 0.5 * sheets.width - EDGE
    vertices = vertices[
        (vertices["sheet"] >= first)
        & (vertices["sheet"] < last)
        & (np.abs(vertices["x"]) < half)
        & (np.abs(vertices["y"]) < half)
    ]
    return _pairs(result, vertices, sheets), starts


def _pairs(result: Reconstructed, vertices: StructuredArray, sheets: Sheets) -> StructuredArray:
    tracks = result.tracks
    out = np.zeros(len(vertices), PAIR)
    pair = np.stack([vertices["track_1"], vertices["track_2"]], axis=1)
    out["related"] = vertices["event"] >= 0
    for name in ("chi2", "opening", "companions"):
        out[name] = vertices[name]
    for name in ("pdg", "base_tracks", "momentum"):
        out[name] = tracks[name][pair]
    out["primary"] = tracks["particle"][pair] == 1
    out["tangent"] = np.hypot(tracks["tx"], tracks["ty"])[pair]
    out["gaps"] = np.nan
    last = tracks["last_sheet"][pair].min(axis=1)
    for k in range(2):
        gap = vertices["sheet"] // sheets.layers + k
        # As in timing: a track that stops well before the gap has no hit there.
        reach = last >= (gap + 1) * sheets.layers - 3
        z = sheets.gas_middle(gap)
        apart = []
        for axis in "xy":
            at = [_at(result, t, z, axis, sheets) for t in (pair[:, 0], pair[:, 1])]
            apart.append(at[0] - at[1])
        out["gaps"][:, k] = np.where(reach, np.hypot(*apart), np.nan)
    return out


def _at(
    result: Reconstructed, track: IntArray, z: FloatArray, axis: str, sheets: Sheets
) -> FloatArray:
    """Where tracks are at given depths, from their base-tracks next to these."""
    out = np.empty(len(track))
    sheet = result.rows["sheet"]
    for i, (t, depth) in enumerate(zip(track.tolist(), z.tolist(), strict=True)):
        rows = result.chains.of(t)
        at = sheets.middle(sheet[rows])
        near = rows[int(np.argmin(np.abs(at - depth)))]
        dz = depth - float(sheets.middle(sheet[near]))
        out[i] = result.rows[axis][near] + dz * result.rows[f"t{axis}"][near]
    return out
