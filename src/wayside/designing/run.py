"""The loop: designs are proposed in batches, computed by an executor, and kept in a journal.

Proposals follow from the seed and from what became of earlier ones, batch by batch. So the number
of processes plays no role, and a run that was killed is repeated with what the journal holds: the
optimiser gets the same scores, and proposes the same designs.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wayside.designing.changes import alone, changes, undone
from wayside.designing.choice import recommended
from wayside.designing.design import Design, Step
from wayside.designing.evaluation import Trial
from wayside.designing.journal import Key, key_of, read_journal, write_journal
from wayside.designing.optimiser import Optimiser, OptunaOptimiser
from wayside.designing.plan import Plan
from wayside.errors import WaysideError
from wayside.executors import Executor, Outcome

Task = tuple[str, dict[str, float]] | None
Progress = Callable[[int, int], object]
Evaluate = Callable[[Mapping[str, float]], Trial]


class DesignError(WaysideError):
    """A design that could not be computed; the others are kept."""


class _Run:
    """A run in the making: what is known, and what has to be computed next."""

    def __init__(self, plan: Plan, evaluations: int, known: dict[Key, Trial]) -> None:
        self.plan = plan
        self.evaluations = -(-evaluations // plan.batch) * plan.batch
        self.known = known
        self.done = 0
        self.given = 0
        self.result: Design | None = None

    def tasks(self) -> Generator[Task, None, None]:
        """Designs to compute; None while the next ones depend on outcomes."""
        plan, settings = self.plan, self.plan.settings
        (start,) = yield from self._need([plan.start])
        objectives = 2 if settings.cost_is_objective else 1
        optimiser: Optimiser = OptunaOptimiser(
            settings.sampler, plan.space, objectives, settings.seed, plan.first
        )
        trials: list[Trial] = []
        while len(trials) < self.evaluations:
            results = yield from self._need(optimiser.ask(plan.batch))
            optimiser.tell([plan.score(trial) for trial in results])
            trials += results
            self.done = len(trials)
        best = recommended(plan, trials, start)
        steps: list[Step] = []
        while best is not None:
            parts = changes(plan.space, start.values, best.values)
            both = [alone(start.values, best.values, part) for part in parts]
            both += [undone(start.values, best.values, part) for part in parts]
            results = yield from self._need(both)
            of_each = zip(parts, results[: len(parts)], results[len(parts) :], strict=True)
            steps = [Step(*change_and_trials) for change_and_trials in of_each]
            tried = {key_of(trial.values) for trial in trials}
            new = {key_of(trial.values): trial for trial in results}
            trials += [trial for key, trial in new.items() if key not in tried]
            # Of finitely many: each is the own design with some of the changes of a proposal.
            better = recommended(plan, trials, start)
            if better is best:
                break
            best = better
        self.result = Design(plan, self.evaluations, tuple(trials), start, best, tuple(steps))

    def _need(self, wanted: Sequence[Mapping[str, float]]) -> Generator[Task, None, list[Trial]]:
        keys = [key_of(values) for values in wanted]
        missing = {
            key: dict(values)
            for key, values in zip(keys, wanted, strict=True)
            if key not in self.known
        }
        for values in missing.values():
            self.given += 1
            yield f"design {self.given}", values
        while any(key not in self.known for key in missing):
            yield None
        return [self.known[key] for key in keys]


def run_design(
    plan: Plan,
    evaluations: int,
    by: Executor,
    folder: Path | None = None,
    *,
    progress: Progress | None = None,
    report: Callable[[str], object] | None = None,
    evaluate: Evaluate | None = None,
) -> Design:
    """Look for the best design.

    Parameters
    ----------
    plan
        From `wayside.designing.plan.plan`.
    evaluations
        Designs that are proposed, rounded up to whole batches.
    by
        Who computes them.
    folder
        Where the journal is kept; nowhere if None. A journal of the same plan is used, whatever
        number of evaluations it was made with.
    progress
        Called with the number of proposals that are done, and of all.
    report
        Called with a line of text for each process that died.
    evaluate
        Function of the values of a design, instead of that of the plan.

    Raises
    ------
    InputError
        If the folder holds a design of other inputs, or Optuna is not installed.
    DesignError
        If a design could not be computed.
    OutputError
        If the journal cannot be written.
    """
    say, tell = progress or (lambda *_: None), report or (lambda _: None)
    known = {} if folder is None else read_journal(plan, folder)
    run = _Run(plan, evaluations, known)
    names: dict[str, Key] = {}

    def tasks() -> Generator[Task, None, None]:
        for task in run.tasks():
            if task is not None:
                names[task[0]] = key_of(task[1])
            yield task

    def receive(outcome: Outcome) -> None:
        if outcome.error is not None:
            raise DesignError(f"{dict(names[outcome.name])}: {outcome.error}")
        known[names.pop(outcome.name)] = outcome.value
        if folder is not None:
            write_journal(plan, folder, known.values())
        say(run.done, run.evaluations)

    function: Callable[[Any], Any] = plan.evaluator if evaluate is None else evaluate
    say(0, run.evaluations)
    by.run(function, tasks(), receive, tell)
    assert run.result is not None, "all tasks are done"
    say(run.evaluations, run.evaluations)
    return run.result
