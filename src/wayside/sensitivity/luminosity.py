"""What is excluded against luminosity: without background, with it, and with a control detector."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from wayside.backgrounds.budget import Budget
from wayside.limits import control as with_control
from wayside.scenario import Scenario
from wayside.sensitivity.background import (
    Background,
    control_detector,
    control_of,
    expected_limit,
)
from wayside.sensitivity.planes import mass_point
from wayside.typing import FloatArray

EPSILON = np.geomspace(1e-8, 0.9, 1601)
"""Couplings over which yields are computed."""

_MOST = 1e5
"""Background beyond which the limit with a control detector is not computed: it takes seconds."""


@dataclass(frozen=True)
class Curve:
    """Limits of one treatment of the background."""

    title: str
    n_limit: FloatArray
    """Signal events in the signal detectors that are excluded; nan where not computed."""
    epsilon: FloatArray
    """Smallest epsilon excluded at the scenario's masses and g_D; nan where there is none."""


@dataclass(frozen=True)
class LuminosityScan:
    """Limits against luminosity.

    Made by `luminosity_scan`. Exposure time grows with luminosity, and every source with both.
    """

    luminosity_fb: FloatArray
    background: FloatArray
    """Expected background events in the signal detectors."""
    curves: dict[str, Curve]
    """By ``"zero"``, ``"background"`` and, with a control detector, ``"control"``."""
    control: str | None = None
    """Name of the control detector."""
    signal_ratio: float = 0.0
    """Expected signal there over that in the signal detector, at the scenario's own point."""


def luminosity_scan(
    scenario: Scenario, background: Background, sources: Budget | None = None, points: int = 81
) -> LuminosityScan:
    """Limits against luminosity, up to ten times the scenario's.

    They begin at a thousandth of it, or lower, where zero background holds only below.

    Parameters
    ----------
    scenario
        Masses, g_D, detectors and the luminosity to which the background belongs.
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
    events = _yields(scenario)
    signal = np.asarray(sum(events[name] for name in scenario.signal))
    excluded = partial(smallest_epsilon, signal, luminosity)
    zero = Curve("no background", none, excluded(none))
    curves = {"zero": zero, "background": Curve("background", known, excluded(known))}
    other = control_detector(scenario) if sources is not None else None
    if other is None or sources is None or control_of(scenario, sources, 0.0) is None:
        return LuminosityScan(luminosity, expected, curves)
    limits = []
    for b, e, epsilon in zip(expected, errors, zero.epsilon, strict=True):
        # The signal's ratio depends on the lifetime; take it where the limit is about to be.
        ratio = _ratio_at(epsilon, events[other], signal)
        control = control_of(scenario, sources, ratio)
        assert control is not None
        limits.append(
            with_control.expected_upper_limit(b, e, control, run.confidence_level)
            if b <= _MOST
            else math.nan
        )
    subtracted = np.array(limits)
    curves["control"] = Curve(f"with {other} as control", subtracted, excluded(subtracted))
    own = _ratio_at(scenario.pair.epsilon, events[other], signal)
    return LuminosityScan(luminosity, expected, curves, other, own)


def _yields(scenario: Scenario) -> dict[str, FloatArray]:
    """Expected events per fb^-1 by detector over a grid of epsilon, at the scenario's g_D."""
    point = mass_point(scenario)
    return {
        name: np.asarray(point.expected_events(name, EPSILON, scenario.pair.g_d, 1.0))
        for name in scenario.detectors
    }


def smallest_epsilon(events: FloatArray, luminosity: FloatArray, n_limit: FloatArray) -> FloatArray:
    """Where yields first reach the limit, between neighbours of the grid along a power law.

    Parameters
    ----------
    events
        Expected events per fb^-1 over the grid `EPSILON`.
    luminosity
        Luminosities in fb^-1, shape (n,).
    n_limit
        Signal events excluded at each, shape (n,).

    Returns
    -------
    array
        Values of epsilon, nan where nothing is excluded; shape (n,).
    """
    smallest = np.full(len(luminosity), np.nan)
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(events, 0.0))
    for i, level in enumerate(np.log(n_limit / luminosity)):
        above = np.flatnonzero(logs >= level)
        if len(above) and above[0] > 0:
            k = int(above[0])
            fraction = (level - logs[k - 1]) / (logs[k] - logs[k - 1])
            smallest[i] = EPSILON[k - 1] * (EPSILON[k] / EPSILON[k - 1]) ** fraction
    return smallest


def _ratio_at(epsilon: float, other: FloatArray, signal: FloatArray) -> float:
    """Signal in the control detector over that in the signal detector; without a limit, at best."""
    at = int(np.argmax(signal)) if math.isnan(epsilon) else int(np.searchsorted(EPSILON, epsilon))
    return float(other[at] / signal[at]) if signal[at] > 0.0 else 0.0
