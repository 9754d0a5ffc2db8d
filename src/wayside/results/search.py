"""A search with its figures and files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from wayside.candidates.samples import Samples, read_samples, shipped_samples
from wayside.executors import Executor
from wayside.results.saving import NONE, Drawing, Plotted, Progress, Saved
from wayside.scenario import Scenario
from wayside.search import run as computed
from wayside.search.summary import flow_csv, summary
from wayside.selections.names import SELECTED
from wayside.text import json_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

IN_MEMORY: Final = "(in memory)"
"""In place of the folder of candidates that were in no folder: they cannot be read again."""


@dataclass(frozen=True, eq=False, repr=False)
class SearchResult(Plotted, Saved, computed.SearchResult):
    """A selection and what it is worth, with figures and files.

    Everything of `wayside.search.run.SearchResult`.
    """

    settings: computed.Settings = computed.DEFAULT
    candidates: str | None = None
    """Folder of the candidates, None for those that come with Wayside."""

    kind: ClassVar = "search"

    def inputs(self) -> dict[str, Any]:
        """The scenario, settings, and the folder of the candidates."""
        return {
            **super().inputs(),
            "settings": self.settings._asdict(),
            "candidates_folder": self.candidates,
        }

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a result, as `wayside.results.saving.Saved.compute`."""
        settings = computed.Settings(**options.get("settings", {}))
        place, samples = options.get("candidates_folder"), options.get("samples")
        if samples is None:
            samples = shipped_samples() if place is None else read_samples(Path(place))
        values = computed.search(scenario, samples, settings, options.get("executor"))
        return cls.of(values, settings=settings, candidates=place)

    def summary(self) -> dict[str, object]:
        """Everything as plain values."""
        return summary(self)

    def texts(self) -> dict[str, bytes | str]:
        """Contents by file name: the selection, JSON, the cut flow, and a workspace for pyhf."""
        return {
            "selection.json": self.selection.text(),
            "search.json": json_text(self.summary()) + "\n",
            "cut_flow.csv": flow_csv(self),
            "workspace.json": json_text(self.workspace()) + "\n",
        }

    def workspace(self) -> dict[str, object]:
        """The counting experiment for pyhf, with the control region that predicts best."""
        control = self.prediction.control
        return self.backgrounds[SELECTED].workspace(control)

    def drawings(self) -> Iterator[Drawing]:
        """Figures of the selection and of what it excludes."""
        from wayside.plotting.search import search_figures

        yield from (Drawing(name, draw) for name, draw in search_figures(self))

    def draw(self, axes: "Axes") -> None:
        """Draw the cut flow into axes that are there; the signal has an axis to the right."""
        from wayside.plotting.search import draw_flow

        axes.legend(*draw_flow(axes, self), loc="best", fontsize="small")

    def __repr__(self) -> str:
        """One line."""
        background = self.backgrounds[SELECTED]
        return (
            f"<search of {self.scenario.name}: {len(self.selection.cuts.cuts)} cuts,"
            f" {self.efficiency / self.timed:.3g} of the timed decays,"
            f" background {background.words()}>"
        )


def search(
    scenario: Scenario,
    samples: Samples | Path | str | None = None,
    settings: computed.Settings = computed.DEFAULT,
    executor: Executor | None = None,
) -> SearchResult:
    """Find the selection with which the detectors of a scenario exclude most.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    samples
        Candidates and decays, or the folder of them; those that come with Wayside if None.
    settings
        Folds, largest number of cuts, layers of fibres.
    executor
        Who tries what vetoes (`wayside.executors.executor`), this process if None; the result is
        the same to the last bit.

    Returns
    -------
    SearchResult
        The selection, measured on candidates that it was not tuned on.

    Raises
    ------
    InputError
        If there are no candidates, or no decays in the signal detectors.
    """
    options: dict[str, Any] = {"settings": settings._asdict(), "executor": executor}
    if isinstance(samples, Samples):
        options |= {"samples": samples, "candidates_folder": IN_MEMORY}
    elif samples is not None:
        options["candidates_folder"] = str(samples)
    return SearchResult.compute(scenario, options)
