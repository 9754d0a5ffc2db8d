"""Reconstruction of a simulated run, group of events by group: resumable, in whole files."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wayside.emulsion.alignment import misalign
from wayside.emulsion.grains import grain_microtracks
from wayside.emulsion.microtracks import microtracks
from wayside.emulsion.readout import hits
from wayside.emulsion.sheets import Sheets
from wayside.errors import InputError
from wayside.files import remove_parts, write_text
from wayside.generator.records import PRIMARY
from wayside.reconstruction.basetracks import basetracks
from wayside.reconstruction.files import (
    KINDS,
    Run,
    collect,
    flat,
    read_table,
    spans,
    write_table,
)
from wayside.reconstruction.films import Films
from wayside.reconstruction.linking import Linking
from wayside.reconstruction.material import Layer
from wayside.reconstruction.pipeline import Reconstructed, Setup, reconstruct
from wayside.reconstruction.records import TRACK, VERTEX
from wayside.reconstruction.timing import Timing
from wayside.reconstruction.truth_matching import PARTICLE, PURE, at_origin, match_truth
from wayside.reconstruction.vertices import Vertexing
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.typing import StructuredArray
from wayside.version import __version__

APART = 1e6
"""ns between events of a group: they share films, but happen a millisecond from one another."""

TABLES = ("tracks", "vertices", "particles")
"""Results, a Parquet file each."""


@dataclass(frozen=True)
class Job:
    """What is done to a run.

    Parameters
    ----------
    emulsion, cuts
        Sections of the scenario.
    seed
        Group k draws from ``SeedSequence((seed, k))``.
    together
        Events that share the same films; all if 0.
    grains
        Whether every grain is simulated.
    tile
        Side in mm of the squares that are linked one by one, all at once if None.
    """

    emulsion: EmulsionSection
    cuts: ReconstructionSection
    seed: int = 1
    together: int = 1000
    grains: bool = False
    tile: float | None = None

    def setup(self, sheets: Sheets, layer: Layer | None = None) -> Setup:
        """Errors, depths and cuts as reconstruction wants them."""
        cuts, emulsion = self.cuts, self.emulsion
        readout = emulsion.build_readout()
        return Setup(
            films=Films(emulsion.build(), sheets, layer or Layer()),
            linking=Linking(max_holes=cuts.max_holes),
            vertexing=Vertexing(
                largest_chi2=cuts.vertex_chi2,
                min_opening=cuts.min_opening,
                max_holes=cuts.max_holes,
                veto_sheets=cuts.veto_sheets,
            ),
            timing=Timing(
                position_error=readout.gas_error,
                time_error=readout.gas_time,
                fibre_veto=cuts.fibre_veto,
                gas_veto=cuts.gas_veto,
            ),
            min_sheets=cuts.min_sheets,
        )

    def about(self, run: Run) -> dict[str, Any]:
        """Everything the result depends on."""
        return {
            "wayside": __version__,
            "emulsion": self.emulsion.model_dump(mode="json"),
            "reconstruction": self.cuts.model_dump(mode="json"),
            "seed": self.seed,
            "together": self.together,
            "response": "grains" if self.grains else "parametrised",
            "tile_mm": self.tile,
            "sheets": asdict(run.sheets),
            "layer": asdict(run.layer),
            "simulation": run.about,
            "primaries_sha256": hashlib.sha256(run.primaries.tobytes()).hexdigest(),
        }


def respond(
    film: StructuredArray,
    job: Job,
    sheets: Sheets,
    rng: np.random.Generator,
) -> StructuredArray:
    """Base-tracks of film crossings."""
    emulsion = job.emulsion.build()
    make = grain_microtracks if job.grains else microtracks
    micro = make(film, emulsion, sheets, rng)
    return basetracks(misalign(micro, emulsion.alignment, job.seed), emulsion, sheets)


def one_group(run: Run, job: Job, number: int, first: int, last: int) -> Reconstructed:
    """Response and reconstruction of one group of events."""
    rng = np.random.default_rng(np.random.SeedSequence((job.seed, number)))
    found = {kind: run.crossings(kind, first, last) for kind in KINDS}
    return of_crossings(found, job, run.sheets, rng, first, run.layer)


def of_crossings(
    found: Mapping[str, StructuredArray],
    job: Job,
    sheets: Sheets,
    rng: np.random.Generator,
    first: int = 0,
    layer: Layer | None = None,
) -> Reconstructed:
    """Response and reconstruction of events that share films.

    Parameters
    ----------
    found
        Rows of `wayside.transport.records.CROSSING` by kind: films, gas, fibres.
    job, sheets
        What is done, and where the films are.
    rng
        Source of randomness.
    first
        Number of the first event: the others happen `APART` from one another.
    layer
        What particles go through, the study's if None.
    """
    readout = job.emulsion.build_readout()
    rows = respond(found["film"], job, sheets, rng)
    gas, fibre = found["gas"].copy(), found["fibre"].copy()
    for crossings in (gas, fibre):
        crossings["time"] += APART * (crossings["event"] - first)
    gas_hits = hits(gas, readout.gas_error, readout.gas_time, readout.gas_efficiency, rng)
    # Which fibre tells the depth to a centimetre; where along it is of no use here.
    fibre_hits = hits(fibre, 0.0, readout.fibre_time, readout.fibre_efficiency, rng)
    return reconstruct(rows, job.setup(sheets, layer), gas_hits, fibre_hits, job.tile)


def reconstruct_run(
    folder: Path,
    out: Path,
    job: Job,
    workers: int = 1,
    progress: Callable[[int, int], object] | None = None,
) -> dict[str, Any]:
    """Reconstruct a run into a folder; what is there already of the same job is kept.

    Parameters
    ----------
    folder
        A run of the simulation.
    out
        Where ``tracks.parquet``, ``vertices.parquet``, ``particles.parquet`` and
        ``reconstruction.json`` go.
    job
        What is done.
    workers
        Processes; the result does not depend on their number.
    progress
        Told how many groups are done, and of how many.

    Returns
    -------
    dict
        Summary, as in ``reconstruction.json``.

    Raises
    ------
    InputError
        If there is no run, or the folder holds the result of another job.
    """
    run = Run(folder)
    job.setup(run.sheets, run.layer)  # what is impossible is refused before anything is written
    about = json.loads(json.dumps(job.about(run)))
    summary = out / "reconstruction.json"
    parts = out / "parts"
    groups = list(spans(run.events(), job.together))
    if summary.is_file():
        found = json.loads(summary.read_text(encoding="utf-8"))
        if found.get("about") != about:
            raise InputError(f"{out}: holds the result of another job; name another folder")
        shutil.rmtree(parts, ignore_errors=True)
        return dict(found)
    plan = parts / "job.json"
    if plan.is_file() and json.loads(plan.read_text(encoding="utf-8")) != about:
        raise InputError(f"{out}: holds the beginning of another job; name another folder")
    parts.mkdir(parents=True, exist_ok=True)
    remove_parts(parts)
    write_text(plan, json.dumps(about, sort_keys=True))
    waiting = [
        (folder, parts, job, number, first, last)
        for number, (first, last) in enumerate(groups)
        if not _done(parts, number)
    ]
    done = len(groups) - len(waiting)
    for _ in _each(waiting, workers):
        done += 1
        if progress is not None:
            progress(done, len(groups))
    for name in TABLES:
        collect(
            [_part(parts, number, name) for number in range(len(groups))], out / f"{name}.parquet"
        )
    result = {"about": about, "result": _count(out, run)}
    write_text(summary, json.dumps(result, indent=2, sort_keys=True) + "\n")
    shutil.rmtree(parts)
    return result


def _part(parts: Path, number: int, name: str) -> Path:
    return parts / f"{number:06}.{name}.parquet"


def _done(parts: Path, number: int) -> bool:
    return all(_part(parts, number, name).is_file() for name in TABLES)


def _each(waiting: list[tuple[Any, ...]], workers: int) -> Iterator[None]:
    if workers == 1:
        yield from map(_write_group, waiting)
        return
    from multiprocessing import get_context

    # Threads of the parent do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        done: Iterable[None] = pool.map(_write_group, waiting)
        yield from done


def _write_group(task: tuple[Any, ...]) -> None:
    folder, parts, job, number, first, last = task
    run = Run(folder)
    result = one_group(run, job, number, first, last)
    matched = match_truth(result, job.cuts.min_sheets)
    about = {"group": number, "first_event": first, "last_event": last}
    for name, rows in zip(TABLES, (result.tracks, result.vertices, matched.particles), strict=True):
        numbered = np.zeros(len(rows), dtype=[("group", np.int32), *rows.dtype.descr])
        numbered["group"] = number
        for column in rows.dtype.names or ():
            numbered[column] = rows[column]
        write_table(_part(parts, number, name), numbered, about)


def with_group(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Columns of a result's file: those of the rows behind the number of the group."""
    return flat(np.dtype([("group", np.int32), *dtype.descr]))


def read_result(out: Path) -> tuple[StructuredArray, StructuredArray, StructuredArray]:
    """Tracks, vertices and particles of a finished reconstruction."""
    tracks, vertices, particles = (
        read_table(out / f"{name}.parquet", with_group(dtype))
        for name, dtype in zip(TABLES, (TRACK, VERTEX, PARTICLE), strict=True)
    )
    return tracks, vertices, particles


def origins(primaries: StructuredArray) -> StructuredArray:
    """First particle of each event: where the event happened."""
    assert primaries.dtype == PRIMARY
    _, first = np.unique(primaries["event"], return_index=True)
    return primaries[first]


def _count(out: Path, run: Run) -> dict[str, Any]:
    tracks, found, particles = read_result(out)
    good = np.unique(found["event"][at_origin(found, origins(run.primaries)) & ~found["vetoed"]])
    events = len(run.events())
    return {
        "events": events,
        "tracks": len(tracks),
        "vertices": len(found),
        "efficiency_tracks": _fraction(np.count_nonzero(particles["track"] >= 0), len(particles)),
        "purity_tracks": _fraction(np.count_nonzero(tracks["purity"] >= PURE), len(tracks)),
        "efficiency_vertices": _fraction(len(good), events),
        "purity_vertices": _fraction(np.count_nonzero(found["event"] >= 0), len(found)),
        "secondary_vertices": _fraction(np.count_nonzero(found["secondary"]), len(found)),
    }


def _fraction(passed: Any, tried: int) -> dict[str, Any]:
    from wayside.efficiency.binomial import interval

    low, high = interval(passed, tried)
    return {
        "passed": int(passed),
        "tried": int(tried),
        "value": float(passed / tried) if tried else None,
        "low": float(low),
        "high": float(high),
    }
