"""Where words fit."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from wayside.plotting import room


@pytest.fixture
def axes():
    figure = Figure(figsize=(5, 5), dpi=100)
    FigureCanvasAgg(figure)
    return figure.add_axes((0.1, 0.1, 0.8, 0.8))


def test_raster_follows_an_uneven_grid() -> None:
    x = np.array([0.0, 0.1, 0.5, 1.0])
    mask = np.array([[True, False, False, False], [True, True, False, False]])
    cells = room.raster(mask, x, np.array([0.0, 1.0]))
    assert cells.shape == (room.CELLS, room.CELLS)
    # A cell takes the value of the nearest grid point: half-way to 0.1, then half-way to 0.5.
    assert np.mean(cells[0]) == pytest.approx(0.05, abs=1 / room.CELLS)
    assert np.mean(cells[-1]) == pytest.approx(0.30, abs=1 / room.CELLS)


def test_lines_and_boxes(axes) -> None:
    taken = np.zeros((room.CELLS, room.CELLS), dtype=bool)
    room.mark_line(taken, np.array([[0.0, 0.0], [0.5, 0.5], [1.5, 0.5]]))
    column = np.flatnonzero(taken.any(axis=0))
    assert len(column) == room.CELLS, "no gaps along it, and nothing beyond"
    assert taken.sum() < 3 * room.CELLS
    room.mark_line(taken, np.empty((0, 2)))
    box = Bbox.from_extents(50, 50, 250, 90).frozen()
    taken[:] = False
    room.mark_box(taken, axes, box)
    # Half the width and a tenth of the height of axes of 400 x 400 pixels.
    assert taken.mean() == pytest.approx(0.05, abs=0.01)
    assert taken[0, 0]


def test_place(axes) -> None:
    text = axes.text(0.5, 0.5, "words", transform=axes.transAxes, ha="center", va="center")
    free = np.zeros((room.CELLS, room.CELLS), dtype=bool)
    assert not room.place(text, axes, free)
    assert text.get_position() == (0.5, 0.5)
    free[20:80, 100:220] = True
    assert room.place(text, axes, free)
    box = text.get_window_extent().transformed(axes.transAxes.inverted()).extents * room.CELLS
    left, bottom, right, top = box
    assert 100 < left < right < 220
    assert 20 < bottom < top < 80
    # In the middle of a convex region.
    assert (left + right) / 2 == pytest.approx(160, abs=3)
    assert (bottom + top) / 2 == pytest.approx(50, abs=3)
    free[50, 160] = False
    assert room.place(text, axes, free)
    text.set_text("far too many words for so little room")
    assert not room.place(text, axes, free)
