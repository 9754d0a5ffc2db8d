"""What the keys of a scan cost: a coupling nothing, a mass or a place a mass point."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from wayside.errors import InputError
from wayside.scenario import Scenario
from wayside.sensitivity.key_axes import OF_THE_LIMIT, require_number

LUMINOSITY: Final = "run.luminosity_fb"


class Cost(IntEnum):
    """What another value of a key needs; keys that cost less vary faster in a grid."""

    MASS_POINT = 0
    """A scenario and a mass point of its own."""
    SCENARIO = 1
    """A scenario of its own: yields or limits scale, the mass point stays."""
    NOTHING = 2
    """A coupling, of which yields are functions."""


def cost(scenario: Scenario, key: str) -> Cost:
    """What another value of a key costs in a scenario.

    Examples
    --------
    >>> import wayside
    >>> scenario = wayside.load_scenario("belle2-forward")
    >>> [cost(scenario, key).name for key in ("model.m2", "run.luminosity_fb", "model.g_d")]
    ['MASS_POINT', 'SCENARIO', 'NOTHING']
    """
    if coupling(scenario, key) is not None:
        return Cost.NOTHING
    # A simulated efficiency may depend on the exposure, and so on everything in the section.
    if key in (LUMINOSITY, *OF_THE_LIMIT) and not scenario.run.simulates_efficiency:
        return Cost.SCENARIO
    return Cost.MASS_POINT


def coupling(scenario: Scenario, key: str) -> str | None:
    """Name of the coupling that a key is, None for any other key."""
    name = key.removeprefix("model.")
    return name if name != key and name in scenario.model.couplings else None


def check_keys(scenario: Scenario, keys: Sequence[str], first: Sequence[float]) -> None:
    """Refuse keys that a scan cannot vary.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    keys
        Dotted keys.
    first
        Their values at the first point.

    Raises
    ------
    InputError
        If there is no such key, or its value is no number.
    """
    for key, value in zip(keys, first, strict=True):
        if key.partition(".")[0] == "plane":
            raise InputError(f"{key}: a scan has no plane; nothing depends on it")
        require_number(scenario, key, key, value)


def whole_keys(scenario: Scenario, keys: Sequence[str]) -> tuple[bool, ...]:
    """Which keys have whole numbers in a scenario."""

    def value(key: str) -> object:
        node: object = scenario.to_dict()
        for part in key.split("."):
            node = node.get(part) if isinstance(node, dict) else None
        return node

    return tuple(isinstance(value(key), int) for key in keys)
