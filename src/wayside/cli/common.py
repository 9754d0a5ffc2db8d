"""Options and output that commands have in common."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

import click

from wayside.errors import InputError, OutputError
from wayside.files import FIGURE_FORMATS, check_output_folder, claimed_folder, printable

if TYPE_CHECKING:
    from wayside.plotting.look import Look
    from wayside.scenario import Scenario

PAGE: Final = 80
"""Characters of a line."""

_FILES: Final = (
    *(".png", ".pdf", ".svg", ".csv", ".txt", ".json", ".toml", ".html", ".npz"),
    *(".parquet", ".root", ".hepmc", ".hepmc3", ".lhe", ".h5"),
)
"""Endings with which a path names a file, and no folder."""

Command = TypeVar("Command", bound=Callable[..., Any])


class LazyChoice(click.Choice[str]):
    """One of the names of a registry, whose module is loaded when they are asked for.

    Parameters
    ----------
    names
        Returns the names.
    """

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        self._names = names
        self.case_sensitive = True

    @property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]
        """All names."""
        return tuple(self._names())


def set_option(command: Command) -> Command:
    """Add ``--set``, passed as ``overrides: tuple[str]``."""
    return click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="KEY=VALUE",
        help="Set a value, such as model.m_aprime=8.1; may be repeated.",
    )(command)


def scenario_options(command: Command) -> Command:
    """Add ``SCENARIO`` and ``--set``, passed as ``scenario: str`` and ``overrides: tuple[str]``."""
    return click.argument("scenario")(set_option(command))


def _folder(_: click.Context, __: click.Parameter, value: str | None) -> Path | None:
    if value == "":
        raise click.BadParameter("an empty path; name a folder")
    if value is None:
        return None
    path = Path(value)
    if path.suffix.lower() in _FILES and not path.is_dir():
        raise click.BadParameter(f"{printable(path)}: ends like a file; name a folder")
    return path


def out_option(command: Command) -> Command:
    """Add ``--out``, passed as ``out: Path | None``."""
    return click.option(
        "--out",
        callback=_folder,
        metavar="DIR",
        help="Folder for figures and tables; made if it does not exist.",
    )(command)


def _recasts() -> tuple[str, ...]:
    from wayside.scenario.sections import Recast

    return get_args(Recast)


def recast_option(command: Command) -> Command:
    """Add ``--recast``, passed as ``recast: str | None``."""
    return click.option(
        "--recast",
        type=LazyChoice(_recasts),
        help="How existing limits are recast; short for --set run.recast=...",
    )(command)


def figure_options(command: Command) -> Command:
    """Add options of the figure, passed as ``wanted`` of `look_of`."""
    for option in reversed(
        (
            click.option(
                "--format",
                "formats",
                multiple=True,
                type=click.Choice(FIGURE_FORMATS),
                help="Format of the figure; may be repeated.  [default: png, pdf]",
            ),
            click.option(
                "--hide",
                metavar="LAYERS",
                help="Layers left out of the figure, such as relic,approximation,displaced.",
            ),
            click.option("--title", help="Title of the figure instead of the usual one."),
            click.option("--x-label", help="Label of the horizontal axis."),
            click.option("--y-label", help="Label of the vertical axis."),
            click.option(
                "--columns",
                type=click.Choice(["1", "2"]),
                help="Width of the figure: one or two columns of a journal.",
            ),
            click.option(
                "--limits",
                multiple=True,
                metavar="[LABEL=]FILE",
                help="Published limit of your own, a CSV file of x and y; may be repeated.",
            ),
            click.option(
                "--style",
                type=click.Path(path_type=Path),
                metavar="FILE",
                help="Style file of Matplotlib, on top of ours.",
            ),
        )
    ):
        command = option(command)
    return command


def tables_option(command: Command) -> Command:
    """Add ``--format`` of the tables of a run, passed as ``kind: str``."""
    return click.option(
        "--format",
        "kind",
        type=click.Choice(["parquet", "root"]),
        default="parquet",
        show_default=True,
        help="With root, write all tables to one ROOT file too.",
    )(command)


def look_of(wanted: Mapping[str, Any]) -> "tuple[Sequence[str], Look | None]":
    """Formats and look of a figure from the values of `figure_options`.

    Raises
    ------
    InputError
        If there is no such layer, or the style file or a limit cannot be read.
    """
    formats = tuple(dict.fromkeys(wanted["formats"])) or FIGURE_FORMATS[:2]
    given = {key: value for key, value in wanted.items() if value not in (None, ())}
    given.pop("formats", None)
    if not given:
        return formats, None
    from wayside.plotting.look import WIDTHS, Look

    if "hide" in given:
        given["hide"] = tuple(name.strip() for name in given["hide"].split(",") if name.strip())
    if "columns" in given:
        given["width"] = WIDTHS[int(given.pop("columns"))]
    look = Look(**given)
    look.check()
    return formats, look


def json_option(command: Command) -> Command:
    """Add ``--json``, passed as ``as_json: bool``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def check_out(folder: Path) -> None:
    """Refuse the folder of ``--out`` if it cannot be written, before anything is computed."""
    try:
        check_output_folder(folder)
    except OutputError as error:
        raise OutputError(f"--out {error}") from None


def claim_out(folder: Path, result: str = "", scenario: "Scenario | None" = None) -> None:
    """Check the folder of ``--out``, and keep other processes out of it until the command ends.

    Parameters
    ----------
    folder
        The folder.
    result
        Name of the file in it that says what it holds.
    scenario
        What is going to be computed: results of another scenario that are there are named in a
        line on the error stream.
    """
    check_out(folder)
    try:
        click.get_current_context().with_resource(claimed_folder(folder))
    except OutputError as error:
        raise OutputError(f"--out {error}") from None
    if scenario is None:
        return
    try:
        there = json.loads((folder / result).read_bytes())["scenario"]
        name = str(there["name"])
    except (OSError, ValueError, LookupError, TypeError):
        return
    if there == scenario.to_dict():
        return
    what = f"scenario {name!r}" if name != scenario.name else f"{name!r} with other values"
    click.echo(
        f"wayside: note: --out {printable(folder)}: replaces the results of {what}", err=True
    )


def load(
    scenario: str | Mapping[str, Any], overrides: tuple[str, ...], **options: str | None
) -> "Scenario":
    """Load the scenario of a command line; imports the library only now.

    ``scenario`` is a name, a path, or the plain values of a scenario that was loaded before.
    ``options`` are values of keys that have an option of their own (``run__recast`` for
    ``run.recast``), None where it was not given; they win over ``--set``.
    """
    from wayside.scenario import Scenario, load_scenario

    given = [f'{key.replace("__", ".")}="{value}"' for key, value in options.items() if value]
    if isinstance(scenario, str):
        return load_scenario(scenario, (*overrides, *given))
    return Scenario.from_dict(scenario).with_values((*overrides, *given))


def require_named_plane(scenario: "Scenario", plane: str | None) -> None:
    """Refuse ``--plane`` where the scenario has a plane of keys.

    Parameters
    ----------
    scenario
        Scenario from `load`.
    plane
        Value of the option, None where it was not given.

    Raises
    ------
    InputError
        If ``plane.x`` or ``plane.y`` is given too, or the model is a single particle.
    """
    if plane is None:
        return
    from wayside.scenario.model import is_pair

    if not is_pair(scenario.model):
        raise InputError(
            f'--plane {plane}: model.kind = "{scenario.model.kind}" is a single particle, whose'
            " plane is that of plane.x and plane.y"
        )
    if scenario.plane.x is not None or scenario.plane.y is not None:
        raise InputError(f"--plane {plane}: plane.x and plane.y name another; give one of both")


def echo_page(text: str) -> None:
    """Print text, lines of more than `PAGE` characters in several; paths are not broken."""
    click.echo("\n".join(part for line in text.split("\n") for part in _folded(line)))


def _folded(line: str) -> list[str]:
    if len(line) <= PAGE:
        return [line]
    return wrap(line, PAGE, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def table_text(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], width: int = PAGE) -> str:
    """Lay out a table in columns; the last one is cut to the width of the page."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    texts = []
    for line in lines:
        cells = [cell.ljust(size) for cell, size in zip(line[:-1], widths, strict=True)]
        text = "  ".join([*cells, line[-1]]).rstrip()
        texts.append(text if len(text) <= width else text[: width - 3].rstrip() + "...")
    return "\n".join(texts)
