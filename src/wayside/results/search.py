"""A search with its figures and files."""

from collections.abc import Iterator
from dataclasses import fields

from wayside.results.saving import Drawing, Saved
from wayside.scenario import Scenario
from wayside.search import run as computed
from wayside.search.samples import Samples, shipped_samples
from wayside.search.summary import flow_csv, summary
from wayside.selections.names import SELECTED
from wayside.text import json_text


class SearchResult(Saved, computed.SearchResult):
    """A selection and what it is worth, with figures and files.

    Everything of `wayside.search.run.SearchResult`.
    """

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
    samples: Samples | None = None,
    settings: computed.Settings = computed.DEFAULT,
) -> SearchResult:
    """Find the selection with which the detectors of a scenario exclude most.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    samples
        Candidates and decays, from `wayside.search.samples.read_samples`; those that come with
        Wayside if None.
    settings
        Folds, largest number of cuts, layers of fibres.

    Returns
    -------
    SearchResult
        The selection, measured on candidates that it was not tuned on.

    Raises
    ------
    InputError
        If there are no candidates, or no decays in the signal detectors.
    """
    values = computed.search(scenario, samples or shipped_samples(), settings)
    return SearchResult(**{field.name: getattr(values, field.name) for field in fields(values)})
