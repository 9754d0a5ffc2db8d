"""The lines of a HepMC3 file, checked before they are parsed: version, units, end, checksum."""

import re
import zlib
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from wayside.errors import InputError
from wayside.files import printable

_START: Final = b"HepMC::Asciiv3-START_EVENT_LISTING"
END: Final = b"HepMC::Asciiv3-END_EVENT_LISTING"
"""The line that ends a file."""
_TRAILER: Final = re.compile(rb"A wayside_end (\d+) events crc32 ([0-9a-f]{8})")
_UNITS: Final = (b"\nU GEV MM\n", b"\nU MEV MM\n", b"\nU GEV CM\n", b"\nU MEV CM\n")
_EVENT: Final = b"\nE "
_BLOCK: Final = 1 << 24
_HEAD: Final = 1000
"""Bytes within which the lines that name the format stand."""


class _Listing(NamedTuple):
    """What the lines of a file say."""

    events: int
    with_units: int
    crc: int
    tail: bytes
    """Last lines, from the end marker on; empty if there is none."""


class ListingFile:
    """A file that is written from its head to the trailer, with the checksum of all in between.

    Parameters
    ----------
    file
        Open for writing bytes.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._crc = 0

    def write(self, text: bytes | memoryview) -> None:
        """Add text to the file."""
        self._crc = zlib.crc32(text, self._crc)
        self._file.write(text)

    def end(self, events: int) -> None:
        """Add the end, the number of events and the checksum.

        Readers of HepMC3 take the last line for an attribute of the run.
        """
        self._file.write(END + b"\n\n")
        self._file.write(b"A wayside_end %d events crc32 %08x\n" % (events, self._crc))


class Checked(NamedTuple):
    """What is known of a whole HepMC3 file with units.

    Attributes
    ----------
    events
        How many it has.
    sealed
        Whether it ends with a checksum, so that each byte is as this package wrote it.
    """

    events: int
    sealed: bool


def check_listing(path: Path) -> Checked:
    """Refuse what is not a whole HepMC3 file with units.

    Parameters
    ----------
    path
        The file. Without the line of `ListingFile.end`, of another tool, it must have its end
        marker.

    Returns
    -------
    Checked
        Number of events, and whether it has that line.

    Raises
    ------
    InputError
        One line that says what it is instead, or what is missing.
    """
    name = printable(path)
    _check_head(path, name)
    listing = _scan(path)
    if not listing.tail:
        raise InputError(f"{name}: truncated: {listing.events} events, and no end of the listing")
    trailer = listing.tail[len(END) :].strip()
    if trailer:
        match = _TRAILER.fullmatch(trailer)
        if match is None or listing.tail.count(b"\n") < 2:
            raise InputError(f"{name}: damaged: cannot read what follows the end of the listing")
        if int(match[1]) != listing.events or int(match[2], 16) != listing.crc:
            raise InputError(
                f"{name}: damaged: {listing.events} of {int(match[1])} events,"
                f" checksum {listing.crc:08x} for {match[2].decode()}"
            )
    if listing.with_units != listing.events:
        raise InputError(
            f"{name}: {listing.events - listing.with_units} of {listing.events} events without"
            ' units; each needs a line such as "U GEV MM" (GEV or MEV, MM or CM)'
        )
    if not listing.events:
        raise InputError(f"{name}: no events")
    if not trailer:
        _check_particles(path, name)
    return Checked(listing.events, bool(trailer))


def _check_particles(path: Path, name: str) -> None:
    """Refuse events that have other numbers of particles than their first line says."""
    expected = count = 0
    event = b""
    with path.open("rb") as file:
        for line in file:
            if line.startswith(b"P "):
                count += 1
            elif line.startswith((b"E ", END)):
                if count != expected:
                    number = event.decode(errors="replace")
                    raise InputError(
                        f"{name}: damaged: event {number} has {count} of {expected} particles"
                    )
                words = line.split()
                event = words[1] if len(words) > 1 else b"?"
                expected = int(words[3]) if len(words) > 3 and words[3].isdigit() else 0
                count = 0


def _check_head(path: Path, name: str) -> None:
    """Refuse other formats by their first lines."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    other = {
        b"<LesHouchesEvents": "a Les Houches file (LHE)",
        b"<?xml": "an XML file, LHE perhaps",
        b"HepMC::IO_GenEvent": "HepMC2",
        b"\x1f\x8b": "compressed",
        b"root": "a ROOT file",
        b"PAR1": "a Parquet file",
    }
    for begin, words in other.items():
        if head.lstrip().startswith(begin) or any(line.startswith(begin) for line in lines[:3]):
            raise InputError(f"{name}: {words}; needs HepMC3 text")
    if not lines:
        raise InputError(f"{name}: empty; needs HepMC3 text")
    version = lines[0].removeprefix(b"HepMC::Version ")
    if version == lines[0] or _START not in lines[:3]:
        raise InputError(f"{name}: no header of HepMC3 text")
    if not version.startswith(b"3."):
        raise InputError(f"{name}: HepMC {version.decode(errors='replace')}; needs version 3")


def _scan(path: Path) -> _Listing:
    """Count events and units, and compute the checksum of everything up to the end marker."""
    events = units = crc = 0
    rest = b""
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            text = rest + block
            end = _end_of(text)
            # Lines are counted whole: the last one waits for the next block.
            cut = end if end >= 0 else text.rfind(b"\n") + 1 if block else len(text)
            lines = text[:cut]
            crc = zlib.crc32(lines, crc)
            # Each line between two breaks, those of other systems too.
            lines = b"\n" + (lines.replace(b"\r\n", b"\n") if b"\r" in lines else lines)
            events += lines.count(_EVENT)
            units += sum(map(lines.count, _UNITS))
            rest = text[cut:]
            if end >= 0:
                return _Listing(events, units, crc, rest + file.read())
            if not block:
                return _Listing(events, units, crc, b"")


def _end_of(text: bytes) -> int:
    """Where the line with the end marker begins; -1 if it is not there, or not whole."""
    # Text begins with a line, as whole lines are taken away from it.
    place = 0 if text.startswith(END) else text.find(b"\n" + END) + 1
    there = place > 0 or text.startswith(END)
    return place if there and text[place + len(END) :][:1] in (b"\n", b"\r") else -1
