"""Files that are whole or not there."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from wayside.errors import OutputError


def check_output_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written, before anything is computed; leaves no trace.

    Parameters
    ----------
    folder
        May not exist yet; then the nearest existing folder above it must be writable.

    Raises
    ------
    OutputError
        If it is a file, or cannot be written.
    """
    try:
        place = _nearest_existing(folder.absolute())
        if not place.is_dir():
            raise OutputError(f"--out {_plain(folder)}: {_plain(place)} is not a folder")
        # Tried, not asked: permissions alone do not tell for root or read-only file systems.
        probe = _part(place, "probe")
        probe.touch(exist_ok=False)
        probe.unlink()
    except (OSError, ValueError) as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"--out {_plain(folder)}: cannot be written: {_why(error)}") from None


def write_files(folder: Path, contents: Mapping[str, bytes | str]) -> list[Path]:
    """Write files, all complete on disk under other names before any gets its own.

    Parameters
    ----------
    folder
        Made if it is not there.
    contents
        Bytes, or text (written as UTF-8), by file name.

    Returns
    -------
    list of Path
        The files, in the order given.

    Raises
    ------
    OutputError
        If something cannot be written; then nothing new is left behind.
    """
    for name in contents:
        if Path(name).name != name or name in ("", ".."):
            raise ValueError(f"{name!r} is not a plain file name")
    made: list[Path] = []
    parts: dict[Path, Path] = {}
    try:
        _make(folder, made)
        for name, content in contents.items():
            target = folder / name
            if target.is_dir():
                raise OutputError(f"{_plain(target)}: a folder is in the way")
            part = _part(folder, name)
            parts[part] = target
            _write(part, content.encode() if isinstance(content, str) else content)
        for part, target in parts.items():
            part.replace(target)
    except BaseException as error:
        # Interrupts too: a killed run leaves whole files or none.
        for part in parts:
            part.unlink(missing_ok=True)
        for place in reversed(made):
            with contextlib.suppress(OSError):
                place.rmdir()
        if isinstance(error, OSError) and not isinstance(error, OutputError):
            raise OutputError(f"{_plain(folder)}: cannot be written: {_why(error)}") from None
        raise
    return list(parts.values())


def _nearest_existing(place: Path) -> Path:
    while True:
        try:
            place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            place = place.parent
        else:
            return place


def _make(folder: Path, made: list[Path]) -> None:
    missing = []
    place = folder.absolute()
    while not place.exists():
        missing.append(place)
        place = place.parent
    for place in reversed(missing):
        place.mkdir(exist_ok=True)
        made.append(place)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _part(folder: Path, name: str) -> Path:
    return folder / f".{name}.{secrets.token_hex(4)}.part"


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _plain(path: Path) -> str:
    text = str(path)
    return text if text.isprintable() else repr(text)
