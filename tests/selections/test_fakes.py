"""Background candidates, weighted to one particle."""

import numpy as np
import pytest

from selections.toy import background_rows, candidates
from wayside.candidates.schema import ROW
from wayside.candidates.weights import Vetoes
from wayside.detector.stack import Stack
from wayside.selections.background_sample import background_events, weights_per_particle
from wayside.selections.fakes import FakeBins, fake_bins, passing_fraction
from wayside.selections.kinds import KINDS
from wayside.transport.beam_directions import Directions
from wayside.transport.biased_beams import Beam, Diffuse, FromPoint, LogRange

BEAMS = {
    "muon-above": Diffuse((Directions(0.5, "downward"), Directions(0.5, "sky", 0.9))),
    "muon-front": FromPoint(7000.0),
}


@pytest.mark.parametrize("kind", BEAMS)
def test_a_biased_beam_is_one_particle_for_each_particle(kind):
    """Particles drawn with a bias, one candidate each: what heads for the blocks adds up to one.

    20,000 particles in 6 to 8 bins; the error of each sum is taken from its weights. At 4.5
    standard deviations one run in 10,000 fails.
    """
    edges = KINDS[kind].edges
    stack, number = Stack(), 20_000
    ranges = (LogRange(0.4, edges[0], edges[-1]), LogRange(0.6, edges[1], edges[-2]))
    beam = Beam((13, -13), ranges, BEAMS[kind], 0.3)
    primaries, density = beam.draw(stack, number, np.random.default_rng(11))
    rows = np.zeros(number, ROW)
    momentum = np.stack([primaries[f"p{axis}"] for axis in "xyz"], axis=1)
    size = np.linalg.norm(momentum, axis=1)
    mass = 105.6583755
    rows["kinetic_energy"] = 1e-3 * (np.hypot(size, mass) - mass)
    rows["direction_y"] = momentum[:, 1] / size
    rows["sampling_density"] = number * density
    blocks_only = _meets(stack, primaries, momentum / size[:, None])
    weight = weights_per_particle(rows, KINDS[kind]) * blocks_only
    bins = np.searchsorted(edges, rows["kinetic_energy"], side="right") - 1
    inside = (bins >= 0) & (bins < len(edges) - 1)
    sums = np.bincount(bins[inside], weight[inside], minlength=len(edges) - 1)
    squares = np.bincount(bins[inside], weight[inside] ** 2, minlength=len(edges) - 1)
    assert np.all(squares > 0.0)
    assert np.all(np.abs(sums - 1.0) < 4.5 * np.sqrt(squares))
    assert np.all(np.sqrt(squares) < 0.2)


def _meets(stack, primaries, directions):
    """Straight lines through the blocks, by a search along each of them."""
    x, y = stack.size
    start = np.stack([primaries[axis] for axis in "xyz"], axis=1)
    low, high = np.array([-x / 2, -y / 2, 0.0]), np.array([x / 2, y / 2, stack.depth])
    entry, leave = np.full(len(start), -np.inf), np.full(len(start), np.inf)
    for axis in range(3):
        with np.errstate(divide="ignore"):
            one = (low[axis] - start[:, axis]) / directions[:, axis]
            other = (high[axis] - start[:, axis]) / directions[:, axis]
        entry = np.maximum(entry, np.minimum(one, other))
        leave = np.minimum(leave, np.maximum(one, other))
    return entry < leave


def test_all_of_a_toy_sample_is_one_candidate_for_each_particle():
    # Each bin of a log-uniform sample: binomial error below 10 per cent.
    rows = background_rows("muon-above", 8000, np.random.default_rng(4), 0)
    table = candidates({"muon-above": rows})
    events = background_events(table, "muon-above", Vetoes(), None)
    mean, variance = events.counted(np.ones(len(events.rows), bool))
    np.testing.assert_allclose(mean, 1.0, atol=0.35)
    widths = np.log(np.divide(KINDS["muon-above"].edges[1:], KINDS["muon-above"].edges[:-1]))
    assert np.average(mean, weights=widths) == pytest.approx(1.0, abs=0.05)
    assert np.all(variance > 0.0)


def test_half_a_sample_stands_for_all_of_it():
    rows = background_rows("neutron-front", 8000, np.random.default_rng(5), 0)
    table = candidates({"neutron-front": rows})
    means = []
    for half in ("tuning", "untouched", None):
        events = background_events(table, "neutron-front", Vetoes(), half)
        means.append(events.counted(np.ones(len(events.rows), bool))[0])
    np.testing.assert_allclose(0.5 * (means[0] + means[1]), means[2], rtol=1e-12)


def test_of_several_vertices_the_least_vetoed_counts():
    rows = background_rows("photon-front", 40, np.random.default_rng(6), 0)
    rows["event"] = np.repeat(np.arange(20), 2)
    rows["kinetic_energy"] = 0.5
    rows["sampling_density"] = 7.0
    rows["fibres_upstream"] = np.tile([1, 2], 20)
    table = candidates({"photon-front": rows})
    events = background_events(table, "photon-front", Vetoes(fibre_efficiency=0.9), None)
    mean, *_ = events.counted(np.ones(40, bool))
    first = events.weight[0]
    assert mean[1] == pytest.approx(20 * first * 0.1)
    assert mean[[0, 2, 3]].sum() == 0.0
    # If only the second vertices pass.
    assert events.counted(np.tile([False, True], 20))[0][1] == pytest.approx(20 * first * 0.01)


def test_nothing_left_is_not_known_to_be_nothing():
    rows = background_rows("klong-front", 600, np.random.default_rng(7), 0)
    table = candidates({"klong-front": rows})
    events = background_events(table, "klong-front", Vetoes(), None)
    mean, variance = events.counted(np.zeros(len(events.rows), bool))
    np.testing.assert_array_equal(mean, 0.0)
    np.testing.assert_array_equal(variance, 0.0)
    bins = FakeBins(events.edges, mean, variance, 0.1, events.sums)
    # One event of those that there are; beside it one more vertex in each bin, times the fraction
    # that passes if one more does.
    total, one = float(events.vertices.sum()), events.one_more
    kept = one / (total + one)
    more = np.sqrt(np.sum(events.resolution**2)) * kept
    number = np.ones(len(mean))
    assert bins.sample_error(number) == pytest.approx(np.hypot(total * kept, more), rel=1e-12)
    # A part of the particles without a vertex takes the fraction from all of them.
    part = np.where(np.arange(len(mean)) == 0, 1e-3, 0.0)
    alone = replace_bin(bins, 0, 0.0)
    passing = passing_fraction(0.0, total - events.vertices[0], alone.sample.one_more(number))
    expected = 1e-3 * alone.sample.resolution[0] * passing
    assert alone.sample_error(part, number) == pytest.approx(expected, rel=1e-12)
    assert float(passing_fraction(3.0, 7.0, 0.0)) == pytest.approx(3.0 / 7.0)


def replace_bin(bins, k, value):
    """Bins whose sample has another sum of vertices, timed or not, in bin k."""
    sums = {}
    for name in ("vertices", "squares", "timed", "timed_squares", "unvetoed", "least_vetoed"):
        sums[name] = np.where(np.arange(len(bins.mean)) == k, value, getattr(bins.sample, name))
    return bins._replace(sample=bins.sample._replace(**sums))


def test_vetoed_vertices_say_little_of_what_is_not_vetoed():
    """The error where nothing is left is smaller where every vertex is vetoed at least once."""
    rows = background_rows("muon-front", 600, np.random.default_rng(8), 0)
    errors = []
    for crossed in (0, 1):
        rows["fibres_upstream"] = crossed
        table = candidates({"muon-front": rows})
        events = background_events(table, "muon-front", Vetoes(), None)
        number = np.ones(len(events.vertices))
        nothing = 0.0 * number
        errors.append(
            FakeBins(events.edges, nothing, nothing, 0.1, events.sums).sample_error(number)
        )
    np.testing.assert_allclose(errors[1], 0.02 * errors[0], rtol=0.01)


def test_a_kind_that_was_not_simulated():
    table = candidates(
        {"muon-front": background_rows("muon-front", 8, np.random.default_rng(9), 0)}
    )
    assert background_events(table, "muon-above", Vetoes(), None) is None


def test_bins_as_plain_values():
    bins = FakeBins(np.array([1.0, 2.0, 5.0]), np.array([0.1, 0.0]), np.array([1e-3, 1e-4]), 0.1)
    back = fake_bins(bins.plain())
    for one, other in zip(bins[:4], back[:4], strict=True):
        np.testing.assert_array_equal(one, other)
    assert back.sample is None
    rows = background_rows("muon-front", 60, np.random.default_rng(11), 0)
    events = background_events(candidates({"muon-front": rows}), "muon-front", Vetoes(), None)
    sums = fake_bins(bins._replace(sample=events.sums).plain()).sample
    for one, other in zip(events.sums, sums, strict=True):
        np.testing.assert_array_equal(one, other)


def test_one_more_event_of_a_scenario():
    """What one more adds is that of the particles there are, by the events one by one."""
    rows = background_rows("muon-front", 600, np.random.default_rng(12), 0)
    rows["fibres_upstream"] = np.random.default_rng(13).integers(0, 3, 600)
    rows["timed"] = np.random.default_rng(14).random(600) < 0.4
    vetoes = Vetoes(gas_veto=False)
    events = background_events(candidates({"muon-front": rows}), "muon-front", vetoes, None)
    number = 10.0 ** np.arange(len(events.vertices))
    scaled = events.scaled(number)
    weight, veto = scaled.weight, scaled.veto
    one = np.sum(weight**2) / np.sum(weight)
    mean = (np.sum(weight * veto) + one * veto.max()) / (np.sum(weight) + one)
    assert scaled.one_more == pytest.approx(mean * one, rel=1e-12)
    assert events.sums.one_more(number) == pytest.approx(mean * one, rel=1e-12)
    total = scaled.vertices.sum()
    more = mean * one
    nothing = np.zeros(len(number))
    bins = FakeBins(events.edges, nothing, nothing, 0.1, events.sums)
    kept = more / (total + more)
    other = np.sqrt(np.sum(scaled.resolution**2)) * kept
    assert bins.sample_error(number) == pytest.approx(np.hypot(total * kept, other), rel=1e-12)


def test_a_scenario_without_particles_where_candidates_are_timed():
    """Of slow muons none has a time; what vetoes the fast ones would veto one more of them, too."""
    rows = background_rows("muon-front", 600, np.random.default_rng(10), 0)
    rows["fibres_upstream"] = 1
    rows["timed"] = rows["kinetic_energy"] > 4.0
    table = candidates({"muon-front": rows})
    events = background_events(table, "muon-front", Vetoes(gas_veto=False), None)
    slow = (np.asarray(KINDS["muon-front"].edges[1:]) <= 4.0).astype(float)
    scaled = events.scaled(1e6 * slow)
    assert scaled.weight.sum() == 0.0
    assert scaled.vertices.sum() > 1e5
    typical = scaled.squares.sum() / scaled.vertices.sum()
    assert scaled.one_more == pytest.approx(0.02 * typical)
    assert events.mean_veto == pytest.approx(0.02)
