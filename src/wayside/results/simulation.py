"""Geant4 through the layers of a detector: a run in a folder, with its tables and figures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from wayside.generator.records import PRIMARY
from wayside.results.events import EventSample
from wayside.results.saving import Drawing, SavedRun
from wayside.scenario import Scenario
from wayside.scenario.choice import detector_of
from wayside.transport.engine import KINDS, require_calzone
from wayside.transport.gun import from_file
from wayside.transport.plan import EVENTS_PER_CHUNK, PRIMARIES, Plan, Recorded, read_run
from wayside.transport.run import Accident, trace
from wayside.transport.run import simulate as run_plan
from wayside.transport.setup import plan_of
from wayside.typing import StructuredArray

Particles = EventSample | Path | str | StructuredArray


@dataclass(frozen=True, repr=False)
class Simulation(SavedRun):
    """A complete run of the simulation in its folder.

    Made by `simulate`.
    """

    scenario: Scenario
    plan: Plan
    folder: Path
    """Holds ``primaries``, ``film``, ``gas`` and ``fibre`` as Parquet files, and ``run.json``."""
    accidents: list[Accident]
    """Workers that died; what they did was simulated again."""

    @cached_property
    def recorded(self) -> Recorded:
        """Primaries and crossings of films, gas and fibres, as structured arrays."""
        return read_run(self.folder)

    def summary(self) -> dict[str, Any]:
        """Plain values, as ``wayside simulate --json`` prints them."""
        recorded = self.recorded
        return {
            **recorded.about,
            "crossings": {kind: len(getattr(recorded, kind)) for kind in KINDS},
            "accidents": [str(accident) for accident in self.accidents],
            "folder": str(self.folder),
            "data_folder": str(self.plan.data.folder),
        }

    @property
    def tables(self) -> list[Path]:
        """Parquet files of the run."""
        return [self.folder / PRIMARIES, *(self.folder / f"{kind}.parquet" for kind in KINDS)]

    root_name = "simulation.root"

    def trees(self) -> dict[str, StructuredArray]:
        """Rows of all tables, by name."""
        return {name: getattr(self.recorded, name) for name in ("primaries", *KINDS)}

    def drawings(self, display: int = 0) -> Iterator[Drawing]:
        """Paths of the first events, and the deposits of the first particle in films."""
        if not display:
            return
        from wayside.plotting.event_display import deposit_figure, event_display

        recorded, stack = self.recorded, self.plan.stack
        drawn = np.unique(recorded.primaries["event"])[:display]
        few = replace(
            self.plan,
            primaries=self.plan.primaries[np.isin(self.plan.primaries["event"], drawn)],
            events_per_chunk=display,
        )
        tracks, points = trace(few)
        yield Drawing("event-display", lambda: event_display(stack, tracks, points))
        film = recorded.film[recorded.film["event"] == drawn[0]]
        first = film[film["track"] == 1]
        if len(first):
            yield Drawing("deposits", lambda: deposit_figure(first, self._title()))

    def _title(self) -> str:
        return f"{self.scenario.name}, {self.plan.events} events, seed {self.plan.seed}"

    def __repr__(self) -> str:
        """One line."""
        return f"<simulation of {self.plan.events} events in {self.folder}, seed {self.plan.seed}>"


def simulate(
    scenario: Scenario,
    particles: Particles,
    folder: Path | str,
    *,
    detector: str | None = None,
    seed: int = 1,
    workers: int = 1,
    events_per_chunk: int = EVENTS_PER_CHUNK,
    progress: Callable[[int, int], object] | None = None,
    report: Callable[[Accident], object] | None = None,
) -> Simulation:
    """Follow particles through plates, films, gas and fibres with Geant4.

    A run that was stopped goes on where it was, with the same call.

    Parameters
    ----------
    scenario
        Layers of the detector, physics list and data sets.
    particles
        What enters: events of `wayside.events`, a file of them, or rows of
        `wayside.generator.records.PRIMARY` such as those of `wayside.particle_gun`.
    folder
        Where the run is kept; made if it is not there.
    detector
        Name of the detector, the first one for the signal unless given.
    seed
        The result follows from it, whatever the number of workers.
    workers
        Number of processes.
    events_per_chunk
        Events that are simulated together and kept in one file until the run is complete.
    progress
        Called with the number of chunks done and of all.
    report
        Called for each worker that died.

    Returns
    -------
    Simulation
        The complete run, for `wayside.reconstruct`.

    Raises
    ------
    InputError
        If the folder holds another run, the layers do not fit into the detector, a particle is
        unknown, or the packages of ``wayside[simulation]`` are missing.
    SimulationError
        If Geant4 failed twice at the same events; the others are kept.

    Examples
    --------
    >>> import tempfile, wayside
    >>> small = {"stack.blocks": 1, "stack.layers": 4, "stack.shield": 0, "stack.fibres": 0}
    >>> scenario = wayside.load_scenario("belle2-forward", small)
    >>> muons = wayside.particle_gun(["mu-"], "1 GeV", 2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = wayside.simulate(scenario, muons, folder)
    ...     films = run.summary()["crossings"]["film"]
    >>> films >= 16
    True
    """
    require_calzone()
    name = detector_of(scenario, detector)
    plan = plan_of(
        scenario,
        _rows(particles, name),
        detector=name,
        seed=seed,
        events_per_chunk=events_per_chunk,
    )
    accidents = run_plan(plan, Path(folder), workers, progress, report)
    return Simulation(scenario, plan, Path(folder), accidents)


def _rows(particles: Particles, detector: str) -> StructuredArray:
    """Rows of `PRIMARY` in increasing order of events."""
    if isinstance(particles, EventSample):
        rows = particles.primaries(detector)
    elif isinstance(particles, Path | str):
        return from_file(Path(particles), detector)
    else:
        rows = np.asarray(particles, dtype=PRIMARY)
    return rows[np.argsort(rows["event"], kind="stable")]
