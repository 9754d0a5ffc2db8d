"""Files and folders that are whole or not there.

Everything is written under a name beside its own (hidden, ending in ``.part``), brought to disk,
and renamed in the end; an error or an interrupt leaves nothing behind.
"""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from wayside.errors import OutputError


@contextmanager
def whole_files(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Lend names to write to, and give all files their own names in the end.

    Parameters
    ----------
    paths
        The files; their folders are made if they are not there, and existing files are replaced.

    Yields
    ------
    list of Path
        A path beside each of ``paths``, in the same order, for the caller to write to. All must be
        written when the context ends.

    Raises
    ------
    OutputError
        If something cannot be written. Then, and if the context is left by any other exception
        (an interrupt too), no file has changed, and folders made for them are removed.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with whole_files([folder / "a.txt", folder / "b.txt"]) as parts:
    ...     for part in parts:
    ...         _ = part.write_text("text")
    >>> sorted(path.name for path in folder.iterdir())
    ['a.txt', 'b.txt']
    """
    parts = [_part(path) for path in paths]
    made: list[Path] = []
    culprit = paths[0] if len(paths) == 1 else _common(paths)
    try:
        for path in paths:
            if path.is_dir():
                raise OutputError(f"{printable(path)}: a folder is in the way")
            _make(path.parent, made)
        yield parts
        for part in parts:
            with part.open("rb+") as file:
                os.fsync(file.fileno())
        for part, path in zip(parts, paths, strict=True):
            part.replace(path)
    except BaseException as error:
        for part in parts:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError) and not isinstance(error, OutputError):
            raise OutputError(f"{printable(culprit)}: cannot be written: {reason(error)}") from None
        raise


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Lend one name to write to: `whole_files` for a single file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "table.csv"
    >>> with whole_file(path) as part:
    ...     _ = part.write_text("x,y")
    >>> path.read_text()
    'x,y'
    """
    with whole_files([path]) as (part,):
        yield part


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Lend an empty folder beside ``path``, and give it its own name in the end.

    Parameters
    ----------
    path
        The folder. If it is there in the end, because another process was faster, that one stays.

    Yields
    ------
    Path
        The folder to fill.

    Raises
    ------
    OutputError
        If it cannot be written; then nothing is left behind.
    """
    part = _part(path)
    try:
        part.mkdir(parents=True)
        yield part
        try:
            part.rename(path)
        except OSError:
            if not path.is_dir():
                raise
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{printable(path)}: cannot be written: {reason(error)}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_files(folder: Path, contents: Mapping[str, bytes | str]) -> list[Path]:
    """Write several files into one folder, all of them or none.

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
        If something cannot be written; then nothing has changed.
    """
    for name in contents:
        if Path(name).name != name or name in ("", ".."):
            raise ValueError(f"{name!r} is not a plain file name")
    paths = [folder / name for name in contents]
    with whole_files(paths) as parts:
        for part, content in zip(parts, contents.values(), strict=True):
            with part.open("xb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
    return paths


def write_text(path: Path, text: str) -> None:
    """Write one text file as UTF-8, whole or not at all."""
    write_files(path.parent, {path.name: text})


def remove_parts(folder: Path) -> None:
    """Remove what a killed process left half-written in a folder."""
    for part in folder.glob(".*.part"):
        part.unlink(missing_ok=True)


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
        existing = _nearest_existing(folder.absolute())
        if not existing.is_dir():
            raise OutputError(f"{printable(folder)}: {printable(existing)} is not a folder")
        # Tried, not asked: permissions say nothing about root or read-only file systems.
        probe = _part(existing / "probe")
        probe.touch(exist_ok=False)
        probe.unlink()
    except (OSError, ValueError) as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{printable(folder)}: cannot be written: {reason(error)}") from None


def printable(path: Path) -> str:
    """Return a path as text that fits into a message of one line."""
    text = str(path)
    return text if text.isprintable() else repr(text)


def reason(error: Exception) -> str:
    """Why the operating system refused, in its own words."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def _common(paths: Sequence[Path]) -> Path:
    """Folder of files, for a message."""
    return paths[0].parent if paths else Path()


def _nearest_existing(path: Path) -> Path:
    while True:
        try:
            path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            path = path.parent
        else:
            return path


def _make(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it; append those that were not there."""
    missing = []
    place = folder.absolute()
    while not place.exists():
        missing.append(place)
        place = place.parent
    for place in reversed(missing):
        place.mkdir(exist_ok=True)
        made.append(place)
