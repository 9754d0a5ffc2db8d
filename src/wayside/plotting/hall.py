"""Plan and elevation of a hall, to scale: bodies, detectors, beams, boost and ground."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from wayside.backgrounds.surroundings import outlines
from wayside.collider.beams import Beams
from wayside.detector.box import Box
from wayside.detector.hall import Hall, extent
from wayside.detector.materials import BY_NAME
from wayside.detector.volume import Volume
from wayside.plotting.style import canvas
from wayside.plotting.titles import verbatim
from wayside.plotting.volumes import draw_volume, silhouette
from wayside.scenario import Scenario
from wayside.typing import FloatArray, IndexArray

COLOURS: Final[Mapping[str, str]] = {
    "air": "#eef3f7",
    "aluminium": "#b9c3cc",
    "caesium-iodide": "#8fc9c0",
    "concrete": "#cfc7b8",
    "copper": "#b5651d",
    "iron": "#7c8fa3",
    "lead": "#5c5c66",
    "polyethylene": "#e6dfa3",
    "rock": "#b59b7a",
    "tungsten": "#444444",
}
"""Colours of materials."""

ELECTRONS: Final = "#c8102e"
POSITRONS: Final = "#1f6fb4"

CELLS: Final = 900
"""Cells of a cut along its longer side: a centimetre in ten metres."""

LEAST: Final = 5.0
"""Distance in m from the collision point that is always in view."""

MOST_GROUND: Final = 20.0
"""Ground that is farther than this above, in m, is said and not drawn."""


class View(NamedTuple):
    """A cut through the hall and what is looked at."""

    plane: str
    """The axes to the right and up, two of x, y and z."""
    low: tuple[float, float]
    high: tuple[float, float]
    title: str

    @property
    def axes(self) -> tuple[int, int]:
        """Numbers of the axes to the right and up."""
        return "xyz".index(self.plane[0]), "xyz".index(self.plane[1])


def hall_figure(scenario: Scenario) -> Figure:
    """Plan and elevation of a scenario's hall, cut through the collision point.

    Parameters
    ----------
    scenario
        Its hall, if it has one, its detectors and beams, and the rock above.

    Returns
    -------
    Figure
        Detectors and the outer faces of their lead and fibres as they are seen from above and from
        the side, wherever they stand; bodies of the hall where the plane through the collision
        point cuts them.
    """
    volumes = {name: section.build() for name, section in scenario.detectors.items()}
    around = outlines(scenario)
    hall = Hall(()) if scenario.hall is None else scenario.hall.build()
    ground = _ground(scenario, volumes)
    whole = {**volumes, **around}
    plan = view_of("zx", whole, "plan, cut at $y=0$")
    side = view_of("zy", whole, "elevation, cut at $x=0$", ground)
    heights = [view.high[1] - view.low[1] for view in (plan, side)]
    width = plan.high[0] - plan.low[0]
    scale = min(6.4 / width, 8.5 / sum(heights))
    with canvas(1.2 + max(4.6, scale * width), 1.9 + scale * sum(heights)) as figure:
        panels = figure.subplots(2, 1, height_ratios=heights)
        materials: set[str] = set()
        for axes, view in zip(panels, (plan, side), strict=True):
            materials |= _draw_bodies(axes, hall, view)
            _draw_surroundings(axes, around, list(volumes), view)
            _draw_detectors(axes, volumes, view)
            _draw_beams(axes, scenario.collider.build(), view)
            axes.set(xlim=(view.low[0], view.high[0]), ylim=(view.low[1], view.high[1]))
            axes.set_aspect("equal")
            axes.set_xlabel(f"${view.plane[0]}$ [m]")
            axes.set_ylabel(f"${view.plane[1]}$ [m]")
            axes.set_title(view.title, loc="left", fontsize=10)
        _draw_ground(panels[1], side, ground, scenario.site.overburden)
        figure.suptitle(verbatim(scenario.name), fontsize=11)
        figure.legend(
            handles=_handles(materials, scenario, bool(around)),
            loc="outside lower center",
            ncols=3,
            fontsize=8.5,
        )
    return figure


def _ground(scenario: Scenario, volumes: Mapping[str, Volume]) -> float | None:
    """Height of the ground in m, None at the surface or where it is out of view."""
    overburden = scenario.site.overburden
    if not 0.0 < overburden <= MOST_GROUND:
        return None
    return float(max(extent(volume)[1][1] for volume in volumes.values())) + overburden


def view_of(
    plane: str, volumes: Mapping[str, Volume], title: str, ground: float | None = None
) -> View:
    """Range of a panel: the collision point, the detectors, and some room."""
    columns = ["xyz".index(axis) for axis in plane]
    corners = [side[columns] for volume in volumes.values() for side in extent(volume)]
    points = np.array([*corners, (-LEAST, -0.8 * LEAST), (LEAST, 0.8 * LEAST)])
    low, high = points.min(axis=0), points.max(axis=0)
    room = 0.06 * float(np.max(high - low)) + 0.3
    top = high[1] + room if ground is None else max(high[1], ground) + room
    return View(
        plane,
        (float(low[0] - room), float(low[1] - room)),
        (float(high[0] + room), float(top)),
        title,
    )


def _draw_bodies(axes: Axes, hall: Hall, view: View) -> set[str]:
    """Fill what a cut goes through; returns the names of the materials that are seen."""
    span = np.subtract(view.high, view.low)
    columns, rows = (max(2, round(CELLS * float(part / span.max()))) for part in span)
    right, up = (
        view.low[k] + span[k] * (np.arange(count) + 0.5) / count
        for k, count in enumerate((columns, rows))
    )
    cells = materials_cut(hall, view, right, up)
    names = list(COLOURS)
    colours = ListedColormap([(1.0, 1.0, 1.0, 0.0), *(to_rgba(COLOURS[name]) for name in names)])
    axes.imshow(
        cells,
        cmap=colours,
        vmin=-0.5,
        vmax=len(names) + 0.5,
        extent=(view.low[0], view.high[0], view.low[1], view.high[1]),
        origin="lower",
        interpolation="nearest",
        zorder=0,
    )
    return {names[k - 1] for k in np.unique(cells) if k > 0}


def materials_cut(hall: Hall, view: View, right: FloatArray, up: FloatArray) -> IndexArray:
    """Material at points of the plane through the collision point.

    Parameters
    ----------
    hall
        The bodies.
    view
        Which plane.
    right, up
        Coordinates in m, shapes (n,) and (m,), increasing.

    Returns
    -------
    ndarray
        Numbers of materials in the order of `COLOURS`, from 1; 0 for none. Shape (m, n).
    """
    numbers = {BY_NAME[name].name: k for k, name in enumerate(COLOURS, start=1)}
    cells = np.zeros((len(up), len(right)), dtype=np.intp)
    first, second = view.axes
    for body in hall.volumes:
        for piece in body.pieces:
            low, high = extent(piece)
            across = 3 - first - second
            if not low[across] <= 0.0 <= high[across]:
                continue
            in_x = (right >= low[first]) & (right <= high[first])
            in_y = (up >= low[second]) & (up <= high[second])
            if not (in_x.any() and in_y.any()):
                continue
            points = np.zeros((int(in_y.sum()), int(in_x.sum()), 3))
            points[..., first] = right[in_x]
            points[..., second] = up[in_y][:, None]
            part = cells[np.ix_(in_y, in_x)]
            part[piece.contains(points)] = numbers[body.material.name]
            cells[np.ix_(in_y, in_x)] = part
    return cells


def _draw_surroundings(
    axes: Axes, around: Mapping[str, Box], detectors: list[str], view: View
) -> None:
    """Outer faces of what surrounds detectors, dashed, each in the colour of its detector."""
    for name, box in around.items():
        outline = silhouette(box, view.plane)
        color = f"C{detectors.index(name)}"
        axes.fill(*outline.T, facecolor="none", edgecolor=color, linestyle="--", linewidth=0.7)


def _draw_detectors(axes: Axes, volumes: Mapping[str, Volume], view: View) -> None:
    labels: list[tuple[FloatArray, list[str]]] = []
    close = 0.025 * (view.high[0] - view.low[0])
    for number, (name, volume) in enumerate(volumes.items()):
        draw_volume(axes, volume, view.plane, f"C{number}")
        outline = silhouette(volume, view.plane)
        corner = outline[np.argmax(outline.sum(axis=1))]
        for place, names in labels:
            if float(np.max(np.abs(place - corner))) < close:
                names.append(name)
                break
        else:
            labels.append((corner, [name]))
    for place, names in labels:
        axes.annotate(
            verbatim(", ".join(names)),
            (float(place[0]), float(place[1])),
            xytext=(2, 2),
            textcoords="offset points",
            color=f"C{list(volumes).index(names[0])}",
            fontweight="bold",
            fontsize=9,
        )


def _draw_beams(axes: Axes, beams: Beams, view: View) -> None:
    """Both beams through the collision point, each with an arrow in front of it, and the boost."""
    first, second = view.axes
    reach = 0.97 * min(abs(view.low[0]), abs(view.high[0]), 2.0 * LEAST)
    for momentum, colour in zip(beams.four_momenta, (ELECTRONS, POSITRONS), strict=True):
        along = momentum[1:] / np.linalg.norm(momentum[1:])
        end = np.array([along[first], along[second]]) * reach
        axes.plot([-end[0], end[0]], [-end[1], end[1]], color=colour, linewidth=0.9, zorder=3)
        _arrow(axes, -0.62 * end, -0.5 * end, colour, 1.2)
    axes.plot(0.0, 0.0, "o", color="black", markersize=3, zorder=5)
    speed = float(np.linalg.norm(beams.boost))
    if speed > 1e-6:
        along = beams.boost[[first, second]] / speed
        span = np.subtract(view.high, view.low)
        length = 0.07 * float(span.max())
        middle = np.array(view.low) + np.array([0.6 * length, 0.0]) + np.array([0.05, 0.09]) * span
        _arrow(axes, middle - 0.5 * length * along, middle + 0.5 * length * along, "black", 1.6)
        axes.annotate(
            rf"boost, $\beta={speed:.2f}$",
            (float(middle[0] - 0.5 * length), float(middle[1])),
            xytext=(0, -7),
            textcoords="offset points",
            va="top",
            fontsize=8.5,
            zorder=6,
        )


def _arrow(axes: Axes, start: FloatArray, stop: FloatArray, colour: str, width: float) -> None:
    axes.annotate(
        "",
        xy=(float(stop[0]), float(stop[1])),
        xytext=(float(start[0]), float(start[1])),
        arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkA": 0,
                    "shrinkB": 0},
        zorder=6,
    )  # fmt: skip


def _draw_ground(axes: Axes, view: View, ground: float | None, overburden: float) -> None:
    """Ground above the detectors, or words for it."""
    words = f"{overburden:g} m of rock above the detectors" if overburden else "at the surface"
    if ground is None:
        axes.set_title(f"{view.title}; {words}", loc="left", fontsize=10)
        return
    brown = COLOURS["rock"]
    axes.axhline(ground, color=brown, linewidth=1.4)
    axes.fill_between(
        (view.low[0], view.high[0]),
        ground,
        ground - 0.35,
        facecolor="none",
        edgecolor=brown,
        hatch="////",
        linewidth=0.0,
    )
    axes.annotate(
        f"ground: {words}, taken to be flat",
        (view.high[0], ground - 0.4),
        xytext=(-4, -2),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=8.5,
    )


def _handles(
    materials: set[str], scenario: Scenario, with_surroundings: bool
) -> list[Patch | Line2D]:
    section = scenario.collider
    lead = Line2D([], [], color="0.3", linestyle="--", linewidth=0.7, label="lead and fibres")
    return [
        Line2D([], [], color=ELECTRONS, label=f"electrons, {section.electron_energy:g} GeV"),
        Line2D([], [], color=POSITRONS, label=f"positrons, {section.positron_energy:g} GeV"),
        *(
            Patch(facecolor=COLOURS[name], edgecolor="0.4", linewidth=0.4, label=_words(name))
            for name in sorted(materials)
        ),
        *([lead] if with_surroundings else []),
    ]


def _words(name: str) -> str:
    return {"air": "air, no detector allowed", "caesium-iodide": "CsI"}.get(name, name)
