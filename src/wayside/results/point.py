"""Everything about one parameter point, with its figure and files."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from wayside.results.conversions import optional
from wayside.results.saving import NONE, Drawing, Plotted, Progress, Saved
from wayside.scenario import Scenario
from wayside.sensitivity import point as computed
from wayside.text import csv_text, json_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class PointReport(Plotted, Saved, dict[str, Any]):
    """Cross-sections, widths, lifetime, acceptances and yields of one point, as plain values.

    A dictionary with the keys of ``wayside point --json`` that also saves its files.
    """

    kind: ClassVar = "point"

    @property
    def scenario(self) -> Scenario:
        """The scenario whose point it is."""
        return Scenario.from_dict(self["scenario"])

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a result, as `wayside.results.saving.Saved.compute`."""
        return cls(computed.point_report(scenario))

    def state(self) -> dict[str, Any]:
        """Everything."""
        return dict(self)

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Make a report of what `state` gave."""
        return cls(state)

    def texts(self) -> dict[str, bytes | str]:
        """Contents by file name: JSON and, if particles reach a detector, arrival times."""
        contents: dict[str, bytes | str] = {"point.json": json_text(self) + "\n"}
        reached = self._reached()
        return {"arrivals.csv": self._arrivals_csv(reached), **contents} if reached else contents

    def drawings(self) -> Iterator[Drawing]:
        """Arrival times, if particles reach a detector."""
        if self._reached():
            from wayside.plotting.arrivals import arrivals_figure

            yield Drawing("arrivals", lambda: arrivals_figure(self))

    def draw(self, axes: "Axes") -> None:
        """Draw arrival times into axes that are there; nothing if no particle arrives."""
        if self._reached():
            from wayside.plotting.arrivals import draw_arrivals

            draw_arrivals(axes, self)

    def to_hist(self) -> dict[str, Any]:
        """Arrival times in ns as histograms of hist, by detector that particles reach.

        Weights are probabilities per produced particle to decay inside.

        Raises
        ------
        InputError
            If hist is not installed.
        """
        hist = optional("hist")
        histograms = {}
        for detector in self._reached():
            content = detector["arrival_histogram"]
            edges = hist.axis.Variable(content["edges_ns"], name="time", label="arrival time [ns]")
            filled = hist.Hist(edges, name=detector["name"], storage=hist.storage.Double())
            filled.values()[:] = content["decay_probability"]
            histograms[detector["name"]] = filled
        return histograms

    def _reached(self) -> list[dict[str, Any]]:
        return [detector for detector in self["detectors"] if detector["arrival_histogram"]]

    def _arrivals_csv(self, detectors: list[dict[str, Any]]) -> str:
        header = {
            "what": "when excited states enter the detectors: probabilities per produced excited"
            " state",
            "scenario": self["scenario"]["name"],
            "wayside": self["wayside"],
            "units": "times in ns after the collision, delays in ns after light at the nearest"
            " point",
        }
        columns = (
            *("detector", "from_ns", "to_ns", "delay_from_ns", "delay_to_ns"),
            *("decays", "crosses"),
        )
        rows = []
        for detector in detectors:
            histogram = detector["arrival_histogram"]
            bins = zip(
                histogram["edges_ns"][:-1],
                histogram["edges_ns"][1:],
                histogram["delay_edges_ns"][:-1],
                histogram["delay_edges_ns"][1:],
                histogram["decay_probability"],
                histogram["crossing_probability"],
                strict=True,
            )
            rows += [(detector["name"], *values) for values in bins]
        return csv_text(header, columns, rows)

    def __repr__(self) -> str:
        """One line."""
        return f"<point of {self['scenario']['name']}: {self['expected_events']:.6g} events>"


def point_report(scenario: Scenario) -> PointReport:
    """Compute everything about a scenario's own point.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.

    Returns
    -------
    PointReport
        Plain values by the keys of ``wayside point --json``.

    Raises
    ------
    InputError
        If the masses cannot be produced at the collider.

    Examples
    --------
    >>> import wayside
    >>> report = wayside.point_report(wayside.load_scenario("belle2-forward"))
    >>> f"{report['production']['cross_section_fb']:.3f} fb", len(report["detectors"])
    ('1.364 fb', 2)
    """
    return PointReport.compute(scenario)
