"""Files and folders that are whole or not there.

Everything is written under a name beside its own (hidden, ending in ``.part``) and renamed in the
end, files after they were brought to disk; an error or an interrupt leaves nothing behind. What a
process that was killed left is removed by the next one that writes the same file: the name says
whose it is.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from wayside.errors import OutputError
from wayside.processes import is_running, maker, token

FIGURE_FORMATS: Final = ("png", "pdf", "svg")
"""Formats of figures, by the ending of their files."""


@contextmanager
def whole_files(paths: Sequence[Path], *, sync: bool = True) -> Iterator[list[Path]]:
    """Lend names to write to, and give all files their own names in the end.

    Parameters
    ----------
    paths
        The files; their folders are made if they are not there, and existing files are replaced.
    sync
        Whether they are brought to disk before they get their names, so that a computer that loses
        its power leaves no half of a file either.

    Yields
    ------
    list of Path
        A path beside each of ``paths``, in the same order, for the caller to write to. All must be
        written when the context ends.

    Raises
    ------
    OutputError
        If something cannot be written. Then, and if the context is left by any other exception
        (an interrupt too), no file has changed unless a file cannot get its name in the end, and
        folders made for them are removed.

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
            remove_parts(path.parent, path.name)
        yield parts
        for part in parts:
            with part.open("rb+") as file:
                if sync:
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
def whole_file(path: Path, *, sync: bool = True) -> Iterator[Path]:
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
    with whole_files([path], sync=sync) as (part,):
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
    remove_parts(path.parent, path.name)
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


def remove_parts(folder: Path, name: str = "") -> None:
    """Remove what processes that are gone left half-written in a folder.

    Parameters
    ----------
    folder
        Nothing happens if it is not there.
    name
        File or folder that they were writing; any of them if empty. What a living process, or one
        of another machine, writes is kept.
    """
    for part in folder.glob(".*.part"):
        if _target(part) in ((name,) if name else (_target(part),)) and _is_left_over(part):
            _remove(part)


def refuse_if_written(path: Path) -> None:
    """Refuse a file that another process is writing at this moment.

    Raises
    ------
    OutputError
        One line with the number of the process.
    """
    for part in path.parent.glob(".*.part"):
        process = maker(_token_of(part))
        if _target(part) != path.name or process is None or process == os.getpid():
            continue
        if is_running(process):
            raise OutputError(f"{printable(path)}: is being written by process {process}")


@contextmanager
def claimed_folder(folder: Path) -> Iterator[None]:
    """Keep other processes out of an output folder; made if it is not there.

    The claim ends with the process, however that ends. Where the file system knows no locks for
    folders (NFS, Windows), nothing is kept out. A folder that was made for this and is empty in the
    end is removed.

    Parameters
    ----------
    folder
        The folder.

    Raises
    ------
    OutputError
        If another process has claimed it, or it cannot be made.
    """
    made: list[Path] = []
    descriptor = None
    try:
        try:
            _make(folder, made)
            descriptor = os.open(folder, os.O_RDONLY) if sys.platform != "win32" else None
        except OSError as error:
            raise OutputError(f"{printable(folder)}: cannot be written: {reason(error)}") from None
        if descriptor is not None and not _lock(descriptor):
            raise OutputError(f"{printable(folder)}: is in use by another process")
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)
        for place in reversed(made):
            with contextlib.suppress(OSError):
                place.rmdir()


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Lend a folder for temporary files; what processes that were killed left of such is removed.

    Yields
    ------
    Path
        An empty folder, removed in the end.
    """
    root = Path(tempfile.gettempdir())
    for folder in root.glob("wayside-*"):
        process = maker(folder.name.removeprefix("wayside-"))
        if process is not None and not is_running(process):
            _remove(folder)
    folder = root / f"wayside-{token()}"
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise OutputError(f"{printable(folder)}: cannot be made: {reason(error)}") from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
        remove_parts(existing, "probe")
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
    return path.with_name(f".{path.name}.{token()}.part")


def _token_of(part: Path) -> str:
    return part.name.removesuffix(".part").rpartition(".")[2]


def _target(part: Path) -> str:
    """Name of the file that a part was to become."""
    return part.name.removesuffix(".part").rpartition(".")[0].removeprefix(".")


def _is_left_over(part: Path) -> bool:
    process = maker(_token_of(part))
    return process is not None and not is_running(process)


def _remove(path: Path) -> None:
    """Remove a file or folder, or what of it can be removed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _lock(descriptor: int) -> bool:
    """Lock an open file; False if another process has done so."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


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
