"""What the figures of the report share."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from wayside.models.protocol import Model
from wayside.paper.planes import LIMIT, Convention, Panel
from wayside.plotting.style import APPROXIMATE, OURS, RELIC, canvas
from wayside.plotting.titles import line
from wayside.sensitivity.existing import SEARCHES
from wayside.typing import FloatArray

COLOURS = (OURS, APPROXIMATE, "#2a7f62", "#b8860b", "#6b3e12", "#7a4f9a")
"""Colours of curves, in their order."""

LEGEND_LINES = 5
"""A legend of more lines in the lower left corner reaches the contours of Fig. 14."""


class Curve(NamedTuple):
    """A contour of a plane of the study.

    Attributes
    ----------
    panel
        The plane; its level is drawn.
    convention
        How its events are computed.
    colour, label, style
        Matplotlib's, the label for the legend.
    width
        Line width in points.
    by_columns
        Whether the edges of the columns are joined. With few columns a contour through the grid
        has waves where the yield falls steeply.
    """

    panel: Panel
    convention: Convention
    colour: str
    label: str
    style: Literal["-", "--"] = "-"
    width: float = 1.5
    by_columns: bool = False

    def draw(self, axes: Axes) -> bool:
        """Draw the contour; whether anything is excluded."""
        if self.by_columns:
            return self._draw_columns(axes)
        depth = depth_of(self.panel.events(self.convention), self.panel.levels)
        axes.contour(
            self.panel.x,
            self.panel.epsilon,
            depth,
            levels=[0.0],
            colors=[self.colour],
            linewidths=self.width,
            linestyles=self.style,
        )
        return bool(np.any(depth > 0.0))

    def _draw_columns(self, axes: Axes) -> bool:
        excluded = [self.panel.edges(i, self.convention) for i in range(len(self.panel.x))]
        with_edges = [i for i, edges in enumerate(excluded) if edges is not None]
        if not with_edges:
            return False
        for run in np.split(with_edges, np.flatnonzero(np.diff(with_edges) > 1) + 1):
            x = self.panel.x[run]
            low, high = np.array([excluded[i] for i in run]).T
            axes.plot(
                np.concatenate([x, x[::-1], x[:1]]),
                np.concatenate([low, high[::-1], low[:1]]),
                color=self.colour,
                linewidth=self.width,
                linestyle=self.style,
            )
        return True

    def handle(self) -> Line2D:
        """Line of the legend."""
        return Line2D([], [], color=self.colour, linewidth=self.width, linestyle=self.style)


def masses_title(name: str, model: Model, words: str = "") -> str:
    """Title of a part of a figure: its letter, words and the masses in GeV, as mathtext."""
    return (
        rf"({name}) {words}$m_{{A\prime}}={model.m_aprime:g}$, $m_1={model.m1:.5g}$,"
        rf" $m_2={model.m2:.5g}$ GeV"
    )


def contours_figure(
    parts: Mapping[str, Sequence[Curve]], titles: Mapping[str, str] | None = None
) -> Figure:
    """Draw contours in planes of the study side by side, with one legend each.

    Parameters
    ----------
    parts
        Curves by the letter of the part; the first one's plane gives the axes.
    titles
        Titles by the letter of the part; its masses if not given.
    """
    rows = (len(parts) + 1) // 2
    with canvas(9.2, 4.1 * rows) as figure:
        places = figure.subplots(rows, 2, squeeze=False).flat
        for axes, (name, curves) in zip(places, parts.items(), strict=True):
            _contours(axes, curves)
            panel = curves[0].panel
            title = titles[name] if titles else masses_title(name, panel.points[0].model)
            about = line(panel.scenario, "no background unless the legend says so")
            axes.set_title(f"{title}\n{about}", loc="left", fontsize=9.5)
        return figure


def _contours(axes: Axes, curves: Sequence[Curve]) -> None:
    handles, labels, absent = [], [], []
    for curve in curves:
        if curve.draw(axes):
            handles.append(curve.handle())
            labels.append(curve.label)
        else:
            absent.append(curve.label)
    words = "\n".join(["nothing is excluded:", *absent])
    if absent and len(handles) + len(absent) < LEGEND_LINES:
        handles.append(Line2D([], [], linestyle="none"))
        labels.append(words)
    elif absent:
        # Narrow enough to stay in the other corner that they leave free.
        words = words.replace(", ", ",\n")
        axes.text(0.97, 0.97, words, transform=axes.transAxes, ha="right", va="top", fontsize=8)
    _logarithmic(axes, curves[0].panel)
    axes.legend(handles, labels, fontsize=8, loc="lower left")


def _logarithmic(axes: Axes, panel: Panel) -> None:
    """Axes of a plane with their labels."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    if panel.x[-1] < 100.0 * panel.x[0]:
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(panel.x[0], panel.x[-1])
    axes.set_ylim(panel.epsilon[0], panel.epsilon[-1])
    axes.set_xlabel(panel.label)
    axes.set_ylabel(r"$\varepsilon$")


def planes_figure(
    panels: Sequence[Panel], titles: Sequence[str], luminosities: Sequence[float] = ()
) -> Figure:
    """Draw planes of the study side by side: exact yields filled, approximations as lines.

    Parameters
    ----------
    panels, titles
        Planes and their titles, equally many.
    luminosities
        Further integrated luminosities in fb^-1 at which the contour of the exact yield is drawn,
        thinner.
    """
    rows = (len(panels) + 1) // 2
    with canvas(9.2, 3.9 * rows + 0.6) as figure:
        places = figure.subplots(rows, 2, squeeze=False).flat
        shown: dict[str, Artist] = {}
        for axes, panel, title in zip(places, panels, titles, strict=True):
            shown |= _plane(axes, panel, luminosities)
            about = line(panel.scenario, "no background")
            axes.set_title(f"{title}\n{about}", loc="left", fontsize=9.5)
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
    margins = panel.margins("printed")
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
        hatched = axes.collections[-1]
        hatched.set_edgecolor(f"{RELIC}59")
        hatched.set_linewidth(0.0)
    for branch in lines:
        axes.plot(branch.line.points[:, 0], branch.line.points[:, 1], color=RELIC, linewidth=1.1)
    if lines or np.any(too_much):
        shown[r"$\Omega h^2=0.12$ (hatched: more)"] = Line2D([], [], color=RELIC, linewidth=1.1)
    exact = depth_of(panel.events("exact"))
    axes.contourf(x, epsilon, exact, levels=[0.0, 9.0], colors=[OURS], alpha=0.16, zorder=2)
    # The approximations first, that with dashes above the other one: where they agree, both can
    # be seen, and neither hides the result.
    label = "mean flight length, printed acceptance"
    curves = [Curve(panel, "study", APPROXIMATE, label, width=1.1)]
    if panel.acceptance is not None:
        label = "mean flight length, computed acceptance"
        curves.append(Curve(panel, "own acceptance", COLOURS[2], label, "--", 1.1))
    curves.append(Curve(panel, "exact", OURS, "exact yield", width=1.8))
    for curve in curves:
        curve.draw(axes)
        shown[curve.label] = curve.handle()
    for luminosity in luminosities:
        depth = depth_of(panel.events("exact") * luminosity / panel.luminosity)
        axes.contour(x, epsilon, depth, levels=[0.0], colors=[OURS], linewidths=0.8, linestyles=":")
    if luminosities:
        words = ", ".join(f"{luminosity:g}" for luminosity in luminosities)
        shown[rf"exact yield, {words} fb$^{{-1}}$"] = Line2D(
            [], [], color=OURS, linewidth=0.8, linestyle=":"
        )
    _logarithmic(axes, panel)
    return shown


def depth_of(events: FloatArray, level: float | FloatArray = LIMIT) -> FloatArray:
    """Logarithm of events over what is excluded, cut off far from zero."""
    with np.errstate(divide="ignore"):
        return np.clip(np.log(events / level), -1.0, 8.0)
