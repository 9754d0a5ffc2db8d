"""``wayside point``: everything about one parameter point."""

from pathlib import Path
from textwrap import wrap
from typing import Any, Final

import click

from wayside.cli.common import (
    claim_out,
    json_option,
    load,
    out_option,
    recast_option,
    scenario_options,
    table_text,
)
from wayside.text import json_text

_NO_BREAK = "\N{NO-BREAK SPACE}"


@click.command("point")
@scenario_options
@out_option
@json_option
@recast_option
def command(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    recast: str | None,
) -> None:
    """Print cross-sections, widths, lifetime, acceptances and yields of one point.

    SCENARIO is a built-in name or a TOML file. With --out, writes point.json, and arrivals.png,
    arrivals.pdf and arrivals.csv: when excited states enter the detectors.
    """
    loaded = load(scenario, overrides, run__recast=recast)
    if out is not None:
        claim_out(out, "point.json", loaded)
    from wayside.results.point import point_report

    report = point_report(loaded)
    written = report.save(out) if out else []
    if as_json:
        click.echo(json_text(report))
    else:
        click.echo("\n".join([_text(report), *(f"wrote {path}" for path in written)]))


def _text(report: dict[str, Any]) -> str:
    run = report["scenario"]["run"]
    single = "phi1" not in report
    lines = [*(_particle(report) if single else _pair(report)), ""]
    heads = ("detector", "on face", "crosses", "decays in", "events", "error")
    lines += table_text(heads, [_row(detector) for detector in report["detectors"]]).split("\n")
    flying = report["llp"]["name"] if single else "phi1"
    for detector in report["detectors"]:
        arrival, delay = detector["arrival_ns"], detector["delay_ns"]
        if arrival:
            lines.append(
                f"arrival at {detector['name']}: light {arrival['light']:.4g} ns, {flying} median"
                f" {arrival['median']:.4g} ns (90% within {arrival['percentile_5']:.4g}"
                f" to {arrival['percentile_95']:.4g}), {delay['median']:.4g} ns after"
                " light"
            )
    lines += ["", *_efficiencies(report), f"signal        {_signal(report)}"]
    lines += _errors(report)
    lines.append(f"relic         {_relic(report['relic'])}")
    covering = [
        _search(key, value, run["confidence_level"])
        for key, value in report["existing_limits"].items()
        if value.get("excluded", value.get("covered"))
    ]
    if single:
        lines.append("covered by    not known: no existing search is recast for this model")
    else:
        lines.append(f"covered by    {', '.join(covering) if covering else 'no existing search'}")
    lines += [f"note: {flag}" for flag in report["flags"]]
    lines += [_in_between(name, passage) for name, passage in (report["hall"] or {}).items()]
    return "\n".join(part for line in lines for part in _wrapped(line))


def _signal(report: dict[str, Any]) -> str:
    """Expected events, and between what they lie where widths are not known well."""
    words = f"{report['expected_events']:.6g} events"
    ranges = [
        detector["expected_events_range"]
        for detector in report["detectors"]
        if detector["signal"] and detector.get("expected_events_range")
    ]
    if not ranges:
        return words
    low, high = (sum(ends) for ends in zip(*ranges, strict=True))
    return f"{words} ({low:.4g} to {high:.4g} by the widths)"


def _in_between(name: str, passage: dict[str, Any]) -> str:
    """What stands in front of a detector."""
    lengths: dict[str, float] = {}
    for volume in passage["volumes"]:
        lengths.setdefault(volume["material"], 0.0)
        lengths[volume["material"]] += volume["length_m"]["mean"]
    lengths.pop("air", None)
    listed = ", ".join(f"{length:.3g} m of {material}" for material, length in lengths.items())
    if not listed:
        return f"note: in front of {name}: nothing of the hall but air"
    threshold = passage["muon_threshold_gev"]
    return (
        f"note: in front of {name}: {listed} (mean):"
        f" {passage['interaction_lengths']['mean']:.3g} interaction lengths,"
        f" {passage['radiation_lengths']['mean']:.3g} radiation lengths; muons need"
        f" {threshold['least']:.2g} to {threshold['most']:.2g} GeV"
    )


def _particle(report: dict[str, Any]) -> list[str]:
    """Model, production and decays of a single particle."""
    scenario, particle = report["scenario"], report["llp"]
    model, run = scenario["model"], scenario["run"]
    keys = ", ".join(
        f"{key} = {value:g}" if isinstance(value, float) else f"{key} = {value}"
        for key, value in model.items()
        if key not in ("kind", "ctau_m")
    )
    lines = [
        f"{scenario['name']}: {model['kind']}, {keys}",
        f"sqrt(s) = {report['sqrt_s_gev']:.6g} GeV, {run['luminosity_fb']:g} fb^-1",
        "",
    ]
    happening = [process for process in report["production"] if process["branching_ratio"] > 0.0]
    if not happening:
        lines.append("production    none with these couplings")
    for process in happening:
        branching = process["branching_ratio"]
        ratio = "" if branching == 1.0 else f", branching ratio {branching:.4g}"
        multiple = process["llps_per_event"]
        number = "" if multiple == 1.0 else f", {multiple:g} {particle['name']} per event"
        lines.append(
            f"production    {process['cross_section_fb']:.6g} fb ({process['reaction']}{ratio}"
            f"{number})"
        )
    lines.append(
        f"{particle['name']:13} width {particle['width_gev']:.6g} GeV,"
        f" ctau {_metres(particle['ctau_m'])}"
    )
    lines.append(f"              {_branchings(particle['branching_ratios'])}")
    if particle["width_spread"]:
        lines.append(_spread(particle))
    if particle["visible_fraction"] != 1.0:
        lines.append(f"              {particle['visible_fraction']:.4g} of its decays are visible")
    return lines


def _spread(particle: dict[str, Any]) -> str:
    """Channels that are not known well, and the total widths that they allow."""
    channels: dict[float, list[str]] = {}
    for channel, factor in particle["width_spread"].items():
        channels.setdefault(factor, []).append(channel)
    known = ", ".join(f"{', '.join(names)} to a factor {f:g}" for f, names in channels.items())
    low, high = particle["width_range_gev"]
    return f"              width {low:.4g} to {high:.4g} GeV: {known}"


def _pair(report: dict[str, Any]) -> list[str]:
    """Model, production, mediator and excited state."""
    scenario = report["scenario"]
    model, run = scenario["model"], scenario["run"]
    masses = ", ".join(
        f"{key} = {model[key]:g}" for key in ("m_aprime", "m1", "m2", "mu", "rho") if key in model
    )
    lines = [
        f"{scenario['name']}: {model['kind']}, {masses} GeV",
        f"epsilon = {model['epsilon']:g}, g_D = {model['g_d']:g},"
        f" sqrt(s) = {report['sqrt_s_gev']:.6g} GeV, {run['luminosity_fb']:g} fb^-1",
        "",
    ]
    production = report["production"]
    regulator = f", regulator {production['regulator']}" if production["regulator"] else ""
    photons = f", radiation {production['radiation']}" if production["radiation"] else ""
    lines.append(
        f"production    {production['cross_section_fb']:.6g} fb"
        f" ({production['mode']}{regulator}{photons})"
    )
    aprime = report["aprime"]
    if aprime["width_gev"] is not None:
        lines.append(f"A'            width {aprime['width_gev']:.6g} GeV{_error(aprime)}")
        lines.append(f"              {_branchings(aprime['branching_ratios'])}")
    phi1 = report["phi1"]
    lines.append(
        f"phi1          width {phi1['width_gev']:.6g} GeV{_error(phi1)},"
        f" ctau {_metres(phi1['ctau_m'])}"
    )
    lines.append(
        f"              mean flight {_metres(phi1['mean_flight_m'])},"
        f" gamma beta {phi1['mean_gamma_beta']:.4g}"
    )
    lines.append(f"              {_branchings(phi1['branching_ratios'])}")
    return lines


def _efficiencies(report: dict[str, Any]) -> list[str]:
    """Efficiencies, where not every decay is taken as detected."""
    if report["efficiency"]["efficiency"] == "unity":
        return []
    return [
        f"detected in {detector['name']} {detector['efficiency']:.4g}"
        f" +- {detector['efficiency_error']:.2g} of {detector['decays']:.6g} decays"
        f" ({report['efficiency']['selection']}){_at_most(detector)}"
        for detector in report["detectors"]
    ]


def _at_most(detector: dict[str, Any]) -> str:
    """What decays without an efficiency could add, as far as it is known."""
    most = detector.get("efficiency_at_most")
    return (
        ""
        if most is None
        else f"; at most {most:.3g} if it kept all timed vertices of photons and taus"
    )


def _search(key: str, value: dict[str, Any], confidence_level: float) -> str:
    level = value.get("confidence_level")
    return key if level in (None, confidence_level) else f"{key} ({100.0 * level:g}% CL)"


def _row(detector: dict[str, Any]) -> tuple[str, ...]:
    name = detector["name"] + ("" if detector["signal"] else " (control)")
    keys = ("face_acceptance", "hit_probability", "decay_probability", "expected_events")
    values = ("-" if detector[key] is None else f"{detector[key]:.5g}" for key in keys)
    return name, *values, _per_cent(_known(detector)["total"])


SOURCES: Final = {"from_r": "R ratio"}
"""Sources of errors whose keys are not what they are called."""


def _known(detector: dict[str, Any]) -> dict[str, float]:
    """Relative errors of a yield by source that are known, with their total."""
    errors = detector.get("uncertainty") or {"total": detector["relative_error"]}
    return {source: error for source, error in errors.items() if error is not None}


def _errors(report: dict[str, Any]) -> list[str]:
    """What errors of the signal's yields are due to, where it is above a tenth of a per cent."""
    lines = []
    for detector in report["detectors"]:
        parts = [
            f"{SOURCES.get(source, source.replace('_', ' '))} {_per_cent(error)}"
            for source, error in _known(detector).items()
            if source != "total" and error >= 1e-3
        ]
        if parts and detector["signal"]:
            lines.append(f"{'error in ' + detector['name']:13} {', '.join(parts)}")
    return lines


def _per_cent(fraction: float) -> str:
    """A relative error in per cent, with two digits."""
    return "<0.01%" if fraction < 1e-4 else f"{100.0 * fraction:.2g}%"


def _wrapped(line: str) -> list[str]:
    """Lines of at most 80 characters."""
    parts = [line] if len(line) <= 80 else wrap(line, 80, subsequent_indent=" " * 14)
    return [part.replace(_NO_BREAK, " ") for part in parts]


def _relic(relic: dict[str, Any]) -> str:
    if "not-applicable" in relic["flags"]:
        return "none: no state of this model is dark matter"
    if relic["omega_h2"] is None:
        computed = "not-computed" not in relic["flags"]
        return "not known at this mass of A'" if computed else "could not be computed at this point"
    flags = f" ({', '.join(relic['flags'])})" if relic["flags"] else ""
    return f"Omega h^2 = {relic['omega_h2']:.4g} +- {100 * relic['uncertainty']:.2g}%{flags}"


def _branchings(ratios: dict[str, float]) -> str:
    return ", ".join(
        f"{channel} {value:.4g}".replace(" ", _NO_BREAK)
        for channel, value in ratios.items()
        if value > 0.0
    )


def _error(particle: dict[str, Any]) -> str:
    """Error of a width from that of R, where it is above a tenth of a per cent."""
    error = particle["width_relative_error_from_r"] or 0.0
    if error < 1e-3 or particle.get("ctau_overridden"):
        return ""
    return f" +- {100.0 * error:.2g}%"


def _metres(value: float) -> str:
    return f"{value:.5g} m"
