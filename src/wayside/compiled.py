"""Compiled functions whose code is kept between runs, and that run whatever becomes of the files.

`njit` is `numba.njit` with a cache of its own. Each compiled function has one file for each of its
signatures, written whole, with a checksum and with what it was compiled from: a file that is
damaged, cut short, or of another version of Numba, of the function's source, of a compiled function
that it calls, of a number that it reads or of the classes of its arguments is made anew. Processes
that fill one empty folder together share the work: what one compiles the others wait for. Where no
folder can be written, every process compiles for itself.
"""

import hashlib
import pickle
import sys
import warnings
import zlib
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, TypeVar

import numba
import numpy as np
from numba.core import caching, serialize
from numba.core.runtime.nrt import rtsys
from numba.core.types import IntegerLiteral

from wayside.errors import CacheWarning
from wayside.files import reason, whole_file
from wayside.key_locks import KeyLocks

Function = TypeVar("Function", bound=Callable[..., Any])

SUFFIX: Final = ".wayside.nbc"
"""Ending of the files, which Git ignores as those of Numba."""

LOCKS: Final = "wayside.compiling"
"""Name of the file, one in each folder, whose locks say what is being compiled."""

PATIENCE: Final = 120.0
"""Seconds for which a process waits for code that another one compiles; the longest takes 20."""

_MAGIC: Final = b"wayside compiled 1\n"


def njit(**options: Any) -> Callable[[Function], Any]:
    """Compile a function when it is first called, and keep the code between runs.

    Parameters
    ----------
    options
        As for `numba.njit`, without ``cache``.

    Returns
    -------
    callable
        Decorator for a function of numbers, arrays and named tuples.

    Examples
    --------
    >>> @njit(error_model="numpy")
    ... def inverse(x):
    ...     return 1.0 / x
    >>> inverse(4.0)
    0.25
    """

    def decorate(function: Function) -> Any:
        # That wrapper is for callbacks from C, and costs as much to compile as the one for Python.
        settings: dict[str, Any] = {"no_cfunc_wrapper": True, **options}
        dispatcher = numba.njit(**settings)(function)
        if hasattr(dispatcher, "py_func"):  # not where compilation is switched off
            keep(dispatcher)
        return dispatcher

    return decorate


_SELECTED: Final[dict[Any, list[Callable[..., Any]]]] = {}


def selected_by(kind: type, dispatcher: Any) -> None:
    """Say that code for a class of arguments calls a compiled function that the class selects.

    Parameters
    ----------
    kind
        Class of the argument, a named tuple.
    dispatcher
        What `njit` returned, found by an overload when the caller is compiled.
    """
    _SELECTED.setdefault(kind, []).append(getattr(dispatcher, "py_func", dispatcher))


def keep(dispatcher: Any) -> None:
    """Keep the code of a compiled function between runs.

    Parameters
    ----------
    dispatcher
        What `numba.njit` returned.
    """
    try:
        kept = _Cache(dispatcher.py_func)
    except (OSError, RuntimeError):
        # Numba finds no folder, or no source file: in a read-only installation without a home, or
        # at a prompt. The function is compiled by every process.
        return
    dispatcher._cache = kept
    # Types of other packages that extend Numba are not among our arguments, and loading these
    # packages takes longer than most of what is computed.
    dispatcher._compilation_chain_init_hook = _nothing
    compile_signature = dispatcher.compile

    def compile_and_release(sig: Any) -> Any:
        try:
            return compile_signature(_without_literals(sig))
        finally:
            # Nobody waits for what could not be compiled, or not be kept.
            kept.release()

    dispatcher.compile = compile_and_release


def _nothing() -> None:
    pass


def _without_literals(sig: Any) -> Any:
    """Types of arguments without the values of integers that a caller has as constants.

    Numba would compile once for every constant, and once more for variables.
    """
    if not isinstance(sig, tuple):
        return sig
    return tuple(kind.literal_type if isinstance(kind, IntegerLiteral) else kind for kind in sig)


_BASE: Final[Any] = caching.FunctionCache
_DUMPS: Final[Any] = serialize.dumps


class _Cache(_BASE):  # type: ignore[misc]  # numba's classes are not typed
    """Numba's cache of one function with files that are checked when they are read."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _Files(Path(self._cache_path), self._impl.filename_base, function)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Code for a signature; None if it has to be compiled.

        Numba would set up its compiler first, in a third of a second. Code that is there needs
        nothing of it but memory that is managed; what has to be compiled sets it up.
        """
        try:
            rtsys.initialize(target_context)
            with self._guard_against_spurious_io_errors():
                return self._load_overload(sig, target_context)
        except CacheWarning:  # where warnings are errors
            raise
        except Exception as error:  # a file that can be read, of code that cannot be used
            key = self._index_key(sig, target_context.codegen())
            self._cache_file.damaged(key, " ".join(f"{type(error).__name__}: {error}".split()))
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code for a signature, or say once that it cannot be kept."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            cause = error.__context__
            self._cache_file.lost(cause if isinstance(cause, OSError) else error)

    def release(self) -> None:
        """Let other processes no longer wait for code of this function."""
        self._cache_file.release()


_SAID: Final[set[str]] = set()
"""What was said of folders that take no code."""


class _Files:
    """Files of one function, one for each signature."""

    def __init__(self, folder: Path, base: str, function: Callable[..., Any]) -> None:
        self._folder = folder
        self._base = base
        self._function = function
        self._locked: set[str] = set()

    def _about(self, key: Any) -> tuple[str, ...]:
        """What the code of a signature was compiled from, as it is now."""
        return (numba.__version__, *self._sources, *sorted(_stamps_of_types(key[0])))

    @cached_property
    def _sources(self) -> tuple[str, ...]:
        # Not before the first call: functions may call others that are defined after them.
        stamps: set[str] = set()
        _collect(self._function, set(), stamps)
        return tuple(sorted(stamps))

    def flush(self) -> None:
        """Remove the files of all signatures."""
        for path in self._folder.glob(f"{self._base}.*{SUFFIX}"):
            path.unlink(missing_ok=True)

    def load(self, key: Any) -> Any:
        """Data of a key; None if there are none, of another version, or damaged.

        Then other processes wait until this one has saved what it compiles.
        """
        data = self._read(key)
        if data is None:
            name = str(self._path(key))
            self._locked.add(name)
            if _locks(self._folder).acquire(name, PATIENCE):
                data = self._read(key)
        return data

    def release(self) -> None:
        """Let other processes no longer wait."""
        while self._locked:
            _locks(self._folder).release(self._locked.pop())

    def _read(self, key: Any) -> Any:
        path = self._path(key)
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self.damaged(key, reason(error))
            return None
        head, text = raw[: len(_MAGIC)], raw[len(_MAGIC) + 4 :]
        sum_there = int.from_bytes(raw[len(_MAGIC) : len(_MAGIC) + 4], "big")
        if head != _MAGIC or zlib.crc32(text) != sum_there:
            self.damaged(key, "damaged")
            return None
        try:
            about, there, data = pickle.loads(text)
        except Exception:  # made with classes that are gone, or have changed
            return None
        return data if about == self._about(key) and there == key else None

    def save(self, key: Any, data: Any) -> None:
        """Write data, whole or not at all."""
        path = self._path(key)
        text = _DUMPS((self._about(key), key, data))
        with whole_file(path, sync=False) as part:  # the checksum tells
            part.write_bytes(_MAGIC + zlib.crc32(text).to_bytes(4, "big") + text)

    def damaged(self, key: Any, words: str) -> None:
        """Say that a file is damaged; what is compiled now replaces it."""
        text = f"{self._path(key)}: {words}; compiled anew"
        warnings.warn(CacheWarning(text), stacklevel=2)

    def lost(self, error: Exception) -> None:
        """Say that code cannot be kept; the same words for every function are shown once."""
        text = f"compiled code cannot be kept in {_root(self._folder)}: {reason(error)}"
        # Python's own memory of what was shown is lost whenever its filters change.
        if text not in _SAID:
            _SAID.add(text)
            warnings.warn(CacheWarning(text), stacklevel=2)

    def _path(self, key: Any) -> Path:
        signature, target, (_, closure) = key
        named = f"{signature} {target} {closure}".encode()
        return self._folder / f"{self._base}.{hashlib.sha256(named).hexdigest()[:16]}{SUFFIX}"


@cache
def _locks(folder: Path) -> KeyLocks:
    """Locks on what is being compiled into a folder."""
    return KeyLocks(folder / LOCKS)


def _collect(function: Callable[..., Any], known: set[int], stamps: set[str]) -> None:
    """Stamps of what a function is made of: files of sources and values of global numbers."""
    if id(function) in known:
        return
    known.add(id(function))
    stamps.add(_stamp(function.__code__.co_filename))
    values = {name: function.__globals__.get(name) for name in _names(function.__code__)}
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    for name, value in {**values, **{name: cell.cell_contents for name, cell in cells}}.items():
        inner = getattr(value, "py_func", value)
        if isinstance(inner, FunctionType):
            _collect(inner, known, stamps)
        elif isinstance(value, bool | int | float | complex | str | tuple):
            stamps.add(f"{name} = {value!r}")
        elif isinstance(value, np.ndarray):
            stamps.add(f"{name} = {value.dtype} {value.shape} {zlib.crc32(value.tobytes())}")
        elif isinstance(value, ModuleType) and getattr(value, "__file__", None):
            stamps.add(_stamp(str(value.__file__)))


def _names(code: CodeType) -> set[str]:
    """Global names and attributes in a function and in those inside of it."""
    inner = (value for value in code.co_consts if isinstance(value, CodeType))
    return {*code.co_names, *(name for function in inner for name in _names(function))}


def _stamps_of_types(types: Iterable[Any]) -> set[str]:
    """Stamps of the named tuples among types of arguments: their files, and what they select."""
    stamps: set[str] = set()
    known: set[int] = set()
    for kind in types:
        stamps |= _stamps_of_types(getattr(kind, "types", ()))
        named = getattr(kind, "instance_class", None)
        module = sys.modules.get(getattr(named, "__module__", ""))
        if module is not None and getattr(module, "__file__", None):
            stamps.add(_stamp(str(module.__file__)))
        for function in _SELECTED.get(named, ()):
            _collect(function, known, stamps)
    return stamps


def _stamp(path: str) -> str:
    """Name, time and size of a file of sources."""
    try:
        status = Path(path).stat()
    except OSError:
        return path
    return f"{path} {status.st_mtime_ns} {status.st_size}"


@njit()
def copy_rows(source: Any, target: Any, number: int) -> None:
    """Copy the first numbers of an array, in compiled code.

    An assignment of slices does the same, but makes Numba compile its error message: seconds for
    each function that has one.
    """
    for row in range(number):
        target[row] = source[row]


@njit()
def copy_columns(source: Any, target: Any, first: int, number: int) -> None:
    """Copy the first columns of an array to others from ``first`` on, in compiled code."""
    for row in range(len(source)):
        for column in range(number):
            target[row, first + column] = source[row, column]


@njit()
def order_short(values: Any, order: Any, number: int) -> None:
    """Indices of the first numbers of a short array, or of one that is nearly in order, rising.

    Those of equal numbers stay in their order. Numba's own sorting takes a second to compile.
    """
    for row in range(number):
        value = values[row]
        place = row
        while place > 0 and values[order[place - 1]] > value:
            order[place] = order[place - 1]
            place -= 1
        order[place] = row


def cache_folder() -> Path | None:
    """Folder in which compiled code is kept, None if every process compiles for itself.

    The first that can be written of ``NUMBA_CACHE_DIR``, the package itself, and the user's cache
    folder (``XDG_CACHE_HOME``).
    """
    try:
        return _root(Path(_Cache(cache_folder)._cache_path))
    except (OSError, RuntimeError):
        return None


def _root(folder: Path) -> Path:
    """Folder that holds those of all packages: Numba makes one for each folder of sources."""
    return Path(__file__).parent if folder.name == "__pycache__" else folder.parent
