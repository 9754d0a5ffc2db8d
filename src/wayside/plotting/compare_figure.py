"""Contours of several results in one plane."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from wayside.plotting.look import ASPECT, Look, without
from wayside.plotting.published import draw_limits
from wayside.plotting.relic_line import draw_density
from wayside.plotting.style import canvas
from wayside.plotting.titles import verbatim
from wayside.sensitivity.contours import Line
from wayside.sensitivity.existing import SEARCHES
from wayside.sensitivity.plane_axes import Axis
from wayside.sensitivity.result import Reach

_COLOURS: Final = ("#1f3f94", "#c8102e", "#2a7f62", "#b8860b", "#7a4f9a", "#1c9fb5", "#444444")
_NARROW: Final = 4.5
"""Width in inches up to which the legend has one column."""

_DASHES: Final = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)))
"""One after the other, so that contours differ in print without colours as well."""


class Curve(NamedTuple):
    """Contours of one result.

    Attributes
    ----------
    label
        Name in the legend.
    x, y
        Axes of its plane.
    lines
        Contours in the values of the axes.
    """

    label: str
    x: Axis
    y: Axis
    lines: Sequence[Line]


def compare_figure(
    curves: Sequence[Curve], title: str, backdrop: Reach | None = None, look: Look | None = None
) -> Figure:
    """Draw contours of several results, and existing limits behind them.

    Parameters
    ----------
    curves
        Contours over planes of the same axes.
    title
        The usual title.
    backdrop
        Result whose existing limits and relic density hold for all; none are drawn if None.
    look
        What is left out, titles, size and limits of one's own, as usual if None.

    Raises
    ------
    InputError
        If the look names a layer that there is not, or a file that cannot be read.
    """
    look = look or Look()
    look.check()
    rows = len(curves) + len(look.limits) + (0 if backdrop is None else len(SEARCHES) + 1)
    height = ASPECT * look.width + 0.1 * rows
    with canvas(look.width, height, look.style) as figure:
        handles = draw_comparison(figure.add_subplot(), curves, title, backdrop, look)
        columns = 2 if look.width > _NARROW else 1
        figure.legend(handles=handles, loc="outside lower center", ncols=columns)
        return figure


def draw_comparison(
    axes: Axes, curves: Sequence[Curve], title: str, backdrop: Reach | None, look: Look
) -> list[Artist]:
    """Draw into axes that are there; parameters as for `compare_figure`. Entries of a legend."""
    _frame(axes, curves, look)
    axes.set_title(
        title if look.title is None else look.title,
        fontsize=rcParams["legend.fontsize"],
        loc="left",
    )
    handles: list[Artist] = []
    for curve, colour, dashes in zip(curves, cycle(_COLOURS), cycle(_DASHES), strict=False):
        style: dict[str, Any] = {"color": colour, "linestyle": dashes, "linewidth": 1.6}
        for line in curve.lines:
            axes.plot(*line.points.T, zorder=3, **style)
        words = verbatim(curve.label) + ("" if curve.lines else ": nothing excluded")
        handles.append(Line2D([], [], label=words, **style))
    handles += draw_limits(axes, look.published())
    if backdrop is not None:
        handles += _backdrop(axes, without(backdrop, look.hide))
    return handles


def _frame(axes: Axes, curves: Sequence[Curve], look: Look) -> None:
    """Axes over all planes together."""
    for which, label in (("x", look.x_label), ("y", look.y_label)):
        every: list[Axis] = [getattr(curve, which) for curve in curves]
        if any(axis.logarithmic for axis in every):
            getattr(axes, f"set_{which}scale")("log")
        low = min(float(axis.values[0]) for axis in every)
        high = max(float(axis.values[-1]) for axis in every)
        getattr(axes, f"set_{which}lim")(low, high)
        getattr(axes, f"set_{which}label")(every[0].label if label is None else label)


def _backdrop(axes: Axes, result: Reach) -> list[Artist]:
    """Existing limits and the relic line of a result; entries of a legend for them."""
    x, epsilon = result.plane.x.values, result.plane.epsilon.values
    handles: list[Artist] = []
    for search in SEARCHES:
        margin = np.clip(np.nan_to_num(result.margins[search.key], nan=-0.2), -0.2, 0.2)
        if np.all(margin <= 0.0):
            continue
        axes.contourf(x, epsilon, margin, levels=[0.0, 1.0], colors=[search.fill], zorder=1)
        for line in result.existing[search.key]:
            axes.plot(*line.points.T, color="0.45", linewidth=0.6, zorder=1.5)
        fill: dict[str, Any] = {"facecolor": search.fill, "edgecolor": "0.45", "linewidth": 0.6}
        handles.append(Patch(label=search.words[0], **fill))
    handles += draw_density(axes, result.relic, hatch=False)
    return handles
