"""``wayside events``: decays in a detector, one by one."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from wayside.cli.common import LazyChoice, check_out, echo_page, json_option, load, scenario_options
from wayside.cli.progress import counted, steps
from wayside.errors import InputError
from wayside.files import printable, refuse_if_written
from wayside.text import json_text


def _formats() -> Iterable[str]:
    from wayside.generator.formats import FORMATS

    return FORMATS


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
    "--format", "kind", type=LazyChoice(_formats),
    help="Format of the file.  [default: as --out ends, else parquet]",
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
    kind: str | None,
    out: str,
    detectors: tuple[str, ...],
    as_json: bool,
) -> None:
    """Generate unweighted decays of the long-lived particle in a detector.

    SCENARIO is a built-in name or a TOML file. Needs the extra wayside[simulation].
    """
    loaded = load(scenario, overrides)
    if not out:
        raise click.BadParameter("an empty path; name a file or a folder", param_hint="--out")
    from wayside.generator.formats import require

    chosen = _format(Path(out), kind)
    require(chosen)

    with steps("compiling and loading (the first run takes a minute)"):
        from wayside.results.event_files import EventFiles
        from wayside.results.events import event_file, events

        path = event_file(Path(out), chosen)
        check_out(path.parent)
        refuse_if_written(path)
        sample = events(loaded, n, seed=seed, detectors=detectors)
        sample.header()
    with counted("events") as progress:
        if path == Path(out):
            sample.save(path, chosen, progress)
        else:
            EventFiles(sample, chosen).save(out, counted=progress)
    report = {**sample.header(), **sample.counts(), "file": path}
    if as_json:
        click.echo(json_text(report))
    else:
        echo_page(_text(report))


def _format(out: Path, kind: str | None) -> str:
    """Format of the file: as named, or as the path ends; Parquet in a folder.

    Raises
    ------
    InputError
        If the path ends like a file of no format, or of another one than was named.
    """
    from wayside.generator.formats import SUFFIXES, suffix_kind

    suffix = out.suffix
    if out.is_dir() or not suffix[1:2].isalpha():
        return kind or "parquet"
    known = suffix_kind(suffix)
    if known is None:
        raise InputError(
            f"--out {printable(out)}: must end in {', '.join(SUFFIXES.values())}, or name a folder"
        )
    if kind not in (None, known):
        raise InputError(f"--out {printable(out)}: ends like {known}, and not like --format {kind}")
    return known


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
    if report["branching_ratios"].get("hadrons"):
        lines.append(f"hadrons: {report['hadrons']}")
    if report["repeated_flights"]:
        lines.append(f"flights used twice: {report['repeated_flights']} of {report['kept']}")
    lines += [f"note: {note}" for note in report["notes"]]
    lines.append(f"wrote {report['file']}")
    return "\n".join(lines)
