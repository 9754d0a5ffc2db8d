"""``wayside reach``: what a detector excludes over a plane of couplings or masses."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wayside.cli.common import (
    claim_out,
    figure_options,
    json_option,
    load,
    look_of,
    out_option,
    recast_option,
    require_named_plane,
    scenario_options,
)
from wayside.cli.executors import optional_executor, optional_executor_options
from wayside.cli.planes import compute_and_print, folder_of, plane_option, span

if TYPE_CHECKING:
    from wayside.results.key_reach import KeyReach
    from wayside.results.reach import Reach
    from wayside.sensitivity.contours import Line
    from wayside.sensitivity.plane_axes import Axis


@click.command("reach")
@scenario_options
@out_option
@json_option
@plane_option("Plane to draw, instead of the scenario's.")
@recast_option
@optional_executor_options
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
    workers: int | None,
    scheduler: str | None,
    band: bool,
    **wanted: Any,
) -> None:
    """Compute yields, the exclusion contour and existing limits over a plane.

    SCENARIO is a built-in name or a TOML file. Its model.epsilon (and g_d, where that is an axis)
    moves no contour: it is the point at which notes and efficiencies are given. --workers share the
    masses of a plane; of couplings there is one choice of masses.

    Writes contours.csv, yields.csv, result.json, workspace.json (for pyhf), and reach.png and
    reach.pdf (or what --format says) to --out (default: wayside-out).
    """
    given = (*overrides, "plane.band=true") if band else overrides
    loaded = load(scenario, given, plane__kind=plane, run__recast=recast)
    require_named_plane(loaded, plane)
    figure = look_of(wanted)
    by = optional_executor(workers, scheduler)
    folder = folder_of(out, "wayside-out", as_json)
    if folder is not None:
        claim_out(folder, "result.json", loaded)

    def compute(step: Callable[[str], object]) -> "Reach | KeyReach":
        from wayside.results.reach import reach

        return reach(loaded, progress=step, executor=by)

    compute_and_print(compute, _words, folder, as_json=as_json, figure=figure)


def _words(result: "Reach | KeyReach") -> list[str]:
    from wayside.results.key_reach import KeyReach

    return _key_text(result) if isinstance(result, KeyReach) else _text(result)


def _head(result: "Reach | KeyReach") -> list[str]:
    """What is drawn, and how many events there are."""
    scenario = result.scenario
    return [
        f"{scenario.name}: {100.0 * scenario.run.confidence_level:g}% CL exclusion where"
        f" {'+'.join(scenario.signal)} expects {result.n_limit:.4g} events",
        f"most events in the plane: {float(result.total.max()):.4g}",
    ]


def _lines(lines: "list[Line]", x: "Axis", y: "Axis") -> list[str]:
    return [
        f"{'closed' if line.closed else 'open'} contour: {span(line, x.name, y.name)}"
        for line in lines
    ]


def _key_text(result: "KeyReach") -> list[str]:
    """Limit, yields and contours of a plane of keys."""
    lines = _lines(result.contour, result.plane.x, result.plane.y)
    return [*_head(result), *lines, *(f"note: {flag}" for flag in result.flags)]


def _text(result: "Reach") -> list[str]:
    lines = [*_head(result), *_background(result)]
    lines += _lines(result.contour, result.plane.x, result.plane.epsilon)
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
    if not (background.value or background.is_simulated):
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
