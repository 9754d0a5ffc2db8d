"""``wayside paper``: the study beside ours, number by number."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wayside.cli.common import claim_out, json_option, out_option, table_text
from wayside.cli.progress import steps
from wayside.errors import InputError
from wayside.files import write_files
from wayside.paper import STUDY
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.paper.run import Report

_PAGE = 80


def _refuse_rebuild(_context: click.Context, _option: click.Parameter, given: bool) -> None:
    """Say where an option has gone.

    Raises
    ------
    InputError
        If it is given.
    """
    if given:
        raise InputError(
            "--rebuild is gone: tables are remade in a checkout,"
            " by: make rebuild-tables SECTION=table2"
        )


@click.command("paper", epilog=STUDY)
@click.argument("sections", nargs=-1, metavar="[SECTION]...")
@out_option
@json_option
@click.option("--list", "listed", is_flag=True, help="List the sections, and run none.")
@click.option("--rebuild", is_flag=True, hidden=True, expose_value=False, callback=_refuse_rebuild)
@click.option("--workers", type=click.IntRange(1), help="Processes.  [default: one a core]")
def command(
    sections: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    listed: bool,
    workers: int | None,
) -> None:
    """Recompute the study: what it prints, what we get, and why they differ.

    SECTION is a table, figure or equation, such as table1, fig14 or eq05; all of them if none is
    named. Writes report.html, report.csv, report.json and the figures to --out (default:
    wayside-paper).
    """
    from wayside.paper.registry import SECTIONS, chosen

    if listed:
        rows = [(name, section.title) for name, section in SECTIONS.items()]
        click.echo(
            json_text({name: section.title for name, section in SECTIONS.items()})
            if as_json
            else table_text(("section", "title"), rows)
        )
        return
    names = chosen(sections)
    writes = out is not None or not as_json
    folder = Path("wayside-paper") if out is None else out
    if writes:
        claim_out(folder)
    result = _run(names, workers, writes)
    files: Mapping[str, bytes | str] = {}
    if writes:
        from wayside.paper.export import files as all_files

        files = all_files(result)
    written = write_files(folder, files) if files else []
    click.echo(json_text(result.plain()) if as_json else _text(result, written))


def _run(names: tuple[str, ...], workers: int | None, figures: bool) -> "Report":
    from wayside.paper.run import report

    with steps("starting") as step:
        return report(
            names,
            workers=workers,
            figures=figures,
            progress=lambda text, done, total: step(f"{done} of {total} sections, {text}"),
        )


def _text(result: "Report", written: list[Path]) -> str:
    from wayside.paper.rows import counts, number

    lines: list[str] = []
    for part in result.parts:
        lines += ["", part.title]
        head = ("verdict", "study", "ours", "ratio", "quantity")
        cells = [
            (
                row.verdict,
                "-" if row.study.value is None else number(row.study.value),
                "-" if row.same is None else number(row.same.value),
                "-" if row.ratio is None else number(row.ratio),
                row.quantity,
            )
            for row in part.rows
        ]
        lines.append(_wrapped(head, cells))
        for warning in part.warnings:
            lines += textwrap.wrap(f"note: {warning}", _PAGE, subsequent_indent="  ")
    tallies = ", ".join(f"{count} {verdict}" for verdict, count in counts(result.rows).items())
    lines += ["", tallies]
    few = [path for path in written if path.suffix not in (".png", ".pdf")]
    lines += [f"wrote {path}" for path in few]
    if len(few) < len(written):
        lines.append(f"and {len(written) - len(few)} figures beside them")
    return "\n".join(lines[1:])


def _wrapped(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table whose last column goes on in lines below instead of being cut."""
    columns = list(zip(head, *rows, strict=True))[:-1]
    room = _PAGE - sum(2 + max(map(len, column)) for column in columns)
    lines = []
    for *cells, last in rows:
        first, *others = textwrap.wrap(last, room, subsequent_indent="  ") or [""]
        lines.append((*cells, first))
        lines += [(*("" for _ in cells), line) for line in others]
    return table_text(head, lines)
