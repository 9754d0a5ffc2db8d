"""Simulate what enters the detector, reconstruct it, and count the vertices it fakes.

Usage::

    OMP_NUM_THREADS=1 nice python scripts/make_fake_vertices.py [--work DIR] [--workers N]
        [--only SAMPLE ...] [--write] [--date YYYY-MM-DD]

Every chunk of a sample leaves one file in DIR (whole or not at all) and has its own seed, so that a
run may be stopped and continued, with any number of workers, and gives the same table. ``--write``
makes ``src/wayside/data/fake_vertices.csv`` of the chunks that are there. Takes about 40 minutes
of one core.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from wayside.detector.stack import Stack
from wayside.reconstruction.entering import How, entering, log_uniform
from wayside.reconstruction.fakes import FAKE, fakes, rebuild
from wayside.reconstruction.run import Job
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.scenario.hardware import Geant4Section, StackSection
from wayside.simulation.sheets import Sheets

SEED = 20260


@dataclass(frozen=True)
class Sample:
    """Particles of one kind.

    Attributes
    ----------
    number
        Of the kind in the table; part of the seed.
    kind
        Name.
    how, pdg
        Where they come from, and PDG numbers in turn.
    edges
        Of the energy bins in GeV.
    events
        In each bin.
    chunk
        Events simulated and reconstructed at a time.
    shield
        Lead around, in m.
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
           (12000, 16000, 30000, 30000, 20000, 6000), 1000),
    Sample(1, "muon-front", "front", (13, -13), (1.0, 3.0, 6.0), (3000, 4000), 250),
    Sample(2, "klong-front", "front", (130,), (0.25, 0.5, 1.0, 2.0, 4.0),
           (2000, 1500, 1500, 1500), 250),
    Sample(3, "neutron-front", "front", (2112,), (0.1, 0.3, 1.0, 2.0, 5.0),
           (3000, 2000, 1500, 1500), 250),
    Sample(4, "photon-front", "front", (22,), (0.05, 0.2, 1.0, 3.0), (5000, 5000, 4000), 500),
    Sample(5, "photon-bare", "front", (22,), (0.05, 0.2, 1.0, 3.0), (1500, 1000, 600), 250, 0.0),
    Sample(6, "klong-above", "cosmic", (130,), (0.25, 1.0, 4.0), (1500, 1500), 250),
    Sample(7, "neutron-above", "cosmic", (2112,), (0.1, 1.0, 5.0), (2000, 1500), 250),
)  # fmt: skip

_engines: dict[float, Any] = {}


@dataclass(frozen=True)
class Task:
    """One chunk of one bin of a sample."""

    sample: Sample
    bin: int
    chunk: int
    first: int
    events: int
    work: Path

    @property
    def path(self) -> Path:
        """Its file."""
        return self.work / f"{self.sample.kind}-{self.bin}-{self.chunk:03}.npz"


def tasks(work: Path, only: list[str]) -> Iterator[Task]:
    """All chunks, those of different kinds and bins in turn, so that a part is a fair part."""
    found = []
    for sample in SAMPLES:
        if only and sample.kind not in only:
            continue
        for k, events in enumerate(sample.events):
            for chunk, first in enumerate(range(0, events, sample.chunk)):
                size = min(sample.chunk, events - first)
                found.append(
                    ((first + size) / events, Task(sample, k, chunk, first, size, work))
                )
    yield from (task for _, task in sorted(found, key=lambda item: item[0]))


def detector(shield: float) -> tuple[Stack, Sheets]:
    """The study's detector with so much lead around."""
    stack = StackSection(shield=shield).build()
    return stack, Sheets()


def simulate(task: Task) -> str:
    """Simulate, reconstruct and look at one chunk."""
    from wayside.simulation.geant4 import datasets
    from wayside.simulation.geant4.engine import Engine, Physics
    from wayside.simulation.geant4.plan import chunk_seed

    sample = task.sample
    stack, sheets = detector(sample.shield)
    if sample.shield not in _engines:
        _engines[sample.shield] = Engine(stack, Physics(), datasets.find(Geant4Section().data))
    key = (SEED, sample.number, task.bin, task.chunk)
    rng = np.random.default_rng(np.random.SeedSequence(key))
    bounds = (1e3 * sample.edges[task.bin], 1e3 * sample.edges[task.bin + 1])
    energies = log_uniform(bounds, task.events, rng)
    primaries = entering(stack, sample.how, sample.pdg, energies, rng)
    seed = chunk_seed(SEED + 1000 * sample.number + task.bin, task.chunk)
    crossings = _engines[sample.shield].run(primaries, seed)
    job = Job(EmulsionSection(), ReconstructionSection())
    result = rebuild(crossings, job, sheets, rng)
    rows = fakes(result, crossings, primaries, job, sheets)
    gas = crossings["gas"][crossings["gas"]["track"] == 1]
    fibre = np.bincount(
        crossings["fibre"]["event"][crossings["fibre"]["deposit"] > 0.0], minlength=task.events
    )
    aside = task.path.with_name(f".{secrets.token_hex(4)}.npz")
    np.savez_compressed(
        aside,
        rows=rows,
        events=task.events,
        mixed=np.count_nonzero(result.vertices["event"] < 0),
        gas_fibres=np.bincount(fibre[gas["event"]], minlength=1),
    )
    aside.replace(task.path)
    return task.path.name


def main() -> None:
    """Run what is missing, or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--work", type=Path, default=Path("build/fakes"))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--date", default=date.today().isoformat())
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    waiting = [task for task in tasks(given.work, given.only) if not task.path.is_file()]
    with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
        for done, name in enumerate(pool.map(simulate, waiting), start=1):
            print(f"{done}/{len(waiting)} {name}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
