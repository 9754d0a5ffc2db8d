"""How a design is searched for, and what makes one better than another."""

import math
from dataclasses import dataclass
from typing import Final, get_args

from wayside.designing.assumptions import NOMINAL, assumption
from wayside.designing.measures import Objective, objective
from wayside.designing.optimiser import DEFAULT, sampler
from wayside.errors import InputError, check_choice
from wayside.limits.uncertain import Statistic

TOLERANCE: Final = 0.01
"""Relative difference of objectives up to which the cheaper design is as good.

Less than half of what one standard error of a usual yield (5 per cent) makes of the smallest
coupling, and ten times the numerical error of an objective.
"""


@dataclass(frozen=True)
class DesignSettings:
    """What a design is to be good at, and who proposes designs.

    Parameters
    ----------
    objective
        Key of `wayside.designing.measures.OBJECTIVES`.
    cost_is_objective
        Whether cost is a second objective. The recommended design then costs no more than the
        scenario's own.
    most_cost
        What a design may cost; None for anything.
    background
        Key of `wayside.designing.assumptions.ASSUMPTIONS`: how the expected background is taken.
    statistic
        Limit that is to be expected, as for `wayside.limits.uncertain.expected_upper_limit`:
        ``"mean"`` of the limits of all counts without signal, which is smooth; ``"median"``, as
        contours are drawn, which goes in steps.
    tolerance
        Of designs whose objectives differ by no more than this from the best one, relative, the
        cheapest is recommended.
    sampler, seed
        Key of `wayside.designing.optimiser.SAMPLERS`, and its seed.

    Raises
    ------
    InputError
        If a name is not known or a number out of its range.
    """

    objective: str = "epsilon_min"
    cost_is_objective: bool = False
    most_cost: float | None = None
    background: str = NOMINAL
    statistic: Statistic = "mean"
    tolerance: float = TOLERANCE
    sampler: str = DEFAULT
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what is not known."""
        objective(self.objective)
        assumption(self.background)
        sampler(self.sampler)
        check_choice("statistic", self.statistic, get_args(Statistic))
        if self.most_cost is not None and not 0.0 < self.most_cost < math.inf:
            raise InputError(f"most cost = {self.most_cost:g}: must be above 0")
        if not 0.0 <= self.tolerance < 1.0:
            raise InputError(f"tolerance = {self.tolerance:g}: must be 0 or more, and below 1")

    @property
    def measure(self) -> Objective:
        """The objective itself."""
        return objective(self.objective)

    @property
    def has_cost(self) -> bool:
        """Whether designs need a cost."""
        return self.cost_is_objective or self.most_cost is not None
