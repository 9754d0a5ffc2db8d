"""The best design of a detector, with its tables and figures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from wayside.designing.design import Design
from wayside.designing.evaluation import Trial
from wayside.designing.plan import Plan, plan
from wayside.designing.run import run_design
from wayside.designing.settings import DesignSettings
from wayside.errors import InputError
from wayside.executors import Executor, local_executor
from wayside.files import claimed_folder
from wayside.results.saving import NONE, Drawing, Plotted, Progress, Saved
from wayside.scanning.axes import LOG, Range
from wayside.scenario import Scenario
from wayside.text import csv_text, json_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EVALUATIONS: Final = 200
"""Designs that are proposed unless another number is given."""


@dataclass(frozen=True, eq=False)
class DesignResult(Plotted, Saved):
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
                dimension.key: [
                    dimension.range.low,
                    dimension.range.high,
                    *([LOG] if dimension.range.logarithmic else []),
                ]
                for dimension in plan.space
            },
            "settings": asdict(plan.settings),
            "evaluations": self.design.evaluations,
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
        given["settings"] = DesignSettings(**given.get("settings", {}))
        result = design(scenario, **given, progress=lambda done, of: say(f"{done} of {of} designs"))
        return cls(result.design)

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
        from wayside.plotting import design as plotting

        figures = {
            "search": plotting.search_figure,
            "changes": plotting.changes_figure,
            "front": plotting.front_figure,
        }
        for name in self.figures:
            yield Drawing(name, partial(figures[name], self.design))

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of figures that there are."""
        design = self.design
        has_front = bool(design.plan.settings.cost_is_objective and design.front)
        is_drawn = {"search": True, "changes": bool(design.steps), "front": has_front}
        return tuple(name for name, drawn in is_drawn.items() if drawn)

    def draw(self, axes: "Axes", *, name: str = "search") -> None:
        """Draw one of the figures into axes that are there.

        Parameters
        ----------
        axes
            The axes.
        name
            ``"search"``, ``"changes"`` or ``"front"``, as there are.

        Raises
        ------
        InputError
            If there is no such figure.
        """
        from wayside.plotting import design as plotting

        if name not in self.figures:
            raise InputError(f'no figure "{name}"; there are {", ".join(self.figures)}')
        into = {
            "search": plotting.draw_search,
            "changes": plotting.draw_changes,
            "front": plotting.draw_front,
        }
        into[name](axes, self.design)

    def __repr__(self) -> str:
        """One line."""
        return repr(self.design)


def _table(design: Design) -> str:
    keys = [dimension.key for dimension in design.plan.space]
    front = {id(trial) for trial in design.front}
    header = {
        "what": "designs in the order in which they were proposed, then single changes; nan where"
        " there is no value",
        "scenario": design.plan.scenario.name,
        "objective": f"{design.plan.objective.label} [{design.plan.objective.unit}]",
        "units": "keys in their base units, cost in the money of [cost]",
    }
    columns = (
        *keys,
        *("value", "n_limit", "value_median", "n_limit_median"),
        *("background", "background_error", "cost", "violation", "front"),
        "reason",
    )
    rows: list[tuple[float | str, ...]] = [
        (
            *(float(trial.values[key]) for key in keys),
            trial.value,
            trial.n_limit,
            trial.median_value,
            trial.n_limit_median,
            trial.background,
            trial.background_error,
            trial.cost,
            trial.violation,
            float(id(trial) in front),
            '"' + trial.reason.replace('"', "'") + '"',
        )
        for trial in design.trials
    ]
    return csv_text(header, columns, rows)


def design(
    scenario: Scenario,
    vary: Mapping[str, tuple[float, float] | tuple[float, float, str]],
    settings: DesignSettings | None = None,
    *,
    evaluations: int = EVALUATIONS,
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
    settings
        What a design is to be good at, limits of its cost, and who proposes designs; the usual ones
        if None.
    evaluations
        Designs that are proposed.
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
        If a key is not known, or Optuna is not installed.

    Examples
    --------
    >>> import wayside
    >>> scenario = wayside.load_scenario("belle2-forward")
    >>> found = wayside.design(scenario, {"detectors.A.position.2": (5.0, 9.0)}, evaluations=8)
    >>> round(found.best.values["detectors.A.position.2"], 1) <= 7.0, found.gain >= 1.0
    (True, True)
    """
    plan_of_study = plan(scenario, [_range(key, ends) for key, ends in vary.items()], settings)
    by = local_executor(workers) if by is None else by
    if folder is None:
        return DesignResult(run_design(plan_of_study, evaluations, by, progress=progress))
    with claimed_folder(Path(folder)):
        return DesignResult(
            run_design(plan_of_study, evaluations, by, Path(folder), progress=progress)
        )


def _range(key: str, ends: tuple[float, float] | tuple[float, float, str]) -> Range:
    if len(ends) not in (2, 3) or (len(ends) == 3 and ends[2] != LOG):
        raise InputError(f'{key}: must have a lower and an upper end, and "{LOG}" if it is one')
    return Range(key, float(ends[0]), float(ends[1]), len(ends) == 3)
