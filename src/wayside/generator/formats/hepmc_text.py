"""Text of events in HepMC3, written by columns.

The library writes one event of each layout, with numbers that stand for columns. What it wrote is
the frame into which the numbers of all such events are set: the shortest digits that read back as
the same number. This takes a twelfth of the time of writing events one by one.
"""

import io
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayside.generator.events import Events
from wayside.generator.formats.event_record import FB_TO_PB, EventRecord, Group
from wayside.generator.formats.listing import END
from wayside.reading import sealed_json

HEADER: Final = "wayside"
"""Attribute of the run that holds the header."""

_CODES: Final = 1_900_000_000
"""A number that no code, channel or event has; those from here on stand for columns of integers."""

_SLOT: Final = re.compile(r"(?<= )(?:(\d\.\d{16}e\+\d\d)|(19\d{8}))(?![^ \n])")
"""A number that stands for a column. Weights and cross-sections have other numbers of digits."""

_AT_ONCE: Final = 8192
"""Events that are made to text together; some 10 MB."""

_NUMBERS_OF_PARTICLE: Final = 5
_PLACES: Final = 4


class _Columns(NamedTuple):
    """Numbers of events, one row a column."""

    integers: NDArray[np.int64]
    """Number, channel, and codes of particles."""
    floats: NDArray[np.float64]
    """px, py, pz, energy and mass by particle, and x, y, z, c t of the decay."""


class HepmcText:
    """Text of events of one run.

    Parameters
    ----------
    header
        From `wayside.generator.events.EventGenerator.header`.
    """

    def __init__(self, header: dict[str, Any]) -> None:
        import pyhepmc

        self._record = EventRecord(header)
        self._names = [detector["name"] for detector in header["detectors"]]
        self._section = header["cross_section_fb"] * FB_TO_PB
        self._run = run = pyhepmc.GenRunInfo()
        run.tools = [("wayside", header["wayside"], f"scenario {header['scenario']['name']}")]
        run.weight_names = ["unit"]
        run.attributes = {HEADER: sealed_json(header)}
        self._frames: dict[tuple[int, ...], list[str]] = {}

    def head(self) -> bytes:
        """All that stands before the first event."""
        import pyhepmc

        event = pyhepmc.GenEvent()
        event.run_info = self._run
        return self._written(event)[0]

    def blocks(self, events: Events) -> Iterator[memoryview]:
        """Text of events, some thousands at a time.

        Parameters
        ----------
        events
            Events in order.

        Yields
        ------
        memoryview
            Bytes.
        """
        for begin in range(0, len(events.event), _AT_ONCE):
            yield self._text(events.part(begin, min(begin + _AT_ONCE, len(events.event))))

    def _text(self, events: Events) -> memoryview:
        import pyarrow as pa
        import pyarrow.compute as pc

        texts, order = [], []
        for group in self._record.groups(events):
            of_group = events.detector[group.events]
            for detector in np.unique(of_group).tolist():
                mine = np.flatnonzero(of_group == detector)
                rows = group.events[mine]
                numbers = events.event[rows], events.channel[rows]
                table = group.table[mine].reshape(len(mine), -1)
                columns = _Columns(
                    np.vstack([*numbers, *group.pdg[mine].T]),
                    np.vstack([*table.T, *group.place[mine].T]),
                )
                texts.append(_filled(self._frame(group, detector), columns))
                order.append(rows)
        places = np.argsort(np.concatenate(order))
        text = pa.concat_arrays(texts).take(pa.array(places))
        whole = pa.ListArray.from_arrays(pa.array([0, len(text)], pa.int32()), text)
        return memoryview(pc.binary_join(whole, "")[0].as_buffer())

    def _frame(self, group: Group, detector: int) -> list[str]:
        """Text of an event of a group between its numbers, and after each which column it is."""
        key = (*group.layout, detector)
        if key not in self._frames:
            event = self._event(group, self._names[detector])
            self._frames[key] = _SLOT.split(self._written(event)[1].decode())
        return self._frames[key]

    def _event(self, group: Group, detector: str) -> Any:
        """An event of which all numbers stand for columns."""
        import pyhepmc

        particles = len(group.status)
        integers, n = _CODES + np.arange(2 + particles), particles * _NUMBERS_OF_PARTICLE
        table = 1.0 + np.arange(n).reshape(particles, _NUMBERS_OF_PARTICLE)
        place = np.zeros((particles, _PLACES))
        place[group.decayed :] = 1.0 + n + np.arange(_PLACES)
        event = pyhepmc.GenEvent()
        event.run_info = self._run
        px, py, pz, energy, mass = (np.ascontiguousarray(row) for row in table.T)
        x, y, z, t = (np.ascontiguousarray(row) for row in place.T)
        event.from_hepevt(
            int(integers[0]), px, py, pz, energy, mass, integers[2:].astype(np.int32),
            group.status, parents=group.parents, vx=x, vy=y, vz=z, vt=t,
        )  # fmt: skip
        event.weights = [1.0]
        # First: they replace all that an event has, its cross-section too.
        event.attributes = {"detector": detector, "signal_process_id": int(integers[1])}
        cross = pyhepmc.GenCrossSection()
        event.cross_section = cross
        cross.set_cross_section(self._section, 0.0)
        return event

    def _written(self, event: Any) -> tuple[bytes, bytes]:
        """What the library writes before an event, and as the event."""
        import pyhepmc

        file = io.BytesIO()
        with pyhepmc.open(file, "w") as writer:
            writer.write(event)
        text = file.getvalue()
        begin, end = text.index(b"\nE ") + 1, text.rindex(END)
        return text[:begin], text[begin:end]


def _filled(frame: list[str], columns: _Columns) -> Any:
    """Set the numbers of events into their frame: an array of text, one an event."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pieces: list[Any] = [frame[0]]
    for float_slot, integer_slot, text in zip(frame[1::3], frame[2::3], frame[3::3], strict=True):
        if float_slot:
            column: NDArray[Any] = columns.floats[int(float(float_slot)) - 1]
        else:
            column = columns.integers[int(integer_slot) - _CODES]
        same = column[0] == column[-1] and np.all(column == column[0])
        digits = pc.cast(pa.array(column[:1] if same else column), pa.string())
        # What all events share becomes part of the text.
        if same and len(pieces) % 2:
            pieces[-1] += digits[0].as_py() + text
        else:
            pieces += [digits, text]
    if len(pieces) == 1:
        return pa.array(pieces * columns.integers.shape[1])
    return pc.binary_join_element_wise(*pieces, "")
