"""Where over a plane the ground state makes up all of dark matter."""

from typing import Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from wayside.plotting.style import RELIC, canvas
from wayside.plotting.titles import verbatim
from wayside.sensitivity.planes import Plane
from wayside.sensitivity.relic import RelicLine

_OBSERVED: Final = r"$\Omega h^2=0.12$"


def relic_line_figure(plane: Plane, line: RelicLine) -> Figure:
    """Draw every line of the observed density, hatched where there is too much dark matter.

    Parameters
    ----------
    plane
        Plane of the line.
    line
        From `wayside.sensitivity.relic.relic_line`.
    """
    with canvas(5.6, 4.6) as figure:
        draw_relic_line(figure.subplots(), plane, line)
    return figure


def draw_relic_line(axes: Axes, plane: Plane, line: RelicLine) -> None:
    """Draw what `relic_line_figure` shows into axes that are there.

    Parameters
    ----------
    axes
        The axes.
    plane, line
        As of `relic_line_figure`.
    """
    if plane.x.logarithmic:
        axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(plane.x.values[0], plane.x.values[-1])
    axes.set_ylim(plane.epsilon.values[0], plane.epsilon.values[-1])
    handles = draw_density(axes, line, hatch=True)
    if handles:
        axes.legend(handles=handles)
    axes.set_xlabel(plane.x.label)
    axes.set_ylabel(plane.epsilon.label)
    axes.set_title(f"{verbatim(plane.scenario.name)}: {_OBSERVED}", loc="left")


def draw_density(axes: Axes, line: RelicLine, *, hatch: bool) -> list[Artist]:
    """Draw the lines of the observed density into axes that have their scales.

    Parameters
    ----------
    axes
        The axes.
    line
        From `wayside.sensitivity.relic.relic_line`.
    hatch
        Whether regions with too much dark matter are hatched.

    Returns
    -------
    list of Artist
        Entries of a legend.
    """
    for low, high in line.bands() if hatch else ():
        axes.fill_between(
            line.x,
            low,
            high,
            where=np.isfinite(low).tolist(),
            facecolor="none",
            edgecolor=RELIC,
            alpha=0.5,
            hatch="//",
            linewidth=0.0,
            zorder=2.2,
        )
    for branch in line.branches:
        axes.plot(*branch.line.points.T, color=RELIC, linewidth=1.2, zorder=2.8)
    label = f"{_OBSERVED} (hatched: more)" if hatch else _OBSERVED
    return [Line2D([], [], color=RELIC, linewidth=1.2, label=label)] if line.branches else []
