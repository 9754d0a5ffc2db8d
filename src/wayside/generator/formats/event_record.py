"""All particles of an event, from the beams on, as HepMC3 and Les Houches files list them.

e- e+ -> A' (gamma) (further photons), A' -> 1 2, 1 -> 2 and visible particles. A single particle X
comes with all else of the collision as one: e- e+ -> X and a photon or a system, X -> products.
Codes of A', the two states and X are the model's, and stand in the header.
"""

from abc import ABC, abstractmethod
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

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


_LAYOUT_KEY: Final = np.array([1 << 40, 1 << 20, 1])
"""Makes one number of process, photons and products."""


class Group(NamedTuple):
    """Events of a block that have the same numbers of particles with the same parents.

    Attributes
    ----------
    layout
        Process, further photons and products of the decay: what these numbers follow from.
    events
        Rows of the block, shape (n,).
    pdg
        Codes of the Particle Data Group, shape (n, particles).
    status
        4 for a beam, 2 for what has decayed, 1 for what is final.
    parents
        First and last parent, numbers from 1, 0 for none; shape (particles, 2).
    table
        px, py, pz, energy, mass in GeV, shape (n, particles, 5).
    place
        x, y, z and c times time in mm of the decay, shape (n, 4).
    decayed
        The first particle that is made there, and not at the collision.
    """

    layout: tuple[int, int, int]
    events: IntArray
    pdg: IntArray
    status: IntArray
    parents: IntArray
    table: FloatArray
    place: FloatArray
    decayed: int


class EventRecord:
    """All particles of events.

    Parameters
    ----------
    header
        From `wayside.generator.events.EventGenerator.header`.
    """

    def __init__(self, header: dict[str, Any]) -> None:
        kind = _ParticleHead if COLUMN in header["pdg_codes"] else _PairHead
        self._heads = [kind(header, process) for process in header["processes"]]

    def groups(self, events: Events) -> list[Group]:
        """Take events apart by what is in them; each is in one group."""
        photons = _photons(events)
        count, products = np.sum(photons.there, axis=1), np.diff(events.offsets)
        layouts = np.column_stack([events.process, count, products])
        _, first_rows, which = np.unique(
            layouts @ _LAYOUT_KEY, return_index=True, return_inverse=True
        )
        visible = _four(events.momentum, events.mass[:, None])
        place = np.column_stack([events.vertex, events.time * SPEED_OF_LIGHT]) * M_TO_MM
        fixed = {
            process: self._heads[process].particles(events)
            for process in np.unique(layouts[:, 0]).tolist()
        }
        found = []
        for group, (process, between, number) in enumerate(layouts[first_rows].tolist()):
            rows = np.flatnonzero(which == group)
            head, made = self._heads[process], fixed[process][rows]
            first = made.shape[1] - head.at_decay
            part = events.offsets[rows, None] + np.arange(number)
            soft = photons.rows[rows][photons.there[rows]].reshape(len(rows), between, 5)
            pdg, status, parents = head.tree(between, number)
            codes = np.broadcast_to(pdg, (len(rows), len(pdg)))
            found.append(
                Group(
                    (process, between, number),
                    rows,
                    np.concatenate([codes, events.pdg[part]], axis=1),
                    status,
                    parents,
                    np.concatenate([made[:, :first], soft, made[:, first:], visible[part]], axis=1),
                    place[rows],
                    first + between,
                )
            )
        return found


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

    def tree(self, photons: int, products: int) -> tuple[IntArray, IntArray, IntArray]:
        """Codes of all particles but the products, and status and parents of all.

        Parameters
        ----------
        photons
            How many photons beyond that of the process. They are listed behind all else of the
            collision, so that numbers of parents hold.
        products
            How many visible particles the decay has.
        """
        n = len(self.pdg)
        first = n - self.at_decay
        pdg = [*self.pdg[:first], *([22] * photons), *self.pdg[first:]]
        status = [*self.status[:first], *([1] * photons), *self.status[first:]]
        parents = [*self.parents[:first], *([(1, 2)] * photons), *self.parents[first:n]]
        return (
            np.array(pdg, dtype=np.int32),
            np.array([*status, *([1] * products)], dtype=np.int32),
            np.array([*parents, *([self.parents[-1]] * products)], dtype=np.int32),
        )


class _Photons(NamedTuple):
    """Photons of events beyond that of the process: rows of shape (n, k, 5), and which exist."""

    rows: FloatArray
    there: NDArray[np.bool_]


def _photons(events: Events) -> _Photons:
    momenta = [events.momenta[name] for name in PHOTONS if name in events.momenta]
    if not momenta:
        momenta = [np.zeros((len(events.event), 3))]
    rows = np.stack(momenta, axis=1)
    return _Photons(_four(rows, 0.0), np.any(rows != 0.0, axis=2))


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


def _four(momentum: FloatArray, mass: Any) -> FloatArray:
    """px, py, pz, energy, mass from momenta of shape (..., 3) and masses of shape (..., 1)."""
    energy = np.sqrt(np.square(mass) + np.sum(momentum**2, axis=-1, keepdims=True))
    return np.concatenate([momentum, energy, np.broadcast_to(mass, energy.shape)], axis=-1)
