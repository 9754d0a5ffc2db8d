"""What was reconstructed of one event, over what the films truly saw."""

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from wayside.plotting.style import STYLE
from wayside.reconstruction.tracks import ELECTRON

Structured = npt.NDArray[np.void]

_KINDS = {"track": "#1f3f94", "track, electron": "#c8102e"}


def reconstructed_figure(
    tracks: Structured, vertices: Structured, film: Structured, title: str = ""
) -> Figure:
    """Draw the two side views of an event.

    Parameters
    ----------
    tracks, vertices
        `wayside.reconstruction.records.TRACK` and `wayside.reconstruction.records.VERTEX` of the
        event.
    film
        `wayside.simulation.records.CROSSING` of the event in films.
    title
        Above the figure.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(7.2, 5.0), layout="constrained")
        FigureCanvasAgg(figure)
        upper, lower = figure.subplots(2, 1, sharex=True)
        for axes, c in ((upper, "x"), (lower, "y")):
            _draw(axes, c, tracks, vertices, film)
            axes.set_ylabel(f"${c}$ [mm]")
        lower.set_xlabel("$z$ [mm]")
        upper.set_title(title, loc="left", fontsize=9.5)
        handles: list[Any] = [
            Line2D(
                [], [], color="0.6", marker=".", markersize=3, linestyle="", label="film crossed"
            )
        ]
        handles += [Line2D([], [], color=v, linewidth=1.1, label=k) for k, v in _KINDS.items()]
        handles += [
            Line2D([], [], color="black", marker=m, linestyle="", markerfacecolor=f, label=name)
            for name, m, f in (("vertex", "o", "none"), ("secondary vertex", "s", "none"))
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=8)
        return figure


def _draw(axes: Axes, c: str, tracks: Structured, vertices: Structured, film: Structured) -> None:
    axes.plot(
        0.5 * (film["z_in"] + film["z_out"]),
        0.5 * (film[f"{c}_in"] + film[f"{c}_out"]),
        ".",
        color="0.75",
        markersize=2.0,
        rasterized=True,
        zorder=1,
    )
    lines: dict[str, list[npt.NDArray[np.float64]]] = {name: [] for name in _KINDS}
    for track in tracks:
        kind = "track, electron" if track["electron"] > ELECTRON else "track"
        lines[kind].append(_curve(track, c))
    for kind, colour in _KINDS.items():
        axes.add_collection(LineCollection(lines[kind], colors=colour, linewidths=1.1, zorder=2))
    for vertex in vertices:
        axes.plot(
            vertex["z"],
            vertex[c],
            "s" if vertex["secondary"] else "o",
            color="black",
            markerfacecolor="none",
            markersize=7,
            zorder=3,
        )
    if len(tracks):
        z = np.concatenate([tracks["z"], tracks["end_z"]])
        across = np.concatenate([tracks[c], tracks[f"end_{c}"]])
        for values, limits in ((z, axes.set_xlim), (across, axes.set_ylim)):
            margin = 0.08 * float(np.ptp(values)) + 1.0
            limits(float(values.min()) - margin, float(values.max()) + margin)


def _curve(track: Any, c: str) -> npt.NDArray[np.float64]:
    """The cubic with the fitted places and slopes of both ends."""
    length = track["end_z"] - track["z"]
    u = np.linspace(0.0, 1.0, 25)
    value = (
        (1 + 2 * u) * (1 - u) ** 2 * track[c]
        + u * (1 - u) ** 2 * length * track[f"t{c}"]
        + u * u * (3 - 2 * u) * track[f"end_{c}"]
        - u * u * (1 - u) * length * track[f"end_t{c}"]
    )
    return np.column_stack([track["z"] + u * length, value])
