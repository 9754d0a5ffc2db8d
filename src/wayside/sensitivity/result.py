"""The main job: yields over a plane, what they exclude, and what is excluded already."""

import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np

from wayside import __version__
from wayside.scenario import Scenario, checks
from wayside.sensitivity import mean_flight
from wayside.sensitivity.background import Background, expected_background
from wayside.sensitivity.columns import resolved
from wayside.sensitivity.contours import Line, trace
from wayside.sensitivity.efficiency import efficiency_report
from wayside.sensitivity.existing import SEARCHES, Existing
from wayside.sensitivity.mass_point import Efficiency, MassPoint
from wayside.sensitivity.planes import CouplingFunction, Plane, plane_of
from wayside.sensitivity.relic import RelicLine, relic_line
from wayside.typing import FloatArray

_PACKAGES = ("contourpy", "numba", "numpy", "scipy")

Progress = Callable[[str], None]


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
    """The contour with efficiency 1; empty where ``run.efficiency`` takes it so anyway."""
    efficiency: dict[str, Any] = field(default_factory=dict)
    """Which efficiency was used, the table behind it, and its value at the scenario's point."""

    @property
    def scenario(self) -> Scenario:
        """The scenario it was computed for."""
        return self.plane.scenario

    @property
    def total(self) -> FloatArray:
        """Expected events in all signal detectors on the grid, shape (epsilon, x)."""
        return np.asarray(sum(self.events[name] for name in self.scenario.signal))

    def summary(self) -> dict[str, Any]:
        """Every input, version and data table, and the contours, as plain values."""
        from wayside.sensitivity.provenance import tables_used

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
            "tables": tables_used(self),
            "axes": [self.plane.x.name, self.plane.epsilon.name],
            "contour": _plain(self.contour),
            "discovery": _plain(self.discovery),
            "mean_flight": _plain(self.approximate),
            "efficiency": self.efficiency,
            "contour_unity": _plain(self.unity),
            "relic": self.relic.summary(),
            "existing": {key: _plain(lines) for key, lines in self.existing.items()},
            "existing_confidence_levels": {
                key: list(levels) for key, levels in self.confidence_levels.items()
            },
            "columns_added": len(self.plane.x.values) - self.scenario.plane.points,
        }

    def _repr_html_(self) -> str:
        """Summary for a notebook, with the figure."""
        from wayside.plotting.html import reach_html

        return reach_html(self)

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


def reach(scenario: Scenario, *, progress: Progress | None = None) -> Reach:
    """Compute what a scenario's detectors exclude over its plane.

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
    """
    say = progress or (lambda _: None)
    luminosity = scenario.run.luminosity_fb
    background = expected_background(scenario)
    n_limit, n_discovery = background.n_limit, background.n_discovery
    logarithm = _log_yield(scenario, _expected)
    unity = _log_yield(scenario, partial(_expected, efficiency="unity"))
    simulated = scenario.run.efficiency == "simulated"
    approximation = _log_yield(scenario, mean_flight.expected_events)
    existing_searches = Existing(scenario.run.recast, scenario.run.confidence_level)
    searches = existing_searches.margins()

    grid_plane = plane_of(scenario)
    if grid_plane.varies_masses:
        say("columns")
    traced = [
        _over(logarithm, n_limit),
        _over(logarithm, n_discovery),
        _over(approximation, n_limit),
        *([_over(unity, n_limit)] if simulated else []),
    ]
    plane = resolved(grid_plane, traced, list(searches.values()))

    say(f"yields over {len(plane.x.values)} x {len(plane.epsilon.values)} points")
    x, epsilon = np.meshgrid(plane.x.values, plane.epsilon.values)
    events = {
        name: np.maximum(
            plane.evaluate(
                lambda point, eps, g_d, name=name: _expected(  # type: ignore[misc]
                    point, name, eps, g_d, luminosity
                ),
                x,
                epsilon,
            ),
            0.0,
        )
        for name in scenario.detectors
    }
    say("contours")
    total = np.asarray(sum(events[name] for name in scenario.signal))
    with np.errstate(divide="ignore"):
        grid = np.log(total)
    contour = _trace(plane, logarithm, grid, np.log(n_limit))
    discovery = _trace(plane, logarithm, grid, np.log(n_discovery))
    approximate = _trace(
        plane, approximation, plane.evaluate(approximation, x, epsilon), np.log(n_limit)
    )

    if simulated:
        say("contour of efficiency 1")
    unity_contour = (
        _trace(plane, unity, plane.evaluate(unity, x, epsilon), np.log(n_limit))
        if simulated
        else []
    )

    say("existing limits")
    margins = {key: plane.evaluate(function, x, epsilon) for key, function in searches.items()}
    existing = {
        key: _trace(plane, function, margins[key], 0.0) for key, function in searches.items()
    }
    say("relic density")
    relic = relic_line(grid_plane)  # it finds columns of its own
    columns = [plane.column(float(value)) for value in plane.x.values]
    errors = [
        error
        for point in {id(each): each for each in columns if each is not None}.values()
        for _, error in map(point.curve, scenario.signal)
    ]
    worst = max(errors, default=0.0)
    g_d_most = scenario.model.g_d if plane.varies_masses else plane.x.values[-1]
    flags = plane.centre.flags(scenario.model.epsilon, float(g_d_most))
    flags += [*checks.overlaps(scenario), *scenario.plane.unused(), *background.flags]
    efficiency = efficiency_report(scenario, plane.centre)
    flags += efficiency.pop("flags")
    if worst > plane.centre.rtol:
        flags.append(f"acceptance known to {worst:.1e} only")
    if not relic.known:
        flags.append("relic density not known at these masses")
    levels = _levels(existing_searches, plane)
    other = [
        f"{key} {percent(levels[key])}"
        for key, margin in margins.items()
        if set(levels[key]) - {scenario.run.confidence_level} and np.any(margin > 0.0)
    ]
    if other:
        flags.append(f"existing limits at other confidence levels: {', '.join(other)}")
    return Reach(
        plane=plane,
        background=background,
        events=events,
        n_limit=n_limit,
        n_discovery=n_discovery,
        contour=contour,
        discovery=discovery,
        approximate=approximate,
        existing=existing,
        margins=margins,
        relative_error=worst,
        confidence_levels=levels,
        relic=relic,
        flags=flags,
        unity=unity_contour,
        efficiency=efficiency,
    )


def _levels(searches: Existing, plane: Plane) -> dict[str, tuple[float, ...]]:
    """Confidence levels of the searches' borders over all columns."""
    points = {id(p): p for x in plane.x.values if (p := plane.column(float(x))) is not None}
    masses = {point.model.m_aprime for point in points.values()}
    columns = [searches.confidence_levels(mass) for mass in masses]
    return {
        key: tuple(sorted({level for each in columns if (level := each[key]) is not None}))
        for key in (search.key for search in SEARCHES)
    }


def percent(levels: tuple[float, ...]) -> str:
    """Confidence levels in words.

    Examples
    --------
    >>> percent((0.9, 0.95))
    '90% and 95%'
    """
    return " and ".join(f"{100.0 * level:g}%" for level in levels)


def _over(logarithm: CouplingFunction, level: float) -> CouplingFunction:
    return lambda point, epsilon, g_d: logarithm(point, epsilon, g_d) - np.log(level)


def _expected(
    point: MassPoint,
    name: str,
    epsilon: FloatArray,
    g_d: FloatArray,
    luminosity_fb: float,
    efficiency: Efficiency | None = None,
) -> FloatArray:
    return point.expected_events(name, epsilon, g_d, luminosity_fb, efficiency=efficiency)


def _log_yield(scenario: Scenario, events: Callable[..., FloatArray]) -> CouplingFunction:
    def logarithm(point: MassPoint, epsilon: FloatArray, g_d: FloatArray) -> FloatArray:
        luminosity = scenario.run.luminosity_fb
        counts = [events(point, name, epsilon, g_d, luminosity) for name in scenario.signal]
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(sum(counts)))

    return logarithm


def _trace(plane: Plane, function: CouplingFunction, grid: FloatArray, level: float) -> list[Line]:
    """Lines on which a function takes a level, in the values of the axes."""

    def shifted(x: FloatArray, epsilon: FloatArray) -> FloatArray:
        values = plane.evaluate(
            function, plane.x.from_coordinates(x), plane.epsilon.from_coordinates(epsilon)
        )
        return values - level

    lines = trace(
        shifted,
        plane.x.coordinates,
        plane.epsilon.coordinates,
        grid - level,
        costly_x=plane.varies_masses,
    )
    return [
        Line(
            np.stack(
                [
                    plane.x.from_coordinates(line.points[:, 0]),
                    plane.epsilon.from_coordinates(line.points[:, 1]),
                ],
                axis=1,
            ),
            line.closed,
        )
        for line in lines
    ]


__all__ = ["Reach", "percent", "reach"]
