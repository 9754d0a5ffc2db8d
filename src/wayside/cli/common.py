"""Options and output that commands have in common."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wayside.errors import OutputError
from wayside.files import check_output_folder

if TYPE_CHECKING:
    from wayside.scenario import Scenario

Command = TypeVar("Command", bound=Callable[..., Any])


def scenario_options(command: Command) -> Command:
    """Add ``SCENARIO`` and ``--set``, passed as ``scenario: str`` and ``overrides: tuple[str]``."""
    set_option = click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="KEY=VALUE",
        help="Set a value, such as model.m_aprime=8.1; may be repeated.",
    )
    return click.argument("scenario")(set_option(command))


def _folder(_: click.Context, __: click.Parameter, value: str | None) -> Path | None:
    if value == "":
        raise click.BadParameter("an empty path; name a folder")
    return None if value is None else Path(value)


def out_option(command: Command) -> Command:
    """Add ``--out``, passed as ``out: Path | None``."""
    return click.option(
        "--out",
        callback=_folder,
        metavar="DIR",
        help="Folder for figures and tables; made if it does not exist.",
    )(command)


def recast_option(command: Command) -> Command:
    """Add ``--recast``, passed as ``recast: str | None``."""
    return click.option(
        "--recast",
        type=click.Choice(["exact", "printed"]),
        help="How existing limits are recast; short for --set run.recast=...",
    )(command)


def json_option(command: Command) -> Command:
    """Add ``--json``, passed as ``as_json: bool``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def check_out(folder: Path) -> None:
    """Refuse the folder of ``--out`` if it cannot be written, before anything is computed."""
    try:
        check_output_folder(folder)
    except OutputError as error:
        raise OutputError(f"--out {error}") from None


def load(scenario: str, overrides: tuple[str, ...], **options: str | None) -> "Scenario":
    """Load the scenario of a command line; imports the library only now.

    ``options`` are values of keys that have an option of their own (``run__recast`` for
    ``run.recast``), None where it was not given; they win over ``--set``.
    """
    from wayside.scenario import load_scenario

    given = [f'{key.replace("__", ".")}="{value}"' for key, value in options.items() if value]
    return load_scenario(scenario, (*overrides, *given))


@contextmanager
def progress_bar(what: str, *, hidden: bool = False) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function of the number of things done and of all, which moves a bar; or None."""
    if hidden:
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def table_text(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], width: int = 80) -> str:
    """Lay out a table in columns; the last one is cut to the width of the page."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    texts = []
    for line in lines:
        cells = [cell.ljust(size) for cell, size in zip(line[:-1], widths, strict=True)]
        text = "  ".join([*cells, line[-1]]).rstrip()
        texts.append(text if len(text) <= width else text[: width - 3].rstrip() + "...")
    return "\n".join(texts)
