"""Base-tracks and links: against brute force, against truth, and whatever the order."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import linking_slow
from reference.toy_transport import beam, transport

from reconstruction.conftest import EMULSION, SHEETS, WIDE, crowd, respond, straight_rows
from wayside.emulsion.signals import BASETRACK, MICROTRACK
from wayside.errors import InputError
from wayside.reconstruction.basetracks import basetracks
from wayside.reconstruction.chains import chains
from wayside.reconstruction.films import Films
from wayside.reconstruction.linking import Linking, links
from wayside.reconstruction.material import Layer
from wayside.reconstruction.pipeline import Setup, reconstruct
from wayside.reconstruction.tiles import MARGIN
from wayside.reconstruction.truth_matching import match_truth


def by_value(rows, following):
    """Links as pairs of positions: the same whatever the order of rows."""
    kept = np.flatnonzero(following >= 0)
    return sorted(zip(rows["x"][kept], rows["x"][following[kept]], strict=True))


@pytest.mark.nightly  # minutes of plain loops
@pytest.mark.parametrize("seed", [1, 2])
def test_links_equal_brute_force(seed):
    rows = crowd(2e3, 1.5, 9, seed, low=60.0)
    assert 500 < len(rows) < 3000
    how = Linking()
    fast, _ = links(rows, how=how)
    slow = linking_slow.link(rows, EMULSION, SHEETS, how, Layer())
    assert np.count_nonzero(fast >= 0) > 400
    np.testing.assert_array_equal(fast, slow)


def test_efficiency_and_purity_when_sparse():
    # Inefficiency of links is the tail of chi-squared and of missing base-tracks: under 1 in 200.
    rows = crowd(1e3, 5.0, 12, 3)
    bounds = (-5.0, 5.0, -5.0, 5.0)
    result = reconstruct(rows, Setup(Films(bounds=bounds)))
    matched = match_truth(result, 5)
    assert len(matched.particles) > 800
    assert matched.efficiency > 0.99
    assert matched.purity > 0.99


def test_efficiency_and_purity_at_the_occupancy_of_the_study():
    """1e6 tracks per cm^2; edges of this small square are where most errors are made."""
    half = 0.9
    rows = crowd(1e6, half, 8, 4)
    assert len(rows) > 2e5
    result = reconstruct(rows, Setup(Films(bounds=(-half, half, -half, half))))
    matched = match_truth(result, 5)
    assert matched.efficiency > 0.95
    assert matched.purity > 0.95
    # Nothing began inside: a vertex would be a false one.
    assert len(result.vertices) <= 3


def test_wrong_links_do_not_grow_out_of_hand():
    wrong = []
    for density in (1e4, 1e5):
        half = 1.5
        rows = crowd(density, half, 6, 5)
        following, _ = links(rows, Films(bounds=(-half, half, -half, half)))
        kept = np.flatnonzero(following >= 0)
        core = kept[np.maximum(abs(rows["x"][kept]), abs(rows["y"][kept])) < half - 0.8]
        wrong.append(np.mean(rows["event"][core] != rows["event"][following[core]]))
    assert wrong[0] < 0.002
    assert wrong[1] < 0.004


def test_tiles_do_not_change_anything():
    rows = crowd(1.5e4, 6.0, 10, 6)
    setup = Setup(Films(bounds=(-6.0, 6.0, -6.0, 6.0)))
    whole = reconstruct(rows, setup)
    for tile, workers in ((6.0, 1), (2.7, 1), (6.0, 2)):
        tiled = reconstruct(rows, setup, tile=tile, workers=workers)
        np.testing.assert_array_equal(tiled.chains.members, whole.chains.members)
        np.testing.assert_array_equal(tiled.chains.first, whole.chains.first)
    assert 3 * SHEETS.pitch < MARGIN  # the longest link at 45 degrees


def test_a_bad_tile_is_refused():
    with pytest.raises(InputError, match="tile = 0"):
        reconstruct(np.zeros(0, BASETRACK), tile=0)


def test_tracks_go_on_across_a_gap():
    # From sheet 35 to 44, the last of block 0 being 39.
    rng = np.random.default_rng(7)
    n = 200
    particles = beam(10.1 * np.arange(n) - 1010.0, 0.0, 0.8 * 35 - 0.1, 0.3, 0.1, 2000.0)
    rows = respond(transport(particles, 45, rng), rng)
    result = reconstruct(rows, Setup(Films(sheets=WIDE)))
    through = (result.tracks["first_sheet"] < 40) & (result.tracks["last_sheet"] >= 40)
    # A link is lost with the tail of chi-squared, 5e-4, and what is not Gaussian in it.
    assert np.count_nonzero(through) > 0.97 * n


def test_a_track_survives_missing_sheets():
    rows = straight_rows(200, 2000.0, 12, 0.2, 8)
    holes = ~np.isin(rows["sheet"], (5, 6))
    result = reconstruct(rows[holes], Setup(Films(sheets=WIDE)))
    assert np.mean(result.tracks["base_tracks"] == 10) > 0.95
    short = ~np.isin(rows["sheet"], (5, 6, 7))
    assert reconstruct(rows[short], Setup(Films(sheets=WIDE))).tracks["base_tracks"].max() == 5


def test_nothing_and_one():
    nothing = reconstruct(np.zeros(0, BASETRACK))
    assert len(nothing.tracks) == len(nothing.vertices) == 0
    assert len(basetracks(np.zeros(0, MICROTRACK), EMULSION, SHEETS)) == 0
    assert np.isnan(match_truth(nothing, 5).efficiency)
    for tile in (None, 3.0):
        assert len(reconstruct(np.zeros(0, BASETRACK), tile=tile).tracks) == 0
        rows = straight_rows(1, 3000.0, 8, 0.2, 9)
        one = reconstruct(rows, tile=tile)
        assert len(one.tracks) == 1
        assert one.tracks["base_tracks"][0] == 8
        assert one.tracks["purity"][0] == 1.0
        assert len(one.vertices) == 0
    lone = reconstruct(rows[:1])
    assert len(lone.tracks) == 0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_order_of_rows_does_not_matter(seed):
    rows = ROWS
    shuffled = np.random.default_rng(seed).permutation(rows)
    one, two = reconstruct(rows, SETUP), reconstruct(shuffled, SETUP)
    np.testing.assert_array_equal(one.rows, two.rows)
    np.testing.assert_array_equal(one.chains.members, two.chains.members)
    for name in ("x", "momentum", "chi2"):
        np.testing.assert_array_equal(one.tracks[name], two.tracks[name])


ROWS = crowd(3e4, 1.0, 8, 10, low=100.0)
SETUP = Setup(Films(bounds=(-1.0, 1.0, -1.0, 1.0)))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(0, 400))
def test_order_of_micro_tracks_does_not_matter(seed, count):
    rng = np.random.default_rng(seed)
    micro = np.zeros(count, MICROTRACK)
    micro["film"] = rng.integers(0, 6, count)
    for name in ("x", "y"):
        micro[name] = rng.uniform(-0.05, 0.05, count)
    for name in ("tx", "ty"):
        micro[name] = rng.normal(0, 0.1, count)
    micro["grains"] = rng.integers(8, 40, count)
    one = basetracks(micro, EMULSION, SHEETS)
    np.testing.assert_array_equal(one, basetracks(rng.permutation(micro), EMULSION, SHEETS))
    assert one.dtype == BASETRACK
    # No micro-track serves twice: faces of a sheet are told apart by their positions.
    faces = one["x"] - 0.1 * one["tx"]
    assert len(np.unique(np.round(faces, 12))) == len(one)


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(12)), st.integers(1, 4))
def test_chains_cover_every_row_once(order, shortest):
    following = np.full(12, -1)
    cuts = [order[:5], order[5:7], order[7:8], order[8:]]
    for part in cuts:
        for a, b in itertools.pairwise(part):
            following[a] = b
    members, first = chains(following, shortest)
    got = sorted(tuple(members[a:b]) for a, b in itertools.pairwise(first))
    assert got == sorted(tuple(part) for part in cuts if len(part) >= shortest)
