"""Which detectors and which selection of a scenario are meant."""

from pathlib import Path

from wayside.efficiency.selection import SELECTIONS
from wayside.errors import InputError
from wayside.scenario.schema import Scenario
from wayside.selections.hardware import with_layers
from wayside.selections.names import SEARCH
from wayside.selections.selection import SearchSelection, nearest_selection, read_selection


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


def selection_of(scenario: Scenario) -> SearchSelection | None:
    """The selection of a search that a scenario asks for; None for those without one.

    One that comes with Wayside has the layers that veto of the scenario; that of a file its own.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.

    Raises
    ------
    InputError
        If its file cannot be read.
    """
    name = scenario.selection
    if name in SELECTIONS:
        return None
    if name == SEARCH:
        return with_layers(
            nearest_selection(scenario.visible_mass),
            scenario.stack.fibre_planes,
            scenario.emulsion.fibre_efficiency,
            scenario.emulsion.gas_efficiency,
        )
    return read_selection(Path(name))
