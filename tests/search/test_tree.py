"""The boosted tree beside the cuts: that it learns, is monotone, and repeats."""

import json
import sys

import numpy as np
import pytest

from search.test_problem import problem
from wayside.errors import InputError
from wayside.plotting.tree import tree_figure
from wayside.search import tree
from wayside.selections.cuts import Cut
from wayside.selections.variables import VARIABLES

pytest.importorskip("sklearn")

CUTS = (Cut("mass", 0.05),)


@pytest.fixture(scope="module")
def halves():
    return problem(1, 600), problem(2, 600)


@pytest.fixture(scope="module")
def comparison(halves):
    return tree.compared(*halves, CUTS, ((), CUTS), 2)


def test_finds_the_exponential_background(comparison):
    """Signal at 0.3 GeV, fakes exp(-m / 10 MeV): the tree separates them as the cut does."""
    chosen = comparison.chosen.worth
    assert float(chosen.signal) > 0.097
    # No event of 600 above 0.1 GeV: of the other background 0.5 is left, and few more.
    assert float(chosen.background) < 6.0
    assert float(comparison.chosen.merit) < 0.3 * float(comparison.curve.merit[0])
    # Each of 300 simulated events stands for two.
    left = 0.5 * (float(chosen.background) - 0.5)
    assert float(comparison.chosen.events) == pytest.approx(left)
    assert float(comparison.same_signal.worth.signal) == pytest.approx(
        float(comparison.cuts.signal), rel=0.03
    )


def test_without_a_threshold_everything_passes(halves, comparison):
    _, untouched = halves
    loosest, nothing = comparison.curve.at(0).worth, untouched.of(())
    assert float(loosest.signal) == pytest.approx(float(nothing.signal))
    assert float(loosest.background) == pytest.approx(float(nothing.background))
    assert np.all(np.diff(comparison.curve.worth.signal) <= 1e-12)
    assert np.all(np.diff(comparison.curve.worth.background) <= 1e-9)


def test_better_candidates_never_score_less(halves):
    tuning, untouched = halves
    classifier = tree.trained(tuning)
    matrix = tree.features(untouched.signal)[:200]
    before = classifier.predict_proba(matrix)[:, 1]
    for column, own in enumerate(VARIABLES.values()):
        moved = matrix.copy()
        step = 0.3 * (np.abs(moved[:, column]) + 0.1)
        moved[:, column] += step if own.keep == "above" else -step
        assert np.all(classifier.predict_proba(moved)[:, 1] >= before - 1e-12)


def test_unrelated_tracks_count_as_in_the_films():
    """A score of 1 beyond 10 um and 0 nearer: exp(-pi n r^2) of the signal is left."""
    own = problem(3, 200)._replace(tracks=5e8)
    radii = np.asarray(tree.RADII)[:, None]
    signal = np.where(radii >= 1e-5, 1.0, 0.0) * np.ones(len(own.signal.weight))
    fakes = tuple(np.zeros(len(part.weight)) for part in own.parts()[1:])
    left = tree.scored(own, tree.Scores(signal, fakes), np.array([0.5]))
    assert float(left.worth.signal[0]) == pytest.approx(0.1 * np.exp(-np.pi * 5e8 * 1e-10))
    assert float(left.worth.background[0]) == pytest.approx(0.5)


def test_folds_are_not_scored_by_their_own_tree():
    """Signal and background differ in nothing: what one fold shows is no better than a guess."""
    own = problem(4, 400)
    same = own.signal._replace(weight=np.full(400, 1.0))
    muons = own.backgrounds["muon-above"]._replace(candidates=same)
    held_out = tree.out_of_fold(own._replace(backgrounds={"muon-above": muons}), 2)
    # Identical rows have identical scores, in and out of folds.
    np.testing.assert_allclose(held_out.signal[-1], held_out.backgrounds[0])
    assert held_out.signal.min() > 0.4
    assert held_out.signal.max() < 0.6


def test_the_same_every_time(halves, comparison):
    again = tree.compared(*halves, CUTS, ((), CUTS), 2)
    assert json.dumps(tree.plain(again, 0.1)) == json.dumps(tree.plain(comparison, 0.1))


def test_plain_values_and_figure(comparison):
    values = tree.plain(comparison, 0.1)
    assert values["cuts"]["relative_to_timed"] == pytest.approx(float(comparison.cuts.signal) / 0.1)
    assert set(values["cuts"]) < set(values["chosen"])
    assert len(values["curve"]["signal"]) == len(values["curve"]["background"])
    (axes,) = tree_figure(comparison, 0.1, "toy").axes
    assert axes.get_yscale() == "log"


def test_one_line_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(InputError, match=r'^scikit-learn is not installed: pip install "wayside'):
        tree.require_tree()
