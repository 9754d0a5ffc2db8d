"""Values in the order of their arguments, and results that are the same whoever computes."""

import pickle
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

import wayside
from wayside.errors import InputError, WaysideError
from wayside.executors import Executor, Outcome, executor, ordered
from wayside.executors.serial import Serial
from wayside.placement.grid import Grid
from wayside.placement.place import place
from wayside.results.reach import reach
from wayside.results.search import search
from wayside.scenario import Scenario
from wayside.sensitivity.key_plane import key_plane
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.planes import plane_of
from wayside.text import json_text
from wayside.typing import FloatArray


class Elsewhere:
    """Does the last task first, and all that goes in or out through pickles."""

    tasks = 0

    def run(
        self,
        function: Callable[[Any], Any],
        tasks: Iterable[tuple[str, Any] | None],
        receive: Callable[[Outcome], object],
        accident: Callable[[str], object],
    ) -> None:
        there = pickle.loads(pickle.dumps((function, list(tasks))))
        outcomes: list[Outcome] = []
        Serial().run(there[0], there[1][::-1], outcomes.append, accident)
        self.tasks += len(outcomes)
        for outcome in pickle.loads(pickle.dumps(outcomes)):
            receive(outcome)


FAST = {"plane.points": 20, "run.radiation": "one-photon"}


def reciprocal(number: float) -> float:
    if number == 0.0:
        raise InputError("number = 0: has no reciprocal")
    return 1.0 / number


def test_order_and_errors() -> None:
    assert ordered(Elsewhere(), reciprocal, [1.0, 2.0, 4.0]) == [1.0, 0.5, 0.25]
    assert ordered(None, reciprocal, [2.0]) == [0.5]
    assert ordered(Elsewhere(), reciprocal, []) == []
    with pytest.raises(WaysideError, match=r"^number = 0: has no reciprocal$"):
        ordered(Elsewhere(), reciprocal, [1.0, 0.0])
    with pytest.raises(InputError):
        ordered(None, reciprocal, [0.0])


def same_reach(scenario: Scenario, by: Executor) -> Any:
    """A reach by an executor, which must be that of this process to the last bit."""
    alone, shared = reach(scenario), reach(scenario, executor=by)
    for name, events in alone.events.items():
        np.testing.assert_array_equal(shared.events[name], events)
    for one, other in zip(alone.contour, shared.contour, strict=True):
        np.testing.assert_array_equal(one.points, other.points)
    return shared


KEYS = {
    "plane.x": "detectors.A.position.2",
    "plane.x_range": [6.0, 8.0],
    "plane.y": "model.epsilon",
}


def test_reach_over_a_plane_of_keys() -> None:
    by = Elsewhere()
    result = same_reach(wayside.load_scenario("belle2-forward", {**KEYS, **FAST}), by)
    assert by.tasks == 20
    assert float(result.total.max()) > 0.0


@pytest.mark.parametrize(
    "efficiency", ["unity", pytest.param("simulated", marks=pytest.mark.nightly)]
)
def test_columns_of_masses(efficiency: str) -> None:
    values = {"plane.kind": "epsilon-m2", "run.efficiency": efficiency, **FAST}
    scenario = wayside.load_scenario("belle2-forward", values)
    by = Elsewhere()
    alone, shared = plane_of(scenario), plane_of(scenario, by)
    shared.prepare()
    assert by.tasks == 20
    known = [point for point in shared.kept.values() if point is not None]
    assert len(known) > 10
    assert all(set(point.computed()[0]) == {"A", "B"} for point in known)

    def events(point: MassPoint, epsilon: FloatArray, g_d: FloatArray) -> FloatArray:
        return point.expected_events("A", epsilon, g_d, 1.0)

    x, epsilon = np.meshgrid(alone.x.values, [1e-5, 1e-3])
    np.testing.assert_array_equal(
        shared.evaluate(events, x, epsilon), alone.evaluate(events, x, epsilon)
    )
    shared.prepare()
    assert by.tasks == 20, "once each"


def test_points_of_a_single_particle() -> None:
    values = {"model.kind": "alp-photon", "model.mass": 0.5, "model.g_photon": 1e-5}
    scenario = wayside.load_scenario("belle2-forward", {**values, "plane.points": 20})
    by = Elsewhere()
    alone, shared = key_plane(scenario), key_plane(scenario)
    shared.prepare(by)
    assert by.tasks == 20
    x, y = np.meshgrid(alone.x.values, alone.y.values)
    expected, events = alone.events(x, y, ["A"])["A"], shared.events(x, y, ["A"])["A"]
    assert float(expected.max()) > 0.0
    np.testing.assert_array_equal(events, expected)


def test_a_plane_of_couplings_has_one_choice_of_masses() -> None:
    by = Elsewhere()
    plane_of(wayside.load_scenario("belle2-forward", FAST), by).prepare()
    assert by.tasks == 0


def test_best_places() -> None:
    scenario = wayside.load_scenario("belle2-forward", {"run.radiation": "one-photon"})
    grid, by = Grid((4, 4, 1)), Elsewhere()
    alone = place(scenario, grid=grid, count=2)
    shared = place(scenario, grid=grid, count=2, executor=by)
    assert by.tasks == len(alone.best)
    assert repr(alone.best) == repr(shared.best)  # digit by digit, with what is not a number


@pytest.mark.nightly
def test_processes_and_a_search() -> None:
    values = {"plane.kind": "epsilon-m2", "plane.points": 20, "run.radiation": "all"}
    scenario = wayside.load_scenario("belle2-forward", values)
    two = executor("processes", workers=2)
    same_reach(scenario, two)
    alone, shared = (search(scenario, executor=by) for by in (None, two))
    assert json_text(alone.summary()) == json_text(shared.summary())
