"""One design: what it reaches, what it costs, and whether it can be built."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np

from wayside.backgrounds.passage import passage
from wayside.backgrounds.surroundings import all_obstructed, outlines, words
from wayside.designing.assumptions import level, levels
from wayside.designing.cost import cost
from wayside.designing.measures import Signal, ratio, smallest
from wayside.designing.settings import DesignSettings
from wayside.designing.space import LUMINOSITY, follow, recorded
from wayside.detector.volume import Volume
from wayside.errors import WaysideError
from wayside.scenario import Scenario
from wayside.scenario.variation import Variation
from wayside.sensitivity.background import expected_background
from wayside.sensitivity.key_plane import point_of
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.uncertainty import combined_error, yield_errors

LESS_SIGNAL: Final = "less-signal"
"""Beside the assumptions of the background: yields one standard error lower."""

MEDIAN: Final = "median-count"
"""Beside them: the limit of the median count without signal, for which contours are drawn."""

REFUSED: Final = 1e3
"""Violation of a design that no scenario allows."""

IN_THE_WAY: Final = 200.0
"""Least violation of a design whose lead or fibres stand in the hall; metres are added to it."""

CROWDED: Final = 100.0
"""The same of one whose tungsten has no room."""


@dataclass(frozen=True)
class Trial:
    """A design that was tried; plain values throughout.

    Parameters
    ----------
    values
        By key that was chosen.
    settings
        All keys that differ from the scenario, those that follow from others too.
    value
        The objective; nan where nothing is excluded, or the design is refused.
    by_assumption
        The same for every way to take the background, with yields a standard error lower
        (`LESS_SIGNAL`), and with the limit of the median count (`MEDIAN`).
    couplings
        Where the smallest coupling is excluded, or, where nothing is, most events are expected.
    n_limit, n_limit_median
        Signal events that are excluded, and those of the median count without signal.
    background, background_error
        Expected background with its error.
    yield_error
        Relative standard error of the yield there; nan where it is not known.
    costs
        By item.
    violation
        How far it is from what is allowed; 0 if it is.
    reason
        Why it is not, in one line.
    """

    values: Mapping[str, float]
    settings: Mapping[str, float] = field(default_factory=dict)
    value: float = math.nan
    by_assumption: Mapping[str, float] = field(default_factory=dict)
    couplings: Mapping[str, float] = field(default_factory=dict)
    n_limit: float = math.nan
    n_limit_median: float = math.nan
    background: float = math.nan
    background_error: float = math.nan
    yield_error: float = math.nan
    costs: Mapping[str, float] = field(default_factory=dict)
    violation: float = 0.0
    reason: str = ""

    @property
    def median_value(self) -> float:
        """The objective with the limit of the median count; nan where there is none."""
        return self.by_assumption.get(MEDIAN, math.nan)

    @property
    def cost(self) -> float:
        """Sum of the costs; nan where they are not known."""
        return sum(self.costs.values()) if self.costs else math.nan

    @property
    def allowed(self) -> bool:
        """Whether it can be built, within what it may cost, and excludes something."""
        return self.violation == 0.0

    def plain(self) -> dict[str, Any]:
        """Values that JSON knows, None for nan."""
        return {
            key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in asdict(self).items()
        } | {"by_assumption": _nones(self.by_assumption)}


def trial(plain: Mapping[str, Any]) -> Trial:
    """A trial from what `Trial.plain` gave."""
    values: dict[str, Any] = {
        key: math.nan if value is None else value for key, value in plain.items()
    }
    values["by_assumption"] = {
        key: math.nan if value is None else value for key, value in plain["by_assumption"].items()
    }
    return Trial(**values)


def _nones(values: Mapping[str, float]) -> dict[str, float | None]:
    return {key: None if math.isnan(value) else value for key, value in values.items()}


@dataclass(frozen=True)
class Evaluator:
    """Computes designs of a scenario; can be pickled.

    Parameters
    ----------
    plain
        The scenario, as `wayside.scenario.Scenario.to_dict` has it.
    settings
        What a design is to be good at.
    priced
        Whether costs are computed.
    """

    plain: Mapping[str, Any]
    settings: DesignSettings = field(default_factory=DesignSettings)
    priced: bool = True

    @cached_property
    def _varied(self) -> Variation:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Variation(Scenario.from_dict(self.plain))

    def __getstate__(self) -> dict[str, Any]:
        """Without what is computed from the rest."""
        return {
            key: value for key, value in vars(self).items() if key in type(self).__annotations__
        }

    def scenario(self, values: Mapping[str, float]) -> Scenario:
        """The scenario of a design.

        Raises
        ------
        InputError
            If it is refused.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            keys = tuple(values)
            made = recorded(self._varied.at(values), self._varied.scenario, keys)
            return follow(made, keys)

    def __call__(self, values: Mapping[str, float]) -> Trial:
        """Compute a design.

        Parameters
        ----------
        values
            By key that is chosen.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                made = self.scenario(values)
                return self._computed(dict(values), made)
            except WaysideError as error:
                reason = " ".join(str(error).split())
                return Trial(dict(values), violation=REFUSED, reason=reason)

    def _computed(self, values: dict[str, float], made: Scenario) -> Trial:
        settings = {**values, **_differences(self._varied.scenario, made)}
        costs = cost(made) if self.priced else {}
        blocked = all_obstructed(made, made.signal)
        if blocked:
            name = max(blocked, key=lambda one: blocked[one].excess)
            reason = f"{words(name, blocked[name])}, {blocked[name].excess:.2g} m too thick"
            violation = IN_THE_WAY + blocked[name].excess
            return Trial(values, settings, costs=costs, violation=violation, reason=reason)
        room = crowded(made)
        if room:
            least = max(room.values())
            name = max(room, key=lambda detector: room[detector])
            reason = (
                f"shielding.tungsten: {least:.2g} m too thick for what is free between the"
                f" collision point and {name}"
            )
            return Trial(values, settings, costs=costs, violation=CROWDED + least, reason=reason)
        wanted = self.settings
        background = expected_background(made)
        limits = levels(background, wanted.statistic)
        limits[MEDIAN] = level(background, wanted.background)
        signal = Signal(made, point_of(made))
        wanted_level = limits[wanted.background]
        where = smallest(signal, wanted_level).couplings or ratio(signal, wanted_level).couplings
        known = _yield_error(signal, where)
        if not math.isnan(known):
            limits[LESS_SIGNAL] = wanted_level * (1.0 + known)
        outcomes = {name: wanted.measure.value(signal, limit) for name, limit in limits.items()}
        reached = outcomes[wanted.background]
        violation, reason = self._violation(signal, wanted_level, reached.value, costs)
        return Trial(
            values,
            settings,
            reached.value,
            {name: outcome.value for name, outcome in outcomes.items()},
            dict(where),
            wanted_level,
            limits[MEDIAN],
            background.value,
            background.error,
            known,
            costs,
            violation,
            reason,
        )

    def _violation(
        self, signal: Signal, level: float, value: float, costs: Mapping[str, float]
    ) -> tuple[float, str]:
        violation, reason = 0.0, ""
        if math.isnan(value):
            most = float(np.max(signal.plane, initial=0.0))
            violation = math.log(level / max(most, 1e-300))
            reason = f"nothing is excluded: {most:.3g} events at most, of {level:.3g}"
        most_cost = self.settings.most_cost
        if most_cost is not None and costs:
            total = sum(costs.values())
            above = math.log(total / most_cost)
            if above > 0.0:
                violation += above
                reason = reason or f"costs {total:.4g}, above {most_cost:.4g}"
        return violation, reason


def crowded(scenario: Scenario) -> dict[str, float]:
    """By how many metres the slab of tungsten is too thick for what is free, by detector.

    Straight lines from the collision point to a detector with its lead and fibres go through the
    bodies of the hall; what is left of them has to hold the slab. The beam pipe and what the hall
    leaves out are not known.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`; without a hall there is room everywhere.
    """
    short, around = {}, outlines(scenario)
    for name in scenario.signal:
        volume: Volume = around[name] if name in around else scenario.detectors[name].build()
        free = volume.nearest
        if scenario.hall is not None:
            between = passage(scenario.hall.build(), volume)
            free -= float(between.lengths.sum(axis=1).mean())
        if scenario.shielding.tungsten > free:
            short[name] = scenario.shielding.tungsten - free
    return short


def _differences(start: Scenario, other: Scenario) -> dict[str, float]:
    """Numbers of detectors, stack and luminosity that differ, by dotted key."""
    changed = {}
    if start.run.luminosity_fb != other.run.luminosity_fb:
        changed[LUMINOSITY] = other.run.luminosity_fb
    for name, section in other.detectors.items():
        before, after = start.detectors[name].model_dump(), section.model_dump()
        for key, value in after.items():
            if isinstance(value, tuple | list):
                for number, (old, new) in enumerate(zip(before[key], value, strict=True)):
                    if old != new:
                        changed[f"detectors.{name}.{key}.{number}"] = new
    for key in ("blocks",):
        if getattr(start.stack, key) != getattr(other.stack, key):
            changed[f"stack.{key}"] = getattr(other.stack, key)
    return changed


def _yield_error(signal: Signal, couplings: Mapping[str, float]) -> float:
    """Relative standard error of the yield at couplings; nan where it is not known."""
    if not couplings or not isinstance(signal.point, MassPoint):
        return math.nan
    epsilon, g_d = np.array(couplings["epsilon"]), np.array(couplings["g_d"])
    errors = yield_errors(signal.scenario)
    return float(combined_error(signal.scenario, errors, signal.point, epsilon, g_d))
