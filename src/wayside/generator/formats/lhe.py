"""Les Houches event files: the particles of the HepMC3 files, with lifetimes in place of vertices.

Status -1 is a beam, 2 has decayed, 1 is final; spins are not known (9). The invariant lifetime
(VTIMUP, mm) of the long-lived particle places its decay; a line of comment repeats the vertex in
the laboratory. Beams have their energies and crossing angle. Format: hep-ph/0609017.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import numpy as np

from wayside.generator.events import Events
from wayside.generator.formats.event_record import BEAM, FB_TO_PB, EventRecord, Group
from wayside.reading import sealed_json

_STATUS: Final = {BEAM: -1, 2: 2, 1: 1}
_UNWEIGHTED: Final = 3
"""IDWTUP: events of weight 1, with a cross-section that is known."""
_NUMBERS: Final = " ".join(["%.16e"] * 6)
"""px, py, pz, energy, mass and lifetime."""
_PLACE: Final = " ".join(["%.10e"] * 4)


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
    record = EventRecord(header)
    names = [detector["name"] for detector in header["detectors"]]
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{_opening(header)}\n")
        for events in blocks:
            texts = [""] * len(events.event)
            for group in record.groups(events):
                for row, text in zip(group.events.tolist(), _texts(group), strict=True):
                    about = f"{names[events.detector[row]]}, channel {events.channel[row]}"
                    texts[row] = f"{text}; {about}\n</event>\n"
            file.writelines(texts)
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


def _texts(group: Group) -> Iterator[str]:
    """Events of a group, each with its particles and a comment with the vertex."""
    count, particles = group.pdg.shape
    parent = int(group.parents[-1, 0]) - 1
    lifetimes = np.zeros((count, particles, 1))
    energy, mass = group.table[:, parent, 3], group.table[:, parent, 4]
    lifetimes[:, parent, 0] = group.place[:, 3] * mass / energy
    lines = ["<event>", f"{particles} 1 1.0 -1.0 -1.0 -1.0"]
    for status, (first, last) in zip(group.status.tolist(), group.parents.tolist(), strict=True):
        lines.append(f"%d {_STATUS[status]} {first} {last} 0 0 {_NUMBERS} 9.0")
    frame = "\n".join([*lines, f"# vertex x y z ct [mm]: {_PLACE}"])
    numbers = np.concatenate([group.pdg[:, :, None], group.table, lifetimes], axis=2)
    rows = np.concatenate([numbers.reshape(count, -1), group.place], axis=1)
    return (frame % tuple(row) for row in rows.tolist())
