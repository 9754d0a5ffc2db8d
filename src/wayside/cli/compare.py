"""``wayside compare``: several scenarios in one figure."""

from collections.abc import Mapping
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
    set_option,
)
from wayside.cli.progress import steps
from wayside.errors import InputError
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.results.comparison import Comparison

FOLDER = Path("wayside-compare")


@click.command("compare")
@click.argument("places", nargs=-1, required=True, metavar="SCENARIO | DIR...")
@set_option
@click.option(
    "--vary",
    metavar="KEY=A,B,...",
    help="Compare each scenario with each of these values, such as run.selection=timed,auto.",
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="TEXT",
    help="Name in the legend; as often as there are contours.",
)
@click.option(
    "--plane",
    type=click.Choice(["epsilon-g_d", "epsilon-m2", "epsilon-delta"]),
    help="Plane to draw, instead of the scenarios'.",
)
@recast_option
@out_option
@json_option
@figure_options
def command(
    places: tuple[str, ...],
    overrides: tuple[str, ...],
    vary: str | None,
    labels: tuple[str, ...],
    plane: str | None,
    recast: str | None,
    out: Path | None,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Overlay what several scenarios exclude in one figure.

    SCENARIO is a built-in name, a TOML file, or the folder of a saved result, of which the scenario
    is taken; --set holds for all of them. Writes contours.csv, compare.json, compare.png and
    compare.pdf (or what --format says) to --out (default: wayside-compare).
    """
    scenarios, names = [], []
    for place in places:
        for name, values in _variants(vary):
            given = {"plane__kind": plane, "run__recast": recast}
            one = load(_scenario(place), (*overrides, *values), **given)
            require_named_plane(one, plane)
            scenarios.append(one)
            several = [one.name] if len(places) > 1 or not name else []
            names.append(", ".join([*several, *([name] if name else [])]))
    if labels and len(labels) != len(scenarios):
        raise InputError(f"--label: {len(labels)} of them for {len(scenarios)} contours")
    formats, look = look_of(wanted)
    folder = FOLDER if out is None else out
    if out is not None or not as_json:
        claim_out(folder)
    with steps("compiling and loading (the first run takes a minute)") as step:
        from wayside.results.comparison import compare

        result = compare(scenarios, labels or names, progress=step)
        written: list[Path] = []
        if out is not None or not as_json:
            step("tables and figure")
            written = result.save(folder, formats=formats, look=look)
    if as_json:
        click.echo(json_text(result.summary()))
    else:
        echo_page("\n".join([*_text(result), *(f"wrote {path}" for path in written)]))


def _scenario(place: str) -> str | Mapping[str, Any]:
    """A name or file as it is, or the scenario of a saved result."""
    if not Path(place).is_dir():
        return place
    from wayside.results.provenance import read_provenance

    found: Mapping[str, Any] = read_provenance(Path(place)).inputs["scenario"]
    return found


def _variants(vary: str | None) -> list[tuple[str, tuple[str, ...]]]:
    """Name of each value that is compared, and what sets it."""
    if vary is None:
        return [("", ())]
    key, equals, values = vary.partition("=")
    listed = [value.strip() for value in values.split(",") if value.strip()]
    if not (key.strip() and equals and listed):
        raise click.BadParameter(f"{vary}: must be KEY=A,B,...", param_hint="--vary")
    key = key.strip()
    return [(f"{key.rpartition('.')[2]} = {value}", (f"{key}={value}",)) for value in listed]


def _text(result: "Comparison") -> list[str]:
    from wayside.results.comparison import axes_of

    lines = []
    for label, each in zip(result.labels, result.results, strict=True):
        x, y = axes_of(each)
        spans = [
            f"{x.name} {low[0]:.4g} to {high[0]:.4g}, {y.name} {low[1]:.4g} to {high[1]:.4g}"
            for low, high in (
                (line.points.min(axis=0), line.points.max(axis=0)) for line in each.contour
            )
        ]
        what = "; ".join(spans) or "no contour in the plane"
        lines.append(f"{label}: N = {each.n_limit:.4g}; {what}")
    return [*lines, *(f"note: {flag}" for flag in result.flags)]
