"""Designs simulated on demand: decays of the recommended one and of the front, beside their law.

A few decays of the first run are simulated before, one after the other, for the time that the rest
will take.
"""

import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from wayside.designing.design import Design
from wayside.designing.evaluation import Trial
from wayside.designing.simulated import (
    SimulatedDesign,
    SimulationSettings,
    at_couplings,
    simulated_design,
)
from wayside.designing.simulated_fakes import require_fakes
from wayside.detector.box import require_box
from wayside.errors import InputError
from wayside.files import scratch_folder, write_text
from wayside.generator.events import EventGenerator
from wayside.reading import read_json, sealed_json
from wayside.reconstruction.beam_rows import require_kept
from wayside.results.decay_run import DecayRun, Progress, with_blocks
from wayside.results.fake_run import FakeRun, fake_runs
from wayside.results.simulation import simulate
from wayside.scenario import Scenario
from wayside.scenario.model import is_pair
from wayside.text import duration
from wayside.transport.datasets import find
from wayside.transport.engine import require_calzone

PILOT: Final = 16
"""Decays whose simulation is timed before the others."""

PILOT_CHUNK: Final = 4

RECONSTRUCTION: Final = 0.15
"""Time of the reconstruction over that of Geant4, an estimate."""

PACE: Final = "pace.json"

FAKES: Final = "fakes"
"""Folder of background particles beside those of decays."""

Say = Callable[[str], object]


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


def check_simulation(scenario: Scenario, settings: SimulationSettings) -> None:
    """Refuse what cannot be simulated, before designs are computed.

    Parameters
    ----------
    scenario
        The scenario whose designs are to be simulated.
    settings
        Whether background particles are simulated, too.

    Raises
    ------
    InputError
        If the packages of the simulation are missing, the scenario's efficiency is not a simulated
        one, a signal detector is no box, or the model's decays have no generator; with background
        particles also if the scenario has no simulated background after a search.
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
    if settings.particles:
        require_fakes(scenario)
        require_kept(scenario.emulsion, scenario.reconstruction)


def timed_pace(run: DecayRun, place: Path) -> Pace:
    """Time a few decays of a run, or read what was timed before.

    Parameters
    ----------
    run
        Whose first decays are simulated.
    place
        Folder of all runs, where the result is kept.
    """
    path = place / PACE
    if path.is_file():
        known = read_json(path)
        return Pace(float(known["start_s"]), float(known["decay_s"]))
    number = min(PILOT, len(run.followed.events))
    seconds: list[float] = []
    begin = time.monotonic()
    with scratch_folder() as scratch:
        simulate(
            run.scenario,
            run.chosen(number),
            scratch / "run",
            detector=run.detector,
            seed=run.seed,
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
        runs = [_runs(design, trial, settings, folder) for trial in trials]
        fakes = [_fake_runs(design, trial, settings, folder) for trial in trials]
        if say is not None:
            say(_time_words([run for group in runs for run in group], folder, workers))
            if settings.particles:
                say(_fake_words([run for group in fakes for run in group], workers))
        evaluator = design.plan.evaluator
        return tuple(
            simulated_design(
                evaluator,
                trial,
                [run.run(workers, progress, report) for run in group],
                [run.run(workers, progress) for run in beside],
            )
            for trial, group, beside in zip(trials, runs, fakes, strict=True)
        )


def simulated_trials(design: Design, settings: SimulationSettings) -> list[Trial]:
    """The designs to simulate: the recommended one, then the others of the front if asked for."""
    if design.best is None:
        return []
    others = [trial for trial in design.front if trial.values != design.best.values]
    return [design.best, *(others if settings.front else [])]


def _runs(
    design: Design, trial: Trial, settings: SimulationSettings, folder: Path
) -> list[DecayRun]:
    scenario = at_couplings(design.plan.evaluator, trial)
    seed = design.plan.settings.seed
    return [
        DecayRun(with_blocks(scenario, name), name, settings.decays, seed, folder)
        for name in scenario.signal
    ]


def _fake_runs(
    design: Design, trial: Trial, settings: SimulationSettings, folder: Path
) -> list[FakeRun]:
    if not settings.particles:
        return []
    scenario, seed = at_couplings(design.plan.evaluator, trial), design.plan.settings.seed
    return [
        run
        for name in scenario.signal
        for run in fake_runs(
            with_blocks(scenario, name), name, settings.particles, seed, folder / FAKES
        )
    ]


def _fake_words(runs: Sequence[FakeRun], workers: int) -> str:
    """How many background particles are left, and how long they will take.

    One chunk of each kind is simulated for it: Geant4 takes very different times for them.
    """
    particles = sum(run.particles for run in runs)
    head = f"simulation of {particles} background particles of {len(runs)} kinds"
    pace: dict[str, float] = {}
    for run in runs:
        if run.missing and run.kind not in pace:
            pace[run.kind] = run.timed()
    left = sum(run.missing for run in runs)
    if not left:
        return f"{head}: all there"
    seconds = sum(pace[run.kind] * run.missing for run in runs if run.missing) / workers
    by = "1 process" if workers == 1 else f"{workers} processes"
    return f"{head}, {left} of them left: about {duration(seconds)} with {by}"


def _time_words(runs: Sequence[DecayRun], folder: Path, workers: int) -> str:
    """How many decays are left, and how long they will take."""
    missing = [run.missing for run in runs]
    decays = sum(run.decays for run in runs)
    number = sum(len(run.followed.events) for run in runs)
    head = f"simulation of {decays} decays in {len(runs)} detectors, {number} followed"
    if len(runs) == 1:
        head = f"simulation of {decays} decays, {number} followed"
    if not any(missing):
        return f"{head}: all there"
    first = next(run for run, left in zip(runs, missing, strict=True) if left)
    pace = timed_pace(first, folder)
    starts = pace.start * sum(left > 0 for left in missing)
    seconds = starts + (1.0 + RECONSTRUCTION) * pace.decay * sum(missing) / workers
    left = "" if sum(missing) == number else f", {sum(missing)} of them left"
    by = "1 process" if workers == 1 else f"{workers} processes"
    return f"{head}{left}: about {duration(seconds)} with {by}"
