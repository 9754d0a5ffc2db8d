"""Simulate decays in the detector, reconstruct them, and count them into a table of efficiencies.

Usage::

    python scripts/make_efficiency_map.py [--pairs other|indirect|alone] [--batches 6]
        [--workers 1] [--work build/TABLE] [--out src/wayside/data/TABLE.csv]

The second is the table of pairs with kaons and of two kinds, the third that of photons and taus,
whose tracks begin where they convert or decay, the fourth that of one photon or tau alone
(`wayside.efficiency.channels`).

A run that was killed goes on where it was with the same command; the table does not depend on the
number of workers. Geant4 takes most of the time, some 15 ms a decay; what it made stays in --work
(60 kB a decay), so that another reconstruction, or bins, cost minutes.
"""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import Progress
from table_script import arguments, command_of

from wayside import __version__
from wayside.efficiency.channels import ALONE, INDIRECT_PAIRS, OTHER_PAIRS
from wayside.efficiency.csv_file import csv_of
from wayside.efficiency.selection import SELECTIONS
from wayside.efficiency.shipped import (
    ALONE_NAME,
    INDIRECT_NAME,
    NAME,
    OTHER_NAME,
    SETTINGS,
    settings_text,
)
from wayside.efficiency.table import EfficiencyMap
from wayside.files import write_text
from wayside.generator.other_pairs import OtherSpread, draw_other_pairs
from wayside.generator.pairs import PAIRS, Spread, draw_pairs
from wayside.generator.single_prongs import SingleSpread, draw_single_prongs
from wayside.reconstruction.decay_efficiency import count_decays, passing_decays
from wayside.reconstruction.job import Job
from wayside.scenario import load_scenario
from wayside.tasks import TaskTable
from wayside.transport.datasets import DataSets, find
from wayside.transport.engine import engine_record
from wayside.transport.plan import Plan
from wayside.transport.run import simulate

CHUNK = 200


class Sample(NamedTuple):
    """Decays that a table is made of."""

    channels: tuple[str, ...]
    draw: Callable[..., Any]
    spread: Callable[..., Any]
    table: str
    anywhere: bool = False


SAMPLES = {
    "excited": Sample(PAIRS, draw_pairs, Spread, NAME),
    "other": Sample(tuple(OTHER_PAIRS), draw_other_pairs, OtherSpread, OTHER_NAME),
    "indirect": Sample(
        tuple(INDIRECT_PAIRS),
        partial(draw_other_pairs, pairs=INDIRECT_PAIRS),
        partial(OtherSpread, lightest=0.05, heaviest=5.0, boost=(0.2, 30.0), highest=12.0),
        INDIRECT_NAME,
        anywhere=True,
    ),
    "alone": Sample(tuple(ALONE), draw_single_prongs, SingleSpread, ALONE_NAME, anywhere=True),
}
"""By the value of ``--pairs``."""

EDGE = {"least_slope": 1.05, "largest_slope": 1.35}
"""Beyond what is scanned, where scattering brings back a few."""


def main() -> None:
    """Make the table."""
    parser = arguments(
        __doc__,
        batches=6,
        decays=5_000,
        edge=3_000,
        seed=1,
        workers=True,
    )
    parser.add_argument("--pairs", choices=SAMPLES, default="excited")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    sample = SAMPLES[options.pairs]
    if options.work is None:
        options.work = Path("build") / sample.table
    out = options.out or Path(f"src/wayside/data/{sample.table}.csv")
    # Any scenario: they share the layers, and differ in where these stand.
    scenario = load_scenario("belle2-forward")
    stack = scenario.stack.build()
    physics = scenario.geant4.build()
    data = find(scenario.geant4.data)
    engine = engine_record(data)
    job = Job(scenario.emulsion, scenario.reconstruction, seed=options.seed, together=1000)
    plain = scenario.to_dict()
    header = {
        "origin": "own: Geant4 through the layers, response, reconstruction",
        "version": f"wayside {__version__}",
        "units": "energies in GeV, opening in rad, slope a tangent, depth in m; cells by index",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "licence": "BSD-3-Clause",
        "command": command_of(options, "pairs", "batches", "decays", "edge", "seed"),
        "geant4": f"{engine['geant4']} (calzone {engine['calzone']}), {physics.physics_list}",
        "geant4_data": _described(data),
        "size": " x ".join(f"{1e-3 * length:.4g}" for length in (*stack.size, stack.depth)),
        "settings": settings_text({name: plain[name] for name in SETTINGS}),
    }
    batches = {
        f"batch-{k:02}": {"number": k, "size": options.decays, "spread": asdict(sample.spread())}
        for k in range(options.batches)
    }
    if options.edge:
        batches["edge"] = {
            "number": 900,
            "size": options.edge,
            "spread": asdict(sample.spread(**EDGE)),
        }
    about = {
        "seed": options.seed,
        "size": header["size"],
        "settings": header["settings"],
        "physics": asdict(physics),
        "together": job.together,
        **engine,
    }
    detected = TaskTable(dict, options.work, batches, about)
    table: EfficiencyMap | None = None
    drawn = {name: np.zeros(2) for name in sample.channels}
    with Progress(console=Console(stderr=True)) as bar:
        for name, batch in batches.items():
            size, seed = batch["size"], 1000 * options.seed + batch["number"]
            decays, primaries, kept = sample.draw(
                size, stack, seed, sample.spread(**batch["spread"])
            )
            if not detected.path(name).is_file():
                folder = options.work / name
                plan = Plan(primaries, stack, physics, data, seed, CHUNK)
                with _task(bar, f"{name}: Geant4") as done:
                    for accident in simulate(plan, folder, options.workers, progress=done):
                        print(f"warning: {accident}")
                with _task(bar, f"{name}: reconstruction") as done:
                    report = partial(_report, done, size)
                    passed = passing_decays(folder, decays, job, report, sample.anywhere)
                detected.keep(name, dict(passed))
            result = detected.read(name)
            kept_by = {name: result[name] for name in SELECTIONS}
            part = count_decays(decays, kept_by, header, channels=sample.channels)
            table = part if table is None else table + part
            for channel, numbers in kept.items():
                drawn[channel] += numbers
    assert table is not None, "at least one batch"
    full = {**header, "decays": _words(drawn)}
    final = EfficiencyMap(table.channels, table.edges, table.tried, table.passed, full)
    write_text(out, csv_of(final))
    print(f"{out}: {final.tried.sum()} decays in {np.count_nonzero(final.tried)} cells")


def _report(done: Callable[[int, int], object], size: int, number: int) -> None:
    done(number, size)


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
