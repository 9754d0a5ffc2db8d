"""Tracking efficiency by hand."""

import numpy as np

from wayside.plotting.efficiency import efficiency_figure
from wayside.plotting.files import figure_files
from wayside.reconstruction.truth_matching import PARTICLE


def test_efficiency_by_hand():
    particles = np.zeros(40, PARTICLE)
    particles["pdg"], particles["base_tracks"], particles["slope"] = 13, 10, 0.25
    particles["track"] = np.where(np.arange(40) < 30, 1, -1)
    particles["pdg"][20:] = -13
    figure = efficiency_figure(particles)
    line = figure.axes[1].containers[0].lines[0]
    assert line.get_ydata().tolist() == [0.75]
    assert abs(line.get_xdata()[0] - 0.25) < 0.05


def test_nothing_can_be_drawn():
    empty = efficiency_figure(np.zeros(0, PARTICLE))
    assert figure_files(empty, "efficiency")["efficiency.png"]
