"""Vertices: pulls, cuts, truth."""

import numpy as np
import pytest
from scipy import stats

from reconstruction.conftest import EMULSION, SHEETS, TOY, WIDE, pairs
from reconstruction.toy_lines import NOTHING, track_at, two_at
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.films import Films
from wayside.reconstruction.pipeline import Setup, reconstruct
from wayside.reconstruction.records import TRACK, VERTEX
from wayside.reconstruction.vertices import Vertexing, vertices


def test_pulls_and_chi2_of_simulated_pairs(muon_pairs):
    """1200 pairs: nearly all found, chi-squared of one degree of freedom, pulls of unit width."""
    rows, true, _ = muon_pairs
    fitted = reconstruct(rows, Setup(Films(sheets=WIDE, layer=TOY))).vertices
    fitted = fitted[fitted["event"] >= 0]
    assert len(fitted) > 0.98 * 1200
    assert len(np.unique(fitted["event"])) == len(fitted)
    # Kolmogorov-Smirnov above 1e-4; the momentum that scatters is an estimate.
    assert stats.kstest(stats.chi2.sf(fitted["chi2"], 1), "uniform").pvalue > 1e-4
    for c, place in zip("xyz", true, strict=True):
        pull = (fitted[c] - place[fitted["event"]]) / fitted[f"sigma_{c}"]
        assert abs(pull.mean()) < 5 / np.sqrt(1200)
        # Five standard errors of a width, and 5 per cent for what is not Gaussian.
        assert pull.std() == pytest.approx(1.0, abs=5 / np.sqrt(2400) + 0.05)


def test_min_opening():
    near = two_at((0.0, 0.0, 8.2), (0.02, 0.0), (-0.02, 0.0), variance=1e-8)
    for least, expected in ((0.039, 1), (0.041, 0)):
        how = Vertexing(min_opening=least)
        assert len(vertices(near, NOTHING, how=how)) == expected


def test_a_track_serves_one_vertex_and_the_best_is_first_served():
    tracks = two_at((0.0, 0.0, 8.2), (0.1, 0.0), (-0.1, 0.05))
    third = track_at((0.0, 0.0, 8.2), (0.0, -0.15), 10)
    third["y"] += 8e-4
    made = vertices(np.concatenate([tracks, third]), NOTHING)
    assert len(made) == 1
    assert {int(made["track_1"][0]), int(made["track_2"][0])} == {0, 1}
    # The third one begins beside them.
    assert made["companions"][0] == 1
    assert not made["secondary"][0]


def test_tracks_of_one_time_come_before_a_better_fit():
    tracks = two_at((0.0, 0.0, 8.2), (0.1, 0.0), (-0.1, 0.05))
    third = track_at((0.0, 0.0, 8.2), (0.0, -0.15), 10)
    third["y"] += 8e-4
    tracks = np.concatenate([tracks, third])

    def simultaneous(first: int, second: int) -> bool:
        return {first, second} == {1, 2}

    made = vertices(tracks, NOTHING, simultaneous=simultaneous)
    assert len(made) == 1
    assert {int(made["track_1"][0]), int(made["track_2"][0])} == {1, 2}
    # Without any common time it is as before.
    made = vertices(tracks, NOTHING, simultaneous=lambda *_: False)
    assert {int(made["track_1"][0]), int(made["track_2"][0])} == {0, 1}


def test_decays_in_the_gas_are_found():
    point = (3.0, 4.0, 36.0)
    made = vertices(two_at(point, (0.2, 0.0), (-0.1, 0.1), sheet=40), NOTHING)
    assert len(made) == 1
    assert made["z"][0] == pytest.approx(36.0, abs=5 * made["sigma_z"][0])
    assert made["sheet"][0] == 40
    # Without a gap the same lines meet ten sheets before the first one: no vertex.
    solid = Sheets(gap=0.0)
    z = float(solid.middle(40))
    far = (3.0, 4.0, z - (SHEETS.middle(40) - 36.0))
    tracks = two_at(far, (0.2, 0.0), (-0.1, 0.1), sheet=40, sheets=solid)
    assert len(vertices(tracks, NOTHING, Films(sheets=solid))) == 0


def test_truth_of_a_vertex():
    tracks = two_at((0.0, 0.0, 8.2), (0.1, 0.0), (-0.1, 0.05))
    tracks["event"] = [3, 4]
    assert vertices(tracks, NOTHING)["event"].tolist() == [-1]


def test_no_vertex_from_one_track_or_none():
    assert len(vertices(np.zeros(0, TRACK), NOTHING)) == 0
    one = two_at((0.0, 0.0, 8.2), (0.1, 0.0), (-0.1, 0.05))[:1]
    none = vertices(one, NOTHING)
    assert len(none) == 0
    assert none.dtype == VERTEX


def test_emulsion_pairs_of_electrons_begin_one_vertex_each():
    rows, _, _ = pairs(100, 500.0, 0.2, 25, 23, mass=0.511, pdg=11)
    reconstructed = reconstruct(rows, Setup(Films(EMULSION, WIDE, TOY))).vertices
    of_pairs = reconstructed[reconstructed["event"] >= 0]
    assert len(np.unique(of_pairs["event"])) == len(of_pairs) > 90
