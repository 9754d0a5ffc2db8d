"""Planes over any two keys of a scenario: what depends on masses is computed once for each of them.

A coupling of the model costs nothing beside a mass or any other key, whose every value makes a
scenario, and a mass point, of its own.
"""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from wayside.errors import InputError
from wayside.executors import Executor, ordered
from wayside.scenario import Scenario
from wayside.scenario.model import is_pair
from wayside.scenario.variation import Variation
from wayside.sensitivity.key_axes import axes
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.particle_point import ParticlePoint, particle_point
from wayside.sensitivity.plane_axes import Axis
from wayside.sensitivity.planes import mass_point
from wayside.typing import FloatArray

NAMED: Final = {
    ("model.g_d", "model.epsilon"): ("epsilon-g_d", "sum", "g_d"),
    ("model.m2", "model.epsilon"): ("epsilon-m2", "m1", "m2"),
}
"""Planes of pairs that have a name: ``plane.kind``, ``plane.hold``, and the key of the x axis."""

Point = MassPoint | ParticlePoint


def point_of(scenario: Scenario) -> Point:
    """Mass point of a scenario, whatever its model is."""
    return mass_point(scenario) if is_pair(scenario.model) else particle_point(scenario)


def expected_events(
    point: Point, name: str, couplings: Mapping[str, FloatArray], luminosity_fb: float
) -> FloatArray:
    """Expected events in a detector at couplings by name, whatever the model is."""
    if isinstance(point, MassPoint):
        return point.expected_events(name, couplings["epsilon"], couplings["g_d"], luminosity_fb)
    return point.expected_events(name, couplings, luminosity_fb)


@dataclass(frozen=True)
class Refused:
    """Points of a plane's costly keys at which there is no scenario, and no events."""

    count: int
    of: int
    """All points."""
    first: str
    """Why, at the first of them."""


@dataclass(frozen=True)
class KeyPlane:
    """A plane whose axes are keys of a scenario.

    Made by `key_plane`.
    """

    scenario: Scenario
    x: Axis
    y: Axis
    kept: dict[tuple[float, ...], tuple[Scenario, Point] | InputError] = field(
        default_factory=dict, repr=False, compare=False
    )
    """Mass points by the values of the keys that are no couplings, or why there is none."""

    def prepare(self, executor: Executor) -> None:
        """Let an executor compute the acceptances of the grid.

        Parameters
        ----------
        executor
            Who computes.
        """
        grids = zip((self.x, self.y), self._couplings, strict=True)
        costly = list(product(*(axis.values.tolist() for axis, free in grids if not free)))
        task = _Acceptances(self.scenario.to_dict(), self.x, self.y)
        for row, computed in zip(costly, ordered(executor, task, costly), strict=True):
            outcome = self.kept[row] = self._point(row)
            if not isinstance(outcome, InputError) and computed is not None:
                outcome[1].keep(computed)

    @cached_property
    def _varied(self) -> Variation:
        return Variation(self.scenario)

    @cached_property
    def _couplings(self) -> tuple[bool, bool]:
        names = self.scenario.model.couplings
        x, y = (axis.name.removeprefix("model.") in names for axis in (self.x, self.y))
        return x, y

    @property
    def x_is_coupling(self) -> bool:
        """Whether the horizontal axis is a coupling, which costs nothing."""
        return self._couplings[0]

    @property
    def y_is_coupling(self) -> bool:
        """Whether the vertical axis is a coupling."""
        return self._couplings[1]

    @property
    def refused(self) -> Refused | None:
        """How many of the values that were asked for are refused; None if none is."""
        errors = [str(outcome) for outcome in self.kept.values() if isinstance(outcome, InputError)]
        return Refused(len(errors), len(self.kept), errors[0]) if errors else None

    def _point(self, costly: tuple[float, ...]) -> tuple[Scenario, Point] | InputError:
        """Scenario and mass point at values of the keys that are no couplings, or the refusal."""
        if costly in self.kept:
            return self.kept[costly]
        pairs = zip((self.x, self.y), self._couplings, strict=True)
        keys = [axis.name for axis, coupling in pairs if not coupling]
        try:
            scenario = self._varied.at(dict(zip(keys, costly, strict=True)))
            return scenario, point_of(scenario)
        except InputError as error:
            return error

    def events(
        self,
        x: ArrayLike,
        y: ArrayLike,
        detectors: Iterable[str] | None = None,
        *,
        keep: bool = True,
    ) -> dict[str, FloatArray]:
        """Expected events by detector at points of the plane.

        Parameters
        ----------
        x, y
            Values of the keys, shapes that broadcast.
        detectors
            Names of those that are wanted, None for all.
        keep
            Whether mass points are kept for the next call. A point at which few couplings were
            asked for holds up to some ten megabytes, and roots are sought at a thousand masses.

        Returns
        -------
        dict
            Arrays of the common shape, by detector; 0 where a scenario is refused.
        """
        xs, ys = np.broadcast_arrays(
            np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        )
        columns = zip((xs, ys), self._couplings, strict=True)
        costly = [values.ravel() for values, coupling in columns if not coupling]
        result = {name: np.zeros(xs.size) for name in detectors or self.scenario.detectors}
        stacked = np.stack(costly, axis=1) if costly else np.zeros((xs.size, 0))
        rows, group = np.unique(stacked, axis=0, return_inverse=True)
        for number, row in enumerate(rows.tolist()):
            in_group = group.ravel() == number
            outcome = self._point(tuple(row))
            if keep:
                self.kept[tuple(row)] = outcome
            if isinstance(outcome, InputError):
                continue
            scenario, point = outcome
            couplings = self._values_of_couplings(
                scenario, xs.ravel()[in_group], ys.ravel()[in_group]
            )
            for name, events in result.items():
                try:
                    events[in_group] = expected_events(
                        point, name, couplings, scenario.run.luminosity_fb
                    )
                except InputError as error:  # masses that the collider cannot produce
                    if keep:
                        self.kept[tuple(row)] = error
                    break
        return {name: events.reshape(xs.shape) for name, events in result.items()}

    def _values_of_couplings(
        self, scenario: Scenario, x: FloatArray, y: FloatArray
    ) -> dict[str, FloatArray]:
        values = {name: np.full(x.shape, value) for name, value in scenario.model.couplings.items()}
        for axis, coupling, given in zip((self.x, self.y), self._couplings, (x, y), strict=True):
            if coupling:
                values[axis.name.removeprefix("model.")] = given
        return values


@dataclass(frozen=True)
class _Acceptances:
    """Acceptances at values of the costly keys of a plane, in another process."""

    scenario: dict[str, Any]
    x: Axis
    y: Axis

    @cached_property
    def _plane(self) -> KeyPlane:
        return KeyPlane(Scenario.from_dict(self.scenario), self.x, self.y)

    def __call__(self, costly: tuple[float, ...]) -> Any:
        outcome = self._plane._point(costly)
        if isinstance(outcome, InputError):
            return None
        scenario, point = outcome
        values = {name: np.array(value) for name, value in scenario.model.couplings.items()}
        try:
            for name in scenario.detectors:
                if isinstance(point, MassPoint):
                    epsilon, g_d = values["epsilon"], values["g_d"]
                    point.expected_events(name, epsilon, g_d, 1.0, efficiency="unity")
                else:
                    point.expected_events(name, values, 1.0)
        except InputError:  # masses that the collider cannot produce
            return None
        return point.computed()


def named_plane(scenario: Scenario) -> Scenario | None:
    """The scenario with its plane by name; None where the plane is one of keys.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    """
    section = scenario.plane
    if not is_pair(scenario.model):
        return None
    if section.x is None and section.y is None:
        return scenario
    named = NAMED.get((section.x or "", section.y or ""))
    if named is None:
        return None
    kind, hold, axis = named
    keys = dict.fromkeys(("x", "y", "x_range", "y_range"))
    values = {"kind": kind, "hold": hold, axis: section.x_range, "epsilon": section.y_range}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return scenario.with_values(
            {f"plane.{key}": value for key, value in {**keys, **values}.items()}
        )


def key_plane(scenario: Scenario) -> KeyPlane:
    """Plane of the keys ``plane.x`` and ``plane.y`` of a scenario.

    For a single particle they default to its mass and its first coupling that is not 0; for one of
    a file, to its proper decay length and cross-section.

    Raises
    ------
    InputError
        If a key is missing, not one of numbers or one that changes the limit, or its range is
        neither given nor known.
    """
    return KeyPlane(scenario, *axes(scenario))
