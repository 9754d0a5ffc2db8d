"""``wayside place``: where a detector sees most."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wayside.cli.common import (
    LazyChoice,
    claim_out,
    echo_page,
    json_option,
    load,
    out_option,
    scenario_options,
    table_text,
)
from wayside.cli.executors import optional_executor, optional_executor_options
from wayside.cli.progress import steps
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.placement.place import Placement


def _counts(
    _: click.Context, __: click.Parameter, value: str | None
) -> tuple[int, int, int] | None:
    if value is None:
        return None
    match = re.fullmatch(r"(\d{1,6})x(\d{1,6})x(\d{1,6})", value.strip())
    if match is None:
        raise click.BadParameter(f"{value!r}: must be three whole numbers such as 36x36x8")
    return int(match[1]), int(match[2]), int(match[3])


def _range(_: click.Context, __: click.Parameter, value: str | None) -> tuple[float, float] | None:
    if value is None:
        return None
    ends = value.split(":")
    try:
        low, high = (float(end) for end in ends)
    except ValueError:
        raise click.BadParameter(f"{value!r}: must be two lengths in m such as 2:9") from None
    return low, high


def _objectives() -> Iterable[str]:
    from wayside.placement.objectives import OBJECTIVES

    return OBJECTIVES


@click.command("place")
@scenario_options
@out_option
@json_option
@click.option(
    "--detector", "detectors", multiple=True, help="Detector; may be repeated. [default: signal]"
)
@click.option(
    "--objective",
    type=LazyChoice(_objectives),
    default="events",
    show_default=True,
    help="Expected events, smallest coupling that is excluded, or excluded area.",
)
@click.option(
    "--grid",
    callback=_counts,
    metavar="AxBxC",
    help="Numbers of polar angles, azimuths and distances.  [default: 36x36x8]",
)
@click.option(
    "--distance", callback=_range, metavar="LOW:HIGH", help="Distances in m.  [default: 2:9]"
)
@click.option(
    "--count", type=click.IntRange(1, 100), default=10, show_default=True, help="Best places."
)
@optional_executor_options
def command(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    detectors: tuple[str, ...],
    objective: str,
    grid: tuple[int, int, int] | None,
    distance: tuple[float, float] | None,
    count: int,
    workers: int | None,
    scheduler: str | None,
) -> None:
    """Find where a detector of its size and orientation sees most.

    SCENARIO is a built-in name or a TOML file; its hall (such as --set hall.preset=belle2) says
    where a detector may stand. With --out, writes places.json, and map.csv, map.png and map.pdf
    (map-NAME where there are several detectors).
    """
    loaded = load(scenario, overrides)
    by = optional_executor(workers, scheduler)
    from wayside.placement.grid import DEFAULT_COUNTS, DEFAULT_DISTANCES, Grid

    positions = Grid(grid or DEFAULT_COUNTS, distance or DEFAULT_DISTANCES)
    names = tuple(dict.fromkeys(detectors)) or loaded.signal
    if out is not None:
        claim_out(out)
    from wayside.placement.place import place
    from wayside.results.placement import placement_result

    with steps(f"places of {names[0]}", hidden=as_json) as say:
        placements = [
            place(
                loaded,
                name,
                objective=objective,
                grid=positions,
                count=count,
                progress=say,
                executor=by,
            )
            for name in names
        ]
    result = placement_result(placements, count)
    written = result.save(out) if out else []
    if as_json:
        click.echo(json_text(result.summary()))
        return
    for placement in placements:
        echo_page(_title(placement))
        click.echo(_table(placement))
        echo_page(_words(placement))
        if placement.contour:
            click.echo(_contour(placement))
        echo_page("\n".join(f"note: {note}" for note in placement.notes))
    click.echo("".join(f"wrote {path}\n" for path in written), nl=False)


def _title(placement: "Placement") -> str:
    allowed = f"{int(placement.allowed.sum())} of {len(placement.grid)} positions allowed"
    detector = f"{placement.scenario.name}, detector {placement.detector}"
    return f"{detector}: {placement.objective.label}; {allowed}"


def _table(placement: "Placement") -> str:
    """Best places and that of the scenario."""
    import math

    heads = ("place", "theta", "phi", "distance", "value", "map", "x, y, z [m]")
    rows = []
    named = [(str(number), place) for number, place in enumerate(placement.best, start=1)]
    for name, place in [*named, ("own", placement.own)]:
        theta, phi, distance = place.angles
        difference = place.map_difference
        rows.append(
            (
                name,
                f"{math.degrees(theta):.2f}",
                f"{math.degrees(phi):.1f}",
                f"{distance:.3f}",
                f"{place.value:.5g}",
                "" if math.isnan(difference) else f"{100.0 * difference:+.1f}%",
                ", ".join(f"{value:.4f}" for value in place.position),
            )
        )
    return f"\n{table_text(heads, rows)}\n"


def _words(placement: "Placement") -> str:
    """Gain, and lines to paste."""
    lines = [
        "angles in degrees; value: exact, with the scenario's efficiency; map: what a map with"
        " more points has for all decays against their exact value",
    ]
    if not placement.best:
        lines.append("nothing is seen, or excluded, at any position")
    else:
        lines.append(f"best over own: {placement.gain:.4g}")
        lines += ["", "to use one of them:"]
        lines += [f'--set "{place.setting(placement.detector)}"' for place in placement.best]
    return "\n".join(lines)


def _contour(placement: "Placement") -> str:
    """Best places at couplings that the detector just excludes where it stands."""
    first = placement.contour[0].couplings
    names = [
        name for name in first if len({place.couplings[name] for place in placement.contour}) > 1
    ]
    heads = (*names, "ctau [m]", "gain", "x, y, z [m]")
    rows = [
        (
            *(f"{place.couplings[name]:.3g}" for name in names),
            f"{place.ctau:.3g}",
            f"{place.gain:.3g}",
            ", ".join(f"{value:.2f}" for value in place.position),
        )
        for place in placement.contour
    ]
    title = "where it sees most at couplings that it just excludes where it stands (map):"
    return f"\n{title}\n{table_text(heads, rows)}\n"
