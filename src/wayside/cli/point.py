"""``wayside point``: everything about one parameter point."""

from textwrap import wrap
from typing import Any

import click

from wayside.cli.common import json_option, json_text, load, scenario_options, table_text

_NO_BREAK = "\N{NO-BREAK SPACE}"


@click.command("point")
@scenario_options
@json_option
@click.option(
    "--recast",
    type=click.Choice(["exact", "study"]),
    default="exact",
    show_default=True,
    help="How existing limits are carried over.",
)
def command(scenario: str, overrides: tuple[str, ...], as_json: bool, recast: str) -> None:
    """Print cross-sections, widths, lifetime, acceptances and yields of one point.

    SCENARIO is a built-in name or a TOML file.
    """
    loaded = load(scenario, overrides)
    from wayside.sensitivity.point import point_report

    report = point_report(loaded, recast=recast)  # type: ignore[arg-type]
    click.echo(json_text(report) if as_json else _text(report))


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
        lines.append(f"A'            width {aprime['width_gev']:.6g} GeV")
        lines.append(f"              {_branchings(aprime['branching_ratios'])}")
    phi1 = report["phi1"]
    lines.append(f"phi1          width {phi1['width_gev']:.6g} GeV, ctau {_metres(phi1['ctau_m'])}")
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
                f" to {arrival['percentile_95']:.4g})"
            )
    lines += ["", f"signal        {report['expected_events']:.6g} events"]
    lines.append(f"relic         {_relic(report['relic'])}")
    hit = [key for key, value in report["existing_limits"].items() if value["excluded"]]
    lines.append(f"covered by    {', '.join(hit) if hit else 'no existing search'}")
    lines += [f"note: {flag}" for flag in report["flags"]]
    return "\n".join(part for line in lines for part in _wrapped(line))


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


def _metres(value: float) -> str:
    return f"{value:.5g} m"
