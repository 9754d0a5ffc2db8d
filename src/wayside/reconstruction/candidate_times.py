"""Times of candidates, and what crossed gas gaps and fibres then.

What layers that veto have recorded is described by what truly crossed them, so that their number
and their inefficiencies stay weights (`wayside.candidates.weights.Vetoes`).
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from wayside.candidates.files import Lists
from wayside.candidates.schema import GAPS, HITS
from wayside.detector.stack import Stack
from wayside.reconstruction.fibre_places import PLACE, distinct_places, middles
from wayside.reconstruction.gas_hits import GasHits, coincidences
from wayside.reconstruction.job import APART
from wayside.reconstruction.pipeline import Reconstructed, Setup
from wayside.typing import FloatArray, StructuredArray

METRE: Final = 1e-3
"""One mm."""

LISTED: Final = 100.0
"""Time in ns before and after a vertex within which crossings are listed."""


def describe_times(
    rows: StructuredArray,
    vertices: StructuredArray,
    result: Reconstructed,
    gas_hits: StructuredArray,
    crossings: Mapping[str, StructuredArray],
    setup: Setup,
    stack: Stack,
) -> tuple[Lists, Lists]:
    """Fill the columns of times and of vetoes.

    Parameters
    ----------
    rows
        Rows of `wayside.candidates.schema.ROW`, of which place and ``timed`` are there.
    vertices
        The same vertices, an array of `wayside.reconstruction.records.VERTEX`.
    result, gas_hits, crossings, setup, stack
        As in `wayside.reconstruction.candidate_rows.describe`.

    Returns
    -------
    tuple of Lists
        Places at which fibres were crossed, and gaps.
    """
    timing, sheets = setup.timing, setup.films.sheets
    hits = GasHits(gas_hits, result.rows, result.chains, sheets, timing.position_error)
    film = crossings["film"]
    crossed = {kind: crossings[kind][crossings[kind]["deposit"] > 0.0] for kind in ("gas", "fibre")}
    crossed = {
        kind: crossings_of_track[np.argsort(crossings_of_track["event"], kind="stable")]
        for kind, crossings_of_track in crossed.items()
    }
    fibre_lists: list[dict[str, Any]] = []
    gap_lists: list[dict[str, Any]] = []
    for v, vertex in enumerate(vertices):
        row = rows[v : v + 1]
        two = [int(vertex[name]) for name in ("track_1", "track_2")]
        first, second = (hits.of_vertex(vertex, track) for track in two)
        row["gas_hits_1"], row["gas_hits_2"] = len(first), len(second)
        distinct = coincidences(hits.gas["time"], first, second, timing.window, distinct=True)
        row["distinct_hits"] = len(distinct) > 0
        event = int(vertex["event"])
        if vertex["times"] == 1:
            delay = float(vertex["time"]) - APART * event
        else:
            head = result.tracks[two[0]]
            crossings_of_track = (film["event"] == event) & (film["track"] == head["particle"])
            delay = float(film["time"][crossings_of_track].min())
        row["delay"] = delay
        for name, of_track in (("gas_gaps_1", first), ("gas_gaps_2", second)):
            on_track = hits.gas[of_track]
            at_time = np.abs(on_track["time"] - APART * event - delay) < timing.window
            row[name] = len(np.unique(on_track["layer"][at_time]))
        gas, fibre = (_of_event(crossed[kind], event) for kind in ("gas", "fibre"))
        particles = result.tracks["particle"][two]
        gap_lists.append(_gaps(row, gas, delay, particles, timing.window))
        exits = np.stack([_exit(result.tracks[track], stack) for track in two])
        fibre_lists.append(_fibres(row, fibre, delay, exits, timing.fibre_window))
    return _collected(fibre_lists, HITS), _collected(gap_lists, GAPS)


def _of_event(crossed: StructuredArray, event: int) -> StructuredArray:
    low, high = np.searchsorted(crossed["event"], [event, event + 1])
    return crossed[low:high]


def _gaps(
    row: StructuredArray, gas: StructuredArray, delay: float, particles: Any, window: float
) -> dict[str, Any]:
    """Fill the counts of gaps, and list those that were crossed."""
    after = gas["time"] - delay
    near = np.abs(after) < window
    block = int(row["block"][0])
    born = bool(row["born_in_gap"][0])
    number = gas["layer"].astype(np.int64)
    before = near & (number < block - born)
    row["gaps_before"] = len(np.unique(number[before]))
    row["gaps_after"] = len(np.unique(number[near & (number >= block)]))
    of_others = near & (number == block - 1) & ~np.isin(gas["track"], particles)
    row["gap_birth"] = np.count_nonzero(of_others) if born else 0
    listed = np.abs(after) < LISTED
    gaps, which, crossed = np.unique(number[listed], return_inverse=True, return_counts=True)
    first = np.full(len(gaps), np.inf)
    np.minimum.at(first, which, after[listed])
    return {"gap": gaps, "gap_crossings": crossed, "gap_delay": first}


def _fibres(
    row: StructuredArray, fibre: StructuredArray, delay: float, exits: FloatArray, window: float
) -> dict[str, Any]:
    """Fill the counts of places at which fibres were crossed, and list them."""
    after = fibre["time"] - delay
    near = np.flatnonzero(np.abs(after) < LISTED)
    # The crossing nearest in time stands for a place.
    near = near[np.argsort(np.abs(after[near]), kind="stable")]
    points = middles(fibre[near])
    chosen = distinct_places(points)
    places, times = points[chosen], after[near[chosen]]
    leaves = np.linalg.norm(places[:, None] - exits[None], axis=2).min(axis=1, initial=np.inf)
    leaves = leaves < PLACE
    simultaneous = np.abs(times) < window
    upstream = METRE * places[:, 2] < row["z"][0]
    for name, where in (("upstream", upstream), ("downstream", ~upstream)):
        row[f"fibres_{name}"] = np.count_nonzero(simultaneous & where)
        row[f"exits_{name}"] = np.count_nonzero(simultaneous & where & leaves)
    x, y, z = METRE * places.T
    return {"fibre_x": x, "fibre_y": y, "fibre_z": z, "fibre_delay": times, "fibre_exit": leaves}


def _exit(track: StructuredArray, stack: Stack) -> FloatArray:
    """Point in mm at which the straight line from a track's end crosses the fibres."""
    low, high = (np.array(corner) for corner in stack.outer())
    middle = 0.5 * stack.fibres
    low, high = low + middle, high - middle
    direction = np.array([float(track["end_tx"]), float(track["end_ty"]), 1.0])
    start = np.array([float(track["end_x"]), float(track["end_y"]), float(track["end_z"])])
    with np.errstate(divide="ignore"):
        steps = np.where(direction > 0.0, (high - start) / direction, (low - start) / direction)
    return np.asarray(start + steps[direction != 0.0].min() * direction)


def _collected(lists: list[dict[str, Any]], columns: tuple[Any, ...]) -> Lists:
    lengths = [len(columns_of_event[columns[0].name]) for columns_of_event in lists]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    values = {
        column.name: np.concatenate(
            [
                np.zeros(0, column.dtype),
                *(columns_of_event[column.name] for columns_of_event in lists),
            ]
        ).astype(column.dtype)
        for column in columns
    }
    return Lists(offsets, values)
