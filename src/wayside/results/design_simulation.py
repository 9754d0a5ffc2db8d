"""Designs simulated on demand: decays through Geant4 and the reconstruction, resumable.

Every design and detector has a folder of its own, named by a hash of all that its decays depend on.
A few decays of the first one are simulated before, one after the other, for the time that the rest
will take.
"""

import hashlib
import json
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.backgrounds.setup import DetectorSetup
from wayside.designing.design import Design
from wayside.designing.evaluation import Trial
from wayside.designing.simulated import (
    Efficiency,
    SimulatedDesign,
    SimulatedDetector,
    SimulationSettings,
    at_couplings,
    law,
    simulated_design,
)
from wayside.detector.box import require_box
from wayside.errors import InputError
from wayside.files import scratch_folder, write_text
from wayside.generator.events import EventGenerator
from wayside.generator.followed import Followed, followed, indirect_events
from wayside.reading import read_json, sealed_json
from wayside.reconstruction.run import origins
from wayside.reconstruction.truth_matching import at_origin
from wayside.results.events import EventSample
from wayside.results.reconstruction import Reconstruction, reconstruct
from wayside.results.simulation import simulate
from wayside.scenario import Scenario
from wayside.scenario.choice import selection_of
from wayside.scenario.model import is_pair
from wayside.selections.names import SELECTED, TIMED, columns
from wayside.sensitivity.selected import selected_map
from wayside.text import duration
from wayside.transport.datasets import find
from wayside.transport.engine import require_calzone
from wayside.transport.plan import is_complete, missing_chunks
from wayside.transport.setup import plan_of
from wayside.typing import FloatArray, IntArray, StructuredArray
from wayside.version import __version__

CHUNK: Final = 50
"""Decays that are simulated together: at most so many are lost when a run is killed."""

PILOT: Final = 16
"""Decays whose simulation is timed before the others."""

PILOT_CHUNK: Final = 4

RECONSTRUCTION: Final = 0.15
"""Time that the reconstruction takes over that of Geant4, as measured for the study's detector."""

PACE: Final = "pace.json"

Say = Callable[[str], object]
Progress = Callable[[int, int], object]


class Pace(NamedTuple):
    """How long the simulation takes on one core.

    Attributes
    ----------
    start
        Seconds until Geant4 has started.
    decay
        Seconds for a decay that is followed.
    """

    start: float
    decay: float


def check_simulation(scenario: Scenario) -> None:
    """Refuse what cannot be simulated, before designs are computed.

    Parameters
    ----------
    scenario
        The scenario whose designs are to be simulated.

    Raises
    ------
    InputError
        If the packages of the simulation are missing, the scenario's efficiency is not a simulated
        one, a signal detector is no box, or the model's decays have no generator.
    """
    if not scenario.run.simulates_efficiency:
        raise InputError(
            f'run.efficiency = "{scenario.run.efficiency}": a simulation of the design stands'
            ' beside the simulated efficiency; set run.efficiency = "simulated"'
        )
    require_calzone()
    find(scenario.geant4.data)
    for name in scenario.signal:
        require_box(scenario.detectors[name].build(), name, "layers to simulate")
    if not is_pair(scenario.model):
        EventGenerator(scenario, scenario.signal)


@dataclass(frozen=True, eq=False)
class _Task:
    """One detector of one design."""

    scenario: Scenario
    """At the couplings of the design, with the blocks that fit."""
    detector: str
    decays: int
    seed: int
    place: Path
    """Folder of all tasks."""

    @cached_property
    def sample(self) -> EventSample:
        """All decays."""
        return EventSample(EventGenerator(self.scenario, (self.detector,)), self.decays, self.seed)

    @cached_property
    def primaries(self) -> StructuredArray:
        """Visible products of all decays."""
        return self.sample.primaries(self.detector)

    @cached_property
    def followed(self) -> Followed:
        """Decays that are followed."""
        setup = DetectorSetup(self.scenario, self.detector)
        return followed(self.primaries, 1e3 * setup.target.depth)

    def chosen(self, number: int | None = None) -> StructuredArray:
        """Products of the decays that are followed, or of the first of them."""
        return self.primaries[np.isin(self.primaries["event"], self.followed.events[:number])]

    @cached_property
    def folder(self) -> Path:
        """Where it is kept."""
        inputs = {
            "wayside": __version__,
            "scenario": self.scenario.to_dict(),
            "detector": self.detector,
            "decays": self.decays,
            "seed": self.seed,
        }
        digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
        return self.place / f"{digest[:16]}-{self.detector}"

    @property
    def missing(self) -> int:
        """Followed decays that are not simulated yet, up to whole chunks."""
        number = len(self.followed.events)
        if not number:
            return 0
        if not self.folder.is_dir():
            return number
        if is_complete(self.folder):
            return 0
        plan = plan_of(
            self.scenario,
            self.chosen(),
            detector=self.detector,
            seed=self.seed,
            events_per_chunk=CHUNK,
        )
        return min(number, CHUNK * len(missing_chunks(plan, self.folder)))

    def run(self, workers: int, progress: Progress | None, report: Any) -> SimulatedDetector:
        """Simulate and reconstruct what is missing."""
        return SimulatedDetector(
            self.detector,
            self.decays,
            len(self.followed.events),
            float(self.sample.header()["detectors"][0]["expected_events"]),
            self._direct(workers, progress, report),
            law(self.scenario, self.detector),
        )

    def _direct(
        self, workers: int, progress: Progress | None, report: Any
    ) -> dict[str, Efficiency]:
        stages = columns(self.scenario.selection)
        if not len(self.followed.events):
            return dict.fromkeys(stages, fraction(np.zeros(0), self.decays))
        run = simulate(
            self.scenario,
            self.chosen(),
            self.folder,
            detector=self.detector,
            seed=self.seed,
            workers=workers,
            events_per_chunk=CHUNK,
            progress=progress,
            report=report,
        )
        kept: dict[str, Efficiency] = {}
        timed = self.scenario.with_values({"run.selection": TIMED})
        for name, scenario in ((TIMED, timed), (SELECTED, self.scenario)):
            if name not in stages:
                continue
            result = reconstruct(
                run, self.folder / name, scenario=scenario, seed=self.seed, workers=workers
            )
            for stage, probability in probabilities(result, self.chosen(), self._anywhere).items():
                weights = self.followed.weights
                known = fraction(weights * _of(self.followed.events, probability), self.decays)
                kept[stage] = self._in_films(known) if stage == SELECTED else known
        return {stage: kept[stage] for stage in stages}

    @cached_property
    def _anywhere(self) -> IntArray:
        """Decays whose vertices count wherever they lie, as in the tables of the law.

        Those of an excited state count where it decays.
        """
        return (
            np.zeros(0, np.int64)
            if is_pair(self.scenario.model)
            else (indirect_events(self.chosen()))
        )

    def _in_films(self, known: Efficiency) -> Efficiency:
        """What films with the tracks of the exposure keep: followed decays are in empty ones."""
        selection = selection_of(self.scenario)
        assert selection is not None
        films = selected_map(self.scenario, selection)
        error = np.hypot(known.error, known.value * films.scale_error)
        return Efficiency(films.scale * known.value, films.scale * float(error))


def probabilities(
    result: Reconstruction, primaries: StructuredArray, anywhere: IntArray
) -> dict[str, Mapping[int, float]]:
    """Probabilities with which decays of a reconstructed run are kept, by stage and event.

    Parameters
    ----------
    result
        The reconstruction; with a table of candidates, that of their selection.
    primaries
        Rows of `wayside.generator.records.PRIMARY` that were simulated.
    anywhere
        Events whose vertices count wherever they lie; all others where the decay was.

    Returns
    -------
    dict
        ``"selected"`` of candidates; else ``"vertex"`` and ``"timed"``, each of probability 1.
        Events that are not there have probability 0.
    """
    if result.has_candidates:
        rows = result.candidates
        rows = rows[rows["at_origin"] | np.isin(rows["event"], anywhere)]
        best: dict[int, float] = {}
        for event, value in zip(rows["event"].tolist(), rows["probability"].tolist(), strict=True):
            best[event] = max(value, best.get(event, 0.0))
        return {SELECTED: best}
    vertices = result.vertices
    good = vertices[at_origin(vertices, origins(primaries)) | np.isin(vertices["event"], anywhere)]
    timed = good[(good["times"] == 1) & ~good["vetoed"]]
    return {
        "vertex": dict.fromkeys(good["event"].tolist(), 1.0),
        TIMED: dict.fromkeys(timed["event"].tolist(), 1.0),
    }


def _of(events: IntArray, probability: Mapping[int, float]) -> FloatArray:
    return np.array([probability.get(event, 0.0) for event in events.tolist()])


def fraction(kept: FloatArray, decays: int) -> Efficiency:
    """Fraction of decays that is kept, and its standard error.

    Parameters
    ----------
    kept
        Weights times probabilities of the decays that were followed, shape (n,).
    decays
        Decays that were generated.

    Returns
    -------
    Efficiency
        The variance has one more decay, so that none is no certain 0.

    Examples
    --------
    >>> [round(part, 4) for part in fraction(np.ones(25), 100)]
    [0.25, 0.0444]
    """
    value = float(kept.sum()) / decays
    variance = max(float((kept**2).sum()) - decays * value**2, 0.0) + 1.0
    return Efficiency(value, float(np.sqrt(variance)) / decays)


def timed_pace(task: _Task, place: Path) -> Pace:
    """Time a few decays of a task, or read what was timed before.

    Parameters
    ----------
    task
        Whose first decays are simulated.
    place
        Folder of all tasks, where the result is kept.
    """
    path = place / PACE
    if path.is_file():
        known = read_json(path)
        return Pace(float(known["start_s"]), float(known["decay_s"]))
    number = min(PILOT, len(task.followed.events))
    seconds: list[float] = []
    begin = time.monotonic()
    with scratch_folder() as scratch:
        simulate(
            task.scenario,
            task.chosen(number),
            scratch / "run",
            detector=task.detector,
            seed=task.seed,
            events_per_chunk=PILOT_CHUNK,
            progress=lambda *_: seconds.append(time.monotonic() - begin),
        )
    # The first call is before the first chunk, and the first chunk has the start of Geant4 in it.
    after = number - PILOT_CHUNK
    decay = (seconds[-1] - seconds[1]) / after if after > 0 else seconds[-1] / number
    pace = Pace(max(seconds[1] - PILOT_CHUNK * decay, 0.0) if after > 0 else 0.0, decay)
    write_text(path, sealed_json({"start_s": pace.start, "decay_s": pace.decay}) + "\n")
    return pace


def simulate_designs(
    design: Design,
    settings: SimulationSettings,
    folder: Path,
    *,
    workers: int = 1,
    say: Say | None = None,
    progress: Progress | None = None,
    report: Callable[[Any], object] | None = None,
) -> tuple[SimulatedDesign, ...]:
    """Simulate decays in the recommended design, and in those of the front if asked for.

    Parameters
    ----------
    design
        The study, whose seed the decays have as well.
    settings
        How many decays, and of which designs.
    folder
        Where simulated decays are kept; a run that was killed goes on from there.
    workers
        Number of processes; the result does not depend on it.
    say
        Called with a line of text that says how long it will take, before it begins.
    progress
        Called with the number of chunks that are done, and of all, of one detector of a design.
    report
        Called for each process that died.

    Returns
    -------
    tuple of SimulatedDesign
        The recommended design first; none where no design is allowed.

    Raises
    ------
    InputError
        If a design cannot be simulated.
    wayside.transport.run.SimulationError
        If Geant4 failed twice at the same decays.
    """
    trials = simulated_trials(design, settings)
    if not trials:
        return ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tasks = [_tasks(design, trial, settings, folder) for trial in trials]
        if say is not None:
            say(_time_words([task for group in tasks for task in group], folder, workers))
        evaluator = design.plan.evaluator
        return tuple(
            simulated_design(
                evaluator, trial, [task.run(workers, progress, report) for task in group]
            )
            for trial, group in zip(trials, tasks, strict=True)
        )


def simulated_trials(design: Design, settings: SimulationSettings) -> list[Trial]:
    """The designs to simulate: the recommended one, then the others of the front if asked for."""
    if design.best is None:
        return []
    others = [trial for trial in design.front if trial.values != design.best.values]
    return [design.best, *(others if settings.front else [])]


def _tasks(design: Design, trial: Trial, settings: SimulationSettings, folder: Path) -> list[_Task]:
    scenario = at_couplings(design.plan.evaluator, trial)
    seed = design.plan.settings.seed
    return [
        _Task(_with_blocks(scenario, name), name, settings.decays, seed, folder)
        for name in scenario.signal
    ]


def _with_blocks(scenario: Scenario, detector: str) -> Scenario:
    """The scenario with as many blocks as fit into a detector."""
    blocks = DetectorSetup(scenario, detector).blocks
    return scenario.with_values({"stack.blocks": blocks})


def _time_words(tasks: Sequence[_Task], folder: Path, workers: int) -> str:
    """How many decays are left, and how long they will take."""
    missing = [task.missing for task in tasks]
    decays = sum(task.decays for task in tasks)
    number = sum(len(task.followed.events) for task in tasks)
    head = f"simulation of {decays} decays in {len(tasks)} detectors, {number} followed"
    if len(tasks) == 1:
        head = f"simulation of {decays} decays, {number} followed"
    if not any(missing):
        return f"{head}: all there"
    first = next(task for task, left in zip(tasks, missing, strict=True) if left)
    pace = timed_pace(first, folder)
    starts = pace.start * sum(left > 0 for left in missing)
    seconds = starts + (1.0 + RECONSTRUCTION) * pace.decay * sum(missing) / workers
    left = "" if sum(missing) == number else f", {sum(missing)} of them left"
    by = "1 process" if workers == 1 else f"{workers} processes"
    return f"{head}{left}: about {duration(seconds)} with {by}"
