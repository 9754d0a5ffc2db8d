"""Level lines of functions whose level lines are known."""

import math

import numpy as np
import pytest

from wayside.errors import AccuracyWarning
from wayside.sensitivity.contours import Line, trace


def grids(n: int = 41, low: float = -2.0, high: float = 2.0):
    return np.linspace(low, high, n), np.linspace(low, high, n + 6)


def traced(
    function, n: int = 41, low: float = -2.0, high: float = 2.0, **options: bool
) -> list[Line]:
    x, y = grids(n, low, high)
    xs, ys = np.meshgrid(x, y)
    calls = []

    def counted(a, b):
        assert np.ndim(a) == np.ndim(b) == 1
        assert np.all((a >= low) & (a <= high) & (b >= low) & (b <= high)), "stays in the grid"
        calls.append(np.size(a))
        return function(a, b)

    lines = trace(counted, x, y, function(xs, ys), **options)
    # Vectorised: a call of the function serves all vertices on edges of one direction.
    assert len(calls) < 120
    return lines


def on_grid_edges(points, n: int = 41, low: float = -2.0, high: float = 2.0) -> bool:
    x, y = grids(n, low, high)
    return bool(np.all(np.isin(points[:, 0], x) | np.isin(points[:, 1], y)))


def test_circle() -> None:
    lines = traced(lambda x, y: 1.3**2 - x**2 - y**2)
    assert len(lines) == 1
    points, closed = lines[0]
    assert closed
    np.testing.assert_array_equal(points[0], points[-1])
    np.testing.assert_allclose(np.hypot(*points.T), 1.3, atol=1e-4)
    assert on_grid_edges(points)
    # All the way around, without jumps longer than a cell's diagonal.
    turned = np.unwrap(np.arctan2(points[:, 1], points[:, 0]))
    assert abs(turned[-1] - turned[0]) == pytest.approx(2 * math.pi)
    assert np.max(np.hypot(*np.diff(points, axis=0).T)) < 0.1 * math.sqrt(2)


def test_interpolation_would_be_wrong() -> None:
    """A steep function: straight lines between its values put the circle elsewhere."""
    lines = traced(lambda x, y: np.expm1(30 * (1.3 - np.hypot(x, y))), n=15)
    np.testing.assert_allclose(np.hypot(*lines[0].points.T), 1.3, atol=1e-4 / 30)


def test_hyperbola_has_two_open_branches() -> None:
    lines = traced(lambda x, y: x * y - 0.5)
    assert [line.closed for line in lines] == [False, False]
    for line in lines:
        np.testing.assert_allclose(np.prod(line.points, axis=1), 0.5, atol=1e-4)
        # Both ends at the border: |x| or |y| is 2 there.
        assert np.all(np.abs(line.points[[0, -1]]).max(axis=1) == 2.0)
    assert {math.copysign(1, line.points[0, 0]) for line in lines} == {-1.0, 1.0}


def test_saddle() -> None:
    """Lines through a saddle point may be joined either way, but lie on the crossing lines."""
    for shift in (0.0, 1e-9):
        lines = traced(lambda x, y, shift=shift: x**2 - y**2 + shift, n=40)
        points = np.concatenate([line.points for line in lines])
        np.testing.assert_allclose(points[:, 0] ** 2, points[:, 1] ** 2, atol=1e-4)
        assert len(lines) == 2
        for corner in ((2, 2), (2, -2), (-2, 2), (-2, -2)):
            assert np.min(np.hypot(*(points - corner).T)) < 0.15


def test_both_branches_of_a_band() -> None:
    """Like a yield: rises as a power, falls as an exponential, and two roots at every x."""
    lines = traced(lambda x, y: 3 * (y + 1) - np.exp(3 * (y + 0.1 * x)) + 0.2)
    points = np.concatenate([line.points for line in lines])
    for x in grids()[0][5:-5]:
        roots = np.sort(points[points[:, 0] == x, 1])
        assert len(roots) == 2
        np.testing.assert_allclose(
            3 * (roots + 1) - np.exp(3 * (roots + 0.1 * x)) + 0.2, 0, atol=1e-4
        )


def test_region_without_anything() -> None:
    """Minus infinity beyond x = 0.5: the line ends there, on the side where there is something."""

    def function(x, y):
        inside = 1.3**2 - x**2 - y**2
        return np.where(x > 0.5, -np.inf, inside)

    lines = traced(function)
    assert len(lines) == 1
    assert lines[0].closed
    radius = np.hypot(*lines[0].points.T)
    x = lines[0].points[:, 0]
    assert np.max(x) == pytest.approx(0.5, abs=1e-9)
    np.testing.assert_allclose(radius[x < 0.499], 1.3, atol=1e-4)


def test_nan_counts_as_nothing() -> None:
    lines = traced(lambda x, y: np.where(y > 0, np.nan, 1.3**2 - x**2 - y**2))
    points = np.concatenate([line.points for line in lines])
    assert np.max(points[:, 1]) <= 1e-9
    below = points[points[:, 1] < -0.1]
    np.testing.assert_allclose(np.hypot(*below.T), 1.3, atol=1e-4)


def test_islands_and_holes() -> None:
    lines = traced(lambda x, y: 0.09 - (np.hypot(x, y) - 1.2) ** 2)
    radii = sorted(float(np.mean(np.hypot(*line.points.T))) for line in lines)
    assert all(line.closed for line in lines)
    assert radii == pytest.approx([0.9, 1.5], abs=1e-4)


def test_one_sign_has_no_line() -> None:
    assert traced(lambda x, y: 1 + x**2 + y**2) == []
    assert traced(lambda x, y: np.full(np.broadcast(x, y).shape, -np.inf)) == []


def test_uneven_grid() -> None:
    x = np.geomspace(0.01, 2.0, 30)
    y = 2.0 - 1.99 * np.linspace(1, 0, 25) ** 2

    def function(a, b):
        return a**2 + b**2 - 1.0

    lines = trace(function, x, y, function(*np.meshgrid(x, y)))
    assert len(lines) == 1
    np.testing.assert_allclose(np.hypot(*lines[0].points.T), 1.0, atol=1e-4)


def test_refining_the_grid_does_not_move_the_line() -> None:
    def function(x, y):
        return np.log(np.maximum(1e-300, np.exp(-(x**2)) * (y + 2) ** 2 - 0.7 * np.exp(y)))

    coarse, fine = traced(function, n=15), traced(function, n=57)
    for lines in (coarse, fine):
        points = np.concatenate([line.points for line in lines])
        np.testing.assert_allclose(function(*points.T), 0.0, atol=1e-4)
    ours = np.concatenate([line.points for line in coarse])
    other = np.concatenate([line.points for line in fine])
    distance = np.hypot(*(ours[:, None] - other).T).min(axis=0)
    # Every coarse vertex lies on the fine polyline, hence within half its spacing of a vertex.
    assert np.max(distance) < 0.06


def columns_asked(function, n: int = 41, **options: bool) -> tuple[list[Line], set[float]]:
    x, y = grids(n)
    asked: set[float] = set()

    def counted(a, b):
        asked.update(a.tolist())
        return function(a, b)

    lines = trace(counted, x, y, function(*np.meshgrid(x, y)), **options)
    return lines, asked - set(x.tolist())


@pytest.mark.parametrize("n", [15, 40, 41])
def test_costly_columns(n: int) -> None:
    """Almost all roots on the grid's own columns; the same line, with its turns."""

    def circle(x, y):
        return 1.3**2 - x**2 - y**2

    full, many = columns_asked(circle, n)
    lines, few = columns_asked(circle, n, costly_x=True)
    assert len(few) < 0.6 * len(many)
    assert [line.closed for line in lines] == [True]
    points = lines[0].points
    np.testing.assert_array_equal(points[0], points[-1])
    np.testing.assert_allclose(np.hypot(*points.T), 1.3, atol=1e-4)
    # Every column twice, and the extremes as good as with all roots.
    x = grids(n)[0]
    for column in x[np.abs(x) < 1.29]:
        assert np.count_nonzero(points[:-1, 0] == column) == 2
    extent = np.ptp(full[0].points, axis=0)
    np.testing.assert_allclose(np.ptp(points, axis=0)[0], extent[0], atol=0.5 * (4 / n) ** 2)
    turned = np.unwrap(np.arctan2(points[:, 1], points[:, 0]))
    assert np.all(np.diff(turned) > -1e-9) or np.all(np.diff(turned) < 1e-9), "in order"
    assert abs(turned[-1] - turned[0]) == pytest.approx(2 * math.pi)


def test_costly_columns_with_ends() -> None:
    """Lines end on the border, above and below too, and edges of nothing stay upright."""
    lines, _ = columns_asked(lambda x, y: y - 20 * (x - 0.33), costly_x=True)
    assert [line.closed for line in lines] == [False]
    points = lines[0].points
    np.testing.assert_allclose(np.sort(points[[0, -1], 1]), [-2, 2])
    np.testing.assert_allclose(points[:, 1], 20 * (points[:, 0] - 0.33), atol=1e-4)

    def cut(x, y):
        return np.where(x > 0.53, -np.inf, 1.3**2 - x**2 - y**2)

    lines, _ = columns_asked(cut, costly_x=True)
    points = lines[0].points
    upright = points[np.abs(points[:, 0] - 0.53) < 1e-6]
    assert np.ptp(upright[:, 1]) > 2.2
    # Roots beside a column and none on any.
    lines, _ = columns_asked(lambda x, y: 1 - ((x - 0.05) / 0.01) ** 2 + 0 * y, costly_x=True, n=81)
    for line in lines:
        np.testing.assert_allclose(np.abs(line.points[:, 0] - 0.05), 0.01, atol=1e-4)


def test_roots_that_are_not_on_their_edge() -> None:
    x, y = grids()

    def circle(a, b):
        return 1.3**2 - a**2 - b**2

    values = circle(*np.meshgrid(x, y))
    # The grid's values from another route, a rounding apart: what is a root is taken as one.
    shifted = values + 1e-13
    lines = trace(circle, x, y, shifted)
    np.testing.assert_allclose(np.hypot(*lines[0].points.T), 1.3, atol=1e-4)
    node = np.array([0.0, 1.0]), np.array([0.0, 1.0])
    lines = trace(lambda a, b: -b - 0.0 * a, *node, np.array([[1e-13, 1e-13], [-1.0, -1.0]]))
    np.testing.assert_allclose(lines[0].points[:, 1], 0.0, atol=1e-9)
    # A function that is not the grid's has no root there, and it says so.
    with pytest.warns(AccuracyWarning, match=r"points of a contour not solved, off by up to 5"):
        trace(lambda a, b: circle(a, b) - 5.0 + 5.0 * (a > 9), x, y, values)
