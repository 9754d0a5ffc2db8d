"""Many independent tasks, each result kept in a file: a run that was stopped goes on.

A task is a function with plain arguments, its seed among them, so that its result is the same for
any number of processes and in any order. The name of its file carries a hash of everything that
the result depends on: a result is taken from a file only if it was made from the same inputs.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from wayside.archives import archive
from wayside.errors import InputError, WaysideError
from wayside.executors.protocol import Outcome
from wayside.executors.workers import Processes
from wayside.files import remove_parts, whole_file
from wayside.processes import refuse_in_import
from wayside.reading import reading

Result = Mapping[str, Any]
"""NumPy arrays, and values that JSON knows, by name."""

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
    >>> def diagonal(x: float, y: float) -> Result:
    ...     return {"length": math.hypot(x, y)}
    >>> tasks = {f"root-{x}": {"x": x, "y": 0.0} for x in (9, 16)}
    >>> table = TaskTable(diagonal, Path(tempfile.mkdtemp()), tasks)
    >>> table.missing()
    ['root-9', 'root-16']
    >>> table.keep("root-9", diagonal(9, 0.0))
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
        content = archive(
            {key: np.frombuffer(text.encode(), np.uint8) for key, text in texts.items()}
            | {f"array_{key}": value for key, value in arrays.items()}
        )
        with whole_file(self.path(name)) as part:
            part.write_bytes(content)

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
            If a task failed, or its process died `wayside.executors.workers.ATTEMPTS` times. The
            others are done first, and the same call tries again.
        """
        refuse_in_import()
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_parts(self.folder)
        say = report or (lambda _: None)
        missing = self.missing()
        done, failed = 0, []

        def receive(outcome: Outcome) -> None:
            nonlocal done
            if outcome.error is not None:
                failed.append(f"{outcome.name}: {outcome.error}")
                say(failed[-1])
            else:
                done += 1
                say(f"{done}/{len(missing)} {outcome.name}: {outcome.seconds:.0f} s")

        names = ((name, name) for name in missing)
        Processes(workers, fresh).run(self._do, names, receive, say)
        # Once more: a worker of a run that was killed may have outlived it by some moments.
        remove_parts(self.folder)
        if failed:
            raise TaskError(
                f"{len(failed)} of {len(missing)} tasks failed; {failed[0]}; the others are kept in"
                f" {self.folder}, and the same command tries these again"
            )

    def _do(self, name: str) -> None:
        self.keep(name, self.function(**self.tasks[name]))
