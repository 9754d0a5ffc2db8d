"""Every source of background at the detectors of a scenario, and what it does to the limit."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from wayside.backgrounds.budget import Budget, Finder, budget
from wayside.backgrounds.counts import Count, Stage
from wayside.backgrounds.fake_counts import Contribution, contributions
from wayside.backgrounds.pile_up import pile_up
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Scaling
from wayside.constants import SECONDS_PER_DAY
from wayside.limits.control import Control
from wayside.scenario import Scenario
from wayside.selections.names import columns
from wayside.sensitivity.background import (
    Background,
    control_of,
    simulated_background,
)
from wayside.sensitivity.luminosity import POINTS, LuminosityScan, luminosity_scan
from wayside.text import csv_text
from wayside.version import __version__

_AMOUNTS: Final[Mapping[Scaling, Callable[[Scenario], tuple[float, str]]]] = {
    "luminosity": lambda scenario: (scenario.run.luminosity_fb, "fb^-1"),
    "time": lambda scenario: (scenario.site.exposure * SECONDS_PER_DAY, "s"),
}
"""What a source grows with, and its unit."""


@dataclass(frozen=True)
class BackgroundReport:
    """Sources of background by detector, and what they do to the limit.

    Made by `background_report`.
    """

    scenario: Scenario
    budget: Budget
    background: Background
    """Sum of all sources in the signal detectors, whatever ``run.background`` says."""
    scan: LuminosityScan
    vetoes: Mapping[str, Mapping[str, Mapping[Stage, Count]]]
    """Fakes by detector, source and stage; sources that have none of some stage are left out."""
    flags: list[str] = field(default_factory=list)

    @property
    def control(self) -> Control | None:
        """How the control detector compares at the scenario's own point."""
        return control_of(self.scenario, self.budget, self.scan.signal_ratio)

    @property
    def selections(self) -> tuple[str, ...]:
        """Names of the selections after which vertices are counted."""
        return columns(self.scenario.selection)

    def rate(self, source: Contribution) -> tuple[float, str]:
        """Entering particles by what a source grows with, and its unit."""
        amount, unit = _AMOUNTS[source.scaling](self.scenario)
        return source.entering.value / amount, unit

    def summary(self, detectors: tuple[str, ...] | None = None) -> dict[str, Any]:
        """Everything as plain values; of all detectors, or of those named."""
        scenario = self.scenario
        return {
            "wayside": __version__,
            "scenario": scenario.to_dict(),
            "luminosity_fb": scenario.run.luminosity_fb,
            "exposure_days": scenario.site.exposure,
            "selection": scenario.selection,
            "signal": list(scenario.signal),
            "detectors": {
                name: self._detector(name) for name in detectors or self.budget.detectors
            },
            "background": self.background.summary(),
            "control": self._control(),
            "luminosity": self._luminosity(),
            "flags": self.flags,
        }

    def tables(self) -> dict[str, str]:
        """Tables as text by file name: ``background.csv`` and ``luminosity.csv``."""
        return {"background.csv": self._sources_csv(), "luminosity.csv": self._luminosity_csv()}

    def _detector(self, name: str) -> dict[str, Any]:
        hits = pile_up(DetectorSetup(self.scenario, name))
        return {
            "signal": name in self.scenario.signal,
            "sources": [self._source(source) for source in self.budget.detectors[name]],
            "after_each_veto": self._vetoes(name),
            "total": {
                selection: _plain(self.budget.total([name], selection))
                for selection in self.selections
            },
            "not_counted": self.budget.not_counted([name]),
            "pile_up": None if hits is None else hits.summary(),
        }

    def _source(self, source: Contribution) -> dict[str, Any]:
        rate, unit = self.rate(source)
        vertices = source.vertices
        return {
            "key": source.key,
            "title": source.title,
            "scales": source.scaling,
            "entering": _plain(source.entering),
            f"entering_per_{'fb' if unit == 'fb^-1' else unit}": rate,
            "vertices": vertices
            and {selection: _plain(vertices[selection]) for selection in self.selections},
            "extrapolated": list(source.outside),
            "notes": list(source.notes),
        }

    def _vetoes(self, name: str) -> dict[str, dict[str, Any]]:
        return {
            key: {stage: _plain(count) for stage, count in counts.items()}
            for key, counts in self.vetoes[name].items()
        }

    def _control(self) -> dict[str, Any] | None:
        if self.control is None:
            return None
        return {
            "detector": self.scan.control,
            "background_ratio": self.control.background_ratio,
            "background_ratio_relative_error": self.control.ratio_error,
            "signal_ratio": self.control.signal_ratio,
        }

    def _luminosity(self) -> dict[str, Any]:
        return {
            "luminosity_fb": self.scan.luminosity_fb.tolist(),
            "expected_background": self.scan.background.tolist(),
            **self._fixed,
            "curves": {
                key: {
                    "title": curve.title,
                    "n_limit": curve.n_limit.tolist(),
                    self.scan.strength.name: curve.smallest.tolist(),
                }
                for key, curve in self.scan.curves.items()
            },
        }

    @property
    def _fixed(self) -> dict[str, float]:
        """Couplings that the limits hold at, beside the one that is sought."""
        couplings = self.scenario.model.couplings
        return {name: value for name, value in couplings.items() if name != self.scan.strength.name}

    def _header(self, what: str) -> dict[str, str]:
        run = self.scenario.run
        return {
            "what": what,
            "scenario": self.scenario.name,
            "wayside": __version__,
            "luminosity": f"{run.luminosity_fb:g} fb^-1",
            "exposure": f"{self.scenario.site.exposure:g} days",
            "signal": " + ".join(self.scenario.signal),
            "selection": self.scenario.selection,
        }

    def _sources_csv(self) -> str:
        header = self._header("sources of background: mean numbers and their standard errors")
        columns = ["detector", "source", "scales", *_columns("entering")]
        columns += [column for selection in self.selections for column in _columns(selection)]
        rows: list[list[str | float]] = []
        for name, sources in self.budget.detectors.items():
            for source in sources:
                vertices = source.vertices or {}
                counts = [
                    source.entering,
                    *(vertices.get(selection, _UNKNOWN) for selection in self.selections),
                ]
                rows.append([name, source.key, source.scaling, *_cells(counts)])
            totals = [self.budget.total([name], selection) for selection in self.selections]
            rows.append([name, "total", "", *_cells([_UNKNOWN, *totals])])
        return csv_text(header, columns, rows)

    def _luminosity_csv(self) -> str:
        level = 100.0 * self.scenario.run.confidence_level
        header = self._header(f"what is excluded at {level:g}% CL against luminosity")
        scan = self.scan
        strength = f"{scan.strength.name} in {scan.strength.unit}"
        header["units"] = f"luminosity in fb^-1, limits in signal events, {strength}"
        header |= {name: f"{value:g}" for name, value in self._fixed.items()}
        columns = ["luminosity_fb", "expected_background"]
        columns += [
            f"{what}_{key}" for key in scan.curves for what in ("n_limit", scan.strength.name)
        ]
        values = [scan.luminosity_fb, scan.background]
        for curve in scan.curves.values():
            values += [curve.n_limit, curve.smallest]
        return csv_text(header, columns, zip(*(column.tolist() for column in values), strict=True))


def background_report(
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
        Function that gives the contributions of all sources at one detector.
    points
        Number of luminosities at which limits are computed.
    """
    counted = budget(scenario, find)
    background = simulated_background(scenario, counted)
    flags = list(background.flags)
    if not scenario.run.simulates_background:
        flags.append(
            f"run.background = {scenario.run.background:g}: reach takes that and not this total"
        )
    vetoes = {
        name: {part.key: part.after_veto for part in parts if part.after_veto is not None}
        for name, parts in counted.detectors.items()
    }
    scan = luminosity_scan(scenario, background, counted, points)
    return BackgroundReport(scenario, counted, background, scan, vetoes, flags)


_UNKNOWN: Final = Count(math.nan, math.nan, math.nan)


def _plain(count: Count) -> dict[str, float]:
    return {
        "value": float(count.value),
        "statistical": count.statistical,
        "systematic": count.systematic,
    }


def _columns(what: str) -> tuple[str, str, str]:
    return what, f"{what}_statistical", f"{what}_systematic"


def _cells(counts: list[Count]) -> list[float]:
    return [cell for count in counts for cell in (count.value, count.statistical, count.systematic)]
