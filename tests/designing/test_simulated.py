"""Efficiencies of a design that were simulated: what the objective becomes with them."""

import json
import math
from dataclasses import replace

import pytest

from wayside import load_scenario
from wayside.designing.evaluation import Evaluator, Trial
from wayside.designing.measures import Signal, smallest
from wayside.designing.settings import DesignSettings
from wayside.designing.simulated import (
    Efficiency,
    SimulatedDetector,
    SimulationSettings,
    at_couplings,
    law,
    ratio,
    simulated_design,
)
from wayside.errors import InputError
from wayside.sensitivity.key_plane import point_of
from wayside.sensitivity.point import point_report

VALUES = {"run.efficiency": "simulated", "run.radiation": "one-photon", "run.selection": "timed"}
KEY = "detectors.A.position.0"


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    return Evaluator(load_scenario("belle2-forward", VALUES).to_dict(), priced=False)


@pytest.fixture(scope="module")
def trial(evaluator: Evaluator) -> Trial:
    return evaluator({KEY: 0.9})


def detector(name: str, expected: float, direct: float, by_law: float) -> SimulatedDetector:
    stages = {"timed": Efficiency(direct, 0.1 * direct)}
    return SimulatedDetector(name, 100, 20, expected, stages, {"timed": Efficiency(by_law, 0.0)})


def test_ratio_of_two_detectors_by_hand() -> None:
    known = ratio([detector("A", 3.0, 0.2, 0.1), detector("B", 1.0, 0.1, 0.3)], "timed")
    assert known.value == pytest.approx((0.6 + 0.1) / (0.3 + 0.3))
    assert known.error == pytest.approx(math.hypot(0.06, 0.01) / 0.6)
    assert math.isnan(ratio([detector("A", 3.0, 0.2, 0.0)], "timed").value)


def test_law_is_the_efficiency_of_the_point(evaluator: Evaluator, trial: Trial) -> None:
    there = at_couplings(evaluator, trial)
    assert there.model.couplings == pytest.approx(trial.couplings)
    known = law(there, "A")
    assert list(known) == ["vertex", "timed"]
    report = point_report(there)
    (own,) = [one for one in report["detectors"] if one["name"] == "A"]
    assert known["timed"].value == pytest.approx(own["efficiency"], rel=1e-6)
    assert known["timed"].error == pytest.approx(own["efficiency_error"], rel=1e-6)
    assert known["vertex"].value > known["timed"].value > 0.0


def test_objective_with_another_efficiency(evaluator: Evaluator, trial: Trial) -> None:
    """A quarter of the yield is four times the limit: the route over `smallest`."""
    one = simulated_design(evaluator, trial, [detector("A", 2.0, 0.025, 0.1)])
    made = evaluator.scenario(trial.values)
    signal = Signal(made, point_of(made))
    assert one.law_value == trial.value
    assert one.value == pytest.approx(smallest(signal, 4.0 * trial.n_limit).value, rel=1e-9)
    assert one.low == pytest.approx(smallest(signal, trial.n_limit / 0.225).value, rel=1e-9)
    assert one.low > one.value > one.high > one.law_value
    plain = json.loads(json.dumps(one.plain()))
    assert plain["ratio"]["value"] == pytest.approx(0.25)
    assert plain["detectors"][0]["direct"]["timed"]["value"] == 0.025
    same = simulated_design(evaluator, trial, [detector("A", 2.0, 0.1, 0.1)])
    assert same.value == pytest.approx(trial.value, rel=1e-12)


def test_where_nothing_is_detected(evaluator: Evaluator, trial: Trial) -> None:
    one = simulated_design(evaluator, trial, [detector("A", 2.0, 0.0, 0.1)])
    assert math.isnan(one.value)
    assert one.plain()["value"] is None


def test_a_limit_does_not_depend_on_efficiencies(evaluator: Evaluator, trial: Trial) -> None:
    other = replace(evaluator, settings=DesignSettings(objective="n_limit"))
    one = simulated_design(other, trial, [detector("A", 2.0, 0.025, 0.1)])
    assert one.value == trial.n_limit


def test_settings() -> None:
    with pytest.raises(InputError, match="decays = 0: must be at least 1"):
        SimulationSettings(decays=0)
