"""Simulate what enters the detector, reconstruct it, and count the vertices it fakes.

Usage::

    OMP_NUM_THREADS=1 nice python scripts/make_fake_vertices.py [--work DIR] [--workers N]
        [--only SAMPLE ...] [--write] [--date YYYY-MM-DD]

Every chunk of a sample has its own seed and leaves one file in DIR, so that a run may be stopped
and continued, with any number of workers, and gives the same table. ``--write``
makes ``src/wayside/data/fake_vertices.csv`` of the chunks that are there. Takes about 10 minutes
of one core.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from table_script import arguments, write_table

from wayside.backgrounds.fakes import KINDS
from wayside.detector.stack import Stack
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.fake_vertices import fake_vertices, fibre_places
from wayside.reconstruction.incoming import How, incoming_primaries, log_uniform, pairs_inside
from wayside.reconstruction.job import Job, of_crossings
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.scenario.hardware import Geant4Section, StackSection
from wayside.tasks import TaskTable

SEED = 20260
TABLE = Path("src/wayside/data/fake_vertices.csv")


@dataclass(frozen=True)
class Sample:
    """Particles of one kind.

    Attributes
    ----------
    number
        Number of the sample: part of the seed.
    kind
        Name of the kind.
    how, pdg
        Where they come from, and PDG numbers in turn.
    edges
        Edges of the energy bins in GeV.
    events
        Number of events in each bin.
    chunk
        Number of events that are simulated and reconstructed together.
    shield
        Thickness of the lead around, in m.
    """

    number: int
    kind: str
    how: How
    pdg: tuple[int, ...]
    edges: tuple[float, ...]
    events: tuple[int, ...]
    chunk: int
    shield: float = 0.1


SAMPLES = (
    Sample(0, "muon-above", "cosmic", (13, -13), (0.2, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0),
           (2000, 3000, 8000, 12000, 8000, 2000), 1000),
    Sample(1, "muon-front", "front", (13, -13), (1.0, 3.0, 6.0), (1000, 1250), 250),
    Sample(2, "klong-front", "front", (130,), (0.25, 0.5, 1.0, 2.0, 4.0),
           (750, 750, 500, 500), 250),
    Sample(3, "neutron-front", "front", (2112,), (0.1, 0.3, 1.0, 2.0, 5.0),
           (1000, 750, 500, 500), 250),
    Sample(4, "photon-front", "front", (22,), (0.05, 0.2, 1.0, 3.0), (2000, 2000, 2000), 500),
    Sample(5, "photon-bare", "front", (22,), (0.05, 0.2, 1.0, 3.0), (500, 500, 250), 250, 0.0),
    Sample(6, "klong-above", "cosmic", (130,), (0.25, 1.0, 4.0), (750, 500), 250),
    Sample(7, "neutron-above", "cosmic", (2112,), (0.1, 1.0, 5.0), (750, 500), 250),
    Sample(8, "electron-front", "front", (11, -11), (0.05, 0.2, 1.0, 3.0), (2000, 2000, 1500), 500),
    Sample(9, "signal", "inside", (11, -11), (0.3, 1.0, 3.0), (750, 500), 250),
)  # fmt: skip

JOB = Job(EmulsionSection(), ReconstructionSection())

_engines: dict[float, Any] = {}
"""Geant4 by thickness of lead: setting it up takes longer than a chunk."""


def name_of(sample: Sample, k: int, chunk: int) -> str:
    """Name of one chunk of a bin of a sample."""
    usual = 0.0 if sample.kind.endswith("-bare") else 0.1
    lead = "" if sample.shield == usual else f"-{100.0 * sample.shield:g}cm"
    return f"{sample.kind}{lead}-{k}-{chunk:03}"


def chunks(work: Path, only: list[str]) -> TaskTable:
    """All chunks: of every bin one, then in turn, so that a part of them is a fair part."""
    from wayside.transport import datasets
    from wayside.transport.engine import engine_record

    ordered = []
    for sample in SAMPLES:
        if only and sample.kind not in only:
            continue
        for k, events in enumerate(sample.events):
            for chunk, first in enumerate(range(0, events, sample.chunk)):
                size = min(sample.chunk, events - first)
                place = (chunk > 0, (first + size) / events)
                task = {"number": sample.number, "k": k, "chunk": chunk, "events": size}
                ordered.append((place, name_of(sample, k, chunk), task))
    ordered.sort(key=lambda item: item[0])
    about = {
        "seed": SEED,
        "samples": [vars(sample) for sample in SAMPLES],
        "emulsion": JOB.emulsion.model_dump(mode="json"),
        "reconstruction": JOB.cuts.model_dump(mode="json"),
        **engine_record(datasets.find(Geant4Section().data)),
    }
    return TaskTable(simulate, work, {name: task for _, name, task in ordered}, about)


def detector(shield: float) -> tuple[Stack, Sheets]:
    """The study's detector with so much lead around."""
    stack = StackSection(shield=shield).build()
    return stack, Sheets()


def simulate(number: int, k: int, chunk: int, events: int) -> dict[str, Any]:
    """Simulate, reconstruct and look at one chunk."""
    from wayside.detector.physics import Physics
    from wayside.transport import datasets
    from wayside.transport.engine import Engine
    from wayside.transport.plan import chunk_seed

    sample = SAMPLES[number]
    stack, sheets = detector(sample.shield)
    if sample.shield not in _engines:
        _engines[sample.shield] = Engine(stack, Physics(), datasets.find(Geant4Section().data))
    key = (SEED, number, k, chunk)
    rng = np.random.default_rng(np.random.SeedSequence(key))
    bounds = (1e3 * sample.edges[k], 1e3 * sample.edges[k + 1])
    if sample.how == "inside":
        primaries = pairs_inside(stack, bounds, events, rng)
    else:
        energies = log_uniform(bounds, events, rng)
        primaries = incoming_primaries(stack, sample.how, sample.pdg, energies, rng)
    seed = chunk_seed(SEED + 1000 * number + k, chunk)
    crossings = _engines[sample.shield].run(primaries, seed)
    # Fibres are silent here: the probability that they are is multiplied later.
    silent = crossings | {"fibre": crossings["fibre"][:0]}
    result = of_crossings(silent, JOB, sheets, rng)
    _, first = np.unique(primaries["event"], return_index=True)
    rows = fake_vertices(result, crossings, primaries[first], JOB, sheets)
    gas = crossings["gas"][crossings["gas"]["track"] == 1]
    crossed = crossings["fibre"][crossings["fibre"]["deposit"] > 0.0]
    upstream = np.zeros(len(gas), dtype=np.int64)
    for event in np.unique(gas["event"]):
        mine = gas["event"] == event
        depths = fibre_places(crossed[crossed["event"] == event])
        upstream[mine] = np.count_nonzero(depths < gas["z_in"][mine][:, None], axis=1)
    return {
        "rows": rows,
        "events": events,
        "mixed": int(np.count_nonzero(result.vertices["event"] < 0)),
        "gas_fibres": np.bincount(upstream, minlength=1),
    }


STAGES = ("vertex", "gas", "timed", "closed", "quiet", "closed_quiet", "isolated")
SUMS = [name for stage in STAGES for name in (stage, f"{stage}_squares")]
COLUMNS = ("kind", "low", "high", "shield", "entering", "gas_muons", "gas_silent", *SUMS)


def stages(rows: Any) -> dict[str, Any]:
    """Weight of a vertex in each stage: probabilities are multiplied, not drawn."""
    missed, closed = (
        (1.0 - JOB.emulsion.fibre_efficiency) ** rows[name].astype(float)
        for name in ("fibres", "all_fibres")
    )
    missed_gas = (1.0 - JOB.emulsion.gas_efficiency) ** rows["gas_before"].astype(float)
    gas = rows["timed"].astype(float)
    quiet = gas * missed * missed_gas
    return {
        "vertex": np.ones(len(rows)),
        "gas": gas,
        "timed": gas * missed,
        "closed": gas * closed,
        "quiet": quiet,
        "closed_quiet": gas * closed * missed_gas,
        "isolated": quiet * (rows["companions"] == 0),
    }


def count(table: TaskTable, sample: Sample, k: int) -> list[float] | None:
    """One row of the table, of the chunks that are there."""
    events, silent, passed = 0, 0.0, 0
    sums = {stage: [0.0, 0.0] for stage in STAGES}
    for chunk in range(-(-sample.events[k] // sample.chunk)):
        name = name_of(sample, k, chunk)
        if not table.path(name).is_file():
            continue
        result = table.read(name)
        rows, histogram = result["rows"], result["gas_fibres"]
        events += result["events"]
        if sample.how == "inside":
            # Its own vertex, and not what its electrons do later.
            rows = rows[rows["primary"]]
        fibres = np.arange(len(histogram), dtype=float)
        silent += float(histogram @ (1.0 - JOB.emulsion.fibre_efficiency) ** fibres)
        passed += int(histogram.sum())
        _, owner = np.unique(rows["event"], return_inverse=True)
        for stage, weights in stages(rows).items():
            by_particle = np.zeros(owner.max(initial=-1) + 1)
            if stage == "vertex":
                np.add.at(by_particle, owner, weights)
            else:
                # Vertices of one particle have one time: together they are one event.
                np.maximum.at(by_particle, owner, weights)
            sums[stage][0] += float(by_particle.sum())
            sums[stage][1] += float((by_particle**2).sum())
    if events == 0:
        return None
    number = KINDS.index(sample.kind)  # type: ignore[arg-type]
    row = [number, sample.edges[k], sample.edges[k + 1], sample.shield, events, passed]
    return [*row, silent / max(passed, 1), *(value for stage in STAGES for value in sums[stage])]


def write(table: TaskTable, day: str) -> None:
    """The table of the chunks that are there."""
    counts = [count(table, sample, k) for sample in SAMPLES for k in range(len(sample.events))]
    header = {
        "origin": "own simulation: scripts/make_fake_vertices.py",
        "version": "1",
        "units": "low, high: kinetic energy in GeV outside of the shield; shield in m of lead; else"
        " numbers",
        "date": day,
        "licence": "BSD-3-Clause",
        "command": f"python scripts/make_fake_vertices.py; and with --write --date {day}",
        "seed": str(SEED),
        "geant4": f"FTFP_BERT, data: {table.about['data']['kind']}",
        "reconstruction": JOB.cuts.model_dump_json(),
        "kinds": "; ".join(f"{number} {kind}" for number, kind in enumerate(KINDS)),
        "columns": (
            "entering: particles simulated; gas_muons, gas_silent: crossings of gas gaps by "
            "them and the mean probability that fibres upstream do not detect such a one; then "
            "sums, and sums of squares over particles: vertex (vertices), gas (particles with a "
            "vertex that gas hits give a time), timed (the same times the probability that "
            "fibres upstream are silent), closed (that all fibres are), quiet (as timed, and "
            "that no gap before the vertex has a hit at that time), closed_quiet (both), isolated "
            "(quiet and without companions); of signal, which starts inside, vertices with one of "
            "its own two tracks"
        ),
    }
    rows = [[f"{value:.7g}" for value in row] for row in counts if row is not None]
    write_table(TABLE, header, COLUMNS, rows)


def main() -> None:
    """Run what is missing, or write the table."""
    parser = arguments(__doc__, workers=True, work="build/fakes")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--date", default=date.today().isoformat())
    options = parser.parse_args()
    if options.write:
        write(chunks(options.work, []), options.date)
        return
    table = chunks(options.work, options.only)
    table.run(options.workers, report=lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
