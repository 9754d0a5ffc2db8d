"""The figure of arrival times shows what the report has."""

import numpy as np
import pytest
from matplotlib.patches import StepPatch

from wayside.plotting.arrivals import arrivals_figure
from wayside.scenario import load_scenario
from wayside.sensitivity.point import point_report


@pytest.fixture(scope="module")
def report():
    return point_report(load_scenario("belle2-forward"))


def test_curves_of_unit_area_after_light(report) -> None:
    (axes,) = arrivals_figure(report).axes
    curves = [patch for patch in axes.patches if isinstance(patch, StepPatch)]
    assert len(curves) == 2
    low, high = axes.get_xlim()
    for curve, each in zip(curves, report["detectors"], strict=True):
        values, edges, _ = curve.get_data()
        assert np.sum(values * np.diff(edges)) == pytest.approx(1.0)
        np.testing.assert_array_equal(edges, each["arrival_histogram"]["edges_ns"])
        assert low < each["arrival_ns"]["light"] < edges[0] < edges[-1] < high
    words = [text.get_text() for text in axes.get_legend().get_texts()]
    assert words[0].startswith(f"A: {report['detectors'][0]['decays']:.3g} decays")
    assert any("prompt" in text.get_text() for text in axes.texts)


@pytest.mark.filterwarnings("ignore:m1 - m2")
def test_stable_ones_are_drawn_as_crossings() -> None:
    stable = load_scenario("belle2-forward", {"model.m1": 3.9955, "model.m2": 3.995})
    (axes,) = arrivals_figure(point_report(stable)).axes
    words = [text.get_text() for text in axes.get_legend().get_texts()]
    assert words == ["A: crossings, no decays", "B: crossings, no decays"]
