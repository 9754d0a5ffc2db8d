"""``wayside simulate``: Geant4 through the layers of the detector."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wayside.cli.common import check_out, json_option, load, out_option, scenario_options
from wayside.errors import InputError
from wayside.files import write_files
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.scenario import Scenario
    from wayside.transport.engine import Records
    from wayside.transport.plan import Plan
    from wayside.transport.run import Accident


def _triple(_: click.Context, __: click.Parameter, value: Any) -> Any:
    def one(text: str) -> tuple[float, ...]:
        try:
            numbers = tuple(float(part) for part in text.split(","))
        except ValueError:
            numbers = ()
        if len(numbers) != 3:
            raise click.BadParameter(f"{text!r}: must be three numbers, such as 0,0,1")
        return numbers

    return tuple(one(text) for text in value) if isinstance(value, tuple) else one(value)


@click.command("simulate")
@scenario_options
@out_option
@json_option
@click.option("--particle", "particles", multiple=True, help="Of the gun: e-, mu+, pi-, a number.")
@click.option("--energy", default="100 MeV", show_default=True, help="Kinetic, of each particle.")
@click.option("-n", "--number", type=click.IntRange(1), default=100, show_default=True)
@click.option(
    "--position", default="0,0,0", callback=_triple, metavar="X,Y,Z", help="Of the gun, in mm."
)
@click.option(
    "--direction",
    "directions",
    multiple=True,
    callback=_triple,
    metavar="X,Y,Z",
    help="Of each particle in turn.  [default: 0,0,1]",
)
@click.option(
    "--events", type=click.Path(path_type=Path), help="File of events instead of the gun."
)
@click.option("--detector", help="Which of the scenario's, instead of the first signal one.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--workers", type=click.IntRange(1), help="Processes.  [default: one a core]")
@click.option("--chunk", type=click.IntRange(1), default=200, show_default=True, help="Events.")
@click.option(
    "--display", type=click.IntRange(0, 20), default=0, metavar="N", help="Draw the first N events."
)
@click.option(
    "--format", "kind", type=click.Choice(["parquet", "root"]), default="parquet", show_default=True
)
def command(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    particles: tuple[str, ...],
    energy: str,
    number: int,
    position: tuple[float, float, float],
    directions: tuple[tuple[float, float, float], ...],
    events: Path | None,
    detector: str | None,
    seed: int,
    workers: int | None,
    chunk: int,
    display: int,
    kind: str,
) -> None:
    """Follow particles through plates, films, gas and fibres.

    SCENARIO is a built-in name or a TOML file. The particles come from a gun or from the file of
    `wayside events`. Writes film, gas and fibre crossings to --out (default: wayside-simulation).
    A run that was killed goes on where it was, with the same command.
    """
    if bool(particles) == (events is not None):
        raise click.UsageError("give either --particle or --events")
    loaded = load(scenario, overrides)
    folder = Path("wayside-simulation") if out is None else out
    check_out(folder)
    from wayside.transport.engine import require_calzone

    require_calzone()
    from wayside.transport.gun import from_file

    primaries = (
        from_file(events, detector or loaded.signal[0])
        if events is not None
        else _gun(particles, energy, number, position, directions)
    )
    plan = _plan(loaded, detector, primaries, seed, chunk)
    accidents = _run(plan, folder, workers or _cores())
    written = [folder / f"{each}.parquet" for each in ("primaries", "film", "gas", "fibre")]
    if kind == "root":
        written.append(_root(folder))
    if display:
        written += write_files(folder, _figures(plan, folder, display))
    report = _report(plan, folder, accidents)
    click.echo(json_text(report) if as_json else _text(report, written))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _gun(
    names: tuple[str, ...],
    energy: str,
    number: int,
    position: tuple[float, float, float],
    directions: tuple[tuple[float, float, float], ...],
) -> "Records":
    from pydantic_core import PydanticCustomError

    from wayside.scenario.quantities import Quantity
    from wayside.transport.gun import gun, pdg_number, together

    try:
        kinetic = 1e3 * Quantity("energy", 1e-9, 1e6)(energy)
    except PydanticCustomError as error:
        raise InputError(f"--energy {energy!r}: {error.message()}") from None
    if directions and len(directions) not in (1, len(names)):
        raise InputError(
            f"--direction: given {len(directions)} times for {len(names)} particles; give it once,"
            " or for each"
        )
    ways = directions or ((0.0, 0.0, 1.0),)
    ways = ways * len(names) if len(ways) == 1 else ways
    return together(
        *(
            gun(pdg_number(name), kinetic, number, position, way)
            for name, way in zip(names, ways, strict=True)
        )
    )


def _plan(
    scenario: "Scenario", detector: str | None, primaries: "Records", seed: int, chunk: int
) -> "Plan":
    from wayside.transport.datasets import find
    from wayside.transport.plan import Plan

    name = scenario.signal[0] if detector is None else detector
    if name not in scenario.detectors:
        raise InputError(f"--detector {name}: known: {', '.join(scenario.detectors)}")
    first, second, depth = scenario.detectors[name].size
    stack = scenario.stack.build((first, second))
    stack.check_fits(1e3 * depth)
    physics = scenario.geant4.build()
    return Plan(primaries, stack, physics, find(scenario.geant4.data), seed, chunk)


def _run(plan: "Plan", folder: Path, workers: int) -> "list[Accident]":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from wayside.transport.run import simulate

    console = Console(stderr=True)
    columns = (TextColumn("chunks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=plan.chunks)
        return simulate(
            plan,
            folder,
            workers,
            progress=lambda done, _: bar.update(task, completed=done),
            report=lambda accident: click.echo(f"wayside: warning: {accident}", err=True),
        )


def _root(folder: Path) -> Path:
    from wayside.cli.root import write_root
    from wayside.transport.plan import read_run

    run = read_run(folder)
    tables = {name: getattr(run, name) for name in ("primaries", "film", "gas", "fibre")}
    return write_root(folder / "simulation.root", tables)


def _figures(plan: "Plan", folder: Path, number: int) -> dict[str, bytes | str]:
    from dataclasses import replace

    import numpy as np

    from wayside.plotting.event_display import deposit_figure, event_display
    from wayside.plotting.files import figure_files
    from wayside.transport.plan import read_run
    from wayside.transport.run import trace

    run = read_run(folder)
    shown = np.unique(run.primaries["event"])[:number]
    few = replace(
        plan,
        primaries=plan.primaries[np.isin(plan.primaries["event"], shown)],
        events_per_chunk=number,
    )
    tracks, points = trace(few)
    files: dict[str, bytes | str] = {}
    files |= figure_files(event_display(plan.stack, tracks, points), "event-display")
    film = run.film[run.film["event"] == shown[0]]
    if np.any(film["track"] == 1):
        files |= figure_files(deposit_figure(film[film["track"] == 1]), "deposits")
    return files


def _report(plan: "Plan", folder: Path, accidents: "list[Accident]") -> dict[str, Any]:
    from wayside.transport.plan import read_run

    run = read_run(folder)
    return {
        **run.about,
        "crossings": {kind: len(getattr(run, kind)) for kind in ("film", "gas", "fibre")},
        "accidents": [str(accident) for accident in accidents],
        "folder": str(folder),
        "data_folder": str(plan.data.folder),
    }


def _text(report: dict[str, Any], written: list[Path]) -> str:
    data = report["data"]
    crossings = ", ".join(f"{count} {kind}" for kind, count in report["crossings"].items())
    lines = [
        f"{report['events']} events, seed {report['seed']}, {report['physics']['physics_list']},"
        f" Geant4 {report['geant4']}",
        f"crossings: {crossings}",
        f"data sets: {data['kind']}, {data['version']}",
        *(f"  approximate: {each}" for each in data["approximations"]),
        *(f"wrote {path}" for path in written),
    ]
    return "\n".join(lines)
