"""Processes that are killed while they write: files are whole, and the next run goes on."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from robustness.check import Check, Outcome, cases

_FILES: Final = """
import sys
from pathlib import Path
from wayside.files import write_files
for version in (0, 1):
    write_files(Path(sys.argv[1]) / "out", {f"{k}.bin": bytes([version]) * 3_000_000
                                            for k in range(8)})
"""
_TASKS: Final = """
import math
import sys
from pathlib import Path
from wayside.tasks import TaskTable
def diagonal(x, y):
    return {"length": math.hypot(x, y)}
if __name__ == "__main__":
    tasks = {f"t{k}": {"x": float(k), "y": 1.0} for k in range(60)}
    TaskTable(diagonal, Path(sys.argv[1]) / "out", tasks).run(1)
"""
_TABLES: Final = """
import sys
from pathlib import Path
import numpy as np
from wayside.files import claimed_folder, remove_parts, scratch_folder
from wayside.tables import join_tables, write_table
out = Path(sys.argv[1]) / "out"
rows = np.zeros(200_000, [("x", float)])
rows["x"] = np.random.default_rng(1).random(len(rows))
with claimed_folder(out), scratch_folder() as scratch:
    remove_parts(out)
    parts = [scratch / f"{k}.parquet" for k in range(4)]
    for part in parts:
        write_table(part, rows)
    join_tables(parts, out / "all.parquet", {"what": "test"})
"""
_EVENTS: Final = """
import sys
sys.argv = ["wayside", "events", "belle2-forward", "-n", "30000",
            "--out", sys.argv[1] + "/out/events.parquet"]
from wayside.cli.main import main
main()
"""

PROGRAMS: Final = {"files": _FILES, "tasks": _TASKS, "tables": _TABLES, "events": _EVENTS}
"""Scripts that write to a folder, by name; each ends with the same files whenever it is run."""

_SELDOM: Final = 10
"""The command is slow to start: one case in so many."""


def _start(program: Path, folder: Path) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
    return subprocess.Popen(
        [sys.executable, str(program), str(folder)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _contents(folder: Path) -> dict[str, bytes]:
    out = folder / "out"
    return {path.name: path.read_bytes() for path in out.iterdir()} if out.is_dir() else {}


class _Program:
    """A program, what it writes when nobody kills it, and how long that takes."""

    def __init__(self, name: str, root: Path) -> None:
        self.file = root / f"{name}.py"
        self.file.write_text(PROGRAMS[name])
        folder = root / f"{name}-whole"
        (folder / "tmp").mkdir(parents=True)
        begin = time.monotonic()
        process = _start(self.file, folder)
        _, errors = process.communicate()
        assert process.returncode == 0, errors.decode()
        self.seconds = time.monotonic() - begin
        self.result = _contents(folder)


def _is_whole(name: str, content: bytes, result: bytes) -> bool:
    """Whether a file is one of those that the program writes."""
    if name.endswith(".bin"):  # of the first or the second pass
        return content in (result, bytes(len(result)))
    return content == result


def _kill(program: _Program, folder: Path, rng: np.random.Generator) -> None:
    """Start a program and kill it before it ends."""
    fraction = float(rng.uniform(0.2, 1.0))
    while True:
        process = _start(program.file, folder)
        time.sleep(fraction * program.seconds)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return
        process.communicate()  # it was faster than the first time
        fraction *= 0.8


def batch(seed: int, index: int, number: int) -> Outcome:
    """Kill programs at random times, look at what is there, and run them again."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        programs: dict[str, _Program] = {}
        for case, rng in cases(seed, index, number):
            quick = list(PROGRAMS)[:3]
            name = "events" if case % _SELDOM == _SELDOM - 1 else quick[case % len(quick)]
            if name not in programs:
                programs[name] = _Program(name, root)
            program = programs[name]
            folder = root / f"{case}"
            (folder / "tmp").mkdir(parents=True)
            _kill(program, folder, rng)
            outcome.counts["killed"] += 1
            for key, content in _contents(folder).items():
                if key.startswith("."):
                    outcome.counts["unfinished files left by the kill"] += 1
                elif not _is_whole(key, content, program.result[key]):
                    outcome.fail(f"{name} {(seed, index, case)}: {key} is not whole")
            again = _start(program.file, folder)
            _, errors = again.communicate()
            if again.returncode:
                outcome.fail(f"{name} {(seed, index, case)}: {errors.decode()[-200:]!r}")
            elif _contents(folder) != program.result:
                left = sorted(set(_contents(folder)) ^ set(program.result))
                outcome.fail(f"{name} {(seed, index, case)}: other files than without it: {left}")
            elif any((folder / "tmp").iterdir()):
                outcome.fail(f"{name} {(seed, index, case)}: temporary files are left")
            else:
                outcome.counts["went on to the same files"] += 1
    return outcome


CHECK: Final = Check(
    "killed processes: whole files, and the next run cleans up and goes on", batch, 200, 10
)
