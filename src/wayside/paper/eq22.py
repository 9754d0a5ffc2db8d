"""Eqs. 22 and 23: BaBar's two searches carried over."""

import math
from typing import Final

import numpy as np
from scipy.optimize import brentq

from wayside.limits import babar
from wayside.paper.conventions import in_study_frame
from wayside.paper.rows import Ours, Printed, Row, within
from wayside.paper.section import Context, Outcome
from wayside.sensitivity.escape import BABAR, escape_rule
from wayside.sensitivity.existing import Existing
from wayside.sensitivity.mass_point import MassPoint

G_D_VISIBLE: Final = 1e-3
"""Small, so that leptons are left: where Eq. 22 applies."""

G_D_INVISIBLE: Final = (1.0, 0.03)
"""Large, so that A' is invisible, and small, so that it is not."""


def _edge(recast: str, key: str, point: MassPoint, g_d: float) -> float:
    """Least excluded epsilon."""
    margin = Existing(recast, 0.9).margins()[key]  # type: ignore[arg-type]

    def along(t: float) -> float:
        return float(margin(point, np.array([math.exp(t)]), np.array([g_d]))[0])

    grid = np.log(np.geomspace(1e-5, 1e-1, 400))
    values = [along(t) for t in grid]
    (first,) = np.flatnonzero(np.array(values) > 0.0)[:1]
    return math.exp(brentq(along, grid[first - 1], grid[first], xtol=1e-12))


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows of Eqs. 22 and 23."""
    point = in_study_frame("study-fig14b")
    visible = {key: float(v) for key, v in point.visible_width_hats.items()}
    leptons = (visible["e"] + visible["mu"]) / sum(visible.values())
    printed_edge = _edge("printed", "babar-visible", point, G_D_VISIBLE)
    exact_edge = _edge("exact", "babar-visible", point, G_D_VISIBLE)
    explained = _edge_without_dilution(point, G_D_VISIBLE)
    command = "wayside point study-fig14b --set run.recast="
    rows = (
        Row(
            key="eq22.visible",
            quantity=f"least epsilon that A' -> ll excludes, m_A' = 3 GeV, g_D = {G_D_VISIBLE:g}",
            study=Printed(printed_edge, "", "epsilon > epsilon_1/sqrt(BR(A' -> ll))", "eq. 22"),
            same=Ours(exact_edge, "epsilon^2 BR_ll of the published limit undone", 1e-6),
            tolerance=within(0.02, "reading of the published limit"),
            cause=(
                "the published epsilon_1 holds for an A' with hadronic decays; Eq. 22 takes it for"
                f" one with leptons alone (their fraction is {leptons:.3g})"
            ),
            explained=Ours(explained, "as if the search had assumed BR_ll = 1", 1e-6),
            command=command + "exact",
            data=("babar_visible", "r_ratio"),
        ),
    )
    return Outcome((*rows, *(_invisible(g_d) for g_d in G_D_INVISIBLE)))


def _invisible(g_d: float) -> Row:
    point = in_study_frame("study-fig14a")
    exact = _edge("exact", "babar-invisible", point, g_d)
    branching = float(point.branching_dark(exact, g_d))
    return Row(
        key=f"eq23.invisible.{g_d:g}",
        quantity=f"least epsilon that A' -> invisible excludes, m_A' = 2 GeV, g_D = {g_d:g}",
        study=Printed(
            _edge("printed", "babar-invisible", point, g_d),
            "",
            "epsilon > epsilon_2 e^(1/d)",
            "eq. 23",
        ),
        same=Ours(exact, "likelihood, BR(A' -> phi1 phi2), escape averaged over boosts", 1e-5),
        tolerance=within(0.05, "what the recast of a limit should reach"),
        cause=f"Eq. 23 takes BR(A' -> phi1 phi2) = 1, where it is {branching:.2g}",
        explained=Ours(_edge_all_dark(point, g_d), "ours with BR = 1", 1e-5),
        command=f"wayside point study-fig14a --set run.recast=exact --set model.g_d={g_d:g}",
        data=("babar_invisible", "babar_invisible_likelihood"),
    )


def _edge_all_dark(point: MassPoint, g_d: float) -> float:
    """Our limit of the invisible search with A' decaying to the pair alone."""
    escape = escape_rule(MassPoint(point.model, BABAR, {}))
    likelihood = babar.InvisibleLikelihood.from_table()

    def along(t: float) -> float:
        epsilon = math.exp(t)
        stays = escape.probability(point.ctau(epsilon, g_d))
        mass = point.model.m_aprime
        return float(babar.invisible_margin(mass, epsilon, 1.0, stays, likelihood=likelihood))

    return math.exp(brentq(along, math.log(1e-5), math.log(1.3e-3), xtol=1e-12))


def _edge_without_dilution(point: MassPoint, g_d: float) -> float:
    """Our limit with the fraction of leptons among Standard Model decays put to one."""
    curve = babar.visible_curve()
    widths = point.visible_width_hats

    def along(t: float) -> float:
        epsilon = math.exp(t)
        visible = epsilon**2 * sum(widths.values())
        leptons = epsilon**2 * (widths["e"] + widths["mu"])
        branching = leptons / (visible + g_d**2 * point.dark_width_hat)
        return float(
            babar.visible_margin(point.model.m_aprime, epsilon, branching, 1.0, curve=curve)
        )

    return math.exp(brentq(along, math.log(1e-5), math.log(1.0), xtol=1e-12))
