"""A scheduler of dask.distributed does what processes do."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from executors.test_executors import check_dependent_tasks, dies, run, square
from wayside import load_scenario
from wayside.errors import InputError, WaysideError
from wayside.executors import executor
from wayside.executors import farm as module
from wayside.scanning.axes import grid_axis
from wayside.scanning.designs import Grid
from wayside.scanning.plan import plan
from wayside.scanning.run import run_scan

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.skipif(sys.platform == "win32", reason="paths of Python"),
]

TESTS = Path(__file__).parents[1]


@contextmanager
def processes(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers as batch jobs start them; yields the file of the address."""
    file = folder / "scheduler.json"
    paths = [str(TESTS), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "DASK_DISTRIBUTED__WORKER__DAEMON": "False",
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s",
    }
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    started = [
        subprocess.Popen(
            [*dask, "--port", "0", "--no-dashboard", "--scheduler-file", str(file)],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
    ]  # fmt: skip
    try:
        for _ in range(600):
            if file.exists() and file.stat().st_size:
                break
            time.sleep(0.1)
        for _ in range(workers):
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1",
                     "--scheduler-file", str(file), "--local-directory", str(folder)],
                    env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )
            )  # fmt: skip
        yield str(file), started
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def test_no_scheduler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    (tmp_path / "bad.json").write_text("{}")
    for address, words in (
        ("tcp://127.0.0.1:9", "no scheduler answers"),
        ("nonsense", "no scheduler answers"),
        (str(tmp_path / "none.json"), "no such file"),
        (str(tmp_path / "bad.json"), "damaged or of another kind"),
    ):
        with pytest.raises(InputError, match=words):
            run(executor("dask", scheduler=address), square, range(2))


def test_without_distributed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r'pip install "wayside\[farm\]"'):
        run(executor("dask", scheduler="tcp://127.0.0.1:9"), square, range(2))


@pytest.mark.nightly
def test_outcomes_and_a_worker_that_is_killed(tmp_path: Path) -> None:
    with processes(tmp_path, 2) as (file, _):
        by = executor("dask", scheduler=file)
        outcomes, _ = run(by, square, range(6))
        assert [outcomes[str(x)].value for x in range(6)] == [0, 1, 4, None, None, 25]
        assert outcomes["3"].error == "ValueError: x = 3: is bad"
        assert outcomes["4"].error == "for users"
        check_dependent_tasks(by)
        # A worker of a scheduler has a nanny, which starts another one.
        outcomes, _ = run(by, dies, [str(tmp_path / "mark"), "", ""])
        assert [outcome.error for outcome in outcomes.values()] == [None] * 3


@pytest.mark.nightly
def test_more_tasks_than_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WINDOW", 4)
    with processes(tmp_path, 1) as (file, _):
        outcomes, _ = run(executor("dask", scheduler=file), square, range(10, 40))
    assert {name: outcome.value for name, outcome in outcomes.items()} == {
        str(k): (k + 10) ** 2 for k in range(30)
    }


@pytest.mark.nightly
def test_a_scan_has_the_same_bits(tmp_path: Path) -> None:
    axes = "model.m2=3.6:3.66:5", "model.epsilon=1e-5:1e-3:20:log"
    made = plan(load_scenario("belle2-forward"), Grid(tuple(map(grid_axis, axes))), ["events"], 20)
    run_scan(made, tmp_path / "a", executor("serial"))
    with processes(tmp_path, 2) as (file, _):
        run_scan(made, tmp_path / "b", executor("dask", scheduler=file))
    for path in sorted((tmp_path / "a" / "points").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / "points" / path.name).read_bytes()
    assert (tmp_path / "a/scan.json").read_bytes() == (tmp_path / "b/scan.json").read_bytes()


def slow(x: int) -> int:
    time.sleep(0.2)
    return x


@pytest.mark.nightly
def test_a_scheduler_that_is_gone(tmp_path: Path) -> None:
    """What was done is kept by who asked; the rest is one line."""
    with processes(tmp_path, 1) as (file, started):
        done = []

        def receive(outcome) -> None:
            done.append(outcome)
            if len(done) == 3:
                started[0].kill()

        tasks = ((str(k), k) for k in range(200))
        with pytest.raises(WaysideError, match="the scheduler is gone"):
            executor("dask", scheduler=file).run(slow, tasks, receive, print)
    assert 3 <= len(done) < 200
    assert all(outcome.error is None for outcome in done)
