"""Lifetimes far shorter than the distance: finite, positive, falling, for every geometry."""

import math

import mpmath
import numpy as np
import pytest

from wayside import load_scenario, mass_point
from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.panels import build_rule
from wayside.acceptance.rule import Level
from wayside.acceptance.tail import BEGIN, tail_sums, tail_table
from wayside.collider.beams import Beams
from wayside.detector.box import Box
from wayside.errors import InputError
from wayside.models.inelastic import ScalarInelastic
from wayside.production.direct_flight import direct_flight
from wayside.production.radiative_flight import radiative_flight

BEAMS = (Beams.symmetric(10.58), Beams(7.007, 4.0, 0.083), Beams(3.0, 2.0, 0.02))
COARSE = Level(8, 3, 10)


def geometry(rng):
    """One flight and one box, small or large, near or far, anywhere around the collision."""
    beams = BEAMS[rng.integers(len(BEAMS))]
    distance = 10 ** rng.uniform(-1, 3)
    toward = rng.normal(size=3)
    toward /= np.linalg.norm(toward)
    size = distance * 10 ** rng.uniform(-4, -0.3, size=3)
    heavy = rng.uniform(0.2, 0.5) * beams.sqrt_s
    light = heavy * rng.uniform(0.3, 0.98)
    if rng.random() < 0.5:
        model = ScalarInelastic(1.3 * beams.sqrt_s, heavy, light)
        return direct_flight(model, beams), Box.place(distance * toward, size)
    mediator = rng.uniform(heavy + light, beams.sqrt_s)
    model = ScalarInelastic(mediator, heavy, light)
    return radiative_flight(model, beams), Box.place(distance * toward, size)


@pytest.mark.parametrize(
    ("seed", "number"), [(1, 60), pytest.param(2, 4000, marks=pytest.mark.nightly)]
)
def test_finite_positive_falling(seed, number) -> None:
    rng = np.random.default_rng(seed)
    reached = 0
    for _ in range(number):
        try:
            flight, box = geometry(rng)
        except InputError:  # the box holds the collision, or the pair is too heavy
            continue
        curve = DecayCurve(build_rule(flight, box, COARSE))
        if curve.empty:
            continue
        reached += 1
        ctau = curve.shortest * np.geomspace(1e-3, 1e6, 240)
        logarithm = curve.log_probability(ctau)
        assert np.all(np.isfinite(logarithm))
        assert np.all(logarithm < 0.0)
        assert np.all(np.diff(logarithm[ctau < 0.2 * curve.shortest]) > 0.0)
        assert np.all(curve.probability(ctau)[ctau > curve.shortest / 600.0] > 0.0)
        # A few lifetimes take another way through the code.
        fresh = DecayCurve(build_rule(flight, box, COARSE))
        few = fresh.log_probability(ctau[::30])
        assert few == pytest.approx(logarithm[::30], abs=5e-5, rel=1e-9)
    assert reached > 0.3 * number


@pytest.mark.parametrize("beams", BEAMS[:2], ids=["equal", "true"])
@pytest.mark.parametrize("depth", [30.0, 120.0, 600.0, 3000.0])
def test_deep_tail_against_mpmath(beams, depth) -> None:
    """Fifty digits, node by node; beyond e^-700 the slope of the last of the table goes on."""
    flight = radiative_flight(ScalarInelastic(8.0, 4.341, 3.65), beams)
    rule = build_rule(flight, Box.place((4.0, 0.0, 0.003), (2.0, 0.03, 0.01)), COARSE)
    curve = DecayCurve(rule)
    ctau = curve.shortest / depth
    nodes = rule.nodes()
    flown = np.exp(nodes.log_flight) * ctau
    near = rule.sky.near[nodes.direction] / flown
    far = rule.sky.far[nodes.direction] / flown
    with mpmath.workdps(50):
        kept = np.flatnonzero((near - near.min() < 60.0) & (nodes.weight > 0.0))
        exact = mpmath.fsum(
            mpmath.mpf(nodes.weight[k]) * (mpmath.exp(-near[k]) - mpmath.exp(-far[k])) for k in kept
        )
        expected = float(mpmath.log(exact))
    value = float(curve.log_probability(ctau))
    if depth <= 700.0:
        assert value == pytest.approx(expected, abs=1e-8 * depth)
    else:  # underflow in either case: only the exponential counts
        assert value == pytest.approx(expected, rel=1e-2)
        assert math.exp(value) == 0.0


@pytest.mark.parametrize(
    "detector",
    [
        {"position": [26.63, 0, -42.3], "size": [0.1, 0.1, 0.1], "facing": [0, 0, 1]},
        {"position": [4, 0, 0.003], "size": [2, 0.03, 0.01]},
    ],
    ids=["far", "thin"],
)
def test_yields_of_small_and_far_boxes(detector) -> None:
    values = {f"detectors.A.{key}": value for key, value in detector.items()}
    point = mass_point(load_scenario("belle2-forward-beams", values))
    events = point.expected_events("A", np.geomspace(1e-6, 0.1, 200), 1.0, 5e4)
    assert np.all(np.isfinite(events))
    assert np.all(events >= 0.0)
    assert np.any(events > 0.0)


def test_table_against_node_by_node() -> None:
    """Worst of 400 geometries 4e-6; what the table is asked for is 1e-5."""
    rng = np.random.default_rng(3)
    compared = 0
    while compared < 40:
        try:
            flight, box = geometry(rng)
        except InputError:
            continue
        rule = build_rule(flight, box, COARSE)
        curve = DecayCurve(rule)
        if curve.empty or curve.shortest == 0.0:
            continue
        compared += 1
        rates = np.geomspace(BEGIN, 700.0, 20) / curve.shortest
        exact = tail_sums(rule, curve.shortest, rates)
        assert tail_table(rule, curve.shortest, rates) == pytest.approx(exact, rel=1e-5, abs=0.0)


def test_nodes_that_no_lifetime_needed_are_made_again() -> None:
    """A plane at long lifetimes, a few short ones, and a plane of these."""
    flight = radiative_flight(ScalarInelastic(8.0, 4.341, 3.65), BEAMS[0])
    rule = build_rule(flight, Box.place((1.0, 0.0, 7.0), (0.2, 0.3, 1.3)), COARSE)
    made = []

    def again():
        made.append(rule)
        return rule

    curve, plain = DecayCurve(rule, again), DecayCurve(rule)
    long = curve.shortest * np.geomspace(0.1, 1e3, 50)
    short = curve.shortest / np.linspace(30.0, 600.0, 50)
    assert np.array_equal(curve.log_probability(long), plain.log_probability(long))
    assert curve._rule is None
    assert plain._rule is rule
    assert np.array_equal(curve.log_probability(short[:5]), plain.log_probability(short[:5]))
    assert len(made) == 1
    assert np.array_equal(curve.log_probability(short), plain.log_probability(short))
    assert np.array_equal(curve.log_probability(short), plain.log_probability(short))
    assert len(made) == 2
