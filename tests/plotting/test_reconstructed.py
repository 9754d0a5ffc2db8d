"""Side views of a reconstructed event."""

import numpy as np

from wayside.plotting.files import figure_files
from wayside.plotting.reconstructed import reconstructed_figure
from wayside.reconstruction.records import TRACK, VERTEX
from wayside.transport.records import CROSSING


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
    assert len(figure_files(figure, "event", 100)["event.png"]) > 5000


def test_a_particle_that_turns_back_is_drawn_until_there():
    tracks, vertices, film = one_event()
    # The second one comes back after sheet 6, far off.
    back = film[18:].copy()
    film[18:]["time"] = 100.0 + np.arange(6)
    film["z_in"][18:] = back["z_in"][::-1] - 6.0
    figure = reconstructed_figure(tracks, vertices, film)
    assert figure.axes[0].lines[2].get_xdata().tolist() == [1, 2, 3, 4, 5]


def test_nothing_can_be_drawn():
    empty = reconstructed_figure(np.zeros(0, TRACK), np.zeros(0, VERTEX), np.zeros(0, CROSSING))
    assert figure_files(empty, "event")["event.png"]
