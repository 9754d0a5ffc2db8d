"""A folder with a file of events and what it follows from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from wayside.results.events import EventSample, event_file, events
from wayside.results.events import Progress as Counted
from wayside.results.provenance import Figures, read_provenance
from wayside.results.saving import NONE, Progress, Saved
from wayside.scenario import Scenario


@dataclass(frozen=True, eq=False, repr=False)
class EventFiles(Saved):
    """Events of a scenario as a file of one format.

    Parameters
    ----------
    sample
        The events, from `wayside.events`.
    format
        ``"parquet"``, ``"root"``, ``"hepmc"`` or ``"lhe"``.
    """

    sample: EventSample
    format: str = "parquet"

    kind: ClassVar = "events"

    @property
    def scenario(self) -> Scenario:
        """The scenario whose point it is."""
        return self.sample.scenario

    def inputs(self) -> dict[str, Any]:
        """The scenario, number, seed, detectors and format."""
        return {
            **super().inputs(),
            "number": self.sample.number,
            "seed": self.sample.seed,
            "detectors": list(self.sample.detectors),
            "format": self.format,
        }

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Prepare events, as `wayside.results.saving.Saved.compute`; saving generates them."""
        named = dict(options)
        kind = named.pop("format", "parquet")
        return cls(events(scenario, **named), kind)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The same events as those in a folder, which are generated again when asked for."""
        inputs = dict(read_provenance(folder).inputs)
        return cls.compute(Scenario.from_dict(inputs.pop("scenario")), inputs)

    def texts(self) -> dict[str, bytes | str]:
        """No tables beside the file."""
        return {}

    def save(
        self,
        folder: Path | str,
        progress: Callable[[str], object] | None = None,
        *,
        formats: Sequence[str] = (),
        counted: Counted | None = None,
        **options: Any,  # noqa: ARG002
    ) -> list[Path]:
        """Write the events and ``provenance.json`` into a folder.

        Parameters
        ----------
        folder
            Made if it is not there.
        progress
            Called with a line of text before the events are generated.
        formats
            Formats of figures, of which there are none.
        counted
            Called with the number of events done and of all.
        options
            None: there are no figures that they could be for.

        Returns
        -------
        list of Path
            The files.

        Raises
        ------
        InputError
            If the packages of the format are missing, or no events turn up.
        OutputError
            If something cannot be written.
        """
        target = Path(folder)
        if progress is not None:
            progress("events")
        file = self.sample.save(event_file(target, self.format), self.format, counted)
        return [file, self.write_provenance(target, [file], Figures(tuple(formats), {}))]

    def __repr__(self) -> str:
        """One line."""
        return f"{self.sample!r} as {self.format}"
