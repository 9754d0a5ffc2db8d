"""The reach of Fig. 14 with the selections of a search: one, two and three planes of fibres."""

from dataclasses import replace
from functools import cache, partial
from typing import Final

from matplotlib.figure import Figure

from wayside.backgrounds.budget import budget
from wayside.backgrounds.fake_counts import contributions
from wayside.paper import fig14, planes
from wayside.paper.beyond import PARTS
from wayside.paper.conventions import scenario
from wayside.paper.drawing import COLOURS, Curve, contours_figure
from wayside.paper.planes import Panel
from wayside.paper.rows import Ours, Row
from wayside.paper.section import Context, Drawing, Outcome
from wayside.paper.seen import SITES, assumed_row
from wayside.selections.names import SELECTED
from wayside.selections.selection import SearchSelection, nearest_selection
from wayside.sensitivity.background import Background, simulated_background
from wayside.sensitivity.selected import selected_map

LAYERS: Final = (1, 2, 3)
"""Planes of fibres on each side."""

BEAMS: Final = ("study", "actual")

DATA: Final = ("efficiency_map", "fake_vertices", "selections")


@cache
def selection(name: str, layers: int) -> SearchSelection:
    """Shipped selection for the splitting of one part of Fig. 14."""
    model = fig14.panel(name).points[0].model
    return nearest_selection(model.m1 - model.m2, layers)


@cache
def background(name: str, layers: int) -> Background:
    """Background of two detectors at a site after the selection."""
    plan = scenario(SITES[name], "run.signal=A")
    counted = budget(plan, partial(contributions, selection=selection(name, layers)))
    single = simulated_background(plan, counted, SELECTED)
    # Two boxes alike: what each source is wrong by is the same in both, so errors add.
    return replace(single, value=2.0 * single.value, error=2.0 * single.error)


@cache
def panel(name: str, layers: int, beams: str) -> Panel:
    """Plane of one part of Fig. 14 with the selection for a number of planes of fibres."""
    here = fig14.panel(name)
    chosen = selected_map(scenario(SITES[name], "run.signal=A"), selection(name, layers))
    point = replace(here.points[0], efficiency="simulated", selected=chosen)
    if beams == "actual":
        point = replace(point, beams=PARTS[name], rtol=1e-2)
    level = background(name, layers).n_limit
    return replace(here, points=(point,) * len(here.x), level=level)


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawing."""
    rows = [_least(name, layers, beams) for name in PARTS for beams in BEAMS for layers in LAYERS]
    rows += [_background(name, layers) for name in ("a", "c") for layers in LAYERS]
    return Outcome(
        tuple(rows),
        (
            Drawing(
                "searched-reach",
                "Fig. 14 with the selections of a search and their simulated background, for the"
                " actual beams: every decay counted and no background (blue); one, two and three"
                " planes of fibres that veto (red, green, ochre).",
                _draw,
            ),
        ),
    )


def _row(key: str, quantity: str, same: Ours, note: str) -> Row:
    return assumed_row(f"searched.{key}", quantity, same, note, "wayside paper searched", DATA)


def _words(layers: int) -> str:
    return f"{layers} plane{'s' if layers > 1 else ''} of fibres"


def _least(name: str, layers: int, beams: str) -> Row:
    here, chosen = panel(name, layers, beams), selection(name, layers)
    key = f"{beams}.{layers}.{name}"
    what = (
        f"fig. 14 ({name}), beams of the study"
        if beams == "study"
        else f"fig. 14 ({name}), actual beams"
    )
    try:
        least = planes.least_epsilon(here, "exact")
    except LookupError:
        most = float(here.events("exact").max()) / here.level
        return _row(
            f"{key}.none",
            f"most events over what would be excluded, and is not: {what}, {_words(layers)}",
            Ours(most, "below 1: nothing is excluded", 0.1),
            f"{here.level:.3g} events would be excluded; selection {chosen.name}",
        )
    plain = fig14.least(name, "exact")
    return _row(
        key,
        f"least epsilon of {what}, {_words(layers)}",
        Ours(least, f"{here.level:.3g} events excluded", 0.03),
        f"{least / plain:.3g} times that of full efficiency and no background, {plain:.3g};"
        f" selection {chosen.name}",
    )


def _background(name: str, layers: int) -> Row:
    expected, site = background(name, layers), SITES[name]
    return _row(
        f"events.{site}.{layers}",
        f"background in two detectors of {site} after the search, {_words(layers)}",
        Ours(expected.value, f"+- {expected.error:.2g}, all simulated sources", 0.1),
        f"{expected.n_limit:.3g} signal events are excluded; tuned for Belle II"
        + "".join(f"; {flag}" for flag in expected.flags),
    )


def _draw() -> Figure:
    parts = {}
    for name in PARTS:
        here = fig14.panel(name)
        actual = replace(
            here, points=(replace(here.points[0], beams=PARTS[name], rtol=1e-2),) * len(here.x)
        )
        parts[name] = [Curve(actual, "exact", COLOURS[0], "every decay, no background", width=1.8)]
        for layers, colour in zip(LAYERS, COLOURS[1:], strict=False):
            drawn = panel(name, layers, "actual")
            parts[name].append(Curve(drawn, "exact", colour, f"search, {_words(layers)}"))
    return contours_figure(parts)
