"""Simulate what the candidate table is made of: biased particles, and decays of the signal.

Usage::

    OMP_NUM_THREADS=1 nice python scripts/simulate_candidates.py [--work build/candidates]
        [--workers 1] [--only SAMPLE ...]

Of every chunk one file is kept, with all particles and their sampling density, and the crossings of
films, gas detectors and fibres in the events that can make a vertex
(`wayside.transport.preselection`; of signal, in all). A run that was stopped goes on with the same
command, with any number of workers; chunks of all samples are simulated in turn, so that a part of
them is a fair part. The response and the reconstruction follow in scripts/make_candidates.py.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from candidate_samples import (
    AddedSample,
    BeamSample,
    CascadeSample,
    MarkedSample,
    PairSample,
    Sample,
    ScenarioSample,
    by_name,
    plain,
    samples,
    stack_of,
)
from scenario_decays import Decay, DetectorFrame, flying_of
from table_script import arguments

from wayside.detector.stack import Stack
from wayside.generator.events import EventGenerator
from wayside.generator.pairs import DECAY, draw_pairs
from wayside.scenario import load_scenario
from wayside.scenario.hardware import Geant4Section, StackSection
from wayside.sensitivity.planes import mass_point
from wayside.tasks import TaskTable
from wayside.transport.compact_crossings import compact
from wayside.transport.preselection import Preselection
from wayside.typing import StructuredArray

SEED: Final = 20261

FORMAT: Final = 1
"""Version of what a chunk holds."""


def chunk_name(sample: Sample, chunk: int) -> str:
    """Name of one chunk of a sample."""
    return f"{sample.name}-{chunk:04}"


def chunk_table(work: Path, only: list[str]) -> TaskTable:
    """All chunks: the first of every sample, then in turn, samples with other lead at the end."""
    from wayside.transport import datasets
    from wayside.transport.engine import engine_record

    ordered = []
    for sample in samples():
        if only and sample.name not in only:
            continue
        about = plain(sample)
        for chunk, first in enumerate(range(0, sample.events, sample.chunk)):
            size = min(sample.chunk, sample.events - first)
            place = (sample.number >= 100, chunk > 0, (first + size) / sample.events)
            task = {"name": sample.name, "chunk": chunk, "events": size, "sample": about}
            ordered.append((place, chunk_name(sample, chunk), task))
    ordered.sort(key=lambda item: item[0])
    physics = Geant4Section()
    about = {
        "seed": SEED,
        "format": FORMAT,
        "stack": hashlib.sha256(repr(Stack()).encode()).hexdigest(),
        "physics": vars(physics.build()),
        "preselection": Preselection()._asdict(),
        **engine_record(datasets.find(physics.data)),
    }
    return TaskTable(simulate, work, {name: task for _, name, task in ordered}, about)


@cache
def engine_of(shield: float) -> Any:
    """Geant4 by thickness of lead: setting it up takes longer than a chunk."""
    from wayside.transport import datasets
    from wayside.transport.engine import Engine

    section = Geant4Section()
    stack = StackSection(shield=shield).build()
    return Engine(stack, section.build(), datasets.find(section.data))


@cache
def interactions_of(shield: float) -> Any:
    """Geant4 for neutrons alone, by thickness of lead."""
    from wayside.transport import datasets
    from wayside.transport.beam_events import interactions

    section = Geant4Section()
    return interactions(
        StackSection(shield=shield).build(), section.build(), datasets.find(section.data)
    )


@cache
def generator_of(scenario: str, values: tuple[str, ...]) -> EventGenerator:
    """Generator of a scenario's decays in its first signal detector."""
    # The candidates that come with Wayside have one photon, and so have those that add to them.
    built = load_scenario(scenario, {"run.radiation": "one-photon"}).with_values(list(values))
    return EventGenerator(built, (built.signal[0],))


def simulate(name: str, chunk: int, events: int, sample: dict[str, Any]) -> dict[str, Any]:
    """Simulate one chunk; ``sample`` is there for the name of the file."""
    from wayside.transport.beam_events import NO_TRACKS, beam_events, cascade_events
    from wayside.transport.muon_events import added_events, marked_events
    from wayside.transport.plan import chunk_seed

    own = by_name()[name]
    assert sample == plain(own)
    stack, engine = stack_of(own), engine_of(own.shield)
    number = SEED + 1000 * own.number
    sequence = np.random.SeedSequence((SEED, own.number, chunk))
    decays, marked = np.zeros(0, DECAY), NO_TRACKS
    if isinstance(own, BeamSample):
        rng = np.random.default_rng(sequence)
        if isinstance(own, CascadeSample):
            made = cascade_events(
                engine,
                interactions_of(own.shield),
                own.beam,
                own.cascading,
                events,
                rng,
                (number, chunk),
            )
        elif isinstance(own, AddedSample):
            made = added_events(engine, own.beam, own.adding, events, rng, (number, chunk))
        elif isinstance(own, MarkedSample):
            seed = chunk_seed(number, chunk)
            made = marked_events(engine, own.beam, own.adding, events, rng, seed)
        else:
            made = beam_events(engine, own.beam, events, rng, chunk_seed(number, chunk))
        crossings, primaries, density, marked = made
    else:
        seed = int(sequence.generate_state(1)[0])
        if isinstance(own, PairSample):
            decays, primaries, _ = draw_pairs(events, stack, seed, own.spread)
        else:
            decays, primaries = scenario_decays(own, events, seed)
        crossings, density = engine.run(primaries, chunk_seed(number, chunk)), np.zeros(0)
    return {
        **compact(crossings, stack),
        "primaries": primaries,
        "density": density,
        "decays": decays,
        "marked": marked,
        "events": events,
    }


def scenario_decays(
    sample: ScenarioSample, number: int, seed: int
) -> tuple[StructuredArray, StructuredArray]:
    """Rows of `DECAY` and of `PRIMARY` of a scenario's first decays of a seed, unweighted."""
    generator = generator_of(sample.scenario, sample.values)
    scenario = generator.scenario
    box = mass_point(scenario).box(generator.detectors[0])
    decays: list[Decay] = []
    for block in generator.blocks(number, seed):
        frame = DetectorFrame(block, box, flying_of(scenario))
        decays += [frame.decay(i, len(decays) + i) for i in range(len(block.event))]
    rows, particles = zip(*decays, strict=True)
    return np.concatenate(rows), np.concatenate(particles)


def main() -> None:
    """Simulate the chunks that are missing."""
    parser = arguments(__doc__, workers=True, work="build/candidates")
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    table = chunk_table(options.work, options.only)
    table.run(options.workers, report=lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
