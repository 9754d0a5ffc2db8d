"""Points of a scan that differ in their couplings alone, and what is computed for them at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wayside.scenario import Scenario
from wayside.sensitivity.background import Background, expected_background
from wayside.sensitivity.existing import Existing, Search
from wayside.sensitivity.key_plane import Point, expected_events
from wayside.sensitivity.mass_point import MassPoint
from wayside.typing import FloatArray


@dataclass
class Shared:
    """What the groups of a block have in common, so that it is computed once.

    Parameters
    ----------
    background
        Background of every point, None where it depends on the keys that vary.
    """

    background: Background | None = None
    _searches: dict[tuple[str, float], Existing] = field(default_factory=dict)
    _limits: dict[tuple[Any, ...], float] = field(default_factory=dict)

    def searches(self, scenario: Scenario) -> Existing:
        """Existing searches with their tables."""
        key = scenario.run.recast, scenario.run.confidence_level
        if key not in self._searches:
            self._searches[key] = Existing(*key)
        return self._searches[key]

    def n_limit(self, scenario: Scenario) -> float:
        """Signal events that a scenario excludes."""
        if self.background is not None:
            return self._limit(self.background)
        return self._limit(expected_background(scenario))

    def _limit(self, known: Background) -> float:
        key = known.value, known.error, known.confidence_level
        if key not in self._limits:
            self._limits[key] = known.n_limit
        return self._limits[key]


@dataclass
class Group:
    """Points of one scenario but for their couplings.

    Parameters
    ----------
    scenario
        Values of all other keys.
    point
        Its mass point.
    couplings
        By name, shape (n,) each.
    shared
        What it has in common with other groups.
    """

    scenario: Scenario
    point: Point
    couplings: Mapping[str, FloatArray]
    shared: Shared
    refused: dict[int, str] = field(default_factory=dict)
    """Why points have no value of the quantity that is being computed, by their number."""
    _events: dict[str, FloatArray] = field(default_factory=dict)
    _ends: dict[str, tuple[FloatArray, FloatArray]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of points."""
        return len(next(iter(self.couplings.values())))

    @property
    def pair(self) -> MassPoint:
        """The mass point of a model of a pair of states.

        Raises
        ------
        InputError
            If the model is another.
        """
        if not isinstance(self.point, MassPoint):
            _ = self.scenario.pair  # refuses
            raise AssertionError("a pair of states has this mass point")
        return self.point

    def of_point(self, method: str, *arguments: Any) -> FloatArray:
        """What a method of the mass point returns at the couplings, whatever the model is."""
        bound = getattr(self.point, method)
        if isinstance(self.point, MassPoint):
            return np.asarray(bound(*arguments, **self.couplings))
        return np.asarray(bound(*arguments, self.couplings))

    def events(self, detector: str) -> FloatArray:
        """Expected events in a detector, shape (n,)."""
        if detector not in self._events:
            self._events[detector] = self.events_at(detector, self.couplings)
        return self._events[detector]

    def events_at(self, detector: str, couplings: Mapping[str, FloatArray]) -> FloatArray:
        """Expected events in a detector at other couplings."""
        return expected_events(self.point, detector, couplings, self.scenario.run.luminosity_fb)

    def total_at(self, couplings: Mapping[str, FloatArray]) -> FloatArray:
        """Expected events in the signal detectors together at other couplings."""
        signal = self.scenario.signal
        return np.asarray(sum(self.events_at(name, couplings) for name in signal))

    @property
    def n_limit(self) -> float:
        """Signal events that are excluded."""
        return self.shared.n_limit(self.scenario)

    def margin(self, search: Search) -> FloatArray:
        """Margin of an existing search, shape (n,)."""
        searches = self.shared.searches(self.scenario)
        epsilon, g_d = self.couplings["epsilon"], self.couplings["g_d"]
        return np.asarray(search.margin(searches, self.pair, epsilon, g_d))

    def ends(self, coupling: str) -> tuple[FloatArray, FloatArray]:
        """Least and largest value of a coupling that is excluded, shape (n,) each."""
        if coupling not in self._ends:
            from wayside.scanning.coupling_limits import excluded_ends

            self._ends[coupling] = excluded_ends(self, coupling)
        return self._ends[coupling]
