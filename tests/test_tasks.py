"""Tasks are done once, whatever happens, and their results do not depend on who does them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from wayside.errors import InputError
from wayside.tasks import TaskError, TaskTable


def draw(seed: int, size: int, mark: str) -> dict[str, object]:
    """Random numbers; leaves a mark of every call."""
    (Path(mark) / f"{seed}-{time.monotonic_ns()}").touch()
    values = np.random.default_rng(seed).normal(size=size)
    return {"values": values, "sum": float(values.sum()), "pid": None, "rows": [[1, 2.5, "x"]]}


def pid() -> dict[str, object]:
    return {"pid": os.getpid()}


def dies_once(mark: str) -> dict[str, object]:
    """Ends the process as Geant4 does, the first time."""
    if not Path(mark).exists():
        Path(mark).touch()
        print("*** G4Exception: fatal", flush=True)
        os.abort()
    return {"alive": True}


def always_dies() -> dict[str, object]:
    os._exit(3)


def raises(x: int) -> dict[str, object]:
    if x:
        raise ValueError(f"x = {x} is bad")
    return {"x": x}


def sleeps() -> dict[str, object]:
    time.sleep(60)
    return {}


def tables(folder: Path, mark: Path, **about: str) -> TaskTable:
    mark.mkdir(exist_ok=True)
    tasks = {f"draw-{k}": {"seed": k, "size": 4, "mark": str(mark)} for k in range(3)}
    return TaskTable(draw, folder, tasks, about)


def test_same_bits_for_any_number_of_workers(tmp_path: Path) -> None:
    found = []
    for workers, fresh in ((1, False), (2, False), (1, True)):
        folder = tmp_path / f"{workers}-{fresh}"
        table = tables(folder, tmp_path / "marks")
        lines: list[str] = []
        table.run(workers, fresh=fresh, report=lines.append)
        assert len(lines) == 3
        assert lines[-1].startswith("3/3 draw-")
        found.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert found[0] == found[1] == found[2]
    results = dict(table.results())
    assert list(results) == [f"draw-{k}" for k in range(3)]
    expected = np.random.default_rng(2).normal(size=4)
    assert np.array_equal(results["draw-2"]["values"], expected)
    assert results["draw-2"]["sum"] == expected.sum()
    assert results["draw-2"]["rows"] == [[1, 2.5, "x"]]


def test_goes_on_where_it_was(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    table = tables(tmp_path / "work", marks)
    table.run()
    assert len(list(marks.iterdir())) == 3
    table.path("draw-2").unlink()
    made_by_another = "import wayside.processes as p; print(p.token(), end='')"
    token = subprocess.run(
        [sys.executable, "-c", made_by_another], capture_output=True, text=True, check=True
    )
    (tmp_path / "work" / f".draw-2.npz.{token.stdout}.part").write_bytes(b"half")
    assert table.missing() == ["draw-2"]
    table.run()
    assert len(list(marks.iterdir())) == 4
    assert len(list((tmp_path / "work").iterdir())) == 3


def test_what_a_late_worker_of_a_killed_run_leaves(tmp_path: Path) -> None:
    """A process that still writes when the run begins, and is gone when it ends."""
    table = tables(tmp_path / "work", tmp_path / "marks")
    table.run()
    table.path("draw-1").unlink()
    say_and_wait = "import wayside.processes as p; print(p.token(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", say_and_wait], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as late:
        assert late.stdout is not None
        token = late.stdout.readline().decode().strip()
        left = tmp_path / "work" / f".draw-2.npz.{token}.part"
        left.write_bytes(b"half")

        def end(_: str) -> None:
            assert left.exists(), "what a living process writes is kept"
            late.kill()
            late.wait()

        table.run(report=end)
    assert not left.exists()
    assert len(list((tmp_path / "work").iterdir())) == 3


def test_other_inputs_are_other_tasks(tmp_path: Path) -> None:
    """Arguments, name and surroundings: whatever differs, nothing of before is taken."""
    table = tables(tmp_path, tmp_path / "marks", geant4="11.4")
    for name in table.tasks:
        table.keep(name, {"sum": 1.0})
    assert table.missing() == []
    assert len(tables(tmp_path, tmp_path / "marks", geant4="11.5").missing()) == 3
    assert len(tables(tmp_path, tmp_path / "other", geant4="11.4").missing()) == 3
    table.path("draw-1").write_bytes(table.path("draw-0").read_bytes())
    with pytest.raises(InputError, match="another task"):
        table.read("draw-1")


def test_workers_are_kept_or_fresh(tmp_path: Path) -> None:
    tasks = {f"t-{k}": {} for k in range(2)}
    for fresh, processes in ((False, 1), (True, 2)):
        table = TaskTable(pid, tmp_path / str(fresh), tasks)
        table.run(fresh=fresh)
        found = {result["pid"] for _, result in table.results()}
        assert len(found) == processes
        assert os.getpid() not in found


def test_a_process_that_dies(tmp_path: Path) -> None:
    table = TaskTable(dies_once, tmp_path / "a", {"x": {"mark": str(tmp_path / "mark")}})
    lines: list[str] = []
    table.run(report=lines.append)
    assert lines[0] == "x: process died (SIGABRT): *** G4Exception: fatal"
    assert table.read("x") == {"alive": True}

    table = TaskTable(always_dies, tmp_path / "b", {"x": {}, "y": {}})
    with pytest.raises(TaskError, match=r"2 of 2 tasks failed; x: process died \(exit status 3\)"):
        table.run()


def test_an_error_stops_nothing_else(tmp_path: Path) -> None:
    table = TaskTable(raises, tmp_path, {"bad": {"x": 1}, "good": {"x": 0}})
    with pytest.raises(TaskError, match="1 of 2 tasks failed; bad: ValueError: x = 1 is bad"):
        table.run()
    assert table.missing() == ["bad"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_interrupt_ends_the_workers(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path\n"
        "from test_tasks import TaskTable, sleeps\n"
        "if __name__ == '__main__':\n"
        f"    table = TaskTable(sleeps, Path({str(tmp_path)!r}), {{'x': {{}}}})\n"
        "    print('started', flush=True)\n"
        "    table.run()\n"
    )
    script = tmp_path / "script.py"
    script.write_text(program)
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(2.0)
    process.send_signal(signal.SIGINT)
    # Well before the task would end.
    _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in errors
    assert [path.name for path in tmp_path.iterdir()] == ["script.py"]
