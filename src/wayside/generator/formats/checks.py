"""What is checked of files of events: counts, checksums, and that events make sense."""

import json
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np

from wayside.errors import InputError
from wayside.files import printable
from wayside.generator.formats.columns import Columns
from wayside.reading import sealed_json, unsealed_json
from wayside.typing import IntArray

CONTENT: Final = "content"
"""Key of the header: number of events and particles, and checksums of the columns."""

_COUNT: Final = "particles"
_SHELL: Final = 1e-6
"""Largest difference of energy and momentum of a visible particle from its mass, over its energy
squared and relative to what the digits of other tools keep."""


class Content:
    """Counts and checksums of columns that are written or read block by block."""

    def __init__(self) -> None:
        self.events = 0
        self.particles = 0
        self._checksums: dict[str, int] = {}

    def add(self, events: Columns, particles: Columns, offsets: IntArray) -> None:
        """Add a block of events.

        Parameters
        ----------
        events
            Columns of one value an event.
        particles
            Columns of one value a visible particle.
        offsets
            Where each event's particles begin, shape (n + 1,).
        """
        self.events += len(offsets) - 1
        self.particles += int(offsets[-1] - offsets[0])
        self._add(_COUNT, np.diff(offsets))
        for name, values in events.items():
            self._add(name, values)
        for name, values in particles.items():
            self._add(f"particle_{name}", values)

    def _add(self, name: str, values: Any) -> None:
        kind = "<f8" if np.asarray(values).dtype.kind == "f" else "<i8"
        data = np.ascontiguousarray(values, dtype=kind)
        self._checksums[name] = zlib.crc32(data.tobytes(), self._checksums.get(name, 0))

    def summary(self) -> dict[str, Any]:
        """Plain values for the header of a file."""
        return {
            "events": self.events,
            "particles": self.particles,
            "crc32": dict(sorted(self._checksums.items())),
        }


def header_text(header: dict[str, Any], content: Content) -> str:
    """Header of a file of events as JSON, with what the file has to contain."""
    return sealed_json({**header, CONTENT: content.summary()})


def header_of(path: Path, text: str | bytes) -> dict[str, Any]:
    """Header from the text of a file.

    Raises
    ------
    InputError
        If it is not the header of a file of events, or damaged.
    """
    header = unsealed_json(path, text)
    needed = ("scenario", "detectors", "pdg_codes")
    if any(key not in header for key in needed):
        raise InputError(f"{printable(path)}: not a file of events of wayside")
    return header


def check_content(
    path: Path,
    header: dict[str, Any],
    events: Columns,
    particles: Columns,
    offsets: IntArray,
) -> None:
    """Refuse events that are not those that were written.

    Parameters
    ----------
    path
        The file, for a message.
    header
        Its header; `CONTENT` is taken out of it. Without it, in the file of another tool, it is
        only checked that the events make sense.
    events, particles, offsets
        What was read, as for `Content.add`.

    Raises
    ------
    InputError
        One line.
    """
    written = header.pop(CONTENT, None)
    if written is not None:
        content = Content()
        content.add(events, particles, offsets)
        if content.events != written.get("events"):
            raise InputError(
                f"{printable(path)}: incomplete: {content.events} of {written.get('events')} events"
            )
        if json.loads(json.dumps(content.summary())) != written:
            raise InputError(f"{printable(path)}: damaged: its checksum differs")
    check_events(path, header, events, particles)


def check_events(path: Path, header: dict[str, Any], events: Columns, particles: Columns) -> None:
    """Refuse numbers that no event has.

    Raises
    ------
    InputError
        If a number is not finite, a detector is not in the header, or the energy of a particle is
        below its momentum.
    """
    name = printable(path)
    missing = [key for key in ("event", "detector", *"xyzt") if key not in events]
    missing += [key for key in ("pdg", "px", "py", "pz", "energy") if key not in particles]
    if missing:
        raise InputError(f'{name}: no column "{missing[0]}"')
    for columns in (events, particles):
        for key, values in columns.items():
            if not np.all(np.isfinite(values)):
                raise InputError(f"{name}: damaged: {key} is not finite in every event")
    number = len(header["detectors"])
    if np.any((events["detector"] < 0) | (events["detector"] >= number)):
        raise InputError(f"{name}: damaged: a detector that is not in the header")
    square = sum(np.square(particles[key]) for key in ("px", "py", "pz"))
    energy = particles["energy"]
    if np.any(square - np.square(energy) > _SHELL * np.square(energy)) or np.any(energy < 0.0):
        raise InputError(f"{name}: damaged: a particle with less energy than momentum")
