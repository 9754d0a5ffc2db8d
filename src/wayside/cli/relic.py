"""``wayside relic``: what is left over from the early universe."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wayside.cli.common import (
    claim_out,
    echo_page,
    json_option,
    load,
    out_option,
    require_named_plane,
    scenario_options,
)
from wayside.cli.planes import plane_option
from wayside.cli.progress import steps
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.cosmology.relic import RelicResult
    from wayside.results.relic import FreezeOut, RelicPlane
    from wayside.scenario import Scenario
    from wayside.sensitivity.planes import Plane
    from wayside.sensitivity.relic import RelicLine


@click.command("relic")
@scenario_options
@out_option
@json_option
@click.option("--line", is_flag=True, help="The line of the observed density in the plane instead.")
@plane_option("Plane of --line, instead of the scenario's.")
def command(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    line: bool,
    plane: str | None,
) -> None:
    """Compute the relic density of the ground state.

    SCENARIO is a built-in name or a TOML file. With --out, writes freeze-out.png, freeze-out.pdf
    and freeze-out.csv, or with --line relic-line.png, relic-line.pdf and relic-line.csv.
    """
    loaded = load(scenario, overrides, plane__kind=plane)
    require_named_plane(loaded, plane)
    if out is not None:
        claim_out(out)
    result: FreezeOut | RelicPlane
    if line or plane is not None:
        from wayside.results.relic import relic_plane

        with steps("relic density over the plane"):
            result = relic_plane(loaded)
        notes = [f"note: {flag}" for flag in result.plane.scenario.plane.unused()]
        text = "\n".join([_line_text(result.plane, result.line), *notes])
    else:
        from wayside.results.relic import relic

        result = relic(loaded)
        text = _text(loaded, result.result)
    written = result.save(out) if out else []
    if as_json:
        click.echo(json_text(result.summary()))
    else:
        echo_page("\n".join([text, *(f"wrote {path}" for path in written)]))


def _text(scenario: "Scenario", result: "RelicResult") -> str:
    from wayside.cosmology.flags import FLAGS
    from wayside.cosmology.universe import OMEGA_H2

    model = scenario.pair
    m1, m2 = scenario.masses
    lines = [
        f"{scenario.name}: {model.kind}, m_aprime = {model.m_aprime:g}, m1 = {m1:g},"
        f" m2 = {m2:g} GeV",
        f"epsilon = {model.epsilon:g}, g_D = {model.g_d:g}; hadrons: {result.hadrons},"
        f" degrees of freedom: {result.dof}",
        "",
        f"Omega h^2     {result.omega_h2:.5g} (observed: {OMEGA_H2:g})",
    ]
    if result.contributions:
        parts = ", ".join(f"{100 * v:.2g}% from {k}" for k, v in result.contributions.items())
        lines.append(f"uncertainty   {100 * result.uncertainty:.2g}% ({parts})")
        x = result.x_freeze_out
        lines.append(f"freeze-out    x = {x:.4g}, T = {result.m2 / x:.4g} GeV")
    lines += [f"{flag}: {FLAGS[flag]}" for flag in result.flags]
    return "\n".join(lines)


def _line_text(plane: "Plane", line: "RelicLine") -> str:
    if not line.known:
        return "Omega h^2 is not known at these masses"
    lines = []
    for branch in line.branches:
        points = branch.line.points
        low, high = points.min(axis=0), points.max(axis=0)
        lines.append(
            f"Omega h^2 = 0.12: {plane.x.name} {low[0]:.4g} to {high[0]:.4g},"
            f" epsilon {low[1]:.4g} to {high[1]:.4g};"
            f"\n  too much dark matter {branch.overabundant}"
        )
    return "\n".join(lines) or "Omega h^2 = 0.12 nowhere in the plane"
