"""A design study before it is run: keys, objective, limits, and a hash of its inputs."""

import hashlib
import json
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from wayside.designing.assumptions import NOMINAL, assumption
from wayside.designing.cost import cost
from wayside.designing.evaluation import Evaluator, Trial
from wayside.designing.measures import Objective, objective
from wayside.designing.optimiser import DEFAULT, SAMPLERS, Told
from wayside.designing.space import Dimension, dimensions, value_of
from wayside.errors import InputError
from wayside.scanning.axes import Range
from wayside.scanning.plan import package_versions
from wayside.scenario import Scenario
from wayside.scenario.input_files import file_hashes
from wayside.version import __version__

PACKAGES: Final = ("numba", "numpy", "optuna", "scipy")
"""Packages whose versions may change what is proposed, or bits of a result."""

BATCH: Final = 8
"""Designs that are proposed at a time, whatever the number of processes."""

_NO_LOSS: Final = 1e9
"""Told of a design without a value, which is refused: of no matter."""


@dataclass(frozen=True)
class Plan:
    """A design study; made by `plan`.

    Parameters
    ----------
    scenario
        What is improved, without detectors that do not count.
    space
        Keys that are chosen.
    objective_name
        Key of `wayside.designing.measures.OBJECTIVES`.
    cheap
        Whether cost is a second objective.
    background
        Key of `wayside.designing.assumptions.ASSUMPTIONS`.
    most_cost
        What a design may cost; None for anything.
    sampler
        Key of `wayside.designing.optimiser.SAMPLERS`.
    seed
        Of the sampler.
    batch
        Designs that are proposed at a time.
    """

    scenario: Scenario
    space: tuple[Dimension, ...]
    objective_name: str
    cheap: bool = False
    background: str = NOMINAL
    most_cost: float | None = None
    sampler: str = DEFAULT
    seed: int = 1
    batch: int = BATCH

    @property
    def objective(self) -> Objective:
        """What a design is to be good at."""
        return objective(self.objective_name)

    @cached_property
    def evaluator(self) -> Evaluator:
        """Computes designs."""
        priced = self.cheap or self.most_cost is not None or _has_cost(self.scenario)
        return Evaluator(
            self.scenario.to_dict(), self.objective_name, self.background, self.most_cost, priced
        )

    @property
    def start(self) -> dict[str, float]:
        """The scenario's own values."""
        values = {one.key: value_of(self.scenario, one.key) for one in self.space}
        return {key: value for key, value in values.items() if value is not None}

    @property
    def first(self) -> dict[str, float]:
        """The same, moved into the ranges."""
        return {
            one.key: min(max(self.start[one.key], one.range.low), one.range.high)
            for one in self.space
        }

    def told(self, trial: Trial) -> Told:
        """What the optimiser learns of a design."""
        losses = [_NO_LOSS if math.isnan(trial.value) else self.objective.loss(trial.value)]
        if self.cheap:
            losses.append(_NO_LOSS if math.isnan(trial.cost) else trial.cost)
        return Told(losses, trial.violation)

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """Everything that the values of a design and the proposals depend on, as plain values."""
        return {
            "wayside": __version__,
            "packages": package_versions(PACKAGES),
            "scenario": self.scenario.to_dict(),
            "files": file_hashes(self.scenario.to_dict()),
            "vary": [
                {
                    "key": one.key,
                    "low": one.range.low,
                    "high": one.range.high,
                    "logarithmic": one.range.logarithmic,
                    "whole": one.whole,
                }
                for one in self.space
            ],
            "objective": self.objective_name,
            "cost_is_objective": self.cheap,
            "background": self.background,
            "most_cost": self.most_cost,
            "sampler": self.sampler,
            "seed": self.seed,
            "batch": self.batch,
        }

    @cached_property
    def digest(self) -> str:
        """Hash of the inputs."""
        text = json.dumps(self.inputs, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def plan(
    scenario: Scenario,
    ranges: Sequence[Range],
    objective_name: str = "epsilon_min",
    *,
    cheap: bool = False,
    background: str = NOMINAL,
    most_cost: float | None = None,
    sampler: str = DEFAULT,
    seed: int = 1,
) -> Plan:
    """Plan a design study.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    ranges
        Keys with their ranges.
    objective_name, cheap, background, most_cost, sampler, seed
        As for `Plan`.

    Raises
    ------
    InputError
        If there is no such key, objective, assumption or sampler, or costs are not known.
    """
    objective(objective_name)
    assumption(background)
    if sampler not in SAMPLERS:
        raise InputError(f"sampler = {sampler!r}: must be one of {', '.join(SAMPLERS)}")
    if most_cost is not None and not 0.0 < most_cost < math.inf:
        raise InputError(f"most cost = {most_cost:g}: must be above 0")
    space = dimensions(scenario, ranges)
    for one in space:
        if value_of(scenario, one.key) is None:
            raise InputError(f"{one.key}: the scenario has no value to start from; set one")
    counting = _counting(scenario)
    if cheap or most_cost is not None:
        cost(counting)  # refused in one line where it is not known
    return Plan(counting, space, objective_name, cheap, background, most_cost, sampler, seed)


def _counting(scenario: Scenario) -> Scenario:
    """The scenario without detectors that do not count, whose backgrounds would cost time."""
    idle = [name for name in scenario.detectors if name not in scenario.signal]
    if not idle:
        return scenario
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return scenario.with_values({f"detectors.{name}": None for name in idle})
    except InputError:  # another section names one
        return scenario


def _has_cost(scenario: Scenario) -> bool:
    try:
        cost(scenario)
    except InputError:
        return False
    return True
