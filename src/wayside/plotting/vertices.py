"""Residuals of reconstructed vertices with respect to true ones."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from wayside.plotting.style import OURS, canvas
from wayside.typing import FloatArray, StructuredArray


def vertex_figure(vertices: StructuredArray, origins: StructuredArray) -> Figure:
    """Draw residuals and pulls of the vertices whose tracks are of the same event.

    Secondary ones, which lie elsewhere, are left out.

    Parameters
    ----------
    vertices
        Records of type `wayside.reconstruction.records.VERTEX`.
    origins
        Rows with ``event``, ``x``, ``y``, ``z``, one an event, in increasing order of events.
    """
    own = vertices[vertices["event"] >= 0]
    own = own[np.isin(own["event"], origins["event"])]
    away = int(np.count_nonzero(own["secondary"]))
    own = own[~own["secondary"]]
    true = origins[np.searchsorted(origins["event"], own["event"])]
    with canvas(8.4, 5.0) as figure:
        upper, lower = figure.subplots(2, 3)
        for column, name in enumerate("xyz"):
            off = own[name] - true[name]
            _histogram(upper[column], 1e3 * off, None, f"${name}$ reconstructed $-$ true [um]")
            sigma = np.where(own[f"sigma_{name}"] > 0, own[f"sigma_{name}"], np.nan)
            pull = (off / sigma)[np.isfinite(off / sigma)]
            _histogram(lower[column], pull, 5.0, f"pull of ${name}$")
        title = f"{len(own)} vertices of true pairs" + (
            f", without {away} secondary" if away else ""
        )
        upper[0].set_title(title, loc="left", fontsize=9.5)
        upper[0].set_ylabel("vertices")
        lower[0].set_ylabel("vertices")
        return figure


def _histogram(axes: Any, values: FloatArray, limit: float | None, name: str) -> None:
    pull = limit is not None
    if limit is None:
        limit = 4.0 * float(np.quantile(np.abs(values), 0.683)) if len(values) else 1.0
    bins = np.linspace(-limit, limit, 41)
    # What lies outside is shown in the outermost bins rather than hidden.
    axes.hist(np.clip(values, -limit, limit), bins, histtype="step", color=OURS)
    axes.set_xlim(-limit, limit)
    axes.set_xlabel(name.replace("um", "\N{MICRO SIGN}m"))
    if len(values):
        low, middle, high = np.quantile(values, [0.1587, 0.5, 0.8413])
        unit = "" if pull else " \N{MICRO SIGN}m"
        text = f"median {middle:.2g}{unit}\n68% half {0.5 * (high - low):.3g}{unit}"
        axes.text(0.03, 0.95, text, transform=axes.transAxes, va="top", fontsize=8)
    if pull and len(values):
        centres = 0.5 * (bins[1:] + bins[:-1])
        normal = np.exp(-0.5 * centres**2) / np.sqrt(2.0 * np.pi)
        axes.plot(centres, len(values) * (bins[1] - bins[0]) * normal, color="0.5", linewidth=0.9)
