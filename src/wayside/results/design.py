"""The best design of a detector, with its tables and figures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Self

from wayside.designing.assumptions import NOMINAL
from wayside.designing.design import Design
from wayside.designing.evaluation import Trial
from wayside.designing.optimiser import DEFAULT
from wayside.designing.plan import Plan, plan
from wayside.designing.run import run_design
from wayside.errors import InputError
from wayside.executors import Executor, local_executor
from wayside.files import claimed_folder
from wayside.results.saving import NONE, Drawing, Progress, Saved
from wayside.scanning.axes import LOG, Range
from wayside.scenario import Scenario
from wayside.text import csv_text, json_text

EVALUATIONS: Final = 200
"""Designs that are proposed unless another number is given."""


@dataclass(frozen=True, eq=False)
class DesignResult(Saved):
    """A design study, made by `design`.

    Parameters
    ----------
    design
        What was found.
    """

    design: Design

    kind: ClassVar = "design"

    def inputs(self) -> dict[str, Any]:
        """The scenario, keys with their ranges, and how they were chosen."""
        plan = self.plan
        return {
            "scenario": plan.scenario.to_dict(),
            "vary": {
                one.key: [one.range.low, one.range.high, *([LOG] if one.range.logarithmic else [])]
                for one in plan.space
            },
            "objective": plan.objective_name,
            "cost": plan.cheap,
            "background": plan.background,
            "most_cost": plan.most_cost,
            "evaluations": self.design.evaluations,
            "sampler": plan.sampler,
            "seed": plan.seed,
        }

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a result, as `wayside.results.saving.Saved.compute`."""
        say = progress or (lambda _: None)
        given = {"vary": {}, **options}
        found = design(scenario, **given, progress=lambda done, of: say(f"{done} of {of} designs"))
        return cls(found.design)

    @property
    def plan(self) -> Plan:
        """What was asked."""
        return self.design.plan

    @property
    def best(self) -> Trial | None:
        """The recommended design; None where none is allowed."""
        return self.design.best

    @property
    def gain(self) -> float:
        """How many times better it is than the scenario's own."""
        return self.design.gain

    def summary(self) -> dict[str, Any]:
        """Plain values, as ``wayside design --json`` prints them."""
        return self.design.summary()

    def texts(self) -> dict[str, bytes | str]:
        """Contents by file name: the answer, and a table of all designs."""
        return {"design.json": json_text(self.summary()) + "\n", "designs.csv": _table(self.design)}

    def drawings(self) -> Iterator[Drawing]:
        """Figures: the search, what each change is worth, and the front where cost counts."""
        from wayside.plotting.design import changes_figure, front_figure, search_figure

        found = self.design
        yield Drawing("search", lambda: search_figure(found))
        if found.steps:
            yield Drawing("changes", lambda: changes_figure(found))
        if found.plan.cheap and found.front:
            yield Drawing("front", lambda: front_figure(found))

    def __repr__(self) -> str:
        """One line."""
        return repr(self.design)


def _table(found: Design) -> str:
    keys = [one.key for one in found.plan.space]
    front = {id(trial) for trial in found.front}
    header = {
        "what": "designs in the order in which they were proposed; nan where there is no value",
        "scenario": found.plan.scenario.name,
        "objective": f"{found.plan.objective.label} [{found.plan.objective.unit}]",
        "units": "keys in their base units, cost in the money of [cost]",
    }
    columns = (
        *keys,
        *("value", "n_limit", "background", "background_error", "cost", "violation", "front"),
        "reason",
    )
    rows: list[tuple[float | str, ...]] = [
        (
            *(float(trial.values[key]) for key in keys),
            trial.value,
            trial.n_limit,
            trial.background,
            trial.background_error,
            trial.cost,
            trial.violation,
            float(id(trial) in front),
            '"' + trial.reason.replace('"', "'") + '"',
        )
        for trial in found.trials
    ]
    return csv_text(header, columns, rows)


def design(
    scenario: Scenario,
    vary: Mapping[str, tuple[float, float] | tuple[float, float, str]],
    objective: str = "epsilon_min",
    *,
    cost: bool = False,
    background: str = NOMINAL,
    most_cost: float | None = None,
    evaluations: int = EVALUATIONS,
    sampler: str = DEFAULT,
    seed: int = 1,
    folder: Path | str | None = None,
    workers: int = 1,
    by: Executor | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> DesignResult:
    """Look for the best values of keys of a scenario: where a detector stands, and its hardware.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`. Background and efficiency are what it says: ``"simulated"`` or
        numbers.
    vary
        Lower and upper end by dotted key, in base units, with ``"log"`` as a third item for equal
        steps of the logarithm.
    objective
        Key of `wayside.designing.measures.OBJECTIVES`.
    cost
        Whether cost is a second objective. The recommended design is then the best that costs no
        more than the scenario's own.
    background
        Key of `wayside.designing.assumptions.ASSUMPTIONS`: how the expected background is taken.
    most_cost
        What a design may cost.
    evaluations
        Designs that are proposed.
    sampler, seed
        Key of `wayside.designing.optimiser.SAMPLERS`, and its seed.
    folder
        Where every computed design is kept, so that a run that was killed goes on.
    workers
        Number of processes; one is this process itself. The result is the same.
    by
        Executor that computes, in place of processes.
    progress
        Called with the number of proposals that are done, and of all.

    Raises
    ------
    InputError
        If a key, objective, assumption or sampler is not known, or Optuna is not installed.

    Examples
    --------
    >>> import wayside
    >>> scenario = wayside.load_scenario("belle2-forward")
    >>> found = wayside.design(scenario, {"detectors.A.position.2": (5.0, 9.0)}, evaluations=8)
    >>> round(found.best.values["detectors.A.position.2"], 1) <= 7.0, found.gain >= 1.0
    (True, True)
    """
    made = plan(
        scenario,
        [_range(key, ends) for key, ends in vary.items()],
        objective,
        cheap=cost,
        background=background,
        most_cost=most_cost,
        sampler=sampler,
        seed=seed,
    )
    by = local_executor(workers) if by is None else by
    if folder is None:
        return DesignResult(run_design(made, evaluations, by, progress=progress))
    with claimed_folder(Path(folder)):
        return DesignResult(run_design(made, evaluations, by, Path(folder), progress=progress))


def _range(key: str, ends: tuple[float, float] | tuple[float, float, str]) -> Range:
    if len(ends) not in (2, 3) or (len(ends) == 3 and ends[2] != LOG):
        raise InputError(f'{key}: must have a lower and an upper end, and "{LOG}" if it is one')
    return Range(key, float(ends[0]), float(ends[1]), len(ends) == 3)
