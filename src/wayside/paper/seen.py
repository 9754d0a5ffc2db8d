"""What is left of the reach once the detector is simulated: efficiency and background."""

from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from wayside.paper import fig14, planes
from wayside.paper.beyond import PARTS
from wayside.paper.conventions import scenario
from wayside.paper.drawing import COLOURS, canvas, depth_of
from wayside.paper.planes import LIMIT, Panel
from wayside.paper.rows import Ours, Printed, Row
from wayside.paper.section import Context, Drawing, Outcome
from wayside.sensitivity.background import Background, simulated_background

SITES: Final = {
    "a": "besiii-forward",
    "b": "besiii-forward",
    "c": "belle2-forward",
    "d": "belle2-forward",
}
"""Scenarios that say what is above and in front of the detectors of Fig. 14."""

STEPS: Final = ("efficiency", "background", "everything")

WORDS: Final = {
    "efficiency": "pairs that the simulated detector sees",
    "background": "and the simulated background, zero observed above it",
    "everything": "and the beams there are",
}

DATA: Final = ("efficiency_map", "fake_vertices")


@cache
def background(name: str) -> Background:
    """Background of two detectors at a site over the scenario's exposure."""
    plan = scenario(SITES[name], "run.signal=A")
    one = simulated_background(plan)
    # Two boxes alike: what each source is wrong by is the same in both, so errors add.
    return replace(one, value=2.0 * one.value, error=2.0 * one.error)


@cache
def panel(name: str, step: str) -> Panel:
    """Plane of one part of Fig. 14 after a step of `STEPS`."""
    here = fig14.panel(name)
    point = replace(here.points[0], efficiency="simulated")
    level = LIMIT if step == "efficiency" else background(name).n_limit
    if step == "everything":
        point = replace(point, beams=PARTS[name], rtol=1e-2)
    return replace(here, points=(point,) * len(here.x), level=level)


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawing."""
    rows = [row for name in PARTS for row in (_seen(name), *_least(name))]
    rows += [_background(name) for name in ("a", "c")]
    return Outcome(
        tuple(rows),
        (
            Drawing(
                "seen-reach",
                "Fig. 14 as the study has it (red), ours with efficiency 1 and no background"
                " (blue),"
                " with simulated efficiency (green), with background as well (ochre) and with"
                " the beams"
                " there are (brown). Selection: gas hits on both tracks, fibres upstream silent.",
                _draw,
            ),
        ),
    )


def _row(key: str, quantity: str, unit: str, same: Ours, note: str, command: str) -> Row:
    return Row(
        key=f"seen.{key}",
        quantity=quantity,
        study=Printed(None, unit, "100 % and zero are assumed", "section 10"),
        same=same,
        reason="the study assumes full efficiency and no background",
        note=note,
        command=command,
        data=DATA,
    )


def _seen(name: str) -> Row:
    """Share of decays seen where most are expected."""
    here = fig14.panel(name)
    point = here.exactly(here.points[0])
    seen = replace(point, efficiency="simulated")
    g_d = 0.3
    grid = here.epsilon
    loose = replace(seen, selection="vertex")
    yields = [each.expected_events("A", grid, g_d, 1.0) for each in (point, seen, loose)]
    best = int(np.argmax(yields[0]))
    epsilon = float(grid[best])
    mass = point.model
    return _row(
        f"share.{name}",
        f"share of decays in the detector that are seen, fig. 14 ({name}), g_D = {g_d:g}",
        "",
        Ours(
            float(yields[1][best] / yields[0][best]),
            "Geant4, response, reconstruction; gas hits on both tracks",
            0.03,
        ),
        f"at epsilon = {epsilon:.2e}, m1 - m2 = {mass.m1 - mass.m2:.3g} GeV; a vertex in the"
        " emulsion"
        f" alone: {yields[2][best] / yields[0][best]:.3g}",
        f"wayside point study-fig14{name} --set run.efficiency=simulated --set run.decays=exact",
    )


def _least(name: str) -> list[Row]:
    plain = fig14.least(name, "exact")
    rows = []
    for step in STEPS:
        try:
            found = planes.least_epsilon(panel(name, step), "exact")
        except LookupError:
            rows.append(_nothing(name, step))
            continue
        rows.append(
            _row(
                f"{step}.{name}",
                f"least epsilon of fig. 14 ({name}): {WORDS[step]}",
                "",
                Ours(found, f"{panel(name, step).level:.3g} events excluded", 0.03),
                f"{found / plain:.3g} times that of full efficiency and no background, {plain:.3g}",
                f"wayside reach study-fig14{name} --set run.efficiency=simulated",
            )
        )
    return rows


def _nothing(name: str, step: str) -> Row:
    here = panel(name, step)
    return _row(
        f"{step}.{name}.none",
        f"most events of fig. 14 ({name}) over what would be excluded, and is not: {WORDS[step]}",
        "",
        Ours(float(here.events("exact").max()) / here.level, "below 1: nothing is excluded", 0.1),
        f"{here.level:.3g} events would be excluded",
        f"wayside reach study-fig14{name} --set run.efficiency=simulated",
    )


def _background(name: str) -> Row:
    found = background(name)
    site = SITES[name]
    until = found.zero_until()
    return Row(
        key=f"seen.events.{site}",
        quantity=f"background vertices in two detectors of {site}, timed",
        study=Printed(None, "", "zero background", "section 10", "assuming zero background"),
        same=Ours(found.value, f"+- {found.error:.2g}, all simulated sources", 0.1),
        reason="an assumption of the study, not a result",
        note=(
            f"{found.n_limit:.3g} signal events are excluded with it instead of {LIMIT:.3g};"
            f" zero background holds up to {until:.3g} fb^-1"
            + "".join(f"; {flag}" for flag in found.flags)
        ),
        command=f"wayside background {site}",
        data=DATA,
    )


def _draw() -> Figure:
    with canvas(9.2, 8.2) as figure:
        for axes, name in zip(figure.subplots(2, 2).flat, PARTS, strict=True):
            here = fig14.panel(name)
            curves = [(here, "study", COLOURS[1], "study"), (here, "exact", COLOURS[0], "ours")]
            curves += [
                (panel(name, step), "exact", colour, label)
                for step, colour, label in zip(
                    STEPS, COLOURS[2:], ("efficiency", "and background", "and beams"), strict=False
                )
            ]
            for plane, convention, colour, label in curves:
                depth = depth_of(plane.events(convention), plane.level)  # type: ignore[arg-type]
                axes.contour(here.x, here.epsilon, depth, levels=[0.0], colors=[colour])
                left = "" if np.any(depth > 0.0) else ": nothing left"
                axes.plot([], [], color=colour, label=label + left)
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
            axes.legend(fontsize=8, loc="lower left")
        return figure
