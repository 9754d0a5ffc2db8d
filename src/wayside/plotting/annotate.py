"""Legend and labels of the reach figure, placed where nothing else is."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from wayside.plotting import room
from wayside.plotting.style import OURS
from wayside.sensitivity.contours import Line
from wayside.sensitivity.existing import Search
from wayside.sensitivity.result import Reach, percent
from wayside.typing import FloatArray

Corner = Literal["lower left", "lower right", "upper left", "upper right"]


def annotate(
    axes: Axes,
    result: Reach,
    shaded: list[Search],
    handles: list[Artist],
    others: Sequence[Line] = (),
) -> None:
    """Legend, and names in the regions of searches; an entry of the legend where none fits.

    Parameters
    ----------
    axes
        Axes with everything else drawn and laid out.
    result
        Result that they show.
    shaded
        Searches that reach into the plane, lowest first.
    handles
        Entries of the legend for our own lines.
    others
        Other lines that are drawn.
    """
    plane = result.plane
    across = _fraction(plane.x.coordinates)
    upward = _fraction(plane.epsilon.coordinates)
    covered = room.raster(result.total > result.n_limit, across, upward)
    regions = {
        search: room.raster(result.margins[search.key] > 0.0, across, upward)
        for search in reversed(shaded)
    }
    lines, ours = np.zeros_like(covered), np.zeros_like(covered)
    for line in [
        *result.contour,
        *result.discovery,
        *result.approximate,
        *result.unity,
        *(branch.line for branch in result.relic.branches),
        *others,
    ]:
        room.mark_line(lines, _on_axes(line, result))
    for line in result.contour:
        room.mark_line(ours, _on_axes(line, result))
    # A line is a cell wide: a short piece of it weighs as much as a good part of a region.
    weights = 40.0 * lines + 400.0 * ours
    entries = list(handles)
    borders = np.zeros_like(covered)
    for line in (line for group in result.existing.values() for line in group):
        room.mark_line(borders, _on_axes(line, result))
    message = None if result.contour else _say_nothing(axes, result, ~(lines | borders))
    while True:
        taken = covered | lines
        if message is not None:
            room.mark_box(taken, axes, message.get_window_extent())
        legend = _legend(axes, entries, weights + 4.0 * taken, regions) if entries else None
        if legend is not None:
            room.mark_box(taken, axes, legend.get_window_extent())
        names: list[Text] = []
        homeless = []
        for search, region in regions.items():
            if not _name(axes, _words(search, result), region & ~taken, names):
                homeless.append(search)
            taken = taken | region
        entries_now = [*handles, *(_patch(search, result) for search in homeless)]
        if len(entries_now) <= len(entries):
            return
        # A larger legend may take the room of a name: start again with it.
        entries = entries_now
        for name in names:
            name.remove()


def _words(search: Search, result: Reach) -> tuple[str, ...]:
    """Names of a search, the fullest first, with its confidence level if it has one of its own."""
    levels = result.confidence_levels[search.key]
    if not set(levels) - {result.scenario.run.confidence_level}:
        return search.words
    level = f"({percent(levels)} CL)"
    return (*(f"{words} {level}" for words in search.words), f"{search.words[-1]}\n{level}")


def _centred(axes: Axes, words: str, halo: withStroke, **style: Any) -> Text:
    """Write words in the middle of the axes, with a halo, as hatches may run behind them."""
    return axes.text(
        0.5,
        0.5,
        words,
        transform=axes.transAxes,
        ha="center",
        va="center",
        path_effects=[halo],
        **style,
    )


def _name(axes: Axes, names_of_it: tuple[str, ...], free: room.Mask, names: list[Text]) -> bool:
    for words in names_of_it:
        halo = withStroke(linewidth=2.0, foreground="white", alpha=0.4)
        text = _centred(axes, words, halo, fontsize="small", color="0.15", zorder=4)
        if room.place(text, axes, free):
            names.append(text)
            return True
        text.remove()
    return False


def _patch(search: Search, result: Reach) -> Patch:
    words = _words(search, result)[0]
    return Patch(facecolor=search.fill, edgecolor="0.45", linewidth=0.6, label=words)


def _legend(
    axes: Axes,
    entries: list[Artist],
    weights: FloatArray,
    regions: dict[Search, room.Mask],
) -> Legend:
    """Legend in the corner where it covers least: our own line above all."""
    busy = weights
    for region in regions.values():
        busy = busy + region
    corners: tuple[Corner, ...] = ("lower left", "lower right", "upper left", "upper right")
    covers = {}
    for corner in corners:
        legend = axes.legend(handles=entries, loc=corner)
        under = np.zeros_like(weights, dtype=bool)
        room.mark_box(under, axes, legend.get_window_extent())
        covers[corner] = float(np.mean(busy[under]))
    legend = axes.legend(handles=entries, loc=min(corners, key=lambda corner: covers[corner]))
    legend.set_zorder(5)
    return legend


def _say_nothing(axes: Axes, result: Reach, free: room.Mask) -> Text:
    """Why there is no contour, where no curve is; in the middle if they are everywhere."""
    most, least = float(np.max(result.total)), float(np.min(result.total))
    words = (
        f"no sensitivity: at most {most:.2g} events"
        if least < result.n_limit
        else f"all excluded: at least {least:.2g} events"
    )
    halo = withStroke(linewidth=3, foreground="white")
    text = _centred(axes, words, halo, color=OURS, zorder=5)
    room.place(text, axes, free)
    return text


def _fraction(coordinates: FloatArray) -> FloatArray:
    """Positions along an axis in fractions of it."""
    return np.asarray((coordinates - coordinates[0]) / (coordinates[-1] - coordinates[0]))


def _on_axes(line: Line, result: Reach) -> FloatArray:
    """Points of a line in fractions of the axes."""
    columns = []
    for axis, values in zip((result.plane.x, result.plane.epsilon), line.points.T, strict=True):
        ends = axis.coordinates[[0, -1]]
        coordinates = np.log(values) if axis.logarithmic else values
        columns.append((coordinates - ends[0]) / (ends[1] - ends[0]))
    return np.stack(columns, axis=1)
