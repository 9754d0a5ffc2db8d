"""Tasks on a cluster, by a scheduler of dask.distributed."""

import json
import socket
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from wayside.errors import InputError, WaysideError
from wayside.executors.protocol import Outcome
from wayside.executors.workers import one_line
from wayside.processes import token
from wayside.reading import reading

WINDOW: Final = 2048
"""Tasks that the scheduler knows at a time; what is done and not yet fetched counts among them."""

PATIENCE: Final = 30.0
"""Seconds to wait for a scheduler."""


@dataclass(frozen=True)
class Farm:
    """Workers of a scheduler of dask.distributed, on however many machines.

    Values come back over the network, so the machines need no files in common. Each needs Wayside
    of the same version.

    Parameters
    ----------
    scheduler
        Address, such as ``"tcp://10.0.0.1:8786"``, or path of the file that it wrote
        (``scheduler.json``).
    """

    scheduler: str

    def run(
        self,
        function: Callable[[Any], Any],
        tasks: Iterable[tuple[str, Any] | None],
        receive: Callable[[Outcome], object],
        accident: Callable[[str], object],
    ) -> None:
        """Do tasks, as `wayside.executors.protocol.Executor`.

        The scheduler gives the tasks of a worker that died to others, and says nothing of it.

        Raises
        ------
        InputError
            If distributed is not installed, or no scheduler answers.
        WaysideError
            If the scheduler is gone in the middle.
        """
        del accident
        try:
            import distributed
        except ModuleNotFoundError:
            raise InputError('distributed is not installed: pip install "wayside[farm]"') from None

        farm: Any = distributed  # it gives its functions no types
        mark, waiting = token(), iter(tasks)
        with self._client(farm) as client:

            def submit(number: int) -> list[Any]:
                # What is asked for too early ends the batch, and is asked for again.
                batch = list(takewhile(lambda task: task is not None, islice(waiting, number)))
                if not batch:
                    return []
                names, arguments = zip(*batch, strict=True)
                keys = [f"{name}-{mark}" for name in names]
                # One call for many: each costs a message.
                made: list[Any] = client.map(
                    timed, [function] * len(batch), arguments, key=keys, pure=False
                )
                return made

            futures = submit(WINDOW)
            done: Any = farm.as_completed(futures, loop=client.loop)
            futures.clear()  # a result is kept as long as its future
            for batch in done.batches():
                ended = list(batch)
                outcomes = [] if client.status != "running" else _outcomes(client, ended, mark)
                if not outcomes:
                    raise WaysideError(f"{self.scheduler}: the scheduler is gone")
                del batch
                ended.clear()
                done.update(submit(len(outcomes)))
                for outcome in outcomes:
                    receive(outcome)
                done.update(submit(WINDOW - done.count()))

    def _client(self, farm: Any) -> Any:
        address = self.scheduler
        if address.endswith(".json"):
            with reading(Path(address), "the file of a scheduler"):
                address = str(json.loads(Path(address).read_bytes())["address"])
        try:
            _require_listener(address)
            with warnings.catch_warnings():
                # Of other versions of packages, which are checked where they matter.
                warnings.simplefilter("ignore")
                return farm.Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise InputError(
                f"{self.scheduler}: no scheduler answers ({one_line(error)})"
            ) from None


def _require_listener(address: str) -> None:
    """Raise an `OSError` where nobody listens: a client that fails complains once more at exit."""
    place = urlsplit(address if "://" in address else f"tcp://{address}")
    if place.scheme in ("tcp", "tls") and place.hostname and place.port:
        socket.create_connection((place.hostname, place.port), timeout=PATIENCE).close()


def timed(function: Callable[[Any], Any], argument: Any) -> tuple[Any, float]:
    """Value of a function, and the processor time of its thread."""
    start = time.thread_time()
    value = function(argument)
    return value, time.thread_time() - start


def _outcomes(client: Any, futures: list[Any], mark: str) -> list[Outcome]:
    """Fetch what became of tasks, the values together; nothing if any of them is lost."""
    if any(future.status in ("cancelled", "lost") for future in futures):
        return []
    good = [future for future in futures if future.status == "finished"]
    values = client.gather(good)
    outcomes = [
        Outcome(future.key.removesuffix(f"-{mark}"), value, None, seconds)
        for future, (value, seconds) in zip(good, values, strict=True)
    ]
    return outcomes + [
        Outcome(future.key.removesuffix(f"-{mark}"), None, one_line(future.exception()), 0.0)
        for future in futures
        if future.status == "error"
    ]
