"""Orders by panel: the slow ones alone go up, parts add up, the step that is stated is honest."""

import numpy as np
import pytest
from reference.edge_points import edge_points

from tests.reference.decay_sum import direct_probability
from wayside.acceptance import estimate
from wayside.acceptance.azimuth import azimuth_rules
from wayside.acceptance.estimate import _first_two, converged_rule, decay_curve
from wayside.acceptance.panels import build_panels, panel_sums, rule_over
from wayside.acceptance.polar import ALL
from wayside.acceptance.quadrature import even
from wayside.acceptance.refinement import LADDERS, Built, Refined, Rungs, refined
from wayside.acceptance.rule import Level, merged
from wayside.acceptance.sky import box_panels
from wayside.acceptance.survey import is_crowded, is_mirrored
from wayside.detector.box import Box

SLOW = (4, 103, 116)
"""Numbers of points of `edge_points(300, 1)` at which three cones nearly coincide."""


@pytest.fixture(scope="module")
def slow_points():
    points = edge_points(max(SLOW) + 1, 1)
    return [points[number] for number in SLOW]


def test_ladders_rise_at_every_step():
    """A step between equal numbers of nodes would vanish and say nothing."""
    for ladder in LADDERS:
        assert np.all(np.diff(ladder) > 0)


RATES = np.array([[2.0, 9.0, 9.0], [9.0, 9.0, 0.7], [9.0, 3.0, 9.0]])
"""Of the convergence of three made-up panels in polar angle, azimuth and rapidity, by node."""


def _error(panel: int, level: Level) -> float:
    return float(np.sum(np.exp(-RATES[panel] * np.array(level))))


def _made_up(built: list[tuple[Level, np.ndarray]]):
    """An order over panels whose integrals are 1, 2 and 3."""

    def build(level: Level, chosen: np.ndarray) -> Built:
        built.append((level, chosen))
        sums = [(1.0 + k) * (1.0 + _error(k, level)) for k in range(3)]
        nodes = np.where(chosen, np.prod(level), 0)
        return Built(np.where(chosen, sums, 0.0)[None], nodes, level)

    return build


def _total(result: Refined) -> float:
    """Sum of the made-up integrals, each at the order that its panel was settled on."""
    return sum(
        (1.0 + k) * (1.0 + _error(int(k), part.payload))
        for part in result.parts
        for k in np.flatnonzero(part.panels)
    )


def test_only_what_is_slow_is_raised():
    built: list[tuple[Level, np.ndarray]] = []
    build = _made_up(built)
    every = np.ones(3, dtype=np.bool_)
    low, high = Rungs(0, 0, 0), Rungs(1, 1, 1)
    orders = [(place, build(place.level, every)) for place in (low, high)]
    result = refined(build, np.ones(1), *orders, 1e-7, 10**9)
    assert result.step <= 1e-7
    assert _total(result) == pytest.approx(6.0, rel=1e-7)
    settled = {int(k): part.level for part in result.parts for k in np.flatnonzero(part.panels)}
    assert sorted(settled) == [0, 1, 2]
    # The second panel is slow in rapidity alone.
    assert settled[1].rapidity > settled[0].rapidity
    assert settled[1].polar == high.level.polar
    assert settled[1].azimuth == high.level.azimuth
    # What the parts are made of is what they say.
    for part in result.parts:
        assert part.payload == part.level


def test_how_small_a_step_is_tells_what_is_left():
    """Panels that converge alike in all three: less is asked for than without, and it is true."""
    parts = np.array([1.0, 1e-3])
    built: list[Level] = []

    def build(level: Level, chosen: np.ndarray) -> Built:
        built.append(level)
        sums = np.where(chosen, 1.0 + np.exp(-0.3 * sum(level)) * parts, 0.0)
        return Built(sums[None], np.where(chosen, np.prod(level), 0), level)

    every = np.ones(2, dtype=np.bool_)
    low, high = Rungs(0, 0, 0), Rungs(4, 4, 4)
    before, now = (build(place.level, every).sums[0] for place in (low, high))
    orders = [(place, build(place.level, every)) for place in (low, high)]
    steps = np.abs(now - before)
    allowed = 0.4 * steps.sum() / now.sum()
    number = len(built)
    geometric = refined(build, np.ones(1), *orders, allowed, 10**9, geometric=True)
    assert [part.level for part in geometric.parts] == [high.level]
    assert len(built) == number
    refined(build, np.ones(1), *orders, allowed, 10**9)
    assert len(built) > number
    # The power 3/2 for the first panel, the least fraction for the second, which hardly changes.
    left = steps * np.array([np.sqrt(steps[0] / now[0]), 0.1])
    assert geometric.step == pytest.approx(left.sum() / now.sum(), rel=1e-12)
    assert (now - 1.0).sum() / now.sum() < geometric.step


def test_slow_panels_go_up_in_all_three_first():
    built: list[tuple[Level, np.ndarray]] = []
    build = _made_up(built)
    every = np.ones(3, dtype=np.bool_)
    low, high = Rungs(1, 1, 1), Rungs(2, 2, 2)
    orders = [(place, build(place.level, every)) for place in (low, high)]
    number = len(built)
    result = refined(build, np.ones(1), *orders, 1e-7, 10**9, geometric=True)
    assert result.step <= 1e-7
    assert _total(result) == pytest.approx(6.0, rel=2e-7)
    level, chosen = built[number]
    assert level == high.all_raised().level
    assert chosen[1]
    # Thereafter one at a time.
    settled = {int(k): part.level for part in result.parts for k in np.flatnonzero(part.panels)}
    assert settled[1].rapidity > level.rapidity
    assert settled[1].polar == level.polar


def test_an_end_of_the_nodes_is_stated():
    build = _made_up([])
    every = np.ones(3, dtype=np.bool_)
    orders = [(place, build(place.level, every)) for place in (Rungs(0, 0, 0), Rungs(1, 1, 1))]
    nodes = int(orders[1][1].nodes.sum())
    result = refined(build, np.ones(1), *orders, 1e-7, nodes)
    assert result.step > 1e-7
    assert abs(_total(result) / 6.0 - 1.0) <= result.step


def test_panels_add_up(slow_points):
    """Sums by panel against the rule's own, a cut in two against the whole."""
    point = slow_points[1]
    likely = 0.4 * build_panels(point.flight, point.box, Level(6, 3, 8)).rule.hit_probability

    def build(chosen=ALL):
        return build_panels(
            point.flight, point.box, Level(6, 3, 8),
            crowded=True, by_length=True, likely=likely, chosen=chosen,
        )  # fmt: skip

    built = build()
    number = 1 + int(built.panels.max())
    sums, nodes = panel_sums(built, number, 0.0, np.inf)
    assert nodes.sum() == len(built.rule)
    assert sums[0].sum() == pytest.approx(built.rule.hit_probability, rel=1e-12)
    assert sums[1].sum() == pytest.approx(built.rule.hit_path, rel=1e-12)
    assert sums[2].sum() == pytest.approx(built.rule.hit_probability, rel=1e-12)
    even = np.arange(number) % 2 == 0
    halves = [rule_over(built, which) for which in (even, ~even)]
    for half, which in zip(halves, (even, ~even), strict=True):
        assert half.hit_probability == pytest.approx(sums[0][which].sum(), rel=1e-12)
        assert half.hit_path == pytest.approx(sums[1][which].sum(), rel=1e-12)
        alone = build(which)
        np.testing.assert_array_equal(alone.rule.spectra.weight, half.spectra.weight)
        np.testing.assert_array_equal(alone.rule.sky.weights, half.sky.weights)
        np.testing.assert_array_equal(alone.rule.spectra.of_direction, half.spectra.of_direction)
    both = merged([(1.0, half) for half in halves])
    ctau = 3.0
    assert direct_probability(both, ctau) == pytest.approx(
        direct_probability(built.rule, ctau), rel=1e-12
    )


def test_slow_points_are_as_exact_as_they_say(slow_points):
    """Against all orders much higher, in all panels."""
    for point in slow_points:
        rule, bound = converged_rule(point.flight, point.box)
        assert bound <= 1e-4
        exact = build_panels(point.flight, point.box, Level(18, 7, 18), crowded=True).rule
        assert rule.hit_probability == pytest.approx(exact.hit_probability, rel=bound)
        assert rule.hit_path == pytest.approx(exact.hit_path, rel=bound)
        # All orders in all panels, on both sides of the mirror plane, took 900,000.
        assert len(rule) < 150_000


def test_fewer_nodes_where_little_is_to_be_known(slow_points):
    """Rapidities of short segments and of directions that count for little, against all alike."""
    for point in slow_points:
        level = Level(8, 4, 11)
        plain = build_panels(point.flight, point.box, level, crowded=True).rule
        hits = plain.hit_probability
        rules = [
            build_panels(
                point.flight, point.box, level, crowded=True, by_length=True, likely=factor * hits
            ).rule
            for factor in (0.0, 1.0, 10.0)
        ]
        for rule, accuracy in zip(rules, (3e-5, 3e-5, 3e-4), strict=True):
            assert rule.hit_probability == pytest.approx(hits, rel=accuracy)
            assert rule.hit_path == pytest.approx(plain.hit_path, rel=accuracy)
        numbers = [len(plain), *map(len, rules)]
        assert np.all(np.diff(numbers) < -0.1 * np.array(numbers[:-1]))


def test_two_orders_differ_where_a_box_is_crowded():
    """In all three, and on parts of a ring of any length."""
    for rtol in (3e-2, 1e-2, 1e-3, 1e-4, 1e-5, 3e-6, 1e-7):
        low, high = _first_two(rtol, crowded=True)
        assert np.all(np.array(high) > np.array(low))
        counts = [
            [rule.shape[1] for rule in azimuth_rules(even, rungs.level.azimuth)]
            for rungs in (low, high)
        ]
        assert np.all(np.array(counts[1]) > np.array(counts[0]))


def test_nodes_by_length_of_segments_are_better_spent():
    """Against many nodes in rapidity along the same directions: fewer, and closer."""
    errors, numbers = [], []
    for point in edge_points(12, 5):
        if is_crowded(point.flight, point.box):
            continue
        exact, *rules = (
            build_panels(point.flight, point.box, Level(6, 3, nodes), by_length=by_length).rule
            for nodes, by_length in ((60, False), (11, False), (11, True))
        )
        errors.append([abs(rule.hit_probability / exact.hit_probability - 1.0) for rule in rules])
        numbers.append([len(rule) for rule in rules])
    assert len(errors) > 6
    plain, by_length = np.mean(errors, axis=0)
    assert by_length < 0.5 * plain
    plain, by_length = np.sum(numbers, axis=0)
    assert by_length < plain


def test_slow_points_take_few_times_the_usual_evaluations(monkeypatch):
    """Of the density, of all orders together: what the time goes with, and the same everywhere."""
    evaluations: list[int] = []

    def counted(*args, **options):
        built = build_panels(*args, **options)
        evaluations.append(int(built.rule.spectra.offsets[-1]))
        return built

    monkeypatch.setattr(estimate, "build_panels", counted)

    def number(point) -> int:
        evaluations.clear()
        converged_rule(point.flight, point.box)
        return sum(evaluations)

    points = edge_points(max(SLOW) + 1, 1)
    usual = np.median([number(point) for point in points[5:45]])
    for place in (2, 66, *SLOW):
        assert number(points[place]) < 5.0 * usual


def test_nodes_made_again_are_the_same(slow_points):
    """Many lifetimes drop the nodes; the tail then asks for them again."""
    point = slow_points[2]
    curve, _ = decay_curve(point.flight, point.box)
    ctau = curve.shortest / np.array([30.0, 100.0])
    before = curve.log_probability(ctau)
    curve.log_probability(curve.shortest * np.geomspace(1e2, 1e4, 40))
    np.testing.assert_allclose(curve.log_probability(ctau), before, rtol=1e-13)


def test_half_of_a_mirrored_sky_stands_for_all(slow_points):
    """Directions that count for their mirror images against all of them."""
    for point in edge_points(6, 5) + slow_points[:1]:
        flight, box = point.flight, point.box
        axis = flight.polar_axis(box.centre)
        assert is_mirrored(flight, box, axis)
        skies = [
            box_panels(
                box, axis, flight.caustic(axis), flight.edges(axis),
                face=False, nodes_polar=12, nodes_azimuth=5, halved=halved,
            )[0]
            for halved in (True, False)
        ]  # fmt: skip
        for power in (0, 1):
            half, whole = (sky.weights @ (sky.far - sky.near) ** power for sky in skies)
            assert half == pytest.approx(whole, rel=1e-9)
        assert len(skies[0].weights) < 0.65 * len(skies[1].weights)


def test_where_no_plane_is_a_mirror(slow_points):
    """A box that is turned, one beside the plane of the beams, one whose front faces it."""
    flight = slow_points[0].flight
    boxes = [
        Box.place((1.0, 0.0, 7.0), (0.2, 0.3, 1.32), facing=(-1.0, 0.2, -7.0)),
        Box.place((1.0, 0.5, 7.0), (0.2, 0.3, 1.32)),
        Box.place((1.0, -0.2, 7.0), (0.2, 0.3, 0.4), facing=(0.0, -1.0, 0.0)),
    ]
    for box in boxes:
        assert not is_mirrored(flight, box, flight.polar_axis(box.centre))
