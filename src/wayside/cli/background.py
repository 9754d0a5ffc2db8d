"""``wayside background``: what else looks like signal, and when it matters."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wayside.cli.common import (
    claim_out,
    echo_page,
    json_option,
    load,
    out_option,
    scenario_options,
    table_text,
)
from wayside.cli.progress import steps
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.backgrounds.counts import Count
    from wayside.sensitivity.background_report import BackgroundReport

_PAGE = 80
_STAGES = "a time; fibres upstream, all; gas before; both; no others"
_LIMITS = "(<: upper limit at 90% CL, where hardly any or none was simulated)"
_KEY = 20
"""Characters of a source's key in a table."""


@click.command("background")
@scenario_options
@out_option
@json_option
@click.option(
    "--detector",
    "detectors",
    multiple=True,
    metavar="NAME",
    help="Name of a detector to print, all unless given; may be repeated.",
)
def command(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    detectors: tuple[str, ...],
) -> None:
    """Count what else enters the detectors and looks like signal.

    SCENARIO is a built-in name or a TOML file. With --out, writes figures (PNG and PDF),
    background.csv, luminosity.csv, background.json and workspace.json (for pyhf).
    """
    loaded = load(scenario, overrides)
    from wayside.scenario.choice import detector_of

    for name in detectors:
        detector_of(loaded, name)
    if out is not None:
        claim_out(out, "background.json", loaded)

    with steps("sources of background") as step:
        from wayside.results.background import background

        report = background(loaded)
        written = report.save(out, step) if out is not None else []
    shown = detectors or tuple(loaded.detectors)
    if as_json:
        click.echo(json_text(report.summary(shown)))
    else:
        echo_page("\n".join([_text(report, shown), *(f"wrote {path}" for path in written)]))


def _text(report: "BackgroundReport", detectors: tuple[str, ...]) -> str:
    run = report.scenario.run
    lines = [
        f"{report.scenario.name}: {run.luminosity_fb:g} fb^-1,"
        f" {report.scenario.site.exposure:g} days; selection: {report.scenario.selection}"
    ]
    for name in detectors:
        role = "signal" if name in report.scenario.signal else "not signal"
        lines += ["", f"detector {name} ({role})", _sources(report, name)]
        if any(source.outside for source in report.budget.detectors[name]):
            lines += ["* extrapolated beyond the simulation: see the notes"]
        if report.vetoes[name]:
            lines += ["", "vertices by veto: " + _STAGES, _LIMITS, _vetoes(report, name)]
    lines += ["", *_limit(report), "", _luminosity(report)]
    notes = {
        f"{source.key}: {note}": None
        for name in detectors
        for source in report.budget.detectors[name]
        for note in source.notes
    }
    lines += [""] if notes or report.flags else []
    for note in (*report.flags, *notes):
        lines += textwrap.wrap(f"note: {note}", _PAGE, subsequent_indent="  ")
    return "\n".join(lines)


def _sources(report: "BackgroundReport", name: str) -> str:
    # Three columns do not fit beside the others.
    selections = report.selections[-2:]
    head = ("source", "entering", "rate", *selections)
    sources = report.budget.detectors[name]
    rows = []
    for source in sources:
        rate, unit = report.rate(source)
        vertices = source.vertices
        rows.append(
            (
                _short(source.key) + ("*" if source.outside else ""),
                _cell(source.entering),
                f"{rate:.3g}/{unit.removesuffix('^-1')}",
                *(
                    _cell(vertices[selection]) if vertices else "unknown"
                    for selection in selections
                ),
            )
        )
    counted = any(source.vertices is not None for source in sources)
    totals = (
        _cell(report.budget.total([name], selection)) if counted else "unknown"
        for selection in selections
    )
    return table_text(head, [*rows, ("total", "", "", *totals)])


def _vetoes(report: "BackgroundReport", name: str) -> str:
    from wayside.backgrounds.counts import STAGES

    rows = [
        (_short(key), *(_value_or_limit(counts[stage]) for stage in STAGES))
        for key, counts in report.vetoes[name].items()
    ]
    heads = ("both" if stage == "closed_quiet" else stage for stage in STAGES)
    return table_text(("source", *heads), rows)


def _value_or_limit(count: "Count") -> str:
    """A number, or the upper limit where hardly one or none was simulated.

    The error of one event is 1; none observed excludes 2.3 of them at 90 per cent.
    """
    if count.error > 9.995 * count.value:
        return f"<{count.value + 2.3 * count.error:.1g}"
    return f"{count.value:.2g}"


def _short(key: str) -> str:
    return key if len(key) <= _KEY else f"{key[: _KEY - 3]}..."


def _cell(count: "Count") -> str:
    """A number with its error in per cent; as such where the number is 0, or far below it."""
    if count.error > 9.995 * count.value > 0.0:
        return f"{count.value:.2g}+-{count.error:.2g}"
    if count.value:
        return f"{count.value:.3g} {100.0 * count.error / count.value:.0f}%"
    return f"0+-{count.error:.2g}" if count.error else "0"


def _limit(report: "BackgroundReport") -> list[str]:
    run, background = report.scenario.run, report.background
    signal = "+".join(report.scenario.signal)
    until, less = background.zero_until(), background.zero_until(more=1.0)
    lines = [
        f"{signal}, {report.scenario.selection}: {background.words()} events expected",
        f"{100.0 * run.confidence_level:g}% CL limit: {background.n_limit:.4g} signal events;"
        f" without background {background.limit_at(0.0):.4g},",
        f"with a background one error higher {background.n_limit_with_more:.4g}",
    ]
    if until == until:
        also = f" ({less:.3g} with one error more)" if less < until else ""
        lines.append(f"zero background holds up to {until:.3g} fb^-1{also}")
    else:
        lines.append("zero background: not assessed, no source is counted")
    return lines


def _luminosity(report: "BackgroundReport") -> str:
    scan = report.scan
    words = {"zero": "zero", "background": "b", "control": f"b-{scan.control}"}
    head = ["fb^-1", "b"]
    strength = scan.strength
    short = "eps" if strength.name == "epsilon" else strength.name
    for what in ("N", short):
        head += [f"{what} {words[key]}" for key in scan.curves]
    rows = []
    for i in range(0, len(scan.luminosity_fb), (len(scan.luminosity_fb) - 1) // 8):
        cells = [f"{scan.luminosity_fb[i]:.3g}", f"{scan.background[i]:.3g}"]
        cells += [_number(curve.n_limit[i]) for curve in scan.curves.values()]
        cells += [_number(curve.smallest[i]) for curve in scan.curves.values()]
        rows.append(tuple(cells))
    unit = "" if strength.unit == "1" else f" in {strength.unit}"
    fixed = f" at {strength.words}" if strength.words else ""
    lines = [
        f"limits against luminosity: N signal events, smallest {strength.name}{unit}{fixed}",
        "without background (zero), with the expected b"
        + (f", with {scan.control} as control (b-{scan.control})" if scan.control else ""),
    ]
    return "\n".join([*lines, table_text(tuple(head), rows)])


def _number(value: float) -> str:
    return f"{value:.3g}" if value == value else "-"
