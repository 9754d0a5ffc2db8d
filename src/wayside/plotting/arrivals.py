"""When excited states enter the detectors, and when everything prompt does."""

from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from wayside.plotting.style import STYLE

_COLOURS = ("#1f3f94", "#c8102e", "#2a7f62", "#b8860b", "#6b3e12", "#7a4f9a")


def arrivals_figure(report: dict[str, Any]) -> Figure:
    """Draw the distribution of arrival times in every detector that something reaches.

    Parameters
    ----------
    report
        From `wayside.point_report`.

    Notes
    -----
    Each curve has unit area: of those that decay inside, or, dashed, of those that cross where the
    chance to decay is nothing.
    """
    shown = [each for each in report["detectors"] if each["arrival_histogram"]]
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        for number, each in enumerate(shown):
            _draw(axes, each, _COLOURS[number % len(_COLOURS)])
        lights = [_light(each) for each in shown]
        last = max(each["arrival_histogram"]["edges_ns"][-1] for each in shown)
        axes.axvspan(min(lights), max(lights), color="0.55", linewidth=1.2)
        axes.set_ylim(bottom=0.0)
        low = min(lights)
        # Room to the left, so that light does not sit on the frame.
        axes.set_xlim(low - 0.06 * (last - low), last + 0.02 * (last - low))
        axes.annotate(
            "light and all that is prompt",
            (max(lights), 0.97),
            xycoords=("data", "axes fraction"),
            xytext=(5, 0),
            textcoords="offset points",
            rotation=90,
            va="top",
            color="0.35",
            fontsize=9.5,
        )
        axes.set_xlabel("time after the collision [ns]")
        axes.set_ylabel("share per ns")
        model = report["scenario"]["model"]
        axes.set_title(
            rf"{report['scenario']['name']}, $\varepsilon={model['epsilon']:.3g}$,"
            rf" $g_D={model['g_d']:.3g}$",
            fontsize=9.5,
            loc="left",
        )
        axes.legend(loc="best")
        return figure


def _light(detector: dict[str, Any]) -> float:
    found = detector["arrival_histogram"]
    return float(found["edges_ns"][0] - found["delay_edges_ns"][0])


def _draw(axes: Axes, detector: dict[str, Any], colour: str) -> None:
    found = detector["arrival_histogram"]
    edges = np.asarray(found["edges_ns"])
    chances = np.asarray(found["decay_probability"])
    label, style = f"{detector['name']}: {detector['expected_events']:.3g} decays expected", "-"
    if not chances.sum() > 0.0:
        chances = np.asarray(found["crossing_probability"])
        label, style = f"{detector['name']}: crossings, no decays", "--"
    total = chances.sum()
    shares = chances / (total if total > 0.0 else 1.0) / np.diff(edges)
    # A smallest double has no shares to speak of: the curve is then flat, and the legend says so.
    axes.stairs(shares, edges, color=colour, linestyle=style, linewidth=1.2, label=label)
