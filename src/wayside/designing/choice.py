"""Which of the designs that were tried is recommended."""

import math
from collections.abc import Sequence

import numpy as np

from wayside.designing.evaluation import Trial
from wayside.designing.plan import Plan
from wayside.typing import FloatArray

_ROUNDING = 1.0 + 1e-12


def losses(plan: Plan, trials: Sequence[Trial]) -> FloatArray:
    """Losses of designs, shape (n, objectives)."""
    return np.array([plan.score(trial).losses for trial in trials], dtype=np.float64)


def affordable(plan: Plan, trial: Trial, start: Trial) -> bool:
    """Whether a design costs no more than the settings say, and, if cost counts, than another one.

    Parameters
    ----------
    plan
        What was asked.
    trial
        The design.
    start
        The scenario's own, whose cost is the limit where cost is an objective; where it has none
        there is no limit.
    """
    settings = plan.settings
    most = math.inf if settings.most_cost is None else settings.most_cost
    if settings.cost_is_objective and math.isfinite(start.cost):
        most = min(most, start.cost)
    return most == math.inf or trial.cost <= most * _ROUNDING


def recommended(plan: Plan, trials: Sequence[Trial], start: Trial) -> Trial | None:
    """The cheapest of the designs that are as good as the best one.

    These are the allowed ones whose objective differs from the best by no more than the tolerance
    of the settings. Of equally cheap ones, and where costs are not known, the best is taken.

    Parameters
    ----------
    plan
        What was asked.
    trials
        Designs that were tried.
    start
        The scenario's own. If cost is an objective, designs that are dearer count only where none
        is as cheap.
    """
    allowed = [trial for trial in trials if trial.allowed]
    allowed = [trial for trial in allowed if affordable(plan, trial, start)] or allowed
    if not allowed:
        return None

    def loss(trial: Trial) -> float:
        return plan.score(trial).losses[0]

    best = min(allowed, key=loss)
    least = 1.0 - plan.settings.tolerance
    as_good = [t for t in allowed if t is best or plan.objective.gain(t.value, best.value) >= least]
    return min(as_good, key=lambda t: (t.cost if math.isfinite(t.cost) else math.inf, loss(t)))
