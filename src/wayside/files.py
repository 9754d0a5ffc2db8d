"""Files that are whole or not there, for writers that want a path."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wayside.errors import OutputError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Lend a name beside ``path``, and give the file its own name in the end.

    Raises
    ------
    OutputError
        If it cannot be written; interrupts too leave nothing behind.
    """
    if path.is_dir():
        raise OutputError(f"{path}: a folder is in the way")
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        reason = error.strerror or type(error).__name__
        raise OutputError(f"{path}: cannot be written: {reason}") from None
    finally:
        part.unlink(missing_ok=True)
