"""Which particles have a track, against how many sheets they cross and how steeply."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from wayside.efficiency.binomial import interval
from wayside.plotting.style import canvas
from wayside.typing import BoolArray, FloatArray, StructuredArray

_KINDS = {"e": (11, "#c8102e"), "$\\mu$": (13, "#1f3f94"), "$\\pi$": (211, "#2e7d32")}


def efficiency_figure(particles: StructuredArray) -> Figure:
    """Draw the fraction of particles that have a track, with 68% intervals.

    Parameters
    ----------
    particles
        Records of type `wayside.reconstruction.truth_matching.PARTICLE`.
    """
    with canvas(8.4, 3.6) as figure:
        left, right = figure.subplots(1, 2, sharey=True)
        kinds = dict(_KINDS)
        for name, (code, colour) in kinds.items():
            of_kind = particles[np.abs(particles["pdg"]) == code]
            if not len(of_kind):
                continue
            tracked = of_kind["track"] >= 0
            most = float(of_kind["base_tracks"].max()) + 1.0
            least = float(of_kind["base_tracks"].min())
            sheets = np.unique(np.round(np.geomspace(least, max(most, least + 1.0), 13)))
            _points(left, of_kind["base_tracks"].astype(float), tracked, sheets, name, colour)
            _points(right, of_kind["slope"], tracked, np.linspace(0.0, 1.1, 12), name, colour)
        left.set_xscale("log")
        left.set_xlabel("sheets with a base-track")
        right.set_xlabel(r"$\tan\theta$ in the first sheet")
        left.set_ylabel("tracking efficiency")
        left.set_ylim(0.0, 1.05)
        right.set_xlim(0.0, 1.1)
        if left.get_legend_handles_labels()[0]:
            left.legend(loc="lower right")
        return figure


def _points(
    axes: Any,
    value: FloatArray,
    tracked: BoolArray,
    edges: FloatArray,
    name: str,
    colour: str,
) -> None:
    tried = np.histogram(value, edges)[0]
    passed = np.histogram(value[tracked], edges)[0]
    low, high = interval(passed, tried)
    some = tried > 0
    centre = (0.5 * (edges[1:] + edges[:-1]))[some]
    efficiency = passed[some] / tried[some]
    spread = np.abs(np.stack([efficiency - low[some], high[some] - efficiency]))
    width = np.stack([centre - edges[:-1][some], edges[1:][some] - centre])
    axes.errorbar(
        centre,
        efficiency,
        yerr=spread,
        xerr=width,
        fmt=".",
        color=colour,
        label=name,
        linewidth=0.9,
    )
