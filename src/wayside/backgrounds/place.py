"""Volume of a detector of a scenario, as an object to compute with."""

from typing import TYPE_CHECKING

from wayside.detector.box import Box

if TYPE_CHECKING:
    from wayside.scenario import Scenario


def box_of(scenario: "Scenario", detector: str) -> Box:
    """The volume of one detector: its blocks, without the shield around them."""
    section = scenario.detectors[detector]
    return Box.place(section.position, section.size, section.facing, section.roll)
