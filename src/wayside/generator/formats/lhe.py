"""Les Houches event files: the particles of the HepMC3 files, with lifetimes in place of vertices.

Status -1 is a beam, 2 has decayed, 1 is final; spins are not known (9). The invariant lifetime
(VTIMUP, mm) of the long-lived particle places its decay; a line of comment repeats the vertex in
the laboratory. Beams have their energies and crossing angle. Format: hep-ph/0609017.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import numpy as np

from wayside.generator.events import Events
from wayside.generator.formats.event_record import BEAM, FB_TO_PB, Record, records
from wayside.reading import sealed_json

_STATUS: Final = {BEAM: -1, 2: 2, 1: 1}
_UNWEIGHTED: Final = 3
"""IDWTUP: events of weight 1, with a cross-section that is known."""


def write_lhe(
    path: Path,
    header: dict[str, Any],
    blocks: Iterable[Events],
    _closing: Callable[[], dict[str, Any]],
) -> None:
    """Write events one after another; the header stands in ``<header>``.

    Parameters
    ----------
    path
        Target.
    header
        From `wayside.generator.events.EventGenerator.header`.
    blocks
        Events in order.
    """
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{_opening(header)}\n")
        for record in records(header, blocks):
            file.write(_event(record))
        file.write("</LesHouchesEvents>\n")


def _opening(header: dict[str, Any]) -> str:
    collider = header["scenario"]["collider"]
    section = header["cross_section_fb"] * FB_TO_PB
    energies = f"{collider['electron_energy']:.10e} {collider['positron_energy']:.10e}"
    return "\n".join(
        (
            '<LesHouchesEvents version="3.0">',
            "<header>",
            f"<wayside>{escape(sealed_json(header))}</wayside>",
            "</header>",
            "<init>",
            f"11 -11 {energies} 0 0 0 0 {_UNWEIGHTED} 1",
            f"{section:.10e} 0.0 1.0 1",
            "</init>",
        )
    )


def _event(record: Record) -> str:
    """One event: its particles, and a comment with the vertex."""
    rows = record.rows
    lifetimes = np.zeros(len(rows.pdg))
    parent = int(rows.parents[-1, 0]) - 1
    energy, mass = rows.table[3, parent], rows.table[4, parent]
    lifetimes[parent] = rows.place[3, -1] * mass / energy
    lines = ["<event>", f"{len(rows.pdg)} 1 1.0 -1.0 -1.0 -1.0"]
    for row, pdg in enumerate(rows.pdg.tolist()):
        mothers = " ".join(map(str, rows.parents[row].tolist()))
        numbers = " ".join(f"{value:.16e}" for value in rows.table[:, row].tolist())
        status = _STATUS[int(rows.status[row])]
        lines.append(f"{pdg} {status} {mothers} 0 0 {numbers} {lifetimes[row]:.16e} 9.0")
    vertex = " ".join(f"{value:.10e}" for value in rows.place[:, -1].tolist())
    about = f"{record.detector}, channel {record.channel}"
    return "\n".join([*lines, f"# vertex x y z ct [mm]: {vertex}; {about}", "</event>\n"])
