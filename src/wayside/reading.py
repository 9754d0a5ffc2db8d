"""Reading files that others wrote, or a bad disk: whatever is wrong with them is one line."""

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from wayside.errors import InputError, WaysideError
from wayside.files import printable, reason

_CHECKSUM: Final = "checksum"
_LONGEST: Final = 100
"""Characters of a library's complaint that a message shows."""


@contextmanager
def reading(path: Path, kind: str) -> Iterator[None]:
    """Turn every error inside of the context into one line about a file.

    Parameters
    ----------
    path
        The file that is read.
    kind
        What it should be, such as ``"Parquet"``.

    Raises
    ------
    InputError
        If it is not there, cannot be read, is of another kind or damaged.

    Examples
    --------
    >>> with reading(Path("table.csv"), "CSV"):
    ...     float("1.0e")
    Traceback (most recent call last):
        ...
    wayside.errors.InputError: table.csv: cannot be read as CSV, damaged or of another kind: ...
    """
    name = printable(path)
    try:
        yield
    except WaysideError:
        raise
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except MemoryError:
        raise InputError(f"{name}: too large for the memory of this machine") from None
    # A damaged file makes libraries raise anything: KeyError, RecursionError, StopIteration,
    # zlib.error, errors of their own.
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:
            raise InputError(f"{name}: cannot be read: {reason(error)}") from None
        words = " ".join(str(error).split()) or type(error).__name__
        words = "".join(letter if letter.isprintable() else "?" for letter in words)
        words = words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."
        raise InputError(
            f"{name}: cannot be read as {kind}, damaged or of another kind: {words}"
        ) from None


def sealed_json(value: Mapping[str, Any], indent: int | None = None) -> str:
    """Write values as JSON with a checksum of them among them.

    Parameters
    ----------
    value
        Values that JSON knows, by name.
    indent
        As for `json.dumps`.
    """
    plain = {key: item for key, item in value.items() if key != _CHECKSUM}
    return json.dumps({**plain, _CHECKSUM: _checksum(plain)}, indent=indent)


def unsealed_json(path: Path, text: str | bytes) -> dict[str, Any]:
    """Read what `sealed_json` wrote; text without a checksum is taken as it is.

    Parameters
    ----------
    path
        The file that the text is from, for a message.
    text
        JSON.

    Raises
    ------
    InputError
        If it is not JSON, not an object, or not what was written.
    """
    with reading(path, "JSON"):
        value = json.loads(text)
        if not isinstance(value, dict):
            raise InputError(f"{printable(path)}: cannot be read as JSON: no object")
        there = value.pop(_CHECKSUM, None)
        # A key that is nearly that of the checksum is a damaged one.
        near = [key for key in value if abs(len(key) - len(_CHECKSUM)) <= 1]
        near = difflib.get_close_matches(_CHECKSUM, near, cutoff=0.85)
        mangled = there is None and [key for key in near if key != f"{_CHECKSUM}s"]
        if mangled or (there is not None and there != _checksum(value)):
            raise InputError(f"{printable(path)}: damaged or edited: its checksum differs")
    return value


def read_json(path: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object, with a checksum or without.

    Raises
    ------
    InputError
        If it cannot be read, or is not what was written.
    """
    with reading(path, "JSON"):
        return unsealed_json(path, path.read_bytes())


def file_checksum(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_checksums(folder: Path, checksums: Mapping[str, str], other: str) -> None:
    """Raise `InputError` for the first file that is not there, or is not the one described.

    Parameters
    ----------
    folder
        Folder of the files.
    checksums
        What `file_checksum` must give, by name of the file.
    other
        What a file with another checksum may be from, for the message.
    """
    for name, checksum in checksums.items():
        path = folder / name
        if not path.is_file():
            raise InputError(f"{printable(path)}: no such file")
        if file_checksum(path) != checksum:
            raise InputError(
                f"{printable(path)}: damaged, or of another {other}: its checksum differs"
            )


def _checksum(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
