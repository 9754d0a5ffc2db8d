"""Residuals and pulls of vertices."""

import numpy as np

from wayside.generator.records import PRIMARY
from wayside.plotting.files import figure_files
from wayside.plotting.vertices import vertex_figure
from wayside.reconstruction.records import VERTEX


def test_vertices_of_true_pairs_without_secondary_ones():
    rng = np.random.default_rng(1)
    vertices, origins = np.zeros(300, VERTEX), np.zeros(100, PRIMARY)
    origins["event"] = np.arange(100)
    vertices["event"] = np.tile(np.arange(100), 3)
    vertices["event"][200:] = -1
    vertices["secondary"][100:200] = True
    for c in "xyz":
        origins[c] = rng.uniform(-50, 50, 100)
        vertices[f"sigma_{c}"] = 1e-3
        vertices[c] = np.tile(origins[c], 3) + rng.normal(0, 1e-3, 300)
    vertices["z"][100:200] += 40.0
    figure = vertex_figure(vertices, origins)
    title = figure.axes[0].get_title("left")
    assert title == "100 vertices of true pairs, without 100 secondary"
    for axes in figure.axes:
        counts = sum(patch.get_path().vertices[:, 1].max() > 0 for patch in axes.patches)
        assert counts == 1
    # 68% of the residuals within 1 um, to four standard errors.
    text = figure.axes[0].texts[0].get_text()
    assert abs(float(text.split("half width ")[1].split()[0]) - 1.0) < 0.4
    assert len(figure_files(figure, "vertices", 100)["vertices.png"]) > 5000


def test_nothing_can_be_drawn():
    empty = vertex_figure(np.zeros(0, VERTEX), np.zeros(0, PRIMARY))
    assert figure_files(empty, "vertices")["vertices.png"]
