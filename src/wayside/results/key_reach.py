"""Exclusion over a plane of two scenario keys, with its figure and files."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from wayside.executors import Executor
from wayside.results.conversions import data_set
from wayside.results.saving import NONE, Drawing, Plotted, Progress, Saved
from wayside.scenario import Scenario
from wayside.sensitivity import key_reach as computed
from wayside.text import csv_text, json_text
from wayside.version import __version__

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from wayside.plotting.look import Look


class KeyReach(Plotted, Saved, computed.KeyReach):
    """What a scenario's detectors exclude over a plane of keys, with its figure and files."""

    kind: ClassVar = "key-reach"

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a result, as `wayside.results.saving.Saved.compute`."""
        return cls.of(computed.key_reach(scenario, progress=progress))

    def figure(self, look: "Look | None" = None) -> "Figure":
        """Draw yields and contours; ``look`` as for `wayside.results.reach.Reach.figure`."""
        from wayside.plotting.key_reach_figure import key_reach_figure

        return key_reach_figure(self, look)

    def draw(self, axes: "Axes", *, look: "Look | None" = None) -> None:
        """Draw the figure into axes that are there; ``look`` as for `figure`."""
        from wayside.plotting.key_reach_figure import draw_key_reach
        from wayside.plotting.look import Look

        draw_key_reach(axes, self, look or Look())

    def to_xarray(self) -> Any:
        """Expected events on the grid as a data set of xarray: by detector, and the total."""
        x, y = self.plane.x, self.plane.y
        events = {f"events_{name}": values for name, values in self.events.items()}
        return data_set(
            {y.name: y.values, x.name: x.values},
            {**events, "events_signal": self.total},
            {x.name: x.unit, y.name: y.unit},
            {"scenario": self.scenario.name, "n_limit": str(self.n_limit)},
        )

    def texts(self) -> dict[str, bytes | str]:
        """Contents by file name: tables, JSON, and a workspace for pyhf."""
        return {
            "contours.csv": self._contours_csv(),
            "yields.csv": self._yields_csv(),
            "result.json": json_text(self.summary()) + "\n",
            "workspace.json": json_text(self.background.workspace()) + "\n",
        }

    def drawings(self, look: "Look | None" = None) -> Iterator[Drawing]:
        """The figure."""
        yield Drawing("reach", partial(self.figure, look))

    def _header(self, what: str) -> dict[str, str]:
        x, y, run = self.plane.x, self.plane.y, self.scenario.run
        return {
            "what": what,
            "scenario": self.scenario.name,
            "wayside": __version__,
            "units": f"{x.name} in {x.unit}, {y.name} in {y.unit}, events in 1",
            "luminosity": f"{run.luminosity_fb:g} fb^-1",
            "signal": " + ".join(self.scenario.signal),
            "n_limit": f"{self.n_limit:.6g} ({100.0 * run.confidence_level:g}% CL,"
            f" background {self.background.words()})",
        }

    def _contours_csv(self) -> str:
        rows = [
            (name, str(number), "closed" if line.closed else "open", float(x), float(y))
            for name, lines in (("exclusion", self.contour), ("discovery", self.discovery))
            for number, line in enumerate(lines)
            for x, y in line.points
        ]
        columns = ("contour", "line", "shape", self.plane.x.name, self.plane.y.name)
        return csv_text(self._header("level lines, points in order"), columns, rows)

    def _yields_csv(self) -> str:
        x, y = np.meshgrid(self.plane.x.values, self.plane.y.values)
        values = [x, y, *self.events.values(), self.total]
        rows = np.stack([np.ravel(value) for value in values], axis=1).tolist()
        columns = (
            self.plane.x.name,
            self.plane.y.name,
            *(f"events_{name}" for name in self.events),
            "events_signal",
        )
        return csv_text(self._header("expected events"), columns, rows)


def key_reach(
    scenario: Scenario,
    *,
    progress: Callable[[str], object] | None = None,
    executor: Executor | None = None,
) -> KeyReach:
    """Compute what a scenario's detectors exclude over its plane of keys.

    Parameters as `wayside.sensitivity.key_reach.key_reach`.
    """
    return KeyReach.of(computed.key_reach(scenario, progress=progress, executor=executor))
