"""Yields and limits over a plane, with the lines that a figure shows: exact, or at once.

`drawn` solves for every vertex of every line, which is what a result has. `preview` draws lines
between the grid points by interpolation, some ten times faster, while a value is being changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from wayside.scenario import Scenario
from wayside.sensitivity.background import Background
from wayside.sensitivity.columns import resolved
from wayside.sensitivity.contours import Line, interpolated
from wayside.sensitivity.curves import (
    Curve,
    expected_events,
    on_axes,
    traced,
    yield_curves,
)
from wayside.sensitivity.existing import Existing
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.planes import CouplingFunction, Plane
from wayside.typing import FloatArray

Progress = Callable[[str], object]


@dataclass(frozen=True)
class Drawn:
    """What is drawn over a plane, apart from the relic density.

    Made by `drawn` or `preview`. Lines are in the values of the axes.
    """

    plane: Plane
    background: Background
    events: dict[str, FloatArray]
    """Expected events on the grid by detector, shape (epsilon, x)."""
    lines: dict[str, list[Line]]
    """By name of the curve: those of `wayside.sensitivity.curves`, and keys of searches."""
    margins: dict[str, FloatArray]
    """Margins of existing searches on the grid, shape (epsilon, x); positive where excluded."""

    @property
    def total(self) -> FloatArray:
        """Expected events in all signal detectors on the grid, shape (epsilon, x)."""
        return total(self.plane.scenario, self.events)


@dataclass(frozen=True)
class Searched:
    """Existing searches over a plane: lines between its grid points, and margins on them."""

    lines: dict[str, list[Line]]
    """Borders by key of the search, in the values of the axes."""
    margins: dict[str, FloatArray]
    """By key of the search, shape (epsilon, x); positive where excluded."""


def total(scenario: Scenario, events: Mapping[str, FloatArray]) -> FloatArray:
    """Sum of events by detector over the signal detectors."""
    return np.asarray(sum(events[name] for name in scenario.signal))


def drawn(
    plane: Plane, background: Background, searches: Existing, say: Progress = lambda _: None
) -> Drawn:
    """Compute all lines to the accuracy of the yields, with columns of masses where needed.

    Parameters
    ----------
    plane
        From `wayside.sensitivity.planes.plane_of`.
    background
        Its limits are the levels of the contours.
    searches
        Existing searches.
    say
        Called with a line of text before every step.
    """
    curves, borders = yield_curves(plane.scenario, background), _borders(searches)
    if plane.varies_masses:
        say("columns")
    plane = resolved(
        plane,
        [curve.above_level for curve in curves],
        [border.function for border in borders],
    )
    say(f"yields over {len(plane.x.values)} x {len(plane.epsilon.values)} points")
    events = events_on(plane, tuple(plane.scenario.detectors))
    grids = {curves[0].function: _log_total(plane.scenario, events)}
    lines: dict[str, list[Line]] = {}
    for words, group in (("contours", curves), ("existing limits", borders)):
        say(words)
        _fill(grids, plane, group)
        lines |= traced(plane, group, grids)
    return Drawn(plane, background, events, lines, _margins(borders, grids))


def preview(plane: Plane, background: Background, searched: Searched) -> Drawn:
    """Compute the same with lines interpolated between grid points, and no more columns.

    Events are those of the signal detectors alone.

    Parameters
    ----------
    plane, background
        As for `drawn`.
    searched
        From `searched_between` of a plane with the same axes and masses.
    """
    curves = yield_curves(plane.scenario, background)
    events = events_on(plane, plane.scenario.signal)
    grids = {curves[0].function: _log_total(plane.scenario, events)}
    _fill(grids, plane, curves)
    lines = _between(plane, curves, grids)
    return Drawn(plane, background, events, lines | searched.lines, searched.margins)


def searched_between(plane: Plane, searches: Existing) -> Searched:
    """Borders of existing searches, interpolated between grid points.

    Parameters
    ----------
    plane, searches
        As for `drawn`.
    """
    borders = _borders(searches)
    grids: dict[CouplingFunction, FloatArray] = {}
    _fill(grids, plane, borders)
    return Searched(_between(plane, borders, grids), _margins(borders, grids))


def _between(
    plane: Plane, curves: list[Curve], grids: Mapping[CouplingFunction, FloatArray]
) -> dict[str, list[Line]]:
    """Lines by name of the curve, interpolated between grid points."""
    x, epsilon = plane.x.coordinates, plane.epsilon.coordinates
    return {
        curve.name: on_axes(
            interpolated(x, epsilon, grids[curve.function] - curve.level), plane.x, plane.epsilon
        )
        for curve in curves
    }


def _borders(searches: Existing) -> list[Curve]:
    return [Curve(key, margin, 0.0) for key, margin in searches.margins().items()]


def _margins(
    borders: list[Curve], grids: Mapping[CouplingFunction, FloatArray]
) -> dict[str, FloatArray]:
    return {border.name: grids[border.function] for border in borders}


def _fill(grids: dict[CouplingFunction, FloatArray], plane: Plane, curves: list[Curve]) -> None:
    """Add the functions of curves on the grid of a plane."""
    x, epsilon = np.meshgrid(plane.x.values, plane.epsilon.values)
    for curve in curves:
        if curve.function not in grids:
            grids[curve.function] = plane.evaluate(curve.function, x, epsilon)


def events_on(plane: Plane, detectors: tuple[str, ...]) -> dict[str, FloatArray]:
    """Expected events on the grid of a plane.

    Parameters
    ----------
    plane
        From `wayside.sensitivity.planes.plane_of`.
    detectors
        Names.

    Returns
    -------
    dict
        By detector, each of shape (epsilon, x).
    """
    x, epsilon = np.meshgrid(plane.x.values, plane.epsilon.values)
    return {
        name: np.maximum(plane.evaluate(_events_in(plane.scenario, name), x, epsilon), 0.0)
        for name in detectors
    }


def _log_total(scenario: Scenario, events: Mapping[str, FloatArray]) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(total(scenario, events)))


def _events_in(scenario: Scenario, name: str) -> CouplingFunction:
    """Expected events in one detector as a function of the couplings."""

    def events(point: MassPoint, epsilon: FloatArray, g_d: FloatArray) -> FloatArray:
        return expected_events(point, name, epsilon, g_d, scenario.run.luminosity_fb)

    return events
