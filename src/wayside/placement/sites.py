"""A detector at many positions: its volumes, where it may stand, and points that stand for it."""

from dataclasses import dataclass
from functools import cache, cached_property, singledispatch
from typing import Final, NamedTuple

import numpy as np

from wayside.acceptance.proper_distances import Points
from wayside.acceptance.quadrature import even
from wayside.backgrounds.surroundings import Surroundings, surroundings
from wayside.detector.box import Box
from wayside.detector.hall import Hall
from wayside.detector.volume import Volume
from wayside.errors import InputError
from wayside.scenario import Scenario
from wayside.scenario.detector import DetectorSection
from wayside.typing import BoolArray, FloatArray


class Fineness(NamedTuple):
    """How many points stand for a detector."""

    nodes: tuple[int, int, int]
    """Gauss-Legendre nodes along the dimensions of a box."""
    draws: int
    """Points of another shape, drawn evenly."""


MAP: Final = Fineness((4, 4, 4), 128)
"""For a map."""

NEAR: Final = Fineness((6, 6, 4), 1024)
"""About its best positions."""

SEED: Final = 3
"""Of these points: the same at every call, and in every position."""

KEY: Final = "position"
"""Key of a shape that says where it stands."""


class Sites(NamedTuple):
    """A detector at the positions where it may stand."""

    allowed: BoolArray
    """Which of the positions that were tried, shape (n,)."""
    points: Points
    """What stands for the volumes at those, in their order."""


@dataclass(frozen=True)
class Mover:
    """One detector of a scenario that can be put elsewhere.

    Parameters
    ----------
    scenario
        Its hall, if it has one, says where the detector with its lead and fibres may stand.
    detector
        Name of the detector; its shape must have a key ``position``.

    Raises
    ------
    InputError
        If it cannot be moved.
    """

    scenario: Scenario
    detector: str

    def __post_init__(self) -> None:
        """Refuse a shape without a position."""
        if KEY not in type(self.section).model_fields:
            raise InputError(
                f'detectors.{self.detector}.shape = "{self.section.shape}": has no key "{KEY}", so'
                " that it cannot be placed"
            )

    @property
    def section(self) -> DetectorSection:
        """Section of the detector in the scenario."""
        return self.scenario.detectors[self.detector]

    def at(self, position: FloatArray) -> Volume | None:
        """The volume at a position in m; None where it cannot stand (about the collision point)."""
        place = tuple(float(value) for value in position)
        try:
            volume = self.section.model_copy(update={KEY: place}).build()
        except InputError:
            return None
        return None if volume.nearest == 0.0 else volume

    @cached_property
    def around(self) -> Surroundings | None:
        """Lead and fibres around the detector; None for none."""
        return surroundings(self.scenario, self.detector)

    def _blocked(self, hall: Hall, volumes: list[Volume]) -> BoolArray:
        """Whether volumes, or what surrounds them, stand in bodies in which they must not."""
        around = self.around
        if around is None:
            return hall.blocked(volumes)
        boxes = [volume for volume in volumes if isinstance(volume, Box)]
        blocked = hall.blocked([around.around(box) for box in boxes])
        if boxes and around.depth + around.edge < boxes[0].size[2]:
            # The blocks leave a part of the volume, which is not in the lead.
            blocked |= hall.blocked(volumes)
        return blocked

    def sites(self, positions: FloatArray, fineness: Fineness = MAP) -> Sites:
        """The detector at positions.

        Parameters
        ----------
        positions
            In m, shape (n, 3).
        fineness
            How many points stand for it.
        """
        hall = None if self.scenario.hall is None else self.scenario.hall.build()
        inside = np.zeros(len(positions), dtype=np.bool_)
        if hall is not None and isinstance(self.section.build(), Box):
            # The position of a box is a point of it, that of a cylinder need not be: a cheap test.
            inside = hall.holds(positions)
        moved = [None if bad else self.at(at) for bad, at in zip(inside, positions, strict=True)]
        allowed = np.array([volume is not None for volume in moved], dtype=np.bool_)
        volumes = [volume for volume in moved if volume is not None]
        if hall is not None:
            free = ~self._blocked(hall, volumes)
            allowed[np.flatnonzero(allowed)] = free
            volumes = [volume for volume, good in zip(volumes, free, strict=True) if good]
        if not volumes:
            return Sites(allowed, Points(np.empty((0, 1, 3)), np.empty((0, 1))))
        made_of = [stand_in(volume, fineness) for volume in volumes]
        places, weights = zip(*made_of, strict=True)
        return Sites(allowed, Points(np.stack(places), np.stack(weights)))


@singledispatch
def stand_in(volume: Volume, fineness: Fineness) -> tuple[FloatArray, FloatArray]:
    """Points in m, shape (k, 3), and weights in m^3, shape (k,), that stand for a volume."""
    draws = fineness.draws
    return (
        volume.sample(draws, np.random.default_rng(SEED)),
        np.full(draws, volume.volume / draws),
    )


@stand_in.register
def _(volume: Box, fineness: Fineness) -> tuple[FloatArray, FloatArray]:
    nodes, weights = _unit_box(fineness.nodes)
    return volume.position + (nodes * volume.size) @ volume.axes, weights * volume.volume


@cache
def _unit_box(counts: tuple[int, int, int]) -> tuple[FloatArray, FloatArray]:
    """Nodes in units of the size, from the middle of the front face, and weights that add to 1."""
    rules = [even(count) for count in counts]
    grids = np.meshgrid(*(rule[0] for rule in rules), indexing="ij")
    weights = np.einsum("i,j,k->ijk", *(rule[1] for rule in rules))
    nodes = np.stack([grid.ravel() for grid in grids], axis=1) - np.array([0.5, 0.5, 0.0])
    return nodes, weights.ravel()
