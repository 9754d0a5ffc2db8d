"""Figures of K_L0 show the numbers they are made of."""

import numpy as np
import pytest
from matplotlib.patches import StepPatch

from wayside import load_scenario
from wayside.backgrounds.cosmic_muons import site_of
from wayside.backgrounds.klong_production import CONTINUUM, entering
from wayside.backgrounds.klong_shield import curves
from wayside.backgrounds.place import box_of
from wayside.backgrounds.rock_neutrals import edge_of
from wayside.plotting.klong import rock_figure, spectra_figure, transmission_figure

SCENARIO = load_scenario("belle2-forward")


def test_spectra() -> None:
    points = entering(SCENARIO.collider.build(), box_of(SCENARIO, "A"))
    (axes,) = spectra_figure({"here": points}, 50e3).axes
    curves_drawn = [patch for patch in axes.patches if isinstance(patch, StepPatch)]
    assert len(curves_drawn) == 4
    values, edges, _ = curves_drawn[2].get_data()
    expected = 50.0 * points.spectrum(edges, CONTINUUM, decays=True)
    np.testing.assert_allclose(values, expected)
    assert axes.get_title(loc="left") == "here"


def test_transmission() -> None:
    left, right = transmission_figure().axes
    for axes, table in ((left, curves("iron")), (right, curves("tungsten"))):
        assert axes.get_yscale() == "log"
        assert len(axes.lines) == len(table.energies)
        np.testing.assert_allclose(axes.lines[0].get_ydata(), np.exp(table.logs[0]))


def test_rock() -> None:
    left, right = rock_figure(site_of(SCENARIO), box_of(SCENARIO, "A"), edge_of(SCENARIO)).axes
    assert left.get_xscale() == "log"
    shares = np.asarray(right.lines[0].get_ydata(), dtype=float)
    assert np.all(np.diff(shares) < 0.0)
    assert shares[0] == pytest.approx(0.19, abs=0.05)
