"""Beyond the study: exact yields, actual beams, fermions, time of flight."""

from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from wayside.acceptance.timing import quantiles
from wayside.constants import SPEED_OF_LIGHT
from wayside.models.inelastic import PseudoDirac
from wayside.paper import fig14, planes
from wayside.paper.conventions import as_fermions, setup
from wayside.paper.drawing import COLOURS, Curve, contours_figure
from wayside.paper.footnote4 import BELLE2, BESIII
from wayside.paper.planes import Panel
from wayside.paper.rows import Ours, Row, own_row
from wayside.paper.section import Context, Drawing, Outcome
from wayside.plotting.style import canvas
from wayside.sensitivity.mass_point import MassPoint

NOT_THERE: Final = "the study does not have it"

PARTS: Final = {"a": BESIII, "b": BESIII, "c": BELLE2, "d": BELLE2}
"""Parts of Fig. 14, and the actual beams of their colliders."""

TIMED: Final = {
    "belle2-forward": (1e-4, 0.3),
    "besiii-forward": (1e-3, 0.3),
    "belle2-central": (5e-3, 1.0),
}
"""Scenarios, with epsilon and g_D near the middle of their reach."""


@cache
def variant(name: str, what: str) -> Panel:
    """Plane of one part of Fig. 14 with something changed: ``beams`` or ``fermions``."""
    subfigure = fig14.panel(name)
    point = subfigure.points[0]
    # Next to nothing enters the backward box with the actual beams: a few per cent of it will do.
    point = (
        as_fermions(point) if what == "fermions" else replace(point, beams=PARTS[name], rtol=1e-2)
    )
    return replace(subfigure, points=(point,) * len(subfigure.x))


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawings."""
    rows = [*_yields(), *_variants(), *_times()]
    return Outcome(
        tuple(rows),
        (
            Drawing(
                "beyond-reach",
                "Fig. 14 with the yield of the study (red), and with exact yields: equal beams"
                " (blue), the actual beams (green) and a pseudo-Dirac pair (dashed). Both detectors"
                " on the inside of the ring.",
                _draw_reach,
            ),
            Drawing(
                "beyond-time",
                "Arrival times of phi1 that decay inside the detector, with respect to light.",
                _draw_times,
            ),
        ),
    )


def _row(key: str, quantity: str, same: Ours, note: str, command: str, unit: str = "") -> Row:
    return own_row(
        f"beyond.{key}",
        quantity,
        same,
        unit=unit,
        where="not in the study",
        reason=NOT_THERE,
        note=note,
        command=command,
    )


def _yields() -> list[Row]:
    """Exact against approximate at the middle of the reach of every part."""
    rows = []
    for name in PARTS:
        subfigure = fig14.panel(name)
        point = subfigure.points[0]
        g_d = 0.3
        values = {
            convention: planes.events_of(subfigure, point, g_d, convention)
            for convention in planes.CONVENTIONS
        }
        grid = subfigure.epsilon
        peak = grid[[int(np.argmax(values["exact"](grid)))]]
        at = {key: float(function(peak)[0]) for key, function in values.items()}
        rows.append(
            _row(
                f"yield.{name}",
                f"exact yield over the study's where most is expected, fig. 14 ({name}), g_D ="
                f" {g_d:g}",
                Ours(
                    at["exact"] / at["study"], "every path and boost over Eq. 20 with 0.9 %", 2e-3
                ),
                f"{at['exact']:.4g} events at epsilon = {peak[0]:.2e}; over Eq. 20 with the"
                f" computed acceptance {at['exact'] / at['own acceptance']:.3f}",
                f"wayside point study-fig14{name} --set run.decays=exact",
            )
        )
    return rows


def _variants() -> list[Row]:
    rows = []
    for name, beams in PARTS.items():
        equal = fig14.least(name, "exact")
        for what, words in (
            ("beams", f"{beams.electron_energy:g} on {beams.positron_energy:g} GeV,"
             f" {1e3 * beams.crossing_angle:g} mrad"),
            ("fermions", "pseudo-Dirac pair"),
        ):  # fmt: skip
            least = planes.least_epsilon(variant(name, what), "exact")
            rows.append(
                _row(
                    f"{what}.{name}",
                    f"least epsilon of fig. 14 ({name}), {words}",
                    Ours(least, "exact", 2e-3),
                    f"{least / equal:.3g} times that with equal beams and scalars, {equal:.3g}",
                    f"wayside reach study-fig14{name} --set run.decays=exact"
                    + (f" --set model.kind={PseudoDirac.kind}" if what == "fermions" else ""),
                )
            )
    return rows


def _timed(name: str) -> tuple[MassPoint, float, np.ndarray]:
    epsilon, g_d = TIMED[name]
    point = setup(name)
    ctau = float(point.ctau(epsilon, g_d))
    return point, ctau, quantiles(point.timing("A"), ctau, [0.05, 0.5, 0.95])


def _times() -> list[Row]:
    rows = []
    for name, (epsilon, g_d) in TIMED.items():
        point, _, times = _timed(name)
        light = float(np.linalg.norm(point.box("A").position)) / SPEED_OF_LIGHT
        rows.append(
            _row(
                f"time.{name}",
                f"median arrival of phi1 after light, {name}, epsilon = {epsilon:g}, g_D = {g_d:g}",
                Ours(float(times[1]) - light, "of those that decay inside, equal beams", 1e-3),
                f"90 % within {times[0] - light:.3g} to {times[2] - light:.3g} ns: a gas detector"
                " with a resolution of some ns separates them from everything prompt",
                f"wayside point {name} --set model.epsilon={epsilon:g} --set model.g_d={g_d:g}",
                "ns",
            )
        )
    return rows


def _draw_reach() -> Figure:
    parts = {}
    for name in PARTS:
        subfigure = fig14.panel(name)
        parts[name] = [
            Curve(subfigure, "exact", COLOURS[0], "exact yield, equal beams", width=1.8),
            Curve(
                subfigure, "study", COLOURS[1], "mean flight length, printed acceptance", width=1.0
            ),
            Curve(
                variant(name, "fermions"), "exact", COLOURS[0], "exact yield, pseudo-Dirac", "--"
            ),
            Curve(variant(name, "beams"), "exact", COLOURS[2], "exact yield, actual beams"),
        ]
    return contours_figure(parts)


def _draw_times() -> Figure:
    with canvas() as figure:
        axes = figure.subplots()
        for colour, name in zip(COLOURS, TIMED, strict=False):
            epsilon, g_d = TIMED[name]
            point, _, _ = _timed(name)
            arrivals = point.arrivals("A", epsilon, g_d)
            density = np.asarray(arrivals.probability) / np.diff(arrivals.edges)
            density = density / density.max()
            label = rf"{name}, $\varepsilon={epsilon:g}$, $g_D={g_d:g}$"
            axes.stairs(density, arrivals.delay_edges, color=colour, label=label)
        axes.set_xlim(left=0.0)
        axes.set_xlabel("delay with respect to light [ns]")
        axes.set_ylabel("probability density, largest = 1")
        axes.set_ylim(0.0, 1.35)
        axes.legend(fontsize=8.5, loc="upper right")
        return figure
