"""Lay recorded cosmic muons over each other on tiles, reconstruct, and count two-track vertices.

Usage::

    OMP_NUM_THREADS=1 nice python scripts/make_accidental_vertices.py [--work DIR]
        [--write] [--date YYYY-MM-DD] [--figure FILE]

Muons of cos^2 of the zenith angle go through three blocks; vertices count in the second. Every
pool of muons and every tile leaves one file in DIR, whole or not at all, with its own seed.
``--write`` makes ``src/wayside/data/accidental_vertices.csv`` of the tiles that are there,
``--figure`` draws it. Takes about 6 minutes of one core.
"""

import argparse
import secrets
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from wayside.backgrounds.accidentals import NEAR
from wayside.detector.stack import Stack
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.accidentals import EDGE, Pool, overlay, pool, tile_vertices
from wayside.reconstruction.incoming import incoming_primaries, power_law
from wayside.reconstruction.run import Job
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection

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


def save(path: Path, **arrays: Any) -> None:
    """Write a file, whole or not at all."""
    aside = path.with_name(f".{secrets.token_hex(4)}.npz")
    np.savez(aside, **arrays)
    aside.replace(path)


def recorded(work: Path, spectrum: str) -> Pool:
    """Muons of a spectrum, simulated if they are not there."""
    path = work / f"pool-{spectrum}.npz"
    if not path.is_file():
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
        save(path, film=np.concatenate(parts), primaries=np.concatenate(rows))
    with np.load(path) as found:
        return pool(found["film"], found["primaries"], JOB)


COLUMNS = (
    *("spectrum", "density", "tiles", "area", "unrelated", "related", "isolated", "near", "reach"),
    *("full_area", "steep_muons", "steep_others", "muons", "others"),
)


def count(work: Path, spectrum: str, k: int) -> list[float] | None:
    """One row of the table, of the tiles that are there."""
    row = np.zeros(len(COLUMNS))
    row[0] = list(SPECTRA).index(spectrum)
    for path in sorted(work.glob(f"tile-{spectrum}-{k}-*.npz")):
        with np.load(path) as found:
            rows, starts = found["rows"], found["starts"]
            row[1] = found["density"]
            area, full = float(found["area"]), float(found["full"])
        other = rows[~rows["related"]]
        gap = other["gaps"][:, 0]
        row[2:10] += (
            *(1, area, len(other), np.count_nonzero(rows["related"])),
            *(np.count_nonzero(other["companions"] == 0), np.count_nonzero(gap < NEAR)),
            *(np.count_nonzero(np.isfinite(gap)), full),
        )
        row[10:] += starts
    return row.tolist() if row[2] else None


def fit(rows: Any) -> tuple[float, float, float, float]:
    """Most likely a, n0 and g of a n^2 / (1 + n / n0)^g, and the relative error of the whole."""
    from scipy.optimize import minimize

    density, area, seen = (rows[:, COLUMNS.index(c)] for c in ("density", "area", "unrelated"))

    def curve(p: Any) -> Any:
        return np.exp(p[0]) * density**2 / (1.0 + density / np.exp(p[1])) ** p[2]

    def minus_log(p: Any) -> float:
        mean = area * curve(p)
        # A weak prior holds n0 inside of what was simulated if the points do not.
        return float(np.sum(mean - seen * np.log(mean)) + 0.5 * ((p[1] - np.log(3e3)) / 2.0) ** 2)

    start = (np.log(1e-6), np.log(3e3), 1.0)
    best = minimize(minus_log, start, method="Nelder-Mead", options={"maxiter": 4000}).x
    error = np.sqrt(len(best) / max(seen.sum(), 1.0))
    return float(np.exp(best[0])), float(np.exp(best[1])), float(best[2]), float(error)


def write(work: Path, day: str) -> None:
    """The table, whole or not at all."""
    found = {
        spectrum: [count(work, spectrum, k) for k in range(len(TILES[spectrum]))]
        for spectrum in SPECTRA
    }
    rows = {spectrum: [row for row in some if row is not None] for spectrum, some in found.items()}
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
    lines = [f"# {key}: {value}" for key, value in header.items()]
    lines.append(",".join(COLUMNS))
    lines += [",".join(f"{value:.7g}" for value in row) for some in rows.values() for row in some]
    aside = TABLE.with_name(f".{TABLE.name}.{secrets.token_hex(4)}")
    aside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    aside.replace(TABLE)


def main() -> None:
    """Run what is missing, or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--work", type=Path, default=Path("build/accidentals"))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--date", default=date.today().isoformat())
    given = parser.parse_args()
    if given.figure is not None:
        from wayside.plotting.accidentals import accidentals_figure

        accidentals_figure().savefig(given.figure, dpi=110)
        return
    if given.write:
        write(given.work, given.date)
        return
    given.work.mkdir(parents=True, exist_ok=True)
    plans = [
        (t, spectrum, k, density, side)
        for spectrum, tiles in TILES.items()
        for k, (density, side, number) in enumerate(tiles)
        for t in range(number)
    ]
    plans.sort(key=lambda plan: plan[0])
    pools = {spectrum: recorded(given.work, spectrum) for spectrum in TILES}
    for t, spectrum, k, density, side in plans:
        path = given.work / f"tile-{spectrum}-{k}-{t:02}.npz"
        if path.is_file():
            continue
        key = (SEED, 10 + list(SPECTRA).index(spectrum), k, t)
        rng = np.random.default_rng(np.random.SeedSequence(key))
        copies = round(density * side**2 / 100.0 / pools[spectrum].scanned)
        sheets = Sheets(blocks=BLOCKS, width=side, height=side)
        film = overlay(pools[spectrum], copies, side, rng)
        rows, starts = tile_vertices(film, JOB, sheets, 1, rng)
        area = (side - 2.0 * EDGE) ** 2 / 100.0
        save(path, rows=rows, starts=starts, area=area, full=side**2 / 100.0, density=density)
        print(path.name, len(rows), np.count_nonzero(rows["related"]), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
