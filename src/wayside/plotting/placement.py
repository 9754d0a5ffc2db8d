"""A map of what a detector sees over the positions of a hall."""

from typing import Final, NamedTuple, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure, FigureBase
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from wayside.placement.grid import spherical
from wayside.placement.objectives import varied
from wayside.placement.place import Placement
from wayside.plotting.style import canvas
from wayside.plotting.titles import collected, verbatim
from wayside.typing import BoolArray, FloatArray

DECADES: Final = 4.0
"""Range of the colours below the best value."""

MANY: Final = 30.0
"""Ratio of largest to smallest value from which on colours are logarithmic."""

NOTHING: Final = "#dcdcdc"
"""Colour of positions without a value."""

TICKS: Final = (0.0, 5.0, 20.0, 45.0, 90.0, 135.0, 160.0, 175.0, 180.0)
"""Polar angles in degrees that are written, on an axis that is dense toward the beams."""


def placement_figure(placement: Placement) -> Figure:
    """Map over polar angle and azimuth, and over polar angle and distance.

    Parameters
    ----------
    placement
        From `wayside.placement.place.place`.

    Returns
    -------
    Figure
        Left: at every direction the best of all distances; right: at every polar angle and distance
        the best of all azimuths. Hatched where the detector may stand at none of them.
    """
    colours = _Colours.of(placement)
    with canvas(9.0, 4.6) as figure:
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        _directions(left, placement, colours)
        _distances(right, placement, colours)
        right.set_ylabel("")
        colours.bar(figure, [left, right], placement)
        figure.legend(handles=_handles(placement), loc="outside lower center", ncols=3)
        figure.suptitle(_title(placement), fontsize=10.5)
    return figure


def draw_placement(axes: Axes, placement: Placement) -> None:
    """Draw the map of directions, at each the best of all distances, into axes that are there.

    Parameters
    ----------
    axes
        The axes; a colour bar takes a part of their room.
    placement
        From `wayside.placement.place.place`.
    """
    colours = _Colours.of(placement)
    _directions(axes, placement, colours)
    colours.bar(axes.figure, axes, placement)


class _Colours(NamedTuple):
    """Values of a map, and their colours."""

    cube: FloatArray
    allowed: BoolArray
    norm: Normalize
    name: str

    @classmethod
    def of(cls, placement: Placement) -> Self:
        cube, largest = placement.cube(), placement.objective.largest
        allowed = placement.allowed.reshape(placement.grid.counts)
        return cls(cube, allowed, _norm(cube, largest), "viridis" if largest else "viridis_r")

    def bar(self, figure: FigureBase, axes: Axes | list[Axes], placement: Placement) -> None:
        shown = ScalarMappable(self.norm, self.name)
        extend = _beyond(self.cube, self.norm)
        figure.colorbar(shown, ax=axes, pad=0.01, extend=extend, label=_label(placement))


def _directions(axes: Axes, placement: Placement, colours: _Colours) -> None:
    """Over azimuth and polar angle, at each the best of all distances."""
    phi = np.degrees(_edges(placement.grid.phi))
    _panel(axes, phi, placement, colours, 2)
    axes.set_xlabel(r"azimuth $\varphi$ [deg]")
    axes.set_title("best of all distances", fontsize=10)
    axes.set_xticks(np.arange(0, 361, 60))
    axes.set_xlim(phi[0], phi[-1])
    for (theta, azimuth, _), marker in _marked(placement):
        _mark(axes, (np.degrees(azimuth) - phi[0]) % 360.0 + phi[0], theta, marker)


def _distances(axes: Axes, placement: Placement, colours: _Colours) -> None:
    """Over distance and polar angle, at each the best of all azimuths."""
    _panel(axes, _edges(placement.grid.distance), placement, colours, 1)
    axes.set_xlabel("distance [m]")
    axes.set_title("best of all azimuths", fontsize=10)
    for (theta, _, distance), marker in _marked(placement):
        _mark(axes, distance, theta, marker)


def _norm(cube: FloatArray, largest: bool) -> Normalize:
    finite = cube[np.isfinite(cube) & (cube > 0.0)]
    if not finite.size:
        return Normalize(0.0, 1.0)
    low, high = float(finite.min()), float(finite.max())
    if high < MANY * low:
        return Normalize(low, high if high > low else low + 1.0)
    if largest:
        return LogNorm(max(low, high / 10.0**DECADES), high)
    return LogNorm(low, min(high, low * 10.0**DECADES))


def _beyond(cube: FloatArray, norm: Normalize) -> str:
    """At which end of the colours there are values beyond them."""
    finite = cube[np.isfinite(cube)]
    if not finite.size or norm.vmin is None or norm.vmax is None:
        return "neither"
    low, high = bool(np.any(finite < norm.vmin)), bool(np.any(finite > norm.vmax))
    return {(True, False): "min", (False, True): "max", (True, True): "both"}.get(
        (low, high), "neither"
    )


def _best(placement: Placement, cube: FloatArray, axis: int) -> FloatArray:
    """Best value along an axis, nan where there is none."""
    order = placement.objective.order(cube)
    chosen = np.argmax(order, axis=axis, keepdims=True)
    return np.asarray(np.take_along_axis(cube, chosen, axis=axis).squeeze(axis))


def _panel(axes: Axes, x: FloatArray, placement: Placement, colours: _Colours, axis: int) -> None:
    """The best along one axis of the grid, over polar angle and ``x``, ends of cells."""
    y = _stretched(placement.grid.theta_edges)
    values = _best(placement, colours.cube, axis)
    allowed = np.asarray(colours.allowed.any(axis=axis))
    axes.set_facecolor(NOTHING)
    shown = np.ma.masked_invalid(np.where(values > 0.0, values, np.nan))
    axes.pcolormesh(x, y, shown, norm=colours.norm, cmap=colours.name, rasterized=True)
    if not allowed.all():
        # Cell by cell: a contour would round corners off.
        for i, row in enumerate(~allowed):
            axes.fill_between(
                np.repeat(x, 2)[1:-1],
                y[i],
                y[i + 1],
                where=np.repeat(row, 2).tolist(),
                facecolor="white",
                edgecolor="#8a8a8a",
                hatch="////",
                linewidth=0.0,
            )
    axes.set_yticks(_stretched(np.radians(TICKS)), [f"{tick:g}" for tick in TICKS])
    axes.set_yticks([], minor=True)
    axes.set_ylim(y[0], y[-1])
    axes.set_ylabel(r"polar angle $\theta$ [deg]")


class _Marker(NamedTuple):
    shape: str
    colour: str
    size: float


def _marked(placement: Placement) -> list[tuple[tuple[float, float, float], _Marker]]:
    """Angles and distances of the best positions, and of where the scenario has the detector."""
    marked = [(place.angles, _Marker("*", "white", 9.0)) for place in placement.best[1:]]
    marked += [(place.angles, _Marker("*", "#ff3b30", 14.0)) for place in placement.best[:1]]
    return [*marked, (placement.own.angles, _Marker("o", "black", 6.0))]


def _mark(axes: Axes, x: float, theta: float, marker: _Marker) -> None:
    low, high = axes.get_xlim()
    if low <= x <= high:
        axes.plot(
            x, float(_stretched(np.array(theta))), marker=marker.shape, markersize=marker.size,
            markerfacecolor=marker.colour, markeredgecolor="black", markeredgewidth=0.6,
            clip_on=False,
        )  # fmt: skip


def _edges(middles: FloatArray) -> FloatArray:
    """Ends of cells about points at equal steps."""
    step = float(middles[1] - middles[0]) if len(middles) > 1 else 1.0
    return np.append(middles - 0.5 * step, middles[-1] + 0.5 * step)


def _stretched(theta: FloatArray) -> FloatArray:
    """Position of a polar angle on the axis, from 0 to 1: dense toward the beams, as the grid."""
    share = np.clip(np.asarray(theta, dtype=np.float64) / np.pi, 0.0, 1.0)
    return np.asarray(2.0 / np.pi * np.arcsin(np.sqrt(share)))


def _label(placement: Placement) -> str:
    if placement.objective.counts_decays:
        return f"expected decays in {collected(placement.scenario.run.luminosity_fb)}"
    if placement.objective.is_coupling:
        return f"smallest {varied(placement.scenario).name} excluded"
    return f"{placement.objective.label} [{placement.objective.unit.split(',')[0]}]"


def _title(placement: Placement) -> str:
    theta, phi, distance = placement.best[0].angles if placement.best else spherical(np.ones(3))
    words = (
        f"best at {np.degrees(theta):.1f}, {np.degrees(phi):.0f} degrees and {distance:.2f} m"
        if placement.best
        else "nothing at any position"
    )
    return f"{verbatim(placement.scenario.name)}, detector {verbatim(placement.detector)}: {words}"


def _handles(placement: Placement) -> list[Line2D | Patch]:
    def star(colour: str, size: float, label: str, marker: str = "*") -> Line2D:
        return Line2D(
            [], [], linestyle="", marker=marker, markersize=size, markerfacecolor=colour,
            markeredgecolor="black", markeredgewidth=0.6, label=label,
        )  # fmt: skip

    handles: list[Line2D | Patch] = [
        star("#ff3b30", 12.0, "best"),
        star("white", 8.0, "next best"),
        star("black", 6.0, "of the scenario", "o"),
    ]
    if not placement.allowed.all():
        handles.append(
            Patch(facecolor="white", edgecolor="#8a8a8a", hatch="////", label="may not stand there")
        )
    if np.any(placement.allowed & ~(placement.values > 0.0)):
        handles.append(Patch(facecolor=NOTHING, label="nothing excluded, or no decays"))
    return handles
