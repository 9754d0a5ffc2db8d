"""What stands between the collision point and each detector of a scenario, as plain values."""

from typing import Any

from wayside.backgrounds.passage import passage
from wayside.scenario import Scenario


def hall_report(scenario: Scenario) -> dict[str, Any] | None:
    """Lengths, interaction and radiation lengths and muon thresholds by detector.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.

    Returns
    -------
    dict
        `wayside.backgrounds.passage.Passage.summary` by detector; None where there is no hall.
    """
    if scenario.hall is None:
        return None
    hall = scenario.hall.build()
    return {
        name: passage(hall, section.build()).summary()
        for name, section in scenario.detectors.items()
    }
