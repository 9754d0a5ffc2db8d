"""Volume of a detector of a scenario, as an object to compute with."""

from typing import TYPE_CHECKING

from wayside.detector.box import Box, require_box

if TYPE_CHECKING:
    from wayside.scenario import Scenario


def box_of(scenario: "Scenario", detector: str) -> Box:
    """The volume of one detector: its blocks, without the shield around them."""
    volume = scenario.detectors[detector].build()
    return require_box(volume, detector, "backgrounds of an emulsion detector")
