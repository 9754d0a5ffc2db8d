"""Layers that veto are weights: other numbers and efficiencies follow from the same candidates."""

import numpy as np
import pytest

from wayside.scenario import load_scenario
from wayside.scenario.choice import selection_of
from wayside.selections.hardware import with_layers
from wayside.selections.selection import nearest_selection

pytest.importorskip("pyarrow")


def test_the_shipped_layers_are_the_shipped_selection() -> None:
    own = nearest_selection(0.691)
    assert with_layers(own, 1, 0.98, 0.97) is own


def test_weights_by_hand() -> None:
    """Two layers of efficiency 0.9 are one of 0.99; so the numbers are the same to rounding."""
    own = nearest_selection(0.691)
    two, one = with_layers(own, 2, 0.9, 0.97), with_layers(own, 1, 0.99, 0.97)
    for kind, bins in two.fakes.items():
        np.testing.assert_allclose(bins.mean, one.fakes[kind].mean, rtol=1e-9)
    np.testing.assert_allclose(two.signal.selected, one.signal.selected, rtol=1e-9)


def test_muons_fall_with_every_layer_and_neutrons_hardly() -> None:
    """Each layer takes the factor of its inefficiency for every place at which fibres were crossed.

    Muons that are left crossed them at one place at least. Neutrons cross without a hit; only what
    comes with them is vetoed.
    """
    own = nearest_selection(0.691)
    two = with_layers(own, 2, 0.98, 0.97)
    kinds = ("muon-front", "muon-above", "neutron-above")
    ratio = {kind: two.fakes[kind].mean.sum() / own.fakes[kind].mean.sum() for kind in kinds}
    for kind in ("muon-front", "muon-above"):
        assert 0.0 < ratio[kind] <= 0.02 * (1.0 + 1e-9)
    timed = {kind: own.fakes[kind].sample for kind in kinds}
    places = {kind: two.fakes[kind].sample for kind in kinds}
    for kind in ("muon-front", "muon-above"):
        some = timed[kind].unvetoed > 0.0
        layers = places[kind].unvetoed[some] / timed[kind].unvetoed[some]
        # Of all timed ones most that count crossed one place or two.
        assert np.all(layers <= 0.02 * (1.0 + 1e-9))
        assert layers.max() > 0.02**2
    assert 0.9 < ratio["neutron-above"] < 1.0


def test_a_scenario_has_its_own_layers() -> None:
    values = {"run.background": "simulated", "run.efficiency": "simulated"}
    plain = load_scenario("belle2-forward-beams", values)
    better = plain.with_values({"stack.fibre_planes": 3, "emulsion.gas_efficiency": 0.99})
    vetoes = selection_of(better).cuts.vetoes
    assert (vetoes.fibre_layers, vetoes.gas_efficiency) == (3, 0.99)
    assert selection_of(better).cuts.cuts == selection_of(plain).cuts.cuts
