"""HepMC3 ASCII: the particles of `wayside.generator.formats.event_record`.

Status 4 is a beam, 2 has decayed, 1 is final. Energies in GeV, positions and c times time in mm;
what other tools rewrote in MeV or cm is read as that. Behind the end of the listing a line gives
the number of events and a checksum (`wayside.generator.formats.listing`).
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wayside.constants import SPEED_OF_LIGHT
from wayside.errors import IncompleteWarning, InputError
from wayside.files import printable
from wayside.generator.events import Events
from wayside.generator.formats.checks import check_events, header_of
from wayside.generator.formats.columns import M_TO_MM, Columns
from wayside.generator.formats.event_record import BEAM
from wayside.generator.formats.hepmc_columns import read_columns
from wayside.generator.formats.hepmc_text import HEADER, HepmcText
from wayside.generator.formats.listing import ListingFile, check_listing
from wayside.generator.particle_source import COLUMN


def write_hepmc(
    path: Path,
    header: dict[str, Any],
    blocks: Iterable[Events],
    _closing: Callable[[], dict[str, Any]],
) -> None:
    """Write events one after another; the header is an attribute of the run, which comes first."""
    text = HepmcText(header)
    number = 0
    with path.open("wb") as file:
        listing = ListingFile(file)
        listing.write(text.head())
        for events in blocks:
            for block in text.blocks(events):
                listing.write(block)
            number += len(events.event)
        listing.end(number)


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
    number, sealed = check_listing(path)
    header = _header(path)
    names = [detector["name"] for detector in header["detectors"]]
    codes = header["pdg_codes"]
    if sealed:
        events, visible, offsets = read_columns(path, names, codes.get("ground"))
    else:
        flying = codes.get(COLUMN, codes.get("excited"))
        events, visible, offsets = _by_library(path, names, flying, codes.get("ground"))
    found = len(offsets) - 1
    if found != number:
        raise InputError(f"{path}: damaged: {found} of {number} events can be read")
    if number != header.get("events", number):  # another tool rewrote it, and may have chosen some
        text = f"{printable(path)}: {number} events, where its header counts {header['events']}"
        warnings.warn(IncompleteWarning(text), stacklevel=2)
    visible["pdg"] = visible["pdg"].astype(np.int32)
    check_events(path, header, events, visible)
    return header, events, visible, offsets


def _header(path: Path) -> dict[str, Any]:
    """Header of a file, which stands before its first event."""
    import pyhepmc

    with _quiet(), pyhepmc.open(str(path), format="hepmc3") as file:
        first = next(iter(file), None)
    if first is None:
        raise InputError(f"{path}: no events")
    attributes = first.run_info.attributes
    if HEADER not in attributes:
        raise InputError(f"{path}: not a file of events of wayside")
    return header_of(path, str(attributes[HEADER]))


def _by_library(
    path: Path, names: Sequence[str], flying: int, beside: int | None
) -> tuple[Columns, Columns, NDArray[np.int64]]:
    """Columns of events and of products, and offsets, of what any tool wrote.

    Parameters
    ----------
    path
        File.
    names
        Detectors of its header.
    flying, beside
        Codes of what decays, and of a product that is not visible.
    """
    import pyhepmc

    rows: list[tuple[float, ...]] = []
    particles: list[tuple[float, ...]] = []
    counts: list[int] = []
    with _quiet(), pyhepmc.open(str(path), format="hepmc3") as file:
        for event in file:
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
    columns = ("event", "detector", "weight", "t", "x", "y", "z")
    events = dict(zip(columns, np.array(rows).T, strict=True))
    for name in ("event", "detector"):
        events[name] = events[name].astype(np.int64)
    names_p = ("pdg", "px", "py", "pz", "energy")
    visible = dict(zip(names_p, np.array(particles).reshape(-1, 5).T, strict=True))
    return events, visible, np.concatenate([[0], np.cumsum(counts)])
