"""Samples of decays in a detector: in memory, as files, as particles for the simulation."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wayside.errors import InputError, OutputError
from wayside.generator.events import EventGenerator, Events
from wayside.generator.formats import SUFFIXES, suffix_kind, write_events
from wayside.generator.formats.columns import event_columns, particle_columns
from wayside.generator.formats.primaries import box_of, primaries
from wayside.scenario import Scenario
from wayside.typing import StructuredArray

Progress = Callable[[int, int], object]
"""Called with the number of events done and of all."""


class EventSample:
    """Unweighted decays of the long-lived particle in the detectors of a scenario.

    Made by `events`. The events are generated anew, block by block and always the same, whenever
    they are asked for, so that a sample may be larger than memory.

    Parameters
    ----------
    generator
        Generator at the scenario's own point.
    number
        Events in the sample.
    seed
        The events follow from it alone; the first of many are those of few.
    """

    def __init__(self, generator: EventGenerator, number: int, seed: int) -> None:
        self.generator = generator
        self.number = number
        self.seed = seed

    @property
    def scenario(self) -> Scenario:
        """The scenario whose point it is."""
        return self.generator.scenario

    @property
    def detectors(self) -> tuple[str, ...]:
        """Names of the detectors, in the order of ``Events.detector``."""
        return self.generator.detectors

    def __len__(self) -> int:
        """Count the events."""
        return self.number

    def blocks(self, progress: Progress | None = None) -> Iterator[Events]:
        """Generate the events, tens of thousands at a time."""
        done = 0
        for block in self.generator.blocks(self.number, self.seed):
            yield block
            done += len(block.event)
            if progress is not None:
                progress(done, self.number)

    def header(self) -> dict[str, Any]:
        """Cross-section, expected events and all else that a reader needs, as plain values."""
        return self.generator.header(self.number, self.seed)

    def counts(self) -> dict[str, int]:
        """How many proposals the last pass over `blocks` took, and flights it used twice."""
        return {
            "proposals": self.generator.proposed,
            "kept": self.generator.kept,
            "repeated_flights": self.generator.repeated,
        }

    def primaries(self, detector: str | None = None) -> StructuredArray:
        """Visible particles as the detector simulation wants them.

        Parameters
        ----------
        detector
            Name of one of the detectors, the first unless given.

        Returns
        -------
        ndarray
            Rows of `wayside.generator.records.PRIMARY` in the frame of the detector: mm, MeV, ns.

        Raises
        ------
        InputError
            If the detector is not one of the sample, or no box.
        """
        name = self.detectors[0] if detector is None else detector
        box = box_of(self.scenario, name)
        if name not in self.detectors:
            raise InputError(f"detector {name}: not one of {', '.join(self.detectors)}")
        index = self.detectors.index(name)
        parts = [
            primaries(box, event_columns(block), particle_columns(block), block.offsets, index)
            for block in self.blocks()
        ]
        return np.concatenate(parts)

    def save(
        self, path: Path | str, kind: str = "parquet", progress: Progress | None = None
    ) -> Path:
        """Write the events to a file that is whole or not there.

        Parameters
        ----------
        path
            A file that ends like its format, or a folder for ``events.parquet`` (or the like).
        kind
            ``"parquet"``, ``"root"``, ``"hepmc"`` or ``"lhe"``.
        progress
            Called with the number of events done and of all.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            If the packages of the format are missing, or no events turn up.
        OutputError
            If the file cannot be written.
        """
        file = event_file(Path(path), kind)
        write_events(kind, file, self.header(), self.blocks(progress), self.counts)
        return file

    def __repr__(self) -> str:
        """One line."""
        names = ", ".join(self.detectors)
        return f"<{self.number} events of {self.scenario.name} in {names}, seed {self.seed}>"


def events(
    scenario: Scenario, number: int = 10_000, *, seed: int = 1, detectors: Sequence[str] = ()
) -> EventSample:
    """Generate unweighted decays of the long-lived particle in the detectors of a scenario.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    number
        Events in the sample.
    seed
        The same seed gives the same events.
    detectors
        Names of detectors, all unless given; events fall into them in proportion to their yields.

    Returns
    -------
    EventSample
        To be looked at, saved, or handed to `wayside.simulate`.

    Raises
    ------
    InputError
        If there is no such detector, if no long-lived particle reaches any, if it never decays, or
        if what it decays to is not known.

    Examples
    --------
    >>> import wayside
    >>> sample = wayside.events(wayside.load_scenario("belle2-forward"), 100, detectors=["A"])
    >>> sample
    <100 events of belle2-forward in A, seed 1>
    >>> sum(len(block.event) for block in sample.blocks())
    100
    """
    return EventSample(EventGenerator(scenario, detectors), number, seed)


def event_file(path: Path, kind: str) -> Path:
    """File of events that a path stands for: itself, or one in the folder of that name.

    Raises
    ------
    OutputError
        If a folder has the name of the file.
    """
    is_file = suffix_kind(path.suffix) == kind and not path.is_dir()
    file = path if is_file else path / f"events{SUFFIXES[kind]}"
    if file.is_dir():
        raise OutputError(f"{file}: a folder is in the way")
    return file
