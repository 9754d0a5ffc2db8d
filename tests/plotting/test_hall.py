"""The drawing of a hall: what the cut shows against lengths along rays in its plane; the scale."""

import numpy as np
import pytest

from wayside.backgrounds.surroundings import outlines
from wayside.plotting.hall import COLOURS, View, hall_figure, materials_cut
from wayside.scenario import load_scenario

NAMES = dict(enumerate(COLOURS, start=1))


@pytest.mark.parametrize("direction", [(1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.6, 0.0, 0.8)])
def test_the_cut_shows_what_rays_cross(direction: tuple[float, float, float]) -> None:
    scenario = load_scenario("belle2-forward", {"hall.preset": "belle2"})
    assert scenario.hall is not None
    hall = scenario.hall.build()
    view = View("zx", (-10.0, -10.0), (10.0, 10.0), "")
    grid = np.linspace(-10.0, 10.0, 2001)
    cells = materials_cut(hall, view, grid, grid)
    along = np.linspace(0.0, 9.0, 9001)
    column, row = (
        np.rint((along * part + 10.0) / 0.01).astype(int) for part in (direction[2], direction[0])
    )
    seen = cells[row, column]
    lengths = hall.lengths(np.array([direction]), np.array([9.0]))[0]
    for number, name in NAMES.items():
        expected = sum(
            length
            for length, body in zip(lengths, hall.volumes, strict=True)
            if body.material.name.lower() == name.replace("-", "")
        )
        # A centimetre for each of at most ten surfaces.
        assert np.count_nonzero(seen == number) * 0.001 == pytest.approx(expected, abs=0.1), name
    assert np.count_nonzero(seen) > 1000


@pytest.mark.parametrize("name", ["belle2-forward-beams", "besiii-forward", "gazelle"])
def test_both_panels_are_to_one_scale(name: str) -> None:
    figure = hall_figure(load_scenario(name))
    figure.canvas.draw()
    scales = []
    for axes in figure.axes:
        assert axes.get_aspect() == 1.0
        box = axes.get_window_extent()
        span = np.ptp(axes.get_xlim())
        scales.append(box.width / span)
        assert box.height / np.ptp(axes.get_ylim()) == pytest.approx(scales[-1], rel=1e-3)
    labels = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert any("boost" in label for label in labels) == (name != "besiii-forward")


def test_detectors_are_where_they_are() -> None:
    scenario = load_scenario("belle2-forward")
    figure = hall_figure(scenario)
    corners = scenario.detectors["A"].build().corners
    plan = figure.axes[0]
    drawn = np.concatenate([line.get_xydata() for line in plan.lines])
    for corner in corners:
        assert np.min(np.linalg.norm(drawn - corner[[2, 0]], axis=1)) < 1e-12


def test_the_ground() -> None:
    for overburden, words in ((11.0, "ground: 11 m"), (0.0, "at the surface"), (300.0, "300 m")):
        figure = hall_figure(load_scenario("belle2-forward", {"site.overburden": overburden}))
        side = figure.axes[1]
        texts = [text.get_text() for text in side.texts] + [side.get_title(loc="left")]
        assert any(words in text for text in texts)


@pytest.mark.parametrize(("panel", "columns"), [(0, [2, 0]), (1, [2, 1])])
def test_the_lead_is_drawn_to_scale(panel: int, columns: list[int]) -> None:
    """A corner of the dashed outline at every corner of the box that is seen from this side."""
    scenario = load_scenario("belle2-forward", {"stack.shield": 0.15})
    outline = outlines(scenario)["A"]
    axes = hall_figure(scenario).axes[panel]
    drawn = [patch.get_xy() for patch in axes.patches if patch.get_linestyle() in ("--", "dashed")]
    assert len(drawn) == 2, "of A and of B"
    corners = outline.corners[:, columns]
    low, high = corners.min(axis=0), corners.max(axis=0)
    np.testing.assert_allclose(drawn[0].min(axis=0), low)
    np.testing.assert_allclose(drawn[0].max(axis=0), high)
    assert np.all(axes.get_xlim()[0] < low[0])
    bare = load_scenario("belle2-forward", {"stack.shield": 0.0, "stack.fibres": 0.0})
    axes = hall_figure(bare).axes[panel]
    assert not [patch for patch in axes.patches if patch.get_linestyle() in ("--", "dashed")]
