"""What is drawn over a plane: each curve is where a function of the couplings takes a level."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from wayside.scenario import Scenario
from wayside.scenario.sections import Efficiency
from wayside.sensitivity import mean_flight
from wayside.sensitivity.background import Background
from wayside.sensitivity.contours import Line, trace
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.plane_axes import Axis
from wayside.sensitivity.planes import CouplingFunction, Plane
from wayside.sensitivity.uncertainty import YieldErrors, combined_error, yield_errors
from wayside.typing import FloatArray

CONTOUR: Final = "contour"
DISCOVERY: Final = "discovery"
APPROXIMATE: Final = "approximate"
UNITY: Final = "unity"
LOWER: Final = "lower"
UPPER: Final = "upper"


class Curve(NamedTuple):
    """A level line of a function over a plane."""

    name: str
    """`CONTOUR`, `DISCOVERY`, `APPROXIMATE`, `UNITY`, `LOWER`, `UPPER`, or the key of an existing
    search."""
    function: CouplingFunction
    """Logarithm of a yield, or margin of an existing search."""
    level: float
    """Value of the function on the line."""

    def above_level(self, point: MassPoint, epsilon: FloatArray, g_d: FloatArray) -> FloatArray:
        """The function less its level: positive on one side of the line."""
        return np.asarray(self.function(point, epsilon, g_d) - self.level)


def yield_curves(scenario: Scenario, background: Background) -> list[Curve]:
    """Curves of the expected events in the signal detectors.

    Parameters
    ----------
    scenario
        Detectors, luminosity and efficiency.
    background
        Its limits on signal events are the levels.

    Returns
    -------
    list of Curve
        Exclusion, discovery, exclusion with one mean flight length (and one photon) if all
        detectors are boxes and, where efficiencies are simulated, exclusion if every decay were
        detected; with ``plane.band`` exclusion with yields one standard error lower and higher.
    """
    events = log_yield(scenario, expected_events)
    limit, discovery = np.log(background.n_limit), np.log(background.n_discovery)
    curves = [
        Curve(CONTOUR, events, limit),
        Curve(DISCOVERY, events, discovery),
    ]
    boxes = all(mean_flight.applies(scenario.detectors[name].build()) for name in scenario.signal)
    if boxes:
        approximate = log_yield(scenario, mean_flight.expected_events)
        curves.append(Curve(APPROXIMATE, approximate, limit))
    if scenario.run.simulates_efficiency:
        every_decay = partial(expected_events, efficiency="unity")
        curves.append(Curve(UNITY, log_yield(scenario, every_decay), limit))
    if scenario.plane.band:
        errors = yield_errors(scenario)
        curves += [
            Curve(name, _shifted(scenario, events, errors, sign), limit)
            for name, sign in ((LOWER, -1.0), (UPPER, 1.0))
        ]
    return curves


def _shifted(
    scenario: Scenario, log_events: CouplingFunction, errors: YieldErrors, sign: float
) -> CouplingFunction:
    """Logarithm of a yield that is wrong by one standard error, a factor 1 + error."""

    def logarithm(point: MassPoint, epsilon: FloatArray, g_d: FloatArray) -> FloatArray:
        error = combined_error(scenario, errors, point, epsilon, g_d)
        return np.asarray(log_events(point, epsilon, g_d) + sign * np.log1p(error))

    return logarithm


def expected_events(
    point: MassPoint,
    name: str,
    epsilon: FloatArray,
    g_d: FloatArray,
    luminosity_fb: float,
    efficiency: Efficiency | None = None,
) -> FloatArray:
    """Expected events; parameters as in `MassPoint.expected_events`."""
    return point.expected_events(name, epsilon, g_d, luminosity_fb, efficiency=efficiency)


def log_yield(scenario: Scenario, events: Callable[..., FloatArray]) -> CouplingFunction:
    """Logarithm of the expected events in all signal detectors, as a function of the couplings.

    Parameters
    ----------
    scenario
        Signal detectors and luminosity.
    events
        Expected events of one detector; parameters as in `expected_events`.
    """

    def logarithm(point: MassPoint, epsilon: FloatArray, g_d: FloatArray) -> FloatArray:
        luminosity = scenario.run.luminosity_fb
        counts = [events(point, name, epsilon, g_d, luminosity) for name in scenario.signal]
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(sum(counts)))

    return logarithm


def traced(
    plane: Plane, curves: Sequence[Curve], grids: Mapping[CouplingFunction, FloatArray]
) -> dict[str, list[Line]]:
    """Level lines of curves.

    Parameters
    ----------
    plane
        Axes, and the mass point of each column.
    curves
        What to trace.
    grids
        Functions of the curves on the grid of the plane, shape (epsilon, x).

    Returns
    -------
    dict
        Lines by name of the curve, in the values of the axes: x, epsilon.
    """
    return {curve.name: _trace(plane, curve, grids[curve.function]) for curve in curves}


def _trace(plane: Plane, curve: Curve, grid: FloatArray) -> list[Line]:
    def shifted(x: FloatArray, epsilon: FloatArray) -> FloatArray:
        values = plane.evaluate(
            curve.function, plane.x.from_coordinates(x), plane.epsilon.from_coordinates(epsilon)
        )
        return values - curve.level

    lines = trace(
        shifted,
        plane.x.coordinates,
        plane.epsilon.coordinates,
        grid - curve.level,
        costly_x=plane.varies_masses,
    )
    return on_axes(lines, plane.x, plane.epsilon)


def on_axes(lines: Sequence[Line], x: Axis, y: Axis) -> list[Line]:
    """Lines in coordinates of two axes, in the values of these axes."""
    return [
        Line(
            np.stack(
                [x.from_coordinates(line.points[:, 0]), y.from_coordinates(line.points[:, 1])],
                axis=1,
            ),
            line.closed,
        )
        for line in lines
    ]
