"""HepMC3 ASCII: the particles of `wayside.generator.formats.event_record`.

Status 4 is a beam, 2 has decayed, 1 is final. Energies in GeV, positions and c times time in mm;
what other tools rewrote in MeV or cm is read as that. Behind the end of the listing a line gives
the number of events and a checksum (`wayside.generator.formats.listing`).
"""

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from wayside.constants import SPEED_OF_LIGHT
from wayside.errors import IncompleteWarning, InputError
from wayside.files import printable
from wayside.generator.events import Events
from wayside.generator.formats.checks import check_events, header_of
from wayside.generator.formats.columns import M_TO_MM, Columns
from wayside.generator.formats.event_record import BEAM, FB_TO_PB, records
from wayside.generator.formats.listing import append_trailer, check_listing
from wayside.generator.particle_source import COLUMN
from wayside.reading import sealed_json

_HEADER = "wayside"


def write_hepmc(
    path: Path,
    header: dict[str, Any],
    blocks: Iterable[Events],
    _closing: Callable[[], dict[str, Any]],
) -> None:
    """Write events one after another; the header is an attribute of the run, which comes first."""
    import pyhepmc

    run = pyhepmc.GenRunInfo()
    run.tools = [("wayside", header["wayside"], f"scenario {header['scenario']['name']}")]
    run.weight_names = ["unit"]
    run.attributes = {_HEADER: sealed_json(header)}
    section = header["cross_section_fb"] * FB_TO_PB
    with pyhepmc.io.WriterAscii(str(path), run) as writer:
        event = pyhepmc.GenEvent()
        event.run_info = run
        for record in records(header, blocks):
            pdg, status, parents, table, place = record.rows
            px, py, pz, energy, mass = (np.ascontiguousarray(row) for row in table)
            event.from_hepevt(
                record.number, px, py, pz, energy, mass, pdg, status,
                parents=parents, vx=place[0], vy=place[1], vz=place[2], vt=place[3],
            )  # fmt: skip
            event.weights = [1.0]
            # First: they replace all that an event has, its cross-section too.
            event.attributes = {"detector": record.detector, "signal_process_id": record.channel}
            cross = pyhepmc.GenCrossSection()
            event.cross_section = cross
            cross.set_cross_section(section, 0.0)
            writer.write(event)
    append_trailer(path)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from printing what it cannot parse: that is said in one line."""
    import pyhepmc

    quiet = {"print_errors": False, "print_warnings": False, "debug_level": 0}
    before = {name: getattr(pyhepmc.Setup, name) for name in quiet}
    try:
        for name, value in quiet.items():
            setattr(pyhepmc.Setup, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(pyhepmc.Setup, name, value)


def read_hepmc(path: Path) -> tuple[dict[str, Any], Columns, Columns, np.ndarray]:
    """Return header, columns of events and of products of decays, and offsets.

    Raises
    ------
    InputError
        If it is not a complete HepMC3 file of such events.
    """
    import pyhepmc

    number = check_listing(path)
    header: dict[str, Any] | None = None
    rows: list[tuple[float, ...]] = []
    particles: list[tuple[float, ...]] = []
    counts: list[int] = []
    with _quiet(), pyhepmc.open(str(path), format="hepmc3") as file:
        for event in file:
            if header is None:
                attributes = event.run_info.attributes
                if _HEADER not in attributes:
                    raise InputError(f"{path}: not a file of events of wayside")
                header = header_of(path, str(attributes[_HEADER]))
                names = [detector["name"] for detector in header["detectors"]]
                codes = header["pdg_codes"]
                flying, beside = codes.get(COLUMN, codes.get("excited")), codes.get("ground")
            event.set_units(pyhepmc.Units.GEV, pyhepmc.Units.MM)
            # A particle of a file may have the code of a beam.
            decayed = next(p for p in event.particles if p.pid == flying and p.status != BEAM)
            place = decayed.end_vertex.position
            detector = names.index(str(event.attributes["detector"]))
            flown = place.t / (SPEED_OF_LIGHT * M_TO_MM)
            weight = event.weights[0]
            rows.append((event.event_number, detector, weight, flown, place.x, place.y, place.z))
            products = [p for p in decayed.end_vertex.particles_out if p.pid != beside]
            counts.append(len(products))
            particles += [
                (p.pid, p.momentum.px, p.momentum.py, p.momentum.pz, p.momentum.e) for p in products
            ]
    if header is None or not particles:
        raise InputError(f"{path}: no events")
    if len(rows) != number:
        raise InputError(f"{path}: damaged: {len(rows)} of {number} events can be read")
    if number != header.get("events", number):  # another tool rewrote it, and may have chosen some
        text = f"{printable(path)}: {number} events, where its header counts {header['events']}"
        warnings.warn(IncompleteWarning(text), stacklevel=2)
    columns = ("event", "detector", "weight", "t", "x", "y", "z")
    events = dict(zip(columns, np.array(rows).T, strict=True))
    for name in ("event", "detector"):
        events[name] = events[name].astype(np.int64)
    names_p = ("pdg", "px", "py", "pz", "energy")
    visible = dict(zip(names_p, np.array(particles).T, strict=True))
    visible["pdg"] = visible["pdg"].astype(np.int32)
    check_events(path, header, events, visible)
    return header, events, visible, np.concatenate([[0], np.cumsum(counts)])
