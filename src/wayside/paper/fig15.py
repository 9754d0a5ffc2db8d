"""Fig. 15: exclusion in epsilon and m2 (a, b) or the splitting (c, d), at Belle II."""

from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from scipy.optimize import brentq

from wayside.paper import printed
from wayside.paper.claims import claim, fraction
from wayside.paper.conventions import at_masses, masses_at_gap, relation, scenario, setup
from wayside.paper.drawing import planes_figure
from wayside.paper.planes import Panel
from wayside.paper.rows import Ours, Printed, Row, Tolerance, digits
from wayside.paper.section import Context, Drawing, Outcome

NAMES: Final = ("a", "b", "c", "d")

LUMINOSITIES: Final = (50.0, 500.0)
"""Integrated luminosities of the text in fb^-1; the scenarios have the larger one."""

DELTA: Final = 0.1
"""(m1 - m2)/m2 of (a, b)."""

COLUMNS: Final = 101

_CLOSED: Final = printed.RELATION[0] / printed.RELATION[1]
"""m_A' in GeV at which the relation's gap closes."""


def on_relation(ground: float, delta: float) -> tuple[float, float, float]:
    """Masses with a given m2 and splitting whose m_A' follows the study's relation."""
    total = ground * (2.0 + delta)

    def excess(m_aprime: float) -> float:
        return m_aprime * (1.0 - relation(m_aprime)) - total

    m_aprime = brentq(excess, total, min(1.5 * total, _CLOSED), xtol=1e-13)
    return masses_at_gap(m_aprime, relation(m_aprime), delta)


@cache
def panel(name: str) -> Panel:
    """Plane of one part."""
    key = f"study-fig15{name}"
    plan, point = scenario(key), replace(setup(key), rtol=1e-4)
    acceptance = 1e-2 * (printed.OPTIMAL_ACCEPTANCE.value or 0.0)
    assert plan.plane.epsilon is not None
    if name in "ab":
        # Up to m_A' = 10 GeV, where the relation ends.
        last = masses_at_gap(10.0, relation(10.0), DELTA)[2]
        x = np.geomspace(0.8, last, COLUMNS)
        masses = [on_relation(float(m2), DELTA) for m2 in x]
        label = "$m_2$ [GeV]"
    else:
        assert plan.plane.delta is not None
        x = np.geomspace(*plan.plane.delta, COLUMNS)
        m_aprime = plan.pair.m_aprime
        masses = [masses_at_gap(m_aprime, relation(m_aprime), float(delta)) for delta in x]
        label = r"$\Delta m/m_2$"
    points = tuple(at_masses(point, triple) for triple in masses)
    g_d = np.full(len(x), plan.pair.g_d)
    return Panel(plan, label, x, points, g_d, plan.plane.epsilon, acceptance)


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawing of Fig. 15."""
    rows = [_covered(), *_assumed(), *(_part(name) for name in NAMES)]
    caption = (
        "Two detectors at Belle II, 90 % CL, no background, 500 fb^-1 (dotted: 50), equal beams."
        " The figure's parameters are lost: (m1 - m2)/m2 = 0.1 in (a, b), with m_A' from the"
        " study's relation at every m2; m_A' = 4 and 8 GeV and the relation in (c, d); g_D = 1 in"
        " (a), else 0.1."
    )
    return Outcome(tuple(rows), (Drawing("fig15", caption, _draw),))


def title(name: str) -> str:
    """Title of one part: its letter, g_D and what is the same in all columns."""
    subfigure = panel(name)
    same = (
        rf"$\Delta m/m_2={DELTA}$"
        if name in "ab"
        else rf"$m_{{A\prime}}={subfigure.scenario.pair.m_aprime:g}$ GeV"
    )
    return rf"({name}) $g_D={subfigure.g_d[0]:g}$, {same}"


def _draw() -> Figure:
    titles = [title(name) for name in NAMES]
    return planes_figure([panel(name) for name in NAMES], titles, LUMINOSITIES[:1])


def _covered() -> Row:
    """Whether something is excluded in every column above 1 GeV."""
    subfigure = panel("b")
    above = np.flatnonzero(subfigure.x > 1.0)
    inside = [subfigure.edges(int(i), "study") is not None for i in above]
    ours = [subfigure.edges(int(i), "exact") is not None for i in above]
    return Row(
        key="fig15.above-1-gev",
        quantity="something is excluded at m2 above 1 GeV, g_D = 0.1, 500 fb^-1",
        study=claim(
            "m2 > 1 GeV that are hard to be covered by fixed target experiments, can be well"
            " reached",
            "section 10",
            "columns",
        ),
        same=fraction(sum(inside), len(inside), "columns of m2, up to m_A' = 10 GeV, Eq. 20"),
        tolerance=Tolerance(0.9, 1.0, "well reached: nine tenths of the range"),
        right=Ours(sum(ours) / len(ours), "exact yield and own acceptance", 0.01),
        cause="at 500 fb^-1 the acceptance on the relation does not carry over the whole range",
        command="wayside paper fig15",
        data=("r_ratio",),
    )


def _assumed() -> list[Row]:
    """The acceptance that the study assumes, against what its own relation gives in each part."""
    rows = []
    for name in NAMES:
        subfigure = panel(name)
        values = 100.0 * np.array([point.face("A").value for point in subfigure.points])
        rows.append(
            Row(
                key=f"fig15.{name}.acceptance",
                quantity=f"least acceptance of one detector on the relation in fig. 15 ({name})",
                study=printed.OPTIMAL_ACCEPTANCE,
                same=Ours(float(values.min()), "Eq. 13, Eq. 4 as printed, equal beams", 1e-3),
                tolerance=digits(printed.OPTIMAL_ACCEPTANCE, 0.1),
                cause=(
                    "one acceptance for all masses and splittings, where it runs from"
                    f" {values.min():.3g} to {values.max():.3g} %"
                ),
                command="wayside paper fig15",
            )
        )
    return rows


def _part(name: str) -> Row:
    """Pinned numbers of a part whose picture is lost."""
    subfigure = panel(name)
    lows: dict[str, float] = {}
    for convention in ("study", "exact"):
        columns = [subfigure.edges(i, convention) for i in range(len(subfigure.x))]
        lows[convention] = min(excluded[0] for excluded in columns if excluded is not None)
    return Row(
        key=f"fig15.{name}.least",
        quantity=f"least epsilon of fig. 15 ({name}) at 500 fb^-1, our benchmark masses",
        study=Printed(None, "", "read off the figure", f"fig. 15 ({name})"),
        same=Ours(lows["study"], "Eq. 20, acceptance 0.9 %", 2e-3),
        right=Ours(lows["exact"], "exact yield: every path and boost, all of m_e", 5e-3),
        reason="the figure and its parameters are lost",
        note=f"exact over approximate: {lows['exact'] / lows['study']:.3f}",
        command=f"wayside reach study-fig15{name}" if name in "cd" else "wayside paper fig15",
        data=("r_ratio",),
    )
