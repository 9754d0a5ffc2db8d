"""``wayside reconstruct``: tracks and vertices out of a simulated run."""

from pathlib import Path
from typing import Any

import click

from wayside.cli.common import (
    check_out,
    echo_page,
    json_option,
    load,
    out_option,
    set_option,
    tables_option,
)
from wayside.cli.progress import counted
from wayside.text import json_text


@click.command("reconstruct")
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option(
    "--scenario", default="belle2-forward", show_default=True, help="Scenario of films and cuts."
)
@set_option
@out_option
@json_option
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the films."
)
@click.option(
    "--together",
    type=click.IntRange(0),
    default=1000,
    show_default=True,
    help="Number of events that share the same films; 0 for all.",
)
@click.option("--grains", is_flag=True, help="Simulate every grain (slow).")
@click.option(
    "--tile",
    type=click.FloatRange(0.0, min_open=True),
    metavar="MM",
    help="Link squares of this side one by one, to bound memory.",
)
@click.option(
    "--workers", type=click.IntRange(1), default=1, show_default=True, help="Number of processes."
)
@click.option(
    "--display",
    type=click.IntRange(0, 20),
    default=0,
    metavar="N",
    help="Draw the first N events with a vertex.",
)
@tables_option
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

    Writes tracks.parquet, vertices.parquet, particles.parquet (true particles, and the track that
    each has), reconstruction.json and figures to --out, by default RUN_DIR/reconstruction; with
    --format root also reconstruction.root. With the selection of a search, as in --set
    run.selection=search, also candidates.parquet: every vertex with all that a selection asks for,
    and the probability that this one keeps it. A run that was killed goes on where it was, with the
    same command.
    """
    loaded = load(scenario, overrides)
    target = out or run_dir / "reconstruction"
    from wayside.reconstruction.files import Run

    Run(run_dir, check=False)  # a bad folder is refused before anything is written
    check_out(target)
    from wayside.results.reconstruction import reconstruct
    from wayside.results.reconstruction_files import ReconstructionFiles

    settings: dict[str, Any] = {
        "seed": seed, "together": together, "grains": grains, "tile": tile,
    }  # fmt: skip
    with counted("groups", hidden=as_json) as progress:
        result = reconstruct(
            run_dir,
            target,
            scenario=loaded,
            **settings,
            workers=workers,
            progress=progress,
        )
    files = ReconstructionFiles(loaded, run_dir, settings)
    written = files.save_run(result, root=kind == "root", display=display)
    report = result.summary()
    if as_json:
        click.echo(json_text(report))
    else:
        echo_page("\n".join([_text(report["result"]), *(f"wrote {path}" for path in written)]))


def _text(result: dict[str, Any]) -> str:
    lines = [f"{result['events']} events: {result['tracks']} tracks, {result['vertices']} vertices"]
    for key, what in (
        ("efficiency_tracks", "particles with a track"),
        ("purity_tracks", "tracks of one particle"),
        ("efficiency_vertices", "events with a vertex at their origin"),
        ("purity_vertices", "vertices of one event"),
        ("secondary_vertices", "vertices behind another one"),
    ):
        fraction = result[key]
        if fraction["tried"]:
            value, low, high = (100.0 * fraction[name] for name in ("value", "low", "high"))
            lines.append(f"{what:<36}{value:6.2f}%  ({low:.2f} to {high:.2f} at 68%)")
    if "efficiency_selected" in result:
        kept = result["efficiency_selected"]
        value, error = (100.0 * kept[name] for name in ("value", "error"))
        lines.append(f"{'events that are selected':<36}{value:6.2f}%  (+- {error:.2f})")
        lines.append(
            f"{result['candidates']} candidates, {result['candidates_timed']} timed,"
            f" {result['candidates_selected']:.4g} selected"
        )
    return "\n".join(lines)
