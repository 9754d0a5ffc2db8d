"""Arrival times against flights that are drawn one by one."""

import math
from dataclasses import replace

import numpy as np
import pytest
from reference import sampling

from wayside.acceptance.timing import NARROWEST_BIN, arrival_times, quantiles, timing_rule
from wayside.collider.beams import Beams
from wayside.constants import M_ELECTRON, SPEED_OF_LIGHT
from wayside.detector.box import Box
from wayside.errors import InputError
from wayside.models.inelastic import ScalarInelastic
from wayside.sensitivity.mass_point import MassPoint

BOX = Box.place((1.0, 0.3, 3.0), (1.2, 1.6, 2.0), "ip")
MASSES = (2.5, 1.0, 0.9)
BEAMS = (2.6, 1.4, 0.08)


@pytest.fixture(scope="module")
def point() -> MassPoint:
    return MassPoint(ScalarInelastic(*MASSES), Beams(*BEAMS), {"A": BOX}, regulator="printed")


@pytest.fixture(scope="module")
def rule(point: MassPoint):
    return timing_rule(point.flight, BOX)


@pytest.fixture(scope="module")
def flights(point: MassPoint):
    """Arrival times in ns and weights of those that cross, with their paths and speeds."""
    rng = np.random.default_rng(30)
    energy, momentum, weight = sampling.on_shell(
        400_000, rng, point.beams.sqrt_s, M_ELECTRON, *MASSES
    )
    energy, momentum = sampling.laboratory(energy, momentum, *BEAMS)
    size = np.linalg.norm(momentum, axis=1)
    near, far = sampling.crossings(momentum / size[:, None], BOX.centre, BOX.size, BOX.axes)
    n, hit = len(weight), far > near
    time = near / (size / energy * 0.299792458)
    return time[hit], weight[hit] / n, near[hit], far[hit], (size / MASSES[1])[hit]


@pytest.mark.parametrize("ctau", [0.05, 0.3, 2.0, 1e4])
def test_distribution(point: MassPoint, rule, flights, ctau: float) -> None:
    time, weight, near, far, speed = flights
    crossing = weight * np.exp(-near / (speed * ctau))
    weight = weight * (np.exp(-near / (speed * ctau)) - np.exp(-far / (speed * ctau)))
    edges = np.linspace(0, 2 * time.max(), 300)
    arrivals = arrival_times(rule, ctau, edges)
    # All of it is in some bin.
    total = float(replace(point, ctau_override=ctau).decay_probability("A", 1e-3, 1.0))
    assert arrivals.probability.sum() == pytest.approx(total, rel=1e-4)
    np.testing.assert_array_equal(arrivals.edges, edges)
    assert np.all(arrivals.probability[edges[1:] < arrivals.prompt] == 0)
    sampled = np.sum(weight)
    assert total == pytest.approx(sampled, abs=4 * math.sqrt(np.sum(weight**2)))

    # Mean, then the whole distribution: it departs by no more than a sample of n weights may.
    centres = 0.5 * (edges[1:] + edges[:-1])
    mean = np.sum(arrivals.probability * centres) / total
    drawn = np.sum(weight * time) / sampled
    n_effective = sampled**2 / np.sum(weight**2)
    spread = math.sqrt(np.sum(weight * (time - drawn) ** 2) / sampled / n_effective)
    # Half a bin of 0.4 ns beside the statistics: centres stand for what is in a bin.
    assert mean == pytest.approx(drawn, abs=4 * spread + 0.5 * (edges[1] - edges[0]))
    reached = np.cumsum(arrivals.probability) / total
    order = np.argsort(time)
    below = np.interp(edges[1:], time[order], np.cumsum(weight[order]) / sampled)
    # Kolmogorov: 1.95/sqrt(n) is exceeded once in a thousand.
    assert np.max(np.abs(reached - below)) < 1.95 / math.sqrt(n_effective) + 0.002
    # All that cross, decay or not.
    total = np.sum(crossing)
    assert arrivals.crossing.sum() == pytest.approx(total, abs=4 * math.sqrt(np.sum(crossing**2)))
    reached = np.cumsum(arrivals.crossing) / arrivals.crossing.sum()
    below = np.interp(edges[1:], time[order], np.cumsum(crossing[order]) / total)
    n_effective = total**2 / np.sum(crossing**2)
    assert np.max(np.abs(reached - below)) < 1.95 / math.sqrt(n_effective) + 0.002


@pytest.mark.parametrize("ctau", [0.3, 2.0, math.inf])
def test_bins_one_by_one(rule, flights, ctau: float) -> None:
    """No comb of nodes: every bin that is chosen has what a sample has in it."""
    time, weight, near, far, speed = flights
    arrivals = arrival_times(rule, ctau, bins=30)
    found = arrivals.crossing if math.isinf(ctau) else arrivals.probability
    if not math.isinf(ctau):
        weight = weight * (np.exp(-near / (speed * ctau)) - np.exp(-far / (speed * ctau)))
    drawn, _ = np.histogram(time, arrivals.edges, weights=weight)
    variance, _ = np.histogram(time, arrivals.edges, weights=weight**2)
    # Four standard errors, thirty bins and three lifetimes: six in a thousand fail, seed fixed.
    # What a bin of a thirtieth is known to, beside them: a per cent of the highest.
    assert np.all(np.abs(found - drawn) < 4 * np.sqrt(variance) + 0.01 * found.max())
    assert np.max(np.sqrt(variance)) < 0.05 * found.max()
    np.testing.assert_array_equal(arrivals.delay_edges, arrivals.edges - arrivals.prompt)


def test_a_stable_state_crosses_and_never_decays(rule, flights) -> None:
    arrivals = arrival_times(rule, math.inf)  # warnings are errors here
    np.testing.assert_array_equal(arrivals.probability, 0.0)
    assert arrivals.crossing.sum() == pytest.approx(rule.hit_probability, rel=0.06)
    whole = arrival_times(rule, math.inf, [0.0, 1e9])
    assert whole.crossing.sum() == pytest.approx(rule.hit_probability, rel=1e-9)
    assert whole.crossing.sum() == pytest.approx(np.sum(flights[1]), rel=0.02)
    assert np.isnan(quantiles(rule, math.inf, 0.5))
    # The longest lifetimes are as good as stable for those that cross.
    long = quantiles(rule, 1e30, (0.1, 0.5, 0.9), "crossings")
    np.testing.assert_array_equal(quantiles(rule, math.inf, (0.1, 0.5, 0.9), "crossings"), long)
    np.testing.assert_allclose(
        arrival_times(rule, 1e30, arrivals.edges).crossing, arrivals.crossing, rtol=1e-9
    )


def test_bins_that_make_no_sense(rule) -> None:
    for edges in ([1.0], [2.0, 1.0], [1.0, 1.0], [0.0, np.nan], [[0.0, 1.0]]):
        with pytest.raises(InputError, match="edges"):
            arrival_times(rule, 1.0, edges)
    with pytest.raises(InputError, match="bins = 0"):
        arrival_times(rule, 1.0, bins=0)
    for ctau in (0.0, -1.0, math.nan):
        with pytest.raises(InputError, match="ctau"):
            arrival_times(rule, ctau)


def test_one_speed_arrives_at_one_time() -> None:
    """Off shell and at rest: bins no narrower than anything can tell, around distance over v."""
    model = ScalarInelastic(14.0, 5.0, 4.85)
    box = Box.place((4.0, 0.0, 0.0), (0.3, 0.3, 1.0), "ip")
    point = MassPoint(model, Beams.symmetric(10.58), {"A": box}, "off-shell")
    found = point.arrivals("A", 5e-3, 1.0)
    energy = (10.58**2 + 5.0**2 - 4.85**2) / (2 * 10.58)
    beta = math.sqrt(energy**2 - 25.0) / energy
    assert np.min(np.diff(found.edges)) >= 0.999 * NARROWEST_BIN
    first, last = (distance / (0.299792458 * beta) for distance in (4.0, math.hypot(4.0, 0.2121)))
    filled = np.flatnonzero(found.probability)
    assert first - NARROWEST_BIN < found.edges[filled[0]]
    assert found.edges[filled[-1] + 1] < last + NARROWEST_BIN
    assert found.probability.sum() == pytest.approx(
        float(point.decay_probability("A", 5e-3, 1.0)), rel=2e-3
    )


def test_quantiles(rule, flights) -> None:
    levels = np.linspace(0, 1, 21)
    found = quantiles(rule, 2.0, levels)
    assert np.all(np.diff(found) >= 0)
    assert found.shape == levels.shape
    assert found[0] >= arrival_times(rule, 2.0).prompt > 0
    time, weight, near, far, speed = flights
    weight = weight * (np.exp(-near / (speed * 2.0)) - np.exp(-far / (speed * 2.0)))
    order = np.argsort(time)
    drawn = np.interp(levels, np.cumsum(weight[order]) / np.sum(weight), time[order])
    # A few thousand effective draws: a per cent of the spread in the middle.
    np.testing.assert_allclose(found[2:-2], drawn[2:-2], rtol=0.01)


def test_light_comes_first(rule, flights) -> None:
    arrivals = arrival_times(rule, 2.0)
    # The point of the volume nearest to the collision.
    nearest = np.linalg.norm(BOX.position)
    assert arrivals.prompt == pytest.approx(nearest / SPEED_OF_LIGHT, rel=1e-2)
    assert arrivals.edges[0] > arrivals.prompt
    assert arrivals.edges.shape == (61,)
    assert arrivals.probability.shape == (60,)
    whole = arrival_times(rule, 2.0, np.linspace(0, 1e4, 10)).probability.sum()
    # Its own bins leave out a thousandth, or some per cent of a long tail.
    assert 0.95 * whole < arrivals.probability.sum() < whole
    assert np.min(flights[0]) > arrivals.prompt


def test_slower_for_longer_lifetimes(rule) -> None:
    medians = [float(quantiles(rule, ctau, 0.5)) for ctau in (1e-3, 0.1, 1.0, 1e3, 1e30)]
    assert np.all(np.diff(medians) >= 0)
    assert medians[-1] > 1.03 * medians[0]
    # Where all chances are below the smallest double, the fastest are still left.
    assert float(quantiles(rule, 1e-12, 0.5)) == pytest.approx(medians[0], rel=1e-3)


def test_nothing_arrives() -> None:
    model = ScalarInelastic(8.0, 4.341, 3.65)
    point = MassPoint(model, Beams(20.0, 1.4), {})
    behind = Box.place((1.0, 0.0, -7.0), (0.2, 0.3, 1.0), "ip")
    rule = timing_rule(point.flight, behind)
    arrivals = arrival_times(rule, 1.0)
    assert arrivals.probability.sum() == 0
    assert np.all(np.isnan(quantiles(rule, 1.0, (0.1, 0.9))))
