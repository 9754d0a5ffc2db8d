"""Every executor does every task, whatever happens to others."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wayside.errors import InputError
from wayside.executors import EXECUTORS, Executor, Outcome, executor
from wayside.executors.workers import Processes


def square(x: int) -> int:
    if x == 3:
        raise ValueError(f"x = {x}:\nis bad")
    if x == 4:
        raise InputError("for users")
    return x * x


def dies(mark: str) -> int:
    """Ends its process the first time, as an administrator or the kernel may."""
    if mark and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def own_process(_: int) -> int:
    time.sleep(0.3)
    return os.getpid()


def run(by: Executor, function, arguments) -> tuple[dict[str, Outcome], list[str]]:
    outcomes: dict[str, Outcome] = {}
    accidents: list[str] = []

    def receive(outcome: Outcome) -> None:
        assert outcome.name not in outcomes
        outcomes[outcome.name] = outcome

    tasks = ((str(number), argument) for number, argument in enumerate(arguments))
    by.run(function, tasks, receive, accidents.append)
    return outcomes, accidents


@pytest.mark.parametrize("by", [executor("serial"), executor("processes", workers=2)], ids=repr)
def test_outcomes(by: Executor) -> None:
    outcomes, accidents = run(by, square, range(6))
    assert not accidents
    assert [outcomes[str(x)].value for x in range(6)] == [0, 1, 4, None, None, 25]
    assert outcomes["3"].error == "ValueError: x = 3: is bad"
    assert outcomes["4"].error == "for users"
    assert run(by, square, []) == ({}, [])


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_worker_that_is_killed(tmp_path: Path) -> None:
    outcomes, accidents = run(Processes(2), dies, [str(tmp_path / "mark"), "", "", ""])
    assert all(outcome.error is None for outcome in outcomes.values())
    assert len(outcomes) == 4
    assert accidents == ["0: process died (SIGKILL)"]


def test_tasks_are_made_as_they_are_done() -> None:
    made: list[int] = []

    def arguments() -> Iterator[int]:
        for number in range(8):
            made.append(number)
            yield number

    most = []
    tasks = ((str(number), number) for number in arguments())
    Processes(1).run(own_process, tasks, lambda _: most.append(len(made)), print)
    assert most == [2, 3, 4, 5, 6, 7, 8, 8]


def test_names() -> None:
    assert set(EXECUTORS) == {"serial", "processes", "dask"}
    with pytest.raises(InputError, match="must be one of"):
        executor("slurm")


def check_dependent_tasks(by: Executor) -> None:
    """Three batches of three: each is made of the outcomes of the one before."""
    outcomes: dict[str, Outcome] = {}

    def tasks() -> Iterator[tuple[str, int] | None]:
        for batch in range(3):
            while len(outcomes) < 3 * batch:
                yield None
            last = sum(outcome.value for outcome in outcomes.values())
            for number in range(3):
                yield f"{batch}-{number}", last + 5 + number

    by.run(square, tasks(), lambda outcome: outcomes.update({outcome.name: outcome}), print)
    first = 5**2 + 6**2 + 7**2
    assert outcomes["1-2"].value == (first + 7) ** 2
    second = first + sum((first + 5 + number) ** 2 for number in range(3))
    assert len(outcomes) == 9
    assert outcomes["2-0"].value == (second + 5) ** 2


@pytest.mark.parametrize("by", [executor("serial"), executor("processes", workers=2)], ids=repr)
def test_tasks_that_depend_on_outcomes(by: Executor) -> None:
    check_dependent_tasks(by)
