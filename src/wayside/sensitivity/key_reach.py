"""Yields over a plane of two scenario keys, and where detectors exclude or discover."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from wayside.errors import InputError
from wayside.executors import Executor
from wayside.scenario import Scenario, checks
from wayside.scenario.model import is_pair
from wayside.sensitivity.background import Background, expected_background
from wayside.sensitivity.contours import Line, trace
from wayside.sensitivity.curves import on_axes
from wayside.sensitivity.efficiency import table_flags, table_report
from wayside.sensitivity.key_plane import KeyPlane, Refused, key_plane
from wayside.sensitivity.particle_efficiency import not_simulated_words
from wayside.sensitivity.particle_point import PHOTONS, particle_point
from wayside.typing import FloatArray
from wayside.version import __version__

NOTABLE = 1e-3
"""Relative error of a yield from which on it is stated."""


@dataclass(frozen=True)
class KeyReach:
    """What a scenario's detectors exclude over a plane of two of its keys.

    Contours are in the values of the axes, shape (n, 2) each: x, y.
    """

    plane: KeyPlane
    background: Background
    events: dict[str, FloatArray]
    """Expected events on the grid by detector, shape (y, x)."""
    contour: list[Line]
    """Where the signal detectors expect as many events as are excluded."""
    discovery: list[Line]
    """Where they expect those of a five-sigma discovery, half of the time."""
    flags: list[str]
    refused: Refused | None = None
    """Values of the axes at which there is no scenario, None if there is one everywhere."""
    not_simulated: Mapping[str, float] = field(default_factory=dict)
    """Branching ratios at the scenario's own point of decays that count as lost because no table
    has their efficiency, by products."""

    @property
    def scenario(self) -> Scenario:
        """The scenario it was computed for."""
        return self.plane.scenario

    @property
    def n_limit(self) -> float:
        """Signal events excluded at the scenario's confidence level."""
        return self.background.n_limit

    @property
    def n_discovery(self) -> float:
        """Signal events of a five-sigma discovery, half of the time."""
        return self.background.n_discovery

    @property
    def total(self) -> FloatArray:
        """Expected events in all signal detectors on the grid, shape (y, x)."""
        return np.asarray(sum(self.events[name] for name in self.scenario.signal))

    def summary(self) -> dict[str, Any]:
        """Every input, the yields and the contours, as plain values."""
        x, y = self.plane.x, self.plane.y
        return {
            "wayside": __version__,
            "scenario": self.scenario.to_dict(),
            "sqrt_s_gev": self.scenario.sqrt_s,
            "production": self.scenario.mode,
            "background": self.background.summary(),
            "n_limit": self.n_limit,
            "n_discovery": self.n_discovery,
            "flags": self.flags,
            "refused": None if self.refused is None else asdict(self.refused),
            "efficiency_not_simulated": dict(self.not_simulated),
            "axes": [x.name, y.name],
            "yields": {
                x.name: x.values.tolist(),
                y.name: y.values.tolist(),
                "events": {name: events.tolist() for name, events in self.events.items()},
                "total": self.total.tolist(),
            },
            "contour": _plain(self.contour),
            "discovery": _plain(self.discovery),
        }

    def __repr__(self) -> str:
        """One line."""
        axes = f"{self.plane.x.name}, {self.plane.y.name}"
        most = float(self.total.max())
        return f"<KeyReach of {self.scenario.name} over {axes}: at most {most:.4g} events>"


def _plain(lines: list[Line]) -> list[dict[str, Any]]:
    return [{"closed": line.closed, "points": line.points.tolist()} for line in lines]


def key_reach(
    scenario: Scenario,
    *,
    progress: Callable[[str], object] | None = None,
    executor: Executor | None = None,
) -> KeyReach:
    """Compute what a scenario's detectors exclude over a plane of two of its keys.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`; see `wayside.sensitivity.key_plane.key_plane` for its plane.
    progress
        Called with a line of text before every step.
    executor
        Who computes acceptances over the grid, this process if None.

    Raises
    ------
    InputError
        If the plane cannot be made.
    """
    say = progress or (lambda _: None)
    plane = key_plane(scenario)
    background = expected_background(scenario)
    x, y = np.meshgrid(plane.x.values, plane.y.values)
    say(f"yields over {len(plane.x.values)} x {len(plane.y.values)} points")
    if executor is not None:
        plane.prepare(executor)
    events = plane.events(x, y)
    refused = plane.refused  # of the grid: contours ask for further values
    if refused is not None and refused.count == refused.of:
        raise InputError(f"the whole plane is refused; the first point: {refused.first}")
    total = np.asarray(sum(events[name] for name in scenario.signal))
    say("contours")
    lines = [_level_lines(plane, total, level) for level in _levels(background)]
    missing = _not_simulated(scenario)
    return KeyReach(
        plane=plane,
        background=background,
        events=events,
        contour=lines[0],
        discovery=lines[1],
        flags=[
            *([] if is_pair(scenario.model) else [PHOTONS]),
            *checks.overlaps(scenario),
            *background.flags,
            *_accuracy(scenario),
            *_efficiency(scenario, missing),
            *_gaps(plane, refused),
            "existing limits and the relic density are not drawn in a plane of keys",
        ],
        refused=refused,
        not_simulated=missing,
    )


def _gaps(plane: KeyPlane, refused: Refused | None) -> list[str]:
    """One line where values of the axes are refused, and so have no events."""
    if refused is None:
        return []
    costly = [
        axis.name
        for axis, coupling in ((plane.x, plane.x_is_coupling), (plane.y, plane.y_is_coupling))
        if not coupling
    ]
    return [
        f"no events at {refused.count} of {refused.of} values of {', '.join(costly)}, which are"
        f" refused; the first: {refused.first}"
    ]


def _accuracy(scenario: Scenario) -> list[str]:
    """One line where the yield of the scenario's own point is not known to `NOTABLE`."""
    if is_pair(scenario.model):
        return []
    point, couplings = particle_point(scenario), scenario.model.couplings
    decays = sum(float(point.decays_per_fb(name, couplings)) for name in scenario.signal)
    error = sum(float(point.decays_error_per_fb(name, couplings)) for name in scenario.signal)
    if decays == 0.0:
        return ["no particle reaches a signal detector at the scenario's own point"]
    if error <= NOTABLE * decays:
        return []
    return [f"yield at the scenario's own point known to {100.0 * error / decays:.2g}%"]


def _not_simulated(scenario: Scenario) -> dict[str, float]:
    """Branching ratios of decays without an efficiency, at the scenario's own point."""
    if not scenario.run.simulates_efficiency or is_pair(scenario.model):
        return {}
    return particle_point(scenario).not_simulated(scenario.model.couplings)


def _efficiency(scenario: Scenario, missing: Mapping[str, float]) -> list[str]:
    """Which efficiency is used, where not all decays count, and what it leaves out."""
    flags: list[str] = table_report(scenario)["flags"]
    if not scenario.run.simulates_efficiency:
        return flags
    return [*flags, *table_flags(scenario), *not_simulated_words(missing)]


def _levels(background: Background) -> tuple[float, float]:
    return background.n_limit, background.n_discovery


def _level_lines(plane: KeyPlane, total: FloatArray, level: float) -> list[Line]:
    """Lines on which the expected events take a level, found by roots."""

    def above(x: FloatArray, y: FloatArray) -> FloatArray:
        events = plane.events(
            plane.x.from_coordinates(x),
            plane.y.from_coordinates(y),
            plane.scenario.signal,
            keep=False,
        )
        return _log_over(np.asarray(sum(events.values())), level)

    grid = _log_over(total, level)
    x, y = plane.x.coordinates, plane.y.coordinates
    if plane.x_is_coupling and not plane.y_is_coupling:
        # Only the vertical axis is costly: the same with the axes exchanged.
        swapped = trace(lambda a, b: above(b, a), y, x, grid.T, costly_x=True)
        lines = [Line(line.points[:, ::-1], line.closed) for line in swapped]
    else:
        lines = trace(above, x, y, grid, costly_x=not plane.x_is_coupling)
    return on_axes(lines, plane.x, plane.y)


def _log_over(events: FloatArray, level: float) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(events, 0.0) / level))
