"""Places at which fibres were crossed, against all pairs of points."""

import numpy as np

from wayside.reconstruction.fibre_places import PLACE, distinct_places, middles
from wayside.transport.records import CROSSING


def test_places_are_apart_and_all_points_near_one() -> None:
    points = np.random.default_rng(4).uniform(0.0, 600.0, (200, 3))
    chosen = distinct_places(points)
    assert chosen[0] == 0
    apart = np.linalg.norm(points[chosen][:, None] - points[chosen], axis=2)
    assert np.min(apart + 1e9 * np.eye(len(chosen))) > PLACE
    nearest = np.linalg.norm(points[:, None] - points[chosen], axis=2).min(axis=1)
    assert nearest.max() <= PLACE
    assert len(distinct_places(np.zeros((0, 3)))) == 0


def test_middles() -> None:
    crossings = np.zeros(1, CROSSING)
    crossings["x_in"], crossings["x_out"], crossings["z_out"] = 1.0, 3.0, 5.0
    np.testing.assert_allclose(middles(crossings), [[2.0, 0.0, 2.5]])
