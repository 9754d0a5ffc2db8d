"""A folder with a simulated run and what it follows from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from wayside.files import FIGURE_FORMATS
from wayside.processes import cores
from wayside.results.provenance import FILE, Figures, read_provenance
from wayside.results.saving import NONE, Progress, Saved
from wayside.results.simulation import Simulation, simulate
from wayside.scenario import Scenario
from wayside.transport.plan import DESCRIPTION, PRIMARIES

PARTICLES = f"particles{FILE}"
"""Input that names the particles: a file of events, or the primaries of the run itself."""


@dataclass(frozen=True, eq=False, repr=False)
class SimulationFiles(Saved):
    """A run of the simulation that is saved in a folder, or can be.

    Parameters
    ----------
    scenario
        Layers of the detector, physics list and data sets.
    particles
        File of what enters: of ``wayside events``, or the primaries of a run.
    settings
        ``detector``, ``seed`` and ``events_per_chunk`` of `wayside.simulate`.
    workers
        Number of processes, on which nothing depends.
    """

    scenario: Scenario
    particles: Path
    settings: Mapping[str, Any]
    workers: int

    kind: ClassVar = "simulation"
    claims_folder: ClassVar = True

    def inputs(self) -> dict[str, Any]:
        """The scenario, the file of the particles, detector, seed and events per chunk."""
        # The primaries of a run travel with it; a file of events is somewhere else.
        own = self.particles.name == PRIMARIES
        file = PRIMARIES if own else str(self.particles.absolute())
        return {**super().inputs(), PARTICLES: file, **self.settings}

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Prepare a run, as `wayside.results.saving.Saved.compute`; saving simulates it."""
        settings = dict(options)
        return cls(scenario, Path(settings.pop(PARTICLES)), settings, cores())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The run in a folder, which `run` reads and nothing simulates again."""
        inputs = dict(read_provenance(folder).inputs)
        inputs[PARTICLES] = folder / PRIMARIES
        return cls.compute(Scenario.from_dict(inputs.pop("scenario")), inputs)

    def run(
        self, folder: Path | str, progress: Callable[[int, int], object] | None = None
    ) -> Simulation:
        """The run in a folder: complete, or simulated from where it was.

        Parameters
        ----------
        folder
            Where it is kept.
        progress
            Called with the number of chunks done and of all.
        """
        return simulate(
            self.scenario,
            self.particles,
            folder,
            workers=self.workers,
            progress=progress,
            **self.settings,
        )

    def texts(self) -> dict[str, bytes | str]:
        """No tables beside those of the run."""
        return {}

    def save(
        self,
        folder: Path | str,
        progress: Callable[[str], object] | None = None,
        *,
        formats: Sequence[str] = FIGURE_FORMATS[:2],
        **options: Any,
    ) -> list[Path]:
        """Simulate in a folder, and write more than the tables there and ``provenance.json``.

        Parameters
        ----------
        folder
            Made if it is not there.
        progress
            Called with a line of text before the simulation.
        formats
            Formats of figures.
        options
            ``root`` and ``display``, as for the run's own ``save``.

        Returns
        -------
        list of Path
            The files.
        """
        if progress is not None:
            progress("simulation")
        return self.save_run(self.run(folder), formats=formats, **options)

    def save_run(
        self, run: Simulation, *, formats: Sequence[str] = FIGURE_FORMATS[:2], **options: Any
    ) -> list[Path]:
        """Write the same for a run that is complete."""
        more = run.save(formats=formats, **options)
        written = [*run.tables, run.folder / DESCRIPTION, *more]
        figures = Figures(tuple(formats), options)
        return [*written, self.write_provenance(run.folder, written, figures)]

    def __repr__(self) -> str:
        """One line."""
        return f"<simulation of {self.scenario.name}, seed {self.settings['seed']}>"
