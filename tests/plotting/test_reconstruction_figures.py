"""Figures of reconstruction: they show what they are given, and can be drawn of little."""

import io

import numpy as np

from wayside.generator.records import PRIMARY
from wayside.plotting.efficiency import efficiency_figure
from wayside.plotting.reconstructed import reconstructed_figure
from wayside.plotting.vertices import vertex_figure
from wayside.reconstruction.records import TRACK, VERTEX
from wayside.reconstruction.truth_matching import PARTICLE
from wayside.transport.records import CROSSING


def drawn(figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def one_event():
    tracks, vertices, film = np.zeros(2, TRACK), np.zeros(2, VERTEX), np.zeros(24, CROSSING)
    tracks["particle"], tracks["z"], tracks["end_z"] = [1, 2], 1.0, [5.0, 9.0]
    tracks["electron"] = [np.nan, 20.0]
    vertices["z"], vertices["secondary"] = [0.9, 6.0], [False, True]
    film["track"] = np.repeat([1, 2], 12)
    film["z_in"] = np.tile(np.arange(12.0), 2)
    film["z_out"] = film["z_in"] + 0.05
    film["x_in"] = film["z_in"] * np.repeat([0.1, -0.2], 12)
    film["time"] = film["z_in"]
    return tracks, vertices, film


def test_tracks_are_drawn_from_their_first_to_their_last_sheet():
    tracks, vertices, film = one_event()
    figure = reconstructed_figure(tracks, vertices, film, "event 7")
    upper = figure.axes[0]
    dots, first, second, one, two = upper.lines
    assert len(dots.get_xdata()) == 24
    assert first.get_xdata().tolist() == [1, 2, 3, 4, 5]
    assert np.allclose(first.get_ydata(), 0.1 * np.arange(1, 6))
    assert second.get_xdata().tolist() == list(range(1, 10))
    assert first.get_color() != second.get_color()
    assert (one.get_marker(), two.get_marker()) == ("o", "s")
    assert len(drawn(figure)) > 5000


def test_a_particle_that_turns_back_is_drawn_until_there():
    tracks, vertices, film = one_event()
    # The second one comes back after sheet 6, far off.
    back = film[18:].copy()
    film[18:]["time"] = 100.0 + np.arange(6)
    film["z_in"][18:] = back["z_in"][::-1] - 6.0
    figure = reconstructed_figure(tracks, vertices, film)
    assert figure.axes[0].lines[2].get_xdata().tolist() == [1, 2, 3, 4, 5]


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
    assert abs(float(text.split("half ")[1].split()[0]) - 1.0) < 0.4
    assert len(drawn(figure)) > 5000


def test_nothing_can_be_drawn():
    assert drawn(vertex_figure(np.zeros(0, VERTEX), np.zeros(0, PRIMARY)))
    assert drawn(efficiency_figure(np.zeros(0, PARTICLE)))
    nothing = reconstructed_figure(np.zeros(0, TRACK), np.zeros(0, VERTEX), np.zeros(0, CROSSING))
    assert drawn(nothing)


def test_efficiency_by_hand():
    particles = np.zeros(40, PARTICLE)
    particles["pdg"], particles["base_tracks"], particles["slope"] = 13, 10, 0.25
    particles["track"] = np.where(np.arange(40) < 30, 1, -1)
    particles["pdg"][20:] = -13
    figure = efficiency_figure(particles)
    line = figure.axes[1].containers[0].lines[0]
    assert line.get_ydata().tolist() == [0.75]
    assert line.get_xdata()[0] == np.float64(0.25) or abs(line.get_xdata()[0] - 0.25) < 0.05
