"""``wayside point``: everything about one parameter point."""

from pathlib import Path
from textwrap import wrap
from typing import Any

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
    lines.append(
        f"production    {production['cross_section_fb']:.6g} fb ({production['mode']}{regulator})"
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
    heads = ("detector", "on face", "crosses", "decays in", "events", "error")
    lines += [
        "",
        *table_text(heads, [_row(detector) for detector in report["detectors"]]).split("\n"),
    ]
    for detector in report["detectors"]:
        arrival, delay = detector["arrival_ns"], detector["delay_ns"]
        if arrival:
            lines.append(
                f"arrival at {detector['name']}: light {arrival['light']:.4g} ns, phi1 median"
                f" {arrival['median']:.4g} ns (90% within {arrival['percentile_5']:.4g}"
                f" to {arrival['percentile_95']:.4g}), {delay['median']:.4g} ns after"
                " light"
            )
    lines += ["", *_efficiencies(report), f"signal        {report['expected_events']:.6g} events"]
    lines.append(f"relic         {_relic(report['relic'])}")
    covering = [
        _search(key, value, run["confidence_level"])
        for key, value in report["existing_limits"].items()
        if value.get("excluded", value.get("covered"))
    ]
    lines.append(f"covered by    {', '.join(covering) if covering else 'no existing search'}")
    lines += [f"note: {flag}" for flag in report["flags"]]
    return "\n".join(part for line in lines for part in _wrapped(line))


def _efficiencies(report: dict[str, Any]) -> list[str]:
    """Efficiencies, where not every decay is taken as detected."""
    if report["efficiency"]["efficiency"] == "unity":
        return []
    return [
        f"detected in {detector['name']} {detector['efficiency']:.4g}"
        f" +- {detector['efficiency_error']:.2g} of {detector['decays']:.6g} decays"
        f" ({report['efficiency']['selection']})"
        for detector in report["detectors"]
    ]


def _search(key: str, value: dict[str, Any], confidence_level: float) -> str:
    level = value.get("confidence_level")
    return key if level in (None, confidence_level) else f"{key} ({100.0 * level:g}% CL)"


def _row(detector: dict[str, Any]) -> tuple[str, ...]:
    name = detector["name"] + ("" if detector["signal"] else " (control)")
    keys = ("face_acceptance", "hit_probability", "decay_probability", "expected_events")
    return name, *(f"{detector[key]:.5g}" for key in keys), f"{detector['relative_error']:.0e}"


def _wrapped(line: str) -> list[str]:
    """Lines of at most 80 characters."""
    parts = [line] if len(line) <= 80 else wrap(line, 80, subsequent_indent=" " * 14)
    return [part.replace(_NO_BREAK, " ") for part in parts]


def _relic(relic: dict[str, Any]) -> str:
    if relic["omega_h2"] is None:
        computed = "not-computed" not in relic["flags"]
        return "not known at this mass of A'" if computed else "could not be computed at this point"
    flags = f" ({', '.join(relic['flags'])})" if relic["flags"] else ""
    return f"Omega h^2 = {relic['omega_h2']:.4g} +- {100 * relic['uncertainty']:.2g}%{flags}"


def _branchings(ratios: dict[str, float]) -> str:
    return ", ".join(
        f"{channel} {value:.4g}".replace(" ", _NO_BREAK) for channel, value in ratios.items()
    )


def _error(particle: dict[str, Any]) -> str:
    """Error of a width from that of R, where it is above a tenth of a per cent."""
    error = particle["width_relative_error_from_r"] or 0.0
    if error < 1e-3 or particle.get("ctau_overridden"):
        return ""
    return f" +- {100.0 * error:.2g}%"


def _metres(value: float) -> str:
    return f"{value:.5g} m"
