"""Event displays are drawn from the paths they are given."""

import numpy as np

from wayside.detector.stack import Stack
from wayside.plotting.event_display import KINDS, deposit_figure, event_display, kind_of
from wayside.transport.records import CROSSING, POINT, TRACK


def test_kinds() -> None:
    assert kind_of(22) == "photon"
    assert kind_of(-11) == "$e^+$"
    assert kind_of(1000260560) == "proton, nucleus"
    assert kind_of(310) == "other"
    assert len({number for _, _, numbers in KINDS.values() for number in numbers}) == sum(
        len(numbers) for _, _, numbers in KINDS.values()
    )


def test_event_display_draws_the_paths() -> None:
    tracks = np.zeros(2, TRACK)
    tracks["track"], tracks["pdg"] = [1, 2], [13, 2112]
    points = np.zeros(5, POINT)
    points["track"] = [1, 1, 1, 2, 2]
    points["z"], points["x"] = [0, 10, 20, 20, 90], [0, 1, 2, 2, -40]
    points["kinetic_energy"] = 10.0
    axes = event_display(Stack(), tracks, points).axes[0]
    drawn = {c.get_zorder(): c.get_segments() for c in axes.collections if c.get_zorder() >= 2}
    paths = sorted((segment.tolist() for lines in drawn.values() for segment in lines), key=len)
    assert paths == [[[20, 2], [90, -40]], [[0, 0], [10, 1], [20, 2]]]


def test_deposits_in_the_order_of_time() -> None:
    film = np.zeros(3, CROSSING)
    film["time"], film["z_in"], film["deposit"] = [2, 1, 3], [20, 10, 30], [0.02, 0.01, 0.03]
    film["z_out"] = film["z_in"]
    line = deposit_figure(film).axes[1].lines[0]
    np.testing.assert_allclose(line.get_xydata(), [[10, 10], [20, 20], [30, 30]], rtol=1e-6)
