"""``wayside reconstruct``: tracks and vertices out of a simulated run."""

from pathlib import Path
from typing import Any

import click

from wayside.cli.common import check_out, json_option, load, out_option
from wayside.files import write_files
from wayside.text import json_text


@click.command("reconstruct")
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option(
    "--scenario", default="belle2-forward", show_default=True, help="Where the cuts come from."
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set a value, such as emulsion.threshold=10; may be repeated.",
)
@out_option
@json_option
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the films.")
@click.option(
    "--together",
    type=click.IntRange(0),
    default=1000,
    show_default=True,
    help="Events that share the same films; 0 for all.",
)
@click.option("--grains", is_flag=True, help="Simulate every grain (slow).")
@click.option(
    "--tile",
    type=click.FloatRange(0.0, min_open=True),
    metavar="MM",
    help="Link squares of this side one by one, to bound memory.",
)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option(
    "--display",
    type=click.IntRange(0, 20),
    default=0,
    metavar="N",
    help="Draw the first N events with a vertex.",
)
@click.option(
    "--format", "kind", type=click.Choice(["parquet", "root"]), default="parquet", show_default=True
)
def command(
    run_dir: Path,
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    seed: int,
    together: int,
    grains: bool,
    tile: float | None,
    workers: int,
    display: int,
    kind: str,
) -> None:
    """Reconstruct what `wayside simulate` left in RUN_DIR.

    Writes tracks.parquet, vertices.parquet, particles.parquet (the truth, and which track each
    has), reconstruction.json and figures to --out, by default RUN_DIR/reconstruction; with
    --format root also reconstruction.root. A run that was killed goes on where it was, with the
    same command.
    """
    loaded = load(scenario, overrides)
    place = out or run_dir / "reconstruction"
    from wayside.reconstruction.files import Run

    Run(run_dir)  # a bad folder is refused before anything is written
    check_out(place)
    from wayside.cli.root import write_root
    from wayside.reconstruction.run import TABLES, Job, reconstruct_run

    job = Job(loaded.emulsion, loaded.reconstruction, seed, together, grains, tile)
    result = _with_progress(
        lambda progress: reconstruct_run(run_dir, place, job, workers, progress), quiet=as_json
    )
    written = [place / f"{name}.parquet" for name in TABLES]
    if kind == "root":
        written.append(write_root(place / "reconstruction.root", _tables(place)))
    written += write_files(place, _figures(run_dir, place, display))
    if as_json:
        click.echo(json_text(result))
    else:
        click.echo("\n".join([_text(result["result"]), *(f"wrote {path}" for path in written)]))


def _with_progress(work: Any, quiet: bool) -> Any:
    if quiet:
        return work(None)
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("groups"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        return work(lambda done, total: bar.update(task, completed=done, total=total))


def _tables(place: Path) -> dict[str, Any]:
    from wayside.reconstruction.run import TABLES, read_result

    return dict(zip(TABLES, read_result(place), strict=True))


def _text(result: dict[str, Any]) -> str:
    lines = [f"{result['events']} events: {result['tracks']} tracks, {result['vertices']} vertices"]
    for key, what in (
        ("efficiency_tracks", "particles with a track"),
        ("purity_tracks", "tracks of one particle"),
        ("efficiency_vertices", "events with a vertex at their origin"),
        ("purity_vertices", "vertices of one event"),
        ("secondary_vertices", "vertices behind another one"),
    ):
        share = result[key]
        if share["tried"]:
            value, low, high = (100.0 * share[name] for name in ("value", "low", "high"))
            lines.append(f"{what:<36}{value:6.2f}%  ({low:.2f} to {high:.2f} at 68%)")
    return "\n".join(lines)


def _figures(run_dir: Path, place: Path, display: int) -> dict[str, bytes | str]:
    from wayside.plotting.efficiency import efficiency_figure
    from wayside.plotting.files import figure_files
    from wayside.plotting.vertices import vertex_figure
    from wayside.reconstruction.files import Run
    from wayside.reconstruction.run import origins, read_result

    run = Run(run_dir)
    tracks, vertices, particles = read_result(place)
    files: dict[str, bytes | str] = {
        **figure_files(vertex_figure(vertices, origins(run.primaries)), "vertices"),
        **figure_files(efficiency_figure(particles), "efficiency"),
    }
    if display:
        import numpy as np

        from wayside.plotting.reconstructed import reconstructed_figure

        own = np.unique(vertices["event"][vertices["event"] >= 0])
        for event in own[:display].tolist():
            figure = reconstructed_figure(
                tracks[tracks["event"] == event],
                vertices[vertices["event"] == event],
                run.crossings("film", event, event),
                f"event {event}",
            )
            files |= figure_files(figure, f"event-{event}")
    return files
