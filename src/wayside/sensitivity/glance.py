"""The main numbers of a place in a plane, from a mass point that is there already."""

from typing import Any

from wayside.models.couplings import Couplings
from wayside.scenario import Scenario
from wayside.sensitivity import mixture
from wayside.sensitivity.efficiency import detection_report
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.particle_point import ParticlePoint
from wayside.sensitivity.point import aprime_report, phi1_report, relic_report


def glance(scenario: Scenario, point: MassPoint, epsilon: float, g_d: float) -> dict[str, Any]:
    """Cross-section, lifetime, branching ratios, acceptances, yields and relic density.

    Parameters
    ----------
    scenario
        Detectors, luminosity and cosmology.
    point
        Its masses, or others.
    epsilon, g_d
        Couplings.

    Returns
    -------
    dict
        Plain values by keys of `wayside.sensitivity.point.point_report`, a part of it.
    """
    run = scenario.run
    flight = phi1_report(point, epsilon, g_d)
    detectors = [
        {
            "name": name,
            "signal": name in scenario.signal,
            "hit_probability": float(mixture.hit_probability(point, name, epsilon, g_d)),
            "decay_probability": float(point.decay_probability(name, epsilon, g_d)),
            **detection_report(point, name, epsilon, g_d),
            "expected_events": float(point.expected_events(name, epsilon, g_d, run.luminosity_fb)),
        }
        for name in scenario.detectors
    ]
    return {
        "produced_fb": float(point.produced_fb(epsilon, g_d)),
        "ctau_m": flight["ctau_m"],
        "mean_flight_m": flight["mean_flight_m"],
        "branching_ratios": flight["branching_ratios"],
        "aprime_branching_ratios": aprime_report(point, epsilon, g_d)["branching_ratios"],
        "detectors": detectors,
        "expected_events": _signal_events(detectors),
        "omega_h2": relic_report(scenario, point, epsilon, g_d)["omega_h2"],
    }


def particle_glance(
    scenario: Scenario, point: ParticlePoint, couplings: Couplings
) -> dict[str, Any]:
    """The same for a single particle, without an A' and a relic density.

    Parameters
    ----------
    scenario
        Detectors and luminosity.
    point
        Mass and widths.
    couplings
        By name.
    """
    ratios = point.branching_ratios(couplings)
    detectors = [
        {
            "name": name,
            "signal": name in scenario.signal,
            "hit_probability": float(point.hit_probability(name, couplings)),
            "decay_probability": float(point.decay_probability(name, couplings)),
            "efficiency": float(point.visible_fraction(couplings)),
            "expected_events": float(
                point.expected_events(name, couplings, scenario.run.luminosity_fb)
            ),
        }
        for name in scenario.detectors
    ]
    return {
        "produced_fb": float(point.produced_fb(couplings)),
        "ctau_m": float(point.ctau(couplings)),
        "branching_ratios": {channel: float(value) for channel, value in ratios.items()},
        "detectors": detectors,
        "expected_events": _signal_events(detectors),
    }


def _signal_events(detectors: list[dict[str, Any]]) -> float:
    return float(sum(detector["expected_events"] for detector in detectors if detector["signal"]))
