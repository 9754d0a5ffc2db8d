"""``wayside relic``: what is left over from the early universe."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wayside.cli.common import check_out, json_option, load, out_option, scenario_options
from wayside.files import write_files
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.cosmology.relic import RelicResult
    from wayside.scenario import Scenario
    from wayside.sensitivity.planes import Plane
    from wayside.sensitivity.relic import RelicLine


@click.command("relic")
@scenario_options
@out_option
@json_option
@click.option("--line", is_flag=True, help="The line of the observed density in the plane instead.")
@click.option(
    "--plane",
    type=click.Choice(["epsilon-g_d", "epsilon-m2", "epsilon-delta"]),
    help="Plane of --line, instead of the scenario's.",
)
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
    and freeze-out.csv, or with --line relic-line.csv.
    """
    loaded = load(scenario, overrides, plane__kind=plane)
    if out is not None:
        check_out(out)
    files: dict[str, bytes | str]
    if line or plane is not None:
        from wayside.sensitivity.planes import plane_of
        from wayside.sensitivity.relic import relic_line

        axes = plane_of(loaded)
        found = relic_line(axes)
        report = {"scenario": loaded.to_dict(), "axes": [axes.x.name, "epsilon"], **found.summary()}
        text = "\n".join(
            [_line_text(axes, found), *(f"note: {flag}" for flag in loaded.plane.unused())]
        )
        files = {"relic-line.csv": _line_csv(axes, found)} if out else {}
    else:
        from wayside.cosmology.relic import relic_density
        from wayside.sensitivity.planes import mass_point

        result = relic_density(
            mass_point(loaded).model,
            loaded.model.epsilon,
            loaded.model.g_d,
            hadrons=loaded.cosmology.hadrons,
            dof_name=loaded.cosmology.dof,
        )
        report = _report(loaded, result)
        text = _text(loaded, result)
        files = _files(result) if out else {}
    written = write_files(out, files) if out else []
    if as_json:
        click.echo(json_text(report))
    else:
        click.echo("\n".join([text, *(f"wrote {path}" for path in written)]))


def _report(scenario: "Scenario", result: "RelicResult") -> dict[str, Any]:
    from wayside.cosmology.relic import GEV2_TO_CM3_PER_S

    return {
        "scenario": scenario.to_dict(),
        "omega_h2": result.omega_h2,
        "x_freeze_out": result.x_freeze_out,
        "uncertainty": result.uncertainty,
        "uncertainty_from": dict(result.contributions),
        "flags": list(result.flags),
        "freeze_out": {
            "x": result.x,
            "temperature_gev": result.temperature,
            "yield": result.yield_,
            "yield_equilibrium": result.yield_equilibrium,
            "sigma_v_cm3_per_s": result.sigma_v * GEV2_TO_CM3_PER_S,
        },
    }


def _text(scenario: "Scenario", result: "RelicResult") -> str:
    from wayside.cosmology.flags import FLAGS
    from wayside.cosmology.universe import OMEGA_H2

    model = scenario.model
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


def _files(result: "RelicResult") -> dict[str, bytes | str]:
    from wayside.cosmology.relic import GEV2_TO_CM3_PER_S
    from wayside.plotting.files import figure_files
    from wayside.plotting.freeze_out import freeze_out_figure
    from wayside.text import csv_text

    columns = ("x", "temperature_gev", "yield", "yield_equilibrium", "sigma_v_cm3_per_s")
    values = (
        result.x,
        result.temperature,
        result.yield_,
        result.yield_equilibrium,
        result.sigma_v * GEV2_TO_CM3_PER_S,
    )
    header = {
        "what": "freeze-out of the ground state",
        "hadrons": result.hadrons,
        "dof": result.dof,
        "omega_h2": f"{result.omega_h2:.10g}",
    }
    table = csv_text(header, columns, zip(*(each.tolist() for each in values), strict=True))
    if not len(result.x):
        return {"freeze-out.csv": table}
    return {**figure_files(freeze_out_figure(result), "freeze-out"), "freeze-out.csv": table}


def _line_text(plane: "Plane", found: "RelicLine") -> str:
    if not found.known:
        return "Omega h^2 is not known at these masses"
    lines = []
    for branch in found.branches:
        points = branch.line.points
        low, high = points.min(axis=0), points.max(axis=0)
        lines.append(
            f"Omega h^2 = 0.12: {plane.x.name} {low[0]:.4g} to {high[0]:.4g},"
            f" epsilon {low[1]:.4g} to {high[1]:.4g};"
            f" too much dark matter {branch.overabundant}"
        )
    return "\n".join(lines) or "Omega h^2 = 0.12 nowhere in the plane"


def _line_csv(plane: "Plane", found: "RelicLine") -> str:
    from wayside.text import csv_text

    header = {
        "what": "every epsilon of Omega h^2 = 0.12, and where there is too much dark matter: below"
        " or above it; without such an epsilon all or none of the column, or unknown",
        "scenario": plane.scenario.name,
        "units": f"{plane.x.name} in {plane.x.unit}, epsilon in 1",
    }
    rows: list[tuple[float, float, str]] = []
    for x, column in zip(found.x.tolist(), found.columns, strict=True):
        if column is None:
            rows.append((x, math.nan, "unknown"))
        elif not column.roots:
            rows.append((x, math.nan, "all" if column.starts_above else "none"))
        else:
            pairs = zip(column.roots, column.sides(), strict=True)
            rows += [(x, root, side) for root, side in pairs]
    return csv_text(header, (plane.x.name, "epsilon", "overabundant"), rows)
