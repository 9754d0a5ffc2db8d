"""``wayside reach``: what a detector excludes over a plane of couplings or masses."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wayside.cli.common import (
    claim_out,
    echo_page,
    figure_options,
    json_option,
    load,
    look_of,
    out_option,
    recast_option,
    require_named_plane,
    scenario_options,
)
from wayside.cli.progress import steps
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.results.key_reach import KeyReach
    from wayside.results.reach import Reach
    from wayside.sensitivity.contours import Line


@click.command("reach")
@scenario_options
@out_option
@json_option
@click.option(
    "--plane",
    type=click.Choice(["epsilon-g_d", "epsilon-m2", "epsilon-delta"]),
    help="Plane to draw, instead of the scenario's.",
)
@recast_option
@figure_options
@click.option(
    "--band", is_flag=True, help="Draw the contour with yields one standard error lower and higher."
)
def command(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    plane: str | None,
    recast: str | None,
    band: bool,
    **wanted: Any,
) -> None:
    """Compute yields, the exclusion contour and existing limits over a plane.

    SCENARIO is a built-in name or a TOML file. Its model.epsilon (and g_d, where that is an axis)
    moves no contour: it is the point at which notes and efficiencies are given.

    Writes contours.csv, yields.csv, result.json, workspace.json (for pyhf), and reach.png and
    reach.pdf (or what --format says) to --out (default: wayside-out).
    """
    given = (*overrides, "plane.band=true") if band else overrides
    loaded = load(scenario, given, plane__kind=plane, run__recast=recast)
    require_named_plane(loaded, plane)
    formats, look = look_of(wanted)
    folder = Path("wayside-out") if out is None else out
    if out is not None or not as_json:
        claim_out(folder, "result.json", loaded)

    with steps("compiling and loading (the first run takes a minute)") as step:
        from wayside.results.key_reach import KeyReach
        from wayside.results.reach import reach

        result = reach(loaded, progress=step)
        written: list[Path] = []
        if out is not None or not as_json:
            step("tables and figure")
            written = result.save(folder, formats=formats, look=look)
    if as_json:
        click.echo(json_text(result.summary()))
    else:
        lines = _key_text(result) if isinstance(result, KeyReach) else _text(result)
        echo_page("\n".join([*lines, *(f"wrote {path}" for path in written)]))


def _key_text(result: "KeyReach") -> list[str]:
    """Limit, yields and contours of a plane of keys."""
    scenario, plane = result.scenario, result.plane
    lines = [
        f"{scenario.name}: {100.0 * scenario.run.confidence_level:g}% CL exclusion where"
        f" {'+'.join(scenario.signal)} expects {result.n_limit:.4g} events",
        f"most events in the plane: {float(result.total.max()):.4g}",
    ]
    for line in result.contour:
        low, high = line.points.min(axis=0), line.points.max(axis=0)
        lines.append(
            f"{'closed' if line.closed else 'open'} contour:"
            f" {plane.x.name} {low[0]:.4g} to {high[0]:.4g},"
            f" {plane.y.name} {low[1]:.4g} to {high[1]:.4g}"
        )
    return [*lines, *(f"note: {flag}" for flag in result.flags)]


def _text(result: "Reach") -> list[str]:
    scenario = result.scenario
    confidence = 100.0 * scenario.run.confidence_level
    lines = [
        f"{scenario.name}: {confidence:g}% CL exclusion where {'+'.join(scenario.signal)}"
        f" expects {result.n_limit:.4g} events",
        f"most events in the plane: {float(result.total.max()):.4g}",
        *_background(result),
    ]
    for line in result.contour:
        low, high = line.points.min(axis=0), line.points.max(axis=0)
        lines.append(
            f"{'closed' if line.closed else 'open'} contour:"
            f" {result.plane.x.name} {low[0]:.4g} to {high[0]:.4g},"
            f" epsilon {low[1]:.4g} to {high[1]:.4g}"
        )
    lines += _efficiencies(result)
    if not result.contour:
        least = float(result.total.min())
        side = "above" if least > result.n_limit else "below"
        nx, ny = len(result.plane.x.values), len(result.plane.epsilon.values)
        lines.append(f"no contour: all {nx} x {ny} grid points are {side} the limit")
    return [*lines, *(f"note: {flag}" for flag in result.flags)]


def _background(result: "Reach") -> list[str]:
    """Expected background and its effect on the limit, where there is any."""
    background = result.background
    if not background.value and background.kind == "number":
        return []
    lines = [f"background: {background.words()} events ({background.kind})"]
    if background.error:
        more = background.n_limit_with_more
        lines.append(f"with a background one error higher: {more:.4g} signal events")
    until = background.zero_until()
    if until == until:
        lines.append(f"zero background holds up to {until:.3g} fb^-1")
    return lines


def _efficiencies(result: "Reach") -> list[str]:
    """Efficiencies, and how they move the contour from the one with every decay detected."""
    if not result.efficiency.get("selection"):
        return []
    lines = [
        f"efficiency of {name} at the scenario's point: {values['efficiency']:.3g}"
        f" +- {values['efficiency_error']:.1g} ({result.efficiency['selection']})"
        for name, values in result.efficiency["detectors"].items()
    ]
    if not result.unity:
        return [*lines, "no contour either if every decay were detected"]
    low, high = _ends(result.unity)
    without = f"if every decay were detected: epsilon {low:.4g} to {high:.4g}"
    if not result.contour:
        return [*lines, without]
    first, last = _ends(result.contour)
    moved = f"the efficiency moves the ends by factors {first / low:.3g} and {last / high:.3g}"
    return [*lines, without, moved]


def _ends(lines: "list[Line]") -> tuple[float, float]:
    """Smallest and largest epsilon of lines."""
    return (
        min(float(line.points[:, 1].min()) for line in lines),
        max(float(line.points[:, 1].max()) for line in lines),
    )
