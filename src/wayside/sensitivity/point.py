"""Everything about one parameter point, as nested dictionaries of plain values."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from wayside import __version__
from wayside.acceptance.estimate import converged_rule
from wayside.acceptance.timing import quantiles
from wayside.constants import HBAR_C, SPEED_OF_LIGHT
from wayside.cosmology.relic import relic_density
from wayside.errors import InputError, NumericalError
from wayside.models.excited import hadronic_width_error
from wayside.scenario import Scenario
from wayside.sensitivity import study
from wayside.sensitivity.existing import Existing, Recast
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.planes import mass_point


def point_report(scenario: Scenario, *, recast: Recast = "exact") -> dict[str, Any]:
    """Cross-section, widths, lifetime, acceptances and yields of a scenario's parameter point.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    recast
        How existing limits are carried over, see `wayside.sensitivity.existing.Existing`.

    Returns
    -------
    dict
        Plain values; keys end in their units. Chances are per produced excited state. A value
        that does not exist (the width of an A' heavier than R(s) is known for) is None. The
        ``margin`` of an existing limit is ln(epsilon/limit), for displaced vertices
        ln(1 m/mean flight): positive where it covers the point.
    """
    # One point costs nothing against starting up, so take it to the accuracy of a reference.
    point = replace(mass_point(scenario), rtol=1e-6)
    epsilon, g_d = scenario.model.epsilon, scenario.model.g_d
    ctau = float(point.ctau(epsilon, g_d))
    report: dict[str, Any] = {
        "wayside": __version__,
        "scenario": scenario.to_dict(),
        "sqrt_s_gev": scenario.sqrt_s,
        "production": {
            "cross_section_fb": _cross_section(point, epsilon, g_d),
            "mode": point.mode,
            "regulator": point.regulator if point.mode == "on-shell" else None,
        },
        "aprime": _aprime(point, epsilon, g_d),
        "phi1": _phi1(point, ctau),
        "detectors": [_detector(scenario, point, name, ctau) for name in scenario.detectors],
    }
    report["expected_events"] = float(
        sum(d["expected_events"] for d in report["detectors"] if d["name"] in scenario.signal)
    )
    report["flags"] = point.flags(epsilon, g_d)
    report["existing_limits"] = {
        key: {"excluded": bool(value > 0.0), "margin": value}
        for key, value in (
            (key, float(function(point, epsilon, g_d)))
            for key, function in Existing(recast).margins().items()
        )
    }
    report["relic"] = _relic(scenario, point)
    return report


def _relic(scenario: Scenario, point: MassPoint) -> dict[str, Any]:
    try:
        result = relic_density(
            point.model,
            scenario.model.epsilon,
            scenario.model.g_d,
            hadrons=scenario.cosmology.hadrons,
            dof_name=scenario.cosmology.dof,
        )
    except (InputError, NumericalError) as error:
        # Input that is refused: an A' heavier than R(s) is known for.
        flag = "outside-tables" if isinstance(error, InputError) else "not-computed"
        nothing = dict.fromkeys(("omega_h2", "x_freeze_out", "uncertainty"))
        return {**nothing, "flags": [flag]}
    return {
        "omega_h2": result.omega_h2,
        "x_freeze_out": result.x_freeze_out,
        "uncertainty": result.uncertainty,
        "flags": list(result.flags),
    }


def _cross_section(point: MassPoint, epsilon: float, g_d: float) -> float:
    """Of A' on shell, of the pair off shell; in fb."""
    couplings2 = epsilon**2 * (g_d**2 if point.mode == "off-shell" else 1.0)
    return point.cross_section_hat * couplings2


def _aprime(point: MassPoint, epsilon: float, g_d: float) -> dict[str, Any]:
    dark = point.dark_width_hat * g_d**2
    try:
        hats = point.visible_width_hats
    except InputError:
        return {"width_gev": None, "branching_ratios": None}
    widths = {channel: value * epsilon**2 for channel, value in hats.items()}
    widths["phi1 phi2"] = dark
    total = sum(widths.values())
    return {
        "width_gev": total,
        "branching_ratios": {channel: value / total for channel, value in widths.items()},
    }


def _phi1(point: MassPoint, ctau: float) -> dict[str, Any]:
    hats = point.excited_width_hats
    width = HBAR_C / ctau  # that of the lifetime in use, also where it is overridden
    total = sum(hats.values())
    model = point.model
    error = 0.0
    if hats["hadrons"] > 0.0:
        absolute = float(
            np.asarray(hadronic_width_error(model.kind, model.m_aprime, model.m1, model.m2))  # type: ignore[arg-type]
        )
        error = absolute / total
    return {
        "width_gev": width,
        "width_relative_error_from_r": error,
        "ctau_m": ctau,
        "ctau_overridden": point.ctau_override is not None,
        "mean_gamma_beta": point.mean_gamma_beta,
        "mean_flight_m": point.mean_gamma_beta * ctau,
        "branching_ratios": {
            channel: (value / total if total else 0.0) for channel, value in hats.items()
        },
    }


def _detector(scenario: Scenario, point: MassPoint, name: str, ctau: float) -> dict[str, Any]:
    epsilon, g_d = scenario.model.epsilon, scenario.model.g_d
    face = point.face(name)
    curve, error = point.curve(name)
    exact = float(point.decay_probability(name, epsilon, g_d))
    approximate = float(study.decay_probability(point, name, epsilon, g_d))
    chosen = approximate if scenario.run.decays == "study" else exact
    produced = float(point.produced_fb(epsilon, g_d)) * scenario.run.luminosity_fb
    return {
        "name": name,
        "signal": name in scenario.signal,
        "face_acceptance": face.value,
        "hit_probability": curve.hit_probability,
        "decay_probability": chosen,
        "decay_probability_study": approximate,
        "expected_events": produced * chosen,
        "relative_error": max(error, face.relative_error),
        "arrival_ns": _arrival(point, name, ctau),
    }


def _arrival(point: MassPoint, name: str, ctau: float) -> dict[str, Any] | None:
    """Arrival of light and quantiles of that of excited states that decay inside."""
    if not math.isfinite(ctau) or point.curve(name)[0].empty:
        return None
    rule, _ = converged_rule(point.flight, point.boxes[name], point.rtol)
    early, median, late = quantiles(rule, ctau, (0.05, 0.5, 0.95)).tolist()
    light = float(np.min(rule.sky.near)) / SPEED_OF_LIGHT
    return {"light": light, "percentile_5": early, "median": median, "percentile_95": late}
