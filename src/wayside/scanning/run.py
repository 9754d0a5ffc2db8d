"""Run a scan into a folder: what is there already is kept, what is missing computed."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from wayside.errors import InputError, OutputError, WaysideError
from wayside.executors import Executor, Outcome
from wayside.files import remove_parts, whole_file
from wayside.scanning.partitions import (
    FOLDER,
    Partition,
    file_name,
    read_partition,
    task,
    writer,
)
from wayside.scanning.plan import Plan
from wayside.scanning.record import NAME, Record, new_record, read_record, require_same
from wayside.tables import require_pyarrow

Progress = Callable[[int, int], object]


class ScanError(WaysideError):
    """Partitions that could not be computed; the others are kept."""


class Shard(NamedTuple):
    """Every ``of``-th partition of a scan."""

    number: int = 1
    """Number of the part, from 1."""
    of: int = 1

    def has(self, partition: int) -> bool:
        """Whether a partition belongs to it."""
        return partition % self.of == self.number - 1


WHOLE: Final = Shard()
"""All partitions."""


def shard(text: str) -> Shard:
    """Read ``I/N``.

    Examples
    --------
    >>> shard("2/10")
    Shard(number=2, of=10)
    """
    number, _, of = text.partition("/")
    if all(part.isascii() and part.isdigit() and len(part) < 8 for part in (number, of)):
        chosen = Shard(int(number), int(of))
        if 1 <= chosen.number <= chosen.of:
            return chosen
    raise InputError(f"--shard {text!r}: must be I/N with I from 1 to N, such as 1/10")


def run_scan(
    plan: Plan,
    folder: Path,
    executor: Executor,
    part: Shard = WHOLE,
    *,
    progress: Progress | None = None,
    report: Callable[[str], object] | None = None,
) -> Record:
    """Compute the partitions of a scan that are not there yet.

    Parameters
    ----------
    plan
        From `wayside.scanning.plan.plan`.
    folder
        Where to; made if it is not there.
    executor
        Who computes.
    part
        Which partitions; all unless given.
    progress
        Called with the number of points that are done, and of all.
    report
        Called with a line of text for each process that died.

    Returns
    -------
    Record
        What the folder holds in the end.

    Raises
    ------
    InputError
        If the folder holds a scan of other inputs.
    ScanError
        If partitions could not be computed; those that could are kept.
    OutputError
        If a file cannot be written.
    """
    require_pyarrow()
    say, tell = progress or (lambda *_: None), report or (lambda _: None)
    there = _there(plan, folder)
    record = new_record(plan)
    remove_parts(folder / FOLDER)
    missing = [
        number for number in range(plan.partitions) if part.has(number) and number not in there
    ]
    spans = (plan.span(number) for number in range(plan.partitions) if part.has(number))
    total = sum(span.stop - span.start for span in spans)
    todo = sum(plan.span(number).stop - plan.span(number).start for number in missing)
    done, failures = total - todo, []
    say(done, total)

    def tasks() -> Iterator[tuple[str, Any]]:
        for number in missing:
            yield file_name(number), task(plan, number)

    def receive(outcome: Outcome) -> None:
        nonlocal done
        if outcome.error is not None:
            failures.append(f"{outcome.name}: {outcome.error}")
            tell(failures[-1])
            return
        partition, content = outcome.value
        if not there:  # from now on the folder holds something, and must say what
            record.write(folder)
        with whole_file(folder / FOLDER / outcome.name) as unfinished:
            unfinished.write_bytes(content)
        there[partition.number] = partition
        done += partition.points
        say(done, total)

    try:
        if missing:
            executor.run(writer(plan), tasks(), receive, tell)
    except BaseException:
        with suppress(OutputError):  # the first reason is the one to tell
            if there:
                record.with_partitions(there.values()).write(folder)
        raise
    record = record.with_partitions(there.values())
    record.write(folder)
    remove_parts(folder / FOLDER)  # of another run, which has ended meanwhile
    if failures:
        raise ScanError(
            f"{len(failures)} of {len(missing)} partitions failed; {failures[0]}; the others are"
            " kept, and the same command tries these again"
        )
    return record


def _there(plan: Plan, folder: Path) -> dict[int, Partition]:
    """Partitions that are there and whole.

    Raises
    ------
    InputError
        If the folder holds a scan of other inputs.
    """
    if (folder / NAME).exists():
        require_same(folder, read_record(folder), plan.inputs, plan.digest)
    partitions = {}
    for path in sorted((folder / FOLDER).glob("*.parquet")):
        number = path.stem.removeprefix("part-")
        known = number.isdigit() and path.name == file_name(int(number))
        if not known or int(number) >= plan.partitions:
            raise InputError(f"{path}: not of this scan; name another folder")
        partition = read_partition(folder, int(number), plan.digest)
        if partition is not None:
            partitions[partition.number] = partition
    return partitions
