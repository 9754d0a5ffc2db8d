"""Results as text: CSV tables with their units in the header."""

import numpy as np

from wayside.sensitivity.contours import Line
from wayside.sensitivity.existing import SEARCHES
from wayside.sensitivity.result import Reach, percent
from wayside.text import csv_text
from wayside.version import __version__


def tables(result: Reach) -> dict[str, str]:
    """The tables of a result by file name: ``contours.csv`` and ``yields.csv``."""
    return {"contours.csv": _contours(result), "yields.csv": _yields(result)}


def _header(result: Reach, what: str) -> dict[str, str]:
    plane = result.plane
    run = result.scenario.run
    simulated = run.simulates_efficiency
    return {
        "what": what,
        "scenario": result.scenario.name,
        "wayside": __version__,
        "units": f"{plane.x.name} in {plane.x.unit}, epsilon in 1, events in 1",
        "luminosity": f"{run.luminosity_fb:g} fb^-1",
        "signal": " + ".join(result.scenario.signal),
        "decays": run.decays,
        "recast": run.recast,
        **({"efficiency": f"simulated ({result.scenario.selection})"} if simulated else {}),
        "n_limit": f"{result.n_limit:.6g} ({100.0 * run.confidence_level:g}% CL,"
        f" background {result.background.words()})",
    }


def _contours(result: Reach) -> str:
    named: dict[str, list[Line]] = {
        "exclusion": result.contour,
        "discovery": result.discovery,
        "exclusion-unity": result.unity,
        "mean-flight": result.approximate,
        **{f"exclusion-{name}": lines for name, lines in result.band.items()},
        **result.existing,
        # Too much dark matter is below the first kind, above the second.
        "relic": result.relic.lines("below"),
        "relic-upper": result.relic.lines("above"),
    }
    rows = [
        (name, str(number), "closed" if line.closed else "open", float(x), float(epsilon))
        for name, lines in named.items()
        for number, line in enumerate(lines)
        for x, epsilon in line.points
    ]
    columns = ("contour", "line", "shape", result.plane.x.name, "epsilon")
    header = _header(result, "level lines, points in order")
    levels = result.confidence_levels
    header["confidence_levels"] = ", ".join(
        f"{search.key} {percent(levels[search.key]) or 'not stated'}"
        for search in SEARCHES
        if search.excludes
    )
    return csv_text(header, columns, rows)


def _yields(result: Reach) -> str:
    plane = result.plane
    x, epsilon = np.meshgrid(plane.x.values, plane.epsilon.values)
    values = [x, epsilon, *result.events.values(), result.total]
    rows = np.stack([np.ravel(value) for value in values], axis=1).tolist()
    columns = (
        plane.x.name,
        "epsilon",
        *(f"events_{name}" for name in result.events),
        "events_signal",
    )
    header = _header(result, "expected events")
    grid = result.scenario.plane.points
    added = len(plane.x.values) - grid
    header["columns"] = f"{grid} of the grid" + (
        f" and {added} where they are needed" if added else ""
    )
    return csv_text(header, columns, rows)
