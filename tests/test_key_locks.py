"""Locks that processes wait for."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from wayside.key_locks import KeyLocks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such locks")

HOLDER = """
import sys
from pathlib import Path
from wayside.key_locks import KeyLocks

locks = KeyLocks(Path(sys.argv[1]))
locks.acquire("held", 0.0)
locks.acquire("released", 0.0)
locks.release("released")
print("ready", flush=True)
sys.stdin.read()
"""


def test_held_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "new" / "locks"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        locks = KeyLocks(path)
        assert not locks.acquire("released", 0.0)
        assert not locks.acquire("never held", 0.0)
        start = time.monotonic()
        assert locks.acquire("held", 0.2)
        assert time.monotonic() - start >= 0.2
        holder.kill()
        holder.wait()
        assert not locks.acquire("held", 10.0), "a lock ends with its process"
    assert path.read_bytes() == b""


def test_no_file_no_locks(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    locks = KeyLocks(tmp_path / "file" / "locks")
    assert not locks.acquire("name", 0.0)
    locks.release("name")
