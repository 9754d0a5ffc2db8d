"""The table of efficiencies, and the efficiency of signals."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from wayside.efficiency.axes import AXES
from wayside.efficiency.binomial import interval
from wayside.efficiency.table import EfficiencyMap
from wayside.plotting.style import canvas

COLOURS: Final = {"ee": "#c8102e", "mumu": "#1f3f94", "pipi": "#2e7d32"}
NAMES: Final = {"ee": r"$e^+e^-$", "mumu": r"$\mu^+\mu^-$", "pipi": r"$\pi^+\pi^-$"}
LABELS: Final = {
    "energy": "energy of the pair [GeV]",
    "opening": "opening angle [rad]",
    "softer": "kinetic energy of the softer prong [GeV]",
    "slope": r"$\tan\theta$ of the steeper prong",
}
_SCANNED: Final = 1.0


def map_figure(table: EfficiencyMap) -> Figure:
    """Efficiency of the simulated sample along each axis, with 68% intervals.

    Parameters
    ----------
    table
        Table of efficiencies; it is summed over all axes but one, and over slopes up to those that
        are scanned, but for the slope's own axis.
    """
    with canvas(9.0, 6.6) as figure:
        for axes, name in zip(figure.subplots(2, 2, sharey=True).flat, LABELS, strict=True):
            for channel in table.channels:
                _points(axes, table, channel, name)
            if AXES[name].logarithmic:
                axes.set_xscale("log")
            axes.set_xlabel(LABELS[name])
            axes.set_ylim(0.0, 1.05)
        left = figure.axes[::2]
        for axes in left:
            axes.set_ylabel("efficiency")
        handles = [
            *(Line2D([], [], color=COLOURS[c], marker="o", label=NAMES[c]) for c in table.channels),
            Line2D([], [], color="0.3", marker="o", label="vertex"),
            Line2D([], [], color="0.3", marker="o", mfc="white", ls=":", label="timed"),
        ]
        figure.axes[3].legend(handles=handles, loc="upper right")
        return figure


def _points(axes: Axes, table: EfficiencyMap, channel: str, name: str) -> None:
    number = table.channels.index(channel)
    order = list(AXES)
    steep = np.searchsorted(table.edges["slope"], _SCANNED, side="right") - 1
    others = tuple(k for k, other in enumerate(order) if other != name)
    edges = table.edges[name]
    middle = (
        np.sqrt(edges[1:] * edges[:-1])
        if AXES[name].logarithmic
        else 0.5 * (edges[1:] + edges[:-1])
    )
    for selection, face, line in (("vertex", COLOURS[channel], "-"), ("timed", "white", ":")):
        counts = []
        for array in (table.passing(selection), table.tried):
            of_channel = array[number]
            if name != "slope":
                of_channel = of_channel[..., :steep, :]
            counts.append(of_channel.sum(axis=others))
        passed, tried = counts
        some = tried > 0
        low, high = interval(passed[some], tried[some])
        efficiency = passed[some] / tried[some]
        axes.errorbar(
            middle[some],
            efficiency,
            yerr=np.abs(np.stack([efficiency - low, high - efficiency])),
            color=COLOURS[channel],
            marker="o",
            markersize=4.0,
            linewidth=0.9,
            markerfacecolor=face,
            linestyle=line,
        )


def signal_figure(
    series: Sequence[Mapping[str, Any]],
    label: str = r"mass splitting $m_1-m_2$ [GeV]",
    least: float = 1e-4,
    legend: Literal["lower left", "lower right"] = "lower right",
    title: str = "",
) -> Figure:
    """Efficiency of signals against a mass, with the table's errors.

    Parameters
    ----------
    series
        Mappings with ``title``, ``mass`` (GeV), and by selection, under ``"vertex"`` and
        ``"timed"``, values and errors, shape (2, n).
    label
        Of the horizontal axis.
    least
        Least efficiency that is drawn.
    legend
        Where the legend stands.
    title
        One line above.
    """
    with canvas(7.4, 4.4) as figure:
        axes = figure.subplots()
        for entry, colour in zip(
            series, ("#1f3f94", "#c8102e", "#2e7d32", "#6b3e12"), strict=False
        ):
            for selection, style in (("vertex", "-"), ("timed", ":")):
                value, error = entry[selection]
                axes.plot(entry["mass"], value, color=colour, linestyle=style, linewidth=1.4)
                axes.fill_between(
                    entry["mass"], value - error, value + error, color=colour, alpha=0.2, lw=0
                )
            axes.plot([], [], color=colour, label=entry["title"])
        axes.plot([], [], color="0.3", linestyle="-", label="vertex")
        axes.plot([], [], color="0.3", linestyle=":", label="timed")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_ylim(least, 1.0)
        axes.set_xlabel(label)
        axes.set_ylabel("efficiency of decays in the detector")
        axes.legend(loc=legend)
        axes.set_title(title, loc="left", fontsize="medium")
        return figure
