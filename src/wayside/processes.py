"""Processes: who made a file that nobody finished, and when workers end."""

import hashlib
import multiprocessing
import os
import re
import secrets
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import Final

TOKEN: Final = re.compile(r"([0-9a-f]{8})-(\d+)-[0-9a-f]{8}")
"""Pattern of what `token` returns."""


def token() -> str:
    """Text for the name of an unfinished file: this machine, this process, a random number."""
    return f"{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"


def maker(text: str) -> int | None:
    """Process that made a token, if it was one of this machine.

    Parameters
    ----------
    text
        What `token` returned, in this process or another one.

    Returns
    -------
    int or None
        Number of the process; None for any other text, and for tokens of other machines, of whose
        processes nothing is known here.
    """
    match = TOKEN.fullmatch(text)
    return int(match[2]) if match is not None and match[1] == _machine() else None


def is_running(process: int) -> bool:
    """Whether there is a process of that number on this machine; taken for granted on Windows."""
    if sys.platform == "win32":  # There a signal of 0 is Ctrl-C.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # there is one, and it is another user's
        return True
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return True
    # A zombie has ended; only nobody has asked how.
    return status.rpartition(")")[2].split()[:1] != ["Z"]


def cores() -> int:
    """Number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity") and sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


GUARD: Final = (
    'a script that uses workers must call them below `if __name__ == "__main__":`, because each'
    " worker imports the script"
)
"""What to tell whose workers end before they begin."""


def refuse_in_import() -> None:
    """End a worker that is importing a script which starts workers itself, with one line.

    Raises
    ------
    SystemExit
        Python prints its text; the process that wanted the worker learns that it died.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        sys.exit(f"wayside: {GUARD}")


def end_with_parent() -> None:
    """Have this process end when the one that started it is gone, killed perhaps."""
    threading.Thread(target=_end_after_parent, daemon=True).start()


def _end_after_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _machine() -> str:
    """Name of the machine, or of the container with processes of its own, as eight digits."""
    node = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    words = [node]
    with suppress(OSError):
        words.append(str(Path("/proc/self/ns/pid").readlink()))
    # Two machines may have one name.
    with suppress(OSError):
        words.append(Path("/etc/machine-id").read_text())
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:8]
