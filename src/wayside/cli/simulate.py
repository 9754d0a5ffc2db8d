"""``wayside simulate``: Geant4 through the layers of the detector."""

from pathlib import Path
from typing import Any

import click

from wayside.cli.common import (
    check_out,
    echo_page,
    json_option,
    load,
    out_option,
    scenario_options,
    tables_option,
)
from wayside.cli.progress import counted
from wayside.text import json_text


def _triple(_: click.Context, __: click.Parameter, value: Any) -> Any:
    def three_numbers(text: str) -> tuple[float, ...]:
        try:
            numbers = tuple(float(part) for part in text.split(","))
        except ValueError:
            numbers = ()
        if len(numbers) != 3:
            raise click.BadParameter(f"{text!r}: must be three numbers, such as 0,0,1")
        return numbers

    return tuple(map(three_numbers, value)) if isinstance(value, tuple) else three_numbers(value)


@click.command("simulate")
@scenario_options
@out_option
@json_option
@click.option(
    "--particle",
    "particles",
    multiple=True,
    help="Particle of the gun: e-, mu+, pi-, a PDG number; may be repeated.",
)
@click.option(
    "--energy",
    default="100 MeV",
    show_default=True,
    help="Kinetic energy of each particle of the gun.",
)
@click.option(
    "-n",
    "--number",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Events of the gun.",
)
@click.option(
    "--position",
    default="0,0,0",
    callback=_triple,
    metavar="X,Y,Z",
    help="Where the particles of the gun start, in mm.",
)
@click.option(
    "--direction",
    "directions",
    multiple=True,
    callback=_triple,
    metavar="X,Y,Z",
    help="Direction of each particle in turn.  [default: 0,0,1]",
)
@click.option(
    "--events", type=click.Path(path_type=Path), help="File of events instead of the gun."
)
@click.option("--detector", help="Name of a detector instead of the first one for the signal.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the run."
)
@click.option(
    "--workers", type=click.IntRange(1), help="Number of processes.  [default: one per core]"
)
@click.option(
    "--chunk", type=click.IntRange(1), default=200, show_default=True, help="Events per chunk."
)
@click.option(
    "--display", type=click.IntRange(0, 20), default=0, metavar="N", help="Draw the first N events."
)
@tables_option
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
    if events is not None:
        _refuse_gun()
    loaded = load(scenario, overrides)
    folder = Path("wayside-simulation") if out is None else out
    check_out(folder)
    from wayside.processes import cores
    from wayside.results.simulation import simulate
    from wayside.results.simulation_files import SimulationFiles
    from wayside.transport.engine import require_calzone
    from wayside.transport.gun import particle_gun
    from wayside.transport.plan import PRIMARIES

    require_calzone()
    entering: Any = events
    if events is None:
        ways = directions or ((0.0, 0.0, 1.0),)
        entering = particle_gun(particles, energy, number, position=position, directions=ways)
    with counted("chunks") as progress:
        run = simulate(
            loaded,
            entering,
            folder,
            detector=detector,
            seed=seed,
            workers=workers or cores(),
            events_per_chunk=chunk,
            progress=progress,
            report=lambda accident: click.echo(f"wayside: warning: {accident}", err=True),
        )
    settings = {"detector": detector, "seed": seed, "events_per_chunk": chunk}
    files = SimulationFiles(loaded, events or folder / PRIMARIES, settings, workers or cores())
    written = files.save_run(run, root=kind == "root", display=display)
    report = run.summary()
    if as_json:
        click.echo(json_text(report))
    else:
        echo_page(_text(report, written))


_GUN = {
    "energy": "--energy",
    "number": "--number",
    "position": "--position",
    "directions": "--direction",
}
"""Options of the gun, by their parameter."""


def _refuse_gun() -> None:
    """Refuse options of the gun beside a file of events, which would be ignored."""
    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    given = [
        option
        for name, option in _GUN.items()
        if context.get_parameter_source(name) not in (None, default)
    ]
    if given:
        raise click.UsageError(
            f"{' and '.join(given)}: for the gun of --particle; --events brings all of its own"
        )


def _text(report: dict[str, Any], written: list[Path]) -> str:
    data = report["data"]
    crossings = ", ".join(f"{count} {kind}" for kind, count in report["crossings"].items())
    lines = [
        f"{report['events']} events, seed {report['seed']}, {report['physics']['physics_list']},"
        f" Geant4 {report['geant4']}",
        f"crossings: {crossings}",
        f"data sets: {data['kind']}, {data['version']}",
        *(f"  approximate: {words}" for words in data["approximations"]),
        *(f"wrote {path}" for path in written),
    ]
    return "\n".join(lines)
