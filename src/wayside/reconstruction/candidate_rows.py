"""From a reconstruction to rows of the candidate table: everything a selection may ask for.

Vertices are described as reconstructed; what layers that veto have recorded is described by what
truly crossed them, so that their inefficiencies stay weights (`wayside.candidates.weights`).
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.candidates.files import Lists
from wayside.candidates.schema import CHANNELS, GAPS, HITS, PLACES, ROW
from wayside.detector.stack import Stack
from wayside.emulsion.sheets import Sheets
from wayside.generator.pairs import DECAY, OTHER
from wayside.reconstruction.electron_momenta import electron_momenta
from wayside.reconstruction.films import Films
from wayside.reconstruction.gas_hits import GasHits, birth_gap, coincidences
from wayside.reconstruction.pipeline import Reconstructed, Setup
from wayside.reconstruction.run import APART
from wayside.reconstruction.truth_matching import at_origin
from wayside.reconstruction.vertex_surroundings import begins_inside
from wayside.transport.biased_beams import boxes
from wayside.transport.engine import kinetic_energies, masses
from wayside.typing import FloatArray, IntArray, StructuredArray

GEV: Final = 1e-3
"""One MeV."""

METRE: Final = 1e-3
"""One mm."""

PLACE: Final = 100.0
"""Distance in mm within which crossings of fibres are one place."""

LISTED: Final = 100.0
"""Time in ns before and after a vertex within which crossings are listed."""


class Origin(NamedTuple):
    """What was simulated."""

    primaries: StructuredArray
    """Rows of `wayside.generator.records.PRIMARY`, events numbered from 0."""
    density: FloatArray
    """Sampling density of each event, shape (events,)."""
    decays: StructuredArray
    """Rows of `wayside.generator.pairs.DECAY` with event k in row k, none for background."""


class Described(NamedTuple):
    """Rows and their lists."""

    rows: StructuredArray
    """Rows of `wayside.candidates.schema.ROW`."""
    fibres: Lists
    """Lists of `wayside.candidates.schema.HITS`."""
    gaps: Lists
    """Lists of `wayside.candidates.schema.GAPS`."""


def describe(
    result: Reconstructed,
    gas_hits: StructuredArray,
    crossings: Mapping[str, StructuredArray],
    origin: Origin,
    setup: Setup,
    stack: Stack,
) -> Described:
    """Describe all vertices whose tracks come from one event.

    Parameters
    ----------
    result
        Reconstruction without hits in the fibres, with events `APART` from one another in time.
    gas_hits
        Gas hits with which it was made.
    crossings
        Rows of `wayside.transport.records.CROSSING` by kind of layer.
    origin
        What was simulated.
    setup
        Settings of the reconstruction.
    stack
        Layers of the detector.
    """
    vertices = result.vertices[result.vertices["event"] >= 0]
    pair = np.stack([vertices["track_1"], vertices["track_2"]], axis=1)
    rows = np.zeros(len(vertices), ROW)
    tracks = result.tracks
    _describe_kinematics(rows, tracks[pair], result, pair, setup.films)
    _describe_place(rows, vertices, result, setup)
    _describe_truth(rows, vertices, tracks[pair], crossings["film"], origin, stack)
    _look_around(rows, vertices, result, pair, setup.films.sheets)
    return _describe_times(rows, vertices, result, gas_hits, crossings, setup, stack)


def _describe_kinematics(
    rows: StructuredArray,
    two: StructuredArray,
    result: Reconstructed,
    pair: IntArray,
    films: Films,
) -> None:
    direction = np.stack([two["tx"], two["ty"], np.ones(two.shape)], axis=2)
    direction /= np.linalg.norm(direction, axis=2)[:, :, None]
    momentum = GEV * two["momentum"]
    total = (momentum[:, :, None] * direction).sum(axis=1)
    for axis, name in enumerate("xyz"):
        rows[f"sum_{name}"] = total[:, axis]
    across = np.linalg.norm(np.cross(direction[:, 0], direction[:, 1]), axis=1)
    opening = np.arctan2(across, (direction[:, 0] * direction[:, 1]).sum(axis=1))
    rows["opening"] = opening
    electrons = electron_momenta(result.rows, result.chains, pair.ravel(), films)
    as_electron = GEV * electrons.momentum.reshape(pair.shape)
    electron_error = electrons.log_error.reshape(pair.shape)
    for name, size, error in (
        ("mass", momentum, two["log_momentum_error"]),
        ("electron_mass", as_electron, electron_error),
    ):
        rows[name] = 2.0 * np.sqrt(size.prod(axis=1)) * np.sin(0.5 * opening)
        rows[f"{name}_error"] = 0.5 * rows[name] * np.hypot(*error.T)
    base = result.rows
    members, first = result.chains
    path = 2.0 * films.sheets.film * np.sqrt(1.0 + base["tx"] ** 2 + base["ty"] ** 2)[members]
    per_mm = (base["front_grains"] + base["back_grains"])[members] / path
    mean = np.add.reduceat(per_mm, first[:-1]) / np.diff(first) if len(first) > 1 else per_mm
    for k in (0, 1):
        own = two[:, k]
        rows[f"momentum_{k + 1}"] = momentum[:, k]
        rows[f"momentum_error_{k + 1}"] = own["log_momentum_error"]
        rows[f"electron_momentum_{k + 1}"] = as_electron[:, k]
        rows[f"electron_momentum_error_{k + 1}"] = electron_error[:, k]
        for name in ("tx", "ty", "electron", "base_tracks", "last_sheet", "pdg", "purity"):
            rows[f"{name}_{k + 1}"] = own[name]
        rows[f"track_chi2_{k + 1}"] = own["chi2"] / np.maximum(own["degrees"], 1)
        rows[f"grains_{k + 1}"] = 0.1 * mean[pair[:, k]]


def _describe_place(
    rows: StructuredArray, vertices: StructuredArray, result: Reconstructed, setup: Setup
) -> None:
    films = setup.films
    sheets = films.sheets
    for name in ("x", "y", "z", "sigma_x", "sigma_y", "sigma_z"):
        rows[name] = METRE * vertices[name]
    for name in ("chi2", "sheet", "secondary", "companions", "times"):
        rows[name] = vertices[name]
    rows["block"] = vertices["sheet"] // sheets.layers
    rows["timed"] = vertices["times"] == 1
    rows["born_in_gap"] = [birth_gap(vertex, sheets) >= 0 for vertex in vertices]
    rows["place"] = _places(vertices["z"], sheets)
    inside = begins_inside(result.tracks, films, setup.vertexing)
    inside &= result.tracks["event"] >= 0
    if len(vertices):
        begin = np.bincount(result.tracks["event"][inside], minlength=vertices["event"].max() + 1)
        rows["begin"] = begin[vertices["event"]]


def _places(z: FloatArray, sheets: Sheets) -> IntArray:
    """Index in `PLACES` at depths in mm."""
    within = z % sheets.block_pitch
    layer = within % sheets.pitch
    plate, film, base, gap = (PLACES.index(name) for name in PLACES)
    edges = np.cumsum([sheets.plate, sheets.film, sheets.base])
    code = np.array([plate, film, base, film])[np.searchsorted(edges, layer, side="right")]
    return np.where(within >= sheets.layers * sheets.pitch, gap, code)


def _describe_truth(
    rows: StructuredArray,
    vertices: StructuredArray,
    two: StructuredArray,
    film: StructuredArray,
    origin: Origin,
    stack: Stack,
) -> None:
    event = vertices["event"]
    rows["event"] = event
    primaries, decays = origin.primaries, origin.decays
    numbers, first, count = np.unique(primaries["event"], return_index=True, return_counts=True)
    place = np.searchsorted(numbers, event)
    head = primaries[first[place]]
    momentum = np.stack([primaries[name] for name in ("px", "py", "pz")], axis=1)
    total = np.add.reduceat(momentum, first)[place] if len(event) else np.zeros((0, 3))
    direction = total / np.linalg.norm(total, axis=1)[:, None]
    for axis, name in enumerate("xyz"):
        rows[f"direction_{name}"] = direction[:, axis]
    for k in (0, 1):
        own = two[:, k]
        rows[f"prong_{k + 1}"] = (own["event"] == event) & (own["particle"] <= count[place])
        rows[f"true_momentum_{k + 1}"] = GEV * _true_momentum(own, film)
    if len(decays):
        assert decays.dtype == DECAY
        own = decays[event]
        rows["channel"] = np.where(own["channel"] == OTHER, CHANNELS.index("other"), own["channel"])
        rows["kinetic_energy"], rows["face"] = np.nan, -1
        for name in ("energy", "opening", "softer", "slope", "other_slope"):
            rows[f"pair_{name}"] = own[name]
        for name in ("splitting", "boost"):
            rows[name] = own[name]
        rows["true_depth"] = own["depth"]
        rows["at_origin"] = at_origin(vertices, decays)
        rows["sampling_density"] = origin.density[event] if len(origin.density) else np.nan
        return
    rows["channel"] = CHANNELS.index("none")
    for name in ("splitting", "boost", "true_depth", *(f"pair_{n}" for n in _PAIR)):
        rows[name] = np.nan
    rows["particle"] = head["pdg"]
    rows["kinetic_energy"] = GEV * kinetic_energies(head)
    rows["sampling_density"] = origin.density[event]
    start = np.stack([head[name] for name in "xyz"], axis=1)
    rows["face"] = _face(start, direction, stack)


_PAIR: Final = ("energy", "opening", "softer", "slope", "other_slope")


def _face(start: FloatArray, direction: FloatArray, stack: Stack) -> IntArray:
    """Faces through which lines enter the blocks, in the order of the column's description."""
    blocks, _ = boxes(stack)
    near, far = blocks.met(start, direction).T
    at = start + near[:, None] * direction
    distances = np.concatenate([np.abs(at - blocks.low), np.abs(at - blocks.high)], axis=1)
    order = np.array([0, 2, 4, 1, 3, 5])
    return np.asarray(np.where(near < far, order[distances.argmin(axis=1)], -1))


def _true_momentum(tracks: StructuredArray, film: StructuredArray) -> FloatArray:
    """Momenta in MeV of the particles behind tracks, at their first films; nan where they are not.

    A particle may have been assigned to a track on whose first sheet it was not.
    """
    out = np.full(len(tracks), np.nan)
    order = np.lexsort((film["layer"], film["track"], film["event"]))
    film = film[order]
    key = film["event"].astype(np.int64) << 32 | film["track"].astype(np.int64)
    wanted = tracks["event"].astype(np.int64) << 32 | tracks["particle"].astype(np.int64)
    low, high = np.searchsorted(key, wanted), np.searchsorted(key, wanted, side="right")
    for k in range(len(tracks)):
        own = film[low[k] : high[k]]
        if len(own):
            nearest = int(np.argmin(np.abs(own["layer"] - 2 * tracks["first_sheet"][k])))
            kinetic, mass = float(own["kinetic_energy"][nearest]), masses(own["pdg"][:1])[0]
            out[k] = np.sqrt(kinetic * (kinetic + 2.0 * mass))
    return out


def _look_around(
    rows: StructuredArray,
    vertices: StructuredArray,
    result: Reconstructed,
    pair: IntArray,
    sheets: Sheets,
) -> None:
    """Nearest base-track within three sheets before, and nearest of a track that passes."""
    base, tracks = result.rows, result.tracks
    track = np.full(len(base), -1, dtype=np.int64)
    members, first = result.chains
    track[members] = np.repeat(np.arange(len(tracks)), np.diff(first))
    z = sheets.middle(base["sheet"])
    for v, vertex in enumerate(vertices):
        low, high = np.searchsorted(base["sheet"], [vertex["sheet"] - 3, vertex["sheet"]])
        own = base[low:high]
        dz = vertex["z"] - z[low:high]
        miss = METRE * np.hypot(
            own["x"] + dz * own["tx"] - vertex["x"], own["y"] + dz * own["ty"] - vertex["y"]
        )
        rows["before"][v] = miss.min(initial=np.inf)
        number = track[low:high]
        passes = (number >= 0) & ~np.isin(number, pair[v])
        passes &= tracks["last_sheet"][np.maximum(number, 0)] >= vertex["sheet"]
        rows["passing"][v] = miss[passes].min(initial=np.inf)


def _describe_times(
    rows: StructuredArray,
    vertices: StructuredArray,
    result: Reconstructed,
    gas_hits: StructuredArray,
    crossings: Mapping[str, StructuredArray],
    setup: Setup,
    stack: Stack,
) -> Described:
    timing, sheets = setup.timing, setup.films.sheets
    hits = GasHits(gas_hits, result.rows, result.chains, sheets, timing.position_error)
    film = crossings["film"]
    crossed = {kind: crossings[kind][crossings[kind]["deposit"] > 0.0] for kind in ("gas", "fibre")}
    crossed = {kind: own[np.argsort(own["event"], kind="stable")] for kind, own in crossed.items()}
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
            own = (film["event"] == event) & (film["track"] == head["particle"])
            delay = float(film["time"][own].min())
        row["delay"] = delay
        gas, fibre = (_of_event(crossed[kind], event) for kind in ("gas", "fibre"))
        particles = result.tracks["particle"][two]
        gap_lists.append(_gaps(row, gas, delay, particles, timing.window))
        exits = np.stack([_exit(result.tracks[track], stack) for track in two])
        fibre_lists.append(_fibres(row, fibre, delay, exits, timing.fibre_window))
    return Described(rows, _collected(fibre_lists, HITS), _collected(gap_lists, GAPS))


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
    other = near & (number == block - 1) & ~np.isin(gas["track"], particles)
    row["gap_birth"] = np.count_nonzero(other) if born else 0
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
    middle = np.stack([0.5 * (fibre[f"{c}_in"] + fibre[f"{c}_out"])[near] for c in "xyz"], axis=1)
    chosen = []
    left = np.arange(len(near))
    while len(left):
        chosen.append(left[0])
        distance = np.linalg.norm(middle[left] - middle[left[0]], axis=1)
        left = left[distance > PLACE]
    places, times = middle[chosen], after[near[chosen]]
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
    lengths = [len(own[columns[0].name]) for own in lists]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    values = {
        column.name: np.concatenate(
            [np.zeros(0, column.dtype), *(own[column.name] for own in lists)]
        ).astype(column.dtype)
        for column in columns
    }
    return Lists(offsets, values)
