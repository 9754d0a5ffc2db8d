"""Locks by name among the processes of a machine, all of them in one file."""

import contextlib
import hashlib
import os
import sys
import time
from functools import cached_property
from pathlib import Path
from typing import Final

POLL: Final = 0.02
"""Seconds between two tries to get a lock that another process has."""

_OFFSETS: Final = 2**62
"""Number of bytes that can be locked, whether the file has them or not."""


class KeyLocks:
    """Locks of which each process can hold many, and that end with the process that holds them.

    Each name is one byte of a file. Where the file cannot be made or the system knows no such locks
    (Windows), nobody waits for anybody.

    Parameters
    ----------
    path
        The file; it stays empty.

    Examples
    --------
    >>> import tempfile
    >>> locks = KeyLocks(Path(tempfile.mkdtemp()) / "locks")
    >>> locks.acquire("a name", 1.0)  # no other process had it
    False
    >>> locks.release("a name")
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _file(self) -> int | None:
        # Never closed: that would end all locks of this process on the file.
        if sys.platform == "win32":
            return None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError:
            return None

    def acquire(self, name: str, patience: float) -> bool:
        """Wait until no other process has the lock of a name, and take it.

        Parameters
        ----------
        name
            Any text.
        patience
            Seconds to wait at most; then the caller goes on without the lock.

        Returns
        -------
        bool
            Whether another process had it.
        """
        if sys.platform == "win32" or self._file is None:
            return False
        import fcntl

        waited = False
        end = time.monotonic() + patience
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _offset(name))
                return waited
            except (BlockingIOError, PermissionError):
                waited = True
            except OSError:  # a file system without locks
                return waited
            if time.monotonic() > end:
                return waited
            time.sleep(POLL)

    def release(self, name: str) -> None:
        """Give the lock of a name back; nothing happens if this process does not have it."""
        if sys.platform == "win32" or self._file is None:
            return
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _offset(name))


def _offset(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % _OFFSETS
