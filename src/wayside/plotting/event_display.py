"""Particles on their way through the stack, from Geant4: Figs. 11 and 12 of the study."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from wayside.detector.stack import Stack
from wayside.plotting.style import canvas
from wayside.typing import FloatArray, StructuredArray

KINDS: Final = {
    "photon": ("#f3b6c0", 0.35, (22,)),
    "neutron": ("#e0b000", 0.9, (2112,)),
    "neutrino": ("#2e8b57", 0.8, (12, -12, 14, -14, 16, -16)),
    "$e^-$": ("#c8102e", 1.1, (11,)),
    "$e^+$": ("#1f3f94", 1.1, (-11,)),
    r"$\mu^\pm$": ("#0b6e6e", 1.5, (13, -13)),
    r"$\pi^\pm$": ("#7b2d8e", 1.5, (211, -211)),
    "proton, nucleus": ("#7a4a1e", 1.2, (2212,)),
    "other": ("0.5", 0.8, ()),
}
"""Colour, width and PDG numbers; drawn in this order."""

LEAST_ENERGY: Final = 0.05
"""Electrons that start with less, in MeV, are not drawn: dots on the lines of others."""


SMALLEST: Final = 0.5
"""Kinds whose paths are all shorter, in mm, are left out."""


def kind_of(pdg: int) -> str:
    """Which of `KINDS` a particle is drawn as."""
    for name, (_, _, numbers) in KINDS.items():
        if pdg in numbers:
            return name
    return "proton, nucleus" if pdg > 1_000_000_000 else "other"


def event_display(
    stack: Stack, tracks: StructuredArray, points: StructuredArray, title: str = ""
) -> Figure:
    """View onto the z-x plane: everything that was followed, the detector in grey.

    Parameters
    ----------
    stack
        Layers of the detector.
    tracks, points
        Particles and points of their paths, from `wayside.transport.run.trace`.
    title
        Title of the figure.
    """
    with canvas(7.2, 3.4) as figure:
        draw_event(figure.subplots(), stack, tracks, points, title)
        return figure


def draw_event(
    axes: Axes, stack: Stack, tracks: StructuredArray, points: StructuredArray, title: str = ""
) -> None:
    """Draw `event_display` into axes."""
    segments: dict[str, list[FloatArray]] = {name: [] for name in KINDS}
    key = points["primary"] * np.int64(2**32) + points["track"]
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1) != 0)
    pdg = {int(t["primary"]) * 2**32 + int(t["track"]): int(t["pdg"]) for t in tracks}
    charged = []
    for rows in np.split(order, starts[1:]):
        path = points[rows]
        name = kind_of(pdg[int(key[rows[0]])])
        if path["kinetic_energy"][0] < LEAST_ENERGY and name in ("$e^-$", "photon"):
            continue
        line = np.column_stack([path["z"], path["x"]])
        segments[name].append(line)
        if name not in ("photon", "neutron", "neutrino"):
            charged.append(line)
    low, high = _window(stack, np.concatenate(charged or [np.zeros((1, 2))]))
    _boundaries(axes, stack, low, high)
    handles = []
    for z, (name, (colour, width, _)) in enumerate(KINDS.items(), start=2):
        if any(np.ptp(path, axis=0).max() > SMALLEST for path in segments[name]):
            lines = LineCollection(segments[name], colors=colour, linewidths=width, zorder=z)
            axes.add_collection(lines)
            handles.append(Line2D([], [], color=colour, linewidth=max(width, 1.0), label=name))
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.set_xlabel("$z$ [mm]")
    axes.set_ylabel("$x$ [mm]")
    if title:
        axes.set_title(title, loc="left", fontsize=10)
    axes.legend(
        handles=handles,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        borderpad=0.1,
        fontsize=7.5,
        ncols=len(handles),
        columnspacing=1.0,
        handlelength=1.2,
    )


def _window(stack: Stack, path: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The detector's full height; its depth, or where something charged is."""
    edge = 0.58 * stack.size[0]
    margin = 0.03 * stack.depth
    low = max(path[:, 0].min() - 3.0 * margin, -margin)
    high = min(path[:, 0].max() + 3.0 * margin, stack.depth + margin)
    return np.array([low, -edge]), np.array([high, edge])


def _boundaries(axes: Axes, stack: Stack, low: FloatArray, high: FloatArray) -> None:
    half = 0.5 * stack.size[0]
    for side in (-half, half):
        axes.plot([0.0, stack.depth], [side, side], color="0.35", linewidth=1.4, zorder=1.5)
    for block in range(stack.blocks + 1):
        z = block * stack.period
        if low[0] <= z <= high[0]:
            axes.plot([z, z], [-half, half], color="0.75", linewidth=0.6, zorder=1)
            if stack.mpgd > 0.0 and block < stack.blocks:
                gap = z + stack.block_depth
                axes.axvspan(gap, gap + stack.mpgd, 0.07, 0.93, color="#dff3f5", zorder=0)


def deposit_figure(film: StructuredArray, about: str = "") -> Figure:
    """Path of one particle, and its energy deposit in each film (Fig. 12 of the study).

    Parameters
    ----------
    film
        Crossings of films by one particle, shape (n,).
    about
        What was simulated, for the title.
    """
    with canvas(5.6, 4.6) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 3))
        ordered = film[np.argsort(film["time"], kind="stable")]
        upper.plot(ordered["z_in"], ordered["x_in"], color="#7b2d8e", linewidth=1.2)
        upper.set_ylabel("$x$ [mm]")
        lower.plot(
            0.5 * (ordered["z_in"] + ordered["z_out"]),
            1e3 * ordered["deposit"],
            color="#1f3f94",
            marker=".",
            markersize=3,
            linewidth=0.6,
        )
        lower.set_yscale("log")
        deposits = ordered["deposit"][ordered["deposit"] > 0.0]
        if len(deposits) and deposits.max() < 10.0 * deposits.min():
            # Less than a decade: plain numbers.
            lower.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            lower.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        lower.set_ylabel("energy deposited in each film [keV]")
        lower.set_xlabel("depth $z$ [mm]")
        code = f"one particle (PDG code {int(film['pdg'][0])})" if len(film) else "no particle"
        name = f"{about}\n" if about else ""
        upper.set_title(f"{name}{code}", loc="left", fontsize=9.5)
        return figure
