"""Axes of planes over two keys of a scenario: which keys, their ends and labels."""

import warnings
from typing import Final

import numpy as np

from wayside.errors import InputError
from wayside.models.parameters import COUPLING_RANGE
from wayside.models.registry import particle_class
from wayside.scenario import Scenario
from wayside.scenario.model import is_pair
from wayside.scenario.units import unit_of
from wayside.sensitivity.plane_axes import Axis

LIGHTEST: Final = 0.02
"""Least mass of an axis that is chosen, in GeV."""

HEAVIEST_RTOL: Final = 1e-6
"""Relative accuracy of the largest mass of an axis that is chosen."""

OF_THE_LIMIT: Final = ("run.background", "run.background_error", "run.confidence_level")
"""Keys that change the number of events that are excluded, one number for a plane."""


def axes(scenario: Scenario) -> tuple[Axis, Axis]:
    """Axes by the keys ``plane.x`` and ``plane.y`` of a scenario, or those of its model.

    Raises
    ------
    InputError
        As `wayside.sensitivity.key_plane.key_plane`.
    """
    section = scenario.plane
    x, y = section.x, section.y
    if not is_pair(scenario.model):
        usual = scenario.particle.axes
        x = x or next(key for key in usual if key != y)
        y = y or next(key for key in reversed(usual) if key != x)
    if x is None or y is None:
        missing = "x" if x is None else "y"
        raise InputError(f"plane.{missing}: missing; a plane of keys needs both x and y")
    if x == y:
        raise InputError(f'plane.y = "{y}": must differ from plane.x')
    for which, key in (("x", x), ("y", y)):
        _require_one_limit(scenario, which, key)
    return (_axis(scenario, "x", x, section.x_range), _axis(scenario, "y", y, section.y_range))


def _require_one_limit(scenario: Scenario, which: str, key: str) -> None:
    """Refuse keys with which the excluded number of events changes over the plane."""
    if key in OF_THE_LIMIT:
        reason = "changes the limit itself, which is one number for a plane"
    elif scenario.run.simulates_background and not key.startswith("model."):
        reason = (
            "may change the simulated background, of which there is one for a plane;"
            " give run.background as a number"
        )
    else:
        return
    raise InputError(f'plane.{which} = "{key}": {reason}')


def _axis(scenario: Scenario, which: str, key: str, ends: tuple[float, float] | None) -> Axis:
    """Axis of a key: logarithmic where both ends are positive."""
    low, high = ends or _default_range(scenario, which, key)
    for end in (low, high):
        require_number(scenario, f'plane.{which} = "{key}"', key, end)
    points = scenario.plane.points
    logarithmic = low > 0.0
    values = np.geomspace(low, high, points) if logarithmic else np.linspace(low, high, points)
    label, unit = _label(scenario, key)
    return Axis(key, label, unit, values, logarithmic)


def require_number(scenario: Scenario, words: str, key: str, value: float) -> None:
    """Refuse keys that take no number; values that are not allowed are for others to refuse.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    words
        Where the key was given, for the message.
    key
        Dotted key; an item of a list by its number.
    value
        Tried where the scenario has no value of the key.

    Raises
    ------
    InputError
        If there is no such key, or its value is no number.
    """
    present: object = scenario.to_dict()
    for part in key.split("."):
        if isinstance(present, list) and part in map(str, range(len(present))):
            present = present[int(part)]
        else:
            present = present.get(part) if isinstance(present, dict) else None
    if present is None and key.removeprefix("model.") not in scenario.model.couplings:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scenario.with_values({key: value})  # an optional key, or an error with its name
        return
    if isinstance(present, bool) or not isinstance(present, int | float | None):
        raise InputError(f"{words}: must be a key of one number")


def _default_range(scenario: Scenario, which: str, key: str) -> tuple[float, float]:
    if not is_pair(scenario.model):
        for coupling in particle_class(scenario.model.kind).couplings:
            if key == f"model.{coupling.name}":
                return coupling.plane
        mass = scenario.particle.build().mass
        if key == "model.mass":
            return LIGHTEST, _heaviest(scenario, mass, 0.98 * scenario.sqrt_s)
    elif key.removeprefix("model.") in scenario.model.couplings:
        return COUPLING_RANGE
    raise InputError(f'plane.{which}_range: missing; there is none to choose for "{key}"')


def _heaviest(scenario: Scenario, allowed: float, most: float) -> float:
    """Largest mass in GeV up to ``most`` that the model and its production allow, to 1e-6."""
    low, high = allowed, most
    if _is_allowed(scenario, high):
        return high
    while high > (1.0 + HEAVIEST_RTOL) * low:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _is_allowed(scenario, middle) else (low, middle)
    return low


def _is_allowed(scenario: Scenario, mass: float) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scenario.with_values({"model.mass": mass})
    except InputError:
        return False
    return True


def _label(scenario: Scenario, key: str) -> tuple[str, str]:
    """Label of an axis in mathtext, and its unit."""
    if not is_pair(scenario.model):
        for coupling in particle_class(scenario.model.kind).couplings:
            if key == f"model.{coupling.name}":
                unit = "" if coupling.unit == "1" else f" [{coupling.unit}]"
                return f"${coupling.symbol}${unit}", coupling.unit
        if key == "model.mass":
            return "$m$ [GeV]", "GeV"
    known = {"model.epsilon": r"$\varepsilon$", "model.g_d": "$g_D$"}
    unit = unit_of(scenario, key)
    return known.get(key, key) + ("" if unit == "1" else f" [{unit}]"), unit
