"""When excited states enter the detectors, and when everything prompt does."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wayside.plotting.style import canvas

_COLOURS = ("#1f3f94", "#c8102e", "#2a7f62", "#b8860b", "#6b3e12", "#7a4f9a")


def arrivals_figure(report: dict[str, Any]) -> Figure:
    """Draw the distribution of arrival times in every detector that something reaches.

    Parameters
    ----------
    report
        Report of a parameter point, from `wayside.point_report`.

    Notes
    -----
    Each curve has unit area: of excited states that decay inside, or, dashed, of those that cross
    the detector where the probability to decay vanishes.
    """
    with canvas(6.4, 4.2) as figure:
        draw_arrivals(figure.add_subplot(), report)
        return figure


def draw_arrivals(axes: Axes, report: dict[str, Any]) -> None:
    """Draw into axes that are there; parameters as for `arrivals_figure`."""
    shown = [entry for entry in report["detectors"] if entry["arrival_histogram"]]
    for number, detector in enumerate(shown):
        _draw(axes, detector, _COLOURS[number % len(_COLOURS)])
    lights = [_light(detector) for detector in shown]
    last = max(detector["arrival_histogram"]["edges_ns"][-1] for detector in shown)
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
    axes.set_ylabel("probability density [1/ns]")
    axes.set_title(
        f"{report['scenario']['name']}, {_couplings(report['scenario']['model'])}",
        fontsize=9.5,
        loc="left",
    )
    axes.legend(loc="best")


def _couplings(model: dict[str, Any]) -> str:
    """Couplings of a point, for a title."""
    if "g_d" in model:
        return rf"$\varepsilon={model['epsilon']:.3g}$, $g_D={model['g_d']:.3g}$"
    values = [
        f"{key} = {value:.3g}"
        for key, value in model.items()
        if isinstance(value, float) and value > 0.0
    ]
    return f"{model['kind']}: {', '.join(values)}"


def _light(detector: dict[str, Any]) -> float:
    """Arrival time of light at the middle of the front face in ns."""
    histogram = detector["arrival_histogram"]
    return float(histogram["edges_ns"][0] - histogram["delay_edges_ns"][0])


def _draw(axes: Axes, detector: dict[str, Any], colour: str) -> None:
    histogram = detector["arrival_histogram"]
    edges = np.asarray(histogram["edges_ns"])
    probability = np.asarray(histogram["decay_probability"])
    label, style = f"{detector['name']}: {detector['expected_events']:.3g} decays expected", "-"
    if not probability.sum() > 0.0:
        probability = np.asarray(histogram["crossing_probability"])
        label, style = f"{detector['name']}: crossings, no decays", "--"
    total = probability.sum()
    density = probability / (total if total > 0.0 else 1.0) / np.diff(edges)
    # Of the smallest double there is no density to speak of: the curve is flat, the legend says so.
    axes.stairs(density, edges, color=colour, linestyle=style, linewidth=1.2, label=label)
