"""Kept mass points give what fresh ones give."""

import numpy as np
import pytest

from wayside.scenario import load_scenario
from wayside.sensitivity.background import expected_background
from wayside.sensitivity.drawn import preview, searched_between
from wayside.sensitivity.existing import Existing
from wayside.sensitivity.kept import KeptPlanes, dependence
from wayside.sensitivity.planes import Plane, plane_of
from wayside.typing import FloatArray

COSTLESS = {
    "model.epsilon": 3e-4,
    "model.g_d": 0.2,
    "run.luminosity_fb": 700.0,
    "run.confidence_level": 0.95,
    "run.background": 4.0,
    "run.signal": ["A", "B"],
    "run.recast": "printed",
}
COSTLY = {
    "model.m1": 4.2,
    "model.ctau_m": 2.0,
    "collider.electron_energy": 6.0,
    "detectors.A.size": [0.3, 0.3, 1.0],
    "run.production": "off-shell",
    "plane.kind": "epsilon-m2",
    "plane.points": 21,
}


@pytest.mark.parametrize("key", [*COSTLESS, *COSTLY])
def test_as_fresh(key: str) -> None:
    kept = KeptPlanes()
    one = {"run.radiation": "one-photon"}
    first = load_scenario("belle2-forward", {"plane.points": 20, **one})
    before = kept.plane_of(first)
    scenario = first.with_values({key: {**COSTLESS, **COSTLY}[key]})
    plane = kept.plane_of(scenario)
    assert (plane.centre is before.centre) == (key in COSTLESS)
    background = expected_background(scenario)
    searches = Existing(scenario.run.recast, scenario.run.confidence_level)
    ours, fresh = (
        preview(each, background, searched_between(each, searches))
        for each in (plane, plane_of(scenario))
    )
    np.testing.assert_array_equal(ours.total, fresh.total)
    for name, lines in fresh.lines.items():
        for line, own in zip(lines, ours.lines[name], strict=True):
            np.testing.assert_array_equal(line.points, own.points)


SIMULATED = {"run.efficiency": "simulated"}


@pytest.mark.parametrize("selection", ["search", "timed", "vertex"])
def test_of_simulated_efficiencies_those_of_a_search_go_by_the_whole_run(selection: str) -> None:
    first = load_scenario("belle2-forward", {**SIMULATED, "run.selection": selection})
    other = first.with_values({"run.luminosity_fb": 700.0})
    assert (dependence(first) != dependence(other)) == (selection == "search")
    assert dependence(first) == dependence(first.with_values({"model.g_d": 0.2}))


def test_the_selection_that_the_background_chooses() -> None:
    first = load_scenario("belle2-forward", SIMULATED)
    names = {
        value: dependence(first.with_values({"run.background": value, "run.selection": "auto"}))
        for value in (2.0, 4.0, "simulated")
    }
    assert names[2.0] == names[4.0] != names["simulated"]
    assert names[2.0] == dependence(first.with_values({"run.selection": "timed"}))


def test_simulated_efficiencies_as_fresh() -> None:
    kept = KeptPlanes()
    values = {"plane.points": 20, "run.radiation": "one-photon"}
    first = load_scenario("belle2-forward", {**SIMULATED, **values})
    before = kept.plane_of(first)
    x, epsilon = np.meshgrid(before.x.values, before.epsilon.values)
    for scenario, same in (
        (first, True),
        (first.with_values({"run.luminosity_fb": 700.0, "run.background": 4.0}), True),
        (first.with_values({"run.selection": "vertex"}), False),
    ):
        plane = kept.plane_of(scenario)
        assert (plane.centre is before.centre) == same
        ours, fresh = (
            each.centre.expected_events("A", epsilon, x, scenario.run.luminosity_fb)
            for each in (plane, plane_of(scenario))
        )
        np.testing.assert_array_equal(ours, fresh)


@pytest.mark.parametrize("kind", ["epsilon-g_d", "epsilon-m2"])
def test_other_efficiencies_have_the_same_flights(kind: str) -> None:
    """Acceptances of one selection are those of another, and give what fresh ones give."""
    kept = KeptPlanes()
    values = {"plane.points": 20, "plane.kind": kind, "run.radiation": "one-photon"}
    first = load_scenario("belle2-forward", {**SIMULATED, **values})
    before = kept.plane_of(first)
    columns = before.x.values[::9]
    x, epsilon = np.meshgrid(columns, before.epsilon.values)

    def events(plane: Plane) -> FloatArray:
        return plane.evaluate(
            lambda point, e, g_d: point.expected_events("A", e, g_d, 100.0), x, epsilon
        )

    assert events(before).max() > 0.0
    for change in ({"run.selection": "vertex"}, {"run.efficiency": "unity"}):
        scenario = first.with_values(change)
        plane = kept.plane_of(scenario)
        for value in columns:
            theirs, ours = before.column(value), plane.column(value)
            assert (theirs is None) == (ours is None)
            if theirs is not None and ours is not None:
                assert ours.acceptances("A") is theirs.acceptances("A")
        np.testing.assert_array_equal(events(plane), events(plane_of(scenario)))


@pytest.mark.parametrize("kind", ["epsilon-g_d", "epsilon-m2"])
def test_other_detectors_have_the_same_production(kind: str) -> None:
    kept = KeptPlanes()
    values = {"plane.points": 20, "plane.kind": kind, "run.processes": ["on-shell", "off-shell"]}
    first = load_scenario("belle2-forward", values)
    before = kept.plane_of(first)
    columns = before.x.values[::9]
    before_columns = [before.column(x) for x in columns]
    for column in before_columns:
        assert column is None or column.produced_fb(1e-3, 0.1) > 0.0
    scenario = first.with_values({"detectors.A.size": [0.3, 0.3, 1.0]})
    moved, fresh = kept.plane_of(scenario), plane_of(scenario)
    for x, theirs in zip(columns, before_columns, strict=True):
        ours = moved.column(x)
        assert (theirs is None) == (ours is None)
        if theirs is None or ours is None:
            continue
        assert ours.processes is theirs.processes
        for part, same in zip(ours.parts, theirs.parts, strict=True):
            assert part.process is same.process
            assert part.acceptances("A") is not same.acceptances("A")
        own = fresh.column(x)
        assert own is not None
        assert [part.face("A") for part in ours.parts] == [part.face("A") for part in own.parts]
        assert ours.mean_flight(1e-3, 0.1) == own.mean_flight(1e-3, 0.1)


def test_only_so_many() -> None:
    kept = KeptPlanes(most=2)
    scenarios = [
        load_scenario("belle2-forward", {"model.m_aprime": mass}) for mass in (8.0, 8.1, 8.2)
    ]
    first, *_ = [kept.plane_of(scenario).centre for scenario in scenarios]
    assert kept.plane_of(scenarios[2]).centre is kept.plane_of(scenarios[2]).centre
    assert kept.plane_of(scenarios[0]).centre is not first
