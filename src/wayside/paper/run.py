"""Run sections, in processes if there are several, and gather what they found."""

import io
import os
import platform
import signal
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import active_children, get_context
from typing import Any, Final

from matplotlib import rc_context

from wayside import __version__
from wayside.errors import WaysideError
from wayside.paper.registry import SECTIONS, run
from wayside.paper.rows import Row, counts
from wayside.paper.section import Context
from wayside.plotting.style import STYLE

Progress = Callable[[str, int, int], None]
"""Called with a line of text, the number of sections done and of all."""

PACKAGES: Final = ("matplotlib", "numba", "numpy", "scipy")

DPI: Final = 200
SCREEN_DPI: Final = 130
"""Of the files, and of the pictures inside the report."""


@dataclass(frozen=True)
class Picture:
    """A figure as files.

    Attributes
    ----------
    name, caption
        Of the drawing.
    png, pdf, screen
        PNG for papers, PDF, and a smaller PNG for the report.
    """

    name: str
    caption: str
    png: bytes
    pdf: bytes
    screen: bytes


@dataclass(frozen=True)
class Part:
    """What one section found.

    Attributes
    ----------
    name
        In `wayside.paper.registry.SECTIONS`.
    rows, pictures
        In order.
    warnings
        Of the accuracy reached, one line each.
    """

    name: str
    rows: tuple[Row, ...]
    pictures: tuple[Picture, ...]
    warnings: tuple[str, ...]

    @property
    def title(self) -> str:
        """In the report."""
        return SECTIONS[self.name].title


@dataclass(frozen=True)
class Report:
    """Everything that was run.

    Attributes
    ----------
    parts
        Sections, in the report's order.
    about
        Versions and what was redone.
    """

    parts: tuple[Part, ...]
    about: dict[str, Any]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Of all sections."""
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
                        {"name": each.name, "caption": each.caption} for each in part.pictures
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
        From `wayside.paper.registry.chosen`.
    workers
        Processes; one a core if not given. The result is the same for any number.
    figures
        Whether to draw.
    progress
        Told when a section ends.

    Raises
    ------
    WaysideError
        If a process dies.
    """
    say = progress or (lambda *_: None)
    context = Context()
    say("starting", 0, len(names))
    number = min(workers or _cores(), len(names))
    found: dict[str, Part] = {}
    if number == 1:
        for name in names:
            say(SECTIONS[name].title, len(found), len(names))
            found[name] = part(name, context, figures)
    else:
        with ProcessPoolExecutor(
            number, mp_context=get_context("spawn"), initializer=_leave_interrupts
        ) as pool:
            # The longest first, so that no process works alone at the end.
            order = sorted(names, key=lambda name: -SECTIONS[name].weight)
            waiting = {pool.submit(part, name, context, figures): name for name in order}
            try:
                for future in as_completed(waiting):
                    found[waiting[future]] = future.result()
                    say(SECTIONS[waiting[future]].title, len(found), len(names))
            except BaseException as error:
                pool.shutdown(wait=False, cancel_futures=True)
                for process in active_children():
                    process.terminate()
                if isinstance(error, BrokenProcessPool):
                    raise WaysideError(
                        "a process that ran a section died; --workers 1 shows in which"
                    ) from None
                raise
    return Report(tuple(found[name] for name in names), _about(context))


def _leave_interrupts() -> None:
    """In a worker: an interrupt is for the parent, which ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def part(name: str, context: Context, figures: bool) -> Part:
    """Run one section and draw its figures."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        outcome = run(name, context)
        pictures = tuple(
            _picture(each.name, each.caption, each.draw())
            for each in (outcome.drawings if figures else ())
        )
    lines = tuple(dict.fromkeys(str(each.message) for each in caught if _ours(each.category)))
    return Part(name, outcome.rows, pictures, lines)


def _ours(category: type[Warning]) -> bool:
    return category.__module__.startswith("wayside")


def _picture(name: str, caption: str, figure: Any) -> Picture:
    files = {}
    with rc_context(STYLE):
        for kind, options in (
            ("png", {"format": "png", "dpi": DPI}),
            ("screen", {"format": "png", "dpi": SCREEN_DPI}),
            ("pdf", {"format": "pdf", "metadata": {"CreationDate": None}}),
        ):
            buffer = io.BytesIO()
            figure.savefig(buffer, **options)
            files[kind] = buffer.getvalue()
    return Picture(name, caption, **files)


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


def _cores() -> int:
    if hasattr(os, "sched_getaffinity") and sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
