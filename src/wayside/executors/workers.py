"""Worker processes of this machine that do tasks one by one, and may die."""

import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, NamedTuple

from wayside.errors import WaysideError
from wayside.executors.protocol import Outcome
from wayside.files import scratch_folder
from wayside.processes import GUARD, end_with_parent, refuse_in_import

ATTEMPTS: Final = 2
"""How often a task is tried whose process dies."""


@dataclass(frozen=True)
class Processes:
    """Processes of this machine.

    Parameters
    ----------
    workers
        Number of processes; they inherit how nice this one is.
    fresh
        Whether each task gets a process of its own: for engines of which there can be only one in
        the life of a process.
    """

    workers: int = 1
    fresh: bool = False

    def run(
        self,
        function: Callable[[Any], Any],
        tasks: Iterable[tuple[str, Any] | None],
        receive: Callable[[Outcome], object],
        accident: Callable[[str], object],
    ) -> None:
        """Do tasks, as `wayside.executors.protocol.Executor`.

        A task whose process dies is tried `ATTEMPTS` times.
        """
        refuse_in_import()
        _Workers(self, function, tasks, receive, accident).run()


class _Task(NamedTuple):
    name: str
    argument: Any
    attempt: int = 1


class _Later(NamedTuple):
    """In place of a task that depends on an outcome which is still to come."""


class _Running(NamedTuple):
    """A worker process, and what it does."""

    process: BaseProcess
    log: Path
    task: _Task


class _Workers:
    """Worker processes and the connections to them."""

    def __init__(
        self,
        options: Processes,
        function: Callable[[Any], Any],
        tasks: Iterable[tuple[str, Any] | None],
        receive: Callable[[Outcome], object],
        accident: Callable[[str], object],
    ) -> None:
        self.options = options
        self.function = function
        self.fresh = (_Later() if task is None else _Task(*task) for task in tasks)
        self.again: deque[_Task] = deque()
        self.receive = receive
        self.accident = accident
        self.running: dict[Connection, _Running] = {}
        self.idle: list[tuple[Connection, _Running]] = []

    def run(self) -> None:
        with scratch_folder() as scratch:
            try:
                while True:
                    while len(self.running) < self.options.workers:
                        task = self._next()
                        if not isinstance(task, _Task):
                            break
                        if self.idle:
                            free, running = self.idle.pop()
                            self._send(free, running._replace(task=task))
                        else:
                            self._start(scratch, task)
                    if not self.running:
                        break
                    for connection in wait(list(self.running)):
                        assert isinstance(connection, Connection)
                        self._answer(connection)
            finally:
                for connection, running in (*self.running.items(), *self.idle):
                    running.process.kill()
                    running.process.join()
                    connection.close()

    def _next(self) -> _Task | _Later | None:
        return self.again.popleft() if self.again else next(self.fresh, None)

    def _start(self, scratch: Path, task: _Task) -> None:
        """Start a worker with a task."""
        context = multiprocessing.get_context("spawn")  # threads would not survive a fork
        ours, theirs = context.Pipe()
        log = scratch / f"{time.monotonic_ns()}.log"
        process = context.Process(target=_serve, args=(theirs, self.function, log), daemon=True)
        process.start()
        theirs.close()
        self._send(ours, _Running(process, log, task))

    def _send(self, connection: Connection, running: _Running) -> None:
        self.running[connection] = running
        # One that has died since its last answer is found so when its answer is waited for.
        with suppress(OSError):
            connection.send(running.task.argument)

    def _answer(self, connection: Connection) -> None:
        running = self.running.pop(connection)
        try:
            value, error, seconds = connection.recv()
        except (EOFError, OSError):
            connection.close()
            running.process.join()
            self._died(running)
            return
        # The next task first: the worker need not wait for what becomes of this one.
        task = None if self.options.fresh else self._next()
        if isinstance(task, _Task):
            self._send(connection, running._replace(task=task))
        elif isinstance(task, _Later):
            self.idle.append((connection, running))
        else:
            connection.close()  # the worker ends by itself
            running.process.join()
        self.receive(Outcome(running.task.name, value, error, seconds))

    def _died(self, running: _Running) -> None:
        status = running.process.exitcode or 0
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        # Without a log it never began.
        began = running.log.exists()
        lines = running.log.read_text(errors="replace").split("\n") if began else [GUARD]
        last = [line.strip() for line in lines if line.strip()][-1:]
        message = ": ".join([f"process died ({how})", *last])
        task = running.task
        if task.attempt < ATTEMPTS:
            self.accident(f"{task.name}: {message}")
            self.again.append(task._replace(attempt=task.attempt + 1))
        else:
            self.receive(Outcome(task.name, None, message, 0.0))


def _serve(connection: Connection, function: Callable[[Any], Any], log: Path) -> None:
    """Do tasks by their arguments until the other end of the connection is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to handle
    end_with_parent()
    with log.open("w") as file:
        # What engines print, their last words among it, and not to the terminal.
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        while True:
            try:
                argument = connection.recv()
            except EOFError:
                break
            start = time.process_time()
            value, error = None, None
            try:
                value = function(argument)
            except Exception as raised:
                error = one_line(raised)
            sys.stdout.flush()
            connection.send((value, error, time.process_time() - start))


def one_line(error: BaseException) -> str:
    """Kind and text of an error in one line; the text alone of one that is for users."""
    if isinstance(error, WaysideError):
        return " ".join(str(error).split())
    return " ".join(traceback.format_exception_only(error)[-1].split())
