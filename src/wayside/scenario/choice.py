"""Which detectors of a scenario are meant."""

from wayside.errors import InputError
from wayside.scenario.schema import Scenario


def detector_of(scenario: Scenario, name: str | None = None) -> str:
    """Name of a detector of a scenario, checked.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    name
        Name to check; the first detector for the signal if None.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name is None:
        return scenario.signal[0]
    if name not in scenario.detectors:
        raise InputError(f"detector {name}: not one of {', '.join(scenario.detectors)}")
    return name
