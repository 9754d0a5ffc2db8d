"""ROOT files whose bytes follow from their content alone.

uproot writes the time into every record, a random identifier and the name of the file. Here the
times are replaced when all is written, the identifier follows from the content, and all files have
one name inside. The layout is ROOT's own (https://root.cern/doc/master/classTFile.html).
"""

import hashlib
import mmap
import struct
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

_HEADER: Final = struct.Struct(">4siiiiiiiBiiiH16s")
"""Up to the identifier, in files below 2 GB."""

_LARGE: Final = 1_000_000
"""Versions from here on have addresses of eight bytes in the header."""

_KEY: Final = struct.Struct(">ihiIhh")
"""Length, version, length of the object, time, length of the key, cycle."""

_DIRECTORY: Final = struct.Struct(">hIIiiiiiH16s")
"""Version, two times, bytes of keys and name, addresses of itself, parent and keys, identifier."""

_FREE: Final = struct.Struct(">hii"), struct.Struct(">hqq")
"""Version, first and last byte of a gap, with addresses of four and of eight bytes."""

_LARGE_FREE: Final = 1000

_ALWAYS: Final = (1 << 22) | (1 << 17)
"""The first second of 1995 as ROOT has it, before which it has no times."""

_NO_IDENTIFIER: Final = uuid.UUID(int=0)


class _Header(NamedTuple):
    magic: bytes
    version: int
    begin: int
    end: int
    free: int
    free_bytes: int
    gaps: int
    name_bytes: int
    units: int
    compression: int
    info: int
    info_bytes: int
    identifier_version: int
    identifier: bytes


@contextmanager
def new_root_file(path: Path) -> Iterator[Any]:
    """Write a ROOT file that is the same to the last byte whenever its content is.

    Files of 2 GB and more, whose layout is another one, keep the time in them.

    Parameters
    ----------
    path
        File to write; replaced if it is there.

    Yields
    ------
    object
        Directory of uproot into which trees and objects are put, without folders inside.
    """
    import uproot

    options = {"compression": uproot.ZLIB(1), "uuid_function": lambda: _NO_IDENTIFIER}
    # An open file, which is closed with the directory: the name of a path would be inside.
    with path.open("w+b") as file, uproot.recreate(file, **options) as directory:
        yield directory
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as content:
        _without_times(content)


def _without_times(content: mmap.mmap) -> None:
    """Replace times, clear gaps, and identify a file by its content."""
    header = _Header(*_HEADER.unpack_from(content))
    if header.version >= _LARGE:
        return
    gaps = _gaps(content, header)
    place = header.begin
    while place < header.end:
        if place in gaps:
            after = gaps[place] + 1
            content[place:after] = bytes(after - place)
            place = after
        else:
            place += _set_time(content, place)
    directory = header.begin + header.name_bytes
    version, _, _, *others = _DIRECTORY.unpack_from(content, directory)
    _DIRECTORY.pack_into(content, directory, version, _ALWAYS, _ALWAYS, *others)
    keys = others[4]
    place = keys + _key_bytes(content, keys)
    (number,) = struct.unpack_from(">i", content, place)
    place += 4
    for _ in range(number):
        _set_time(content, place)
        place += _key_bytes(content, place)
    identifier = hashlib.sha256(content).digest()[:16]
    for structure, start in ((_HEADER, 0), (_DIRECTORY, directory)):
        after = start + structure.size
        content[after - 16 : after] = identifier


def _gaps(content: mmap.mmap, header: _Header) -> dict[int, int]:
    """Last byte of every gap by its first one."""
    gaps = {}
    place = header.free + _key_bytes(content, header.free)
    for _ in range(header.gaps):
        (version,) = struct.unpack_from(">h", content, place)
        structure = _FREE[version > _LARGE_FREE]
        _, first, last = structure.unpack_from(content, place)
        gaps[first] = last
        place += structure.size
    return gaps


def _key_bytes(content: mmap.mmap, place: int) -> int:
    return int(_KEY.unpack_from(content, place)[4])


def _set_time(content: mmap.mmap, place: int) -> int:
    """Replace the time of a key; returns the length of its record."""
    length, version, of_object, _, *others = _KEY.unpack_from(content, place)
    assert length > 0, "records and gaps fill the file"
    _KEY.pack_into(content, place, length, version, of_object, _ALWAYS, *others)
    return int(length)
