"""Planes of couplings and masses: which mass point stands in which column."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike

from wayside.collider.beams import Beams
from wayside.constants import M_ELECTRON
from wayside.detector.box import Box
from wayside.errors import InputError
from wayside.models.inelastic import MODELS
from wayside.reach.mass_point import Array, MassPoint
from wayside.scenario import Scenario

CouplingFunction = Callable[[MassPoint, Array, Array], Array]
"""Elementwise function of (mass point, epsilon, g_d)."""


def mass_point(scenario: Scenario) -> MassPoint:
    """Mass point of a scenario: everything that does not depend on its couplings.

    Raises
    ------
    InputError
        If the masses cannot be produced at the collider.
    """
    m1, m2 = scenario.masses
    return MassPoint(
        model=MODELS[scenario.model.kind](scenario.model.m_aprime, m1, m2),
        beams=Beams(
            scenario.collider.electron_energy,
            scenario.collider.positron_energy,
            scenario.collider.crossing_angle,
        ),
        boxes={
            name: Box.place(each.position, each.size, each.facing, each.roll)
            for name, each in scenario.detectors.items()
        },
        mode=scenario.mode,
        regulator=scenario.collider.regulator,
        ctau_override=scenario.model.ctau_m,
    )


@dataclass(frozen=True)
class Axis:
    """One axis of a plane."""

    name: str
    """As in scenario keys."""
    label: str
    """For a figure, in mathtext."""
    unit: str
    """Unit, or "1"."""
    values: Array
    """Grid, increasing."""
    logarithmic: bool = True

    @property
    def coordinates(self) -> Array:
        """Grid in the coordinate that is even: the logarithm where the axis is logarithmic."""
        return np.log(self.values) if self.logarithmic else self.values

    def from_coordinates(self, coordinates: ArrayLike) -> Array:
        """Values at coordinates of any shape."""
        return np.exp(coordinates) if self.logarithmic else np.asarray(coordinates, dtype=float)


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

    @property
    def varies_masses(self) -> bool:
        """Whether columns differ in their masses."""
        return self.x.name != "g_d"

    @cached_property
    def column(self) -> Callable[[float], MassPoint | None]:
        """Mass point of a column by its x; None where the masses are not allowed."""
        grid = set(self.x.values.tolist())
        kept = lru_cache(maxsize=None)(self._make)
        return lambda x: kept(x) if x in grid else self._make(x)

    def _make(self, x: float) -> MassPoint | None:
        if not self.varies_masses:
            return self.centre
        try:
            m_aprime, m1, m2 = masses_at(self.scenario, x)
            model = type(self.centre.model)(m_aprime, m1, m2)  # type: ignore[call-arg]
            point = replace(self.centre, model=model)
            _ = point.flight
        except InputError:
            return None
        return point

    def evaluate(self, function: CouplingFunction, x: ArrayLike, epsilon: ArrayLike) -> Array:
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
        g_d = self.scenario.model.g_d
        for value in np.unique(xs):
            here = xs == value
            point = self.column(float(value))
            if point is not None:
                result[here] = function(point, eps[here], np.full(np.count_nonzero(here), g_d))
        return result


def masses_at(scenario: Scenario, x: float) -> tuple[float, float, float]:
    """Masses (m_aprime, m1, m2) in GeV of the column at ``x`` of a scenario's mass plane."""
    m_aprime = scenario.model.m_aprime
    m1, m2 = scenario.masses
    plane = scenario.plane
    if plane.kind == "epsilon-m2":
        if plane.hold == "ratios":
            return m_aprime * x / m2, m1 * x / m2, x
        return m_aprime, (m1 if plane.hold == "m1" else m1 + m2 - x), x
    ground = m2 if plane.hold == "m2" else (m1 + m2) / (2.0 + x)
    return m_aprime, ground * (1.0 + x), ground


def plane_of(scenario: Scenario) -> Plane:
    """Plane that a scenario asks for, its ranges chosen where it leaves them open.

    Raises
    ------
    InputError
        If what the plane holds fixed does not go with what it varies.
    """
    section = scenario.plane
    m1, m2 = scenario.masses
    low, high = section.epsilon or (1e-6, 1e-1)
    epsilon = Axis("epsilon", r"$\varepsilon$", "1", np.geomspace(low, high, section.points))
    if section.kind == "epsilon-g_d":
        low, high = section.g_d or (1e-3, float(np.sqrt(4.0 * np.pi)))
        x = Axis("g_d", r"$g_D$", "1", np.geomspace(low, high, section.points))
    elif section.kind == "epsilon-m2":
        _require_hold(section.hold, ("sum", "m1", "ratios"), section.kind)
        low, high = section.m2 or _m2_range(scenario, m1, m2)
        ratios = section.hold == "ratios"
        grid = np.geomspace if ratios else np.linspace
        x = Axis("m2", r"$m_2$ [GeV]", "GeV", grid(low, high, section.points), ratios)
    else:
        _require_hold(section.hold, ("sum", "m2"), section.kind)
        smallest = 2.1 * M_ELECTRON / m2
        low, high = section.delta or (smallest, 1.0)
        x = Axis("delta", r"$\Delta m/m_2$", "1", np.geomspace(low, high, section.points))
    return Plane(scenario, mass_point(scenario), x, epsilon)


def _m2_range(scenario: Scenario, m1: float, m2: float) -> tuple[float, float]:
    gap = 2.1 * M_ELECTRON
    if scenario.plane.hold == "ratios":
        heaviest = scenario.sqrt_s / scenario.model.m_aprime if scenario.mode == "on-shell" else 1.0
        return m2 / 30.0, m2 * heaviest * (1.0 - 1e-6)
    if scenario.plane.hold == "m1":
        top = m1 - gap
        if scenario.mode == "on-shell":
            top = min(top, (scenario.model.m_aprime - m1) * (1.0 - 1e-9))
        return 0.3 * top, top
    half = 0.5 * (m1 + m2)
    return 0.5 * half, half - 0.5 * gap


def _require_hold(hold: str, allowed: tuple[str, ...], kind: str) -> None:
    if hold not in allowed:
        names = ", ".join(f'"{name}"' for name in allowed)
        raise InputError(f'plane.hold = "{hold}": must be one of {names} in the {kind} plane')
