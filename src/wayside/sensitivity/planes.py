"""Planes of couplings and masses: which mass point stands in which column."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wayside.constants import M_ELECTRON
from wayside.errors import InputError
from wayside.executors import Executor, ordered
from wayside.production.process import Masses
from wayside.production.registry import process_class
from wayside.scenario import Scenario
from wayside.scenario.choice import selection_of
from wayside.scenario.sections import PlaneKind
from wayside.selections.selection import SearchSelection
from wayside.sensitivity.acceptances import Acceptances
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.selected import selected_map
from wayside.typing import FloatArray

CouplingFunction = Callable[[MassPoint, FloatArray, FloatArray], FloatArray]
"""Elementwise function of (mass point, epsilon, g_d)."""


def mass_point(scenario: Scenario, selection: SearchSelection | None = None) -> MassPoint:
    """Mass point of a scenario: everything that does not depend on its couplings.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    selection
        Selection of a search, instead of that of the scenario.

    Raises
    ------
    InputError
        If the masses cannot be produced at the collider.
    """
    if scenario.run.efficiency == "simulated":
        selection = selection or selection_of(scenario)
    run = scenario.run
    return MassPoint(
        model=scenario.pair.build(),
        beams=scenario.collider.build(),
        volumes={name: section.build() for name, section in scenario.detectors.items()},
        production=run.production if run.processes is None else scenario.processes,
        regulator=scenario.collider.regulator,
        ctau_override=scenario.pair.ctau_m,
        decays=scenario.run.decays,
        efficiency=scenario.run.efficiency,
        selection=scenario.selection,
        selected=None if selection is None else selected_map(scenario, selection),
        radiation=scenario.run.radiation,
        vacuum_polarisation=scenario.run.vacuum_polarisation,
        energy_spread=scenario.collider.energy_spread,
    )


EPSILON: Final = (1e-6, 1e-1)
"""Ends of epsilon where the scenario does not say."""

G_D: Final = (1e-3, math.sqrt(4.0 * math.pi))
"""Ends of g_D where the scenario does not say: the upper one is where couplings are strong."""


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
        wanted = np.asarray(coordinates, dtype=np.float64)
        if not self.logarithmic:
            return wanted
        nearest = np.searchsorted(self.coordinates, wanted).clip(max=len(self.values) - 1)
        known = self.coordinates[nearest] == wanted
        return np.where(known, self.values[nearest], np.exp(wanted))


@dataclass(frozen=True)
class Plane:
    """A plane with epsilon upward and a coupling or a mass to the right.

    Made by `plane_of`.
    """

    scenario: Scenario
    centre: MassPoint
    """The scenario's own mass point."""
    x: Axis
    epsilon: Axis
    kept: dict[float, MassPoint | None] = field(default_factory=dict, repr=False, compare=False)
    """Mass points of the grid's columns, made as they are asked for."""
    executor: Executor | None = field(default=None, repr=False, compare=False)
    """Who computes acceptances of columns of masses, this process if None."""

    @property
    def varies_masses(self) -> bool:
        """Whether columns differ in their masses."""
        return self.x.name != "g_d"

    def column(self, x: float) -> MassPoint | None:
        """Mass point of a column by its x; None where the masses are not allowed."""
        if x not in self._on_grid:
            return self._make(x)
        if x not in self.kept:
            self.kept[x] = self._make(x)
        return self.kept[x]

    def prepare(self) -> None:
        """Let the executor compute the acceptances of the columns that have no mass point yet."""
        if self.executor is None or not self.varies_masses:
            return
        new = [x for x in self.x.values.tolist() if x not in self.kept]
        task = _ColumnAcceptances(self.scenario.to_dict())
        for x, computed in zip(new, ordered(self.executor, task, new), strict=True):
            point = self.column(x)
            if point is not None:
                point.keep(computed)

    @cached_property
    def _on_grid(self) -> frozenset[float]:
        return frozenset(self.x.values.tolist())

    def with_columns(self, more: ArrayLike) -> "Plane":
        """The plane with more columns, at values of its axis; mass points made so far are kept."""
        values = np.union1d(self.x.values, np.asarray(more, dtype=np.float64))
        return replace(self, x=replace(self.x, values=values))

    def _make(self, x: float) -> MassPoint | None:
        if not self.varies_masses:
            return self.centre
        try:
            m_aprime, m1, m2 = masses_at(self.scenario, x)
            model = self.centre.model.with_masses(m_aprime, m1, m2)
            point = replace(self.centre, model=model)
            point.require_produced()
        except InputError:
            return None
        return point

    def evaluate(self, function: CouplingFunction, x: ArrayLike, epsilon: ArrayLike) -> FloatArray:
        """A function of mass point and couplings at points of the plane.

        Parameters
        ----------
        function
            Of (mass point, epsilon, g_d), elementwise.
        x, epsilon
            Points, shapes that broadcast.

        Returns
        -------
        values
            -inf where the masses of a column are not allowed.
        """
        xs, eps = np.broadcast_arrays(
            np.asarray(x, dtype=np.float64), np.asarray(epsilon, dtype=np.float64)
        )
        if not self.varies_masses:
            return np.asarray(function(self.centre, eps, xs))
        result = np.full(xs.shape, -np.inf)
        g_d = self.scenario.pair.g_d
        for value in np.unique(xs):
            here = xs == value
            point = self.column(float(value))
            if point is not None:
                result[here] = function(point, eps[here], np.full(np.count_nonzero(here), g_d))
        return result


@dataclass(frozen=True)
class _ColumnAcceptances:
    """Acceptances of the column at x of the plane of a scenario, in another process."""

    scenario: dict[str, Any]

    @cached_property
    def _plane(self) -> Plane:
        return plane_of(Scenario.from_dict(self.scenario))

    def __call__(self, x: float) -> list[dict[str, Acceptances]]:
        point = self._plane.column(x)
        if point is None:
            return []
        pair = self._plane.scenario.pair
        for name in point.volumes:
            point.expected_events(name, pair.epsilon, pair.g_d, 1.0, efficiency="unity")
        return point.computed()


def masses_at(scenario: Scenario, x: float) -> tuple[float, float, float]:
    """Masses (m_aprime, m1, m2) in GeV of the column at ``x`` of a scenario's plane."""
    return X_AXES[scenario.plane.kind].masses(scenario, x)


def own_x(scenario: Scenario) -> float:
    """Value of the x axis at a scenario's own point."""
    return X_AXES[scenario.plane.kind].own(scenario)


def plane_of(scenario: Scenario, executor: Executor | None = None) -> Plane:
    """Plane that a scenario asks for, its ranges chosen where it leaves them open.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    executor
        Who computes acceptances of columns of masses, this process if None.

    Raises
    ------
    InputError
        If what the plane holds fixed does not go with what it varies, or no range is left.
    """
    section = scenario.plane
    low, high = section.epsilon or EPSILON
    epsilon = Axis("epsilon", r"$\varepsilon$", "1", np.geomspace(low, high, section.points))
    x = X_AXES[section.kind].axis(scenario)
    return Plane(scenario, mass_point(scenario), x, epsilon, executor=executor)


_GAP = 2.1 * M_ELECTRON
"""Smallest splitting of a range that is chosen: just enough for a decay."""


def _g_d_axis(scenario: Scenario) -> Axis:
    low, high = scenario.plane.g_d or G_D
    return Axis("g_d", r"$g_D$", "1", np.geomspace(low, high, scenario.plane.points))


def _m2_axis(scenario: Scenario) -> Axis:
    logarithmic = scenario.plane.hold == "ratios"
    return Axis("m2", r"$m_2$ [GeV]", "GeV", _m2_values(scenario), logarithmic)


def _delta_axis(scenario: Scenario) -> Axis:
    low, high = scenario.plane.delta or _delta_range(scenario)
    values = np.geomspace(low, high, scenario.plane.points)
    return Axis("delta", r"$\Delta m/m_2$", "1", values)


def _own_masses(scenario: Scenario, _: float) -> tuple[float, float, float]:
    return scenario.pair.m_aprime, *scenario.masses


def _masses_at_m2(scenario: Scenario, m2: float) -> tuple[float, float, float]:
    m_aprime, hold = scenario.pair.m_aprime, scenario.plane.hold
    m1, own = scenario.masses
    if hold == "ratios":
        return m_aprime * m2 / own, m1 * m2 / own, m2
    return m_aprime, (m1 if hold == "m1" else m1 + own - m2), m2


def _masses_at_delta(scenario: Scenario, delta: float) -> tuple[float, float, float]:
    m1, m2 = scenario.masses
    ground = m2 if scenario.plane.hold == "m2" else (m1 + m2) / (2.0 + delta)
    return scenario.pair.m_aprime, ground * (1.0 + delta), ground


def _own_delta(scenario: Scenario) -> float:
    m1, m2 = scenario.masses
    return (m1 - m2) / m2


class XAxis(NamedTuple):
    """What lies to the right in a plane by name."""

    axis: Callable[[Scenario], Axis]
    own: Callable[[Scenario], float]
    """Its value at a scenario's own point."""
    masses: Callable[[Scenario, float], tuple[float, float, float]]
    """Masses (m_aprime, m1, m2) in GeV at a value."""


X_AXES: Final[Mapping[PlaneKind, XAxis]] = {
    "epsilon-g_d": XAxis(_g_d_axis, lambda scenario: scenario.pair.g_d, _own_masses),
    "epsilon-m2": XAxis(_m2_axis, lambda scenario: scenario.masses[1], _masses_at_m2),
    "epsilon-delta": XAxis(_delta_axis, _own_delta, _masses_at_delta),
}
"""By ``plane.kind``."""


def _m2_values(scenario: Scenario) -> FloatArray:
    section = scenario.plane
    if section.m2 is not None:
        grid = np.geomspace if section.hold == "ratios" else np.linspace
        return grid(*section.m2, section.points)
    low, high = _m2_range(scenario)
    _require_range("m2", low, high)
    if section.hold == "ratios":
        return np.geomspace(low, high, section.points)
    # What matters is the distance to the upper end, where the splitting or the phase space closes.
    return high - (high - low) * np.linspace(1.0, 0.0, section.points) ** 2


def _m2_range(scenario: Scenario) -> tuple[float, float]:
    m1, m2 = scenario.masses
    if scenario.plane.hold == "ratios":
        low, high = _mass_scales(scenario)
        return m2 * low, m2 * high
    if scenario.plane.hold == "m1":
        high = min(m1 - _GAP, (_heaviest_pair(scenario) - m1) * (1.0 - 1e-9))
        return 0.3 * high, high
    half = 0.5 * (m1 + m2)
    return 0.5 * half, half - 0.5 * _GAP


def _delta_range(scenario: Scenario) -> tuple[float, float]:
    m1, m2 = scenario.masses
    low, high = _GAP / m2, 1.0
    if scenario.plane.hold == "m2":
        high = min(high, (_heaviest_pair(scenario) / m2 - 2.0) * (1.0 - 1e-9))
    else:
        low = 2.0 * _GAP / (m1 + m2 - _GAP)
    _require_range("delta", low, high)
    return low, high


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
