"""The best design of a detector, with its tables and figures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from wayside.designing.design import Design
from wayside.designing.evaluation import Trial
from wayside.designing.plan import Plan, plan
from wayside.designing.run import run_design
from wayside.designing.settings import DesignSettings
from wayside.designing.simulated import SimulatedDesign, SimulationSettings
from wayside.errors import InputError
from wayside.executors import Executor, local_executor
from wayside.files import claimed_folder, scratch_folder
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
    simulation
        How designs were simulated besides; None if they were not.
    simulated
        What came of it, the recommended design first.
    """

    design: Design
    simulation: SimulationSettings | None = None
    simulated: tuple[SimulatedDesign, ...] = ()

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
            **({} if self.simulation is None else {"simulation": asdict(self.simulation)}),
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
        simulation = given.pop("simulation", None)
        result = design(scenario, **given, progress=lambda done, of: say(f"{done} of {of} designs"))
        if simulation is not None:
            result = result.with_simulation(SimulationSettings(**simulation), say=say)
        return cls(result.design, result.simulation, result.simulated)

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
        simulated = [one.plain() for one in self.simulated]
        return {
            **self.design.summary(),
            "simulated": None if self.simulation is None else simulated,
        }

    def with_simulation(
        self,
        settings: SimulationSettings | None = None,
        *,
        folder: Path | str | None = None,
        workers: int = 1,
        say: Callable[[str], object] | None = None,
        progress: Callable[[int, int], object] | None = None,
        report: Callable[[Any], object] | None = None,
    ) -> "DesignResult":
        """Simulate decays in the recommended design with Geant4, beside the law of its efficiency.

        Parameters
        ----------
        settings
            How many decays, whether in all designs of the front, and how many background particles;
            the usual ones if None.
        folder
            Where simulated decays are kept, so that a run that was killed goes on; nowhere if None.
        workers
            Number of processes; the result does not depend on it.
        say
            Called with a line that says how long it will take, before it begins.
        progress
            Called with the number of pieces that are done, and of all, of a detector of a design.
        report
            Called for each process that died.

        Returns
        -------
        DesignResult
            The same study with what was simulated.

        Raises
        ------
        InputError
            If the packages of ``wayside[simulation]`` are missing, or the design cannot be
            simulated.
        """
        from wayside.results.design_simulation import check_simulation, simulate_designs

        wanted = SimulationSettings() if settings is None else settings
        check_simulation(self.plan.scenario, wanted)
        options: dict[str, Any] = {"workers": workers, "say": say, "progress": progress}
        options["report"] = report
        if folder is not None:
            made = simulate_designs(self.design, wanted, Path(folder), **options)
        else:
            with scratch_folder() as scratch:
                made = simulate_designs(self.design, wanted, scratch, **options)
        return replace(self, simulation=wanted, simulated=made)

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
