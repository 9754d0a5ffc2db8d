"""Ways of muons through the detector: straight pieces, each in one material."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from wayside.detector.materials import Material
from wayside.detector.stack import Stack
from wayside.transport.biased_beams import boxes
from wayside.transport.muon_collisions import Collision
from wayside.typing import FloatArray, IntArray, StructuredArray


class Pieces(NamedTuple):
    """Straight pieces of the ways of muons, shape (n,) each, those of one muon together.

    Attributes
    ----------
    muon
        Row of the muon among the primaries.
    start, end
        In mm, shape (n, 3).
    begun, taken
        Time at the start, and duration, in ns.
    energy
        Kinetic energy in MeV at the start.
    volume
        Name of the volume, bytes.
    """

    muon: IntArray
    start: FloatArray
    end: FloatArray
    begun: FloatArray
    taken: FloatArray
    energy: FloatArray
    volume: StructuredArray

    @property
    def length(self) -> FloatArray:
        """In mm, shape (n,)."""
        return np.asarray(np.linalg.norm(self.end - self.start, axis=1))

    @property
    def direction(self) -> FloatArray:
        """Unit vectors, shape (n, 3)."""
        return np.asarray((self.end - self.start) / self.length[:, None])

    def of(self, chosen: IntArray) -> "Pieces":
        """Some of them."""
        columns: list[Any] = [column[chosen] for column in self]
        return Pieces(*columns)


def pieces_of(points: StructuredArray) -> Pieces:
    """Pieces between points along primaries.

    Parameters
    ----------
    points
        Rows of `wayside.transport.records.POINT` of primaries, those of one together, along it.
    """
    place = np.stack([points[axis] for axis in "xyz"], axis=1)
    first = np.flatnonzero(points["primary"][1:] == points["primary"][:-1])
    pieces = Pieces(
        points["primary"][first].astype(np.int64),
        place[first],
        place[first + 1],
        points["time"][first],
        points["time"][first + 1] - points["time"][first],
        points["kinetic_energy"][first],
        points["volume"][first],
    )
    return pieces.of(np.flatnonzero(pieces.length > 0.0))


class Ways(NamedTuple):
    """Ways of muons through the detector.

    Attributes
    ----------
    pieces
        From `pieces_of`.
    mass
        Mass of the muons in MeV.
    material_of
        Materials by the name of the volume.
    stack
        Layers of the detector.
    """

    pieces: Pieces
    mass: float
    material_of: Mapping[str, Material]
    stack: Stack

    def rate(self, collision: Collision, transfer: FloatArray, energy: FloatArray) -> FloatArray:
        """Collisions per mm and MeV on each piece, shape (n,).

        Parameters
        ----------
        collision
            Of which kind.
        transfer, energy
            Kinetic energies of what comes out, and total ones of the muons in MeV, shape (n,).
        """
        names, volume = np.unique(self.pieces.volume, return_inverse=True)
        rate = np.zeros(len(volume))
        for k, name in enumerate(names):
            mine, material = volume == k, self.material_of[name.decode()]
            rate[mine] = collision.rate(material, transfer[mine], energy[mine], self.mass)
        return rate


def to_blocks(pieces: Pieces, stack: Stack) -> FloatArray:
    """Distance in mm from the middle of each piece straight on to the blocks, shape (n,).

    Parameters
    ----------
    pieces
        The pieces.
    stack
        Layers of the detector.

    Returns
    -------
    array
        0 in the blocks, infinite where the line does not meet them any more.
    """
    blocks, _ = boxes(stack)
    enter, leave = blocks.met(0.5 * (pieces.start + pieces.end), pieces.direction).T
    return np.where((leave > 0.0) & (enter < leave), np.maximum(enter, 0.0), np.inf)
