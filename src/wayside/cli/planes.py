"""What commands have in common whose results are lines in a plane."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, get_args

import click

from wayside.cli.common import Command, LazyChoice, echo_page
from wayside.cli.progress import steps
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.plotting.look import Look
    from wayside.sensitivity.contours import Line


class Result(Protocol):
    """What a command prints and writes."""

    def summary(self) -> dict[str, Any]:
        """Plain values."""

    def save(self, folder: Path, **options: Any) -> list[Path]:
        """Write it, and name the files."""


Computed = TypeVar("Computed", bound=Result)


def _names_of_planes() -> tuple[str, ...]:
    from wayside.scenario.sections import PlaneKind

    return get_args(PlaneKind)


def plane_option(words: str) -> Callable[[Command], Command]:
    """Add ``--plane``, passed as ``plane: str | None``, with its help."""
    return click.option("--plane", type=LazyChoice(_names_of_planes), help=words)


def folder_of(out: Path | None, usual: str, as_json: bool) -> Path | None:
    """Where to write to: ``--out``, else the usual folder; nowhere for ``--json`` alone."""
    return out if out is not None or as_json else Path(usual)


def compute_and_print(
    compute: Callable[[Callable[[str], object]], Computed],
    lines: Callable[[Computed], Sequence[str]],
    folder: Path | None,
    *,
    as_json: bool,
    figure: "tuple[Sequence[str], Look | None]",
) -> None:
    """Compute a result with its progress, write it, and print it.

    Parameters
    ----------
    compute
        Makes the result; given a function that is to be called before every step.
    lines
        The result in words.
    folder
        Where to write to; nowhere if None.
    as_json
        Whether plain values are printed in place of words.
    figure
        From `wayside.cli.common.look_of`.
    """
    formats, look = figure
    with steps("compiling and loading (the first run takes a minute)") as step:
        result = compute(step)
        written: list[Path] = []
        if folder is not None:
            step("tables and figure")
            written = result.save(folder, formats=formats, look=look)
    if as_json:
        click.echo(json_text(result.summary()))
    else:
        echo_page("\n".join([*lines(result), *(f"wrote {path}" for path in written)]))


def span(line: "Line", x: str, y: str) -> str:
    """From where to where a line goes, in the values of axes of these names."""
    low, high = line.points.min(axis=0), line.points.max(axis=0)
    return f"{x} {low[0]:.4g} to {high[0]:.4g}, {y} {low[1]:.4g} to {high[1]:.4g}"
