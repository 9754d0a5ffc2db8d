"""What a map shows: expected events, the smallest coupling that is excluded, or an area."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from wayside.errors import InputError
from wayside.models.couplings import Couplings
from wayside.models.registry import particle_class
from wayside.placement.rates import Yields
from wayside.scenario import Scenario
from wayside.scenario.model import is_pair
from wayside.sensitivity.plane_axes import EPSILON, G_D
from wayside.typing import FloatArray

STRENGTHS: Final = 81
"""Values of the coupling that is varied, between which yields are interpolated."""

SECONDS: Final = 25
"""Values of the second coupling of an area."""


class Varied(NamedTuple):
    """The coupling of a model that is varied, and a second one where there is."""

    name: str
    values: FloatArray
    second: str | None
    second_values: FloatArray

    def along(self, couplings: Couplings) -> dict[str, FloatArray]:
        """Couplings with the first varied, shape (k,) each."""
        fixed: dict[str, FloatArray] = {
            name: np.full(len(self.values), value, dtype=np.float64)
            for name, value in couplings.items()
        }
        return fixed | {self.name: self.values}

    def plane(self, couplings: Couplings) -> dict[str, FloatArray]:
        """Couplings with both varied, the first fastest, shape (k,) each."""
        count = len(self.second_values) * len(self.values)
        fixed: dict[str, FloatArray] = {
            name: np.full(count, value, dtype=np.float64) for name, value in couplings.items()
        }
        if self.second is not None:
            fixed[self.second] = np.repeat(self.second_values, len(self.values))
        return fixed | {self.name: np.tile(self.values, len(self.second_values))}


def varied(scenario: Scenario) -> Varied:
    """What is varied of a scenario's model: epsilon and g_D, or the coupling of its own plane.

    Raises
    ------
    InputError
        If the model has no coupling with a range.
    """
    if is_pair(scenario.model):
        low, high = scenario.plane.epsilon or EPSILON
        seconds = np.geomspace(*(scenario.plane.g_d or G_D), SECONDS)
        return Varied("epsilon", np.geomspace(low, high, STRENGTHS), "g_d", seconds)
    known = {
        f"model.{coupling.name}": coupling
        for coupling in particle_class(scenario.model.kind).couplings
    }
    for key in reversed(scenario.particle.axes):
        if key in known:
            values = np.geomspace(*known[key].plane, STRENGTHS)
            return Varied(known[key].name, values, None, np.ones(1))
    raise InputError(
        f'model.kind = "{scenario.model.kind}": no coupling to vary; take the objective "events"'
    )


class Context(NamedTuple):
    """What objectives need beside the yields."""

    scenario: Scenario
    n_limit: float
    """Signal events that are excluded."""


class Objective(NamedTuple):
    """A number for each position."""

    label: str
    """What it is, for tables and figures."""
    unit: str
    largest: bool
    """Whether the largest is the best."""
    values: Callable[[Yields, Context], FloatArray]
    """At every position, shape (n,); nan where there is none."""
    counts_decays: bool = False
    """Whether it is a number of decays, in proportion to the luminosity."""
    is_coupling: bool = False
    """Whether it is a value of the coupling that is varied."""

    def order(self, values: FloatArray) -> FloatArray:
        """Values with the best largest, -inf where there is none, or nothing is seen."""
        signed = values if self.largest else -values
        return np.where(np.isfinite(values) & (values > 0.0), signed, -np.inf)


def _events(yields: Yields, context: Context) -> FloatArray:
    couplings = {
        name: np.array([float(value)]) for name, value in context.scenario.model.couplings.items()
    }
    return yields.events(couplings)[:, 0]


def _smallest(yields: Yields, context: Context) -> FloatArray:
    coupling = varied(context.scenario)
    events = yields.events(coupling.along(context.scenario.model.couplings))
    return smallest_above(coupling.values, events, context.n_limit)


def _area(yields: Yields, context: Context) -> FloatArray:
    coupling = varied(context.scenario)
    plane = coupling.plane(context.scenario.model.couplings)
    events = yields.events(plane).reshape(-1, len(coupling.second_values), len(coupling.values))
    decades = excluded_decades(coupling.values, events, context.n_limit)
    if coupling.second is None:
        return decades[:, 0]
    return np.asarray(np.trapezoid(decades, np.log10(coupling.second_values), axis=1))


def smallest_above(values: FloatArray, events: FloatArray, level: float) -> FloatArray:
    """Smallest coupling at which a yield reaches a level, nan where it never does.

    Parameters
    ----------
    values
        Couplings, increasing, shape (k,).
    events
        Yields there, shape (n, k).
    level
        The level.

    Returns
    -------
    ndarray
        Shape (n,); between two values by a straight line in logarithms.
    """
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(events, 1e-300)) - np.log(level)
    above = logs >= 0.0
    first = np.argmax(above, axis=1)
    rows = np.arange(len(events))
    right = logs[rows, first]
    left = logs[rows, np.maximum(first - 1, 0)]
    step = np.log(values[1] / values[0])
    inside = (first > 0) & (right > left)
    back = np.where(inside, right / np.where(inside, right - left, 1.0), 0.0)
    smallest = values[first] * np.exp(-step * back)
    return np.where(above.any(axis=1), smallest, np.nan)


def excluded_decades(values: FloatArray, events: FloatArray, level: float) -> FloatArray:
    """Decades of a coupling at which a yield is above a level, shape of ``events`` less the last.

    Parameters
    ----------
    values
        Couplings at equal ratios, shape (k,).
    events
        Yields there, shape (..., k).
    level
        The level.
    """
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(events, 1e-300)) - np.log(level)
    left, right = logs[..., :-1], logs[..., 1:]
    # The part of each step on which a straight line is above zero.
    high, low = np.maximum(left, right), np.minimum(left, right)
    part = np.clip(high / np.maximum(high - low, 1e-12), 0.0, 1.0)
    part = np.where(low >= 0.0, 1.0, part)
    return np.asarray(part.sum(axis=-1) * np.log10(values[1] / values[0]))


OBJECTIVES: Final[Mapping[str, Objective]] = MappingProxyType(
    {
        "events": Objective("expected events", "1", True, _events, counts_decays=True),
        "epsilon": Objective(
            *("smallest coupling excluded", "unit of the coupling", False, _smallest),
            is_coupling=True,
        ),
        "area": Objective("excluded area", "decades^2, or decades of one coupling", True, _area),
    }
)
"""Objectives by name."""
