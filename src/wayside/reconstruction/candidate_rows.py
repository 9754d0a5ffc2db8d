"""From a reconstruction to rows of the candidate table: everything a selection may ask for."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from wayside.candidates.files import Lists
from wayside.candidates.schema import CHANNELS, PLACES, ROW
from wayside.detector.stack import Stack
from wayside.emulsion.sheets import Sheets
from wayside.generator.pairs import DECAY, OTHER
from wayside.reconstruction.candidate_times import METRE, describe_times
from wayside.reconstruction.electron_momenta import electron_momenta
from wayside.reconstruction.films import Films
from wayside.reconstruction.gas_hits import birth_gap
from wayside.reconstruction.pipeline import Reconstructed, Setup
from wayside.reconstruction.truth_matching import at_origin
from wayside.reconstruction.vertex_surroundings import begins_inside, nearest_tracks
from wayside.transport.biased_beams import boxes
from wayside.transport.engine import kinetic_energies, masses
from wayside.transport.records import track_keys
from wayside.typing import FloatArray, IntArray, StructuredArray

GEV: Final = 1e-3
"""One MeV."""


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
    tracks: IntArray
    """Keys of the simulated tracks (`wayside.transport.records.track_keys`) behind most base-tracks
    of the two tracks, shape (n, 2)."""

    def of(self, rows: IntArray) -> "Described":
        """Some of the rows."""
        lists = self.fibres.of(rows), self.gaps.of(rows)
        return Described(self.rows[rows], *lists, self.tracks[rows])

    @classmethod
    def joined(cls, parts: Sequence["Described"]) -> "Described":
        """Rows of several tables, at least one, one after the other."""
        return cls(
            np.concatenate([part.rows for part in parts]),
            Lists.joined([part.fibres for part in parts]),
            Lists.joined([part.gaps for part in parts]),
            np.concatenate([part.tracks for part in parts]),
        )


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
        Reconstruction without hits in the fibres, with events
        `wayside.reconstruction.job.APART` from one another in time.
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
    around = nearest_tracks(vertices, result.rows, result.chains, result.tracks, setup.films.sheets)
    rows["before"], rows["passing"] = METRE * around.before, METRE * around.passing
    lists = describe_times(rows, vertices, result, gas_hits, crossings, setup, stack)
    two = tracks[pair]
    return Described(rows, *lists, track_keys(two["event"], two["particle"]))


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
        track = two[:, k]
        rows[f"momentum_{k + 1}"] = momentum[:, k]
        rows[f"momentum_error_{k + 1}"] = track["log_momentum_error"]
        rows[f"electron_momentum_{k + 1}"] = as_electron[:, k]
        rows[f"electron_momentum_error_{k + 1}"] = electron_error[:, k]
        for name in ("tx", "ty", "electron", "base_tracks", "last_sheet", "pdg", "purity"):
            rows[f"{name}_{k + 1}"] = track[name]
        rows[f"track_chi2_{k + 1}"] = track["chi2"] / np.maximum(track["degrees"], 1)
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
        prong = two[:, k]
        rows[f"prong_{k + 1}"] = (prong["event"] == event) & (prong["particle"] <= count[place])
        rows[f"true_momentum_{k + 1}"] = GEV * _true_momentum(prong, film)
    if len(decays):
        assert decays.dtype == DECAY
        decay = decays[event]
        rows["channel"] = np.where(
            decay["channel"] == OTHER, CHANNELS.index("other"), decay["channel"]
        )
        rows["kinetic_energy"], rows["face"] = np.nan, -1
        for name in ("energy", "opening", "softer", "slope", "other_slope"):
            rows[f"pair_{name}"] = decay[name]
        for name in ("splitting", "boost"):
            rows[name] = decay[name]
        rows["true_depth"] = decay["depth"]
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
    key = track_keys(film["event"], film["track"])
    track_key = track_keys(tracks["event"], tracks["particle"])
    low, high = np.searchsorted(key, track_key), np.searchsorted(key, track_key, side="right")
    for k in range(len(tracks)):
        crossings = film[low[k] : high[k]]
        if len(crossings):
            nearest = int(np.argmin(np.abs(crossings["layer"] - 2 * tracks["first_sheet"][k])))
            kinetic, mass = (
                float(crossings["kinetic_energy"][nearest]),
                masses(crossings["pdg"][:1])[0],
            )
            out[k] = np.sqrt(kinetic * (kinetic + 2.0 * mass))
    return out
