"""Run sections, in processes if there are several, and gather their rows and figures."""

import platform
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any, Final

from wayside.errors import WaysideError
from wayside.executors import Outcome, local_executor
from wayside.paper.registry import SECTIONS, run
from wayside.paper.rows import Row, counts
from wayside.paper.section import Context
from wayside.plotting.files import figure_files
from wayside.processes import cores
from wayside.version import __version__

Progress = Callable[[str, int, int], object]
"""Called with a line of text, the number of sections done and of all."""

PACKAGES: Final = ("matplotlib", "numba", "numpy", "scipy")

DPI: Final = 200
"""Resolution of the pictures in dots per inch."""


@dataclass(frozen=True)
class Picture:
    """A figure as files.

    Attributes
    ----------
    name, caption
        Name and caption of the drawing.
    files
        Contents of its PNG and PDF by file name.
    """

    name: str
    caption: str
    files: Mapping[str, bytes]

    @property
    def png(self) -> bytes:
        """The PNG, for the report's page."""
        return self.files[f"{self.name}.png"]


@dataclass(frozen=True)
class Part:
    """Rows and figures of one section.

    Attributes
    ----------
    name
        Key of the section in `wayside.paper.registry.SECTIONS`.
    rows, pictures
        Rows and pictures in the order of the report.
    warnings
        Warnings of the accuracy that was reached, one line each.
    """

    name: str
    rows: tuple[Row, ...]
    pictures: tuple[Picture, ...]
    warnings: tuple[str, ...]

    @property
    def title(self) -> str:
        """Title of the section in the report."""
        return SECTIONS[self.name].title


@dataclass(frozen=True)
class Report:
    """All sections that were run.

    Attributes
    ----------
    parts
        Sections, in the report's order.
    about
        Versions of the packages and of the Geant4 record.
    """

    parts: tuple[Part, ...]
    about: dict[str, Any]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Rows of all sections."""
        return tuple(row for part in self.parts for row in part.rows)

    def plain(self) -> dict[str, Any]:
        """As plain values, for JSON; nothing in it depends on when or where it was run."""
        return {
            **self.about,
            "verdicts": dict(counts(self.rows)),
            "sections": [
                {
                    "name": part.name,
                    "title": part.title,
                    "rows": [row.plain() for row in part.rows],
                    "figures": [
                        {"name": picture.name, "caption": picture.caption}
                        for picture in part.pictures
                    ],
                    "warnings": list(part.warnings),
                }
                for part in self.parts
            ],
        }


def report(
    names: tuple[str, ...],
    *,
    workers: int | None = None,
    figures: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Run sections; in processes, so that a script that calls it needs its main guard.

    Parameters
    ----------
    names
        Names of sections, from `wayside.paper.registry.chosen`.
    workers
        Number of processes, one a core if not given. The result is the same for any number.
    figures
        Whether to draw.
    progress
        Called when a section ends.

    Raises
    ------
    WaysideError
        If a section fails, or its process dies twice.
    """
    say = progress or (lambda *_: None)
    context = Context()
    say("starting", 0, len(names))
    number = min(workers or cores(), len(names))
    parts: dict[str, Part] = {}

    def receive(outcome: Outcome) -> None:
        if outcome.error is not None:
            raise WaysideError(f"{outcome.name}: {outcome.error}")
        parts[outcome.name] = outcome.value
        say(SECTIONS[outcome.name].title, len(parts), len(names))

    # The longest first, so that no process works alone at the end.
    order = sorted(names, key=lambda name: -SECTIONS[name].weight)
    local_executor(number).run(
        partial(part, context=context, figures=figures),
        zip(order, order, strict=True),
        receive,
        lambda line: say(line, len(parts), len(names)),
    )
    return Report(tuple(parts[name] for name in names), _about(context))


def part(name: str, context: Context, figures: bool) -> Part:
    """Run one section and draw its figures."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        outcome = run(name, context)
        pictures = tuple(
            Picture(
                drawing.name,
                drawing.caption,
                figure_files(drawing.draw(), drawing.name, DPI),
            )
            for drawing in (outcome.drawings if figures else ())
        )
    lines = tuple(
        dict.fromkeys(str(warning.message) for warning in caught if _ours(warning.category))
    )
    return Part(name, outcome.rows, pictures, lines)


def _ours(category: type[Warning]) -> bool:
    return category.__module__.startswith("wayside")


def _about(context: Context) -> dict[str, Any]:
    return {
        "wayside": __version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "geant4_record": {
            **{key: context.record.about[key] for key in ("geant4", "physics list", "seed")},
            "data": context.record.about["data"]["kind"],
        },
    }
