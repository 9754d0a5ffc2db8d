"""The reach with the efficiency of the simulated detector and its simulated background."""

from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from wayside.paper import fig14, planes
from wayside.paper.beyond import PARTS
from wayside.paper.conventions import scenario
from wayside.paper.drawing import COLOURS, Curve, contours_figure
from wayside.paper.planes import LIMIT, Panel
from wayside.paper.rows import Ours, Row, own_row
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
LABELS: Final = {
    "efficiency": "with efficiency",
    "background": "with efficiency and background",
    "everything": "with efficiency, background and actual beams",
}
"""Words of each step in the legend."""

WORDS: Final = {
    "efficiency": "pairs that the simulated detector reconstructs",
    "background": "and the simulated background, its median count observed",
    "everything": "and the actual beams",
}

DATA: Final = ("efficiency_map", "fake_vertices")


@cache
def background(name: str) -> Background:
    """Background of two detectors at a site over the scenario's exposure."""
    plan = scenario(SITES[name], "run.signal=A")
    single = simulated_background(plan)
    # Two boxes alike: what each source is wrong by is the same in both, so errors add.
    return replace(single, value=2.0 * single.value, error=2.0 * single.error)


@cache
def panel(name: str, step: str) -> Panel:
    """Plane of one part of Fig. 14 after a step of ``STEPS``."""
    subfigure = fig14.panel(name)
    point = replace(subfigure.points[0], efficiency="simulated")
    level = LIMIT if step == "efficiency" else background(name).n_limit
    if step == "everything":
        point = replace(point, beams=PARTS[name], rtol=1e-2)
    return replace(subfigure, points=(point,) * len(subfigure.x), level=level)


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawing."""
    rows = [row for name in PARTS for row in (_efficiency(name), *_least(name))]
    rows += [_background(name) for name in ("a", "c")]
    return Outcome(
        tuple(rows),
        (
            Drawing(
                "seen-reach",
                "Fig. 14 with the yield of the study (red), and with exact yields: efficiency 1"
                " and no background (blue), simulated efficiency (green), background as well"
                " (ochre) and the actual beams (brown). Selection: gas hits on both tracks, no hit"
                " in the fibres upstream.",
                _draw,
            ),
        ),
    )


def assumed_row(
    key: str,
    quantity: str,
    same: Ours,
    note: str,
    command: str,
    data: tuple[str, ...] = DATA,
) -> Row:
    """Row of a number for which the study assumes full efficiency and no background.

    Parameters
    ----------
    key, quantity, same, note, command, data
        As for `wayside.paper.rows.own_row`.
    """
    return own_row(
        key,
        quantity,
        same,
        printed="100 % and zero are assumed",
        where="section 10",
        reason="the study assumes full efficiency and no background",
        note=note,
        command=command,
        data=data,
    )


def _row(key: str, quantity: str, same: Ours, note: str, command: str) -> Row:
    return assumed_row(f"seen.{key}", quantity, same, note, command)


def _efficiency(name: str) -> Row:
    """Fraction of decays that are reconstructed, at the epsilon where most decays are expected."""
    subfigure = fig14.panel(name)
    point = subfigure.exactly(subfigure.points[0])
    timed = replace(point, efficiency="simulated")
    in_emulsion = replace(timed, selection="vertex")
    g_d = 0.3
    every, reconstructed, vertices = (
        variant.expected_events("A", subfigure.epsilon, g_d, 1.0)
        for variant in (point, timed, in_emulsion)
    )
    best = int(np.argmax(every))
    model = point.model
    return _row(
        f"share.{name}",
        f"fraction of decays in the detector that is reconstructed, fig. 14 ({name}),"
        f" g_D = {g_d:g}",
        Ours(
            float(reconstructed[best] / every[best]),
            "Geant4, response, reconstruction; gas hits on both tracks",
            0.03,
        ),
        f"at epsilon = {subfigure.epsilon[best]:.2e}, m1 - m2 = {model.m1 - model.m2:.3g} GeV;"
        f" a vertex in the emulsion alone: {vertices[best] / every[best]:.3g}",
        f"wayside point study-fig14{name} --set run.efficiency=simulated --set run.decays=exact",
    )


def _least(name: str) -> list[Row]:
    plain = fig14.least(name, "exact")
    rows = []
    for step in STEPS:
        try:
            least = planes.least_epsilon(panel(name, step), "exact")
        except LookupError:
            rows.append(_nothing(name, step))
            continue
        rows.append(
            _row(
                f"{step}.{name}",
                f"least epsilon of fig. 14 ({name}): {WORDS[step]}",
                Ours(least, f"{panel(name, step).levels[0]:.3g} events excluded", 0.03),
                f"{least / plain:.3g} times that of full efficiency and no background, {plain:.3g}",
                f"wayside reach study-fig14{name} --set run.efficiency=simulated",
            )
        )
    return rows


def _nothing(name: str, step: str) -> Row:
    subfigure = panel(name, step)
    most = float((subfigure.events("exact") / subfigure.levels).max())
    return _row(
        f"{step}.{name}.none",
        f"most events of fig. 14 ({name}) over what would be excluded, and is not: {WORDS[step]}",
        Ours(most, "below 1: nothing is excluded", 0.1),
        f"{subfigure.levels[0]:.3g} events would be excluded",
        f"wayside reach study-fig14{name} --set run.efficiency=simulated",
    )


def _background(name: str) -> Row:
    expected = background(name)
    site = SITES[name]
    until = expected.zero_until()
    return own_row(
        f"seen.events.{site}",
        f"background vertices in two detectors of {site}, timed",
        Ours(expected.value, f"+- {expected.error:.2g}, all simulated sources", 0.1),
        printed="zero background",
        text="assuming zero background",
        where="section 10",
        reason="an assumption of the study, not a result",
        note=(
            f"{expected.n_limit:.3g} signal events are excluded with it instead of {LIMIT:.3g};"
            f" zero background holds up to {until:.3g} fb^-1"
            + "".join(f"; {flag}" for flag in expected.flags)
        ),
        command=f"wayside background {site}",
        data=DATA,
    )


def _draw() -> Figure:
    parts = {}
    for name in PARTS:
        subfigure = fig14.panel(name)
        parts[name] = [
            Curve(subfigure, "exact", COLOURS[0], "exact yield", width=1.8),
            Curve(
                subfigure, "study", COLOURS[1], "mean flight length, printed acceptance", width=1.0
            ),
        ]
        for step, colour in zip(STEPS, COLOURS[2:], strict=False):
            label = LABELS[step]
            parts[name].append(Curve(panel(name, step), "exact", colour, label))
    return contours_figure(parts)
