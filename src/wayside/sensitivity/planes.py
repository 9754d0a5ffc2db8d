"""Planes of couplings and masses: which mass point stands in which column."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from wayside.errors import InputError
from wayside.executors import Executor, ordered
from wayside.scenario import Scenario
from wayside.scenario.choice import selection_of
from wayside.selections.selection import SearchSelection
from wayside.sensitivity.acceptances import Acceptances
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.plane_axes import EPSILON, Axis, x_axis
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
    if scenario.run.simulates_efficiency:
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
        radiation=scenario.radiation,
        vacuum_polarisation=scenario.run.vacuum_polarisation,
        energy_spread=scenario.collider.energy_spread,
    )


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
        return self.scenario.plane.varies_masses

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

    def take_columns(self, other: "Plane", acceptances: bool) -> None:
        """Take what was computed for a plane of the same masses and beams.

        Parameters
        ----------
        other
            A plane that may have other detectors and efficiencies.
        acceptances
            Whether its detectors are the same.
        """
        own = self.centre
        own.take(other.centre, acceptances)
        for x, column in other.kept.items():
            if column is None:
                self.kept[x] = None
                continue
            point = replace(own, model=column.model, rtol=column.rtol)
            point.take(column, acceptances)
            self.kept[x] = point

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
            in_column = xs == value
            point = self.column(float(value))
            if point is not None:
                result[in_column] = function(
                    point, eps[in_column], np.full(np.count_nonzero(in_column), g_d)
                )
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
    return x_axis(scenario).masses(scenario, x)


def own_x(scenario: Scenario) -> float:
    """Value of the x axis at a scenario's own point."""
    return x_axis(scenario).at_point(scenario)


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
    x = x_axis(scenario).axis(scenario)
    return Plane(scenario, mass_point(scenario), x, epsilon, executor=executor)
