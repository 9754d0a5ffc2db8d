"""Figures of the report that are drawn in planes."""

from dataclasses import replace

import pytest

from wayside.paper import fig16
from wayside.paper.drawing import Curve, contours_figure, planes_figure


def test_titles_say_scenario_luminosity_and_background() -> None:
    figure = planes_figure([fig16.panel("a")] * 2, ["(a)", "(b)"])
    title = figure.axes[0].get_title(loc="left")
    assert title.splitlines() == ["(a)", "study-fig16a (A), 50 ab$^{-1}$, no background"]


@pytest.mark.parametrize("by_columns", [True, False])
def test_where_nothing_is_excluded_the_legend_says_so(by_columns: bool) -> None:
    seen = fig16.panel("a")
    few = slice(None, None, 20)
    seen = replace(seen, x=seen.x[few], points=seen.points[few], g_d=seen.g_d[few])
    curves = [
        Curve(panel, "exact", "C0", label, by_columns=by_columns)
        for label, panel in (("some", seen), ("nothing", replace(seen, level=1e30)))
    ]
    figure = contours_figure({"a": curves, "b": curves})
    words = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert words == ["some", "nothing is excluded:\nnothing"]
