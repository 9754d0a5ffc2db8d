"""A folder with a reconstruction and what it follows from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from wayside.files import FIGURE_FORMATS
from wayside.reconstruction.run import SUMMARY
from wayside.results.provenance import FILE, Figures, read_provenance
from wayside.results.reconstruction import Reconstruction, reconstruct
from wayside.results.saving import NONE, Progress, Saved
from wayside.scenario import Scenario
from wayside.transport.engine import KINDS
from wayside.transport.plan import DESCRIPTION, PRIMARIES

_SIMULATED = {
    f"{Path(name).stem}{FILE}": name
    for name in (DESCRIPTION, PRIMARIES, *(f"{kind}.parquet" for kind in KINDS))
}
"""Files of the simulated run, by the input that names them."""


@dataclass(frozen=True, eq=False, repr=False)
class ReconstructionFiles(Saved):
    """A reconstruction that is saved in a folder, or can be.

    Parameters
    ----------
    scenario
        Films and cuts.
    run_folder
        Of the simulated run.
    settings
        ``seed``, ``together``, ``grains`` and ``tile`` of `wayside.reconstruct`.
    """

    scenario: Scenario
    run_folder: Path
    settings: Mapping[str, Any]

    kind: ClassVar = "reconstruction"
    claims_folder: ClassVar = True

    def inputs(self) -> dict[str, Any]:
        """The scenario, the files of the simulated run, and the settings."""
        folder = self.run_folder.absolute()
        files = {name: str(folder / file) for name, file in _SIMULATED.items()}
        return {**super().inputs(), **files, **self.settings}

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Prepare it, as `wayside.results.saving.Saved.compute`; saving reconstructs."""
        settings = dict(options)
        folders = {Path(settings.pop(name)).parent for name in _SIMULATED}
        return cls(scenario, folders.pop(), settings)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The reconstruction in a folder."""
        inputs = dict(read_provenance(folder).inputs)
        return cls.compute(Scenario.from_dict(inputs.pop("scenario")), inputs)

    def run(self, folder: Path | str) -> Reconstruction:
        """The reconstruction in a folder: complete, or made from where it was.

        Parameters
        ----------
        folder
            Where it is kept.
        """
        return reconstruct(self.run_folder, folder, scenario=self.scenario, **self.settings)

    def texts(self) -> dict[str, bytes | str]:
        """No tables beside those of the reconstruction."""
        return {}

    def save(
        self,
        folder: Path | str,
        progress: Callable[[str], object] | None = None,
        *,
        formats: Sequence[str] = FIGURE_FORMATS[:2],
        **options: Any,
    ) -> list[Path]:
        """Reconstruct in a folder, and write more than the tables and ``provenance.json``.

        Parameters
        ----------
        folder
            Made if it is not there.
        progress
            Called with a line of text before the reconstruction.
        formats
            Formats of figures.
        options
            ``root`` and ``display``, as for the reconstruction's own ``save``.

        Returns
        -------
        list of Path
            The files.
        """
        if progress is not None:
            progress("reconstruction")
        return self.save_run(self.run(folder), formats=formats, **options)

    def save_run(
        self, run: Reconstruction, *, formats: Sequence[str] = FIGURE_FORMATS[:2], **options: Any
    ) -> list[Path]:
        """Write the same for one that is complete."""
        more = run.save(formats=formats, **options)
        written = [*run.tables, run.folder / SUMMARY, *more]
        figures = Figures(tuple(formats), options)
        return [*written, self.write_provenance(run.folder, written, figures)]

    def __repr__(self) -> str:
        """One line."""
        return f"<reconstruction of {self.run_folder.name}, seed {self.settings['seed']}>"
