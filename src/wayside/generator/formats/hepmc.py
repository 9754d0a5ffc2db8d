"""HepMC3 ASCII: e- e+ -> A' (gamma) (further photons), A' -> 1 2, 1 -> 2 and visible particles.

A single particle X comes with all else of the collision as one: e- e+ -> X and a photon or a
system, X -> products. Codes of A', the two states and X are the model's, and stand in the header.
Status 4 is a beam, 2 has decayed, 1 is final. Energies in GeV, positions and c times time in mm;
what other tools rewrote in MeV or cm is read as that. Behind the end of the listing a line gives
the number of events and a checksum (`wayside.generator.formats.listing`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wayside.collider.beams import Beams
from wayside.constants import M_ELECTRON, SPEED_OF_LIGHT
from wayside.errors import InputError
from wayside.generator.events import Events
from wayside.generator.formats.checks import check_events, header_of
from wayside.generator.formats.columns import M_TO_MM, Columns
from wayside.generator.formats.listing import append_trailer, check_listing
from wayside.generator.pair_source import BEAMS, COLUMNS, PHOTONS
from wayside.generator.particle_source import COLUMN
from wayside.models.protocol import Codes
from wayside.reading import sealed_json
from wayside.typing import FloatArray, IntArray

_FB_TO_PB = 1e-3
_HEADER = "wayside"
_BEAM = 4
_ROUNDING = 1e-7
"""Squared mass over squared energy below which what recoils has no mass."""


def write_hepmc(path: Path, header: dict[str, Any], blocks: Iterable[Events]) -> None:
    """Write events one after another; the header is an attribute of the run."""
    import pyhepmc

    run = pyhepmc.GenRunInfo()
    run.tools = [("wayside", header["wayside"], f"scenario {header['scenario']['name']}")]
    run.weight_names = ["unit"]
    run.attributes = {_HEADER: sealed_json(header)}
    names = [detector["name"] for detector in header["detectors"]]
    section = header["cross_section_fb"] * _FB_TO_PB
    heads = heads_of(header)
    with pyhepmc.io.WriterAscii(str(path), run) as writer:
        event = pyhepmc.GenEvent()
        event.run_info = run
        for events in blocks:
            fixed = [head.particles(events) for head in heads]
            mm = events.vertex * M_TO_MM
            flown = events.time * SPEED_OF_LIGHT * M_TO_MM
            for i in range(len(events.event)):
                process = events.process[i]
                heads[process].fill(event, events, i, fixed[process][i], mm[i], flown[i])
                event.weights = [1.0]
                # First: they replace all that an event has, its cross-section too.
                event.attributes = {
                    "detector": names[events.detector[i]],
                    "signal_process_id": int(events.channel[i]),
                }
                cross = pyhepmc.GenCrossSection()
                event.cross_section = cross
                cross.set_cross_section(section, 0.0)
                writer.write(event)
    append_trailer(path)


def heads_of(header: dict[str, Any]) -> "list[Head]":
    """What makes the particles before the decay, for each production process of a header."""
    kind = _ParticleHead if COLUMN in header["pdg_codes"] else _PairHead
    return [kind(header, process) for process in header["processes"]]


class Rows(NamedTuple):
    """All particles of an event.

    Attributes
    ----------
    pdg
        Codes of the Particle Data Group.
    status
        4 for a beam, 2 for what has decayed, 1 for what is final.
    parents
        First and last parent, numbers from 1, 0 for none.
    table
        px, py, pz, energy, mass in GeV, shape (5, n).
    place
        x, y, z and c times time in mm where each was made, shape (4, n).
    """

    pdg: IntArray
    status: IntArray
    parents: IntArray
    table: FloatArray
    place: FloatArray


class Head(ABC):
    """The particles before the decay, in events of one production process."""

    pdg: list[int]
    status: list[int]
    parents: list[tuple[int, int]]
    """Of all particles before the decay; those of the products of the decay behind them."""
    at_decay: int
    """How many of them, the last ones, come from the decay."""

    def __init__(self, header: dict[str, Any]) -> None:
        collider = header["scenario"]["collider"]
        beams = Beams(
            collider["electron_energy"],
            collider["positron_energy"],
            collider.get("crossing_angle", 0.0),
        )
        half = 0.5 * beams.crossing_angle
        energies = (beams.electron_energy, beams.positron_energy)
        self.beams = [
            [energy * np.sin(half), 0.0, sign * energy * np.cos(half), energy, M_ELECTRON]
            for energy, sign in zip(energies, (1.0, -1.0), strict=True)
        ]
        self.total = np.sum(self.beams, axis=0)[:4]

    @abstractmethod
    def made(self, events: Events) -> list[np.ndarray]:
        """px, py, pz, energy, mass of what is behind the beams, each of shape (n, 5)."""

    def particles(self, events: Events) -> np.ndarray:
        """px, py, pz, energy, mass by event and particle, shape (n, particles, 5)."""
        return np.stack([*self.beams_of(events), *self.made(events)], axis=1)

    def beams_of(self, events: Events) -> list[np.ndarray]:
        """Electrons and positrons, each of shape (n, 5)."""
        return [np.broadcast_to(beam, (len(events.event), 5)) for beam in self.beams]

    def fill(
        self, event: Any, events: Events, i: int, fixed: np.ndarray, mm: np.ndarray, flown: float
    ) -> None:
        """Fill one event from one row."""
        rows = self.rows(events, i, fixed, mm, flown)
        px, py, pz, energy, mass = (np.ascontiguousarray(row) for row in rows.table)
        event.from_hepevt(
            int(events.event[i]), px, py, pz, energy, mass, rows.pdg, rows.status,
            parents=rows.parents,
            vx=rows.place[0], vy=rows.place[1], vz=rows.place[2], vt=rows.place[3],
        )  # fmt: skip

    def rows(self, events: Events, i: int, fixed: np.ndarray, mm: np.ndarray, flown: float) -> Rows:
        """All particles of one event.

        Parameters
        ----------
        events, i
            Events, and the number of one.
        fixed
            Particles of this event from `particles`.
        mm, flown
            Where it decays in mm, and c times the time in mm.
        """
        part = slice(int(events.offsets[i]), int(events.offsets[i + 1]))
        visible = _four(events.momentum[part], events.mass[part])
        # Behind all else of the collision, so that numbers of parents hold.
        photons = self.photons(events, i)
        head, at_decay = fixed[: len(fixed) - self.at_decay], fixed[len(fixed) - self.at_decay :]
        table = np.concatenate([head, photons, at_decay, visible]).T
        between, count = len(photons), len(visible)
        first, n = len(head), len(self.pdg)
        place = np.zeros((4, n + between + count))
        place[:3, first + between :] = mm[:, None]
        place[3, first + between :] = flown
        pdg = [*self.pdg[:first], *([22] * between), *self.pdg[first:]]
        status = [*self.status[:first], *([1] * between), *self.status[first:]]
        parents = [*self.parents[:first], *([(1, 2)] * between), *self.parents[first:n]]
        return Rows(
            np.array([*pdg, *events.pdg[part]], dtype=np.int32),
            np.array([*status, *([1] * count)], dtype=np.int32),
            np.array([*parents, *([self.parents[-1]] * count)], dtype=np.int32),
            table,
            place,
        )

    def photons(self, events: Events, i: int) -> np.ndarray:
        """Photons of an event beyond that of the process, shape (n, 5)."""
        rows = [events.momenta[name][i] for name in PHOTONS if name in events.momenta]
        some = np.array([row for row in rows if np.any(row)]).reshape(-1, 3)
        return _four(some, 0.0)


class _PairHead(Head):
    """Beams, mediator, (photon,) excited state, partner, and partner from its decay."""

    at_decay = 1

    def __init__(self, header: dict[str, Any], process: dict[str, Any]) -> None:
        super().__init__(header)
        masses = header["masses_gev"]
        mediator, excited, ground = Codes(**header["pdg_codes"])
        self.m1, self.m2 = masses["m1"], masses["m2"]
        self.mediator = process["mediator_mass_gev"]
        self.radiated = process["radiated"]
        self.pdg = [11, -11, mediator, *self.radiated, excited, ground, ground]
        self.status = [4, 4, 2, *([1] * len(self.radiated)), 2, 1, 1]
        made = len(self.pdg) - 3
        by_beams, by_mediator, by_excited = (1, 2), (3, 3), (made + 1, made + 1)
        self.parents = [(0, 0), (0, 0), by_beams]
        self.parents += [by_beams] * len(self.radiated) + [by_mediator] * 2 + [by_excited]

    def beams_of(self, events: Events) -> list[np.ndarray]:
        if BEAMS[0] not in events.momenta:
            return super().beams_of(events)
        beams = [_four(events.momenta[name], 0.0) for name in BEAMS]
        for beam in beams:
            beam[:, 4] = M_ELECTRON
        return beams

    def made(self, events: Events) -> list[np.ndarray]:
        excited, partner, mediator = (events.momenta[name] for name in COLUMNS)
        left = np.sum([beam[:, :4] for beam in self.beams_of(events)], axis=0)
        for name in PHOTONS:
            if name in events.momenta:
                left = left - _four(events.momenta[name], 0.0)[:, :4]
        if self.radiated:
            rows = [_four(mediator, self.mediator), _four(left[:, :3] - mediator, 0.0)]
        else:
            # Virtual: all that is left.
            square = left[:, 3] ** 2 - np.sum(left[:, :3] ** 2, axis=1)
            rows = [np.column_stack([left, np.sqrt(square)])]
        rows.append(_four(excited, self.m1))
        rows.append(_four(mediator - excited, self.m2))
        return [*rows, _four(partner, self.m2)]


class _ParticleHead(Head):
    """Beams, the particle, and all else together."""

    at_decay = 0

    def __init__(self, header: dict[str, Any], process: dict[str, Any]) -> None:
        super().__init__(header)
        self.mass = header["masses_gev"][COLUMN]
        self.pdg = [11, -11, header["pdg_codes"][COLUMN], process["recoil"]]
        self.status = [4, 4, 2, 1]
        self.parents = [(0, 0), (0, 0), (1, 2), (1, 2), (3, 3)]

    def made(self, events: Events) -> list[np.ndarray]:
        (momentum,) = events.momenta.values()
        particle = _four(momentum, self.mass)
        rest = np.empty_like(particle)
        rest[:, :4] = self.total - particle[:, :4]
        square = rest[:, 3] ** 2 - np.sum(rest[:, :3] ** 2, axis=1)
        # Of a photon what rounding leaves.
        rest[:, 4] = np.where(square > _ROUNDING * rest[:, 3] ** 2, np.sqrt(abs(square)), 0.0)
        return [particle, rest]


def _four(momentum: np.ndarray, mass: Any) -> np.ndarray:
    out = np.empty((len(momentum), 5))
    out[:, :3] = momentum
    out[:, 3] = np.sqrt(np.square(mass) + np.sum(momentum**2, axis=1))
    out[:, 4] = mass
    return out


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
            decayed = next(p for p in event.particles if p.pid == flying and p.status != _BEAM)
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
    columns = ("event", "detector", "weight", "t", "x", "y", "z")
    events = dict(zip(columns, np.array(rows).T, strict=True))
    for name in ("event", "detector"):
        events[name] = events[name].astype(np.int64)
    names_p = ("pdg", "px", "py", "pz", "energy")
    visible = dict(zip(names_p, np.array(particles).T, strict=True))
    visible["pdg"] = visible["pdg"].astype(np.int32)
    check_events(path, header, events, visible)
    return header, events, visible, np.concatenate([[0], np.cumsum(counts)])
