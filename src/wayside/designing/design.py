"""The outcome of a design study: the design that is recommended, and what its value hangs on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from wayside.designing.assumptions import ASSUMPTIONS
from wayside.designing.changes import Change
from wayside.designing.choice import affordable, losses
from wayside.designing.evaluation import CROWDED, LESS_SIGNAL, Trial
from wayside.designing.front import front
from wayside.designing.knowledge import Known, known
from wayside.designing.plan import Plan

_NO_CHANGE: Final = 1e-6
"""Change of a logarithm below which nothing hangs on an assumption."""


class Step(NamedTuple):
    """What one change is worth.

    Attributes
    ----------
    change
        The change.
    alone
        The scenario's own design with this change.
    undone
        The recommended design without it.
    """

    change: Change
    alone: Trial
    undone: Trial


class Alternative(NamedTuple):
    """What becomes of the answer if the background is taken in another way.

    Attributes
    ----------
    name
        Key of `wayside.designing.assumptions.ASSUMPTIONS`.
    start, best
        Objective of the scenario's own design, and of the recommended one.
    other
        The best of all designs that were tried, with this background; None if there is none.
    """

    name: str
    start: float
    best: float
    other: Trial | None


@dataclass(frozen=True, eq=False)
class Design:
    """A design study that was run; made by `wayside.designing.run.run_design`.

    Parameters
    ----------
    plan
        What was asked.
    evaluations
        Number of designs that were proposed.
    trials
        These in their order; then those with single changes, and with single changes undone.
    start
        The scenario's own design.
    best
        The recommended one; None where none is allowed.
    steps
        What each change from one to the other is worth.
    """

    plan: Plan
    evaluations: int
    trials: tuple[Trial, ...]
    start: Trial
    best: Trial | None
    steps: tuple[Step, ...]

    @property
    def gain(self) -> float:
        """How many times better the recommended design is; nan where one has no value."""
        if self.best is None:
            return math.nan
        return self.plan.objective.gain(self.best.value, self.start.value)

    @cached_property
    def front(self) -> tuple[Trial, ...]:
        """Allowed designs than which none is better and not dearer, the best first."""
        allowed = [trial for trial in self.trials if trial.allowed]
        if not allowed:
            return ()
        return tuple(allowed[number] for number in front(losses(self.plan, allowed)))

    @cached_property
    def known(self) -> Mapping[str, Known]:
        """How well the effects of the keys are known at the recommended design."""
        if self.best is None:
            return {}
        made = self.plan.evaluator.scenario(self.best.values)
        return known(made, [dimension.key for dimension in self.plan.space])

    @cached_property
    def alternatives(self) -> tuple[Alternative, ...]:
        """The answer for every way to take the background."""
        compared = []
        for name in ASSUMPTIONS:
            values = [
                (self.plan.objective.loss(trial.by_assumption[name]), number)
                for number, trial in enumerate(self.trials)
                if self._could(trial, name)
            ]
            other = self.trials[min(values)[1]] if values else None
            compared.append(Alternative(name, _of(self.start, name), _of(self.best, name), other))
        return tuple(compared)

    def _could(self, trial: Trial, name: str) -> bool:
        """Whether a design is one to choose with another background."""
        if not math.isfinite(_of(trial, name)) or trial.violation >= CROWDED:
            return False
        return affordable(self.plan, trial, self.start)

    @property
    def uncertainty(self) -> dict[str, float]:
        """Relative change of the objective, for one standard error of background and of yields.

        Where nothing is excluded any more it is nan.
        """
        if self.best is None:
            return {}
        return {
            name: _of(self.best, key) / self.best.value - 1.0
            for name, key in (("background", "more"), ("yields", LESS_SIGNAL))
        }

    @property
    def hangs_on(self) -> str | None:
        """The way to take the background that changes the objective most; None for none."""
        if self.best is None:
            return None
        value = self.best.value
        change = {
            alternative.name: abs(math.log(alternative.best / value))
            if math.isfinite(alternative.best) and alternative.best > 0.0
            else math.inf
            for alternative in self.alternatives
            if alternative.name != self.plan.settings.background
        }
        most = max(change, key=lambda name: change[name])
        return most if change[most] > _NO_CHANGE else None

    def overrides(self) -> list[str]:
        """Values of ``--set`` that make the recommended design."""
        if self.best is None:
            return []
        return [f"{key}={value!r}" for key, value in self.best.settings.items()]

    def summary(self) -> dict[str, Any]:
        """Plain values, as ``wayside design --json`` prints them, without the trials."""
        objective = self.plan.objective
        best = self.best
        return {
            **self.plan.inputs,
            "tolerance": self.plan.settings.tolerance,
            "inputs_sha256": self.plan.digest,
            "label": objective.label,
            "unit": objective.unit,
            "evaluations": self.evaluations,
            "allowed": sum(trial.allowed for trial in self.trials),
            "start": self.start.plain(),
            "recommended": None if best is None else best.plain(),
            "set": self.overrides(),
            "gain": self.gain,
            "uncertainty": self.uncertainty,
            "hangs_on": self.hangs_on,
            "changes": [
                {
                    "name": step.change.name,
                    "from": step.change.before,
                    "to": step.change.after,
                    "alone": step.alone.plain(),
                    "undone": step.undone.plain(),
                }
                for step in self.steps
            ],
            "known": {key: knowledge._asdict() for key, knowledge in self.known.items()},
            "extrapolated": [key for key, known in self.known.items() if known.is_extrapolated],
            "backgrounds": [
                {
                    "name": alternative.name,
                    "label": ASSUMPTIONS[alternative.name].label,
                    "start": alternative.start,
                    "recommended": alternative.best,
                    "best_of_all": None
                    if alternative.other is None
                    else _of(alternative.other, alternative.name),
                    "best_values": None
                    if alternative.other is None
                    else dict(alternative.other.values),
                }
                for alternative in self.alternatives
            ],
            "front": [trial.plain() for trial in self.front]
            if self.plan.settings.cost_is_objective
            else None,
        }

    def __repr__(self) -> str:
        """One line."""
        name, label = self.plan.scenario.name, self.plan.objective.label
        if self.best is None:
            return f"<Design of {name}: none of {len(self.trials)} designs is allowed>"
        return f"<Design of {name}: {label}, {self.gain:.3g} times as good as its own>"


def _of(trial: Trial | None, name: str) -> float:
    return math.nan if trial is None else trial.by_assumption.get(name, math.nan)
