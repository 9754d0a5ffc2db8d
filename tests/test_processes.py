"""Processes: who made a file, and whether it still runs."""

import os
import subprocess
import sys

import pytest

from wayside import processes


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="needs waitid")
def test_a_process_that_has_ended_is_not_running() -> None:
    """Not even while nobody has asked how it ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not processes.is_running(process.pid)
    process.wait()
    assert processes.is_running(os.getpid())


def test_tokens_name_their_process() -> None:
    token = processes.token()
    assert processes.maker(token) == os.getpid()
    assert processes.token() != token
    machine, _, rest = token.partition("-")
    other = f"{int(machine, 16) ^ 1:08x}-{rest}"
    assert processes.maker(other) is None
    assert processes.maker(f"{token}x") is None
    made = "import wayside.processes; print(wayside.processes.token())"
    text = subprocess.run(
        [sys.executable, "-c", made], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert processes.maker(text) not in (None, os.getpid())


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs sched_setaffinity")
def test_cores_are_those_that_this_process_may_use() -> None:
    program = (
        "import os; from wayside.processes import cores;"
        " os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1]); print(cores())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1"
