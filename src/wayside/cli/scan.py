"""``wayside scan``: quantities over any numeric keys, on one machine or many."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wayside.cli.common import (
    claim_out,
    echo_page,
    json_option,
    load,
    out_option,
    set_option,
)
from wayside.cli.executors import executor_of, executor_options
from wayside.cli.progress import counted
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.scanning.designs import Design
    from wayside.scanning.record import Record

QUANTITIES = "events"
SEED = 1


@click.command("scan")
@click.argument("places", nargs=-1, metavar="SCENARIO | DIR...")
@set_option
@out_option
@json_option
@click.option(
    "--grid",
    "grids",
    multiple=True,
    metavar="KEY=LOW:HIGH:N[:log]",
    help="A key and its N values; several make every combination.",
)
@click.option("--sobol", type=click.IntRange(1), metavar="N", help="N points that fill --vary.")
@click.option(
    "--vary",
    "ranges",
    multiple=True,
    metavar="KEY=LOW:HIGH[:log]",
    help="A key and its range, for --sobol; may be repeated.",
)
@click.option("--seed", type=click.IntRange(0), metavar="K", help="Seed of --sobol.  [default: 1]")
@click.option(
    "--points",
    "points",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Points of a CSV or Parquet file, one column a key.",
)
@click.option(
    "--quantities",
    default=QUANTITIES,
    show_default=True,
    metavar="A,B,...",
    help="What to compute, such as events, n_limit, ctau, relic.",
)
@executor_options
@click.option("--shard", "shards", metavar="I/N", help="Every N-th partition from the I-th on.")
@click.option(
    "--rows", type=click.IntRange(1), metavar="N", help="Points of a partition.  [default: chosen]"
)
@click.option("--merge", "merging", is_flag=True, help="Join shards, the folders DIR, to --out.")
def command(
    places: tuple[str, ...],
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    grids: tuple[str, ...],
    sobol: int | None,
    ranges: tuple[str, ...],
    seed: int | None,
    points: Path | None,
    quantities: str,
    workers: int | None,
    scheduler: str | None,
    shards: str | None,
    rows: int | None,
    merging: bool,
) -> None:
    """Compute quantities over any numeric keys of a scenario.

    SCENARIO is a built-in name or a TOML file. Writes partitions (points/*.parquet), scan.json
    and, if one or two keys vary, figures to --out (default: wayside-scan). A scan that was killed
    goes on where it was, with the same command.
    """
    folder = Path("wayside-scan") if out is None else out
    if merging:
        _refuse_beside_merge()
        claim_out(folder)
        from wayside.scanning.merge import merge

        record = merge([Path(place) for place in places], folder)
    else:
        if len(places) != 1:
            raise click.UsageError("give one SCENARIO, or --merge and folders")
        design = _design(grids, sobol, ranges, seed, points)
        by = executor_of(workers, scheduler)
        loaded = load(places[0], overrides)
        names = [name.strip() for name in quantities.split(",") if name.strip()]
        from wayside.scanning.plan import plan
        from wayside.scanning.run import Shard, run_scan, shard

        part = Shard() if shards is None else shard(shards)
        planned = plan(loaded, design, names, rows)
        claim_out(folder)
        with counted("points") as progress:
            record = run_scan(
                planned,
                folder,
                by,
                part,
                progress=progress,
                report=lambda accident: click.echo(f"wayside: warning: {accident}", err=True),
            )
    written = _figures(folder) if record.complete else []
    if as_json:
        click.echo(json_text(record.summary()))
    else:
        echo_page("\n".join([*_text(record, folder), *(f"wrote {path}" for path in written)]))


def _design(
    grids: tuple[str, ...],
    sobol: int | None,
    ranges: tuple[str, ...],
    seed: int | None,
    points: Path | None,
) -> "Design":
    """Points that the options ask for."""
    given = [bool(grids), sobol is not None, points is not None]
    if sum(given) != 1:
        raise click.UsageError("give one of --grid, --sobol and --points")
    if sobol is None and (ranges or seed is not None):
        raise click.UsageError("--vary and --seed: for --sobol alone")
    if sobol is not None and not ranges:
        raise click.UsageError("--sobol: needs --vary KEY=LOW:HIGH")
    from wayside.scanning.axes import grid_axis, key_range
    from wayside.scanning.designs import Grid, Sobol
    from wayside.scanning.points_file import read_points

    if points is not None:
        return read_points(points)
    if sobol is not None:
        return Sobol(tuple(map(key_range, ranges)), sobol, SEED if seed is None else seed)
    return Grid(tuple(map(grid_axis, grids)))


def _refuse_beside_merge() -> None:
    """Refuse options of a run beside --merge, which would be ignored."""
    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    given = [
        parameter.opts[0]
        for parameter in context.command.params
        if isinstance(parameter, click.Option)
        and parameter.name not in ("merging", "out", "as_json")
        and context.get_parameter_source(parameter.name or "") not in (None, default)
    ]
    if given:
        raise click.UsageError(f"{' and '.join(given)}: not with --merge")


def _figures(folder: Path) -> list[Path]:
    from wayside.results.scan import load_scan
    from wayside.scanning.record import NAME

    done = load_scan(folder)
    parts = [folder / partition.file for partition in done.record.partitions]
    return done.save_rest(folder, [*parts, folder / NAME])


def _text(record: "Record", folder: Path) -> list[str]:
    """What was computed, and what failed."""
    from wayside.scanning.partitions import FOLDER
    from wayside.scanning.record import NAME

    lines = [
        f"{record.inputs['scenario']['name']}: {record.done} of {record.points} points over"
        f" {', '.join(record.keys)}",
        f"columns: {', '.join(column.name for column in record.quantity_columns)}",
    ]
    if record.failed:
        lines.append(f"note: {record.failed} points failed; the first: {record.first_error}")
    if not record.complete:
        lines.append(
            f"{len(record.partitions)} of {record.total} partitions: a shard; `wayside scan"
            " --merge` joins them"
        )
    files = len(record.partitions)
    if files:
        lines.append(f"wrote {folder / FOLDER} ({files} file{'' if files == 1 else 's'})")
    return [*lines, f"wrote {folder / NAME}"]
