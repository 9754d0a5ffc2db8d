"""Reconstructed tracks and vertices of one event, over all crossings of films."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from wayside.plotting.style import canvas
from wayside.reconstruction.track_fit import ELECTRON
from wayside.typing import BoolArray, StructuredArray

_KINDS = {"track": "#1f3f94", "track, electron": "#c8102e"}


def reconstructed_figure(
    tracks: StructuredArray, vertices: StructuredArray, film: StructuredArray, title: str = ""
) -> Figure:
    """Draw the two side views of an event.

    A track is drawn where the particle went that left most of its base-tracks, from its first to
    its last sheet; all other films that were crossed are dots.

    Parameters
    ----------
    tracks, vertices
        Records of the event, of types `wayside.reconstruction.records.TRACK` and
        `wayside.reconstruction.records.VERTEX`.
    film
        Crossings of films in the event, records of type `wayside.transport.records.CROSSING`.
    title
        Title of the figure.
    """
    with canvas(7.2, 5.0) as figure:
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


def _draw(
    axes: Axes, c: str, tracks: StructuredArray, vertices: StructuredArray, film: StructuredArray
) -> None:
    axes.plot(
        0.5 * (film["z_in"] + film["z_out"]),
        0.5 * (film[f"{c}_in"] + film[f"{c}_out"]),
        ".",
        color="0.75",
        markersize=2.0,
        rasterized=True,
        zorder=1,
    )
    for track in tracks:
        kind = "track, electron" if track["electron"] > ELECTRON else "track"
        segments = film[(film["track"] == track["particle"]) & _along(film, track)]
        segments = segments[np.argsort(segments["time"], kind="stable")]
        # Until it turns back, if it does.
        segments = segments[: 1 + int(np.argmin(np.append(np.diff(segments["z_in"]) > 0.0, False)))]
        axes.plot(
            segments["z_in"], segments[f"{c}_in"], color=_KINDS[kind], linewidth=1.1, zorder=2
        )
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


def _along(film: StructuredArray, track: Any) -> BoolArray:
    """Films between the two ends of a track, crossed in its direction."""
    inside = (film["z_in"] > track["z"] - 0.2) & (film["z_in"] < track["end_z"] + 0.2)
    return np.asarray(inside & (film["z_out"] > film["z_in"]))
