"""Everything about one parameter point, as nested dictionaries of plain values."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wayside.constants import HBAR_C
from wayside.cosmology.relic import relic_density
from wayside.errors import InputError, NumericalError
from wayside.models.couplings import Couplings
from wayside.models.protocol import WidthErrors
from wayside.production.process import Process
from wayside.scenario import Scenario, checks
from wayside.scenario.model import is_pair
from wayside.sensitivity import mean_flight, mixture
from wayside.sensitivity.arrival_report import arrival_report, no_arrivals
from wayside.sensitivity.efficiency import detection_report, efficiency_report
from wayside.sensitivity.existing import SEARCHES, Existing
from wayside.sensitivity.hall_report import hall_report
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.particle_report import particle_report
from wayside.sensitivity.planes import mass_point
from wayside.sensitivity.uncertainty import yield_errors
from wayside.version import __version__


def point_report(scenario: Scenario) -> dict[str, Any]:
    """Cross-section, widths, lifetime, acceptances and yields of a scenario's parameter point.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.

    Returns
    -------
    dict
        Plain values; keys end in their units. Probabilities are per produced excited state. A value
        that does not exist (the width of an A' heavier than R(s) is known for) is None. The
        ``margin`` of an existing limit is ln(epsilon/limit), for displaced vertices
        ln(1 m/mean flight): positive where it covers the point. Uncertainties ``from_r`` are
        standard ones, None for a model that does not tell them: the hadronic width alone varies,
        so branching ratios vary together, and against each other.
    """
    if not is_pair(scenario.model):
        return particle_report(scenario)
    # One point costs nothing against starting up, so take it to the accuracy of a reference.
    point = replace(mass_point(scenario), rtol=1e-6)
    epsilon, g_d = scenario.pair.epsilon, scenario.pair.g_d
    ctau = float(point.ctau(epsilon, g_d))
    couplings = {"epsilon": epsilon, "g_d": g_d}
    processes = [_process(process, couplings) for process in point.processes]
    report: dict[str, Any] = {
        "wayside": __version__,
        "scenario": scenario.to_dict(),
        "sqrt_s_gev": scenario.sqrt_s,
        "production": {
            "cross_section_fb": sum(process["cross_section_fb"] for process in processes),
            "mode": point.mode,
            "regulator": _choice(point, "regulator"),
            "radiation": _choice(point, "radiation"),
            "vacuum_polarisation": _choice(point, "vacuum_polarisation"),
            "processes": processes,
        },
        "llp": _long_lived(point, couplings),
        "aprime": aprime_report(point, epsilon, g_d),
        "phi1": phi1_report(point, epsilon, g_d),
        "detectors": [_detector(scenario, point, name, ctau) for name in scenario.detectors],
    }
    report["expected_events"] = float(
        sum(d["expected_events"] for d in report["detectors"] if d["name"] in scenario.signal)
    )
    report["efficiency"] = efficiency_report(scenario, point)
    report["flags"] = point.flags(epsilon, g_d) + checks.overlaps(scenario)
    report["flags"] += report["efficiency"]["flags"]
    report["hall"] = hall_report(scenario)
    report["existing_limits"] = _existing(scenario, point)
    report["relic"] = relic_report(scenario, point, epsilon, g_d)
    return report


def _long_lived(point: MassPoint, couplings: dict[str, float]) -> dict[str, Any]:
    """What flies, by the keys that a single particle has too."""
    particle = point.model.long_lived
    ctau = float(point.ctau(**couplings))
    hats = point.excited_width_hats
    total = sum(hats.values())
    return {
        "name": particle.name,
        "mass_gev": particle.mass,
        "width_gev": HBAR_C / ctau,
        "ctau_m": ctau,
        "visible_fraction": 1.0,  # always to a pair of charged particles, or more of them
        "branching_ratios": {key: value / total if total else 0.0 for key, value in hats.items()},
    }


def _existing(scenario: Scenario, point: MassPoint) -> dict[str, dict[str, Any]]:
    """Margins by search; what covers the point without excluding it has no level and no say."""
    searches = Existing(scenario.run.recast, scenario.run.confidence_level)
    levels = searches.confidence_levels(point.model.m_aprime)
    report: dict[str, dict[str, Any]] = {}
    for search in SEARCHES:
        margin = float(search.margin(searches, point, scenario.pair.epsilon, scenario.pair.g_d))
        verdict = "excluded" if search.excludes else "covered"
        report[search.key] = {verdict: margin > 0.0, "margin": margin}
        if search.excludes:
            report[search.key]["confidence_level"] = levels[search.key]
    return report


def relic_report(
    scenario: Scenario, point: MassPoint, epsilon: float, g_d: float
) -> dict[str, Any]:
    """Relic density of a mass point at couplings, by the cosmology of a scenario."""
    try:
        result = relic_density(
            point.model,
            epsilon,
            g_d,
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


def _choice(point: MassPoint, name: str) -> Any:
    """How the processes treat something; None where none of them has the choice."""
    used = [process.treatment for process in point.processes if name in process.choices]
    return getattr(used[0], name) if used else None


def _process(process: Process, couplings: Couplings) -> dict[str, Any]:
    return {
        "process": process.name,
        "reaction": process.reaction,
        "cross_section_fb": float(process.cross_section(couplings)),
        "branching_ratio": float(process.branching_ratio(couplings)),
        "llps_per_event": process.flying_per_event,
    }


def aprime_report(point: MassPoint, epsilon: float, g_d: float) -> dict[str, Any]:
    """Width and branching ratios of A', and what R leaves open of them."""
    try:
        hats = point.visible_width_hats
    except InputError:
        return dict.fromkeys(("width_gev", "branching_ratios", *_ERRORS))
    couplings = {"epsilon": epsilon, "g_d": g_d}
    visible = float(point.model.visible_powers.of(**couplings))
    widths = {channel: value * visible for channel, value in hats.items()}
    widths["phi1 phi2"] = point.dark_width_hat * float(point.model.dark_powers.of(**couplings))
    total = sum(widths.values())
    error = point.mediator_widths.visible_error_hat
    return {
        "width_gev": total,
        "branching_ratios": {channel: value / total for channel, value in widths.items()},
        **_from_r(widths, None if error is None else error * visible),
    }


def phi1_report(point: MassPoint, epsilon: float, g_d: float) -> dict[str, Any]:
    """Width, flight and branching ratios of the excited state."""
    ctau = float(point.ctau(epsilon, g_d))
    gamma_beta = float(mixture.gamma_beta(point, epsilon, g_d))
    hats = point.excited_width_hats
    total = sum(hats.values())
    error = None
    if isinstance(point.model, WidthErrors):
        error = point.model.excited_width_error_hat() if hats["hadrons"] > 0.0 else 0.0
    return {
        "width_gev": HBAR_C / ctau,  # that of the lifetime in use, also where it is overridden
        "ctau_m": ctau,
        "ctau_overridden": point.ctau_override is not None,
        "mean_gamma_beta": gamma_beta,
        "mean_flight_m": gamma_beta * ctau,
        "branching_ratios": {
            channel: (value / total if total else 0.0) for channel, value in hats.items()
        },
        **_from_r(hats, error),
    }


_ERRORS = ("width_relative_error_from_r", "branching_ratio_errors_from_r")


def _from_r(widths: Mapping[str, float], error: float | None) -> dict[str, Any]:
    """Standard uncertainties that follow from one of the width into hadrons."""
    if error is None:
        return dict.fromkeys(_ERRORS)
    total = sum(widths.values())
    relative = error / total if total else 0.0
    # d(B_i) = (delta_i,hadrons - B_i) d(Gamma_hadrons)/Gamma
    branching = {
        channel: relative * ((channel == "hadrons") - value / total) if total else 0.0
        for channel, value in widths.items()
    }
    return dict(zip(_ERRORS, (relative, {k: abs(v) for k, v in branching.items()}), strict=True))


def _detector(scenario: Scenario, point: MassPoint, name: str, ctau: float) -> dict[str, Any]:
    epsilon, g_d = scenario.pair.epsilon, scenario.pair.g_d
    approximate = None
    if mean_flight.applies(point.volumes[name]):
        approximate = float(point.decay_probability(name, epsilon, g_d, decays="mean-flight"))
    chosen = float(point.decay_probability(name, epsilon, g_d))
    fraction = detection_report(point, name, epsilon, g_d)
    produced = float(point.produced_fb(epsilon, g_d)) * scenario.run.luminosity_fb
    return {
        "name": name,
        "signal": name in scenario.signal,
        "face_acceptance": float(mixture.face_acceptance(point, name, epsilon, g_d)),
        "hit_probability": float(mixture.hit_probability(point, name, epsilon, g_d)),
        "decay_probability": chosen,
        "decay_probability_mean_flight": approximate,
        "decays": produced * chosen,
        **fraction,
        "expected_events": float(
            point.expected_events(name, epsilon, g_d, scenario.run.luminosity_fb)
        ),
        "relative_error": mixture.relative_error(point, name),
        "uncertainty": yield_errors(scenario).plain(point, name, epsilon, g_d),
        **_arrival(point, name, ctau),
    }


def _arrival(point: MassPoint, name: str, ctau: float) -> dict[str, Any]:
    """Arrival times at a detector; None where several processes have each their own."""
    if len(point.parts) > 1 or point.curve(name)[0].empty:
        return no_arrivals()
    return arrival_report(point.timing(name), ctau)
