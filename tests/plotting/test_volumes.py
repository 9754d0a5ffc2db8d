"""Silhouettes of volumes against the extent of points drawn in them."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from wayside.detector.box import Box
from wayside.detector.cylinder import CylinderShell
from wayside.plotting.volumes import draw_volume, silhouette

VOLUMES = {
    "A": Box.place([1.0, 0.0, 3.0], [0.4, 0.6, 1.3]),
    "chamber": CylinderShell.place(inner_radius=0.2, outer_radius=1.0, z_min=-0.7, z_max=1.5),
}


@pytest.mark.parametrize("plane", ["zx", "xy", "zy"])
@pytest.mark.parametrize("name", VOLUMES)
def test_silhouette_holds_the_volume(name, plane):
    corners = silhouette(VOLUMES[name], plane)
    points = VOLUMES[name].sample(20_000, np.random.default_rng(1))
    points = points[:, ["xyz".index(axis) for axis in plane]]
    edges = np.roll(corners, -1, axis=0) - corners
    # To the left of every side; 72 straight pieces fall short of a circle by a thousandth.
    for corner, edge in zip(corners, edges, strict=True):
        offset = points - corner
        assert np.all(edge[0] * offset[:, 1] - edge[1] * offset[:, 0] > -2e-3 * np.hypot(*edge))
    assert np.abs(points.max(axis=0) - corners.max(axis=0)).max() < 0.1


def test_figure_shows_all():
    figure = Figure()
    axes = figure.subplots()
    for volume in VOLUMES.values():
        draw_volume(axes, volume)
    assert len(axes.patches) == len(VOLUMES)
    low, high = axes.get_ylim()
    assert low < -1.0 < 1.2 < high
