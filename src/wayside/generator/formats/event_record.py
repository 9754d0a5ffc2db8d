"""All particles of an event, from the beams on, as HepMC3 and Les Houches files list them.

e- e+ -> A' (gamma) (further photons), A' -> 1 2, 1 -> 2 and visible particles. A single particle X
comes with all else of the collision as one: e- e+ -> X and a photon or a system, X -> products.
Codes of A', the two states and X are the model's, and stand in the header.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.collider.beams import Beams
from wayside.constants import M_ELECTRON, SPEED_OF_LIGHT
from wayside.generator.events import Events
from wayside.generator.formats.columns import M_TO_MM
from wayside.generator.pair_source import BEAMS, COLUMNS, PHOTONS
from wayside.generator.particle_source import COLUMN
from wayside.models.protocol import Codes
from wayside.typing import FloatArray, IntArray

FB_TO_PB: Final = 1e-3

BEAM: Final = 4
"""Status of a beam."""

_ROUNDING: Final = 1e-7
"""Squared mass over squared energy below which what recoils has no mass."""


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


class Record(NamedTuple):
    """One event of a listing.

    Attributes
    ----------
    number
        Number of the event, from 0.
    detector
        Name of the detector in which it decays.
    channel
        Index of the channel of the decay in the header.
    rows
        All particles.
    """

    number: int
    detector: str
    channel: int
    rows: Rows


def records(header: dict[str, Any], blocks: Iterable[Events]) -> Iterator[Record]:
    """Events one after another, with all their particles.

    Parameters
    ----------
    header
        From `wayside.generator.events.EventGenerator.header`.
    blocks
        Events in order.
    """
    names = [detector["name"] for detector in header["detectors"]]
    kind = _ParticleHead if COLUMN in header["pdg_codes"] else _PairHead
    heads = [kind(header, process) for process in header["processes"]]
    for events in blocks:
        fixed = [head.particles(events) for head in heads]
        mm = events.vertex * M_TO_MM
        flown = events.time * SPEED_OF_LIGHT * M_TO_MM
        for i, process in enumerate(events.process.tolist()):
            rows = heads[process].rows(events, i, fixed[process][i], mm[i], float(flown[i]))
            detector = names[events.detector[i]]
            yield Record(int(events.event[i]), detector, int(events.channel[i]), rows)


class _Head(ABC):
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


class _PairHead(_Head):
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


class _ParticleHead(_Head):
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
