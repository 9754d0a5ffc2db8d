"""Options that say who computes."""

from typing import TYPE_CHECKING

import click

from wayside.cli.common import Command

if TYPE_CHECKING:
    from wayside.executors import Executor


def executor_options(command: Command, default: str = "one per core") -> Command:
    """Add ``--workers`` and ``--scheduler``, passed as those of `executor_of`."""
    processes = click.option(
        "--workers", type=click.IntRange(1), metavar="N", help=f"Processes.  [default: {default}]"
    )
    farm = click.option(
        "--scheduler", metavar="ADDRESS", help="A scheduler of dask.distributed instead."
    )
    return processes(farm(command))


def optional_executor_options(command: Command) -> Command:
    """Add the same options where this process computes unless they are given."""
    return executor_options(command, "1")


def optional_executor(workers: int | None, scheduler: str | None) -> "Executor | None":
    """Make the executor that options ask for, None for this process; as `executor_of`."""
    if scheduler is None and workers in (None, 1):
        return None
    return executor_of(workers, scheduler)


def executor_of(workers: int | None, scheduler: str | None) -> "Executor":
    """Make the executor that options ask for.

    Parameters
    ----------
    workers
        Number of processes; one for each core if None.
    scheduler
        Address of a scheduler, whose workers compute instead.

    Raises
    ------
    click.UsageError
        If both are given.
    InputError
        If a scheduler is given and ``distributed`` is not installed.
    """
    if workers is not None and scheduler is not None:
        raise click.UsageError("--workers: for processes of this machine, not with --scheduler")
    from wayside.executors import executor
    from wayside.processes import cores

    if scheduler is not None:
        return executor("dask", scheduler=scheduler)
    return executor("processes", workers=workers or cores())
