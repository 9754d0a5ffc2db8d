"""The Geant4 record behind Figs. 11 and 12 and the track threshold: made, written and read.

What ships with Wayside is one compressed file; `simulate` makes it anew. Emulsion layers alone, as
in the study: no gas detectors, lead or fibres.
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wayside.archives import archive
from wayside.detector.stack import Stack
from wayside.files import scratch_folder
from wayside.reading import reading
from wayside.typing import IntArray, StructuredArray

Progress = Callable[[str], object]

STACK: Final = Stack(mpgd=0.0, shield=0.0, fibres=0.0)
SEED: Final = 3
FILE: Final = "study_events.npz"

PAIR_ENERGY: Final = 100.0
"""Kinetic energy of each particle of a pair in MeV (the study's)."""

PANELS: Final = ("a", "b", "c", "d")
PAIRS: Final = {"a": (11, -11), "b": (13, -13), "c": (211, -211)}
OPENING: Final = 0.5
"""Angle between the particles of a drawn pair in rad; the study's follows from a decay."""

PION_ENERGY: Final = 200.0
PIONS: Final = 200
LAST_FILMS: Final = 160

BEAMS: Final = (
    *((11, energy) for energy in (4.0, 6.0, 8.0, 10.0, 12.0, 15.0)),
    (-11, 10.0),
    *((pdg, PAIR_ENERGY) for pdg in (11, -11, 13, -13, 211, -211)),
)
"""PDG numbers and kinetic energies in MeV of particles whose sheets are counted."""

STEEP: Final = np.sqrt(0.5)
"""Least cosine of a crossing to the beam that counts as steep: 45 degrees."""

_POINT: Final = np.dtype(
    [
        ("primary", np.uint8),
        ("track", np.int32),
        ("x", np.float32),
        ("z", np.float32),
        ("kinetic_energy", np.float32),
    ]
)
_TRACK: Final = np.dtype(
    [("primary", np.uint8), ("track", np.int32), ("parent", np.int32), ("pdg", np.int32)]
)


@dataclass(frozen=True, eq=False)
class Record:
    """What was simulated.

    Attributes
    ----------
    about
        Geant4 version, data sets, seed.
    arrays
        By name: ``tracks_a`` and ``points_a`` to ``d`` (Fig. 11), ``pion`` (film, z, x, deposit of
        one, Fig. 12), ``pion_profile`` (mean deposit in keV by films before the last, and its
        error), ``beams`` (rows: pdg, MeV, events, sheets, error, steep sheets, error).
    """

    about: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        """One array by name."""
        return self.arrays[name]

    def beam(self, pdg: int, energy: float, *, steep: bool = False) -> tuple[float, float]:
        """Mean number of sheets that one kind of particle crosses, and its error."""
        rows = self.arrays["beams"]
        (row,) = rows[(rows[:, 0] == pdg) & (rows[:, 1] == energy)]
        first = 5 if steep else 3
        return float(row[first]), float(row[first + 1])

    def to_bytes(self) -> bytes:
        """As a compressed file; equal bytes for equal records."""
        header = np.frombuffer(json.dumps(self.about, sort_keys=True).encode(), np.uint8)
        return archive({"about": header, **self.arrays})


def shipped() -> Record:
    """Read the record that comes with Wayside."""
    with reading(Path(FILE), "NPZ"):
        raw = (resources.files("wayside.data") / FILE).read_bytes()
        with np.load(io.BytesIO(raw), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return Record(json.loads(arrays.pop("about").tobytes()), arrays)


def simulate(progress: Progress) -> Record:
    """Make the record anew with Geant4; two minutes on one core.

    Parameters
    ----------
    progress
        Called with a line of text before every step.

    Raises
    ------
    InputError
        If the packages of ``wayside[simulation]`` are missing.
    """
    from wayside.transport.datasets import find
    from wayside.transport.engine import require_calzone
    from wayside.transport.gun import gun

    require_calzone()
    arrays: dict[str, NDArray[Any]] = {}
    for name in PANELS:
        progress(f"Geant4: fig. 11 ({name})")
        arrays[f"tracks_{name}"], arrays[f"points_{name}"] = _display(name)
    progress(f"Geant4: {PIONS} pions of {PION_ENERGY:g} MeV")
    arrays["pion"], arrays["pion_profile"] = _pions(_films(gun(211, PION_ENERGY, PIONS)))
    rows = []
    for pdg, energy in BEAMS:
        progress(f"Geant4: particle {pdg} of {energy:g} MeV")
        events = 1200 if energy < PAIR_ENERGY else 300
        film = _films(gun(pdg, energy, events, (0.0, 0.0, 0.5 * STACK.plate)))
        rows.append([pdg, energy, events, *_sheets(film, events)])
    arrays["beams"] = np.array(rows)
    import calzone

    about = {
        "origin": "own simulation, wayside.paper.geant4.simulate",
        "command": "python scripts/make_study_events.py",
        "geant4": calzone.GEANT4_VERSION,
        "physics list": "FTFP_BERT",
        "data": find().summary(),
        "seed": SEED,
        "licence": "BSD-3-Clause",
        "units": "mm, MeV; deposits of pion_profile in keV",
    }
    return Record(json.loads(json.dumps(about)), arrays)


def _plan(primaries: StructuredArray) -> Any:
    from wayside.detector.physics import Physics
    from wayside.transport.datasets import find
    from wayside.transport.plan import Plan

    return Plan(primaries, STACK, Physics(), find(), SEED)


def _films(primaries: StructuredArray) -> StructuredArray:
    """Crossings of films by the primaries."""
    from wayside.transport.plan import read_run
    from wayside.transport.run import simulate as run

    with scratch_folder() as folder:
        run(_plan(primaries), folder)
        film = read_run(folder).film
    return np.asarray(film[film["track"] == 1])


def _display(name: str) -> tuple[StructuredArray, StructuredArray]:
    """Paths of one panel of Fig. 11, without what is never drawn."""
    from wayside.plotting.event_display import LEAST_ENERGY, kind_of
    from wayside.transport.gun import gun, together
    from wayside.transport.records import track_keys
    from wayside.transport.run import trace

    if name in PAIRS:
        primaries = together(
            *(
                gun(
                    pdg,
                    PAIR_ENERGY,
                    1,
                    (0.0, 0.0, 20.0),
                    (float(np.tan(0.5 * sign * OPENING)), 0.0, 1.0),
                )
                for pdg, sign in zip(PAIRS[name], (1, -1), strict=True)
            )
        )
    else:
        primaries = gun(13, 1000.0, 1, (99.99, 0.0, 60.0), (-1.0, 0.0, 0.4))
    tracks, points = trace(_plan(primaries))
    key = track_keys(points["primary"], points["track"])
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    start = points["kinetic_energy"][first]
    of_track = track_keys(tracks["primary"], tracks["track"])
    pdg = dict(zip(of_track.tolist(), tracks["pdg"].tolist(), strict=True))
    faint = np.array(
        [
            kind_of(pdg[int(path)]) in ("$e^-$", "photon") and energy < LEAST_ENERGY
            for path, energy in zip(key[first], start, strict=True)
        ]
    )
    thinned = _thinned(points[~faint[inverse]], key[~faint[inverse]])
    small = np.zeros(len(thinned), _POINT)
    for field in ("primary", "track"):
        small[field] = thinned[field]
    # Ten micrometres are a fiftieth of a pixel.
    for field in ("x", "z"):
        small[field] = np.round(thinned[field], 2)
    small["kinetic_energy"] = np.float16(thinned["kinetic_energy"])
    known = tracks[np.isin(of_track, np.unique(key[~faint[inverse]]))]
    narrow = np.zeros(len(known), _TRACK)
    for field in ("primary", "track", "parent", "pdg"):
        narrow[field] = known[field]
    return narrow, small


SMOOTH: Final = 0.02
"""Bends in mm that are left out of a drawn path, a fraction of a pixel."""


def _thinned(points: StructuredArray, key: IntArray) -> StructuredArray:
    """Points without those that lie on straight lines between others, path by path."""
    is_kept = np.zeros(len(points), bool)
    for path in np.unique(key):
        rows = np.flatnonzero(key == path)
        place = np.column_stack([points["x"][rows], points["z"][rows]])
        # Ends first; then the farthest off a line, as long as it is far.
        is_kept[rows[[0, -1]]] = True
        todo = [(0, len(rows) - 1)]
        while todo:
            first, last = todo.pop()
            if last - first < 2:
                continue
            along = place[last] - place[first]
            off = place[first + 1 : last] - place[first]
            length = float(along @ along)
            part = np.clip(off @ along / length, 0.0, 1.0) if length > 0.0 else 0.0 * off[:, 0]
            distance = np.linalg.norm(off - part[:, None] * along, axis=1)
            worst = int(np.argmax(distance))
            if distance[worst] > SMOOTH:
                middle = first + 1 + worst
                is_kept[rows[middle]] = True
                todo += [(first, middle), (middle, last)]
    return points[is_kept]


def paths(record: Record, name: str) -> tuple[StructuredArray, StructuredArray]:
    """Tracks and points of one panel, as `wayside.plotting.event_display.draw_event` takes them."""
    tracks, points = record[f"tracks_{name}"], record[f"points_{name}"]
    wide = {key: points[key].astype(np.float64) for key in ("x", "z", "kinetic_energy")}
    full = np.zeros(
        len(points),
        [("primary", np.int64), ("track", np.int32), *((key, np.float64) for key in wide)],
    )
    full["primary"], full["track"] = points["primary"], points["track"]
    for key, values in wide.items():
        full[key] = values
    return tracks, full


def _pions(film: StructuredArray) -> tuple[NDArray[Any], NDArray[Any]]:
    """One stopping pion, and the mean deposits of all by the number of films before the last."""
    stopped = []
    for event in np.unique(film["event"]):
        crossings = film[film["event"] == event]
        crossings = crossings[np.argsort(crossings["time"], kind="stable")]
        # Slower than 5 MeV in its last film.
        if crossings["kinetic_energy"][-1] < 5.0 and len(crossings) > LAST_FILMS:
            stopped.append(crossings)
    first = stopped[0]
    drawn = np.column_stack(
        [
            first["layer"].astype(np.float64),
            np.round(0.5 * (first["z_in"] + first["z_out"]), 3),
            np.round(first["x_in"], 3),
            np.round(first["deposit"].astype(np.float64), 6),
        ]
    )
    last = 1e3 * np.stack([crossings["deposit"][::-1][:LAST_FILMS] for crossings in stopped])
    mean, error = last.mean(axis=0), last.std(axis=0, ddof=1) / np.sqrt(len(stopped))
    return drawn, np.round(np.column_stack([mean, error]).astype(np.float64), 3)


def _sheets(film: StructuredArray, events: int) -> list[float]:
    """Mean and error of the sheets crossed through both films, of all and of steep crossings."""
    step = np.stack([film[f"{axis}_out"] - film[f"{axis}_in"] for axis in "xyz"])
    cosine = step[2] / np.maximum(np.linalg.norm(step, axis=0), 1e-12)
    values: list[float] = []
    for rows in (film, film[cosine > STEEP]):
        films = np.unique(rows["event"] * np.int64(100_000) + rows["layer"])
        both = films[:-1][(films[1:] == films[:-1] + 1) & (films[:-1] % 2 == 0)]
        counts = np.bincount(both // 100_000, minlength=events)
        values += [
            round(float(counts.mean()), 4),
            round(float(counts.std(ddof=1) / np.sqrt(events)), 4),
        ]
    return values
