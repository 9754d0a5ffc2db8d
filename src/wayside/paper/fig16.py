"""Fig. 16: exclusion off shell with one central detector at Belle II."""

from functools import cache
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from scipy.optimize import brentq

from wayside.paper import planes
from wayside.paper.conventions import scenario, setup
from wayside.paper.drawing import planes_figure
from wayside.paper.planes import Convention, Panel
from wayside.paper.printed import REACH_OFF_SHELL_HIGH, REACH_OFF_SHELL_LOW
from wayside.paper.rows import Ours, Printed, Row, decade, within
from wayside.paper.section import Context, Drawing, Outcome
from wayside.production.direct_process import DirectProcess

NAMES: Final = ("a", "b")


@cache
def panel(name: str) -> Panel:
    """Plane of one part."""
    key = f"study-fig16{name}"
    return planes.couplings(scenario(key), setup(key))


G_D: Final = float(np.sqrt(4.0 * np.pi))
"""Largest perturbative dark coupling, where the plane reaches down farthest."""


def band(name: str, convention: Convention, g_d: float = G_D) -> tuple[float, float]:
    """Least and largest excluded epsilon; off shell the product epsilon g_D counts alone."""
    subfigure = panel(name)
    events = planes.events_of(subfigure, subfigure.points[0], g_d, convention)
    grid = np.geomspace(1e-5, 1.0, 800)
    excluded = planes.edges(events, grid, events(grid))
    assert excluded is not None
    return excluded


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawing of Fig. 16."""
    rows = []
    for end, study in ((0, REACH_OFF_SHELL_LOW), (1, REACH_OFF_SHELL_HIGH)):
        theirs, ours = band("a", "study")[end], band("a", "exact")[end]
        rows.append(
            Row(
                key=f"reach.{DirectProcess.name}.{'low' if end == 0 else 'high'}",
                quantity=f"{'least' if end == 0 else 'largest'} epsilon excluded off shell,"
                " g_D = sqrt(4 pi)",
                study=study,
                same=Ours(
                    theirs, "Eq. 21, Eq. 5 with 32, acceptance 0.045 %, Table 1's masses", 1e-6
                ),
                tolerance=decade(),
                right=Ours(ours, "16 in Eq. 5, every path", 1e-4),
                command="wayside reach study-fig16a --set run.decays=exact",
                data=("r_ratio",),
            )
        )
    rows += [_thirty_two(), _relic(), *(_part(name) for name in NAMES)]
    caption = (
        "One detector 4 m from the beam axis at 90 degrees, 50 ab^-1, 90 % CL, no background. (a)"
        " has the masses of Table 1, (b) twice their splitting: the figure's parameters are lost."
        " The approximations have Eq. 5 as printed."
    )
    titles = [
        rf"({name}) $m_{{A\prime}}=14$, $m_1=5.00$, $m_2={panel(name).points[0].model.m2:.2f}$ GeV"
        for name in NAMES
    ]
    return Outcome(tuple(rows), (Drawing("fig16", caption, lambda: _draw(titles)),))


def _draw(titles: list[str]) -> Figure:
    return planes_figure([panel(name) for name in NAMES], titles)


def _thirty_two() -> Row:
    """What the printed 32 does to the reach."""
    subfigure = panel("a")
    point = subfigure.points[0]
    half = planes.events_of(subfigure, point, G_D, "own acceptance")
    low = band("a", "study")[0]
    grid = np.log([0.5 * low, 1.5 * low])

    def doubled(t: float) -> float:
        return float(np.log(2.0 * half(np.array([np.exp(t)]))[0] / planes.LIMIT))

    with_16 = float(np.exp(brentq(doubled, *grid)))
    excluded = planes.edges(half, np.geomspace(1e-5, 1.0, 800), half(np.geomspace(1e-5, 1.0, 800)))
    assert excluded is not None
    return Row(
        key="fig16.thirty-two",
        quantity="least epsilon with Eq. 5 as printed, own acceptance, g_D = sqrt(4 pi)",
        study=Printed(
            excluded[0], "", "Eq. 21 with 32", "eqs. 5, 21", "computed from the printed formula"
        ),
        same=Ours(with_16, "the same with 16", 1e-6),
        tolerance=within(0.02, "rounding of the printed acceptance"),
        cause="twice the yield, which goes with epsilon^4 and its survival: the fourth root of"
        " two and more",
        explained=Ours(excluded[0], "32 put back", 1e-6),
        command="wayside reach study-fig16a",
    )


def _relic() -> Row:
    """How much of the reach off shell has too much dark matter."""
    fractions = []
    for name in NAMES:
        _, too_much = panel(name).relic
        covered = panel(name).events("exact") > planes.LIMIT
        fractions.append(float((covered & ~too_much).sum() / covered.sum()))
    return Row(
        key="fig16.relic",
        quantity="fraction of the reach of fig. 16 (a) without too much dark matter",
        study=Printed(
            None,
            "",
            "read off the figure",
            "fig. 16",
            "light gray areas are excluded by the relic density",
        ),
        same=Ours(
            fractions[0],
            "exact yield and relic density, equal areas of the logarithmic plane",
            0.02,
        ),
        reason="the figure is lost; that part of it is excluded is so here as well",
        note=f"(b): {fractions[1]:.2g}",
        command="wayside reach study-fig16a --set run.decays=exact",
        data=("r_ratio", "dof_drees2015"),
    )


def _part(name: str) -> Row:
    theirs, ours = band(name, "study"), band(name, "exact")
    return Row(
        key=f"fig16.{name}.least",
        quantity=f"least epsilon of fig. 16 ({name}), g_D = sqrt(4 pi)",
        study=Printed(None, "", "read off the figure", f"fig. 16 ({name})"),
        same=Ours(theirs[0], "Eq. 21, Eq. 5 with 32, acceptance 0.045 %", 1e-6),
        right=Ours(ours[0], "16 in Eq. 5, every path", 1e-4),
        reason="the figure is lost",
        note=f"excluded up to {ours[1]:.3g}",
        command=f"wayside reach study-fig16{name}",
        data=("r_ratio",),
    )
