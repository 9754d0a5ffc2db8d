"""Threads that compute while the server listens, and the warnings of each."""

import asyncio
import queue
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

_Job = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class Worker:
    """One thread that does one job after the other, and that does not keep the process alive.

    Parameters
    ----------
    name
        Name of the thread.
    """

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    async def do(self, job: Callable[[], T]) -> T:
        """Wait for the result of a job, or raise what it raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((job, future, loop))
        return await future

    def _run(self) -> None:
        while True:
            job, future, loop = self._jobs.get()
            result, error = None, None
            try:
                result = job()
            except BaseException as caught:  # whatever a job does, the next one is waited for
                error = caught
            try:
                loop.call_soon_threadsafe(_settle, future, result, error)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return


def _settle(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.done():  # the page is gone
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


class ThreadWarnings:
    """Sends warnings to the thread that caused them; those outside of `kept` go as before."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._before = warnings.showwarning
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = self._show

    def _show(self, message: Warning | str, *details: Any, **more: Any) -> None:
        lines = getattr(self._local, "lines", None)
        if lines is None:
            self._before(message, *details, **more)
        else:
            lines.append(" ".join(str(message).split()))

    @contextmanager
    def kept(self) -> Iterator[list[str]]:
        """Collect the warnings of this thread, each once, as lines."""
        lines: list[str] = []
        self._local.lines = lines
        try:
            yield lines
        finally:
            self._local.lines = None
            lines[:] = dict.fromkeys(lines)
