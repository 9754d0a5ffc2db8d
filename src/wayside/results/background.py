"""Backgrounds of a scenario, with their figures and files."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from wayside.backgrounds.budget import Finder
from wayside.backgrounds.fake_counts import contributions
from wayside.results.saving import NONE, Drawing, Plotted, Progress, Saved
from wayside.scenario import Scenario
from wayside.sensitivity import background_report as computed
from wayside.sensitivity.luminosity import POINTS
from wayside.text import json_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class BackgroundReport(Plotted, Saved, computed.BackgroundReport):
    """Sources of background and what they do to the limit, with their figures and files.

    Everything of `wayside.sensitivity.background_report.BackgroundReport`.
    """

    kind: ClassVar = "background"

    def inputs(self) -> dict[str, Any]:
        """The scenario and the number of luminosities; sources are those that are installed."""
        return {**super().inputs(), "points": len(self.scan.luminosity_fb)}

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a result, as `wayside.results.saving.Saved.compute`."""
        return cls.of(computed.background_report(scenario, **options))

    def texts(self) -> dict[str, bytes | str]:
        """Contents by file name: tables, JSON, and a workspace for pyhf."""
        return {
            **self.tables(),
            "background.json": json_text(self.summary()) + "\n",
            "workspace.json": json_text(self.background.workspace(self.control)) + "\n",
        }

    def drawings(self) -> Iterator[Drawing]:
        """Figures of the sources and of the limits."""
        from wayside.plotting.background_figures import background_figures

        yield from (Drawing(name, draw) for name, draw in background_figures(self))

    def draw(self, axes: "Axes") -> None:
        """Draw the sources of the signal detectors into axes that are there."""
        from wayside.plotting.budget import draw_budget

        draw_budget(axes, self)
        axes.legend(loc="best", fontsize="small")

    def __repr__(self) -> str:
        """One line."""
        signal = "+".join(self.scenario.signal)
        return (
            f"<background of {self.scenario.name}: {self.background.words()} events in {signal},"
            f" N = {self.background.n_limit:.4g}>"
        )


def background(
    scenario: Scenario,
    find: Finder = contributions,
    points: int = POINTS,
) -> BackgroundReport:
    """Compute every source of background, and limits against luminosity.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    find
        Function that gives the contributions of all sources at one detector; those that Wayside
        knows unless set.
    points
        Number of luminosities at which limits are computed.

    Returns
    -------
    BackgroundReport
        Sources by detector, the expected background, and limits.

    Examples
    --------
    >>> import wayside
    >>> report = wayside.background(wayside.load_scenario("belle2-forward"), points=3)
    >>> sorted(report.budget.detectors)
    ['A', 'B']
    >>> report.background.value > 0.0
    True
    """
    return BackgroundReport.compute(scenario, {"find": find, "points": points})
