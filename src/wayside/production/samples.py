"""Flying particles of a generator, read from LHE, HepMC3 or Parquet files.

Which format it is, the ending says: ``.lhe`` and ``.lhe.gz``, ``.hepmc`` and ``.hepmc3``,
``.parquet``. Columns of a Parquet table: ``px``, ``py``, ``pz`` and ``energy`` in GeV; and where
there are any ``weight``, ``pdg_id``, ``event`` (rows of one event share it), and ``vx``, ``vy``,
``vz`` in m.
"""

import gzip
import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from wayside.errors import InputError
from wayside.files import printable
from wayside.reading import reading
from wayside.typing import FloatArray

FB_PER_PB: Final = 1e3
FARTHEST_VERTEX: Final = 0.01
"""Distance in m from the interaction point up to which a production vertex counts as there."""

MASS_SPREAD: Final = 1e-3
"""Relative spread of masses that is taken as rounding."""


class Sample(NamedTuple):
    """Particles that fly, with weights."""

    mass: float
    """Mass of the particle in GeV."""
    weight: FloatArray
    """Shape (n,)."""
    momentum: FloatArray
    """In GeV, shape (n, 3)."""
    total_weight: float
    """Sum of the weights of all events, those without such a particle too."""
    cross_section_fb: float | None
    """Cross-section in fb, from the header of the file; None where it has none."""


class _Rows(NamedTuple):
    """What a file has of particles of one code."""

    weight: FloatArray
    momentum: FloatArray
    energy: FloatArray
    vertex: FloatArray
    total_weight: float
    cross_section_fb: float | None


def read_sample(file: str, pdg_id: int) -> Sample:
    """Read particles of a code from a file; kept until the file changes.

    Parameters
    ----------
    file
        Path of the file.
    pdg_id
        Code of what flies; its antiparticle counts too.

    Raises
    ------
    InputError
        One line: if the file cannot be read, or holds no such particles, or they have several
        masses, or start away from the interaction point.
    """
    path = Path(file)
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise InputError(f"{printable(path)}: {error.strerror or 'cannot be read'}") from None
    return _read(path, pdg_id, changed)


@lru_cache(maxsize=4)
def _read(path: Path, pdg_id: int, changed: int) -> Sample:
    name = printable(path)
    endings = [ending for ending in _READERS if path.name.lower().endswith(ending)]
    if not endings:
        raise InputError(f"{name}: must end in {', '.join(_READERS)}")
    kind, reader = _READERS[endings[0]]
    with reading(path, kind):
        rows = reader(path, abs(pdg_id))
    if not len(rows.weight):
        raise InputError(f"{name}: no particles with the PDG code {pdg_id}")
    numbers = np.concatenate([rows.momentum.ravel(), rows.energy, rows.weight])
    if not np.isfinite(numbers).all():
        raise InputError(f"{name}: momenta or weights that are not finite")
    if not rows.total_weight > 0.0:
        raise InputError(f"{name}: the sum of weights is {rows.total_weight:g}, not positive")
    squared = rows.energy**2 - np.sum(rows.momentum**2, axis=1)
    mass = math.sqrt(max(float(np.median(squared)), 0.0))
    if not mass > 0.0:
        raise InputError(f"{name}: the particles have no mass")
    spread = np.abs(squared - mass**2) / (mass**2 + MASS_SPREAD * rows.energy**2)
    if spread.max() > 2.0 * MASS_SPREAD + 1e-6:
        raise InputError(f"{name}: particles of several masses, {mass:g} GeV among them")
    distance = float(np.sqrt(np.max(np.sum(rows.vertex**2, axis=1))))
    if distance > FARTHEST_VERTEX:
        raise InputError(
            f"{name}: a vertex {distance:.3g} m from the interaction point; at most"
            f" {FARTHEST_VERTEX:g} m is taken as there"
        )
    return Sample(mass, rows.weight, rows.momentum, rows.total_weight, rows.cross_section_fb)


def _lhe(path: Path, code: int) -> _Rows:
    """Les Houches events; cross-sections in pb, no vertices."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.name.endswith(".gz") else raw).decode("utf-8")
    rows: list[tuple[float, ...]] = []
    total, cross_section, complete = 0.0, 0.0, False
    lines = iter(text.splitlines())
    for line in lines:
        tag = line.strip()
        if tag.startswith("<init"):
            processes = int(next(lines).split()[9])
            cross_section = sum(float(next(lines).split()[0]) for _ in range(processes))
        elif tag.startswith("<event"):
            head = next(lines).split()
            weight = float(head[2])
            total += weight
            rows += _lhe_particles(lines, int(head[0]), code, weight)
        elif tag.startswith("</LesHouchesEvents"):
            complete = True
    if not complete:
        raise InputError(f"{printable(path)}: damaged: it has no end")
    table = np.array(rows, dtype=np.float64).reshape(-1, 5)
    vertex = np.zeros((len(table), 3))
    fb = cross_section * FB_PER_PB if cross_section > 0.0 else None
    return _Rows(table[:, 0], table[:, 1:4], table[:, 4], vertex, total, fb)


def _lhe_particles(
    lines: Iterator[str], count: int, code: int, weight: float
) -> Iterator[tuple[float, ...]]:
    for _ in range(count):
        cells = next(lines).split()
        # Final (1) or decayed (2), not incoming.
        if abs(int(cells[0])) == code and int(cells[1]) in (1, 2):
            px, py, pz, energy = (float(cell) for cell in cells[6:10])
            yield weight, px, py, pz, energy


def _hepmc(path: Path, code: int) -> _Rows:
    """HepMC3; of a chain of copies of a particle the last one counts."""
    import pyhepmc

    rows: list[tuple[float, ...]] = []
    total, cross_section = 0.0, None
    if b"END_EVENT_LISTING" not in path.read_bytes()[-200:]:
        raise InputError(f"{printable(path)}: damaged: it has no end")
    with pyhepmc.open(str(path), format="hepmc3") as file:
        for event in file:
            event.set_units(pyhepmc.Units.GEV, pyhepmc.Units.MM)
            weight = event.weights[0] if event.weights else 1.0
            total += weight
            if event.cross_section is not None:
                cross_section = event.cross_section.xsec() * FB_PER_PB
            for particle in event.particles:
                if abs(particle.pid) != code:
                    continue
                end, start = particle.end_vertex, particle.production_vertex
                if end is not None and any(
                    daughter.pid == particle.pid for daughter in end.particles_out
                ):
                    continue
                p = particle.momentum
                place = (0.0, 0.0, 0.0)
                if start is not None:
                    place = (start.position.x, start.position.y, start.position.z)
                rows.append((weight, p.px, p.py, p.pz, p.e, *(1e-3 * x for x in place)))
    table = np.array(rows, dtype=np.float64).reshape(-1, 8)
    return _Rows(
        table[:, 0], table[:, 1:4], table[:, 4], table[:, 5:8], total, cross_section or None
    )


def _parquet(path: Path, code: int) -> _Rows:
    """Parquet: rows are particles; ``cross_section_fb``, ``total_weight`` may be metadata."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    missing = [name for name in ("px", "py", "pz", "energy") if name not in table.column_names]
    if missing:
        raise InputError(f"{printable(path)}: no column {', '.join(missing)}")
    columns = {
        name: table.column(name).to_numpy().astype(np.float64)
        for name in table.column_names
        if name in ("px", "py", "pz", "energy", "weight", "pdg_id", "event", "vx", "vy", "vz")
    }
    size = len(table)
    weight = columns.get("weight", np.ones(size))
    events = columns.get("event", np.arange(size, dtype=np.float64))
    first = np.unique(events, return_index=True)[1]
    header = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    total = float(header.get("total_weight", weight[first].sum()))
    given = header.get("cross_section_fb")
    wanted = np.abs(columns["pdg_id"]) == code if "pdg_id" in columns else np.ones(size, dtype=bool)
    momentum = np.stack([columns[name] for name in ("px", "py", "pz")], axis=1)
    zero = np.zeros(size)
    vertex = np.stack([columns.get(name, zero) for name in ("vx", "vy", "vz")], axis=1)
    return _Rows(
        weight[wanted],
        momentum[wanted],
        columns["energy"][wanted],
        vertex[wanted],
        total,
        float(given) if given else None,
    )


_READERS: Final[dict[str, tuple[str, Callable[[Path, int], _Rows]]]] = {
    ".lhe": ("LHE", _lhe),
    ".lhe.gz": ("LHE", _lhe),
    ".hepmc": ("HepMC3", _hepmc),
    ".hepmc3": ("HepMC3", _hepmc),
    ".parquet": ("Parquet", _parquet),
}
"""Formats by the ending of a file: name and reader."""
