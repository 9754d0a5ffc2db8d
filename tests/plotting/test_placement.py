"""The map of positions: what is hatched, where the stars are."""

import numpy as np
import pytest

from wayside.placement.grid import Grid
from wayside.placement.place import place
from wayside.plotting.placement import _stretched, placement_figure
from wayside.scenario import load_scenario

GRID = Grid((10, 8, 3), (3.0, 9.0))


@pytest.mark.parametrize("hall", [None, "belle2"])
def test_forbidden_zones_are_hatched(hall: str | None) -> None:
    scenario = load_scenario("belle2-forward-beams", {"hall.preset": hall} if hall else {})
    found = place(scenario, grid=GRID, count=2)
    figure = placement_figure(found)
    left, right, bar = figure.axes
    hatched = [patch for axes in (left, right) for patch in axes.collections if patch.get_hatch()]
    assert bool(hatched) == (hall is not None)
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert ("may not stand there" in words) == (hall is not None)
    theta, phi, distance = found.best[0].angles
    points = [line.get_xydata()[0] for line in right.lines]
    assert any(
        point == pytest.approx([distance, float(_stretched(np.array(theta)))]) for point in points
    )
    azimuths = [line.get_xdata()[0] for line in left.lines]
    assert any((a - np.degrees(phi)) % 360 == pytest.approx(0.0, abs=1e-6) for a in azimuths)
    assert "decays" in bar.get_ylabel()


def test_the_axis_of_polar_angles_is_that_of_the_grid() -> None:
    assert _stretched(GRID.theta_edges) == pytest.approx(np.linspace(0.0, 1.0, 11))
