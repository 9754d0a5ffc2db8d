"""Grids of positions."""

import numpy as np
import pytest

from wayside.errors import InputError
from wayside.placement.grid import Grid, cartesian, spherical


def test_angles_and_positions() -> None:
    grid = Grid((8, 6, 3), (2.0, 5.0))
    assert len(grid) == len(grid.positions) == 144
    assert np.linalg.norm(grid.positions, axis=1) == pytest.approx(grid.coordinates[:, 2])
    for row, position in zip(grid.coordinates, grid.positions, strict=True):
        assert spherical(position) == pytest.approx(tuple(row))
    assert np.all((grid.theta_edges[:-1] < grid.theta) & (grid.theta < grid.theta_edges[1:]))
    assert (grid.theta_edges[0], grid.theta_edges[-1]) == pytest.approx((0.0, np.pi))
    # Symmetric about 90 degrees, and dense toward the beams.
    assert grid.theta + grid.theta[::-1] == pytest.approx(np.pi)
    assert grid.theta[0] < 0.05 * np.pi


def test_finer_positions_lie_about_one_of_the_grid() -> None:
    grid = Grid((8, 6, 3), (2.0, 5.0))
    for number in (0, 77, 143):
        theta, phi, distance = grid.coordinates[number]
        i = number // 18
        for position in grid.about(number, (3, 3, 3)):
            a, b, c = spherical(position)
            assert grid.theta_edges[i] - 1e-9 <= a <= grid.theta_edges[i + 1] + 1e-9
            if np.sin(a) > 1e-9:
                assert abs((b - phi + np.pi) % (2 * np.pi) - np.pi) <= np.pi / 6 + 1e-9
            assert max(2.0, distance - 0.75) - 1e-9 <= c <= min(5.0, distance + 0.75) + 1e-9
        assert theta > 0


def test_cartesian_axes() -> None:
    assert cartesian(np.array([np.pi / 2, np.pi / 2, 2.0])) == pytest.approx([0, 2, 0], abs=1e-15)


@pytest.mark.parametrize(
    ("counts", "distances", "message"),
    [
        ((0, 3, 3), (1, 2), "grid = 0x3x3: must be"),
        ((1000, 1000, 3), (1, 2), "positions at most"),
        ((3, 3, 3), (2, 1), "distance = 2:1: must be"),
        ((3, 3, 3), (0, 1), "distance = 0:1"),
        ((3, 3, 3), (1, 1), "distance = 1:1"),
        ((3, 3, 3), (1, np.inf), "distance = 1:inf"),
        ((3, 3, 3), (np.nan, 2), "distance = nan:2"),
    ],
)
def test_refused(counts, distances, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Grid(counts, distances)
    assert len(Grid((2, 2, 1), (3.0, 3.0))) == 4
