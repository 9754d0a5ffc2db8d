"""Decays of a scenario as the simulation of a detector takes them, one by one."""

from typing import Any, NamedTuple

import numpy as np

from wayside.detector.box import Box
from wayside.generator.pairs import DECAY, OTHER, prongs
from wayside.generator.records import PRIMARY
from wayside.typing import FloatArray, StructuredArray

CHARGED = (11, 13, 211, 321)
"""PDG numbers of what films record, without signs."""

_CHANNELS = {(11, 11): 0, (13, 13): 1, (211, 211): 2}


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
    masses
        Masses m1 and m2 in GeV.
    """

    def __init__(self, block: Any, box: Box, masses: tuple[float, float]) -> None:
        self._block, self._box, self._masses = block, box, masses
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
        codes = tuple(sorted(abs(int(code)) for code in block.pdg[mine]))
        row["channel"] = _CHANNELS.get(codes, OTHER)
        row["event"] = number
        row["splitting"] = self._masses[0] - self._masses[1]
        particles = np.zeros(len(codes), PRIMARY)
        particles["event"], particles["weight"] = number, 1.0
        particles["pdg"] = block.pdg[mine]
        for axis, name in enumerate("xyz"):
            row[name] = particles[name] = self.place[event, axis]
            particles[f"p{name}"] = 1e3 * momentum[:, axis]
        row["depth"] = 1e-3 * self.place[event, 2]
        flight = block.momenta["phi1"][event] @ self._box.axes.T
        row["boost"] = np.linalg.norm(flight) / self._masses[0]
        row["tilt"] = np.arccos(flight[2] / np.linalg.norm(flight))
        return Decay(row, particles)
