"""Biased background particles through the layers of a design, in chunks that are kept; resumable.

Directions and energies are drawn where most fakes come from, all others too, so that no weight is
large. Neutrons are followed from interaction to interaction; hard collisions of muons from the
front are added to those of nature.
"""

import json
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.backgrounds.setup import DetectorSetup
from wayside.candidates.schema import ROW
from wayside.designing.simulated_fakes import SimulatedFakes, direct, entering
from wayside.detector.stack import Stack
from wayside.generator.pairs import DECAY
from wayside.reconstruction.beam_rows import candidates_of_copies, counted
from wayside.reconstruction.candidate_rows import Origin
from wayside.reconstruction.job import Job
from wayside.results.fake_samples import SAMPLES, FakeSample
from wayside.scenario import Scenario
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.scenario.hardware import Geant4Section, StackSection
from wayside.tasks import TaskTable
from wayside.transport.beam_events import (
    BeamEvents,
    Interactions,
    beam_events,
    cascade_events,
    interactions,
)
from wayside.transport.datasets import find
from wayside.transport.engine import Engine, engine_record
from wayside.transport.muon_events import added_events, marked_events
from wayside.transport.plan import chunk_seed
from wayside.typing import StructuredArray
from wayside.version import __version__

Progress = Callable[[int, int], object]


EVENTS: Final = 1_000_000
"""Event k of chunk c has the number c EVENTS + k."""

ADDED: Final = 0.2
"""Muons with collisions of their own, for each of nature: they take twice as long together."""

ADDED_FIRST: Final = EVENTS // 2
"""Number of the first event of a chunk with an added collision."""

STARTED: Final = 10
"""Particles with which Geant4 is started before others are timed."""

TIMED: Final = 200
"""Particles that are timed where they cannot be kept."""


@dataclass(frozen=True, eq=False)
class FakeRun:
    """Particles of one kind in one detector.

    Parameters
    ----------
    scenario
        The design, with the blocks that fit (`wayside.results.decay_run.with_blocks`).
    detector
        Name of the detector.
    kind
        Kind of the particles, in `wayside.results.fake_samples.SAMPLES`.
    particles
        How many.
    seed
        From which the result follows.
    place
        Folder in which chunks are kept; what is the same for two designs is simulated once.
    """

    scenario: Scenario
    detector: str
    kind: str
    particles: int
    seed: int
    place: Path

    @cached_property
    def table(self) -> TaskTable:
        """The chunks."""
        sections = self.scenario.to_dict()
        size = DetectorSetup(self.scenario, self.detector).volume.size
        layers = {
            **{name: sections[name] for name in ("stack", "emulsion", "reconstruction", "geant4")},
            "size": [float(length) for length in size[:2]],
        }
        chunk = SAMPLES[self.kind].chunk
        tasks = {
            f"{self.kind}-{number:04}": {
                "layers": layers,
                "kind": self.kind,
                "chunk": number,
                "number": min(chunk, self.particles - chunk * number),
                "seed": self.seed,
            }
            for number in range(-(-self.particles // chunk))
        }
        about = {
            "wayside": __version__,
            "sample": repr(SAMPLES[self.kind]),
            **engine_record(find(self.scenario.geant4.data)),
        }
        return TaskTable(simulate_chunk, self.place, tasks, about)

    @property
    def missing(self) -> int:
        """Particles that are not simulated yet."""
        return sum(self.table.tasks[name]["number"] for name in self.table.missing())

    @property
    def _fresh(self) -> bool:
        """Whether each chunk gets a process of its own.

        What Geant4 makes of neutrons depends on what the process has simulated before.
        """
        return SAMPLES[self.kind].cascading is not None

    def timed(self) -> float:
        """Seconds for a particle, 0 where none is missing; a chunk that can be kept is kept."""
        missing = self.table.missing()
        if not missing:
            return 0.0
        task = dict(self.table.tasks[missing[0]])
        simulate_chunk(**{**task, "number": STARTED})
        if self._fresh:
            task["number"] = min(TIMED, task["number"])
        begin = time.monotonic()
        result = simulate_chunk(**task)
        seconds = time.monotonic() - begin
        if not self._fresh:
            self.table.keep(missing[0], result)
        return seconds / int(task["number"])

    def run(self, workers: int = 1, progress: Progress | None = None) -> SimulatedFakes:
        """Simulate what is missing, and count.

        Parameters
        ----------
        workers
            Number of processes; the result does not depend on it.
        progress
            Called with the number of chunks that are done, and of all.
        """
        of = len(self.table.tasks)

        def report(_: str) -> None:
            if progress is not None:
                progress(of - len(self.table.missing()), of)

        self.table.run(workers, fresh=self._fresh, report=report)
        rows = [np.zeros(0, ROW)]
        for number, (_, part) in enumerate(self.table.results()):
            own = part["rows"].astype(ROW)
            own["event"] += EVENTS * number
            own["sampling_density"] *= self.particles
            rows.append(own)
        return direct(self.scenario, self.detector, self.kind, np.concatenate(rows), self.particles)


def fake_runs(
    scenario: Scenario, detector: str, particles: int, seed: int, place: Path
) -> list[FakeRun]:
    """Runs of all kinds that come to a detector and can be simulated.

    Parameters
    ----------
    scenario, detector, particles, seed, place
        As of `FakeRun`.
    """
    there = entering(scenario, detector, laws=True)
    kinds = [kind for kind in SAMPLES if kind in there and there[kind].any()]
    return [FakeRun(scenario, detector, kind, particles, seed, place) for kind in kinds]


class _Setting(NamedTuple):
    """What chunks of one design share."""

    stack: Stack
    job: Job
    engine: Engine
    neutrons: Callable[[], Interactions]


@lru_cache(maxsize=1)
def _setting(layers: str) -> _Setting:
    """Geant4 and the reconstruction of a design: setting them up takes as long as many particles.

    Parameters
    ----------
    layers
        As of `simulate_chunk`, JSON.
    """
    plain = json.loads(layers)
    physics = Geant4Section(**plain["geant4"])
    width, height = plain["size"]
    stack = StackSection(**plain["stack"]).build((width, height))
    cuts = ReconstructionSection(**{**plain["reconstruction"], "four_dimensional": True})
    built, data = physics.build(), find(physics.data)
    return _Setting(
        stack,
        Job(EmulsionSection(**plain["emulsion"]), cuts),
        Engine(stack, built, data),
        cache(lambda: interactions(stack, built, data)),
    )


def simulate_chunk(
    layers: Mapping[str, Any], kind: str, chunk: int, number: int, seed: int
) -> dict[str, Any]:
    """Simulate and reconstruct particles of one chunk.

    Parameters
    ----------
    layers
        Sections ``stack``, ``emulsion``, ``reconstruction`` and ``geant4`` of the scenario, and
        the ``size`` of the detector across its axis in m.
    kind
        Kind of the particles.
    chunk, number
        Number of the chunk, and of its particles.
    seed
        Of the run.

    Returns
    -------
    dict
        ``rows`` of `wayside.candidates.schema.ROW`, with the sampling density of one particle.
    """
    sample, setting = SAMPLES[kind], _setting(json.dumps(layers, sort_keys=True))
    # By its name, so that another kind in the list changes nothing.
    own = zlib.crc32(kind.encode())
    draws, response = np.random.SeedSequence((seed, own, chunk)).spawn(2)
    rng = np.random.default_rng(draws)
    first = int(np.random.SeedSequence((seed, own)).generate_state(1)[0])
    follow = _follow_muons if sample.adding else _follow
    parts = follow(setting, sample, number, rng, (first, chunk))
    answers = np.random.default_rng(response)
    return {"rows": np.concatenate([_rows(part, setting, answers) for part in parts])}


class _Part(NamedTuple):
    """Events of a chunk that are reconstructed alike.

    Attributes
    ----------
    made
        The events.
    copies
        Events of one particle.
    counted
        Whether vertices with marked tracks count, or those without; None for all.
    fraction
        Particles of which they are, for each of the chunk.
    first
        Number of the first event.
    """

    made: BeamEvents
    copies: int = 1
    counted: bool | None = None
    fraction: float = 1.0
    first: int = 0


def _follow(
    setting: _Setting,
    sample: FakeSample,
    number: int,
    rng: np.random.Generator,
    seed: tuple[int, int],
) -> list[_Part]:
    """Particles of which each is an event, or each copy of a neutron."""
    engine, beam = setting.engine, sample.beam
    if sample.cascading is None:
        return [_Part(beam_events(engine, beam, number, rng, chunk_seed(*seed)))]
    how = sample.cascading
    return [_Part(cascade_events(engine, setting.neutrons(), beam, how, number, rng, seed))]


def _follow_muons(
    setting: _Setting,
    sample: FakeSample,
    number: int,
    rng: np.random.Generator,
    seed: tuple[int, int],
) -> list[_Part]:
    """Muons of nature, and some with collisions of their own."""
    assert sample.adding is not None
    engine, beam, how = setting.engine, sample.beam, sample.adding
    first, chunk = seed
    nature = marked_events(engine, beam, how, number, rng, chunk_seed(first, chunk))
    some = max(1, round(ADDED * number))
    added = added_events(engine, beam, how, some, rng, (first + 1, chunk))
    return [
        _Part(nature, counted=False),
        _Part(added, how.copies, True, some / number, ADDED_FIRST),
    ]


def _rows(part: _Part, setting: _Setting, rng: np.random.Generator) -> StructuredArray:
    """Candidates of a part of a chunk."""
    made = part.made
    origin = Origin(made.primaries, made.density, np.zeros(0, DECAY))
    described, _ = candidates_of_copies(
        made.crossings, origin, setting.job, setting.stack, part.copies, rng
    )
    if part.counted is not None:
        described = counted(described, made.marked, only=part.counted)
    rows = described.rows
    rows["sampling_density"] *= part.fraction
    rows["event"] += part.first
    return rows
