"""What is excluded against luminosity: without background, with it, and with a control detector."""

import math
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from wayside.backgrounds.budget import Budget
from wayside.limits import control as with_control
from wayside.models.registry import particle_class
from wayside.scenario import Scenario
from wayside.scenario.model import is_pair
from wayside.sensitivity.background import (
    Background,
    control_detector,
    control_of,
    expected_limit,
)
from wayside.sensitivity.key_plane import expected_events, point_of
from wayside.typing import FloatArray

POINTS = 81
"""Luminosities of a scan."""

EPSILON = np.geomspace(1e-8, 0.9, 1601)
"""Couplings over which yields of pairs are computed."""

_MOST = 1e5
"""Background beyond which the limit with a control detector is not computed: it takes seconds."""


class ScannedCoupling(NamedTuple):
    """The coupling of which the smallest excluded value is sought."""

    name: str
    symbol: str
    """In mathtext without dollars."""
    unit: str
    values: FloatArray
    """Values over which yields are computed, rising."""
    scenario_value: float
    """Value at the scenario's own point."""
    words: str
    """What stays fixed, for people; empty if nothing does."""


@dataclass(frozen=True)
class Curve:
    """Limits of one treatment of the background."""

    title: str
    n_limit: FloatArray
    """Signal events in the signal detectors that are excluded; nan where not computed."""
    smallest: FloatArray
    """Smallest coupling excluded, all else fixed; nan where there is none."""


@dataclass(frozen=True)
class LuminosityScan:
    """Limits against luminosity.

    Made by `luminosity_scan`. Exposure time grows with luminosity, and every source with both.
    """

    luminosity_fb: FloatArray
    strength: ScannedCoupling
    background: FloatArray
    """Expected background events in the signal detectors."""
    curves: dict[str, Curve]
    """By ``"zero"``, ``"background"`` and, with a control detector, ``"control"``."""
    control: str | None = None
    """Name of the control detector."""
    signal_ratio: float = 0.0
    """Expected signal there over that in the signal detector, at the scenario's own point."""


def luminosity_scan(
    scenario: Scenario, background: Background, sources: Budget | None = None, points: int = POINTS
) -> LuminosityScan:
    """Limits against luminosity, up to ten times the scenario's.

    They begin at a thousandth of it, or lower, where zero background holds only below.

    Parameters
    ----------
    scenario
        Masses, couplings, detectors and the luminosity to which the background belongs.
    background
        Expected background, such as from `wayside.sensitivity.background.expected_background`.
    sources
        Sources of the background by detector; None leaves out the control detector.
    points
        Number of luminosities, in equal steps of their logarithm.
    """
    run = scenario.run
    until = background.zero_until() / run.luminosity_fb
    start = max(min(1e-3, 0.3 * until), 1e-6) if math.isfinite(until) else 1e-3
    luminosity = run.luminosity_fb * np.geomspace(start, 10.0, points)
    expected = background.value * luminosity / run.luminosity_fb
    errors = background.relative_error * expected
    none = np.full(points, expected_limit(0.0, 0.0, run.confidence_level))
    known = np.array(
        [expected_limit(b, e, run.confidence_level) for b, e in zip(expected, errors, strict=True)]
    )
    strength = strength_of(scenario)
    events = _yields(scenario, strength)
    signal = np.asarray(sum(events[name] for name in scenario.signal))
    excluded = partial(smallest_coupling, strength.values, signal, luminosity)
    zero = Curve("no background", none, excluded(none))
    curves = {"zero": zero, "background": Curve("background", known, excluded(known))}
    control_name = control_detector(scenario) if sources is not None else None
    if control_name is None or sources is None or control_of(scenario, sources, 0.0) is None:
        return LuminosityScan(luminosity, strength, expected, curves)
    limits = []
    for b, e, value in zip(expected, errors, zero.smallest, strict=True):
        # The signal's ratio depends on the lifetime; take it where the limit is about to be.
        ratio = _ratio_at(value, strength, events[control_name], signal)
        control = control_of(scenario, sources, ratio)
        assert control is not None
        limits.append(
            with_control.expected_upper_limit(b, e, control, run.confidence_level)
            if b <= _MOST
            else math.nan
        )
    subtracted = np.array(limits)
    curves["control"] = Curve(f"with {control_name} as control", subtracted, excluded(subtracted))
    own_ratio = _ratio_at(strength.scenario_value, strength, events[control_name], signal)
    return LuminosityScan(luminosity, strength, expected, curves, control_name, own_ratio)


def strength_of(scenario: Scenario) -> ScannedCoupling:
    """The coupling of which a scenario's smallest excluded value is sought.

    That is epsilon for a pair, and for a single particle the coupling of its plane.
    """
    if is_pair(scenario.model):
        pair = scenario.pair
        return ScannedCoupling(
            "epsilon", r"\varepsilon", "1", EPSILON, pair.epsilon, f"g_D = {pair.g_d:g}"
        )
    key = scenario.particle.axes[1].removeprefix("model.")
    declared = particle_class(scenario.model.kind).couplings
    coupling = next(parameter for parameter in declared if parameter.name == key)
    values = np.geomspace(*coupling.plane, len(EPSILON))
    couplings = scenario.particle.couplings
    fixed = [f"{name} = {value:g}" for name, value in couplings.items() if value and name != key]
    return ScannedCoupling(
        key, coupling.symbol, coupling.unit, values, couplings[key], ", ".join(fixed)
    )


def _yields(scenario: Scenario, strength: ScannedCoupling) -> dict[str, FloatArray]:
    """Expected events per fb^-1 by detector over a grid of the coupling, others fixed."""
    point = point_of(scenario)
    shape = strength.values.shape
    couplings = {name: np.full(shape, value) for name, value in scenario.model.couplings.items()}
    couplings[strength.name] = strength.values
    return {
        name: np.asarray(expected_events(point, name, couplings, 1.0))
        for name in scenario.detectors
    }


def smallest_coupling(
    grid: FloatArray, events: FloatArray, luminosity: FloatArray, n_limit: FloatArray
) -> FloatArray:
    """Where yields first reach the limit, between neighbours of the grid along a power law.

    Parameters
    ----------
    grid
        Values of the coupling.
    events
        Expected events per fb^-1 over them.
    luminosity
        Luminosities in fb^-1, shape (n,).
    n_limit
        Signal events excluded at each, shape (n,).

    Returns
    -------
    array
        Values of the coupling, nan where nothing is excluded; shape (n,).
    """
    smallest = np.full(len(luminosity), np.nan)
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(events, 0.0))
    for i, level in enumerate(np.log(n_limit / luminosity)):
        above = np.flatnonzero(logs >= level)
        if len(above) and above[0] > 0:
            k = int(above[0])
            fraction = (level - logs[k - 1]) / (logs[k] - logs[k - 1])
            smallest[i] = grid[k - 1] * (grid[k] / grid[k - 1]) ** fraction
    return smallest


def _ratio_at(
    value: float, strength: ScannedCoupling, control: FloatArray, signal: FloatArray
) -> float:
    """Signal in the control detector over that in the signal detector; without a limit, at best."""
    grid = strength.values
    at = int(np.argmax(signal)) if math.isnan(value) else int(np.searchsorted(grid, value))
    at = min(at, len(grid) - 1)
    return float(control[at] / signal[at]) if signal[at] > 0.0 else 0.0
