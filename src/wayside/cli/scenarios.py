"""``wayside scenarios``: what is built in."""

from typing import TYPE_CHECKING, Any

import click

from wayside.cli.common import json_option, table_text
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.scenario import Scenario


@click.command("scenarios")
@click.argument("name", required=False)
@json_option
def command(name: str | None, as_json: bool) -> None:
    """List the built-in scenarios, or print the TOML text of one.

    `wayside scenarios belle2-forward > own.toml` starts an own one.
    """
    from wayside.scenario import builtin_names, builtin_text, load_scenario

    if name is not None:
        text = builtin_text(name)
        click.echo(json_text(load_scenario(name).to_dict()) if as_json else text.rstrip("\n"))
        return
    scenarios = [load_scenario(builtin) for builtin in builtin_names()]
    if as_json:
        click.echo(json_text([_summary(scenario) for scenario in scenarios]))
        return
    head = ("name", "sqrt_s/GeV", "description")
    rows = [(known.name, f"{known.sqrt_s:.3f}", known.description) for known in scenarios]
    click.echo(table_text(head, rows))


def _summary(scenario: "Scenario") -> dict[str, Any]:
    return {
        "name": scenario.name,
        "description": scenario.description,
        "sqrt_s_gev": scenario.sqrt_s,
        "mode": scenario.mode,
        "luminosity_fb": scenario.run.luminosity_fb,
        "detectors": list(scenario.detectors),
    }
