"""Everything about one parameter point, with its figure and files."""

from pathlib import Path
from typing import Any

from wayside.files import write_files
from wayside.scenario import Scenario
from wayside.sensitivity import point as computed
from wayside.text import csv_text, json_text


class PointReport(dict[str, Any]):
    """Cross-sections, widths, lifetime, acceptances and yields of one point, as plain values.

    A dictionary with the keys of ``wayside point --json`` that also saves its files.
    """

    def files(self) -> dict[str, bytes | str]:
        """Contents by file name: JSON and, if particles reach a detector, arrival times."""
        contents: dict[str, bytes | str] = {"point.json": json_text(self) + "\n"}
        reached = [detector for detector in self["detectors"] if detector["arrival_histogram"]]
        if not reached:
            return contents
        from wayside.plotting.arrivals import arrivals_figure
        from wayside.plotting.files import figure_files

        return {
            **figure_files(arrivals_figure(self), "arrivals"),
            "arrivals.csv": self._arrivals_csv(reached),
            **contents,
        }

    def save(self, folder: Path | str) -> list[Path]:
        """Write `files` into a folder, all or none, and return their paths."""
        return write_files(Path(folder), self.files())

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
    >>> report["production"]["mode"], len(report["detectors"])
    ('on-shell', 2)
    """
    return PointReport(computed.point_report(scenario))
