"""Arrival times against flights that are drawn one by one."""

import math
from dataclasses import replace

import numpy as np
import pytest
from reference import sampling

from wayside.acceptance import arrival_histograms, timing
from wayside.acceptance.estimate import converged_rule
from wayside.acceptance.panels import build_rule
from wayside.acceptance.rule import Level
from wayside.acceptance.timing import arrival_times, quantiles, timing_rule
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
    return converged_rule(point.flight, BOX, 1e-5)[0]


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


@pytest.mark.parametrize("ctau", [0.3, 2.0, 1e4])
def test_distribution(point: MassPoint, rule, flights, ctau: float) -> None:
    time, weight, near, far, speed = flights
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
    # Kolmogorov: 1.95/sqrt(n) is exceeded once in a thousand; nodes are lumps of 0.5 per cent.
    assert np.max(np.abs(reached - below)) < 1.95 / math.sqrt(n_effective) + 0.005


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
    # The point of the volume nearest to the collision: its front face looks there.
    nearest = np.linalg.norm(BOX.position)
    assert arrivals.prompt == pytest.approx(nearest / SPEED_OF_LIGHT, rel=1e-12)
    assert arrivals.edges[0] > arrivals.prompt
    assert arrivals.edges.shape == (61,)
    assert arrivals.probability.shape == (60,)
    whole = arrival_times(rule, 2.0, np.linspace(0, 1e4, 10)).probability.sum()
    # Its own bins leave out the end of the tail.
    assert 0.95 * whole < arrivals.probability.sum() <= whole * (1 + 1e-12)
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
    rule, _ = converged_rule(point.flight, behind, 1e-4)
    arrivals = arrival_times(rule, 1.0)
    assert arrivals.probability.sum() == 0
    assert np.all(np.isnan(quantiles(rule, 1.0, (0.1, 0.9))))


def test_a_stable_state_crosses_and_never_decays(point: MassPoint, rule, flights) -> None:
    arrivals = arrival_times(rule, math.inf)
    assert np.all(arrivals.probability == 0.0)
    time, weight, *_ = flights
    inside = (time > arrivals.edges[0]) & (time < arrivals.edges[-1])
    expected = float(np.sum(weight[inside]))
    error = math.sqrt(float(np.sum(weight[inside] ** 2)))
    assert arrivals.crossing.sum() == pytest.approx(expected, abs=4 * error + 2e-3 * expected)
    assert np.all(np.isnan(quantiles(rule, math.inf, (0.1, 0.9))))
    assert np.all(np.diff(quantiles(rule, math.inf, (0.1, 0.5, 0.9), of="crossings")) > 0)
    hits = point.curve("A")[0].hit_probability
    wide = arrival_times(rule, math.inf, np.linspace(0, 1e5, 3))
    assert wide.crossing.sum() == pytest.approx(hits, rel=1e-4)


def test_arrivals_of_a_mass_point(point: MassPoint, flights) -> None:
    """Bin by bin against drawn flights, as many standard errors off as chance allows."""
    ctau = float(point.ctau(1e-4, 1.0))
    found = point.arrivals("A", 1e-4, 1.0, bins=25)
    time, weight, near, far, speed = flights
    weight = weight * (np.exp(-near / (speed * ctau)) - np.exp(-far / (speed * ctau)))
    drawn, _ = np.histogram(time, found.edges, weights=weight)
    square, _ = np.histogram(time, found.edges, weights=weight**2)
    used = drawn**2 > 30 * square
    assert np.count_nonzero(used) > 5
    error = np.sqrt(square[used] + (0.005 * np.max(drawn)) ** 2)
    # Five standard errors in each of 25 bins: fails once in 1e5 seeds.
    assert np.max(np.abs(found.probability - drawn)[used] / error) < 5
    assert found.delay_edges[0] == pytest.approx(found.edges[0] - found.prompt)
    for wrong in ((-1.0,), (np.inf,)):
        with pytest.raises(InputError, match="edges"):
            point.arrivals("A", 1e-4, 1.0, wrong)
    with pytest.raises(InputError, match="one number each"):
        point.arrivals("A", [1e-4, 1e-3], 1.0)
    with pytest.raises(InputError, match="no detector 'C'"):
        point.arrivals("C", 1e-4, 1.0)
    with pytest.raises(InputError, match="must be positive"):
        arrival_times(point.timing("A"), 0.0)


@pytest.mark.nightly
def test_more_nodes_change_nothing() -> None:
    """Box B of the study, where few rapidities stand for a caustic: half a per cent of the peak."""
    model = ScalarInelastic(8.0, 4.341, 3.65)
    box = Box.place((1.4, 0.0, 7.0), (0.2, 0.4, 1.32), "ip")
    flight = MassPoint(model, Beams.symmetric(10.58), {}).flight
    few, many = timing_rule(flight, box), build_rule(flight, box, Level(300, 4, 200))
    for ctau in (2.0, 30.0):
        rough = arrival_times(few, ctau)
        fine = arrival_times(many, ctau, rough.edges)
        peak = fine.probability.max()
        np.testing.assert_allclose(rough.probability, fine.probability, atol=0.005 * peak)
        levels = (0.05, 0.25, 0.5, 0.75, 0.95)
        np.testing.assert_allclose(
            quantiles(few, ctau, levels), quantiles(many, ctau, levels), atol=0.02
        )


def test_many_bins_by_steps_of_the_density(rule) -> None:
    """Sums over steps of the density are those bin by bin, to the rounding of the fullest bin."""
    earliest = arrival_histograms.time_range(rule)[0]
    for edges in (np.geomspace(0.9 * earliest, 40.0 * earliest, 3000), np.linspace(0, 200, 7)):
        for ctau in (0.1, 5.0, math.inf):
            direct, by_steps = (
                arrival_histograms.histograms(rule, ctau, edges, many=many)
                for many in (False, True)
            )
            for one, other in zip(direct, by_steps, strict=True):
                np.testing.assert_allclose(other, one, atol=1e-12 * one.max(), rtol=1e-9)


def test_bins_sought_from_a_guess() -> None:
    rng = np.random.default_rng(17)
    edges = np.sort(rng.uniform(0.0, 1.0, 40))
    values = np.concatenate([rng.uniform(-0.2, 1.2, 500), edges])
    for value in values:
        expected = np.searchsorted(edges, value, side="right") - 1
        for guess in (-1, 0, 7, 38, 39):
            assert arrival_histograms._bin_near(edges, value, guess) == expected


def test_quantiles_with_the_distribution(point: MassPoint, rule) -> None:
    levels = (0.05, 0.5, 0.95)
    arrivals, times = timing.arrivals_and_quantiles(rule, 2.0, levels)
    apart = arrival_times(rule, 2.0)
    # Other levels asked for at once refine other bins: 7/4096/64 of a time at most.
    np.testing.assert_allclose(times, quantiles(rule, 2.0, levels), rtol=3e-5)
    np.testing.assert_allclose(arrivals.edges, apart.edges, rtol=3e-5)
    # Read off the times that the quantiles need, or filled node by node where these are too few;
    # these begin at the fastest node, which is spread to either side: the error of the nodes.
    dense = point.timing("A")
    for ctau in (2.0, 0.02):
        arrivals, _ = timing.arrivals_and_quantiles(dense, ctau, levels)
        direct = arrival_times(dense, ctau, arrivals.edges)
        for name in ("probability", "crossing"):
            filled = getattr(direct, name)
            np.testing.assert_allclose(
                getattr(arrivals, name), filled, rtol=1e-3, atol=5e-3 * filled.max()
            )
    with pytest.raises(InputError, match="bins = 0"):
        timing.arrivals_and_quantiles(rule, 2.0, levels, bins=0)
