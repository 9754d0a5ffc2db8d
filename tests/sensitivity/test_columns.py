"""Columns of mass planes: nothing as wide as promised is stepped over."""

import numpy as np
import pytest

from wayside.constants import M_MUON
from wayside.scenario import load_scenario
from wayside.sensitivity.columns import LEAST_STEP, resolved
from wayside.sensitivity.planes import masses_at, plane_of
from wayside.sensitivity.result import reach
from wayside.sensitivity.thresholds import threshold_columns

MASSES = ["plane.kind=epsilon-delta", "plane.points=20"]


def plane(*changes: str):
    return plane_of(load_scenario("belle2-forward", [*MASSES, *changes]))


def test_a_plane_of_couplings_is_left_alone() -> None:
    couplings = plane_of(load_scenario("belle2-forward", ["plane.points=20"]))
    assert resolved(couplings, [], []) is couplings
    assert threshold_columns(couplings).size == 0


def test_thresholds_of_decays_are_columns() -> None:
    grid = plane()
    found = threshold_columns(grid)
    splittings = np.array([m1 - m2 for _, m1, m2 in (masses_at(grid.scenario, x) for x in found)])
    assert np.abs(splittings - 2 * M_MUON).min() < 1e-9
    assert np.all(np.diff(found) > 0)
    assert found[0] > grid.x.values[0]
    assert found[-1] < grid.x.values[-1]


def test_the_caustic_in_the_detector_is_between_columns() -> None:
    """Excited states of the largest angle go to box A at masses that are a few columns wide."""
    grid = plane("plane.hold=m2", "model.m2=3.65", "plane.points=20")
    peaks = []
    for x in threshold_columns(grid):
        point = grid.column(float(x))
        if point is not None:
            peaks.append((float(point.face("A").value), float(x)))
    coarse = [float(p.face("A").value) for x in grid.x.values if (p := grid.column(float(x)))]
    fine = np.linspace(*np.log(grid.x.values[[0, -1]]), 400)
    best = max(float(p.face("A").value) for x in np.exp(fine) if (p := grid.column(float(x))))
    assert max(coarse) < 0.7 * best, "the plain grid misses the peak, or this tests nothing"
    assert max(peaks)[0] > 0.9 * best


@pytest.mark.parametrize("centre", [0.2137, 0.5, 0.77])
def test_a_narrow_island_is_found(centre: float) -> None:
    """An island of a width of a third of a column, that no column of the grid touches."""
    grid = plane("plane.epsilon=[1e-6, 1e-2]")
    start, stop = grid.x.coordinates[[0, -1]]
    step = (stop - start) / 19
    at = start + (stop - start) * centre
    at = start + (np.floor((at - start) / step) + 0.5) * step

    def island(point, epsilon, _):
        # A cusp: its slopes carried on from either side cross zero between the columns.
        x = np.log(point.model.m1 / point.model.m2 - 1)
        return 0.15 * step - np.abs(x - at) - 1e-3 * step * np.log(epsilon / 1e-4) ** 2

    assert np.all(plane_values(grid, island) < 0)
    found = resolved(grid, [island], [])
    assert np.any(plane_values(found, island) > 0)
    assert len(found.x.values) <= 2 * len(grid.x.values)


def plane_values(grid, function):
    x, epsilon = np.meshgrid(grid.x.values, grid.epsilon.values)
    return grid.evaluate(function, x, epsilon)


def test_lines_that_move_get_columns() -> None:
    """A line that jumps by half the axis is followed down to the least step."""
    grid = plane()
    start, stop = grid.x.coordinates[[0, -1]]

    def cliff(point, epsilon, _):
        x = np.log(point.model.m1 / point.model.m2 - 1)
        low = (x - start) / (stop - start) < 0.4321
        return np.log(epsilon) - np.log(1e-3 if low else 1e-5)

    found = resolved(grid, [cliff], [])
    gaps = np.diff(found.x.coordinates) / (stop - start)
    where = np.searchsorted((found.x.coordinates - start) / (stop - start), 0.4321) - 1
    assert gaps[where] <= LEAST_STEP
    assert found.kept.keys() <= set(found.x.values.tolist())


def test_the_result_is_on_those_columns() -> None:
    scenario = load_scenario("belle2-forward", [*MASSES, "plane.hold=m2"])
    result = reach(scenario)
    assert result.summary()["columns_added"] == len(result.plane.x.values) - 20 > 0
    assert result.total.shape == (20, len(result.plane.x.values))
    points = np.concatenate([line.points for line in result.contour])
    events = result.plane.evaluate(
        lambda point, epsilon, g_d: point.expected_events("A", epsilon, g_d, 5e4), *points.T
    )
    np.testing.assert_allclose(events, result.n_limit, rtol=1e-3)
