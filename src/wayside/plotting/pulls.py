"""Figure of how well predictions of the background close in pseudo-experiments."""

import numpy as np
from matplotlib.figure import Figure

from wayside.plotting.style import OURS, canvas
from wayside.search.prediction import Predictions

_EDGES = np.linspace(-5.0, 5.0, 41)

_NOTABLE = 0.005
"""Fraction beyond the frame from which it is said."""


def pulls_figure(predictions: Predictions, title: str) -> Figure:
    """Draw the pulls of every method, with the normal distribution that they should follow.

    Parameters
    ----------
    found
        From `wayside.search.prediction.predictions`; with one method at least.
    title
        Title of the figure.
    """
    rows = -(-len(predictions.methods) // 2)
    grid = np.linspace(-5.0, 5.0, 201)
    normal = np.exp(-0.5 * grid**2) / np.sqrt(2.0 * np.pi)
    with canvas(6.6, 0.7 + 1.9 * rows) as figure:
        panels = figure.subplots(rows, 2, squeeze=False, sharex=True).ravel()
        for axes in panels[len(predictions.methods) :]:
            axes.set_axis_off()
        for axes, (name, method) in zip(panels, predictions.methods.items(), strict=False):
            counts, _ = np.histogram(method.pulls, _EDGES)
            density = counts / (len(method.pulls) * np.diff(_EDGES))
            axes.stairs(density, _EDGES, color=OURS, fill=True, alpha=0.5)
            axes.plot(grid, normal, color="0.3", linewidth=1.0, linestyle="--")
            words = f"mean {method.pulls.mean():.2f}, width {method.pulls.std(ddof=1):.2f}"
            beyond = 1.0 - counts.sum() / len(method.pulls)
            if beyond > _NOTABLE:
                text = f"{100.0 * beyond:.0f}% beyond the frame"
                axes.text(0.97, 0.9, text, transform=axes.transAxes, ha="right", va="top", size=8.0)
            marked = " (in the likelihood)" if name == predictions.chosen else ""
            axes.set_title(f"{name}{marked}\n{words}", fontsize=8.5, loc="left")
            axes.set_yticks([])
            axes.set_xlabel("(prediction - true) / error", fontsize=9.0)
        figure.suptitle(title, fontsize=9.5, x=0.01, ha="left")
        return figure
