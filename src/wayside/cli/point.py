"""``wayside point``: everything about one parameter point."""

from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from wayside.cli.common import (
    check_out,
    json_option,
    load,
    out_option,
    recast_option,
    scenario_options,
    table_text,
)
from wayside.files import write_files
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
        check_out(out)
    from wayside.sensitivity.point import point_report

    report = point_report(loaded)
    written = write_files(out, _files(report)) if out else []
    if as_json:
        click.echo(json_text(report))
    else:
        click.echo("\n".join([_text(report), *(f"wrote {path}" for path in written)]))


def _files(report: dict[str, Any]) -> dict[str, bytes | str]:
    files: dict[str, bytes | str] = {"point.json": json_text(report) + "\n"}
    shown = [each for each in report["detectors"] if each["arrival_histogram"]]
    if not shown:  # nothing reaches any detector
        return files
    from wayside.plotting.arrivals import arrivals_figure
    from wayside.plotting.files import figure_files

    return {
        **figure_files(arrivals_figure(report), "arrivals"),
        "arrivals.csv": _csv(report, shown),
        **files,
    }


def _csv(report: dict[str, Any], shown: list[dict[str, Any]]) -> str:
    from wayside.text import csv_text

    header = {
        "what": "when excited states enter the detectors: chances per produced excited state",
        "scenario": report["scenario"]["name"],
        "wayside": report["wayside"],
        "units": "times in ns after the collision, delays in ns after light at the nearest point",
    }
    columns = ("detector", "from_ns", "to_ns", "delay_from_ns", "delay_to_ns", "decays", "crosses")
    rows = [
        (each["name"], *row)
        for each in shown
        for found in (each["arrival_histogram"],)
        for row in zip(
            found["edges_ns"][:-1],
            found["edges_ns"][1:],
            found["delay_edges_ns"][:-1],
            found["delay_edges_ns"][1:],
            found["decay_probability"],
            found["crossing_probability"],
            strict=True,
        )
    ]
    return csv_text(header, columns, rows)


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
    lines += ["", *table_text(heads, [_row(each) for each in report["detectors"]]).split("\n")]
    for each in report["detectors"]:
        arrival = each["arrival_ns"]
        if arrival:
            lines.append(
                f"arrival at {each['name']}: light {arrival['light']:.4g} ns, phi1 median"
                f" {arrival['median']:.4g} ns (90% within {arrival['percentile_5']:.4g}"
                f" to {arrival['percentile_95']:.4g}), {each['delay_ns']['median']:.4g} ns after"
                " light"
            )
    lines += ["", *_seen(report), f"signal        {report['expected_events']:.6g} events"]
    lines.append(f"relic         {_relic(report['relic'])}")
    hit = [
        _search(key, value, run["confidence_level"])
        for key, value in report["existing_limits"].items()
        if value.get("excluded", value.get("covered"))
    ]
    lines.append(f"covered by    {', '.join(hit) if hit else 'no existing search'}")
    lines += [f"note: {flag}" for flag in report["flags"]]
    return "\n".join(part for line in lines for part in _wrapped(line))


def _seen(report: dict[str, Any]) -> list[str]:
    """Efficiencies, where not every decay counts."""
    if report["efficiency"]["efficiency"] == "unity":
        return []
    return [
        f"seen in {each['name']}     {each['efficiency']:.4g} +- {each['efficiency_error']:.2g} of"
        f" {each['decays']:.6g} decays ({report['efficiency']['selection']})"
        for each in report["detectors"]
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
    """What R leaves open of a width, where it is worth a word."""
    error = particle["width_relative_error_from_r"] or 0.0
    if error < 1e-3 or particle.get("ctau_overridden"):
        return ""
    return f" +- {100.0 * error:.2g}%"


def _metres(value: float) -> str:
    return f"{value:.5g} m"
