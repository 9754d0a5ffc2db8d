"""Simulate decays in the detector, reconstruct them, and count them into a table of efficiencies.

Usage::

    python scripts/make_efficiency_map.py [--work build/efficiency] [--batches 6] [--workers 1]
        [--out src/wayside/data/efficiency_map.csv]

A run that was killed goes on where it was with the same command; the table does not depend on the
number of workers. Geant4 takes most of the time, some 15 ms a decay; what it made stays in --work
(60 kB a decay), so that another reconstruction, or bins, cost minutes.
"""

import argparse
import datetime
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import calzone
import numpy as np
from rich.console import Console
from rich.progress import Progress

from wayside import __version__
from wayside.efficiency.selection import SELECTIONS
from wayside.efficiency.shipped import SETTINGS, settings_text
from wayside.efficiency.table import EfficiencyMap
from wayside.files import write_text
from wayside.generator.pairs import DECAY, PAIRS, Spread, draw_pairs
from wayside.reconstruction.decay_efficiency import count_decays, passing_decays
from wayside.reconstruction.files import Run, read_table, write_table
from wayside.reconstruction.run import Job
from wayside.scenario import load_scenario
from wayside.transport.datasets import DataSets, find
from wayside.transport.plan import Plan
from wayside.transport.run import simulate

CHUNK = 200
EDGE = Spread(least_slope=1.05, largest_slope=1.35)
"""Beyond what is scanned, where scattering brings back a few."""


def main() -> None:
    """Make the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/efficiency"))
    parser.add_argument("--batches", type=int, default=6)
    parser.add_argument("--decays", type=int, default=5_000, help="of a batch")
    parser.add_argument("--edge", type=int, default=3_000, help="decays at the largest slopes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("src/wayside/data/efficiency_map.csv"))
    options = parser.parse_args()
    # Any scenario: they share the layers, and differ in where these stand.
    scenario = load_scenario("belle2-forward")
    stack = scenario.stack.build()
    physics = scenario.geant4.build()
    data = find(scenario.geant4.data)
    job = Job(scenario.emulsion, scenario.reconstruction, seed=options.seed, together=1000)
    plain = scenario.to_dict()
    header = {
        "origin": "own: Geant4 through the layers, response, reconstruction",
        "version": f"wayside {__version__}",
        "units": "energies in GeV, opening in rad, slope a tangent, depth in m; cells by index",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "licence": "BSD-3-Clause",
        "command": f"python scripts/make_efficiency_map.py --batches {options.batches}"
        f" --decays {options.decays} --edge {options.edge} --seed {options.seed}",
        "geant4": f"{calzone.GEANT4_VERSION} (calzone {calzone.VERSION}), {physics.physics_list}",
        "geant4_data": _described(data),
        "size": " x ".join(f"{1e-3 * each:.4g}" for each in (*stack.size, stack.depth)),
        "settings": settings_text({name: plain[name] for name in SETTINGS}),
    }
    table: EfficiencyMap | None = None
    drawn = {name: np.zeros(2) for name in PAIRS}
    with Progress(console=Console(stderr=True)) as bar:
        batches = [(f"batch-{k:02}", k, options.decays, Spread()) for k in range(options.batches)]
        if options.edge:
            batches.append(("edge", 900, options.edge, EDGE))
        for name, number, size, spread in batches:
            seed = 1000 * options.seed + number
            decays, primaries, kept = draw_pairs(size, stack, seed, spread)
            folder = options.work / name
            plan = Plan(primaries, stack, physics, data, seed, CHUNK)
            with _task(bar, f"{name}: Geant4") as done:
                for accident in simulate(plan, folder, options.workers, progress=done):
                    print(f"warning: {accident}")
            with _task(bar, f"{name}: reconstruction") as done:
                rows = _passed(folder, decays, job, lambda n, d=done, s=size: d(n, s))
            part = count_decays(rows, {name: rows[name] for name in SELECTIONS}, header)
            table = part if table is None else table + part
            for channel, numbers in kept.items():
                drawn[channel] += numbers
    assert table is not None, "at least one batch"
    full = {**header, "decays": _words(drawn)}
    final = EfficiencyMap(table.channels, table.edges, table.tried, table.passed, full)
    write_text(options.out, final.to_csv())
    print(f"{options.out}: {final.tried.sum()} decays in {np.count_nonzero(final.tried)} cells")


def _passed(folder: Path, decays: Any, job: Job, progress: Any) -> Any:
    """Rows of `DECAY` with what passed; from the file of an earlier run of the same job, if any."""
    path = folder / "passed.parquet"
    about = folder / "passed.json"
    wanted = json.dumps(job.about(Run(folder)), sort_keys=True)
    columns = np.dtype([*DECAY.descr, *((name, np.bool_) for name in SELECTIONS)])
    if path.is_file() and about.is_file() and about.read_text(encoding="utf-8") == wanted:
        return read_table(path, columns)
    found = passing_decays(folder, decays, job, progress)
    rows = np.zeros(len(decays), dtype=columns)
    for name in DECAY.names or ():
        rows[name] = decays[name]
    for name in SELECTIONS:
        rows[name] = found[name]
    about.unlink(missing_ok=True)
    write_table(path, rows, {})
    write_text(about, wanted)
    return rows


def _described(data: DataSets) -> str:
    words = f"{data.kind}, {data.version}"
    return words + (
        f"; approximate: {'; '.join(data.approximations)}" if data.approximations else ""
    )


def _words(drawn: dict[str, Any]) -> str:
    return ", ".join(f"{int(kept)} {name} of {int(tried)}" for name, (tried, kept) in drawn.items())


@contextmanager
def _task(bar: Progress, title: str) -> Iterator[Any]:
    task = bar.add_task(title, total=None)
    yield lambda done, total: bar.update(task, completed=done, total=total)
    bar.remove_task(task)


if __name__ == "__main__":
    main()
