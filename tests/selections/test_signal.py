"""Signal that a selection keeps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selections.toy import candidates, decays_of, signal_rows
from wayside.candidates.weights import Vetoes
from wayside.efficiency.axes import AXES
from wayside.efficiency.shipped import shipped
from wayside.errors import InputError
from wayside.selections.signal import (
    CHANNELS,
    ENERGY_EDGES,
    MASS_EDGES,
    MASSES,
    SelectedMap,
    SignalRatio,
    pair_mass,
    signal_ratio,
)
from wayside.selections.signal_sample import SHAPE, signal_events

ONES = SignalRatio(*(100.0 * np.ones(SHAPE) for _ in range(3)))


@given(
    channel=st.sampled_from(CHANNELS),
    kinetic=st.tuples(st.floats(0.01, 5.0), st.floats(0.01, 5.0)),
    opening=st.floats(0.001, 3.0),
)
@settings(max_examples=60, deadline=None)
def test_pair_mass_from_vectors(channel, kinetic, opening):
    mass = MASSES[channel]
    energies = [value + mass for value in kinetic]
    sizes = [np.sqrt(e**2 - mass**2) for e in energies]
    one = sizes[0] * np.array([0.0, 0.0, 1.0])
    other = sizes[1] * np.array([np.sin(opening), 0.0, np.cos(opening)])
    expected = np.sqrt((sizes[0] + sizes[1]) ** 2 - np.sum((one + other) ** 2))
    value = pair_mass(channel, sum(energies), opening, min(kinetic))
    assert float(value) == pytest.approx(float(expected), rel=1e-6, abs=1e-6)


def test_ratio_of_the_sample():
    """Half of the decays has a candidate, of which those of the upper half of the masses pass."""
    rng = np.random.default_rng(21)
    rows = signal_rows(400, rng, 0)
    table = candidates({}, rows)
    events = signal_events(table, decays_of(rows, each=2), Vetoes(), shipped(), None)
    assert events.number == 800
    expected = 800 * float(shipped().at("ee", "timed", 0.8, 0.5, 0.3, 0.4, 0.5))
    assert events.expected.sum() == pytest.approx(expected, rel=1e-6)
    passed = rows["mass"] > np.median(rows["mass"])
    ratio = events.counted(passed)
    assert ratio.selected.sum() == 200
    k = np.unravel_index(int(np.argmax(ratio.expected)), SHAPE)
    assert ratio.filled[0][k] == pytest.approx(200 / expected, rel=1e-6)
    assert np.sqrt(ratio.filled[1][k]) == pytest.approx(np.sqrt(201) / expected, rel=1e-6)


def test_candidates_elsewhere_are_no_signal():
    rows = signal_rows(40, np.random.default_rng(22), 0)
    rows["at_origin"][:10] = False
    rows["channel"][10:15] = 3
    rows["timed"][15:20] = False
    events = signal_events(candidates({}, rows), decays_of(rows), Vetoes(), shipped(), None)
    assert len(events.rows) == 20


def test_no_signal_is_one_line():
    rows = signal_rows(4, np.random.default_rng(23), 0)
    with pytest.raises(InputError, match="the candidates hold no simulated decays"):
        signal_events(candidates({}, rows), decays_of(rows)[:0], Vetoes(), shipped(), None)


def test_thin_bins_take_their_neighbours():
    selected, expected = np.zeros(SHAPE), np.zeros(SHAPE)
    expected[0, 5], selected[0, 5] = (2.0, 50.0, 0.0, 0.0), (2.0, 10.0, 0.0, 0.0)
    expected[0, 12, 3], selected[0, 12, 3] = 40.0, 30.0
    value, variance = SignalRatio(selected, selected, expected).filled
    assert value[0, 5, 1] == pytest.approx(0.2)
    # Too few of its own: all energies of this mass.
    assert value[0, 5, 0] == pytest.approx(12.0 / 52.0)
    # None at all: the nearest masses on both sides that have some.
    assert value[0, 7, 0] == pytest.approx(12.0 / 52.0)
    assert value[0, 10, 0] == pytest.approx(0.75)
    assert value[1].sum() == 0.0
    assert np.all(variance > 0.0)


def test_weights_of_decays_are_the_same_sum():
    rng = np.random.default_rng(24)
    expected = rng.uniform(0.0, 30.0, SHAPE) * (rng.random(SHAPE) < 0.7)
    selected = expected * rng.random(SHAPE)
    ratio = SignalRatio(selected, selected, expected)
    timed = rng.random(SHAPE)
    direct = float((timed * ratio.filled[0]).sum())
    assert float((ratio.decay_weights(timed) * selected).sum()) == pytest.approx(direct, rel=1e-12)


def test_a_ratio_of_one_is_the_map():
    """The product on its finer grid, at points that no grid has."""
    product = SelectedMap(shipped(), ONES)
    value, _ = product.filled("selected")
    assert value.shape == product.shape
    assert len(product.edges["opening"]) == 6 * (len(shipped().edges["opening"]) - 1) + 1
    centres = [np.exp(c) if AXES[name].logarithmic else c for name, c in product.centres.items()]
    rng = np.random.default_rng(25)
    for _ in range(20):
        k = [int(rng.integers(size)) for size in product.shape]
        place = [float(centres[axis][k[axis + 1]]) for axis in range(5)]
        direct = float(shipped().at(product.channels[k[0]], "timed", *place))
        assert value[tuple(k)] == pytest.approx(direct, rel=1e-12)


def test_average_and_error_of_a_product():
    """A tenth of the timed decays, half of them lost to other tracks: 5 per cent of the map's."""
    tenth = SignalRatio(10.0 * np.ones(SHAPE), 10.0 * np.ones(SHAPE), 100.0 * np.ones(SHAPE))
    fraction = np.zeros(SelectedMap(shipped(), ONES).shape)
    fraction[0, 12, 10, 6, 1, 0] = 1.0
    whole, _ = SelectedMap(shipped(), ONES).weighted("selected", fraction)
    part, error = SelectedMap(shipped(), tenth, 0.5).weighted("selected", fraction)
    assert part == pytest.approx(0.05 * whole, rel=1e-12)
    assert part * np.sqrt(11) / 10 < error < part
    by_bin = SelectedMap(shipped(), ONES).timed_by_bin(fraction)
    assert np.count_nonzero(by_bin) == 1
    assert by_bin.sum() == pytest.approx(whole)


def test_ratio_as_plain_values():
    back = signal_ratio(ONES.plain())
    np.testing.assert_array_equal(back.selected, ONES.selected)
    with pytest.raises(InputError, match="other bins than those of this version"):
        signal_ratio({**ONES.plain(), "energy_edges_gev": [1.0, 2.0]})
    with pytest.raises(InputError, match="selected: must have the shape"):
        SignalRatio(np.zeros((1, 2, 3)), np.zeros((1, 2, 3)), np.zeros((1, 2, 3)))
    assert (3, len(MASS_EDGES) - 1, len(ENERGY_EDGES) - 1) == SHAPE
