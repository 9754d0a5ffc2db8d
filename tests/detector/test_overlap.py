"""Boxes that share space, against points drawn in them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayside.detector.box import Box
from wayside.detector.overlap import overlap


def shares_points(one: Box, other: Box, n: int = 4000) -> bool:
    """Whether a point of a fine set in one box is in the other, in either order."""
    rng = np.random.default_rng(3)
    for a, b in ((one, other), (other, one)):
        local = rng.uniform(-0.5, 0.5, (n, 3))
        local[:, 2] += 0.5
        points = a.position + (local * a.size) @ a.axes
        inside = (points - b.position) @ b.axes.T
        inside[:, 2] -= 0.5 * b.size[2]
        if np.any(np.all(np.abs(inside) < 0.5 * b.size, axis=1)):
            return True
    return False


@given(
    offset=st.tuples(*[st.floats(-1.5, 1.5)] * 3),
    facing=st.sampled_from(["ip", "beam", (1.0, 0.3, 1.0), (0.0, -1.0, 2.0)]),
    roll=st.floats(-3.0, 3.0),
)
def test_shared_points_mean_overlap(offset, facing, roll) -> None:
    one = Box.place((2.0, 0.0, 7.0), (1.0, 0.8, 1.2))
    other = Box.place((2.0 + offset[0], offset[1], 7.0 + offset[2]), (0.6, 1.4, 0.5), facing, roll)
    if shares_points(one, other):
        assert overlap(one, other)
    assert overlap(one, other) == overlap(other, one)


@pytest.mark.parametrize(("gap", "expected"), [(-1e-6, True), (1e-6, False)])
def test_neighbours(gap: float, expected: bool) -> None:
    one = Box.place((1.0, 0.0, 7.0), (0.2, 0.3, 1.0), "beam")
    side = Box.place((1.2 + gap, 0.0, 7.0), (0.2, 0.3, 1.0), "beam")
    behind = Box.place((1.0, 0.0, 8.0 + gap), (0.2, 0.3, 1.0), "beam")
    assert overlap(one, side) == expected
    assert overlap(one, behind) == expected


def test_crossed_bars_without_a_corner_in_each_other() -> None:
    flat = Box.place((0.0, 0.0, 5.0), (4.0, 0.2, 0.2), "beam")
    tall = Box.place((0.0, 0.0, 5.05), (0.2, 4.0, 0.2), "beam")
    assert overlap(flat, tall)
    # Edges of tilted boxes separate along no face: a diamond before a bar's edge.
    diamond = Box.place((0.0, 0.0, 5.0), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
    away = Box.place((-1.6, -1.6, 4.0), (1.0, 1.0, 1.0), (1.0, -1.0, 0.3))
    assert not overlap(diamond, away)
    assert not shares_points(diamond, away)
