"""Boxes that share space: against a linear programme, and by hand."""

import numpy as np
import pytest
from scipy.optimize import linprog

from wayside.detector.box import Box
from wayside.detector.overlap import overlap


def common_depth(*boxes: Box) -> float:
    """Radius of the largest ball inside all boxes, negative if they have no common point."""
    rows, limits = [], []
    for box in boxes:
        at = box.axes @ box.position
        low, high = at - 0.5 * box.size, at + 0.5 * box.size
        low[2], high[2] = at[2], at[2] + box.size[2]
        rows += [np.c_[box.axes, np.ones(3)], np.c_[-box.axes, np.ones(3)]]
        limits += [high, -low]
    free = (None, None)
    found = linprog([0, 0, 0, -1], np.vstack(rows), np.concatenate(limits), bounds=[free] * 4)
    return float(found.x[3])


def test_random_boxes() -> None:
    rng = np.random.default_rng(11)
    found = {True: 0, False: 0}
    for _ in range(400):
        one, other = (
            Box.place(
                rng.uniform([5, -1, 5], [7, 1, 7]),
                rng.uniform(0.2, 1.5, 3),
                rng.normal(size=3),
                rng.uniform(0, 6),
            )
            for _ in range(2)
        )
        expected = common_depth(one, other) > 0
        assert overlap(one, other) == overlap(other, one) == expected
        found[expected] += 1
    assert min(found.values()) > 80


def stand(position: list[float]) -> Box:
    return Box.place(position, (0.2, 0.2, 1.0), (0, 0, -1))


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ([1.0, 0.0, 5.0], True),  # the same box
        ([1.19, 0.0, 5.0], True),
        ([1.2, 0.0, 5.0], False),  # side by side
        ([1.0, 0.0, 6.0], False),  # one behind the other
        ([1.0, 0.0, 5.99], True),
        ([1.3, 0.0, 5.0], False),
    ],
)
def test_neighbours(position: list[float], expected: bool) -> None:
    assert overlap(stand([1.0, 0.0, 5.0]), stand(position)) is expected


@pytest.mark.parametrize(("height", "expected"), [(0.26, True), (0.30, False)])
def test_roof_ridges_that_cross(height: float, expected: bool) -> None:
    """Edge over edge, 0.2 sqrt(2) = 0.283 apart when they touch: no face plane parts them."""
    r = np.sqrt(0.5)
    size = np.array([0.2, 0.2, 2.0])
    lower = Box(np.array([-1.0, 0, 5]), size, np.array([[0, r, r], [0, -r, r], [1, 0, 0]]))
    upper = Box(np.array([0, -1.0, 5 + height]), size, np.array([[r, 0, -r], [r, 0, r], [0, 1, 0]]))
    assert overlap(lower, upper) is expected
    for box, second in ((lower, upper), (upper, lower)):
        for axis in box.axes:
            spans = [each.corners @ axis for each in (box, second)]
            assert max(s.min() for s in spans) < min(s.max() for s in spans)
