"""Progress on the error stream: bars on a terminal, now and then a line elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click

from wayside.text import duration

SECONDS: Final = 10.0
"""Time between two lines where the error stream is no terminal; shorter work is silent."""

Step = Callable[[str], object]
Count = Callable[[int, int], object]


@contextmanager
def steps(first: str, *, hidden: bool = False) -> Iterator[Step]:
    """Show which step of the work is under way.

    Parameters
    ----------
    first
        Name of the first step.
    hidden
        Whether nothing is shown.

    Yields
    ------
    callable
        To be called with the name of every further step.
    """
    if hidden:
        yield lambda _: None
    elif _is_terminal():
        from rich.console import Console

        with Console(stderr=True).status(first) as status:
            yield status.update
    else:
        with _lines(first) as say:
            yield say


@contextmanager
def counted(what: str, *, hidden: bool = False) -> Iterator[Count]:
    """Show how many things are done.

    Parameters
    ----------
    what
        Name of the things, in the plural.
    hidden
        Whether nothing is shown.

    Yields
    ------
    callable
        To be called with the number of things done and of all.
    """
    if hidden:
        yield lambda *_: None
    elif _is_terminal():
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            Task,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        class Rate(ProgressColumn):
            """Things that are done in a second."""

            def render(self, task: Task) -> Text:
                return Text("" if task.speed is None else f"{task.speed:.3g}/s")

        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), Rate())
        with Progress(
            *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
        ) as bar:
            task = bar.add_task("", total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    else:
        with _lines(what) as say:
            pace = _Pace()
            yield lambda done, total: say(f"{what}: {done} of {total}{pace.words(done, total)}")


class _Pace:
    """How fast things are done, and how long the others will take."""

    def __init__(self) -> None:
        self.first: tuple[float, int] | None = None

    def words(self, done: int, total: int) -> str:
        """Rate and time left, empty until something was done; what was there before is no pace."""
        now = time.monotonic()
        if self.first is None:
            self.first = now, done
        began, before = self.first
        if done <= before or now <= began or done >= total:
            return ""
        rate = (done - before) / (now - began)
        return f", {rate:.3g} a second, {duration((total - done) / rate)} left"


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def _lines(first: str) -> Iterator[Step]:
    """Print the latest text every `SECONDS`, if it is another one."""
    latest = first
    stopped = threading.Event()
    begin = time.monotonic()

    def report() -> None:
        said = ""
        while not stopped.wait(SECONDS):
            if latest != said:
                said = latest
                seconds = time.monotonic() - begin
                click.echo(f"wayside: {said} ({seconds:.0f} s)", err=True)

    def say(text: str) -> None:
        nonlocal latest
        latest = text

    thread = threading.Thread(target=report, daemon=True)
    thread.start()
    try:
        yield say
    finally:
        stopped.set()
        thread.join()
