"""From base-tracks to tracks: gaps, holes, nothing, any order."""

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.toy_transport import beam, transport

from reconstruction.conftest import EMULSION, SHEETS, WIDE, crowd, respond, straight_rows
from wayside.emulsion.signals import BASETRACK, MICROTRACK
from wayside.reconstruction.basetracks import basetracks
from wayside.reconstruction.films import Films
from wayside.reconstruction.pipeline import Setup, reconstruct
from wayside.reconstruction.truth_matching import match_truth


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
    rows = muons()
    shuffled = np.random.default_rng(seed).permutation(rows)
    one, two = reconstruct(rows, SETUP), reconstruct(shuffled, SETUP)
    np.testing.assert_array_equal(one.rows, two.rows)
    np.testing.assert_array_equal(one.chains.members, two.chains.members)
    for name in ("x", "momentum", "chi2"):
        np.testing.assert_array_equal(one.tracks[name], two.tracks[name])


@cache
def muons():
    """Base-tracks of a crowd, made when they are first asked for."""
    return crowd(3e4, 1.0, 8, 10, low=100.0)


SETUP = Setup(Films(bounds=(-1.0, 1.0, -1.0, 1.0)))
