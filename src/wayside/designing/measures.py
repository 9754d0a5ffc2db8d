"""What a design is to be good at: one line of the registry for each objective."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from wayside.errors import check_choice
from wayside.placement.objectives import Varied, excluded_decades, smallest_above, varied
from wayside.scenario import Scenario
from wayside.sensitivity.key_plane import Point, expected_events
from wayside.typing import FloatArray

_ZOOMS: Final = (1.25, 1.02)
"""Ratios of couplings within which the smallest one is looked for again."""
_ACROSS: Final = (9, 41)
"""Values of the second and the first coupling of these."""


@dataclass(frozen=True, eq=False)
class Signal:
    """Expected events of a scenario's signal detectors together, as a function of the couplings.

    Parameters
    ----------
    scenario
        The scenario.
    point
        Its mass point.
    """

    scenario: Scenario
    point: Point

    def events(self, couplings: Mapping[str, FloatArray]) -> FloatArray:
        """Expected events at couplings by name, shape of these."""
        luminosity = self.scenario.run.luminosity_fb
        return np.asarray(
            sum(
                expected_events(self.point, name, couplings, luminosity)
                for name in self.scenario.signal
            )
        )

    @cached_property
    def varied(self) -> Varied:
        """Couplings of the plane."""
        return varied(self.scenario)

    @cached_property
    def plane(self) -> FloatArray:
        """Expected events over the plane, shape (second coupling, first coupling)."""
        return self.over(self.varied)

    def over(self, what: Varied) -> FloatArray:
        """Expected events over a plane of couplings, shape (second, first)."""
        couplings = what.plane(self.scenario.model.couplings)
        return self.events(couplings).reshape(len(what.second_values), len(what.values))


class Reached(NamedTuple):
    """Value of an objective, and where in the plane it is reached."""

    value: float
    """nan where there is none."""
    couplings: Mapping[str, float]
    """Empty where it belongs to no point."""


def smallest(signal: Signal, level: float) -> Reached:
    """Smallest coupling at which events reach a level, at any value of the second coupling.

    On the grid of the plane first, then twice on a finer one about the best of it.
    """
    what, events, best, value = signal.varied, signal.plane, 0, math.nan
    for ratio in (None, *_ZOOMS):
        if ratio is not None:
            what = _zoomed(signal.varied, what, best, value, ratio)
            events = signal.over(what)
        smallest_values = smallest_above(what.values, events, level)
        if not np.isfinite(smallest_values).any():
            return Reached(math.nan, {})
        best = int(np.nanargmin(smallest_values))
        value = float(smallest_values[best])
    return Reached(value, _point(signal, what, best, value))


def _zoomed(whole: Varied, what: Varied, best: int, value: float, ratio: float) -> Varied:
    """A finer plane about a value of the first coupling and a row of the second."""
    rows = what.second_values
    ends = rows[max(best - 1, 0)], rows[min(best + 1, len(rows) - 1)]
    seconds = rows if whole.second is None else np.geomspace(*ends, _ACROSS[0])
    firsts = np.geomspace(value / ratio, value * ratio, _ACROSS[1])
    return Varied(what.name, firsts, what.second, seconds)


def _point(signal: Signal, what: Varied, row: int, value: float) -> dict[str, float]:
    couplings = {
        name: float(coupling) for name, coupling in signal.scenario.model.couplings.items()
    }
    if what.second is not None:
        couplings[what.second] = float(what.second_values[row])
    return {**couplings, what.name: value}


def area(signal: Signal, level: float) -> Reached:
    """Area of the plane on which events are above a level, in decades."""
    what = signal.varied
    decades = excluded_decades(what.values, signal.plane, level)
    if what.second is None:
        return Reached(float(decades[0]) or math.nan, {})
    total = float(np.trapezoid(decades, np.log10(what.second_values)))
    return Reached(total or math.nan, {})


def ratio(signal: Signal, level: float) -> Reached:
    """Events over those that are excluded, where in the plane they are most."""
    events = signal.plane
    row, column = np.unravel_index(int(np.argmax(events)), events.shape)
    value = float(signal.varied.values[column])
    couplings = _point(signal, signal.varied, int(row), value)
    return Reached(float(events[row, column]) / level, couplings)


def level_itself(_: Signal, level: float) -> Reached:
    """Signal events that are excluded."""
    return Reached(level, {})


class Objective(NamedTuple):
    """One objective.

    Attributes
    ----------
    label
        What it is, for tables and figures.
    unit
        Its unit.
    largest
        Whether the largest is the best.
    value
        Computes it from the yields and the signal events that are excluded.
    """

    label: str
    unit: str
    largest: bool
    value: Callable[[Signal, float], Reached]

    def loss(self, value: float) -> float:
        """A number that is the smaller the better."""
        return -value if self.largest else math.log(value)

    def gain(self, value: float, reference: float) -> float:
        """How many times better a value is than another; nan where one of them is missing."""
        return value / reference if self.largest else reference / value


OBJECTIVES: Final[Mapping[str, Objective]] = MappingProxyType(
    {
        "epsilon_min": Objective(
            "smallest coupling excluded", "unit of the coupling", False, smallest
        ),
        "area": Objective("excluded area", "decades^2, or decades of one coupling", True, area),
        "ratio": Objective("most events over those that are excluded", "1", True, ratio),
        "n_limit": Objective("signal events that are excluded", "1", False, level_itself),
    }
)
"""Objectives by name."""


def objective(name: str) -> Objective:
    """An objective by name.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    check_choice("objective", name, OBJECTIVES)
    return OBJECTIVES[name]
