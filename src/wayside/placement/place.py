"""Maps of what a detector sees over all positions in a hall, and the best of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.acceptance.proper_distances import Points
from wayside.backgrounds.surroundings import all_obstructed, words
from wayside.errors import InputError, check_choice
from wayside.executors import Executor, ordered
from wayside.placement.best import Place, apart, places, refined
from wayside.placement.grid import Grid, spherical
from wayside.placement.objectives import (
    OBJECTIVES,
    Context,
    Objective,
    smallest_above,
    varied,
)
from wayside.placement.rates import ExactYields, Rates, Yields, rates
from wayside.placement.sites import KEY, MAP, Mover, Sites, stand_in
from wayside.scenario import Scenario
from wayside.scenario.hall import preset_hall
from wayside.sensitivity.background import Background, expected_background
from wayside.sensitivity.key_plane import Point, point_of
from wayside.sensitivity.mass_point import MassPoint
from wayside.typing import BoolArray, FloatArray
from wayside.version import __version__

BEST: Final = 10
"""Positions that are recommended."""

ON_CONTOUR: Final = 5
"""Values of the second coupling at which the contour is looked at."""

EVENTS: Final = "events"
"""Objective unless another is named."""


class ContourPlace(NamedTuple):
    """Where a detector sees most at couplings that it just excludes where it stands."""

    couplings: dict[str, float]
    ctau: float
    """Proper decay length in m."""
    position: tuple[float, float, float]
    """In m, on the grid."""
    decays: float
    """Expected decays there by the map."""
    own_decays: float
    """The same where the scenario has the detector, by the same method."""

    @property
    def gain(self) -> float:
        """Decays there over those where the scenario has the detector."""
        return self.decays / self.own_decays if self.own_decays else np.inf

    def summary(self) -> dict[str, Any]:
        """Plain values."""
        theta, phi, distance = spherical(np.array(self.position))
        return {
            "couplings": self.couplings,
            "ctau_m": self.ctau,
            "position_m": list(self.position),
            "theta_rad": theta,
            "phi_rad": phi,
            "distance_m": distance,
            "map_decays": self.decays,
            "own_map_decays": self.own_decays,
            "gain": self.gain,
        }


@dataclass(frozen=True, eq=False)
class Placement:
    """A map of one detector over a grid of positions."""

    scenario: Scenario
    detector: str
    grid: Grid
    objective_name: str
    allowed: BoolArray
    """Whether the detector may stand at a position, shape (n,)."""
    values: FloatArray
    """Objective at every position of the grid, nan where it may not stand or there is none."""
    best: tuple[Place, ...]
    """Best positions, which do not overlap, the best by the exact value first."""
    own: Place
    """Where the scenario has the detector."""
    contour: tuple[ContourPlace, ...]
    background: Background
    notes: tuple[str, ...]

    @property
    def objective(self) -> Objective:
        """What the map shows."""
        return OBJECTIVES[self.objective_name]

    @property
    def gain(self) -> float:
        """Value at the best position over that where the scenario has the detector, or inverse."""
        if not self.best:
            return np.nan
        best, own_value = self.best[0].value, self.own.value
        if not self.objective.largest:
            return own_value / best  # nan where the own place excludes nothing
        return best / own_value if own_value else np.inf

    def cube(self) -> FloatArray:
        """Values on the grid, shape (polar angles, azimuths, distances)."""
        return self.values.reshape(self.grid.counts)

    def summary(self) -> dict[str, Any]:
        """Plain values, as ``wayside place --json`` prints them, without the map."""
        return {
            "wayside": __version__,
            "scenario": self.scenario.to_dict(),
            "detector": self.detector,
            "objective": self.objective_name,
            "unit": self.objective.unit,
            "grid": {
                "theta_rad": self.grid.theta.tolist(),
                "phi_rad": self.grid.phi.tolist(),
                "distance_m": self.grid.distance.tolist(),
                "positions": len(self.grid),
                "allowed": int(self.allowed.sum()),
            },
            "n_limit": self.background.n_limit,
            "best": [place.summary(self.detector) for place in self.best],
            "own": self.own.summary(self.detector),
            "gain": self.gain,
            "contour": [place.summary() for place in self.contour],
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        """One line."""
        return (
            f"<Placement of {self.detector} in {self.scenario.name}: {self.objective.label},"
            f" best {self.gain:.3g} times as good as its own place>"
        )


def place(
    scenario: Scenario,
    detector: str | None = None,
    *,
    objective: str = EVENTS,
    grid: Grid | None = None,
    count: int = BEST,
    progress: Callable[[str], object] | None = None,
    executor: Executor | None = None,
) -> Placement:
    """Find where a detector of a scenario sees most.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`; size and orientation of the detector are kept, its hall says
        where it may stand.
    detector
        Name of the detector, the first for the signal unless given.
    objective
        ``"events"`` at the scenario's couplings, ``"epsilon"`` (the smallest value of the model's
        coupling that is excluded) or ``"area"`` (of couplings that are excluded).
    grid
        Positions; ten thousand unless given.
    count
        How many positions are recommended.
    progress
        Called with a line of text before every step.
    executor
        Who computes the best positions exactly (`wayside.executors.executor`), this process if
        None; the result is the same to the last bit.

    Raises
    ------
    InputError
        If the detector cannot be placed, the objective is not known, or no position is allowed.

    Examples
    --------
    >>> from wayside import load_scenario
    >>> from wayside.placement.grid import Grid
    >>> found = place(load_scenario("belle2-forward"), grid=Grid((6, 4, 2)), count=1)
    >>> found.best[0].value > found.own.value
    True
    """
    say = progress or (lambda _: None)
    check_choice("objective", objective, OBJECTIVES)
    name = scenario.signal[0] if detector is None else detector
    if name not in scenario.detectors:
        raise InputError(f"no detector {name!r}; there are {', '.join(scenario.detectors)}")
    positions = Grid() if grid is None else grid
    chosen = OBJECTIVES[objective]
    mover = Mover(scenario, name)
    background = expected_background(scenario)
    context = Context(scenario, background.n_limit)
    point = point_of(scenario)
    say(f"{len(positions)} positions of {name}")
    sites = mover.sites(positions.positions)
    if not sites.allowed.any():
        raise InputError(f"detectors.{name}: may stand at none of {len(positions)} positions")
    say(f"proper distances to {int(sites.allowed.sum())} positions")
    over_grid = rates(point, sites.points, scenario.run.luminosity_fb)
    values = np.full(len(positions), np.nan)
    values[sites.allowed] = chosen.values(over_grid, context)
    say("about the best positions")
    numbers = apart(mover, positions.positions, chosen.order(values), count)
    near, near_values = refined(mover, point, chosen, context, positions, numbers)
    say("the best positions, exactly")
    candidates = list(zip(near.tolist(), near_values.tolist(), strict=True))
    task = _Exact(scenario.to_dict(), name, objective, context.n_limit)
    exact = ordered(executor, task, candidates)
    exact.sort(key=lambda chosen_place: -float(chosen.order(np.array(chosen_place.value))))
    current = _own(mover, point, chosen, context)
    return Placement(
        scenario,
        name,
        positions,
        objective,
        sites.allowed,
        values,
        tuple(exact),
        current,
        tuple(_along_contour(mover, point, context, positions, sites, over_grid)),
        background,
        tuple(_notes(mover, background)),
    )


@dataclass(frozen=True)
class _Exact:
    """Exact values at a position, in any process."""

    scenario: dict[str, Any]
    detector: str
    objective: str
    n_limit: float

    @cached_property
    def _setting(self) -> tuple[Mover, Point, Objective, Context]:
        scenario = Scenario.from_dict(self.scenario)
        context = Context(scenario, self.n_limit)
        mover = Mover(scenario, self.detector)
        return mover, point_of(scenario), OBJECTIVES[self.objective], context

    def __call__(self, candidate: tuple[list[float], float]) -> Place:
        position, map_value = candidate
        return next(places(*self._setting, np.array([position]), np.array([map_value])))


def _own(mover: Mover, point: Point, objective: Objective, context: Context) -> Place:
    """Where the scenario has the detector."""
    position = np.array([getattr(mover.section, KEY)], dtype=np.float64)
    if mover.at(position[0]) is None:  # it holds the collision point
        nothing = np.nan
        return Place(tuple(position[0].tolist()), *[nothing] * 5)
    return next(places(mover, point, objective, context, position, np.array([np.nan])))


def _along_contour(
    mover: Mover, point: Point, context: Context, grid: Grid, sites: Sites, over_grid: Rates
) -> list[ContourPlace]:
    """Best positions at the ends of what the detector excludes where it stands."""
    try:
        ends = _contour_ends(ExactYields(point, mover.detector, over_grid.luminosity_fb), context)
    except InputError:  # a model without a coupling to vary
        return []
    own_volume = mover.at(np.array(getattr(mover.section, KEY)))
    if not ends or own_volume is None:
        return []
    couplings = {name: np.array([end[name] for end in ends]) for name in ends[0]}
    events = over_grid.events(couplings)
    where = grid.positions[sites.allowed]
    ctau = (
        point.ctau(couplings["epsilon"], couplings["g_d"])
        if isinstance(point, MassPoint)
        else point.ctau(couplings)
    )
    best = np.argmax(events, axis=0)
    # By the same few points, so that what these miss drops out; the scenario has it there, whether
    # its lead may stand there or not.
    own_points = Points(*(part[None] for part in stand_in(own_volume, MAP)))
    own_events = rates(point, own_points, over_grid.luminosity_fb).events(couplings)[0]
    return [
        ContourPlace(
            end,
            float(ctau[k]),
            tuple(where[best[k]].tolist()),
            float(events[best[k], k]),
            float(own_events[k]),
        )
        for k, end in enumerate(ends)
    ]


def _contour_ends(yields: Yields, context: Context) -> list[dict[str, float]]:
    """Smallest and largest coupling that is excluded, at some values of the second one."""
    coupling = varied(context.scenario)
    plane = coupling.plane(context.scenario.model.couplings)
    events = yields.events(plane)[0].reshape(len(coupling.second_values), len(coupling.values))
    smallest = smallest_above(coupling.values, events, context.n_limit)
    # From the other end: the largest is the smallest inverse.
    inverse = smallest_above(1.0 / coupling.values[::-1], events[:, ::-1], context.n_limit)
    rows = np.flatnonzero(np.isfinite(smallest))
    if not len(rows):
        return []
    chosen = rows[np.unique(np.linspace(0, len(rows) - 1, ON_CONTOUR).round().astype(int))]
    fixed = {key: float(value) for key, value in context.scenario.model.couplings.items()}
    ends = []
    for row in chosen:
        second = (
            {} if coupling.second is None else {coupling.second: float(coupling.second_values[row])}
        )
        for value in (smallest[row], 1.0 / inverse[row]):
            if coupling.values[0] < value < coupling.values[-1]:
                ends.append(fixed | second | {coupling.name: float(value)})
    return ends


def _notes(mover: Mover, background: Background) -> list[str]:
    scenario, name = mover.scenario, mover.detector
    notes = []
    if scenario.hall is None:
        notes.append("no [hall]: nothing but the collision point is in the way of a detector")
    elif scenario.hall.preset is not None:
        left_out = preset_hall(scenario.hall.preset).header["left_out"]
        notes.append(f'hall.preset = "{scenario.hall.preset}" leaves out: {left_out}')
    notes += [
        f"{words(name, obstructed)} where the scenario has it"
        for obstructed in all_obstructed(scenario, [name]).values()
    ]
    if scenario.run.simulates_efficiency:
        notes.append("the map counts all decays; values of the best places have the efficiency")
    if background.is_simulated:
        notes.append("the background is that of the scenario's own places, everywhere")
    return notes + list(background.flags)
