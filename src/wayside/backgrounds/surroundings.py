"""What surrounds the blocks of a detector: clearance, lead and fibres, against a hall's bodies."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from wayside.backgrounds.setup import DetectorSetup
from wayside.detector.box import Box
from wayside.detector.hall import Hall
from wayside.detector.volume import Volume
from wayside.errors import InputError
from wayside.scenario import Scenario

_STEPS: Final = 12
"""Halvings of the thickness around a detector: a tenth of a millimetre of it."""


class Surroundings(NamedTuple):
    """What surrounds the blocks of one detector, wherever it stands.

    Attributes
    ----------
    depth
        Depth of the blocks, which begin at the front face, in m.
    edge
        Thickness of clearance, lead and fibres together, the same on all sides, in m.
    """

    depth: float
    edge: float

    def around(self, volume: Box, edge: float | None = None) -> Box:
        """Outer faces of what surrounds the blocks in a volume.

        Parameters
        ----------
        volume
            The detector.
        edge
            Another thickness in m.
        """
        edge = self.edge if edge is None else edge
        size = volume.size.copy()
        size[2] = min(size[2], self.depth)
        return Box(volume.position - edge * volume.axes[2], size + 2.0 * edge, volume.axes)


def surroundings(scenario: Scenario, detector: str) -> Surroundings | None:
    """What surrounds a detector of a scenario.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`; its section ``[stack]`` has the thicknesses.
    detector
        Name of one of its detectors.

    Returns
    -------
    Surroundings or None
        None where nothing does: the detector is no box, no block fits into it, or there is neither
        lead nor fibres.

    Examples
    --------
    >>> import wayside
    >>> scenario = wayside.load_scenario("belle2-forward")
    >>> around = surroundings(scenario, "A")
    >>> round(around.edge, 3), round(around.depth, 2)
    (0.111, 1.32)
    """
    volume = scenario.detectors[detector].build()
    stack = scenario.stack.build()
    if not isinstance(volume, Box) or stack.shield + stack.fibres == 0.0:
        return None
    try:
        blocks = DetectorSetup(scenario, detector).blocks
    except InputError:
        return None
    return Surroundings(1e-3 * stack.period * blocks, -1e-3 * stack.outer()[0][2])


def outlines(scenario: Scenario) -> dict[str, Box]:
    """Outer faces of what surrounds the detectors of a scenario, by name, of those that have any.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    """
    made = {}
    for name, section in scenario.detectors.items():
        around, volume = surroundings(scenario, name), section.build()
        if around is not None and isinstance(volume, Box):
            made[name] = around.around(volume)
    return made


class Obstructed(NamedTuple):
    """What surrounds a detector stands in bodies of a hall.

    Attributes
    ----------
    bodies
        Their names.
    excess
        By how many metres it is too thick on every side.
    """

    bodies: list[str]
    excess: float


def obstructed(hall: Hall, volume: Volume, around: Surroundings | None) -> Obstructed | None:
    """Bodies of a hall in which what surrounds a detector would stand; None for none.

    Parameters
    ----------
    hall
        The bodies.
    volume
        The detector, which stands in none of those in which it must not.
    around
        What surrounds it, from `surroundings`.
    """
    if around is None or not isinstance(volume, Box):
        return None
    bodies = hall.blocking(around.around(volume))
    if not bodies:
        return None
    free, thick = 0.0, around.edge
    for _ in range(_STEPS):
        middle = 0.5 * (free + thick)
        if hall.blocking(around.around(volume, middle)):
            thick = middle
        else:
            free = middle
    return Obstructed(bodies, around.edge - free)


def all_obstructed(
    scenario: Scenario, detectors: Iterable[str] | None = None
) -> dict[str, Obstructed]:
    """What surrounds the detectors of a scenario and stands in bodies of its hall, by detector.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`; without a hall nothing does.
    detectors
        Names of those that are asked for; all if None.
    """
    if scenario.hall is None:
        return {}
    hall = scenario.hall.build()
    made = {
        name: obstructed(hall, scenario.detectors[name].build(), surroundings(scenario, name))
        for name in (scenario.detectors if detectors is None else detectors)
    }
    return {name: value for name, value in made.items() if value is not None}


def words(name: str, value: Obstructed) -> str:
    """What stands in the way of what surrounds a detector, in one line."""
    bodies = ", ".join(value.bodies)
    return f"detectors.{name}: its lead or fibres stand in {bodies} of the hall"
