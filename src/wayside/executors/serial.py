"""Tasks one after the other, in this process."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from wayside.executors.protocol import Outcome
from wayside.executors.workers import one_line


@dataclass(frozen=True)
class Serial:
    """The process that asks: for few tasks, notebooks and scripts without a main guard."""

    def run(
        self,
        function: Callable[[Any], Any],
        tasks: Iterable[tuple[str, Any] | None],
        receive: Callable[[Outcome], object],
        accident: Callable[[str], object],
    ) -> None:
        """Do tasks, as `wayside.executors.protocol.Executor`."""
        del accident  # nothing can die and be missed
        for task in tasks:
            if task is None:  # every outcome was received
                continue
            name, argument = task
            start = time.process_time()
            value, error = None, None
            try:
                value = function(argument)
            except Exception as raised:
                error = one_line(raised)
            receive(Outcome(name, value, error, time.process_time() - start))
