"""Columns of couplings or masses, the yields of every convention over them, and their edges."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, get_args

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from wayside.cosmology.column import Column, density_of
from wayside.cosmology.line import relic_epsilons
from wayside.errors import InputError
from wayside.limits.statistics import expected_upper_limit
from wayside.paper.conventions import study_events
from wayside.production.direct_process import DirectProcess
from wayside.scenario import Scenario
from wayside.sensitivity.existing import SEARCHES, Existing
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.relic import Branch, branches
from wayside.typing import BoolArray, FloatArray

Convention = Literal["study", "own acceptance", "exact"]
"""``"study"``: Eq. 20 with the printed acceptance, Eq. 21 with Eq. 5 as printed; ``"own
acceptance"``: the same with the acceptance computed at every mass; ``"exact"``: ours."""

CONVENTIONS: Final[tuple[Convention, ...]] = get_args(Convention)

LIMIT = float(expected_upper_limit(0.0, 0.9, method="cls"))
"""Events excluded at 90 per cent CL without background: ln 10."""

EPSILONS = 241


@dataclass(frozen=True, eq=False)
class Panel:
    """One plane of the study: columns to the right, epsilon upward.

    Attributes
    ----------
    scenario
        Of the study's conventions; gives luminosity and signal detectors.
    label
        Label of the axis, in mathtext.
    x
        Values of the columns, increasing, drawn on a logarithmic axis.
    points
        Mass point of each column, with the study's regulator.
    g_d
        Dark coupling of each column.
    epsilon_range
        Lower and upper end of epsilon in the plane.
    acceptance
        The study's, as a fraction; None where it computed it.
    level
        Events that are excluded, of all columns or of each.
    """

    scenario: Scenario
    label: str
    x: FloatArray
    points: tuple[MassPoint, ...]
    g_d: FloatArray
    epsilon_range: tuple[float, float]
    acceptance: float | None
    level: float | FloatArray = LIMIT

    @cached_property
    def epsilon(self) -> FloatArray:
        """Grid upward."""
        return np.geomspace(*self.epsilon_range, EPSILONS)

    @property
    def luminosity(self) -> float:
        """In fb^-1."""
        return self.scenario.run.luminosity_fb

    @property
    def levels(self) -> FloatArray:
        """Events that are excluded, of each column."""
        return np.broadcast_to(self.level, self.x.shape)

    def exactly(self, point: MassPoint) -> MassPoint:
        """One of the columns' mass points with all of m_e and exact decays, made once."""
        if id(point) not in self._exact:
            self._exact[id(point)] = replace(point, regulator="exact", decays="exact")
        return self._exact[id(point)]

    @cached_property
    def _exact(self) -> dict[int, MassPoint]:
        return {}

    def column(self, i: int, convention: Convention) -> Callable[[FloatArray], FloatArray]:
        """Expected events of one column as a function of epsilon."""
        return events_of(self, self.points[i], float(self.g_d[i]), convention)

    @cached_property
    def _grids(self) -> dict[Convention, FloatArray]:
        return {}

    def events(self, convention: Convention) -> FloatArray:
        """Expected events on the grid, shape (epsilon, x)."""
        if convention not in self._grids:
            columns = [self.column(i, convention)(self.epsilon) for i in range(len(self.x))]
            self._grids[convention] = np.stack(columns, axis=-1)
        return self._grids[convention]

    def edges(self, i: int, convention: Convention) -> tuple[float, float] | None:
        """Least and largest excluded epsilon of a column; None if there is none.

        An edge at the end of the range is that end.
        """
        values = self.events(convention)[:, i]
        return edges(self.column(i, convention), self.epsilon, values, float(self.levels[i]))

    def margins(self, recast: Literal["exact", "printed"]) -> dict[str, FloatArray]:
        """Margins of existing searches on the grid by key, shape (epsilon, x)."""
        searches = Existing(recast, self.scenario.run.confidence_level).margins()
        return {
            search.key: np.stack(
                [
                    searches[search.key](point, self.epsilon, np.full(EPSILONS, g_d))
                    for point, g_d in zip(self.points, self.g_d, strict=True)
                ],
                axis=-1,
            )
            for search in SEARCHES
            if search.key in searches
        }

    @cached_property
    def relic(self) -> tuple[list[Branch], BoolArray]:
        """Lines of the observed density, and where there is too much (epsilon, x)."""
        columns: list[Column | None] = []
        for point, g_d in zip(self.points, self.g_d, strict=True):
            try:
                columns.append(density_of(point.model, float(g_d)))
            except InputError:
                columns.append(None)
        lines = relic_epsilons(columns, *self.epsilon_range)
        too_much = np.zeros((EPSILONS, len(self.x)), dtype=bool)
        for i, crossings in enumerate(lines):
            if crossings is not None:
                for low, high in crossings.overabundant(*self.epsilon_range):
                    too_much[(self.epsilon >= low) & (self.epsilon <= high), i] = True
        return branches(self.x, lines, self.epsilon_range), too_much


def each_once(
    points: Sequence[MassPoint], change: Callable[[MassPoint], MassPoint]
) -> tuple[MassPoint, ...]:
    """Mass points of columns, changed; columns that share one share the changed one."""
    changed: dict[int, MassPoint] = {}
    for point in points:
        if id(point) not in changed:
            changed[id(point)] = change(point)
    return tuple(changed[id(point)] for point in points)


def events_of(
    panel: Panel, point: MassPoint, g_d: float, convention: Convention
) -> Callable[[FloatArray], FloatArray]:
    """Expected events of a mass point in a panel's detectors as a function of epsilon."""
    names = panel.scenario.signal

    def study(epsilon: FloatArray) -> FloatArray:
        acceptance = panel.acceptance if convention == "study" else None
        counts = [
            study_events(point, name, epsilon, g_d, panel.luminosity, acceptance) for name in names
        ]
        return np.asarray(sum(counts))

    ours = panel.exactly(point)

    def exact(epsilon: FloatArray) -> FloatArray:
        counts = [ours.expected_events(name, epsilon, g_d, panel.luminosity) for name in names]
        return np.asarray(sum(counts))

    return exact if convention == "exact" else study


def edges(
    events: Callable[[FloatArray], FloatArray],
    epsilon: FloatArray,
    values: FloatArray,
    level: float = LIMIT,
) -> tuple[float, float] | None:
    """Least and largest epsilon with ``level`` events, from values on a grid and roots between."""
    inside = np.flatnonzero(values > level)
    if not len(inside):
        return None

    def excess(t: float) -> float:
        value = float(events(np.array([np.exp(t)]))[0])
        return float(np.log(max(value, 1e-300) / level))

    ends = []
    for node, beyond in ((inside[0], inside[0] - 1), (inside[-1], inside[-1] + 1)):
        if 0 <= beyond < len(epsilon):
            low, high = sorted((float(np.log(epsilon[node])), float(np.log(epsilon[beyond]))))
            ends.append(float(np.exp(brentq(excess, low, high, xtol=1e-10))))
        else:
            ends.append(float(epsilon[node]))
    return ends[0], ends[1]


def least_epsilon(panel: Panel, convention: Convention) -> float:
    """Least excluded epsilon of a plane of couplings, over all g_D within its axis.

    Raises
    ------
    LookupError
        If nothing is excluded.
    """
    crossings = _first_crossings(panel.events(convention), panel.epsilon, panel.levels)
    best = int(np.argmin(crossings))
    if panel.edges(best, convention) is None:
        raise LookupError("nothing is excluded")
    point = panel.points[best]

    def lower(t: float) -> float:
        events = events_of(panel, point, float(np.exp(t)), convention)
        excluded = edges(events, panel.epsilon, events(panel.epsilon), float(panel.levels[best]))
        return np.inf if excluded is None else excluded[0]

    around = panel.x[[max(best - 1, 0), min(best + 1, len(panel.x) - 1)]]
    result = minimize_scalar(
        lower, bounds=tuple(np.log(around)), method="bounded", options={"xatol": 1e-6}
    )
    ends = panel.edges(best, convention)
    assert ends is not None
    return float(min(result.fun, ends[0]))


def _first_crossings(events: FloatArray, epsilon: FloatArray, levels: FloatArray) -> FloatArray:
    """Least excluded epsilon of every column by interpolation; inf where nothing is excluded."""
    with np.errstate(divide="ignore"):
        depth = np.log(np.maximum(events, 1e-300) / levels)
    first = np.full(events.shape[1], np.inf)
    for i, column in enumerate(depth.T):
        inside = np.flatnonzero(column > 0.0)
        if len(inside):
            k = max(int(inside[0]), 1)
            t = np.clip(column[k - 1] / (column[k - 1] - column[k]), 0.0, 1.0)
            first[i] = epsilon[k - 1] * (epsilon[k] / epsilon[k - 1]) ** t
    return first


def couplings(scenario: Scenario, point: MassPoint, columns: int = 81) -> Panel:
    """Plane of epsilon and g_D of a scenario of the study's.

    Parameters
    ----------
    scenario
        With ranges in its section ``plane``.
    point
        Its mass point.
    columns
        Number of columns.
    """
    assert scenario.plane.g_d is not None
    assert scenario.plane.epsilon is not None
    x = np.geomspace(*scenario.plane.g_d, columns)
    return Panel(
        scenario, "$g_D$", x, (point,) * columns, x, scenario.plane.epsilon, _acceptance(point)
    )


def _acceptance(point: MassPoint) -> float | None:
    from wayside.paper import printed

    value = (
        printed.TABLE_1_CENTRAL.value
        if isinstance(point.process, DirectProcess)
        else printed.OPTIMAL_ACCEPTANCE.value
    )
    assert value is not None
    return 1e-2 * value
