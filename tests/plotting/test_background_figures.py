"""Figures of backgrounds: what they draw is what is computed."""

import numpy as np
import pytest

from wayside import load_scenario
from wayside.backgrounds import cosmic_muons, photons
from wayside.backgrounds.cosmic_muons import Site
from wayside.backgrounds.occupancy import occupancy
from wayside.backgrounds.setup import DetectorSetup
from wayside.plotting import backgrounds


def test_spectra() -> None:
    axes = backgrounds.muon_spectra_figure(Site(2750.0)).axes[0]
    surface, deep = (line.get_xydata() for line in axes.lines[:2])
    assert surface[100, 1] > deep[100, 1] > 0.0
    expected = deep[:, 0] * cosmic_muons.spectrum(Site(2750.0), deep[:, 0], 1.0)
    np.testing.assert_allclose(deep[:, 1], expected)
    # No rock, no second curve, and no legend of it.
    bare = backgrounds.muon_spectra_figure(Site()).axes[0]
    assert sum(len(line.get_xdata()) > 0 for line in bare.lines) == 3


def test_slopes() -> None:
    axes = backgrounds.slopes_figure(load_scenario("besiii-forward"), "A").axes[0]
    values = np.asarray(axes.collections[0].get_array())
    assert values.shape == (240, 240)
    assert values == pytest.approx(values[:, ::-1], rel=1e-6)
    assert any("scanned: 24%" in text.get_text() for text in axes.texts)


def test_lead() -> None:
    axes = backgrounds.lead_figure(0.10).axes[0]
    curve = axes.lines[0].get_xydata()
    np.testing.assert_allclose(curve[:, 1], photons.transmission(curve[:, 0], 0.10))
    labels = [line.get_label() for line in axes.lines]
    assert len(labels) == 5


def test_occupancy() -> None:
    scenario = load_scenario("besiii-forward")
    axes = backgrounds.occupancy_figure(scenario, "A").axes[0]
    lines = [line.get_xydata() for line in axes.lines[:4]]
    at = [line[-1, 1] / line[-1, 0] for line in lines]
    assert at[0] == pytest.approx(179.28 * 8.64, rel=1e-3)
    assert at[1] == pytest.approx(occupancy(DetectorSetup(scenario, "A")).total)
    assert sorted(at, reverse=True) == at


def test_collider_muons() -> None:
    axes = backgrounds.collider_muons_figure(load_scenario("belle2-forward")).axes[0]
    with_photons, lowest = (line.get_ydata() for line in axes.lines[:2])
    assert np.all(np.asarray(with_photons) > np.asarray(lowest))
    assert [text.get_text() for text in axes.texts] == ["A", "B"]
