"""Contours of real scenarios: every vertex solves the equation, and nothing is missing."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from tests.reference.decay_sum import direct_probability
from wayside.acceptance.estimate import converged_rule
from wayside.scenario import load_scenario
from wayside.sensitivity import mean_flight
from wayside.sensitivity.planes import mass_point, masses_at
from wayside.sensitivity.result import Reach, reach

LIMIT = -math.log(0.1)  # no count, no background, 90 per cent


@pytest.fixture(scope="module")
def result() -> Reach:
    """With one photon, where yields are sums over the nodes of a rule."""
    one = {"run.radiation": "one-photon"}
    return reach(load_scenario("belle2-forward", {"plane.points": 60, **one}))


def events(result: Reach, point, epsilon: float, g_d: float) -> float:
    luminosity = result.scenario.run.luminosity_fb
    return sum(
        float(point.expected_events(name, epsilon, g_d, luminosity))
        for name in result.scenario.signal
    )


def test_vertices_solve_the_equation(result: Reach) -> None:
    assert result.n_limit == pytest.approx(LIMIT, rel=1e-12)
    # Afresh, and to a hundred times the accuracy.
    point = replace(mass_point(result.scenario), rtol=1e-6)
    assert sum(len(line.points) for line in result.contour) > 100
    for line in result.contour:
        at_vertices = point.expected_events("A", line.points[:, 1], line.points[:, 0], 50_000.0)
        np.testing.assert_allclose(at_vertices, LIMIT, rtol=1e-3)
    # And a few of them node by node, without any table of lifetimes.
    rule, _ = converged_rule(point.flight, point.volumes["A"], 1e-7)
    for g_d, epsilon in result.contour[0].points[::25]:
        chance = direct_probability(rule, float(point.ctau(epsilon, g_d)))
        produced = float(point.produced_fb(epsilon, g_d)) * 50_000.0
        assert produced * chance == pytest.approx(LIMIT, rel=1e-3)


def test_closed_where_it_closes(result: Reach) -> None:
    assert [line.closed for line in result.contour] == [True]
    points = result.contour[0].points
    np.testing.assert_array_equal(points[0], points[-1])
    x, epsilon = result.plane.x.values, result.plane.epsilon.values
    assert x[0] < points[:, 0].min() < points[:, 0].max() < x[-1]
    assert epsilon[0] < points[:, 1].min() < points[:, 1].max() < epsilon[-1]
    # A plane that cuts through it leaves it open, and its ends on the frame.
    values = {"plane.points": 40, "plane.g_d": [0.05, 3.5], "run.radiation": "one-photon"}
    cut = reach(load_scenario("belle2-forward", values))
    assert [line.closed for line in cut.contour] == [False]
    np.testing.assert_allclose(cut.contour[0].points[[0, -1], 0], 0.05, rtol=1e-9)


@pytest.mark.parametrize("column", [20, 35, 50])
def test_both_branches(result: Reach, column: int) -> None:
    g_d = float(result.plane.x.values[column])
    point = replace(mass_point(result.scenario), rtol=1e-6)

    def excess(log_epsilon: float) -> float:
        expected_events = events(result, point, math.exp(log_epsilon), g_d)
        return math.log(max(expected_events, 1e-300) / LIMIT)

    # Between the branches the yield is largest; the scan is only to bracket.
    scan = np.linspace(math.log(1e-6), math.log(0.1), 400)
    values = point.expected_events("A", np.exp(scan), g_d, 50_000.0)
    top = float(scan[np.argmax(values)])
    roots = [brentq(excess, scan[40], top), brentq(excess, top, scan[-1])]
    points = result.contour[0].points
    found = np.sort(points[points[:, 0] == g_d, 1])
    assert len(found) == 2, "one vertex a branch"
    np.testing.assert_allclose(found, np.exp(roots), rtol=2e-4)


def test_the_grid_does_not_matter(result: Reach) -> None:
    def extent(drawn: Reach):
        points = np.log(drawn.contour[0].points)
        x, y = points.T
        area = 0.5 * abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))
        return np.array([*points.min(axis=0), *points.max(axis=0), area])

    fine = reach(result.scenario.with_values({"plane.points": 240}))
    # Extremes of a polyline miss by the sagitta, at the order of a cell squared: 0.02 of 60 cells.
    np.testing.assert_allclose(extent(result)[:4], extent(fine)[:4], atol=0.03)
    assert extent(result)[4] == pytest.approx(extent(fine)[4], rel=0.01)


def test_contour_of_the_approximation(result: Reach) -> None:
    point = mass_point(result.scenario)
    assert [line.closed for line in result.approximate] == [True]
    g_d, epsilon = result.approximate[0].points.T
    at_vertices = mean_flight.expected_events(point, "A", epsilon, g_d, 50_000.0)
    np.testing.assert_allclose(at_vertices, LIMIT, rtol=1e-3)


def test_discovery_lies_inside(result: Reach) -> None:
    # Three counts half of the time: P(N >= 3) = 1/2.
    n = result.n_discovery
    assert math.exp(-n) * (1 + n + n**2 / 2) == pytest.approx(0.5, abs=1e-9)
    point = mass_point(result.scenario)
    g_d, epsilon = result.discovery[0].points.T
    np.testing.assert_allclose(point.expected_events("A", epsilon, g_d, 50_000.0), n, rtol=1e-3)


def test_existing_limits_lie_on_their_margins(result: Reach) -> None:
    from wayside.sensitivity.existing import Existing

    point = mass_point(result.scenario)
    for key, function in Existing().margins().items():
        for line in result.existing[key]:
            g_d, epsilon = line.points.T
            np.testing.assert_allclose(function(point, epsilon, g_d), 0.0, atol=1e-3)
        x, epsilon = np.meshgrid(result.plane.x.values, result.plane.epsilon.values)
        np.testing.assert_array_equal(result.margins[key], function(point, epsilon, x))


@pytest.mark.parametrize(
    ("name", "kind", "hold", "more"),
    [
        ("belle2-forward", "epsilon-m2", "sum", {}),
        ("belle2-forward", "epsilon-m2", "m1", {}),
        ("belle2-forward", "epsilon-delta", "sum", {}),
        ("belle2-central", "epsilon-delta", "m2", {}),
        ("belle2-central", "epsilon-m2", "ratios", {}),
        ("belle2-forward", "epsilon-m2", "sum", {"model.kind": "pseudo-dirac"}),
    ],
)
def test_planes_of_masses(name: str, kind: str, hold: str, more: dict[str, str]) -> None:
    one = {"run.radiation": "one-photon"}
    values = {"plane.kind": kind, "plane.hold": hold, "plane.points": 30, **one, **more}
    result = reach(load_scenario(name, values))
    scenario = result.scenario
    centre = mass_point(scenario)
    points = np.concatenate([line.points for line in result.contour])
    assert len(points) > 6
    for x, epsilon in points:
        model = scenario.model.build().with_masses(*masses_at(scenario, float(x)))
        point = replace(centre, model=model, rtol=1e-5)
        found = events(result, point, float(epsilon), scenario.model.g_d)
        assert found == pytest.approx(LIMIT, rel=1e-3)
    # The plane and the couplings' plane agree where they meet: at the scenario's own masses.
    own = (
        scenario.masses[1] if kind == "epsilon-m2" else scenario.masses[0] / scenario.masses[1] - 1
    )
    x, epsilon = np.array([own]), np.array([scenario.model.epsilon])
    found = result.plane.evaluate(
        lambda point, eps, g_d: point.expected_events("A", eps, g_d, 1.0), x, epsilon
    )
    expected = centre.expected_events("A", epsilon, scenario.model.g_d, 1.0)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_forbidden_columns_are_empty_and_bound_the_region() -> None:
    """Where masses end the region ends, at the border of what is allowed and not beyond."""
    values = {
        "plane.kind": "epsilon-delta",
        "plane.hold": "m2",
        "plane.delta": [0.01, 0.5],
        "plane.points": 30,
        "model.m2": 3.8,
        "model.m1": 3.9,
        "run.radiation": "one-photon",
    }
    result = reach(load_scenario("belle2-forward", values))
    allowed = 3.8 * (2 + result.plane.x.values) < 8.0
    assert 0 < np.count_nonzero(allowed) < len(allowed)
    assert np.all(result.total[:, ~allowed] == 0.0)
    assert np.all(np.isneginf(result.margins["displaced"][:, ~allowed]))
    edge = 8.0 / 3.8 - 2
    for lines in [result.contour, *result.existing.values()]:
        for line in lines:
            assert line.points[:, 0].max() <= edge * (1 + 1e-9)
