"""What an executor is: tasks go in, outcomes come out as they are done, in any order."""

import pkgutil
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, Protocol

from wayside.errors import check_choice


class Outcome(NamedTuple):
    """What became of one task."""

    name: str
    value: Any
    """What the function returned; None if it failed."""
    error: str | None
    """Why it failed, in one line; None if it did not."""
    seconds: float
    """Processor time that it took, 0 where it is not known."""


class Executor(Protocol):
    """Does independent tasks.

    A task is a function of one argument whose value depends on that argument alone, so that it may
    be done by any process, in any order, and once more where a process died.
    """

    def run(
        self,
        function: Callable[[Any], Any],
        tasks: Iterable[tuple[str, Any] | None],
        receive: Callable[[Outcome], object],
        accident: Callable[[str], object],
    ) -> None:
        """Do tasks; only some of them are in memory at a time.

        Parameters
        ----------
        function
            Can be pickled; importable by name where it is done.
        tasks
            Names, all different, and arguments. None among them says that the next one depends on
            an outcome that is still to come: it is asked for again after one was received.
        receive
            Called in this process with every outcome, one for each task.
        accident
            Called with a line of text when a process died and its task is tried again.
        """


EXECUTORS: Final[dict[str, str]] = {
    "serial": "wayside.executors.serial:Serial",
    "processes": "wayside.executors.workers:Processes",
    "dask": "wayside.executors.farm:Farm",
}
"""Executors by name, with the place of their class."""


def executor(name: str, **options: Any) -> Executor:
    """Make an executor.

    Parameters
    ----------
    name
        A key of `EXECUTORS`.
    options
        Those of its class.

    Raises
    ------
    InputError
        If there is no executor of that name, or what it needs is not installed.

    Examples
    --------
    >>> executor("processes", workers=2)
    Processes(workers=2, fresh=False)
    """
    check_choice("executor", name, EXECUTORS)
    made: Executor = pkgutil.resolve_name(EXECUTORS[name])(**options)
    return made


def local_executor(workers: int = 1) -> Executor:
    """Make an executor of this machine.

    Parameters
    ----------
    workers
        Number of processes; 1 is this process itself.

    Examples
    --------
    >>> local_executor(), local_executor(2)
    (Serial(), Processes(workers=2, fresh=False))
    """
    return executor("serial") if workers == 1 else executor("processes", workers=workers)
