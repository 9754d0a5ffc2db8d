"""Cuts, vetoes and variables."""

import numpy as np
import pytest

from selections.toy import signal_rows
from wayside.candidates.schema import ROW
from wayside.candidates.weights import Vetoes
from wayside.errors import InputError
from wayside.selections.cuts import Cut, Cuts, passing, uncrowded
from wayside.selections.samples import fold_of, in_half
from wayside.selections.variables import VARIABLES, variable


def test_each_cut_keeps_its_side():
    rows = signal_rows(100, np.random.default_rng(1), 0)
    for name, kind in VARIABLES.items():
        values = kind.values(rows)
        assert values.shape == (100,)
        assert values.dtype == np.float64
        middle = float(np.median(values))
        passed = Cut(name, middle).passes(rows)
        expected = values >= middle if kind.keep == "above" else values <= middle
        np.testing.assert_array_equal(passed, expected)
        assert passed.any()


def test_variables_are_what_they_say():
    rows = np.zeros(1, ROW)
    rows["momentum_1"], rows["momentum_2"] = 3.0, 2.0
    rows["grains_1"], rows["grains_2"] = 40.0, 90.0
    rows["sum_x"], rows["sum_z"] = 3.0, 4.0
    rows["base_tracks_1"], rows["base_tracks_2"] = 7, 5
    values = {name: float(kind.values(rows)[0]) for name, kind in VARIABLES.items()}
    assert values["softer_momentum"] == 2.0
    assert values["grains"] == 90.0
    assert values["momentum_sum"] == pytest.approx(5.0)
    assert values["base_tracks"] == 5.0


def test_only_measured_quantities_are_cut_on():
    # Truth, and numbers of tracks in an event, are not there in data.
    rows = signal_rows(50, np.random.default_rng(2), 0)
    before = {name: kind.values(rows) for name, kind in VARIABLES.items()}
    for name in ("pdg_1", "true_momentum_1", "purity_2", "begin", "pair_energy", "prong_1"):
        rows[name] = 1
    for name, kind in VARIABLES.items():
        np.testing.assert_array_equal(kind.values(rows), before[name])


def test_a_variable_that_is_not_there():
    with pytest.raises(InputError, match="no variable 'pt' of candidates; there are: mass"):
        variable("pt")


def test_vetoes_are_weights_and_need_a_time():
    rows = np.zeros(4, ROW)
    rows["timed"] = True, True, True, False
    rows["fibres_upstream"] = 0, 1, 0, 0
    rows["gaps_before"] = 0, 0, 2, 0
    weights = Vetoes(1, 0.9, "all", True, True, 0.8).weights(rows)
    np.testing.assert_allclose(weights, [1.0, 0.1, 0.04, 0.0])
    np.testing.assert_allclose(Vetoes(2, 0.9, gas_veto=False).weights(rows), [1, 0.01, 1, 0])


def test_cuts_and_vetoes_together():
    rows = np.zeros(3, ROW)
    rows["timed"], rows["mass"] = True, (0.1, 0.1, 0.01)
    rows["fibres_downstream"] = 0, 1, 0
    cuts = Cuts((Cut("mass", 0.05),), Vetoes(fibre_efficiency=0.9))
    np.testing.assert_array_equal(cuts.passes(rows), [True, True, False])
    np.testing.assert_allclose(cuts.weights(rows), [1.0, 0.1, 0.0])
    np.testing.assert_array_equal(passing((), rows), True)


def test_unrelated_tracks_against_points_at_random():
    # 2,000 films of 400 tracks in a square of 1 mm^2: binomial error 1.1 per cent; at four
    # standard deviations one run in 16,000 fails.
    rng = np.random.default_rng(3)
    radius, tracks = 2e-5, 400 / 1e-6
    points = rng.uniform(-0.5e-3, 0.5e-3, (2000, 400, 2))
    free = np.mean(np.hypot(*np.moveaxis(points, -1, 0)).min(axis=1) > radius)
    expected = uncrowded((Cut("passing", radius), Cut("mass", 1.0)), tracks)
    assert free == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 2000))
    assert uncrowded((Cut("mass", 1.0),), tracks) == 1.0


def test_halves_and_folds_divide_all_events():
    events = np.arange(4000)
    tuning, untouched = in_half(events, "tuning"), in_half(events, "untouched")
    np.testing.assert_array_equal(tuning, ~untouched)
    assert tuning.sum() == 2000
    # Charges are simulated in turn: both of a pair stay together.
    np.testing.assert_array_equal(tuning[::2], tuning[1::2])
    folds = fold_of(events[tuning], 4)
    np.testing.assert_array_equal(np.bincount(folds), 500)
    with pytest.raises(InputError, match="1 folds: must be 2 at least"):
        fold_of(events, 1)
