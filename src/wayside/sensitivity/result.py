"""The main job: yields over a plane, what they exclude, and what is excluded already."""

import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

from wayside.executors import Executor
from wayside.scenario import Scenario, checks
from wayside.sensitivity.background import Background, expected_background
from wayside.sensitivity.contours import Line
from wayside.sensitivity.curves import APPROXIMATE, CONTOUR, DISCOVERY, LOWER, UNITY, UPPER
from wayside.sensitivity.drawn import drawn, total
from wayside.sensitivity.efficiency import efficiency_report
from wayside.sensitivity.existing import SEARCHES, Existing
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.mixture import decay_error
from wayside.sensitivity.planes import Plane, plane_of
from wayside.sensitivity.provenance import tables_used
from wayside.sensitivity.relic import RelicLine, relic_line
from wayside.sensitivity.uncertainty import yield_errors
from wayside.typing import FloatArray
from wayside.version import __version__

_PACKAGES = ("contourpy", "numba", "numpy", "scipy")

Progress = Callable[[str], object]


@dataclass(frozen=True)
class Reach:
    """What a scenario's detectors exclude over a plane.

    Contours are in the values of the axes, shape (n, 2) each: x, epsilon.
    """

    plane: Plane
    background: Background
    """Expected background in the signal detectors together."""
    events: dict[str, FloatArray]
    """Expected events on the grid by detector, shape (epsilon, x)."""
    n_limit: float
    """Signal events excluded at the scenario's confidence level."""
    n_discovery: float
    """Signal events of a five-sigma discovery, half of the time."""
    contour: list[Line]
    """Where the signal detectors expect ``n_limit`` events."""
    discovery: list[Line]
    """Where they expect ``n_discovery``."""
    approximate: list[Line]
    """The contour with one mean flight length and the acceptance of the front face."""
    existing: dict[str, list[Line]]
    """Borders of existing searches by their key."""
    margins: dict[str, FloatArray]
    """Margins of existing searches on the grid, shape (epsilon, x); positive where excluded."""
    relative_error: float
    """Largest numerical error bound among the acceptances used."""
    confidence_levels: dict[str, tuple[float, ...]]
    """Levels of the existing searches' borders by key: two if part of the plane has another one,
    none where a search sets no limit, its source does not say, or it excludes nothing."""
    relic: RelicLine
    """Where the ground state makes up all of dark matter."""
    flags: list[str] = field(default_factory=list)
    unity: list[Line] = field(default_factory=list)
    """The contour with efficiency 1; empty where ``run.efficiency`` assumes that."""
    efficiency: dict[str, Any] = field(default_factory=dict)
    """Which efficiency was used, the table behind it, and its value at the scenario's point."""
    uncertainty: dict[str, dict[str, float | None]] = field(default_factory=dict)
    """Relative standard errors of the yields at the scenario's point, by detector and source."""
    band: dict[str, list[Line]] = field(default_factory=dict)
    """The contour with yields one standard error lower (``"lower"``) and higher (``"upper"``);
    empty unless ``plane.band`` asks for it."""

    @property
    def scenario(self) -> Scenario:
        """The scenario it was computed for."""
        return self.plane.scenario

    @property
    def total(self) -> FloatArray:
        """Expected events in all signal detectors on the grid, shape (epsilon, x)."""
        return total(self.scenario, self.events)

    def summary(self) -> dict[str, Any]:
        """Every input, version and data table, and the contours, as plain values."""
        return {
            "wayside": __version__,
            "python": platform.python_version(),
            "packages": {name: version(name) for name in _PACKAGES},
            "scenario": self.scenario.to_dict(),
            "sqrt_s_gev": self.scenario.sqrt_s,
            "production": self.scenario.mode,
            "background": self.background.summary(),
            "n_limit": self.n_limit,
            "n_discovery": self.n_discovery,
            "relative_error": self.relative_error,
            "flags": self.flags,
            "tables": tables_used(self.scenario),
            "axes": [self.plane.x.name, self.plane.epsilon.name],
            "yields": {
                self.plane.x.name: self.plane.x.values.tolist(),
                "epsilon": self.plane.epsilon.values.tolist(),
                "events": {name: events.tolist() for name, events in self.events.items()},
                "total": self.total.tolist(),
            },
            "contour": _plain(self.contour),
            "discovery": _plain(self.discovery),
            "mean_flight": _plain(self.approximate),
            "efficiency": self.efficiency,
            "contour_unity": _plain(self.unity),
            "uncertainty": self.uncertainty,
            "band": {name: _plain(lines) for name, lines in self.band.items()},
            "relic": self.relic.summary(),
            "existing": {key: _plain(lines) for key, lines in self.existing.items()},
            "existing_confidence_levels": {
                key: list(levels) for key, levels in self.confidence_levels.items()
            },
            "columns_added": len(self.plane.x.values) - self.scenario.plane.points,
        }

    def __repr__(self) -> str:
        """One line."""
        span = _span(self.contour)
        return f"<Reach of {self.scenario.name}: {span}, N = {self.n_limit:.4g}>"


def _plain(lines: list[Line]) -> list[dict[str, Any]]:
    return [{"closed": line.closed, "points": line.points.tolist()} for line in lines]


def _span(lines: list[Line]) -> str:
    if not lines:
        return "no contour in the plane"
    points = np.concatenate([line.points for line in lines])
    return f"epsilon from {points[:, 1].min():.3g} to {points[:, 1].max():.3g}"


def reach(
    scenario: Scenario, *, progress: Progress | None = None, executor: Executor | None = None
) -> Reach:
    """Compute what a scenario's detectors exclude over its plane.

    Parameters and errors are those of `wayside.results.reach.reach`, which adds figures and files.
    """
    say = progress or (lambda _: None)
    background = expected_background(scenario)
    searches = Existing(scenario.run.recast, scenario.run.confidence_level)
    grid_plane = plane_of(scenario, executor)
    all_lines = drawn(grid_plane, background, searches, say)
    plane, lines, margins = all_lines.plane, all_lines.lines, all_lines.margins
    say("relic density")
    relic = relic_line(grid_plane)  # it finds columns of its own
    levels = _levels(searches, plane)
    worst = _worst_error(scenario, plane)
    efficiency = efficiency_report(scenario, plane.centre)
    flags = [
        *_flags_of_the_point(scenario, plane),
        *dict.fromkeys([*background.flags, *efficiency.pop("flags")]),
        *_flags_of_the_result(scenario, plane, worst, relic, levels, margins),
    ]
    return Reach(
        plane=plane,
        background=background,
        events=all_lines.events,
        n_limit=background.n_limit,
        n_discovery=background.n_discovery,
        contour=lines[CONTOUR],
        discovery=lines[DISCOVERY],
        approximate=lines.get(APPROXIMATE, []),
        existing={key: lines[key] for key in margins},
        margins=margins,
        relative_error=worst,
        confidence_levels=levels,
        relic=relic,
        flags=flags,
        unity=lines.get(UNITY, []),
        efficiency=efficiency,
        uncertainty=_uncertainty(scenario, plane.centre),
        band={name: lines[name] for name in (LOWER, UPPER) if name in lines},
    )


def _uncertainty(scenario: Scenario, point: MassPoint) -> dict[str, dict[str, float | None]]:
    """Relative errors of the yields at the scenario's own point, by detector."""
    errors, pair = yield_errors(scenario), scenario.pair
    return {name: errors.plain(point, name, pair.epsilon, pair.g_d) for name in scenario.detectors}


def _worst_error(scenario: Scenario, plane: Plane) -> float:
    """Largest error bound of the signal detectors' acceptances over all columns."""
    points = {id(point): point for point in _points(plane)}.values()
    errors = [decay_error(point, name) for point in points for name in scenario.signal]
    return max(errors, default=0.0)


def _points(plane: Plane) -> list[MassPoint]:
    """Mass points of the columns that have one."""
    columns = [plane.column(float(value)) for value in plane.x.values]
    return [point for point in columns if point is not None]


def _photons_known(point: MassPoint) -> bool:
    return all(process.photons_known for process in point.processes)


def _flags_of_the_point(scenario: Scenario, plane: Plane) -> list[str]:
    """What to know about the scenario's own point, at the largest g_D of the plane."""
    g_d = scenario.pair.g_d if plane.varies_masses else float(plane.x.values[-1])
    return [
        *plane.centre.flags(scenario.pair.epsilon, g_d),
        *checks.overlaps(scenario),
        *scenario.plane.unused(),
    ]


def _flags_of_the_result(
    scenario: Scenario,
    plane: Plane,
    worst: float,
    relic: RelicLine,
    levels: dict[str, tuple[float, ...]],
    margins: dict[str, FloatArray],
) -> list[str]:
    """What to know about accuracy, the relic density and levels of existing searches."""
    flags = []
    if worst > plane.centre.rtol:
        flags.append(f"acceptance known to {worst:.1e} only")
    unknown = sum(not _photons_known(point) for point in _points(plane))
    if unknown and plane.varies_masses:
        flags.append(
            f"radiation: yields with all photons are not known in {unknown} columns of masses,"
            " where the A' mass is within the spread of the beam energies of sqrt_s"
        )
    if not relic.known:
        flags.append("relic density not known at these masses")
    other_levels = [
        f"{key} {percent(levels[key])}"
        for key, margin in margins.items()
        if set(levels[key]) - {scenario.run.confidence_level} and np.any(margin > 0.0)
    ]
    if other_levels:
        flags.append(f"existing limits at other confidence levels: {', '.join(other_levels)}")
    return flags


def _levels(searches: Existing, plane: Plane) -> dict[str, tuple[float, ...]]:
    """Confidence levels of the searches' borders over all columns."""
    masses = {point.model.m_aprime for point in _points(plane)}
    at_masses = [searches.confidence_levels(mass) for mass in masses]
    return {
        search.key: tuple(
            sorted({level for by_key in at_masses if (level := by_key[search.key]) is not None})
        )
        for search in SEARCHES
    }


def percent(levels: tuple[float, ...]) -> str:
    """Confidence levels in words.

    Examples
    --------
    >>> percent((0.9, 0.95))
    '90% and 95%'
    """
    return " and ".join(f"{100.0 * level:g}%" for level in levels)


__all__ = ["Reach", "percent", "reach"]
