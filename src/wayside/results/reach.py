"""Exclusion over a plane, with its figure and files."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from wayside.files import write_files
from wayside.scenario import Scenario
from wayside.sensitivity import result as computed
from wayside.sensitivity.export import tables
from wayside.text import json_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Reach(computed.Reach):
    """What a scenario's detectors exclude over a plane, with its figure and files.

    Everything of `wayside.sensitivity.result.Reach`; a notebook shows the figure.
    """

    def figure(self) -> "Figure":
        """Draw yields, contours and existing limits."""
        from wayside.plotting.reach_figure import reach_figure

        return reach_figure(self)

    def files(self) -> dict[str, bytes | str]:
        """Contents by file name: figure, tables, JSON, and a workspace for pyhf."""
        from wayside.plotting.files import figure_files

        return {
            **figure_files(self.figure(), "reach"),
            **tables(self),
            "result.json": json_text(self.summary()) + "\n",
            "workspace.json": json_text(self.background.workspace()) + "\n",
        }

    def save(self, folder: Path | str) -> list[Path]:
        """Write `files` into a folder, all or none, and return their paths."""
        return write_files(Path(folder), self.files())

    def _repr_html_(self) -> str:
        """Summary for a notebook, with the figure."""
        from wayside.plotting.html import reach_html

        return reach_html(self)


def reach(scenario: Scenario, *, progress: computed.Progress | None = None) -> Reach:
    """Compute what a scenario's detectors exclude over its plane.

    Epsilon is an axis of every plane, and g_D too where ``plane.kind`` is ``epsilon-g_d``: the
    scenario's own ``model.epsilon`` (``model.g_d``) moves no contour. It is the point at which the
    flags are raised and an efficiency is quoted.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    progress
        Called with a line of text before every step.

    Returns
    -------
    Reach
        Yields, contours and limits.

    Raises
    ------
    InputError
        If the plane cannot be made.

    Examples
    --------
    >>> import wayside
    >>> scenario = wayside.load_scenario("belle2-forward", {"plane.points": 20})
    >>> result = wayside.reach(scenario)
    >>> round(result.n_limit, 3)
    2.303
    >>> result.total.shape
    (20, 20)
    """
    values = computed.reach(scenario, progress=progress)
    return Reach(**{field.name: getattr(values, field.name) for field in fields(values)})
