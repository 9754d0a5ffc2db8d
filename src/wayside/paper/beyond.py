"""What the study could not show: exact yields, true beams, fermions, time of flight."""

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
from wayside.paper.drawing import COLOURS, canvas, depth_of
from wayside.paper.footnote4 import BELLE2, BESIII
from wayside.paper.planes import Panel
from wayside.paper.rows import Ours, Printed, Row
from wayside.paper.section import Context, Drawing, Outcome
from wayside.sensitivity.mass_point import MassPoint

NOT_THERE: Final = "the study does not have it"

PARTS: Final = {"a": BESIII, "b": BESIII, "c": BELLE2, "d": BELLE2}
"""Parts of Fig. 14, and the beams there are."""

TIMED: Final = {
    "belle2-forward": (1e-4, 0.3),
    "besiii-forward": (1e-3, 0.3),
    "belle2-central": (5e-3, 1.0),
}
"""Scenarios, with epsilon and g_D near the middle of their reach."""


@cache
def variant(name: str, what: str) -> Panel:
    """Plane of one part of Fig. 14 with something changed: ``beams`` or ``fermions``."""
    here = fig14.panel(name)
    point = here.points[0]
    # The backward box sees next to nothing with true beams: a few per cent of that will do.
    point = (
        as_fermions(point) if what == "fermions" else replace(point, beams=PARTS[name], rtol=1e-2)
    )
    return replace(here, points=(point,) * len(here.x))


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawings."""
    rows = [*_yields(), *_variants(), *_times()]
    return Outcome(
        tuple(rows),
        (
            Drawing(
                "beyond-reach",
                "Fig. 14 as the study has it (red), ours with equal beams (blue), with the"
                " beams there are"
                " (green) and with a pseudo-Dirac pair (dashed). Both detectors on the inside"
                " of the ring.",
                _draw_reach,
            ),
            Drawing(
                "beyond-time",
                "When phi1 that decay inside the detector enter it, after light would.",
                _draw_times,
            ),
        ),
    )


def _row(key: str, quantity: str, unit: str, same: Ours, note: str, command: str) -> Row:
    return Row(
        key=f"beyond.{key}",
        quantity=quantity,
        study=Printed(None, unit, "", "not in the study"),
        same=same,
        reason=NOT_THERE,
        note=note,
        command=command,
    )


def _yields() -> list[Row]:
    """Exact against approximate at the middle of the reach of every part."""
    rows = []
    for name in PARTS:
        here = fig14.panel(name)
        point = here.points[0]
        g_d = 0.3
        values = {
            convention: planes.events_of(here, point, g_d, convention)
            for convention in ("study", "own acceptance", "exact")
        }
        grid = here.epsilon
        peak = grid[[int(np.argmax(values["exact"](grid)))]]
        at = {key: float(function(peak)[0]) for key, function in values.items()}
        rows.append(
            _row(
                f"yield.{name}",
                f"exact yield over the study's where most is expected, fig. 14 ({name}), g_D ="
                f" {g_d:g}",
                "",
                Ours(
                    at["exact"] / at["study"], "every path and boost over Eq. 20 with 0.9 %", 2e-3
                ),
                f"{at['exact']:.4g} events at epsilon = {peak[0]:.2e}; over Eq. 20 with the"
                " computed"
                f" acceptance {at['exact'] / at['own acceptance']:.3f}",
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
            found = planes.least_epsilon(variant(name, what), "exact")
            rows.append(
                _row(
                    f"{what}.{name}",
                    f"least epsilon of fig. 14 ({name}), {words}",
                    "",
                    Ours(found, "exact", 2e-3),
                    f"{found / equal:.3g} times that with equal beams and scalars, {equal:.3g}",
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
        light = float(np.linalg.norm(point.volumes["A"].position)) / SPEED_OF_LIGHT
        rows.append(
            _row(
                f"time.{name}",
                f"median arrival of phi1 after light, {name}, epsilon = {epsilon:g}, g_D = {g_d:g}",
                "ns",
                Ours(float(times[1]) - light, "of those that decay inside, equal beams", 1e-3),
                f"90 % within {times[0] - light:.3g} to {times[2] - light:.3g} ns: a gas"
                " detector of"
                " some ns tells them from everything prompt",
                f"wayside point {name} --set model.epsilon={epsilon:g} --set model.g_d={g_d:g}",
            )
        )
    return rows


def _draw_reach() -> Figure:
    with canvas(9.2, 8.2) as figure:
        for axes, name in zip(figure.subplots(2, 2).flat, PARTS, strict=True):
            here = fig14.panel(name)
            for panel, convention, colour, style, label in (
                (here, "study", COLOURS[1], "-", "study"),
                (here, "exact", COLOURS[0], "-", "ours, equal beams"),
                (variant(name, "fermions"), "exact", COLOURS[0], "--", "pseudo-Dirac"),
                (variant(name, "beams"), "exact", COLOURS[2], "-", "true beams"),
            ):
                depth = depth_of(panel.events(convention))  # type: ignore[arg-type]
                axes.contour(
                    here.x, here.epsilon, depth, levels=[0.0], colors=[colour], linestyles=style
                )
                axes.plot([], [], color=colour, linestyle=style, label=label)
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_xlabel("$g_D$")
            axes.set_ylabel(r"$\varepsilon$")
            model = here.points[0].model
            axes.set_title(
                rf"({name}) $m_{{A\prime}}={model.m_aprime:g}$, $m_1={model.m1:.5g}$,"
                rf" $m_2={model.m2:.5g}$ GeV",
                loc="left",
                fontsize=9.5,
            )
            axes.legend(fontsize=8, loc="upper right")
        return figure


def _draw_times() -> Figure:
    with canvas() as figure:
        axes = figure.subplots()
        for colour, name in zip(COLOURS, TIMED, strict=False):
            epsilon, g_d = TIMED[name]
            point, _, _ = _timed(name)
            found = point.arrivals("A", epsilon, g_d)
            chances = np.asarray(found.probability)
            shares = chances / np.diff(found.edges)
            shares = shares / shares.max()
            label = rf"{name}, $\varepsilon={epsilon:g}$, $g_D={g_d:g}$"
            axes.stairs(shares, found.delay_edges, color=colour, label=label)
        axes.set_xlim(left=0.0)
        axes.set_xlabel("delay after light [ns]")
        axes.set_ylabel("share per ns, largest = 1")
        axes.set_ylim(0.0, 1.35)
        axes.legend(fontsize=8.5, loc="upper right")
        return figure
