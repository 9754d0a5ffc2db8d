"""The reach figure: what a detector excludes, and what is excluded already."""

import io
from typing import Any, Final, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from scipy.ndimage import distance_transform_edt

from wayside.reach.contours import Line
from wayside.reach.existing import TITLES
from wayside.reach.mass_point import Array
from wayside.reach.result import Reach

STYLE: Final[dict[Any, Any]] = {
    "font.family": "serif",
    "font.serif": ["STIXGeneral", "DejaVu Serif"],
    "mathtext.fontset": "stix",
    "font.size": 11.0,
    "axes.linewidth": 0.8,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "pdf.fonttype": 42,
}

_FILLS: Final = {
    "displaced": "#f7e9a8",
    "babar-invisible": "#bfe0e2",
    "babar-visible": "#c9c9c9",
    "lep": "#9d9d9d",
}
"""Colours of existing searches, drawn in this order."""

Corner = Literal["lower left", "lower right", "upper left", "upper right"]

_OURS: Final = "#1f3f94"
_APPROXIMATE: Final = "#c8102e"
_RELIC: Final = "#6b3e12"


def reach_figure(result: Reach) -> Figure:
    """Draw a result: shaded existing limits, our contour, the study's approximation.

    Parameters
    ----------
    result
        From `wayside.reach.result.reach`.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(5.6, 4.7), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        _frame(axes, result)
        _existing(axes, result)
        _relic(axes, result)
        _contours(axes, result)
        return figure


def figure_files(figure: Figure, name: str) -> dict[str, bytes]:
    """The figure as PNG (300 dpi) and PDF, by file name."""
    files = {}
    with rc_context(STYLE):
        for kind, options in (
            ("png", {"dpi": 300}),
            ("pdf", {"metadata": {"CreationDate": None}}),
        ):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, **options)
            files[f"{name}.{kind}"] = buffer.getvalue()
    return files


def _frame(axes: Axes, result: Reach) -> None:
    plane = result.plane
    if plane.x.logarithmic:
        axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(plane.x.values[0], plane.x.values[-1])
    axes.set_ylim(plane.epsilon.values[0], plane.epsilon.values[-1])
    if plane.x.logarithmic and plane.x.values[-1] < 30.0 * plane.x.values[0]:
        # Few decades: plain numbers at 1, 2, 5, and no more of them.
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(plane.x.label)
    axes.set_ylabel(plane.epsilon.label)
    axes.set_title(_title(result), fontsize=9.5, loc="left", linespacing=1.35)


def _title(result: Reach) -> str:
    scenario = result.scenario
    luminosity = scenario.run.luminosity_fb
    collected = (
        rf"{luminosity / 1e3:g} ab$^{{-1}}$"
        if luminosity >= 1e3
        else rf"{luminosity:g} fb$^{{-1}}$"
    )
    first = (
        f"{scenario.name} ({'+'.join(scenario.signal)}),"
        rf" $\sqrt{{s}}={scenario.sqrt_s:.4g}$ GeV, {collected}, {scenario.mode}"
    )
    m1, m2 = scenario.masses
    parts = [rf"$m_{{A^\prime}}={scenario.model.m_aprime:g}$"]
    kind, hold = scenario.plane.kind, scenario.plane.hold
    if kind == "epsilon-g_d":
        parts += [f"$m_1={m1:g}$", f"$m_2={m2:g}$"]
    elif hold == "sum":
        parts.append(f"$m_1+m_2={m1 + m2:g}$")
    elif hold == "ratios":
        parts = [
            rf"$m_{{A^\prime}}/m_2={scenario.model.m_aprime / m2:.4g}$",
            f"$m_1/m_2={m1 / m2:.5g}$",
        ]
    else:
        parts.append(f"${hold[0]}_{hold[1]}={m1 if hold == 'm1' else m2:g}$")
    unit = "" if hold == "ratios" and kind != "epsilon-g_d" else " GeV"
    coupling = "" if kind == "epsilon-g_d" else f", $g_D={scenario.model.g_d:g}$"
    return f"{first}\n{scenario.model.kind}: {', '.join(parts)}{unit}{coupling}"


def _existing(axes: Axes, result: Reach) -> None:
    x, epsilon = result.plane.x.values, result.plane.epsilon.values
    taken = _excluded(result)
    for key, colour in _FILLS.items():
        margin = np.clip(np.nan_to_num(result.margins[key], nan=-0.2), -0.2, 0.2)
        if np.all(margin <= 0.0):
            continue
        axes.contourf(x, epsilon, margin, levels=[0.0, 1.0], colors=[colour], zorder=1)
        _draw(axes, result.existing[key], color="0.45", linewidth=0.6, zorder=1.5)
    for key in reversed(_FILLS):
        here = np.nan_to_num(result.margins[key], nan=-1.0) > 0.0
        _label(axes, result, here & ~taken, TITLES[key])
        taken |= here


def _excluded(result: Reach) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray(result.total > result.n_limit)


def _label(
    axes: Axes,
    result: Reach,
    region: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    text: str,
    colour: str = "0.15",
) -> None:
    """Write in the roomiest part of a region, if there is room at all."""
    rows, columns = region.shape
    # Text is wide and low: distances along x count less, and the border of the plane is a wall.
    padded = np.pad(region, 1)
    width = 0.019 * len(text)
    squeeze = 0.04 / width
    distance = distance_transform_edt(padded, sampling=(1.0 / rows, squeeze / columns))[1:-1, 1:-1]
    row, column = map(int, np.unravel_index(int(np.argmax(distance)), region.shape))
    if distance[row, column] < 0.018:
        return
    # The region may be too narrow for its words, the plane is not: stay inside its frame.
    column = int(np.clip(column, 0.55 * width * columns, (1.0 - 0.55 * width) * columns - 1))
    axes.text(
        float(result.plane.x.values[column]),
        float(result.plane.epsilon.values[row]),
        text,
        ha="center",
        va="center",
        fontsize=9,
        color=colour,
        zorder=4,
    )


def _relic(axes: Axes, result: Reach) -> None:
    """The line of the observed density, hatched on the side with too much dark matter."""
    edge = result.relic.overabundant_below
    floor = result.plane.epsilon.values[0]
    too_much = np.isfinite(edge) & (edge > floor)
    if not too_much.any():
        return
    axes.fill_between(
        result.relic.x,
        floor,
        np.where(too_much, edge, floor),
        where=too_much.tolist(),
        facecolor="none",
        edgecolor=_RELIC,
        alpha=0.35,
        hatch="////",
        linewidth=0.0,
        zorder=2.2,
    )
    _draw(axes, result.relic.lines, color=_RELIC, linewidth=1.2, zorder=2.8)


def _contours(axes: Axes, result: Reach) -> None:
    x, epsilon = result.plane.x.values, result.plane.epsilon.values
    inside = np.where(_excluded(result), 1.0, -1.0)
    if np.any(inside > 0.0):
        with np.errstate(divide="ignore"):
            depth = np.clip(np.log(result.total / result.n_limit), -0.2, 0.2)
        axes.contourf(x, epsilon, depth, levels=[0.0, 1.0], colors=[_OURS], alpha=0.16, zorder=2)
    handles = []
    for lines, style, text in (
        (result.contour, {"color": _OURS, "linewidth": 1.8}, _exclusion_words(result)),
        (
            result.discovery,
            {"color": _OURS, "linewidth": 0.9, "linestyle": (0, (5, 2))},
            rf"5$\sigma$ discovery, $N={result.n_discovery:.3g}$",
        ),
        (
            result.approximate,
            {"color": _APPROXIMATE, "linewidth": 0.8},
            "approximation of the study",
        ),
    ):
        # Without background the two counts nearly agree, and one line says it all.
        if lines and (lines is not result.discovery or result.n_discovery > 1.5 * result.n_limit):
            _draw(axes, lines, zorder=3, **style)
            handles.append(Line2D([], [], label=text, **style))  # type: ignore[arg-type]
    if result.relic.lines:
        handles.append(
            Line2D([], [], color=_RELIC, linewidth=1.2, label=r"$\Omega h^2=0.12$ (hatched: more)")
        )
    if not result.contour:
        peak = float(np.max(result.total))
        axes.text(
            0.5,
            0.5,
            f"no sensitivity: at most {peak:.2g} events",
            transform=axes.transAxes,
            ha="center",
            color=_OURS,
            path_effects=[withStroke(linewidth=3, foreground="white")],
            zorder=5,
        )
    if handles:
        legend = axes.legend(handles=handles, loc=_free_corner(result))
        legend.set_zorder(5)


def _exclusion_words(result: Reach) -> str:
    run = result.scenario.run
    words = f"{100.0 * run.confidence_level:g}% CL, $N={result.n_limit:.3g}$"
    return words + (f", background {run.background:g}" if run.background else "")


def _free_corner(result: Reach) -> Corner:
    """Corner of the plane with the least in it."""
    busy = _excluded(result).astype(float) * 3.0
    for margin in result.margins.values():
        busy += np.nan_to_num(margin, nan=-1.0) > 0.0
    rows, columns = busy.shape
    low, high = slice(0, rows // 4), slice(3 * rows // 4, None)
    left, right = slice(0, columns // 2), slice(columns // 2, None)
    corners: dict[Corner, Array] = {
        "lower left": busy[low, left],
        "lower right": busy[low, right],
        "upper left": busy[high, left],
        "upper right": busy[high, right],
    }
    return min(corners, key=lambda name: float(np.mean(corners[name])))


def _draw(axes: Axes, lines: list[Line], **style: object) -> None:
    for line in lines:
        points: Array = line.points
        axes.plot(points[:, 0], points[:, 1], **style)  # type: ignore[arg-type]
