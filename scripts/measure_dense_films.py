"""Measure what unrelated tracks in the films cost the signal: the table of docs/theory/search.md.

Usage::

    OMP_NUM_THREADS=1 nice python scripts/measure_dense_films.py [--work build/dense-films]
        [--workers 1] [--out dense_films.csv --date DATE]

Decays of the signal in the second of three blocks, alone and on a tile that cosmic muons cross as
many times as when films are replaced; the same decays, and for each whether it has a vertex, a
timed one, and one that the cuts of the shipped selection keep. Muons are those of
scripts/make_accidental_vertices.py, and every tile has its own seed. A tile takes two minutes of
one core and 2 GB.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from candidate_samples import ScenarioSample, samples
from make_accidental_vertices import BLOCKS, KEPT, muon_pools
from make_candidates import job_of
from simulate_candidates import scenario_decays
from table_script import arguments, write_table

from wayside.detector.physics import Physics
from wayside.detector.stack import Stack
from wayside.emulsion.sheets import Sheets
from wayside.generator.pairs import DECAY
from wayside.reconstruction.accidentals import Pool, overlay, pool
from wayside.reconstruction.candidate_rows import Origin, describe
from wayside.reconstruction.job import Job, response_of
from wayside.reconstruction.pipeline import Reconstructed, reconstruct
from wayside.selections.film_density import STEPS
from wayside.selections.selection import nearest_selection
from wayside.tasks import TaskTable
from wayside.typing import StructuredArray

SEED: Final = 20263

DENSITIES: Final = (0, 7_000)
"""Scanned muons per cm^2; none to compare with. 7,000 are what 11 m of rock leave in 6 months."""

SIDE: Final = 24.0
"""Side of a tile in mm: tracks of slope 0.3 are on it for 30 sheets."""

INNER: Final = 10.0
"""Side in mm of the square in the middle in which decays are put."""

DECAYS: Final = 150
"""Decays of each splitting on a tile, each with a tenth of a vertex; their tracks are 2 per cent
of those of the muons."""

TILES: Final = range(1, 6)
"""Tiles of each density. With number 0 the limit on random partners of links was chosen."""

LINKED: Final = 10.0
"""Side in mm of what is linked at a time."""

FIRST_MUON: Final = 1_000_000
"""Event number of the first muon, beyond those of decays."""

SPLITTINGS: Final = ("signal-0.691", "signal-0.3", "signal-0.1")


def stack() -> Stack:
    """Three blocks, wide enough for every track."""
    return Stack(size=(600.0, 600.0), blocks=BLOCKS, shield=0.0, fibres=0.0)


def pools(work: Path) -> TaskTable:
    """Simulation of the muons."""
    return muon_pools(work, ["rock"])


@cache
def muons(work: Path) -> Pool:
    """Recorded muons below 11 m of rock."""
    made = pools(work).read("pool-rock")
    return pool(made["film"], made["primaries"], job())


def job() -> Job:
    """Response and cuts of the candidates, linked in parts."""
    return replace(job_of([]), tile=LINKED)


def decays_on_tile(name: str, tile: int) -> tuple[StructuredArray, StructuredArray]:
    """Decays of a scenario, put into the second block, and their particles."""
    sample = next(candidate for candidate in samples() if candidate.name == name)
    assert isinstance(sample, ScenarioSample)
    few = replace(sample, events=DECAYS)
    rows, particles = scenario_decays(few, DECAYS, SEED + 1000 * sample.number + tile)
    pitch = Sheets().block_pitch
    rng = np.random.default_rng(np.random.SeedSequence((SEED, sample.number, tile)))
    place = {
        "x": rng.uniform(-0.5 * INNER, 0.5 * INNER, len(rows)),
        "y": rng.uniform(-0.5 * INNER, 0.5 * INNER, len(rows)),
        "z": rng.uniform(pitch, 2.0 * pitch, len(rows)),
    }
    of_row = np.searchsorted(rows["event"], particles["event"])
    for axis, values in place.items():
        rows[axis] = values
        particles[axis] = values[of_row]
    return rows, particles


def crossed(tile: int) -> dict[str, Any]:
    """Geant4 of the decays of one tile, those of one splitting after those of another."""
    from wayside.transport import datasets
    from wayside.transport.engine import Engine

    parts = []
    for k, name in enumerate(SPLITTINGS):
        rows, particles = decays_on_tile(name, tile)
        for table in (rows, particles):
            table["event"] += k * DECAYS
        parts.append((rows, particles))
    rows, particles = (np.concatenate(some) for some in zip(*parts, strict=True))
    crossings = Engine(stack(), Physics(), datasets.find()).run(particles, SEED + tile)
    sheet = crossings["film"]["layer"] // 2
    inside = (sheet >= KEPT[0]) & (sheet < KEPT[1])
    return {**crossings, "film": crossings["film"][inside], "decays": rows, "primaries": particles}


def about() -> dict[str, Any]:
    """What every task depends on besides its own numbers."""
    from wayside.transport import datasets
    from wayside.transport.engine import engine_record

    return {
        "seed": SEED,
        "tile": (SIDE, INNER, DECAYS),
        "emulsion": job().emulsion.model_dump(mode="json"),
        "reconstruction": job().cuts.model_dump(mode="json"),
        **engine_record(datasets.find()),
    }


def signal_table(work: Path) -> TaskTable:
    """Simulation of the decays."""
    tasks = {f"decays-{tile}": {"tile": tile} for tile in TILES}
    return TaskTable(crossed, work, tasks, about())


def name_of(density: int, tile: int) -> str:
    """Name of a tile at a density."""
    return f"tile-{density}-{tile}"


def tile_table(work: Path) -> TaskTable:
    """Reconstruction of every tile at every density."""
    tasks = {
        name_of(density, tile): {"density": density, "tile": tile, "work": str(work)}
        for tile in TILES
        for density in DENSITIES
    }
    return TaskTable(kept, work, tasks, about())


def kept(density: int, tile: int, work: str) -> dict[str, Any]:
    """For each decay, whether it has a vertex, a timed one, a selected one; shape (decays, 3)."""
    simulated = signal_table(Path(work)).read(f"decays-{tile}")
    sheets = Sheets(blocks=BLOCKS, width=SIDE, height=SIDE)
    rng = np.random.default_rng(np.random.SeedSequence((SEED, 1, density, tile)))
    film = simulated["film"]
    if density:
        recorded = muons(Path(work))
        copies = round(density * SIDE**2 / 100.0 / recorded.scanned)
        crossing = overlay(recorded, copies, SIDE, rng)
        crossing["event"] += FIRST_MUON
        film = np.concatenate([film, crossing])
    crossings = {"film": film, "gas": simulated["gas"], "fibre": simulated["fibre"][:0]}
    settings = job()
    response = response_of(crossings, settings, sheets, rng)
    setup = settings.setup(sheets)
    result = reconstruct(response.rows, setup, response.gas, response.fibres, settings.tile)
    decays = simulated["decays"].astype(DECAY)
    own = signal_only(result, len(decays))
    crossings["film"] = simulated["film"]
    origin = Origin(simulated["primaries"], np.ones(len(decays)), decays)
    rows = describe(own, response.gas, crossings, origin, setup, stack()).rows
    rows = rows[rows["at_origin"]]
    selected = np.zeros(len(rows), dtype=np.bool_)
    for k in range(len(SPLITTINGS)):
        mine = rows["event"] // DECAYS == k
        cuts = nearest_selection(float(decays["splitting"][k * DECAYS])).cuts
        selected[mine] = cuts.passes(rows[mine]) & rows["timed"][mine]
    out = np.zeros((len(decays), len(STEPS)), dtype=np.bool_)
    for step, passed in enumerate((np.ones(len(rows), bool), rows["timed"], selected)):
        out[rows["event"][passed], step] = True
    return {"kept": out}


def signal_only(result: Reconstructed, decays: int) -> Reconstructed:
    """The same with vertices of decays alone."""
    event = result.vertices["event"]
    return replace(result, vertices=result.vertices[(event >= 0) & (event < decays)])


def counts(table: TaskTable) -> Iterator[list[str]]:
    """Rows of the table: of each splitting and step the decays with and without muons."""
    for density in DENSITIES[1:]:
        names = [(name_of(0, tile), name_of(density, tile)) for tile in TILES]
        there = [pair for pair in names if all(table.path(name).is_file() for name in pair)]
        for k, splitting in enumerate(SPLITTINGS if there else ()):
            mine = slice(k * DECAYS, (k + 1) * DECAYS)
            alone, dense = (
                np.concatenate([table.read(name)["kept"][mine] for name in some])
                for some in zip(*there, strict=True)
            )
            for step in range(len(STEPS)):
                before, after = alone[:, step], dense[:, step]
                lost, won = np.count_nonzero(before & ~after), np.count_nonzero(~before & after)
                yield [
                    splitting.removeprefix("signal-"),
                    f"{density}",
                    f"{step}",
                    *(f"{number}" for number in (len(alone), before.sum(), lost, won)),
                    f"{after.sum() / before.sum():.4f}",
                    f"{np.sqrt(lost + won) / before.sum():.4f}",
                ]


COLUMNS: Final = (
    *("splitting", "density", "step", "decays", "alone", "lost", "won", "ratio", "error"),
)


def header(table: TaskTable, day: str) -> Mapping[str, str]:
    """What the table says of itself."""
    return {
        "origin": "own simulation: scripts/measure_dense_films.py",
        "version": "1",
        "units": "splitting: GeV; density: scanned muons per cm^2 of film; else numbers",
        "steps": " ".join(f"{number} {step}" for number, step in enumerate(STEPS)),
        "date": day,
        "licence": "BSD-3-Clause",
        "seed": str(SEED),
        "command": f"python scripts/measure_dense_films.py --out FILE --date {day}",
        "columns": (
            "decays, those kept without muons, those lost and those won with them; the ratio of"
            " what is kept with and without, and its standard error from the lost and won ones"
        ),
        "reconstruction": str(table.about["reconstruction"]),
    }


def main() -> None:
    """Run what is missing, and write the table of what is there."""
    parser = arguments(__doc__, workers=True, work="build/dense-films")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--date", default=date.today().isoformat())
    options = parser.parse_args()
    tables = (pools(options.work), signal_table(options.work), tile_table(options.work))
    for table in tables:
        table.run(options.workers, report=lambda line: print(line, flush=True))
    rows = list(counts(tables[-1]))
    for row in rows:
        print("  ".join(row))
    if options.out is not None:
        write_table(options.out, header(tables[-1], options.date), COLUMNS, rows)


if __name__ == "__main__":
    main()
