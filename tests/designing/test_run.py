"""The loop: a known optimum, and the same answer however it is computed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from designing.conftest import BEST, fails, toy, toy_plan
from wayside.designing import run as module
from wayside.designing.evaluation import Trial, trial
from wayside.designing.front import front
from wayside.designing.journal import NAME
from wayside.designing.plan import Plan
from wayside.designing.run import DesignError, run_design
from wayside.designing.settings import TOLERANCE, DesignSettings
from wayside.errors import InputError
from wayside.executors import executor, local_executor
from wayside.text import json_text

pytest.importorskip("optuna")

SERIAL = local_executor()
WITH_COST = DesignSettings(cost_is_objective=True)


def test_known_optimum(ask: Plan) -> None:
    """Of 1 at the best design; an even sample of as many has 1.04 in the median (20 seeds)."""
    result = run_design(ask, 120, SERIAL, evaluate=toy)
    assert result.best is not None
    assert result.best.value < 1.02
    assert abs(result.best.values["shielding.tungsten"] - BEST["shielding.tungsten"]) < 0.45
    assert isinstance(result.best.values["stack.blocks"], int)
    assert result.gain == pytest.approx(result.start.value / result.best.value)
    refused = [tried for tried in result.trials if tried.values["shielding.tungsten"] > 2.0]
    assert refused
    assert not any(tried.allowed for tried in refused)


def test_its_own_design_is_tried_first(ask: Plan) -> None:
    result = run_design(ask, 8, SERIAL, evaluate=toy)
    assert result.trials[0].values == result.start.values == ask.start


@pytest.mark.parametrize("sampler", ["tpe", "nsga-ii"])
def test_a_run_that_was_killed_goes_on(sampler: str, tmp_path: Path) -> None:
    asked = toy_plan(DesignSettings(sampler=sampler, cost_is_objective=True))
    whole = run_design(asked, 48, SERIAL, evaluate=toy)
    count = 0

    def killed(values: dict[str, float]) -> Trial:
        nonlocal count
        count += 1
        if count > 29:
            raise KeyboardInterrupt
        return toy(values)

    with pytest.raises(KeyboardInterrupt):
        run_design(asked, 48, SERIAL, tmp_path, evaluate=killed)
    kept = len(json.loads((tmp_path / NAME).read_text())["trials"])
    assert kept == 29
    again = 0

    def counted(values: dict[str, float]) -> Trial:
        nonlocal again
        again += 1
        return toy(values)

    resumed = run_design(asked, 48, SERIAL, tmp_path, evaluate=counted)
    assert json_text(resumed.summary()) == json_text(whole.summary())
    assert resumed.trials == whole.trials
    assert again == len(json.loads((tmp_path / NAME).read_text())["trials"]) - kept
    # A longer run of the same design goes on from there, too.
    assert run_design(asked, 56, SERIAL, tmp_path, evaluate=toy).trials[:48] == whole.trials[:48]


def test_any_number_of_workers(ask: Plan) -> None:
    one = run_design(ask, 32, SERIAL, evaluate=toy)
    two = run_design(ask, 32, executor("processes", workers=2), evaluate=toy)
    assert one.trials == two.trials
    assert json_text(one.summary()) == json_text(two.summary())


def test_other_inputs_and_failures(ask: Plan, tmp_path: Path) -> None:
    run_design(ask, 8, SERIAL, tmp_path, evaluate=toy)
    with pytest.raises(InputError, match=r"a design of other inputs \(seed\)"):
        run_design(toy_plan(DesignSettings(seed=2)), 8, SERIAL, tmp_path, evaluate=toy)
    (tmp_path / NAME).write_text("{")
    with pytest.raises(InputError, match="the trials of a design"):
        run_design(ask, 8, SERIAL, tmp_path, evaluate=toy)
    with pytest.raises(DesignError, match="ZeroDivisionError: of 3 keys"):
        run_design(ask, 8, SERIAL, evaluate=fails)


def test_front_is_not_dominated() -> None:
    """By brute force over all pairs, on random designs with ties and missing values."""
    rng = np.random.default_rng(5)
    losses = rng.integers(0, 12, (200, 2)).astype(float)
    losses[rng.integers(0, 200, 20), 1] = np.nan
    kept = set(front(losses).tolist())
    finite = np.isfinite(losses).all(axis=1)
    for number in range(len(losses)):
        better = [
            other
            for other in np.flatnonzero(finite).tolist()
            if np.all(losses[other] <= losses[number]) and np.any(losses[other] < losses[number])
        ]
        first_of_equal = not any(
            np.array_equal(losses[other], losses[number]) for other in range(number)
        )
        assert (number in kept) == (bool(finite[number]) and not better and first_of_equal)


def test_front_and_answer_of_a_run() -> None:
    """The answer with cost is as good as the best that is not dearer than the scenario's own."""
    result = run_design(toy_plan(WITH_COST), 64, SERIAL, evaluate=toy)
    assert len(result.front) > 3
    costs = [tried.cost for tried in result.front]
    values = [tried.value for tried in result.front]
    assert costs == sorted(costs, reverse=True)
    assert values == sorted(values)
    assert result.best is not None
    cheap = [tried for tried in result.trials if tried.allowed and tried.cost <= result.start.cost]
    least = min(tried.value for tried in cheap)
    as_good = [tried for tried in cheap if least / tried.value >= 1.0 - TOLERANCE]
    assert result.best.cost == min(tried.cost for tried in as_good)
    assert result.best in as_good


def test_changes_lead_from_one_design_to_the_other(ask: Plan) -> None:
    result = run_design(ask, 40, SERIAL, evaluate=toy)
    assert result.best is not None
    assert {step.change.name for step in result.steps} <= set(ask.start)
    for step in result.steps:
        (key,) = step.change.after
        assert step.alone == toy({**result.start.values, key: result.best.values[key]})
        assert step.undone == toy({**result.best.values, key: result.start.values[key]})


def test_changes_that_make_it_worse_are_undone(ask: Plan) -> None:
    """After few proposals some of the changes do; none is left that can be undone with a gain."""
    result = run_design(ask, 16, SERIAL, evaluate=toy)
    assert result.best is not None
    assert len(result.trials) > result.evaluations == 16
    assert result.best.value < min(tried.value for tried in result.trials[:16] if tried.allowed)
    for step in result.steps:
        assert step.alone in result.trials
        assert step.undone in result.trials
        for tried in (step.alone, step.undone):
            assert not tried.allowed or tried.value > result.best.value * (1.0 - TOLERANCE)
            if tried.allowed and tried.value < result.best.value:
                assert tried.cost >= result.best.cost


def _only_alone(values: Mapping[str, float]) -> Trial:
    """Lead is worth a factor of two alone, and a tenth beside any other change."""
    own = toy_plan().start
    others = any(values[key] != own[key] for key in own if key != "stack.shield")
    lead = values["stack.shield"] != own["stack.shield"]
    value = (0.9 if lead else 1.5) if others else (0.5 if lead else 1.0)
    return replace(toy(values), value=value, violation=0.0)


def test_a_single_change_can_be_the_answer(ask: Plan) -> None:
    """No proposal has lead alone, and to undo one of three changes gains nothing."""
    result = run_design(ask, 8, SERIAL, evaluate=_only_alone)
    start = result.start.values
    assert not any(
        [key for key in start if tried.values[key] != start[key]] == ["stack.shield"]
        for tried in result.trials[:8]
    )
    assert result.best is not None
    assert result.best.value == 0.5
    assert [step.change.name for step in result.steps] == ["stack.shield"]


def test_the_cheapest_of_those_that_are_as_good() -> None:
    """Ten per cent of tolerance gives away up to that much, and saves tungsten."""
    answers = {}
    for tolerance in (0.0, 0.1):
        asked = toy_plan(DesignSettings(tolerance=tolerance))
        result = run_design(asked, 64, SERIAL, evaluate=toy)
        allowed = [tried for tried in result.trials if tried.allowed]
        least = min(tried.value for tried in allowed)
        as_good = [tried for tried in allowed if least / tried.value >= 1.0 - tolerance]
        assert result.best is not None
        assert result.best.cost == min(tried.cost for tried in as_good)
        answers[tolerance] = result.best
    assert answers[0.1].cost < 0.9 * answers[0.0].cost
    assert answers[0.0].value < answers[0.1].value <= answers[0.0].value / 0.9


def test_alternatives(ask: Plan) -> None:
    """In the toy each way to take the background has a factor of its own, the last the largest."""
    result = run_design(ask, 24, SERIAL, evaluate=toy)
    assert result.hangs_on == "none"
    assert result.best is not None
    for k, alternative in enumerate(result.alternatives):
        assert alternative.best == pytest.approx(result.best.value * (1.0 + 0.1 * k))
        assert alternative.other is not None
        assert alternative.other.values == result.best.values


def test_trials_survive_the_journal() -> None:
    tried = toy({"stack.shield": 0.3, "shielding.tungsten": 1.0, "stack.blocks": 7})
    assert trial(json.loads(json.dumps(tried.plain()))) == tried
    nothing = Trial({"stack.shield": 0.3}, violation=3.0, reason="why")
    assert repr(trial(json.loads(json.dumps(nothing.plain())))) == repr(nothing)


def test_module_has_no_state() -> None:
    assert not [name for name, value in vars(module).items() if isinstance(value, dict | list)
                and not name.startswith("__")]  # fmt: skip
