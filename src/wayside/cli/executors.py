"""Options that say who computes."""

from typing import TYPE_CHECKING

import click

from wayside.cli.common import Command

if TYPE_CHECKING:
    from wayside.executors import Executor


def executor_options(command: Command) -> Command:
    """Add ``--workers`` and ``--scheduler``, passed as those of `executor_of`."""
    processes = click.option(
        "--workers", type=click.IntRange(1), metavar="N", help="Processes.  [default: one per core]"
    )
    farm = click.option(
        "--scheduler", metavar="ADDRESS", help="A scheduler of dask.distributed instead."
    )
    return processes(farm(command))


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
    UsageError
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
