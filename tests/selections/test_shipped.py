"""Selections and candidates that come with Wayside belong together."""

import numpy as np
import pytest

from wayside.scenario import load_scenario
from wayside.scenario.choice import selection_of
from wayside.selections.measure import measured
from wayside.selections.selection import nearest_selection, shipped_selections


@pytest.mark.parametrize("selection", shipped_selections(), ids=lambda own: own.name)
def test_measured_again_from_the_shipped_candidates(selection):
    """Efficiency and fakes of every file follow from the untouched half of the candidates."""
    pytest.importorskip("pyarrow")
    from wayside.candidates.samples import shipped_samples

    samples = shipped_samples()
    again = measured(
        selection.name,
        selection.splitting,
        samples.candidates,
        samples.decays,
        selection.cuts,
        "untouched",
        {},
    )
    assert selection.about["validation"] == again.about["validation"]
    assert set(selection.fakes) == set(again.fakes)
    for kind, bins in again.fakes.items():
        np.testing.assert_allclose(selection.fakes[kind].mean, bins.mean, rtol=1e-12)
        np.testing.assert_allclose(selection.fakes[kind].variance, bins.variance, rtol=1e-12)
        for kept, made in zip(selection.fakes[kind].sample, bins.sample, strict=True):
            np.testing.assert_allclose(kept, made, rtol=1e-12)
    np.testing.assert_allclose(selection.signal.selected, again.signal.selected, atol=1e-4)
    np.testing.assert_allclose(selection.signal.expected, again.signal.expected, atol=1e-4)


def test_what_comes_with_wayside():
    layers = [selection.cuts.vetoes.fibre_layers for selection in shipped_selections()]
    assert sorted(layers) == [1, 1, 1, 2, 3]
    for selection in shipped_selections():
        assert selection.about["validation"]["untouched"] is True
        assert "make_selections.py" in selection.about["command"]


@pytest.mark.parametrize(
    ("splitting", "nearest"), [(0.69, 0.691), (0.4, 0.3), (0.12, 0.1), (1e-3, 0.1), (1.5, 0.691)]
)
def test_nearest(splitting, nearest):
    assert nearest_selection(splitting).splitting == pytest.approx(nearest, rel=0.01)
    assert nearest_selection(splitting, 3).cuts.vetoes.fibre_layers == 3


def test_scenarios_with_background_take_a_search():
    plain = load_scenario("belle2-forward-beams")
    assert plain.selection == "timed"
    assert selection_of(plain) is None
    assert plain.with_values({"run.background": "simulated"}).selection == "timed"
    counted = plain.with_values({"run.background": "simulated", "run.efficiency": "simulated"})
    assert counted.selection == "search"
    assert selection_of(counted).splitting == pytest.approx(0.691, rel=0.01)
    assert counted.with_values({"run.selection": "vertex"}).selection == "vertex"
