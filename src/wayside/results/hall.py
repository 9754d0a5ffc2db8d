"""The hall of a scenario as a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wayside.backgrounds.surroundings import all_obstructed, words
from wayside.files import write_files
from wayside.scenario import Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class HallDrawing:
    """Plan and elevation of a scenario's hall, detectors with their lead, and beams, to scale."""

    scenario: Scenario

    @property
    def notes(self) -> list[str]:
        """A line for each detector whose lead or fibres stand in bodies of the hall."""
        blocked = all_obstructed(self.scenario)
        return [words(name, obstructed) for name, obstructed in blocked.items()]

    def figure(self) -> "Figure":
        """Draw it."""
        from wayside.plotting.hall import hall_figure

        return hall_figure(self.scenario)

    def save(
        self, folder: Path | str, name: str = "hall", formats: Sequence[str] = ("png", "pdf")
    ) -> list[Path]:
        """Write the drawing.

        Parameters
        ----------
        folder
            Made if it is not there.
        name
            Name of the files, without ending.
        formats
            Of ``"png"``, ``"pdf"`` and ``"svg"``.

        Returns
        -------
        list of Path
            The files.

        Raises
        ------
        OutputError
            If something cannot be written.
        """
        from wayside.plotting.files import figure_files

        return write_files(Path(folder), figure_files(self.figure(), name, formats=formats))


def draw(scenario: Scenario) -> HallDrawing:
    """Drawing of a scenario's hall.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.

    Examples
    --------
    >>> from wayside import load_scenario
    >>> len(draw(load_scenario("belle2-forward", {"hall.preset": "belle2"})).figure().axes)
    2
    """
    return HallDrawing(scenario)
