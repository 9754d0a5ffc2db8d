"""What is left of Figs. 14 to 16 with the selections of a search: one to three planes of fibres."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Final, NamedTuple

from matplotlib.figure import Figure

from wayside.collider.beams import Beams
from wayside.paper import fig14, fig15, fig16, planes
from wayside.paper.beyond import PARTS
from wayside.paper.drawing import COLOURS, Curve, contours_figure
from wayside.paper.footnote4 import BELLE2
from wayside.paper.planes import Panel, each_once
from wayside.paper.rows import Ours, Row
from wayside.paper.searched_planes import LAYERS, background, searched, selection_for
from wayside.paper.section import Context, Drawing, Outcome
from wayside.paper.seen import SITES, assumed_row

DATA: Final = ("efficiency_map", "fake_vertices", "selections")

EVERY: Final = 4
"""Of the columns of Fig. 15 one in this many is computed: each has masses of its own."""


WIDTHS: Final = (1.8, 3.2, 1.9, 0.8)
"""Line widths in points of all decays and of one, two and three planes of fibres."""


class Part(NamedTuple):
    """One part of a figure of the study.

    Attributes
    ----------
    panel
        Its plane, with full efficiency and without background.
    site
        Built-in scenario that says what is above and in front of the detectors.
    beams
        Actual beams of its collider.
    """

    panel: Panel
    site: str
    beams: Beams


@cache
def part(figure: str, name: str) -> Part:
    """A part of figure 14, 15 or 16."""
    if figure == "14":
        return Part(fig14.panel(name), SITES[name], PARTS[name])
    if figure == "16":
        return Part(fig16.panel(name), "belle2-central", BELLE2)
    whole = fig15.panel(name)
    some = slice(None, None, EVERY)
    few = replace(whole, x=whole.x[some], points=whole.points[some], g_d=whole.g_d[some])
    return Part(few, "belle2-forward", BELLE2)


FIGURES: Final[Mapping[str, tuple[str, ...]]] = {
    "14": fig14.NAMES,
    "15": fig15.NAMES,
    "16": fig16.NAMES,
}
"""Parts of each figure."""

BEAMS: Final[Mapping[str, str]] = {"study": "beams of the study", "actual": "actual beams"}


@cache
def panel(figure: str, name: str, layers: int, beams: str) -> Panel:
    """Plane of one part with the selection for a number of planes of fibres."""
    assumed = part(figure, name)
    return searched(
        assumed.panel, assumed.site, layers, assumed.beams if beams == "actual" else None
    )


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawings."""
    rows = [
        _least(figure, name, layers, beams)
        for figure, names in FIGURES.items()
        for name in names
        for beams in BEAMS
        for layers in LAYERS
    ]
    rows += [
        _background(figure, name, layers)
        for figure, name in (("14", "a"), ("14", "c"), ("16", "a"))
        for layers in LAYERS
    ]
    return Outcome(tuple(rows), tuple(_drawing(figure) for figure in FIGURES))


def _row(key: str, quantity: str, same: Ours, note: str) -> Row:
    return assumed_row(f"searched.{key}", quantity, same, note, "wayside paper searched", DATA)


def _words(layers: int) -> str:
    return f"{layers} plane{'s' if layers > 1 else ''} of fibres"


def _level(subfigure: Panel) -> str:
    """Events that are excluded, a range where columns differ."""
    least, most = f"{subfigure.levels.min():.3g}", f"{subfigure.levels.max():.3g}"
    return least if least == most else f"{least} to {most}"


def _selections(subfigure: Panel, layers: int) -> str:
    """Names of the selections of the columns."""
    names = sorted({selection_for(point, layers).name for point in subfigure.points})
    return f"selection{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _lowest(figure: str, subfigure: Panel) -> float:
    """Least excluded epsilon: over all g_D in a plane of couplings, else over the columns.

    Raises
    ------
    LookupError
        If nothing is excluded.
    """
    if figure != "15":
        return planes.least_epsilon(subfigure, "exact")
    ranges = [subfigure.edges(i, "exact") for i in range(len(subfigure.x))]
    lows = [excluded[0] for excluded in ranges if excluded is not None]
    if not lows:
        raise LookupError("nothing is excluded")
    return min(lows)


def _least(figure: str, name: str, layers: int, beams: str) -> Row:
    subfigure, plain = panel(figure, name, layers, beams), part(figure, name).panel
    key = f"{figure}{name}.{beams}.{layers}"
    what = f"fig. {figure} ({name}), {BEAMS[beams]}, {_words(layers)}"
    chosen = _selections(plain, layers)
    try:
        least = _lowest(figure, subfigure)
    except LookupError:
        most = float((subfigure.events("exact") / subfigure.levels).max())
        return _row(
            f"{key}.none",
            f"most events over what would be excluded, and is not: {what}",
            Ours(most, "below 1: nothing is excluded", 0.1),
            f"{_level(subfigure)} events would be excluded; {chosen}",
        )
    without = _lowest(figure, plain)
    return _row(
        key,
        f"least epsilon of {what}",
        Ours(least, f"{_level(subfigure)} events excluded", 0.03),
        f"{least / without:.3g} times that of full efficiency and no background, {without:.3g};"
        f" {chosen}",
    )


def _background(figure: str, name: str, layers: int) -> Row:
    assumed = part(figure, name)
    detectors = len(assumed.panel.scenario.signal)
    chosen = selection_for(assumed.panel.points[0], layers)
    expected = background(assumed.site, chosen, detectors)
    words = "two detectors" if detectors == 2 else "the detector"
    return _row(
        f"events.{assumed.site}.{layers}",
        f"background in {words} of {assumed.site} after the search, {_words(layers)}",
        Ours(expected.value, f"+- {expected.error:.2g}, all simulated sources", 0.1),
        f"{expected.n_limit:.3g} signal events are excluded; tuned for Belle II"
        + "".join(f"; {flag}" for flag in expected.flags),
    )


def _drawing(figure: str) -> Drawing:
    return Drawing(
        "searched-reach" if figure == "14" else f"searched-fig{figure}",
        f"Fig. {figure} with the selections of a search and their simulated background, for the"
        " actual beams: every decay counted and no background (blue); one, two and three planes of"
        " fibres that veto (red, green, ochre).",
        lambda: _draw(figure),
    )


def _draw(figure: str) -> Figure:
    parts, names = {}, FIGURES[figure]
    for name in names:
        assumed = part(figure, name)
        actual = each_once(assumed.panel.points, partial(replace, beams=assumed.beams, rtol=1e-2))
        every = replace(assumed.panel, points=actual)
        drawn = {"every decay, no background": every}
        for layers in LAYERS:
            drawn[f"search, {_words(layers)}"] = panel(figure, name, layers, "actual")
        # Narrower lines on wider ones: planes of fibres change next to nothing.
        parts[name] = [
            Curve(shown, "exact", colour, label, width=width, by_columns=figure == "15")
            for colour, width, (label, shown) in zip(COLOURS, WIDTHS, drawn.items(), strict=False)
        ]
    titles = {name: fig15.title(name) for name in names} if figure == "15" else None
    return contours_figure(parts, titles)
