"""Tables of efficiencies: counts, interpolation, errors, text."""

import numpy as np
import pytest
from reference.toy_map import EDGES, toy_map
from scipy.interpolate import RegularGridInterpolator
from scipy.stats import beta, binom

from wayside.efficiency.axes import AXES
from wayside.efficiency.binomial import interval
from wayside.efficiency.csv_file import csv_of, read_csv
from wayside.efficiency.table import LEAST, EfficiencyMap, counted
from wayside.errors import InputError

INTERPOLATED = [name for name, axis in AXES.items() if not axis.stepped]


def places(n, rng, inside=True):
    """Points within the outermost centres (or edges) of the toy grid."""
    found = []
    for name, edges in EDGES.items():
        values = np.log(edges) if AXES[name].logarithmic else np.asarray(edges)
        if inside and not AXES[name].stepped:
            values = 0.5 * (values[1:] + values[:-1])
        u = rng.uniform(values[0], values[-1], n)
        found.append(np.exp(u) if AXES[name].logarithmic else u)
    return found


def test_text_and_back():
    table = toy_map(seed=1)
    other = read_csv(csv_of(table))
    assert other.channels == table.channels
    assert other.selections == ("vertex", "timed")
    assert dict(other.header) == dict(table.header)
    for name in AXES:
        assert np.array_equal(other.edges[name], table.edges[name])
    assert np.array_equal(other.tried, table.tried)
    for name in table.selections:
        assert np.array_equal(other.passed[name], table.passed[name])


@pytest.mark.parametrize("channel", ["ee", "mumu"])
@pytest.mark.parametrize("selection", ["vertex", "timed"])
def test_interpolation_is_that_of_scipy(channel, selection):
    table = toy_map(seed=2)
    rng = np.random.default_rng(3)
    points = places(500, rng)
    grid = [table.centres[name] for name in INTERPOLATED]
    coordinates = np.stack(
        [
            np.log(p) if AXES[name].logarithmic else p
            for name, p in zip(AXES, points, strict=True)
            if name in INTERPOLATED
        ],
        axis=1,
    )
    values = table.efficiency(selection)[table.channels.index(channel)]
    slope, depth = (
        np.searchsorted(EDGES[name][1:-1], points[k], side="right")
        for name, k in (("slope", 3), ("depth", 4))
    )
    expected = np.empty(500)
    for s in range(3):
        for d in range(2):
            here = (slope == s) & (depth == d)
            assert here.any()
            expected[here] = RegularGridInterpolator(grid, values[..., s, d])(coordinates[here])
    assert table.at(channel, selection, *points) == pytest.approx(expected, abs=1e-12)


def test_beyond_the_grid_it_goes_on_or_ends():
    table = toy_map(seed=4)
    inside = [0.3, 0.5, 0.1, 0.5, 0.5]
    ends = {"softer": (0.009, 0.0), "slope": (1.01, 0.0)}
    for k, name in enumerate(AXES):
        point, edge = list(inside), list(inside)
        low, high = EDGES[name][0], EDGES[name][-1]
        point[k], edge[k] = (low / 3, low) if name == "energy" else (high * 3, high)
        if name in ends:
            point[k] = ends[name][0]
            assert table.at("ee", "vertex", *point) == 0.0
        else:
            assert table.at("ee", "vertex", *point) == table.at("ee", "vertex", *edge)


def test_on_a_grid_as_at_points():
    table = toy_map(seed=4)
    inside, wide = places(3, np.random.default_rng(5)), places(4, np.random.default_rng(6), False)
    # Beyond both ends of every axis, too.
    axes = [np.append(np.sort(values), [1e-6, 1e3]) for values in (*inside[:3], *wide[3:])]
    for selection in table.selections:
        found = table.on_grid(selection, dict(zip(AXES, axes, strict=True)))
        points = np.meshgrid(*axes, indexing="ij")
        for k, channel in enumerate(table.channels):
            assert found[k] == pytest.approx(table.at(channel, selection, *points), abs=1e-12)


def test_cells_with_few_decays_ask_others():
    table = toy_map(seed=5)
    tried, passed = table.tried.copy(), table.passed["vertex"].copy()
    tried[0, 0, 0, 0, 0, 0], passed[0, 0, 0, 0, 0, 0] = LEAST - 1, 0  # asks the other openings
    tried[0, 1, :, 0, 0, 0] = passed[0, 1, :, 0, 0, 0] = 0  # those, and energies
    tried[0, :, :, 1, 0, 0] = passed[0, :, :, 1, 0, 0] = 0  # and depths
    tried[0, :, :, 2, 0, :] = passed[0, :, :, 2, 0, :] = 0  # nobody knows
    some = EfficiencyMap(table.channels, table.edges, tried, {"vertex": passed}, {})
    value, variance = some.filled("vertex")

    def pooled(place):
        return passed[place].sum() / tried[place].sum()

    assert value[0, 0, 0, 0, 0, 0] == pooled((0, 0, slice(None), 0, 0, 0))
    assert value[0, 1, 2, 0, 0, 0] == pooled((0, slice(None), slice(None), 0, 0, 0))
    assert value[0, 3, 1, 1, 0, 0] == pooled((0, slice(None), slice(None), 1, 0, slice(None)))
    assert (value[0, :, :, 2, 0] == 0.0).all()
    # Nobody knows: one decay that is even half seen.
    assert variance[0, 0, 0, 2, 0, 0] == pytest.approx(1 / 8)
    n, k = tried[1, 0, 0, 0, 0, 0], passed[1, 0, 0, 0, 0, 0]
    near = passed[1, :, :, 0, 0].sum() / tried[1, :, :, 0, 0].sum()
    cell = beta(k + near, n - k + 1 - near)
    assert variance[1, 0, 0, 0, 0, 0] == pytest.approx(cell.var(), rel=1e-3)


def test_tables_add():
    one, two = toy_map(seed=6), toy_map(seed=7)
    both = one + two
    assert np.array_equal(both.tried, one.tried + two.tried)
    assert np.array_equal(both.passed["timed"], one.passed["timed"] + two.passed["timed"])
    edges = {**one.edges, "depth": np.array([0.0, 0.2, 1.0])}
    other = EfficiencyMap(one.channels, edges, one.tried, one.passed, {})
    with pytest.raises(InputError, match="different grids"):
        one + other


def test_counting():
    rng = np.random.default_rng(8)
    n = 3000
    points = np.stack(places(n, rng, inside=False), axis=1)
    channel = rng.integers(0, 3, n)  # 2 is no channel of the table
    good = rng.random(n) < 0.3
    table = counted(("ee", "mumu"), EDGES, channel, points, {"vertex": good}, {"origin": "toy"})
    assert table.tried.sum() == np.count_nonzero(channel < 2)
    assert table.passed["vertex"][1].sum() == np.count_nonzero(good & (channel == 1))
    first = np.flatnonzero(channel < 2)[0]
    cell, mine = [], channel == channel[first]
    for k, name in enumerate(AXES):
        here = np.searchsorted(EDGES[name], points[first, k], side="right") - 1
        cell.append(here)
        mine &= (points[:, k] >= EDGES[name][here]) & (points[:, k] < EDGES[name][here + 1])
    place = (channel[first], *cell)
    assert table.tried[place] == np.count_nonzero(mine)
    assert table.passed["vertex"][place] == np.count_nonzero(mine & good)


def test_error_of_an_average_is_the_spread_of_tables():
    # 400 tables of one truth: the spread is known to 3.5%; asked to 15%.
    rng = np.random.default_rng(9)
    points = places(60, rng, inside=False)
    weights = rng.random(60)
    means, errors = [], []
    for seed in range(400):
        table = toy_map(seed=100 + seed, tried=40)
        mean, error = table.average("mumu", "timed", *points, weights=weights)
        means.append(mean)
        errors.append(error)
    assert np.std(means) == pytest.approx(np.mean(errors), rel=0.15)
    # And the average is that of the values at the points.
    values = table.at("mumu", "timed", *points)
    assert means[-1] == pytest.approx(np.average(values, weights=weights), rel=1e-12)


@pytest.mark.parametrize(("tried", "truth"), [(10, 0.1), (30, 0.5), (200, 0.97)])
def test_intervals_cover(tried, truth):
    passed = np.arange(tried + 1)
    low, high = interval(passed, tried, 0.9)
    covered = binom.pmf(passed, tried, truth)[(low <= truth) & (truth <= high)].sum()
    assert 0.9 <= covered < 0.99


def test_what_is_refused():
    table = toy_map(seed=10)
    with pytest.raises(InputError, match="channel 'tautau': must be one of ee, mumu"):
        table.at("tautau", "vertex", 1, 1, 1, 1, 1)
    with pytest.raises(InputError, match="selection 'seen': must be one of vertex, timed"):
        table.at("ee", "seen", 1, 1, 1, 1, 1)
    with pytest.raises(InputError, match="passed: must be from 0 to tried"):
        EfficiencyMap(table.channels, table.edges, table.tried, {"vertex": table.tried + 1}, {})
    bad = {**table.edges, "depth": np.array([1.0, 0.0])}
    with pytest.raises(InputError, match=r"edges\.depth: must be two numbers"):
        EfficiencyMap(table.channels, bad, table.tried, table.passed, {})
    with pytest.raises(InputError, match="not a table of efficiencies"):
        read_csv("# origin: elsewhere\na,b\n1,2\n")
