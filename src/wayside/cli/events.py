"""``wayside events``: decays in a detector, one by one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wayside.cli.common import check_out, json_option, load, scenario_options
from wayside.text import json_text

if TYPE_CHECKING:
    from rich.console import Console

_FORMATS = ("parquet", "root", "hepmc")
_QUIET_SECONDS = 2.0


@click.command("events")
@scenario_options
@click.option(
    "-n", "--number", "n", type=click.IntRange(1, 10**9), default=10_000, show_default=True,
    help="Number of events.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True,
    help="The same seed gives the same events.",
)  # fmt: skip
@click.option(
    "--format", "kind", type=click.Choice(_FORMATS), default="parquet", show_default=True,
    help="Format of the file.",
)  # fmt: skip
@click.option(
    "--out", metavar="FILE|DIR", default="wayside-out", show_default=True,
    help="File that ends like its format, or folder for events.FORMAT.",
)  # fmt: skip
@click.option(
    "--detector", "detectors", multiple=True, metavar="NAME",
    help="Name of a detector, all unless given; may be repeated.",
)  # fmt: skip
@json_option
def command(
    scenario: str,
    overrides: tuple[str, ...],
    n: int,
    seed: int,
    kind: str,
    out: str,
    detectors: tuple[str, ...],
    as_json: bool,
) -> None:
    """Generate unweighted decays of the excited state in a detector.

    SCENARIO is a built-in name or a TOML file. Needs the extra wayside[simulation].
    """
    loaded = load(scenario, overrides)
    from wayside.generator.formats import require

    require(kind)
    if not out:
        raise click.BadParameter("an empty path; name a file or a folder", param_hint="--out")

    from rich.console import Console

    console = Console(stderr=True)
    with console.status("compiling and loading (the first run takes a minute)"):
        from wayside.results.events import event_file, events

        path = event_file(Path(out), kind)
        check_out(path.parent)
        sample = events(loaded, n, seed=seed, detectors=detectors)
        sample.header()
    with _progress(console, n) as progress:
        path = sample.save(path, kind, progress)
    report = {**sample.header(), **sample.counts(), "file": path}
    click.echo(json_text(report) if as_json else _text(report))


@contextmanager
def _progress(console: "Console", n: int) -> Iterator[Callable[[int, int], None]]:
    """Give a bar on a terminal that shows up once the events take their time."""
    from rich.progress import Progress

    start = time.monotonic()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("events", total=n, visible=False)
        yield lambda done, _: bar.update(
            task, completed=done, visible=time.monotonic() - start > _QUIET_SECONDS
        )


def _text(report: dict[str, Any]) -> str:
    lines = [
        f"{report['scenario']['name']}: {report['events']} events, seed {report['seed']};"
        f" expected in {report['luminosity_fb']:g} fb^-1: {report['expected_events']:.5g}"
        f" ({report['cross_section_fb']:.5g} fb)",
    ]
    if len(report["detectors"]) > 1:
        expected = (f"{d['name']} {d['expected_events']:.5g}" for d in report["detectors"])
        lines.append(f"expected by detector: {', '.join(expected)}")
    ratios = report["branching_ratios"].items()
    lines.append("decays: " + ", ".join(f"{name} {value:.4g}" for name, value in ratios if value))
    if report["branching_ratios"]["hadrons"]:
        lines.append(f"hadrons: {report['hadrons']}")
    if report["repeated_flights"]:
        lines.append(f"flights used twice: {report['repeated_flights']} of {report['kept']}")
    lines += [f"note: {note}" for note in report["notes"]]
    lines.append(f"wrote {report['file']}")
    return "\n".join(lines)
