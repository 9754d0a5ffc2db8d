"""What the figures of the report share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from wayside.paper.planes import LIMIT, Panel
from wayside.plotting.style import APPROXIMATE, OURS, RELIC, STYLE
from wayside.sensitivity.existing import SEARCHES
from wayside.typing import FloatArray

COLOURS = (OURS, APPROXIMATE, "#2a7f62", "#b8860b", "#6b3e12", "#7a4f9a")
"""In the order of curves."""

OWN = "#2a7f62"
"""The study's yield with the acceptance computed at every mass."""


@contextmanager
def canvas(width: float = 5.6, height: float = 4.2) -> Iterator[Figure]:
    """An empty figure in the house style."""
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure


def planes_figure(
    panels: Sequence[Panel], titles: Sequence[str], luminosities: Sequence[float] = ()
) -> Figure:
    """Draw planes of the study side by side: ours filled, the study's as lines.

    Parameters
    ----------
    panels, titles
        Equally many.
    luminosities
        In fb^-1, at which our contour is drawn as well, thinner.
    """
    rows = (len(panels) + 1) // 2
    with canvas(9.2, 3.9 * rows + 0.6) as figure:
        places = figure.subplots(rows, 2, squeeze=False).flat
        shown: dict[str, Artist] = {}
        for axes, panel, title in zip(places, panels, titles, strict=True):
            shown |= _plane(axes, panel, luminosities)
            axes.set_title(title, loc="left", fontsize=9.5)
        figure.legend(
            handles=list(shown.values()),
            labels=list(shown),
            loc="outside lower center",
            ncols=3,
            fontsize=8.5,
        )
        return figure


def _plane(axes: Axes, panel: Panel, luminosities: Sequence[float]) -> dict[str, Artist]:
    shown: dict[str, Artist] = {}
    x, epsilon = panel.x, panel.epsilon
    margins = panel.margins("study")
    for search in SEARCHES:
        margin = np.clip(np.nan_to_num(margins[search.key], nan=-0.2, neginf=-0.2), -0.2, 0.2)
        if np.any(margin > 0.0):
            axes.contourf(x, epsilon, margin, levels=[0.0, 1.0], colors=[search.fill], zorder=1)
            shown[search.words[0]] = Patch(facecolor=search.fill)
    lines, too_much = panel.relic
    if np.any(too_much):
        axes.contourf(
            x,
            epsilon,
            np.where(too_much, 1.0, 0.0),
            levels=[0.5, 1.5],
            colors=["none"],
            hatches=["////"],
            zorder=1.6,
        )
        for each in axes.collections[-1:]:
            each.set_edgecolor(f"{RELIC}59")
            each.set_linewidth(0.0)
    for branch in lines:
        axes.plot(branch.line.points[:, 0], branch.line.points[:, 1], color=RELIC, linewidth=1.1)
    if lines or np.any(too_much):
        shown[r"$\Omega h^2=0.12$ (hatched: more)"] = Line2D([], [], color=RELIC, linewidth=1.1)
    exact = depth_of(panel.events("exact"))
    axes.contourf(x, epsilon, exact, levels=[0.0, 9.0], colors=[OURS], alpha=0.16, zorder=2)
    styles = (
        ("exact", OURS, 1.8, "-", "ours"),
        ("own acceptance", OWN, 1.0, "--", "study's yield, acceptance computed"),
        ("study", APPROXIMATE, 1.1, "-", "study's yield, its acceptance"),
    )
    for convention, colour, width, style, label in styles:
        if convention == "own acceptance" and panel.acceptance is None:
            continue
        depth = depth_of(panel.events(convention))  # type: ignore[arg-type]
        axes.contour(
            x, epsilon, depth, levels=[0.0], colors=[colour], linewidths=width, linestyles=style
        )
        shown[label] = Line2D(
            [],
            [],
            color=colour,
            linewidth=width,
            linestyle=style,  # type: ignore[arg-type]
        )
    for luminosity in luminosities:
        depth = depth_of(panel.events("exact") * luminosity / panel.luminosity)
        axes.contour(x, epsilon, depth, levels=[0.0], colors=[OURS], linewidths=0.8, linestyles=":")
    if luminosities:
        words = ", ".join(f"{each:g}" for each in luminosities)
        shown[rf"ours at {words} fb$^{{-1}}$"] = Line2D(
            [], [], color=OURS, linewidth=0.8, linestyle=":"
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    if x[-1] < 100.0 * x[0]:
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(epsilon[0], epsilon[-1])
    axes.set_xlabel(panel.label)
    axes.set_ylabel(r"$\varepsilon$")
    return shown


def depth_of(events: FloatArray, level: float = LIMIT) -> FloatArray:
    """Logarithm of events over what is excluded, cut off far from zero."""
    with np.errstate(divide="ignore"):
        return np.clip(np.log(events / level), -1.0, 8.0)
