"""The reach figure: what a detector excludes, and what is excluded already."""

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from wayside.plotting.annotate import annotate
from wayside.plotting.look import ASPECT, Look, without
from wayside.plotting.published import draw_limits
from wayside.plotting.relic_line import draw_density
from wayside.plotting.style import APPROXIMATE, OURS, canvas
from wayside.plotting.titles import assumed, collected, verbatim
from wayside.sensitivity.contours import Line
from wayside.sensitivity.existing import SEARCHES, Search
from wayside.sensitivity.plane_axes import x_axis
from wayside.sensitivity.result import Reach
from wayside.typing import FloatArray


def reach_figure(result: Reach, look: Look | None = None) -> Figure:
    """Draw a result: shaded existing limits, our contour, and that of the approximation.

    Parameters
    ----------
    result
        Result of `wayside.sensitivity.result.reach`.
    look
        What is left out, titles and size, as usual if None.

    Raises
    ------
    InputError
        If the look names a layer that there is not, or a style file that cannot be read.
    """
    look = look or Look()
    look.check()
    result = without(result, look.hide)
    with canvas(look.width, ASPECT * look.width, look.style) as figure:
        draw_reach(figure.add_subplot(), result, look)
        return figure


def draw_reach(axes: Axes, result: Reach, look: Look) -> None:
    """Draw a result into axes that are there.

    Parameters
    ----------
    axes
        The axes.
    result
        A result without what is to be left out.
    look
        Titles and limits of one's own.
    """
    title = _frame(axes, result, look)
    shaded = _existing(axes, result)
    limits = look.published()
    handles = (
        _contours(axes, result)
        + draw_density(axes, result.relic, hatch=True)
        + draw_limits(axes, limits)
    )
    # What follows needs to know how large things are on the page.
    figure = axes.figure.figure  # also where the axes are in a part of a figure
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()
    box = title.get_window_extent()
    excess = box.width / (figure.bbox.x1 - 8.0 - box.x0)
    if excess > 1.0:
        title.set_fontsize(title.get_fontsize() / excess)
    annotate(axes, result, shaded, handles, [Line(limit.points, limit.closed) for limit in limits])


def _frame(axes: Axes, result: Reach, look: Look) -> Text:
    plane = result.plane
    if plane.x.logarithmic:
        axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(plane.x.values[0], plane.x.values[-1])
    axes.set_ylim(plane.epsilon.values[0], plane.epsilon.values[-1])
    if plane.x.logarithmic:
        axes.xaxis.set_minor_formatter(NullFormatter())
        ratio = float(plane.x.values[-1] / plane.x.values[0])
        if ratio < 100.0:
            # Few decades: plain numbers at 1, 2, 5 (or wherever), and no more of them.
            few = ratio < 6.0
            axes.xaxis.set_major_locator(
                MaxNLocator(6, steps=[1, 2, 5, 10]) if few else LogLocator(subs=(1.0, 2.0, 5.0))
            )
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            if few:
                axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(plane.x.label if look.x_label is None else look.x_label)
    axes.set_ylabel(plane.epsilon.label if look.y_label is None else look.y_label)
    title = _title(result) if look.title is None else look.title
    size = rcParams["legend.fontsize"]
    return axes.set_title(title, fontsize=size, loc="left", linespacing=1.35)


def _title(result: Reach) -> str:
    scenario = result.scenario
    first = (
        f"{verbatim(scenario.name)} ({'+'.join(scenario.signal)}),"
        rf" $\sqrt{{s}}={scenario.sqrt_s:.4g}$ GeV, {collected(scenario.run.luminosity_fb)},"
        f" {assumed(result.background)}"
    )
    kind_and_mode = f"{scenario.model.kind}, {scenario.mode}"
    return f"{first}\n{kind_and_mode}: {', '.join(x_axis(scenario).fixed(scenario))}"


def _existing(axes: Axes, result: Reach) -> list[Search]:
    """Shade existing searches; those that reach into the plane."""
    x, epsilon = result.plane.x.values, result.plane.epsilon.values
    shaded = []
    for search in SEARCHES:
        margin = np.clip(np.nan_to_num(result.margins[search.key], nan=-0.2), -0.2, 0.2)
        if np.all(margin <= 0.0):
            continue
        axes.contourf(x, epsilon, margin, levels=[0.0, 1.0], colors=[search.fill], zorder=1)
        _draw(axes, result.existing[search.key], color="0.45", linewidth=0.6, zorder=1.5)
        shaded.append(search)
    return shaded


def _contours(axes: Axes, result: Reach) -> list[Artist]:
    """Draw our own lines; the entries of a legend for them."""
    x, epsilon = result.plane.x.values, result.plane.epsilon.values
    if np.any(result.total > result.n_limit):
        with np.errstate(divide="ignore"):
            depth = np.clip(np.log(result.total / result.n_limit), -0.2, 0.2)
        axes.contourf(x, epsilon, depth, levels=[0.0, 1.0], colors=[OURS], alpha=0.16, zorder=2)
    handles: list[Artist] = []
    for lines, style, text in (
        (result.contour, {"color": OURS, "linewidth": 1.8}, _exclusion_words(result)),
        (
            result.discovery,
            {"color": OURS, "linewidth": 0.9, "linestyle": (0, (5, 2))},
            rf"5$\sigma$ discovery, $N={result.n_discovery:.3g}$",
        ),
        (
            result.unity,
            {"color": OURS, "linewidth": 0.7, "linestyle": (0, (1, 1.5))},
            "the same with every decay detected",
        ),
        (
            result.approximate,
            {"color": APPROXIMATE, "linewidth": 0.8},
            "mean flight length, face acceptance"
            + (", one photon" if result.scenario.has_all_photons else ""),
        ),
    ):
        # Without background the two counts nearly agree, and one line says it all.
        if lines and (lines is not result.discovery or result.n_discovery > 1.5 * result.n_limit):
            _draw(axes, lines, zorder=3, **style)
            handles.append(Line2D([], [], label=text, **style))  # type: ignore[arg-type]
    error = {"color": OURS, "linewidth": 0.6, "alpha": 0.7}
    for lines in result.band.values():
        _draw(axes, lines, zorder=2.9, **error)
    if any(result.band.values()):
        words = "yield one standard error lower, higher"
        handles.append(Line2D([], [], label=words, **error))  # type: ignore[arg-type]
    return handles


def _exclusion_words(result: Reach) -> str:
    run = result.scenario.run
    words = f"{100.0 * run.confidence_level:g}% CL, $N={result.n_limit:.3g}$"
    background = result.background
    if background.assumed_none:
        return f"{words}, no background (assumed)"
    if not (background.value or background.error):
        return words
    return f"{words}, background " + background.words(r"$\pm$")


def _draw(axes: Axes, lines: list[Line], **style: object) -> None:
    for line in lines:
        points: FloatArray = line.points
        axes.plot(points[:, 0], points[:, 1], **style)  # type: ignore[arg-type]
