"""Exclusion over a plane, with its figure and files."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from wayside.executors import Executor
from wayside.results.conversions import data_set
from wayside.results.key_reach import KeyReach, key_reach
from wayside.results.saving import NONE, Drawing, Plotted, Progress, Saved
from wayside.scenario import Scenario
from wayside.sensitivity import result as computed
from wayside.sensitivity.export import tables
from wayside.sensitivity.key_plane import named_plane
from wayside.text import json_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from wayside.plotting.look import Look


class Reach(Plotted, Saved, computed.Reach):
    """What a scenario's detectors exclude over a plane, with its figure and files.

    Everything of `wayside.sensitivity.result.Reach`; a notebook shows the figure.
    """

    kind: ClassVar = "reach"

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a result, as `wayside.results.saving.Saved.compute`."""
        return cls.of(computed.reach(scenario, progress=progress))

    def figure(self, look: "Look | None" = None) -> "Figure":
        """Draw yields, contours and existing limits.

        Parameters
        ----------
        look
            What is left out, titles and size (`wayside.plotting.look.Look`), as usual if None.
        """
        from wayside.plotting.reach_figure import reach_figure

        return reach_figure(self, look)

    def draw(self, axes: "Axes", *, look: "Look | None" = None) -> None:
        """Draw the figure into axes that are there; ``look`` as for `figure`."""
        from wayside.plotting.look import Look, without
        from wayside.plotting.reach_figure import draw_reach

        settings = look or Look()
        settings.check()
        draw_reach(axes, without(self, settings.hide), settings)

    def to_xarray(self) -> Any:
        """Expected events on the grid as a data set of xarray: by detector, and the total."""
        events = {f"events_{name}": values for name, values in self.events.items()}
        return data_set(
            {"epsilon": self.plane.epsilon.values, self.plane.x.name: self.plane.x.values},
            {**events, "events_signal": self.total},
            {self.plane.x.name: self.plane.x.unit},
            {"scenario": self.scenario.name, "n_limit": str(self.n_limit)},
        )

    def texts(self) -> dict[str, bytes | str]:
        """Contents by file name: tables, JSON, and a workspace for pyhf."""
        return {
            **tables(self),
            "result.json": json_text(self.summary()) + "\n",
            "workspace.json": json_text(self.background.workspace()) + "\n",
        }

    def drawings(self, look: "Look | None" = None) -> Iterator[Drawing]:
        """The figure."""
        yield Drawing("reach", partial(self.figure, look))

    def _repr_html_(self) -> str:
        """Summary for a notebook, with the figure."""
        from wayside.plotting.html import reach_html

        return reach_html(self)


def reach(
    scenario: Scenario,
    *,
    progress: computed.Progress | None = None,
    executor: Executor | None = None,
) -> "Reach | KeyReach":
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
    executor
        Who computes acceptances at the masses of a plane (`wayside.executors.executor`), this
        process if None; the result is the same to the last bit.

    Returns
    -------
    Reach or KeyReach
        Yields, contours and limits; without existing limits and the relic density in a plane of
        keys (``plane.x``, ``plane.y``), which a single particle always has.

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
    named = named_plane(scenario)
    if named is None:
        return key_reach(scenario, progress=progress, executor=executor)
    return Reach.of(computed.reach(named, progress=progress, executor=executor))
