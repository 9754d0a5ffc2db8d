"""Fig. 14: exclusion in epsilon and g_D at BESIII (a, b) and Belle II (c, d)."""

from functools import cache
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from wayside.limits import babar
from wayside.paper import planes
from wayside.paper.claims import HOLDS, claim, fraction
from wayside.paper.conventions import scenario, setup
from wayside.paper.drawing import masses_title, planes_figure
from wayside.paper.planes import Panel
from wayside.paper.printed import MONO_PHOTON_END, REACH_BELLE2, REACH_BESIII, REACH_RATIO
from wayside.paper.rows import Ours, Printed, Row, decade, digits
from wayside.paper.section import Context, Drawing, Outcome

NAMES: Final = ("a", "b", "c", "d")

COLUMNS: Final = 81


@cache
def panel(name: str) -> Panel:
    """Plane of one part."""
    key = f"study-fig14{name}"
    return planes.couplings(scenario(key), setup(key), COLUMNS)


@cache
def least(name: str, convention: planes.Convention) -> float:
    """Least excluded epsilon of one part."""
    return planes.least_epsilon(panel(name), convention)


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawing of Fig. 14."""
    rows = [*_reach(), _order(), *(_part(name) for name in NAMES), *_regions()]
    titles = [
        masses_title(name, panel(name).points[0].model, f"{collider}, ")
        for name, collider in zip(NAMES, ("BESIII",) * 2 + ("Belle II",) * 2, strict=True)
    ]
    caption = (
        "Two detectors, 90 % CL, no background, 100 fb^-1 (a, b) and 50 ab^-1 (c, d). The figure's"
        " parameters are lost: masses of (c) are Table 1's, m1 + m2 of (d) is from the study's"
        " relation at its end, 10 GeV; of (a, b) at 2 and 3 GeV from our own best acceptance of"
        " the BESIII box; (m1 - m2)/m2 = 0.15 in (a, b, d). Equal beams, as in the study."
    )
    return Outcome(
        tuple(rows),
        (Drawing("fig14", caption, lambda: _draw(titles)),),
    )


def _draw(titles: list[str]) -> Figure:
    return planes_figure([panel(name) for name in NAMES], titles)


def _reach() -> list[Row]:
    rows = []
    for study, parts, where in (
        (REACH_BESIII, ("a", "b"), "besiii"),
        (REACH_BELLE2, ("c", "d"), "belle2"),
    ):
        theirs = {name: least(name, "study") for name in parts}
        ours = {name: least(name, "exact") for name in parts}
        best = min(theirs, key=lambda name: theirs[name])
        rows.append(
            Row(
                key=f"reach.{where}",
                quantity="least epsilon excluded at"
                f" {'BESIII' if where == 'besiii' else 'Belle II'}",
                study=study,
                same=Ours(
                    theirs[best],
                    f"fig. 14 ({best}): Eq. 20, acceptance 0.9 %, Eq. 4 as printed",
                    1e-4,
                ),
                tolerance=decade(),
                right=Ours(
                    min(ours.values()), "exact yield: every path and boost, all of m_e", 1e-3
                ),
                note="by part, ours: " + ", ".join(f"({k}) {v:.3g}" for k, v in ours.items()),
                command=f"wayside reach study-fig14{best} --set run.decays=exact",
                data=("r_ratio",),
            )
        )
    return rows


def _order() -> Row:
    theirs = min(least(n, "study") for n in "ab") / min(least(n, "study") for n in "cd")
    ours = min(least(n, "exact") for n in "ab") / min(least(n, "exact") for n in "cd")
    return Row(
        key="reach.ratio",
        quantity="least epsilon at BESIII over that at Belle II",
        study=REACH_RATIO,
        same=Ours(theirs, "best of fig. 14 (a, b) over best of (c, d), Eq. 20", 2e-4),
        tolerance=decade(),
        right=Ours(ours, "exact yields", 1e-3),
        command="wayside paper fig14",
    )


def _part(name: str) -> Row:
    """A number that the lost picture shows and the text does not give."""
    ours, theirs = least(name, "exact"), least(name, "study")
    return Row(
        key=f"fig14.{name}.least",
        quantity=f"least epsilon of fig. 14 ({name}) at our benchmark masses",
        study=Printed(None, "", "read off the figure", f"fig. 14 ({name})"),
        same=Ours(theirs, "Eq. 20, acceptance 0.9 %", 1e-4),
        right=Ours(ours, "exact yield: every path and boost, all of m_e", 1e-3),
        reason="the figure and its masses are lost",
        note=f"exact over approximate: {ours / theirs:.3f}",
        command=f"wayside reach study-fig14{name}",
        data=("r_ratio",),
    )


def _regions() -> list[Row]:
    """Coloured areas of the figure."""
    rows = []
    reopened = []
    for name in ("a", "b"):
        subfigure = panel(name)
        margins = subfigure.margins("printed")
        covered = subfigure.events("study") > planes.LIMIT
        point = subfigure.points[0]
        limit = float(babar.invisible_curve()(point.model.m_aprime))
        would_be = (subfigure.epsilon[:, None] > limit) & np.ones_like(covered)
        free = (
            covered & would_be & ~(margins["babar-invisible"] > 0) & ~(margins["babar-visible"] > 0)
        )
        reopened.append(float(free.sum() / covered.sum()))
    rows.append(
        Row(
            key="fig14.reopened",
            quantity="part of our reach at BESIII lies above BaBar's limit and is not excluded"
            " by Eq. 23",
            study=claim(
                "could have otherwise been excluded by [3], but re-opens", "fig. 14 (a, b)", "parts"
            ),
            same=fraction(sum(area > 0.0 for area in reopened), 2, "parts"),
            tolerance=HOLDS,
            note="fraction of the reach: " + ", ".join(f"{area:.2g}" for area in reopened),
            command="wayside paper fig14",
            data=("babar_invisible", "babar_visible"),
        )
    )
    ends = babar.invisible_curve().mass_range[1]
    above = float(panel("d").points[0].model.m_aprime)
    rows.append(
        Row(
            key="fig14.mono-photon",
            quantity="m_A' at which BaBar's invisible search ends",
            study=MONO_PHOTON_END,
            same=Ours(float(ends), "last mass of the published limit", 1e-9),
            tolerance=digits(MONO_PHOTON_END, 1.0),
            note=f"fig. 14 (d) is at {above:g} GeV, where it says nothing",
            data=("babar_invisible",),
        )
    )
    overlaps = []
    for name in ("c", "d"):
        _, too_much = panel(name).relic
        covered = panel(name).events("exact") > planes.LIMIT
        overlaps.append(float((covered & ~too_much).sum() / covered.sum()))
    rows.append(
        Row(
            key="fig14.relic",
            quantity="part of our reach at Belle II lies where there is not too much dark matter",
            study=claim("also favored by the DM relic density constraint", "section 10", "parts"),
            same=fraction(sum(area > 0.0 for area in overlaps), 2, "parts (c), (d)"),
            tolerance=HOLDS,
            note="fraction of the reach: " + ", ".join(f"{area:.2g}" for area in overlaps),
            command="wayside reach study-fig14c",
            data=("r_ratio", "dof_drees2015"),
        )
    )
    return rows
