"""Decays of a scenario as the simulation of a detector takes them, one by one."""

from typing import Any, NamedTuple

import numpy as np

from wayside.detector.box import Box
from wayside.efficiency.channels import OTHER_PAIRS, PAIRS, pair_name
from wayside.generator import particle_source
from wayside.generator.followed import CHARGED
from wayside.generator.pairs import DECAY, prongs
from wayside.generator.pairs import PAIRS as PAIR_NAMES
from wayside.generator.records import PRIMARY
from wayside.scenario import Scenario
from wayside.scenario.model import is_pair
from wayside.typing import FloatArray, StructuredArray

ALL_PAIRS = (*PAIRS, *OTHER_PAIRS)
"""Channels of all tables of efficiencies."""


class Flying(NamedTuple):
    """What decays."""

    column: str
    """Name of its momentum in events."""
    mass: float
    visible: float
    """Most that the products which are seen have as mass."""


def flying_of(scenario: Scenario) -> Flying:
    """What flies in a scenario: an excited state, or a single particle."""
    if is_pair(scenario.model):
        return Flying("phi1", scenario.masses[0], scenario.visible_mass)
    return Flying(particle_source.COLUMN, scenario.visible_mass, scenario.visible_mass)


class Decay(NamedTuple):
    """A decay, and the particles that leave it."""

    row: StructuredArray
    """One row of `wayside.generator.pairs.DECAY`; slopes are inf without two charged particles."""
    particles: StructuredArray
    """Rows of `wayside.generator.records.PRIMARY`, in mm and MeV."""


class DetectorFrame:
    """A block of events in the frame of a detector.

    Parameters
    ----------
    block
        Events, from the generator.
    box
        The detector.
    flying
        What decays.
    channels
        Names that ``channel`` of a row is the index of; their number for all other decays.
    beside
        Most neutral particles that a decay to a pair may have.
    """

    def __init__(
        self,
        block: Any,
        box: Box,
        flying: Flying,
        channels: tuple[str, ...] = PAIR_NAMES,
        beside: int = 0,
    ) -> None:
        self._block, self._box, self._flying = block, box, flying
        self._channels, self._beside = channels, beside
        self.momentum: FloatArray = block.momentum @ box.axes.T
        """Momenta of all particles in GeV."""
        self.place: FloatArray = 1e3 * ((block.vertex - box.position) @ box.axes.T)
        """Decay points of all events in mm."""
        self.charged = np.isin(np.abs(block.pdg), CHARGED)

    def decay(self, event: int, number: int) -> Decay:
        """Decay of one event of the block, under a number of its own."""
        block = self._block
        mine = slice(block.offsets[event], block.offsets[event + 1])
        momentum, mass = self.momentum[mine], block.mass[mine]
        own = np.flatnonzero(self.charged[mine])
        fast = own[np.argsort(-np.linalg.norm(momentum[own], axis=1))[:2]]
        if len(fast) == 2:
            row = prongs(momentum[fast][None], mass[fast][None])
        else:
            row = np.zeros(1, DECAY)
            row["slope"] = row["other_slope"] = np.inf
        codes = block.pdg[mine]
        pair = len(own) == 2 and len(codes) <= 2 + self._beside
        name = pair_name(*codes[own].tolist()) if pair else None
        known = name in self._channels
        row["channel"] = self._channels.index(str(name)) if known else len(self._channels)
        row["event"] = number
        row["splitting"] = self._flying.visible
        particles = np.zeros(len(codes), PRIMARY)
        particles["event"], particles["weight"] = number, 1.0
        particles["pdg"] = codes
        for axis, name in enumerate("xyz"):
            row[name] = particles[name] = self.place[event, axis]
            particles[f"p{name}"] = 1e3 * momentum[:, axis]
        row["depth"] = 1e-3 * self.place[event, 2]
        flight = block.momenta[self._flying.column][event] @ self._box.axes.T
        row["boost"] = np.linalg.norm(flight) / self._flying.mass
        row["tilt"] = np.arccos(flight[2] / np.linalg.norm(flight))
        return Decay(row, particles)
