"""Reconstruction of a simulated run, group of events by group: resumable, in whole files."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.errors import InputError, WaysideError
from wayside.executors.protocol import Outcome, local_executor
from wayside.files import claimed_folder, remove_parts, write_text
from wayside.generator.records import PRIMARY
from wayside.reading import file_checksum, read_json, require_checksums, sealed_json
from wayside.reconstruction.files import KINDS, Run, spans
from wayside.reconstruction.job import Job, response_of
from wayside.reconstruction.pipeline import Reconstructed, reconstruct
from wayside.reconstruction.records import TRACK, VERTEX
from wayside.reconstruction.selected import CANDIDATE, Simulated, candidates
from wayside.reconstruction.truth_matching import PARTICLE, PURE, at_origin, match_truth
from wayside.tables import about_table, flat, join_tables, read_table, write_table
from wayside.typing import StructuredArray

SUMMARY: Final = "reconstruction.json"

TABLES: Final = ("tracks", "vertices", "particles")
"""Names of the tables of results, each in a Parquet file."""

CANDIDATES: Final = "candidates"
"""Name of one more table, where there is a selection."""


class ReconstructionError(WaysideError):
    """Groups of events that could not be reconstructed; those that could are kept."""


def tables_of(job: Job) -> tuple[str, ...]:
    """Names of the tables that a job gives."""
    return TABLES if job.selection is None else (*TABLES, CANDIDATES)


def one_group(
    run: Run, job: Job, number: int, first: int, last: int
) -> tuple[Reconstructed, StructuredArray | None]:
    """Response and reconstruction of one group of events, and candidates if there are cuts."""
    rng = np.random.default_rng(np.random.SeedSequence((job.seed, number)))
    crossings = {kind: run.crossings(kind, first, last) for kind in KINDS}
    response = response_of(crossings, job, run.sheets, rng, first)
    setup = job.setup(run.sheets, run.layer)
    result = reconstruct(response.rows, setup, response.gas, response.fibres, job.tile)
    if job.selection is None:
        return result, None
    events = run.primaries["event"]
    simulated = Simulated(run.primaries[(events >= first) & (events <= last)], crossings, run.stack)
    return result, candidates(result, response.gas, simulated, setup, job.selection)


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
        Folder with a complete run of the simulation.
    out
        Folder that ``tracks.parquet``, ``vertices.parquet``, ``particles.parquet`` and
        ``reconstruction.json`` are written to.
    job
        Settings of response and reconstruction.
    workers
        Number of processes; the result does not depend on it.
    progress
        Called with the number of groups of events done and of all.

    Returns
    -------
    dict
        Summary, as in ``reconstruction.json``: what the result depends on under ``about``, counts
        and fractions with their intervals under ``result``.

    Raises
    ------
    InputError
        If there is no run, or the folder holds the result of another job.
    ReconstructionError
        If groups of events failed, or their processes died.

    Examples
    --------
    Three muons through ten sheets, in a temporary folder:

    >>> import tempfile, wayside
    >>> small = {"stack.blocks": 1, "stack.layers": 10, "stack.shield": 0, "stack.fibres": 0}
    >>> scenario = wayside.load_scenario("belle2-forward", small)
    >>> muons = wayside.particle_gun(["mu-"], "1 GeV", 3)
    >>> job = Job(scenario.emulsion, scenario.reconstruction)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = wayside.simulate(scenario, muons, place).folder
    ...     summary = reconstruct_run(folder, folder / "reconstruction", job)
    >>> summary["result"]["tracks"], summary["result"]["efficiency_tracks"]["passed"]
    (3, 3)
    """
    run = Run(folder)
    job.setup(run.sheets, run.layer)  # what is impossible is refused before anything is written
    about = json.loads(json.dumps(job.about(run)))
    with claimed_folder(out):
        return _reconstruct(run, out, job, about, workers, progress)


def _reconstruct(
    run: Run,
    out: Path,
    job: Job,
    about: dict[str, Any],
    workers: int,
    progress: Callable[[int, int], object] | None,
) -> dict[str, Any]:
    """Do what is missing in a folder that nobody else uses."""
    summary = out / SUMMARY
    parts = out / "parts"
    if summary.is_file():
        finished = read_json(summary)
        if finished.get("about") != about:
            raise InputError(f"{out}: holds the result of another job; name another folder")
        check_result(out, finished)
        shutil.rmtree(parts, ignore_errors=True)
        return finished
    plan = parts / "job.json"
    if plan.is_file() and read_json(plan) != about:
        raise InputError(f"{out}: holds the beginning of another job; name another folder")
    parts.mkdir(parents=True, exist_ok=True)
    for place in (out, parts):
        remove_parts(place)
    write_text(plan, sealed_json(about))
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    groups = [
        _Group(run.folder, parts, job, digest, number, first, last)
        for number, (first, last) in enumerate(spans(run.events(), job.together))
    ]
    waiting = [group for group in groups if not group.is_done()]
    _write_groups(waiting, len(groups), workers, progress)
    for name in tables_of(job):
        join_tables(
            [group.file(name) for group in groups], out / f"{name}.parquet", {"job": digest}
        )
    checksums = {name: file_checksum(out / f"{name}.parquet") for name in tables_of(job)}
    counts = _count(out, run) | ({} if job.selection is None else _count_selected(out, run))
    result = {"about": about, "result": counts, "tables": checksums}
    write_text(summary, sealed_json(result, indent=2) + "\n")
    shutil.rmtree(parts)
    return result


def check_result(out: Path, finished: Mapping[str, Any]) -> None:
    """Refuse tables that are damaged, or of another reconstruction.

    Parameters
    ----------
    out
        Folder of a finished reconstruction.
    finished
        Its summary.

    Raises
    ------
    InputError
        One line that names the file.
    """
    checksums = finished.get("tables", {})
    files = {f"{name}.parquet": checksum for name, checksum in checksums.items()}
    require_checksums(out, files, "job")


class _Group(NamedTuple):
    """A group of events, and where its result is kept until all groups are done."""

    folder: Path
    parts: Path
    job: Job
    digest: str
    number: int
    first: int
    last: int

    def file(self, name: str) -> Path:
        """File of one table."""
        return self.parts / f"{self.number:06}.{name}.parquet"

    def about(self) -> dict[str, Any]:
        """What its tables say about themselves."""
        return {
            "job": self.digest,
            "group": self.number,
            "first_event": self.first,
            "last_event": self.last,
        }

    def is_done(self) -> bool:
        """Whether its tables are there, of this job and not damaged at first sight."""
        files = [self.file(name) for name in tables_of(self.job)]
        try:
            return all(path.is_file() and about_table(path) == self.about() for path in files)
        except InputError:
            return False


def _write_groups(
    waiting: list[_Group], total: int, workers: int, progress: Callable[[int, int], object] | None
) -> None:
    done = total - len(waiting)
    failed: list[str] = []

    def receive(outcome: Outcome) -> None:
        nonlocal done
        if outcome.error is not None:
            failed.append(f"{outcome.name}: {outcome.error}")
            return
        done += 1
        if progress is not None:
            progress(done, total)

    tasks = ((f"events {group.first} to {group.last}", group) for group in waiting)
    local_executor(workers).run(_write_group, tasks, receive, lambda _: None)
    if failed:
        raise ReconstructionError(
            f"{len(failed)} of {total} groups of events failed; {failed[0]}; the others are kept,"
            " and the same command tries these again"
        )


def _write_group(group: _Group) -> None:
    job = group.job
    run = Run(group.folder, check=False)
    result, selected = one_group(run, job, group.number, group.first, group.last)
    matched = match_truth(result, job.cuts.min_sheets)
    rows_by_name = dict(
        zip(TABLES, (result.tracks, result.vertices, matched.particles), strict=True)
    )
    if selected is not None:
        rows_by_name[CANDIDATES] = selected
    for name, rows in rows_by_name.items():
        numbered = np.zeros(len(rows), dtype=[("group", np.int32), *rows.dtype.descr])
        numbered["group"] = group.number
        for column in rows.dtype.names or ():
            numbered[column] = rows[column]
        write_table(group.file(name), numbered, group.about())


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


def read_selected(out: Path) -> StructuredArray:
    """Candidates of a finished reconstruction with a selection."""
    return read_table(out / f"{CANDIDATES}.parquet", with_group(CANDIDATE))


def origins(primaries: StructuredArray) -> StructuredArray:
    """First particle of each event: where the event happened."""
    assert primaries.dtype == PRIMARY
    _, first = np.unique(primaries["event"], return_index=True)
    return primaries[first]


def _count(out: Path, run: Run) -> dict[str, Any]:
    tracks, vertices, particles = read_result(out)
    accepted = at_origin(vertices, origins(run.primaries)) & ~vertices["vetoed"]
    good = np.unique(vertices["event"][accepted])
    events = len(run.events())
    return {
        "events": events,
        "tracks": len(tracks),
        "vertices": len(vertices),
        "efficiency_tracks": _fraction(np.count_nonzero(particles["track"] >= 0), len(particles)),
        "purity_tracks": _fraction(np.count_nonzero(tracks["purity"] >= PURE), len(tracks)),
        "efficiency_vertices": _fraction(len(good), events),
        "purity_vertices": _fraction(np.count_nonzero(vertices["event"] >= 0), len(vertices)),
        "secondary_vertices": _fraction(np.count_nonzero(vertices["secondary"]), len(vertices)),
    }


def _count_selected(out: Path, run: Run) -> dict[str, Any]:
    """Candidates, those with a time, and the expected numbers of selected ones."""
    rows = read_selected(out)
    probability = rows["probability"]
    right = probability[rows["at_origin"]]
    return {
        "candidates": len(rows),
        "candidates_timed": int(np.count_nonzero(rows["timed"])),
        "candidates_selected": float(probability.sum()),
        "efficiency_selected": {
            "value": float(right.sum()) / len(run.events()),
            "error": float(np.sqrt((right**2).sum())) / len(run.events()),
        },
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
