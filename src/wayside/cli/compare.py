"""``wayside compare``: several scenarios in one figure."""

from collections.abc import Callable, Mapping
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
    set_option,
)
from wayside.cli.planes import compute_and_print, folder_of, plane_option, span
from wayside.errors import InputError

if TYPE_CHECKING:
    from wayside.results.comparison import Comparison

FOLDER = "wayside-compare"


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
@plane_option("Plane to draw, instead of the scenarios'.")
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
            scenario = load(_scenario(place), (*overrides, *values), **given)
            require_named_plane(scenario, plane)
            scenarios.append(scenario)
            several = [scenario.name] if len(places) > 1 or not name else []
            names.append(", ".join([*several, *([name] if name else [])]))
    if labels and len(labels) != len(scenarios):
        raise InputError(f"--label: {len(labels)} of them for {len(scenarios)} contours")
    figure = look_of(wanted)
    folder = folder_of(out, FOLDER, as_json)
    if folder is not None:
        claim_out(folder)

    def compute(step: Callable[[str], object]) -> "Comparison":
        from wayside.results.comparison import compare

        return compare(scenarios, labels or names, progress=step)

    compute_and_print(compute, _text, folder, as_json=as_json, figure=figure)


def _scenario(place: str) -> str | Mapping[str, Any]:
    """A name or file as it is, or the scenario of a saved result."""
    if not Path(place).is_dir():
        return place
    from wayside.results.provenance import read_provenance

    plain: Mapping[str, Any] = read_provenance(Path(place)).inputs["scenario"]
    return plain


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
    for label, drawn in zip(result.labels, result.results, strict=True):
        x, y = axes_of(drawn)
        spans = [span(line, x.name, y.name) for line in drawn.contour]
        what = "; ".join(spans) or "no contour in the plane"
        lines.append(f"{label}: N = {drawn.n_limit:.4g}; {what}")
    return [*lines, *(f"note: {flag}" for flag in result.flags)]
