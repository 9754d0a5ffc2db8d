"""Many independent tasks, each result kept in a file: a run that was stopped goes on.

A task is a function with plain arguments, its seed among them, so that its result is the same for
any number of processes and in any order. The name of its file carries a hash of everything that
the result depends on: a result is taken from a file only if it was made from the same inputs.
"""

import hashlib
import io
import json
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.errors import InputError, WaysideError
from wayside.files import remove_parts, scratch_folder, whole_file
from wayside.processes import refuse_in_import
from wayside.reading import reading

Result = Mapping[str, Any]
"""NumPy arrays, and values that JSON knows, by name."""

ATTEMPTS: Final = 2
"""How often a task is tried whose process dies."""

_PLAIN: Final = "plain"
_INPUTS: Final = "inputs"


class TaskError(WaysideError):
    """Tasks that failed; the results of the others are kept."""


@dataclass(frozen=True)
class TaskTable:
    """A function, and the arguments of each task.

    Parameters
    ----------
    function
        Computes one result from keyword arguments. It must be importable by name: worker processes
        look it up.
    folder
        Where results are kept; made if it is not there.
    tasks
        Keyword arguments by the task's name, which begins the name of its file. Values that JSON
        knows; all random numbers of a task must follow from them.
    about
        What every result depends on besides: versions, data sets, cuts.

    Examples
    --------
    >>> import math, tempfile
    >>> tasks = {f"root-{x}": {"x": x, "y": 0.0} for x in (9, 16)}
    >>> table = TaskTable(math_hypot, Path(tempfile.mkdtemp()), tasks)
    >>> table.missing()
    ['root-9', 'root-16']
    >>> table.keep("root-9", math_hypot(9, 0.0))
    >>> table.missing(), table.read("root-9")["length"]
    (['root-16'], 9.0)
    """

    function: Callable[..., Result]
    folder: Path
    tasks: Mapping[str, Mapping[str, Any]]
    about: Mapping[str, Any] = field(default_factory=dict)

    def inputs(self, name: str) -> str:
        """Everything that the result of a task depends on, as canonical JSON."""
        value = {"about": self.about, "task": name, "arguments": self.tasks[name]}
        return json.dumps(value, sort_keys=True, allow_nan=False)

    def path(self, name: str) -> Path:
        """File of a task's result."""
        digest = hashlib.sha256(self.inputs(name).encode()).hexdigest()
        return self.folder / f"{name}-{digest[:16]}.npz"

    def missing(self) -> list[str]:
        """Names of the tasks that are still to be done."""
        return [name for name in self.tasks if not self.path(name).is_file()]

    def keep(self, name: str, result: Result) -> None:
        """Write the result of a task, whole or not at all."""
        arrays = {key: value for key, value in result.items() if isinstance(value, np.ndarray)}
        plain = {key: value for key, value in result.items() if key not in arrays}
        texts = {_PLAIN: json.dumps(plain, allow_nan=False), _INPUTS: self.inputs(name)}
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            allow_pickle=False,
            **{key: np.frombuffer(text.encode(), np.uint8) for key, text in texts.items()},
            **{f"array_{key}": value for key, value in arrays.items()},
        )
        with whole_file(self.path(name)) as part:
            part.write_bytes(buffer.getvalue())

    def read(self, name: str) -> dict[str, Any]:
        """Read the result of a task that is done.

        Raises
        ------
        InputError
            If the file is not what its name says.
        """
        path = self.path(name)
        with reading(path, "NPZ"):
            with np.load(path, allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files}
            texts = {key: arrays.pop(key).tobytes().decode() for key in (_PLAIN, _INPUTS)}
            if texts[_INPUTS] != self.inputs(name):
                raise InputError(f"{path}: holds the result of another task")
            named = {key.removeprefix("array_"): value for key, value in arrays.items()}
            return {**json.loads(texts[_PLAIN]), **named}

    def results(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Names and results of the tasks that are done, in the order of `tasks`."""
        for name in self.tasks:
            if self.path(name).is_file():
                yield name, self.read(name)

    def run(
        self,
        workers: int = 1,
        *,
        fresh: bool = False,
        report: Callable[[str], object] | None = None,
    ) -> None:
        """Do the tasks that are missing.

        Parameters
        ----------
        workers
            Number of processes; they inherit how nice this one is.
        fresh
            Whether each task gets a process of its own: for engines of which there can be only one
            in the life of a process.
        report
            Called with a line of text for each task that is done or whose process died.

        Raises
        ------
        TaskError
            If a task failed, or its process died `ATTEMPTS` times. The others are done first, and
            the same call tries again.
        """
        refuse_in_import()
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_parts(self.folder)
        _Workers(self, workers, fresh, report or (lambda _: None)).run()


def math_hypot(x: float, y: float) -> Result:
    """Length of a vector: the task of the example."""
    return {"length": float(np.hypot(x, y))}


class _Running(NamedTuple):
    """A worker process, and what it does."""

    process: BaseProcess
    log: Path
    name: str
    attempt: int


class _Workers:
    """Worker processes and the connections to them."""

    def __init__(
        self, table: TaskTable, number: int, fresh: bool, report: Callable[[str], object]
    ) -> None:
        self.table = table
        self.number = number
        self.fresh = fresh
        self.report = report
        missing = table.missing()
        self.todo = deque((name, 1) for name in missing)
        self.done = 0
        self.total = len(missing)
        self.failed: list[str] = []
        self.running: dict[Connection, _Running] = {}

    def run(self) -> None:
        with scratch_folder() as scratch:
            try:
                while self.todo or self.running:
                    while self.todo and len(self.running) < self.number:
                        self._start(scratch)
                    for connection in wait(list(self.running)):
                        assert isinstance(connection, Connection)
                        self._receive(connection)
            finally:
                for connection, running in self.running.items():
                    running.process.kill()
                    running.process.join()
                    connection.close()
        if self.failed:
            raise TaskError(
                f"{len(self.failed)} of {self.total} tasks failed; {self.failed[0]}; the others are"
                f" kept in {self.table.folder}, and the same command tries these again"
            )

    def _start(self, scratch: Path) -> None:
        """Start a worker with the next task."""
        context = multiprocessing.get_context("spawn")  # threads would not survive a fork
        ours, theirs = context.Pipe()
        log = scratch / f"{time.monotonic_ns()}.log"
        process = context.Process(target=_serve, args=(theirs, self.table, log), daemon=True)
        process.start()
        theirs.close()
        self._next(ours, process, log)

    def _next(self, connection: Connection, process: BaseProcess, log: Path) -> None:
        name, attempt = self.todo.popleft()
        self.running[connection] = _Running(process, log, name, attempt)
        # One that has died since its last answer is found so when its answer is waited for.
        with suppress(OSError):
            connection.send(name)

    def _receive(self, connection: Connection) -> None:
        running = self.running.pop(connection)
        try:
            seconds, error = connection.recv()
        except (EOFError, OSError):
            connection.close()
            running.process.join()
            self._died(running)
            return
        if error is not None:
            self.failed.append(f"{running.name}: {error}")
            self.report(self.failed[-1])
        else:
            self.done += 1
            self.report(f"{self.done}/{self.total} {running.name}: {seconds:.0f} s")
        if self.todo and not self.fresh:
            self._next(connection, running.process, running.log)
        else:
            connection.close()  # the worker ends by itself
            running.process.join()

    def _died(self, running: _Running) -> None:
        status = running.process.exitcode or 0
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        lines = running.log.read_text(errors="replace").split("\n") if running.log.exists() else []
        last = [line.strip() for line in lines if line.strip()][-1:]
        message = ": ".join([f"{running.name}: process died ({how})", *last])
        self.report(message)
        if running.attempt < ATTEMPTS:
            self.todo.appendleft((running.name, running.attempt + 1))
        else:
            self.failed.append(message)


def _serve(connection: Connection, table: TaskTable, log: Path) -> None:
    """Do tasks by name until the other end of the connection is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to handle
    with log.open("w") as file:
        # What engines print, their last words among it, and not to the terminal.
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        while True:
            try:
                name = connection.recv()
            except EOFError:
                break
            start = time.process_time()
            error = None
            try:
                table.keep(name, table.function(**table.tasks[name]))
            except Exception as raised:
                error = traceback.format_exception_only(raised)[-1].strip()
            sys.stdout.flush()
            connection.send((time.process_time() - start, error))
