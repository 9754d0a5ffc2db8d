"""Everything about one parameter point of a single particle, as nested dictionaries."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from wayside.acceptance.estimate import face_acceptance
from wayside.acceptance.timing import timing_rule
from wayside.models.couplings import Couplings
from wayside.production.flight import Flight
from wayside.production.particle_process import ParticleProcess
from wayside.scenario import Scenario, checks
from wayside.sensitivity.arrival_report import arrival_report, no_arrivals
from wayside.sensitivity.efficiency import table_flags, table_report
from wayside.sensitivity.hall_report import hall_report
from wayside.sensitivity.particle_efficiency import not_simulated_words
from wayside.sensitivity.particle_point import PHOTONS, ParticlePoint, particle_point
from wayside.version import __version__

REFERENCE_ACCURACY = 1e-6
"""Relative accuracy asked for at one point, which costs little against starting up."""

NO_RELIC = "not-applicable"
"""Flag of the relic density where the model has no state that could be dark matter."""


class _Detection(NamedTuple):
    """How many of the visible decays in a detector are detected."""

    efficiency: float = 1.0
    efficiency_error: float = 0.0
    """Statistical."""
    efficiency_at_most: float | None = None
    """With all timed vertices of photons and taus, which no search has measured; None where a table
    has all pairs."""


def particle_report(scenario: Scenario) -> dict[str, Any]:
    """Cross-sections, width, acceptances and yields of a scenario with a single particle.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.

    Returns
    -------
    dict
        Plain values; keys end in their units. Probabilities are per produced particle. A relic
        density and existing limits, which the model does not have, are None and empty.
    """
    point = replace(particle_point(scenario), rtol=REFERENCE_ACCURACY)
    couplings = scenario.model.couplings
    spread = spread_of(point)
    detections = {name: _detection(point, name, couplings) for name in scenario.detectors}
    detectors = [
        _detector(scenario, point, spread, name, detection)
        for name, detection in detections.items()
    ]
    missing = point.not_simulated(couplings) if point.simulates_efficiency else {}
    efficiency = _efficiency(scenario, detections, missing)
    return {
        "wayside": __version__,
        "scenario": scenario.to_dict(),
        "sqrt_s_gev": scenario.sqrt_s,
        "llp": {**_long_lived(point, couplings), **_width_range(point, spread, couplings)},
        "production": [_process(process, couplings) for process in point.processes],
        "detectors": detectors,
        "expected_events": float(
            sum(
                detector["expected_events"]
                for detector in detectors
                if detector["name"] in scenario.signal
            )
        ),
        "efficiency": efficiency,
        "efficiency_not_simulated": missing,
        "flags": [PHOTONS, *checks.overlaps(scenario), *efficiency["flags"]],
        "hall": hall_report(scenario),
        "existing_limits": {},
        "relic": {
            **dict.fromkeys(("omega_h2", "x_freeze_out", "uncertainty")),
            "flags": [NO_RELIC],
        },
    }


def spread_of(point: ParticlePoint) -> tuple[ParticlePoint, ParticlePoint] | None:
    """The point with narrower and with wider channels, by what is not known of them.

    Parameters
    ----------
    point
        One mass of a single particle.

    Returns
    -------
    tuple or None
        None where all open channels are known well.
    """
    factors = point.model.width_spread()
    if not any(width.channel in factors for width in point.widths):
        return None
    return (
        point.with_widths({channel: 1.0 / factor for channel, factor in factors.items()}),
        point.with_widths(factors),
    )


def _width_range(
    point: ParticlePoint,
    spread: tuple[ParticlePoint, ParticlePoint] | None,
    couplings: Couplings,
) -> dict[str, Any]:
    """Factors of partial widths that are not known well, and the total widths they allow."""
    if spread is None:
        return {"width_spread": {}, "width_range_gev": None}
    opened = {width.channel for width in point.widths if np.any(width.powers.of(**couplings) > 0.0)}
    factors = {name: f for name, f in point.model.width_spread().items() if name in opened}
    return {
        "width_spread": factors,
        "width_range_gev": [float(varied.width(couplings)) for varied in spread],
    }


def _long_lived(point: ParticlePoint, couplings: Couplings) -> dict[str, Any]:
    ratios = point.branching_ratios(couplings)
    return {
        "name": point.model.name,
        "mass_gev": point.model.mass,
        "width_gev": float(point.width(couplings)),
        "ctau_m": float(point.ctau(couplings)),
        "ctau_overridden": point.ctau_override is not None,
        "visible_fraction": float(point.visible_fraction(couplings)),
        "branching_ratios": {channel: float(value) for channel, value in ratios.items()},
    }


def _process(process: ParticleProcess, couplings: Couplings) -> dict[str, Any]:
    return {
        "process": process.name,
        "reaction": process.reaction,
        "cross_section_fb": float(process.cross_section(couplings)),
        "branching_ratio": float(process.branching_ratio(couplings)),
        "llps_per_event": process.flying_per_event,
    }


def _efficiency(
    scenario: Scenario, detections: Mapping[str, _Detection], missing: Mapping[str, float]
) -> dict[str, Any]:
    """Which efficiency is used; ``missing`` are the decays that no table knows."""
    report = table_report(scenario)
    if not scenario.run.simulates_efficiency:
        return report
    report["detectors"] = {name: made._asdict() for name, made in detections.items()}
    report["flags"] += [*table_flags(scenario), *not_simulated_words(missing)]
    return report


def _detection(point: ParticlePoint, name: str, couplings: Couplings) -> _Detection:
    if not point.simulates_efficiency:
        return _Detection()
    value = float(point.detected_fraction(name, couplings))
    unmeasured = point.timed_unmeasured(name, couplings)
    error = point.detected_error(name, couplings)
    return _Detection(value, error, value + unmeasured if unmeasured > 0.0 else None)


def _detector(
    scenario: Scenario,
    point: ParticlePoint,
    spread: tuple[ParticlePoint, ParticlePoint] | None,
    name: str,
    detection: _Detection,
) -> dict[str, Any]:
    couplings, luminosity = scenario.model.couplings, scenario.run.luminosity_fb
    decays = luminosity * float(point.decays_per_fb(name, couplings))
    events = decays * detection.efficiency
    error = detection.efficiency * luminosity * float(point.decays_error_per_fb(name, couplings))
    return {
        "name": name,
        "signal": name in scenario.signal,
        "face_acceptance": _face_acceptance(point, name, couplings),
        "hit_probability": float(point.hit_probability(name, couplings)),
        "decay_probability": float(point.decay_probability(name, couplings)),
        "decay_probability_mean_flight": None,
        "decays": decays,
        **detection._asdict(),
        "expected_events": events,
        "expected_events_error": error,
        "relative_error": error / events if events else 0.0,
        "expected_events_range": None
        if spread is None
        else sorted(
            float(varied.expected_events(name, couplings, luminosity)) for varied in spread
        ),
        **_arrival(point, name, float(point.ctau(couplings))),
    }


def _face_acceptance(point: ParticlePoint, name: str, couplings: Couplings) -> float | None:
    """Probability per particle to cross the front face; None where only samples are known."""
    total = produced = 0.0
    for process in point.processes:
        rate = float(process.produced_fb(couplings))
        produced += rate
        for part in process.parts:
            if not isinstance(part.flight, Flight):
                return None
            face = face_acceptance(part.flight, point.volumes[name], point.rtol)
            total += rate * part.fraction * face.value
    return total / produced if produced else 0.0


def _arrival(point: ParticlePoint, name: str, ctau: float) -> dict[str, Any]:
    """Arrival times, where all particles fly in one way and some reach the detector."""
    parts = [part for process in point.processes for part in process.parts]
    if len(parts) > 1 or not isinstance(parts[0].flight, Flight):
        return no_arrivals()
    if not point.acceptance(0, name).hit_probability > 0.0:
        return no_arrivals()
    return arrival_report(timing_rule(parts[0].flight, point.volumes[name]), ctau)
