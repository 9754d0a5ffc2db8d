"""Figures of the report that are drawn in planes."""

from wayside.paper import fig16
from wayside.paper.drawing import planes_figure


def test_titles_say_scenario_luminosity_and_background() -> None:
    figure = planes_figure([fig16.panel("a")] * 2, ["(a)", "(b)"])
    title = figure.axes[0].get_title(loc="left")
    assert title.splitlines() == ["(a)", "study-fig16a (A), 50 ab$^{-1}$, no background"]
