"""Collider and detector of a scenario, as objects to compute with."""

from typing import TYPE_CHECKING

from wayside.collider.beams import Beams
from wayside.detector.box import Box

if TYPE_CHECKING:
    from wayside.scenario import Scenario


def beams_of(scenario: "Scenario") -> Beams:
    """The beams."""
    collider = scenario.collider
    return Beams(collider.electron_energy, collider.positron_energy, collider.crossing_angle)


def box_of(scenario: "Scenario", detector: str) -> Box:
    """The volume of one detector: its blocks, without the shield around them."""
    each = scenario.detectors[detector]
    return Box.place(each.position, each.size, each.facing, each.roll)
