"""Axes of planes by name: what lies to the right, the masses there, and what stays fixed."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple, Protocol, get_args

import numpy as np
from numpy.typing import ArrayLike

from wayside.constants import M_ELECTRON
from wayside.errors import InputError
from wayside.production.process import Masses
from wayside.production.registry import process_class
from wayside.scenario import Scenario
from wayside.scenario.sections import Hold, PlaneKind
from wayside.typing import FloatArray

EPSILON: Final = (1e-6, 1e-1)
"""Ends of epsilon where the scenario does not say."""

G_D: Final = (1e-3, math.sqrt(4.0 * math.pi))
"""Ends of g_D where the scenario does not say: the upper one is where couplings are strong."""

_GAP: Final = 2.1 * M_ELECTRON
"""Smallest splitting of a range that is chosen: just enough for a decay."""


@dataclass(frozen=True)
class Axis:
    """One axis of a plane."""

    name: str
    """As in scenario keys."""
    label: str
    """For a figure, in mathtext."""
    unit: str
    """Unit, or "1"."""
    values: FloatArray
    """Grid, increasing."""
    logarithmic: bool = True

    @cached_property
    def coordinates(self) -> FloatArray:
        """Grid in the coordinate that is drawn: the logarithm where the axis is logarithmic."""
        return np.log(self.values) if self.logarithmic else self.values

    def from_coordinates(self, coordinates: ArrayLike) -> FloatArray:
        """Values at coordinates of any shape; on the grid the grid's own, to the last bit.

        Mass points are kept by their value: a logarithm and back would make each one anew.
        """
        points = np.asarray(coordinates, dtype=np.float64)
        if not self.logarithmic:
            return points
        nearest = np.searchsorted(self.coordinates, points).clip(max=len(self.values) - 1)
        on_grid = self.coordinates[nearest] == points
        return np.where(on_grid, self.values[nearest], np.exp(points))


class XAxis(Protocol):
    """What lies to the right in a plane by name, with what stays fixed."""

    def axis(self, scenario: Scenario) -> Axis:
        """Grid between the ends that a scenario gives, or those that follow from its masses.

        Raises
        ------
        InputError
            If no range follows from the masses.
        """

    def at_point(self, scenario: Scenario) -> float:
        """Value at a scenario's own point."""

    def masses(self, scenario: Scenario, x: float) -> tuple[float, float, float]:
        """Masses (m_aprime, m1, m2) in GeV at a value."""

    def fixed(self, scenario: Scenario) -> list[str]:
        """What stays fixed, with values, in mathtext: in the words of a title."""


class DarkCouplingAxis:
    """g_D to the right: masses stay fixed."""

    def axis(self, scenario: Scenario) -> Axis:
        """As `XAxis.axis`."""
        low, high = scenario.plane.g_d or G_D
        return Axis("g_d", r"$g_D$", "1", np.geomspace(low, high, scenario.plane.points))

    def at_point(self, scenario: Scenario) -> float:
        """As `XAxis.at_point`."""
        return scenario.pair.g_d

    def masses(self, scenario: Scenario, x: float) -> tuple[float, float, float]:  # noqa: ARG002
        """As `XAxis.masses`."""
        return scenario.pair.m_aprime, *scenario.masses

    def fixed(self, scenario: Scenario) -> list[str]:
        """As `XAxis.fixed`."""
        m1, m2 = scenario.masses
        return [_mediator(scenario), f"$m_1={m1:g}$", f"$m_2={m2:g}$ GeV"]


class HeldMasses(NamedTuple):
    """What stays fixed as m2 or the relative splitting changes."""

    masses: Callable[[Scenario, float], tuple[float, float, float]]
    """Masses (m_aprime, m1, m2) in GeV at a value of the axis."""
    ends: Callable[[Scenario], tuple[float, float]]
    """Ends of the axis that follow from a scenario's masses."""
    fixed: Callable[[Scenario], list[str]]
    """As `XAxis.fixed`, without g_D."""
    logarithmic: bool


@dataclass(frozen=True)
class MassAxis:
    """What axes of masses have in common."""

    held: HeldMasses

    def masses(self, scenario: Scenario, x: float) -> tuple[float, float, float]:
        """As `XAxis.masses`."""
        return self.held.masses(scenario, x)

    def fixed(self, scenario: Scenario) -> list[str]:
        """As `XAxis.fixed`."""
        return [*self.held.fixed(scenario), f"$g_D={scenario.pair.g_d:g}$"]


@dataclass(frozen=True)
class GroundMassAxis(MassAxis):
    """m2 in GeV to the right."""

    def axis(self, scenario: Scenario) -> Axis:
        """As `XAxis.axis`."""
        logarithmic = self.held.logarithmic
        return Axis("m2", r"$m_2$ [GeV]", "GeV", self._values(scenario), logarithmic)

    def _values(self, scenario: Scenario) -> FloatArray:
        section = scenario.plane
        if section.m2 is not None:
            grid = np.geomspace if self.held.logarithmic else np.linspace
            return grid(*section.m2, section.points)
        low, high = self.held.ends(scenario)
        _require_range("m2", low, high)
        if self.held.logarithmic:
            return np.geomspace(low, high, section.points)
        # What matters is the distance to the upper end, where splitting or phase space closes.
        return high - (high - low) * np.linspace(1.0, 0.0, section.points) ** 2

    def at_point(self, scenario: Scenario) -> float:
        """As `XAxis.at_point`."""
        return scenario.masses[1]


@dataclass(frozen=True)
class SplittingAxis(MassAxis):
    """The relative splitting (m1 - m2) / m2 to the right."""

    def axis(self, scenario: Scenario) -> Axis:
        """As `XAxis.axis`."""
        if scenario.plane.delta is not None:
            low, high = scenario.plane.delta
        else:
            low, high = self.held.ends(scenario)
            _require_range("delta", low, high)
        values = np.geomspace(low, high, scenario.plane.points)
        return Axis("delta", r"$\Delta m/m_2$", "1", values, self.held.logarithmic)

    def at_point(self, scenario: Scenario) -> float:
        """As `XAxis.at_point`."""
        m1, m2 = scenario.masses
        return (m1 - m2) / m2


def _mediator(scenario: Scenario) -> str:
    return rf"$m_{{A\prime}}={scenario.pair.m_aprime:g}$"


def _fixed_sum(scenario: Scenario) -> list[str]:
    m1, m2 = scenario.masses
    return [_mediator(scenario), f"$m_1+m_2={m1 + m2:g}$ GeV"]


def _fixed_m1(scenario: Scenario) -> list[str]:
    return [_mediator(scenario), f"$m_1={scenario.masses[0]:g}$ GeV"]


def _fixed_m2(scenario: Scenario) -> list[str]:
    return [_mediator(scenario), f"$m_2={scenario.masses[1]:g}$ GeV"]


def _fixed_ratios(scenario: Scenario) -> list[str]:
    m1, m2 = scenario.masses
    return [rf"$m_{{A\prime}}/m_2={scenario.pair.m_aprime / m2:.4g}$", f"$m_1/m_2={m1 / m2:.5g}$"]


def _m2_with_sum(scenario: Scenario, m2: float) -> tuple[float, float, float]:
    m1, at_point = scenario.masses
    return scenario.pair.m_aprime, m1 + at_point - m2, m2


def _m2_with_m1(scenario: Scenario, m2: float) -> tuple[float, float, float]:
    return scenario.pair.m_aprime, scenario.masses[0], m2


def _m2_with_ratios(scenario: Scenario, m2: float) -> tuple[float, float, float]:
    m1, at_point = scenario.masses
    return scenario.pair.m_aprime * m2 / at_point, m1 * m2 / at_point, m2


def _m2_ends_with_sum(scenario: Scenario) -> tuple[float, float]:
    m1, m2 = scenario.masses
    half = 0.5 * (m1 + m2)
    return 0.5 * half, half - 0.5 * _GAP


def _m2_ends_with_m1(scenario: Scenario) -> tuple[float, float]:
    m1, _ = scenario.masses
    high = min(m1 - _GAP, (_heaviest_pair(scenario) - m1) * (1.0 - 1e-9))
    return 0.3 * high, high


def _m2_ends_with_ratios(scenario: Scenario) -> tuple[float, float]:
    _, m2 = scenario.masses
    low, high = _mass_scales(scenario)
    return m2 * low, m2 * high


def _delta_with_sum(scenario: Scenario, delta: float) -> tuple[float, float, float]:
    m1, m2 = scenario.masses
    ground = (m1 + m2) / (2.0 + delta)
    return scenario.pair.m_aprime, ground * (1.0 + delta), ground


def _delta_with_m2(scenario: Scenario, delta: float) -> tuple[float, float, float]:
    _, m2 = scenario.masses
    return scenario.pair.m_aprime, m2 * (1.0 + delta), m2


def _delta_ends_with_sum(scenario: Scenario) -> tuple[float, float]:
    m1, m2 = scenario.masses
    return 2.0 * _GAP / (m1 + m2 - _GAP), 1.0


def _delta_ends_with_m2(scenario: Scenario) -> tuple[float, float]:
    _, m2 = scenario.masses
    return _GAP / m2, min(1.0, (_heaviest_pair(scenario) / m2 - 2.0) * (1.0 - 1e-9))


def _heaviest_pair(scenario: Scenario) -> float:
    """Bound in GeV on m1 + m2 that one of the processes still reaches."""
    m_aprime, sqrt_s = scenario.pair.m_aprime, scenario.sqrt_s
    return max(process_class(name).heaviest_pair(m_aprime, sqrt_s) for name in scenario.processes)


def _mass_scales(scenario: Scenario) -> tuple[float, float]:
    """Range of factors on all masses that one of the processes still reaches."""
    masses = Masses(scenario.pair.m_aprime, *scenario.masses)
    ranges = [
        process_class(name).mass_scales(masses, scenario.sqrt_s) for name in scenario.processes
    ]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def _require_range(key: str, low: float, high: float) -> None:
    if not 0.0 < low < high:
        raise InputError(f"plane.{key}: no range follows from the masses; give one")


X_AXES: Final[Mapping[PlaneKind, Mapping[Hold, XAxis]]] = {
    "epsilon-g_d": dict.fromkeys(get_args(Hold), DarkCouplingAxis()),
    "epsilon-m2": {
        "sum": GroundMassAxis(HeldMasses(_m2_with_sum, _m2_ends_with_sum, _fixed_sum, False)),
        "m1": GroundMassAxis(HeldMasses(_m2_with_m1, _m2_ends_with_m1, _fixed_m1, False)),
        "ratios": GroundMassAxis(
            HeldMasses(_m2_with_ratios, _m2_ends_with_ratios, _fixed_ratios, True)
        ),
    },
    "epsilon-delta": {
        "sum": SplittingAxis(HeldMasses(_delta_with_sum, _delta_ends_with_sum, _fixed_sum, True)),
        "m2": SplittingAxis(HeldMasses(_delta_with_m2, _delta_ends_with_m2, _fixed_m2, True)),
    },
}
"""By ``plane.kind`` and ``plane.hold``."""


def x_axis(scenario: Scenario) -> XAxis:
    """What lies to the right in the plane by name of a scenario."""
    return X_AXES[scenario.plane.kind][scenario.plane.hold]
