"""Residuals of reconstructed vertices with respect to true ones."""

from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from wayside.plotting.style import OURS, canvas
from wayside.typing import FloatArray, StructuredArray

_CORE: Final = 6.0
"""Half-width of a histogram of residuals over half of that which holds their central half: four
standard deviations of a normal distribution."""


def vertex_figure(vertices: StructuredArray, origins: StructuredArray, about: str = "") -> Figure:
    """Draw residuals and pulls of the vertices whose tracks are of the same event.

    Secondary ones, which lie elsewhere, are left out.

    Parameters
    ----------
    vertices
        Records of type `wayside.reconstruction.records.VERTEX`.
    origins
        Rows with ``event``, ``x``, ``y``, ``z``, one an event, in increasing order of events.
    about
        What was reconstructed, for the title.
    """
    matched = vertices[vertices["event"] >= 0]
    matched = matched[np.isin(matched["event"], origins["event"])]
    away = int(np.count_nonzero(matched["secondary"]))
    matched = matched[~matched["secondary"]]
    true = origins[np.searchsorted(origins["event"], matched["event"])]
    with canvas(8.4, 5.0) as figure:
        upper, lower = figure.subplots(2, 3)
        for column, name in enumerate("xyz"):
            off = matched[name] - true[name]
            _histogram(upper[column], 1e3 * off, None, f"${name}$ reconstructed $-$ true [um]")
            sigma = np.where(matched[f"sigma_{name}"] > 0, matched[f"sigma_{name}"], np.nan)
            pull = (off / sigma)[np.isfinite(off / sigma)]
            _histogram(lower[column], pull, 5.0, f"pull of ${name}$")
        title = f"{len(matched)} vertices of true pairs" + (
            f", without {away} secondary" if away else ""
        )
        upper[0].set_title(title, loc="left", fontsize=9.5)
        if about:
            figure.suptitle(about, fontsize=9.5)
        upper[0].set_ylabel("vertices")
        lower[0].set_ylabel("vertices")
        return figure


def _histogram(axes: Any, values: FloatArray, limit: float | None, name: str) -> None:
    pull = limit is not None
    if limit is None:
        limit = _CORE * _half_of_half(values)
    bins = np.linspace(-limit, limit, 51)
    axes.hist(values, bins, histtype="step", color=OURS)
    axes.set_xlim(-limit, limit)
    axes.set_xlabel(name.replace("um", "\N{MICRO SIGN}m"))
    if not len(values):
        return
    low, middle, high = np.quantile(values, [0.1587, 0.5, 0.8413])
    unit = "" if pull else " \N{MICRO SIGN}m"
    outside = np.count_nonzero(np.abs(values) > limit) / len(values)
    lines = [f"median {middle:.2g}{unit}", f"68% half width {0.5 * (high - low):.3g}{unit}"]
    lines += [f"{100.0 * outside:.2g}% outside"] if outside else []
    axes.text(0.03, 0.95, "\n".join(lines), transform=axes.transAxes, va="top", fontsize=8)
    axes.set_ylim(top=1.35 * axes.get_ylim()[1])  # room for the words
    if pull:
        centres = 0.5 * (bins[1:] + bins[:-1])
        normal = np.exp(-0.5 * centres**2) / np.sqrt(2.0 * np.pi)
        curve = len(values) * (bins[1] - bins[0]) * normal
        axes.plot(centres, curve, color="0.5", linewidth=0.9, label="normal distribution")
        axes.legend(loc="upper right", fontsize=8)


def _half_of_half(values: FloatArray) -> float:
    """Half the width that holds the central half of the values; tails do not matter to it."""
    if not len(values):
        return 1.0
    low, high = np.quantile(values, [0.25, 0.75])
    return float(0.5 * (high - low)) or float(np.max(np.abs(values))) or 1.0
