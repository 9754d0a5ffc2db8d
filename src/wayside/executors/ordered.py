"""Values of a function at many arguments, in their order, whoever computes them."""

from collections.abc import Callable, Sequence
from typing import Any

from wayside.errors import WaysideError
from wayside.executors.protocol import Executor, Outcome


def ordered(
    executor: Executor | None,
    function: Callable[[Any], Any],
    arguments: Sequence[Any],
    accident: Callable[[str], object] = lambda _: None,
) -> list[Any]:
    """Compute a function at every argument.

    Parameters
    ----------
    executor
        Who computes; this process, which sees every error as it is, if None.
    function, accident
        As for `wayside.executors.protocol.Executor.run`.
    arguments
        One for each task.

    Returns
    -------
    list
        Values in the order of the arguments.

    Raises
    ------
    WaysideError
        If a task failed, with its reason.

    Examples
    --------
    >>> from wayside.executors import executor
    >>> ordered(executor("serial"), abs, [-1, 2, -3])
    [1, 2, 3]
    """
    if executor is None:
        return [function(argument) for argument in arguments]
    values: dict[str, Any] = {}

    def receive(outcome: Outcome) -> None:
        if outcome.error is not None:
            raise WaysideError(outcome.error)
        values[outcome.name] = outcome.value

    names = [f"task-{number}" for number in range(len(arguments))]
    executor.run(function, zip(names, arguments, strict=True), receive, accident)
    return [values[name] for name in names]
