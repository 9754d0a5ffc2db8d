"""Lay recorded cosmic muons over each other on tiles, reconstruct, and count two-track vertices.

Usage::

    OMP_NUM_THREADS=1 nice python scripts/make_accidental_vertices.py [--work DIR] [--workers N]
        [--write] [--date YYYY-MM-DD] [--figure FILE]

Muons of cos^2 of the zenith angle go through three blocks; vertices count in the second. Every
pool of muons and every tile has its own seed and leaves one file in DIR.
``--write`` makes ``src/wayside/data/accidental_vertices.csv`` of the tiles that are there,
``--figure`` draws it. Takes about 6 minutes of one core.
"""

from collections.abc import Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from table_script import arguments, write_table

from wayside.backgrounds.accidentals import NEAR
from wayside.detector.stack import Stack
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.accidentals import EDGE, Pool, overlay, pool, tile_vertices
from wayside.reconstruction.incoming import incoming_primaries, power_law
from wayside.reconstruction.job import Job
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.tasks import TaskTable

SEED = 20261
TABLE = Path("src/wayside/data/accidental_vertices.csv")
BLOCKS = 3
KEPT = (30, 90)
"""Sheets that are reconstructed: the second block, and what a vertex in it needs around it."""

SPECTRA = {"surface": 4.29, "rock": 9.7}
"""Scale in GeV of a spectrum (E + scale)^-3: at the surface, and below 11 m of rock, where the
energy lost on the way adds to it."""

MUONS = 4000
TILES = {
    "rock": ((1e3, 10.0, 6), (3e3, 10.0, 4), (1e4, 10.0, 3), (3e4, 8.0, 1)),
    "surface": ((1e3, 10.0, 4), (3e3, 10.0, 3), (1e4, 10.0, 2), (3e4, 8.0, 1)),
}
"""Scanned muons per cm^2, side of the tile in mm, number of tiles."""

JOB = Job(EmulsionSection(), ReconstructionSection())


def cross(spectrum: str) -> dict[str, Any]:
    """Muons of a spectrum through the blocks: what films record, and the muons."""
    from wayside.detector.physics import Physics
    from wayside.transport import datasets
    from wayside.transport.engine import Engine

    stack = Stack(size=(600.0, 600.0), blocks=BLOCKS, shield=0.0, fibres=0.0)
    engine = Engine(stack, Physics(), datasets.find())
    number = list(SPECTRA).index(spectrum)
    parts, rows = [], []
    for chunk in range(MUONS // 1000):
        rng = np.random.default_rng(np.random.SeedSequence((SEED, number, chunk)))
        energies = 1e3 * power_law(SPECTRA[spectrum], 3.0, 1000, rng)
        primaries = incoming_primaries(stack, "plane", (13, -13), energies, rng)
        film = engine.run(primaries, int(rng.integers(2**31)) | 1)["film"]
        sheet = film["layer"] // 2
        film = pool(film[(sheet >= KEPT[0]) & (sheet < KEPT[1])], primaries, JOB).film
        for table in (film, primaries):
            table["event"] += 1000 * chunk
        parts.append(film)
        rows.append(primaries)
    return {"film": np.concatenate(parts), "primaries": np.concatenate(rows)}


def about() -> dict[str, Any]:
    """What every pool and every tile depends on besides its own numbers."""
    from wayside.transport import datasets
    from wayside.transport.engine import engine_record

    return {
        "seed": SEED,
        "blocks": BLOCKS,
        "kept": KEPT,
        "spectra": SPECTRA,
        "muons": MUONS,
        "emulsion": JOB.emulsion.model_dump(mode="json"),
        "reconstruction": JOB.cuts.model_dump(mode="json"),
        **engine_record(datasets.find()),
    }


def muon_pools(work: Path, spectra: Iterable[str] = tuple(TILES)) -> TaskTable:
    """Simulation of the muons of each spectrum."""
    tasks = {f"pool-{spectrum}": {"spectrum": spectrum} for spectrum in spectra}
    return TaskTable(cross, work, tasks, about())


def tiles(work: Path) -> TaskTable:
    """Reconstruction of each tile, one of every density first."""
    tasks = {
        name_of(spectrum, k, t): {"spectrum": spectrum, "k": k, "t": t}
        for t in range(max(number for some in TILES.values() for *_, number in some))
        for spectrum, some in TILES.items()
        for k, (*_, number) in enumerate(some)
        if t < number
    }
    return TaskTable(partial(reconstruct, muon_pools(work)), work, tasks, about())


def name_of(spectrum: str, k: int, t: int) -> str:
    """Name of a tile."""
    return f"tile-{spectrum}-{k}-{t:02}"


_recorded: dict[str, Pool] = {}
"""Pools that this process has read."""


def reconstruct(pools: TaskTable, spectrum: str, k: int, t: int) -> dict[str, Any]:
    """Lay muons over each other on one tile, and find its vertices."""
    density, side, _ = TILES[spectrum][k]
    if spectrum not in _recorded:
        muons = pools.read(f"pool-{spectrum}")
        _recorded[spectrum] = pool(muons["film"], muons["primaries"], JOB)
    key = (SEED, 10 + list(SPECTRA).index(spectrum), k, t)
    rng = np.random.default_rng(np.random.SeedSequence(key))
    copies = round(density * side**2 / 100.0 / _recorded[spectrum].scanned)
    sheets = Sheets(blocks=BLOCKS, width=side, height=side)
    film = overlay(_recorded[spectrum], copies, side, rng)
    rows, starts = tile_vertices(film, JOB, sheets, 1, rng)
    area = (side - 2.0 * EDGE) ** 2 / 100.0
    return {"rows": rows, "starts": starts, "area": area, "full": side**2 / 100.0}


COLUMNS = (
    *("spectrum", "density", "tiles", "area", "unrelated", "related", "isolated", "near", "reach"),
    *("full_area", "steep_muons", "steep_others", "muons", "others"),
)


def count(table: TaskTable, spectrum: str, k: int) -> list[float] | None:
    """One row of the table, of the tiles that are there."""
    row = np.zeros(len(COLUMNS))
    row[0] = list(SPECTRA).index(spectrum)
    density, _, number = TILES[spectrum][k]
    for t in range(number):
        name = name_of(spectrum, k, t)
        if not table.path(name).is_file():
            continue
        tile = table.read(name)
        rows, area, full = tile["rows"], tile["area"], tile["full"]
        row[1] = density
        other = rows[~rows["related"]]
        gap = other["gaps"][:, 0]
        row[2:10] += (
            *(1, area, len(other), np.count_nonzero(rows["related"])),
            *(np.count_nonzero(other["companions"] == 0), np.count_nonzero(gap < NEAR)),
            *(np.count_nonzero(np.isfinite(gap)), full),
        )
        row[10:] += tile["starts"]
    return row.tolist() if row[2] else None


def fit(rows: Any) -> tuple[float, float, float, float]:
    """Most likely a, n0 and g of a n^2 / (1 + n / n0)^g, and the relative error of the whole."""
    from scipy.optimize import minimize

    density, area, counts = (rows[:, COLUMNS.index(c)] for c in ("density", "area", "unrelated"))

    def curve(p: Any) -> Any:
        return np.exp(p[0]) * density**2 / (1.0 + density / np.exp(p[1])) ** p[2]

    def minus_log(p: Any) -> float:
        mean = area * curve(p)
        # A weak prior holds n0 inside of what was simulated if the points do not.
        return float(np.sum(mean - counts * np.log(mean)) + 0.5 * ((p[1] - np.log(3e3)) / 2.0) ** 2)

    start = (np.log(1e-6), np.log(3e3), 1.0)
    best = minimize(minus_log, start, method="Nelder-Mead", options={"maxiter": 4000}).x
    error = np.sqrt(len(best) / max(counts.sum(), 1.0))
    return float(np.exp(best[0])), float(np.exp(best[1])), float(best[2]), float(error)


def write(table: TaskTable, day: str) -> None:
    """The table of the tiles that are there."""
    rows = {
        spectrum: [
            row
            for k in range(len(TILES[spectrum]))
            if (row := count(table, spectrum, k)) is not None
        ]
        for spectrum in SPECTRA
    }
    header = {
        "origin": "own simulation: scripts/make_accidental_vertices.py",
        "version": "1",
        "units": "density: scanned muons per cm^2 of film; areas in cm^2; else numbers",
        "date": day,
        "licence": "BSD-3-Clause",
        "command": f"python scripts/make_accidental_vertices.py; and with --write --date {day}",
        "seed": str(SEED),
        "reconstruction": JOB.cuts.model_dump_json(),
        "spectra": "; ".join(
            f"{k} {name} (E + {SPECTRA[name]} GeV)^-3" for k, name in enumerate(SPECTRA)
        ),
        "columns": (
            "summed over tiles, in one block of 40 sheets: vertices of unrelated tracks and of"
            " those of one muon, in area; of the unrelated those without companions, with less"
            f" than {NEAR:g} mm between the tracks at the next gap, with both tracks at it; tracks"
            " that begin inside full_area: muons and others steeper than 0.95, muons and others"
            " that are not"
        ),
    }
    for spectrum, some in rows.items():
        if some:
            header[f"law_{spectrum}"] = " ".join(f"{value:.4g}" for value in fit(np.array(some)))
    cells = [[f"{value:.7g}" for value in row] for some in rows.values() for row in some]
    write_table(TABLE, header, COLUMNS, cells)


def main() -> None:
    """Run what is missing, or write the table."""
    parser = arguments(__doc__, workers=True, work="build/accidentals")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--date", default=date.today().isoformat())
    options = parser.parse_args()
    if options.figure is not None:
        from wayside.plotting.accidentals import accidentals_figure

        accidentals_figure().savefig(options.figure, dpi=110)
        return
    if options.write:
        write(tiles(options.work), options.date)
        return
    for table in (muon_pools(options.work), tiles(options.work)):
        table.run(options.workers, report=lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
