"""The plane: axes, lines, regions and what they say in words."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Final

import contourpy
import numpy as np

from wayside.plotting.titles import collected
from wayside.scenario import Scenario
from wayside.sensitivity.background import Background
from wayside.sensitivity.contours import Line, tamed
from wayside.sensitivity.curves import APPROXIMATE, CONTOUR, DISCOVERY, UNITY
from wayside.sensitivity.drawn import Drawn
from wayside.sensitivity.existing import SEARCHES
from wayside.sensitivity.key_reach import KeyReach
from wayside.sensitivity.plane_axes import Axis
from wayside.sensitivity.planes import Plane
from wayside.sensitivity.relic import RelicLine
from wayside.typing import FloatArray

_LABELS: Final = {
    "epsilon": "kinetic mixing ε",
    "g_d": "dark coupling g_D",
    "m2": "mass of the ground state m₂",
    "delta": "splitting (m₁ − m₂)/m₂",
    "model.mass": "mass",
}
"""Names of axes in plain text: the page has no mathematics of TeX."""

DECADES: Final = range(-2, 5)
"""Powers of ten of the expected events that a map in colour tells apart."""


def plane_view(
    drawn: Drawn, events: bool, searches: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Axes, lines and regions of a plane of couplings and masses.

    Parameters
    ----------
    drawn
        The plane.
    events
        Whether a map of expected events is wanted.
    searches
        From `searches_view`, if it is known.
    """
    plane, background = drawn.plane, drawn.background
    names = {CONTOUR, DISCOVERY, APPROXIMATE, UNITY}
    if searches is None:
        searches = searches_view(plane, drawn.lines, drawn.margins)
    with np.errstate(divide="ignore"):
        depth = np.log(drawn.total) - np.log(background.n_limit)
    return {
        "x": _axis(plane.x),
        "y": _axis(plane.epsilon),
        "lines": {name: _paths(lines) for name, lines in drawn.lines.items() if name in names},
        "borders": searches["borders"],
        "regions": {CONTOUR: _region(plane.x, plane.epsilon, depth), **searches["regions"]},
        "events": _event_map(plane.x, plane.epsilon, drawn.total) if events else None,
        "words": _words(
            plane.scenario,
            background,
            drawn.total,
            drawn.lines[CONTOUR],
            (plane.x.name, plane.epsilon.name),
        ),
        "existing": searches["existing"],
    }


def searches_view(
    plane: Plane, lines: Mapping[str, list[Line]], margins: Mapping[str, FloatArray]
) -> dict[str, Any]:
    """Borders and regions of existing searches, and the names of those that reach into a plane.

    Parameters
    ----------
    plane
        Its axes count.
    lines, margins
        Of a `wayside.sensitivity.drawn.Drawn` or `Searched`.
    """
    return {
        "borders": {search.key: _paths(lines[search.key]) for search in SEARCHES},
        "regions": {
            key: _region(plane.x, plane.epsilon, margin) for key, margin in margins.items()
        },
        "existing": [search.words[0] for search in SEARCHES if np.any(margins[search.key] > 0.0)],
    }


def key_plane_view(result: KeyReach, events: bool) -> dict[str, Any]:
    """Axes, lines and regions of a plane of two keys.

    Parameters
    ----------
    result
        The plane.
    events
        Whether a map of expected events is wanted.
    """
    plane = result.plane
    with np.errstate(divide="ignore"):
        depth = np.log(result.total) - np.log(result.n_limit)
    return {
        "x": _axis(plane.x),
        "y": _axis(plane.y),
        "lines": {CONTOUR: _paths(result.contour), DISCOVERY: _paths(result.discovery)},
        "borders": {},
        "regions": {CONTOUR: _region(plane.x, plane.y, depth)},
        "events": _event_map(plane.x, plane.y, result.total) if events else None,
        "words": _words(
            result.scenario,
            result.background,
            result.total,
            result.contour,
            (plane.x.name, plane.y.name),
        ),
        "existing": [],
    }


def relic_view(relic: RelicLine) -> dict[str, Any]:
    """Lines of the observed relic density, and the region with too much dark matter."""
    columns = [
        (relic.x[np.isfinite(low)], low[np.isfinite(low)], high[np.isfinite(low)])
        for low, high in relic.bands()
    ]
    return {
        "known": relic.known,
        "lines": _paths(branch.line for branch in relic.branches),
        "bands": {
            "xs": [np.concatenate([x, x[::-1]]).tolist() for x, _, _ in columns],
            "ys": [np.concatenate([low, high[::-1]]).tolist() for _, low, high in columns],
        },
    }


def _axis(axis: Axis) -> dict[str, Any]:
    unit = "" if axis.unit == "1" else f" [{axis.unit}]"
    return {
        "name": axis.name,
        "label": _LABELS.get(axis.name, axis.name) + unit,
        "unit": axis.unit,
        "logarithmic": axis.logarithmic,
        "low": float(axis.values[0]),
        "high": float(axis.values[-1]),
    }


def _paths(lines: Iterable[Line]) -> dict[str, list[list[float]]]:
    """Lines as two lists of lists; empty ones are left out."""
    points = [line.points for line in lines]
    return {
        "xs": [vertices[:, 0].tolist() for vertices in points],
        "ys": [vertices[:, 1].tolist() for vertices in points],
    }


def _region(x: Axis, y: Axis, margin: FloatArray) -> dict[str, list[Any]]:
    """Where a margin is positive: polygons with holes, by interpolation."""
    values = tamed(margin)
    if not np.any(values > 0.0):
        return {"xs": [], "ys": []}
    made = contourpy.contour_generator(
        x.coordinates, y.coordinates, values, fill_type=contourpy.FillType.OuterOffset
    )
    xs, ys = [], []
    for points, offsets in zip(*made.filled(0.0, np.inf), strict=True):
        rings = [points[a:b] for a, b in pairwise(offsets)]
        # One polygon with its holes for each item.
        xs.append([[x.from_coordinates(ring[:, 0]).tolist() for ring in rings]])
        ys.append([[y.from_coordinates(ring[:, 1]).tolist() for ring in rings]])
    return {"xs": xs, "ys": ys}


def _event_map(x: Axis, y: Axis, total: FloatArray) -> dict[str, Any]:
    """Where at least 10^n events are expected, for each of `DECADES`: one region over the other."""
    with np.errstate(divide="ignore"):
        exponent = np.log10(total)
    made: dict[str, Any] = {"xs": [], "ys": [], "decade": []}
    for decade in DECADES:
        region = _region(x, y, exponent - decade)
        made["xs"] += region["xs"]
        made["ys"] += region["ys"]
        made["decade"] += [decade] * len(region["xs"])
    return made


def _words(
    scenario: Scenario,
    background: Background,
    total: FloatArray,
    contour: list[Line],
    names: tuple[str, str],
) -> list[tuple[str, str]]:
    """The plane in words, as pairs of what and how much."""
    run = scenario.run
    rows = [
        ("excluded at", f"{100.0 * run.confidence_level:g}% CL by {background.n_limit:.4g} events"),
        ("in detectors", " + ".join(scenario.signal)),
        ("data", collected(run.luminosity_fb).replace("$^{-1}$", "⁻¹")),
        ("background", f"{background.words('±')} events"),
        ("most events in the plane", f"{float(np.max(total)):.4g}"),
    ]
    rows += [
        (
            "closed contour" if line.closed else "open contour",
            ", ".join(
                f"{name} {low:.4g} to {high:.4g}"
                for name, low, high in zip(
                    names, line.points.min(axis=0), line.points.max(axis=0), strict=True
                )
            ),
        )
        for line in contour
    ]
    if not contour:
        side = "above" if float(np.min(total)) > background.n_limit else "below"
        rows.append(("contour", f"none: all points are {side} the limit"))
    return rows


def glance_words(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Numbers of a place in a plane as pairs of what and how much.

    Parameters
    ----------
    values
        From `wayside.sensitivity.glance`.
    """
    rows = [
        ("expected events", f"{values['expected_events']:.4g}"),
        ("cross-section × branching ratio", f"{values['produced_fb']:.4g} fb"),
        ("cτ", _length(values["ctau_m"])),
    ]
    if "mean_flight_m" in values:
        rows.append(("mean flight length", _length(values["mean_flight_m"])))
    if "omega_h2" in values:
        density = values["omega_h2"]
        rows.append(("relic density Ωh²", "not known" if density is None else f"{density:.4g}"))
    rows += [
        (f"decays to {channel}", f"{value:.3g}")
        for channel, value in values["branching_ratios"].items()
        if value
    ]
    rows += [
        (f"A′ decays to {channel}", f"{value:.3g}")
        for channel, value in values.get("aprime_branching_ratios", {}).items()
        if value
    ]
    for detector in values["detectors"]:
        name = (
            detector["name"] if detector["signal"] else f"{detector['name']} (no signal detector)"
        )
        rows += [
            (f"{name}: acceptance", f"{detector['hit_probability']:.4g}"),
            (f"{name}: decays inside", f"{detector['decay_probability']:.4g} of those produced"),
            (f"{name}: efficiency", f"{detector['efficiency']:.3g}"),
            (f"{name}: events", f"{detector['expected_events']:.4g}"),
        ]
    return rows


def _length(metres: float) -> str:
    return f"{metres:.4g} m" if np.isfinite(metres) else "stable"
