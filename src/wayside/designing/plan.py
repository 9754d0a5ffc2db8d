"""A design study before it is run: keys, objective, limits, and a hash of its inputs."""

import hashlib
import json
import math
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Final

from wayside.designing.cost import cost
from wayside.designing.evaluation import Evaluator, Trial
from wayside.designing.measures import Objective
from wayside.designing.optimiser import Score
from wayside.designing.settings import DesignSettings
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
"""Loss of a design without a value, which is refused: of no matter."""


@dataclass(frozen=True)
class Plan:
    """A design study; made by `plan`.

    Parameters
    ----------
    scenario
        What is improved, without detectors that do not count.
    space
        Keys that are chosen.
    settings
        What a design is to be good at, and who proposes designs.
    batch
        Designs that are proposed at a time.
    """

    scenario: Scenario
    space: tuple[Dimension, ...]
    settings: DesignSettings = field(default_factory=DesignSettings)
    batch: int = BATCH

    @property
    def objective(self) -> Objective:
        """What a design is to be good at."""
        return self.settings.measure

    @cached_property
    def evaluator(self) -> Evaluator:
        """Computes designs."""
        priced = self.settings.has_cost or _has_cost(self.scenario)
        return Evaluator(self.scenario.to_dict(), self.settings, priced)

    @property
    def start(self) -> dict[str, float]:
        """The scenario's own values."""
        values = {dimension.key: value_of(self.scenario, dimension.key) for dimension in self.space}
        return {key: value for key, value in values.items() if value is not None}

    @property
    def first(self) -> dict[str, float]:
        """The same, moved into the ranges."""
        return {
            dimension.key: min(
                max(self.start[dimension.key], dimension.range.low), dimension.range.high
            )
            for dimension in self.space
        }

    def score(self, trial: Trial) -> Score:
        """What the optimiser learns of a design."""
        losses = [_NO_LOSS if math.isnan(trial.value) else self.objective.loss(trial.value)]
        if self.settings.cost_is_objective:
            losses.append(_NO_LOSS if math.isnan(trial.cost) else trial.cost)
        return Score(losses, trial.violation)

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """Everything that the values of a design and the proposals depend on, as plain values.

        The tolerance is not among it: another one gives another answer from the same designs.
        """
        return {
            "wayside": __version__,
            "packages": package_versions(PACKAGES),
            "scenario": self.scenario.to_dict(),
            "files": file_hashes(self.scenario.to_dict()),
            "vary": [
                {
                    "key": dimension.key,
                    "low": dimension.range.low,
                    "high": dimension.range.high,
                    "logarithmic": dimension.range.logarithmic,
                    "whole": dimension.whole,
                }
                for dimension in self.space
            ],
            **{name: value for name, value in asdict(self.settings).items() if name != "tolerance"},
            "batch": self.batch,
        }

    @cached_property
    def digest(self) -> str:
        """Hash of the inputs."""
        text = json.dumps(self.inputs, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def plan(
    scenario: Scenario, ranges: Sequence[Range], settings: DesignSettings | None = None
) -> Plan:
    """Plan a design study.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    ranges
        Keys with their ranges.
    settings
        What a design is to be good at, and who proposes designs; the usual ones if None.

    Raises
    ------
    InputError
        If there is no such key, or costs are not known.
    """
    wanted = settings or DesignSettings()
    space = dimensions(scenario, ranges)
    for dimension in space:
        if value_of(scenario, dimension.key) is None:
            raise InputError(f"{dimension.key}: the scenario has no value to start from; set one")
    counting = _counting(scenario)
    if wanted.has_cost:
        cost(counting)  # refused in one line where it is not known
    return Plan(counting, space, wanted)


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
