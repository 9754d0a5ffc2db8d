"""Make the candidate table: response and reconstruction of what simulate_candidates.py has kept.

Usage::

    OMP_NUM_THREADS=1 nice python scripts/make_candidates.py [--work build/candidates]
        [--workers 1] [--set KEY=VALUE ...] [--add FOLDER] [--write FOLDER [--slim]] [--summary]
        [--closure]

Reconstructs the chunks that are there, some seconds each, into a folder of --work, and goes on
where it was. ``--set`` changes the response or the cuts, as in emulsion.largest_slope=1.7.
``--write`` collects the rows into ``candidates.parquet`` and ``decays.parquet``
(`wayside.candidates`), with ``--slim`` without the lists of places, which no selection asks for:
so they come with the package, in ``src/wayside/data/candidates``. ``--add`` takes samples of which
--work has nothing from the tables of a folder, without lists: so a sample is added to those that
come with the package. ``--summary`` prints counts and effective counts of every sample;
``--closure`` compares weighted numbers of vertices with fake_vertices.csv, an unbiased sample.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from candidate_checks import closure, summary
from candidate_joining import joined, with_others
from candidate_samples import (
    AddedSample,
    BeamSample,
    MarkedSample,
    PairSample,
    Sample,
    by_name,
    samples,
    stack_of,
)
from simulate_candidates import chunk_name, chunk_table
from table_script import arguments

from wayside import __version__
from wayside.candidates.files import Candidates, Lists, no_lists, write_candidates, write_decays
from wayside.candidates.samples import CANDIDATES, DECAYS, Samples, read_samples
from wayside.candidates.schema import CHANNELS, DECAY_ROW, GAPS, HITS, ROW
from wayside.generator.pairs import OTHER
from wayside.reconstruction.beam_rows import candidates_of_copies, counted, require_kept
from wayside.reconstruction.candidate_rows import Origin
from wayside.reconstruction.job import Job
from wayside.scenario import load_scenario
from wayside.scenario.hardware import StackSection
from wayside.tasks import TaskTable
from wayside.transport.biased_beams import Diffuse
from wayside.transport.compact_crossings import expand

SEED: Final = 20262

FORMAT: Final = 2
"""Version of what a chunk of rows holds."""

CHUNK_EVENTS: Final = 1_000_000
"""Event k of chunk c is number c CHUNK_EVENTS + k of the sample."""


def job_of(values: Sequence[str]) -> Job:
    """Response and cuts of the candidates: those of the built-in scenarios, in four dimensions."""
    four = "reconstruction.four_dimensional=true"
    scenario = load_scenario("belle2-forward-beams").with_values([four, *values])
    require_kept(scenario.emulsion, scenario.reconstruction)
    return Job(scenario.emulsion, scenario.reconstruction)


def row_table(work: Path, values: Sequence[str]) -> TaskTable:
    """Chunks whose simulation is there."""
    simulated = chunk_table(work, [])
    job = job_of(values)
    tasks = {}
    for name, task in simulated.tasks.items():
        path = simulated.path(name)
        if path.is_file():
            own = {
                "simulation": str(path.name),
                "work": str(work),
                "values": list(values),
            }
            tasks[name] = {"name": task["name"], "chunk": task["chunk"], **own}
    about = {
        "format": FORMAT,
        "emulsion": job.emulsion.model_dump(mode="json"),
        "reconstruction": job.cuts.model_dump(mode="json"),
        "seed": SEED,
    }
    return TaskTable(rows_of, work / "rows", tasks, about)


def rows_of(name: str, chunk: int, simulation: str, work: str, values: list[str]) -> dict[str, Any]:
    """Reconstruct one chunk, and describe its vertices."""
    sample = by_name()[name]
    simulated = chunk_table(Path(work), [name])
    task = chunk_name(sample, chunk)
    assert simulated.path(task).name == simulation
    kept = simulated.read(task)
    stack = stack_of(sample)
    crossings = expand({kind: kept[kind] for kind in ("film", "gas", "fibre")}, stack)
    rng = np.random.default_rng(np.random.SeedSequence((SEED, sample.number, chunk)))
    decays = kept["decays"]
    density = kept["density"]
    if not isinstance(sample, BeamSample):
        density = np.zeros(0) if isinstance(sample, PairSample) else np.ones(len(decays))
    origin = Origin(kept["primaries"], density, decays)
    copies = sample.adding.copies if isinstance(sample, AddedSample) else 1
    described, mixed = candidates_of_copies(crossings, origin, job_of(values), stack, copies, rng)
    if isinstance(sample, AddedSample | MarkedSample):
        described = counted(described, kept["marked"], isinstance(sample, AddedSample))
    out: dict[str, Any] = {
        "rows": described.rows,
        "events": kept["events"],
        "kept": len(np.unique(crossings["film"]["event"])),
        "mixed": mixed,
        "decays": decay_rows(decays),
    }
    for prefix, lists in (("fibres", described.fibres), ("gaps", described.gaps)):
        out[f"{prefix}_offsets"] = lists.offsets
        out.update(lists.values)
    return out


def decay_rows(decays: Any) -> Any:
    """Simulated decays as the table has them."""
    rows = np.zeros(len(decays), DECAY_ROW)
    if not len(decays):
        return rows
    for column in ("event", "splitting", "boost", "tilt"):
        rows[column] = decays[column]
    other = CHANNELS.index("other")
    rows["channel"] = np.where(decays["channel"] == OTHER, other, decays["channel"])
    for column in ("energy", "opening", "softer", "slope", "other_slope"):
        rows[f"pair_{column}"] = decays[column]
    for axis in "xyz":
        rows[axis] = 1e-3 * decays[axis]
    return rows


def beam_kind(sample: Sample) -> str:
    """What the sampling density of a sample is per."""
    if isinstance(sample, BeamSample):
        return "diffuse" if isinstance(sample.beam.aim, Diffuse) else "point"
    return "spread" if isinstance(sample, PairSample) else "decays"


def parts(table: TaskTable, sample: Sample) -> Iterator[tuple[int, dict[str, Any]]]:
    """Chunks of a sample that are done, with their numbers."""
    for chunk in range(-(-sample.events // sample.chunk)):
        name = chunk_name(sample, chunk)
        if name in table.tasks and table.path(name).is_file():
            yield chunk, table.read(name)


def collect(table: TaskTable) -> Samples:
    """All chunks of rows that are there, with the densities of the whole samples."""
    rows, decays, described = [], [], []
    lengths: dict[str, list[Any]] = {"fibres": [], "gaps": []}
    values: dict[str, list[Any]] = {column.name: [] for column in (*HITS, *GAPS)}
    for number, sample in enumerate(samples()):
        done = list(parts(table, sample))
        simulated = sum(part["events"] for _, part in done)
        for chunk, part in done:
            own, kept = part["rows"].astype(ROW), part["decays"].astype(DECAY_ROW)
            for array in (own, kept):
                array["sample"] = number
                array["event"] += CHUNK_EVENTS * chunk
            own["sampling_density"] *= simulated
            rows.append(own)
            decays.append(kept)
            for prefix, columns in (("fibres", HITS), ("gaps", GAPS)):
                lengths[prefix].append(np.diff(part[f"{prefix}_offsets"]))
                for column in columns:
                    values[column.name].append(part[column.name])
        described.append(
            {
                "name": sample.name,
                "beam": beam_kind(sample),
                "particles": list(sample.beam.pdg) if isinstance(sample, BeamSample) else [],
                "energies": [list(part) for part in sample.beam.energies]
                if isinstance(sample, BeamSample)
                else [],
                "simulated": simulated,
                "kept": sum(part["kept"] for _, part in done),
                "mixed": sum(part["mixed"] for _, part in done),
                "shield": sample.shield,
                "sampling": repr(getattr(sample, "beam", getattr(sample, "spread", ""))),
            }
        )
    lists = [
        Lists(
            np.concatenate([[0], np.cumsum(np.concatenate([np.zeros(0, int), *lengths[prefix]]))]),
            {c.name: np.concatenate([np.zeros(0, c.dtype), *values[c.name]]) for c in columns},
        )
        for prefix, columns in (("fibres", HITS), ("gaps", GAPS))
    ]
    command = (
        "python scripts/simulate_candidates.py; python scripts/make_candidates.py --write FOLDER"
    )
    about = {"wayside": __version__, "command": command, **table.about}
    table_rows = np.concatenate([np.zeros(0, ROW), *rows])
    candidates = Candidates(table_rows, lists[0], lists[1], tuple(described), about)
    return Samples(candidates, np.concatenate([np.zeros(0, DECAY_ROW), *decays]))


def without_lists(candidates: Candidates) -> Candidates:
    """The same rows without places of fibres and gaps, of samples that a search uses."""
    kept = [
        number
        for number, sample in enumerate(candidates.samples)
        if sample["shield"] == StackSection().shield or sample["name"].endswith("bare")
    ]
    rows = candidates.rows[np.isin(candidates.rows["sample"], kept)]
    return Candidates(
        rows,
        no_lists(HITS, len(rows)),
        no_lists(GAPS, len(rows)),
        tuple(
            {**sample, "simulated": sample["simulated"] * (number in kept)}
            for number, sample in enumerate(candidates.samples)
        ),
        candidates.about,
    )


def main() -> None:
    """Reconstruct what is missing, collect, count."""
    parser = arguments(__doc__, workers=True, work="build/candidates")
    parser.add_argument("--set", dest="values", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--add", type=Path, metavar="FOLDER")
    parser.add_argument("--write", type=Path, metavar="FOLDER")
    parser.add_argument("--slim", action="store_true")
    parser.add_argument("--summary", action="store_true")
    parser.add_argument("--closure", action="store_true")
    options = parser.parse_args()
    table = row_table(options.work, options.values)
    table.run(options.workers, report=lambda line: print(line, flush=True))
    if not (options.summary or options.closure) and options.write is None:
        return
    collected = collect(table)
    if options.add is not None:
        collected = with_others(collected, read_samples(options.add))
    if options.summary:
        summary(collected.candidates)
    if options.closure:
        closure(collected.candidates)
    collected = collected._replace(candidates=joined(collected.candidates))
    if options.write is not None:
        candidates = without_lists(collected.candidates) if options.slim else collected.candidates
        about = {"samples": list(candidates.samples), "about": dict(candidates.about)}
        write_candidates(options.write / CANDIDATES, candidates)
        write_decays(options.write / DECAYS, collected.decays, about)


if __name__ == "__main__":
    main()
