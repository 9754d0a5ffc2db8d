"""Figs. 6 and 7: where phi1 goes and how fast, in the centre of mass."""

from typing import Final

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from wayside.paper.claims import HOLDS, claim, fraction
from wayside.paper.conventions import at_masses, in_study_frame, masses_at_gap, relation
from wayside.paper.drawing import COLOURS
from wayside.paper.printed import TABLE_1_MASSES
from wayside.paper.rows import Ours, Printed, Row, within
from wayside.paper.section import Context, Drawing, Outcome
from wayside.plotting.style import canvas
from wayside.production.distribution import density, star_density
from wayside.sensitivity.mass_point import MassPoint

MASSES: Final = TABLE_1_MASSES[0]

SETS: Final = {
    rf"$m_{{A\prime}}={m:g}$, $m_1={heavy:.4g}$, $m_2={light:.4g}$": (m, heavy, light)
    for m, heavy, light in (
        *TABLE_1_MASSES,
        masses_at_gap(4.0, relation(4.0), 0.19),
        masses_at_gap(10.0, relation(10.0), 0.19),
    )
}
"""Four sets of Fig. 7: Table 1's, and two on the study's relation."""


def _point(masses: tuple[float, float, float]) -> MassPoint:
    return at_masses(in_study_frame("belle2-forward"), masses)


def angular(masses: tuple[float, float, float], cosine: np.ndarray) -> np.ndarray:
    """Density over cos theta_1 per produced phi1, from the closed form over the decay angle."""
    point = _point(masses)
    sine = np.sqrt((1.0 - cosine) * (1.0 + cosine))
    directions = np.column_stack([sine, np.zeros_like(cosine), cosine])
    return np.asarray(2.0 * np.pi * point.angular_density(directions, "cm"))


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawings of Figs. 6 and 7."""
    rows = []
    holes = []
    for masses in SETS.values():
        theta = np.radians(np.linspace(1e-3, 25.0, 600))
        values = angular(masses, np.cos(theta))
        holes.append(values[0] < 0.2 * values.max())
    rows.append(
        Row(
            key="fig7.hole",
            quantity="density along the beam less than a fifth of the largest",
            study=claim('creates a "hole" in the very forward region', "section 7, fig. 7", "sets"),
            same=fraction(sum(holes), len(holes), "sets of masses"),
            tolerance=HOLDS,
            cause="where phi1 can be at rest in the laboratory there is no caustic, and no hole",
            command="wayside paper fig06",
        )
    )
    rows.append(_normalised())
    drawings = (
        Drawing(
            "fig06",
            "Density of phi1 in its angle and boost, in closed form (no sampling, so no irregular"
            " boundaries). Belle II, equal beams, masses of Table 1's first line: the study's"
            " are lost.",
            _draw_6,
        ),
        Drawing(
            "fig07",
            "Density over cos theta_1 near the beam. Masses: Table 1's two lines, and 4 and 10 GeV"
            " on the study's relation; the study's are lost.",
            _draw_7,
        ),
    )
    return Outcome(tuple(rows), drawings)


def _normalised() -> Row:
    """The density integrates to one: with the hole and the caustic in the right places."""
    model = _point(MASSES).model
    nodes, weights = np.polynomial.legendre.leggauss(400)
    # theta on a logarithmic scale: the density peaks at degrees and fractions of them.
    low, high = np.log(1e-7), np.log(0.5 * np.pi)
    theta = np.exp(low + 0.5 * (high - low) * (nodes + 1.0))
    step = 0.5 * (high - low) * weights * theta * np.sin(theta)
    x = np.sin(0.5 * np.pi * nodes)
    dx = 0.5 * np.pi * np.cos(0.5 * np.pi * nodes) * weights
    values = star_density(model, 10.58, np.cos(theta)[:, None], x[None, :], "printed")
    back = star_density(model, 10.58, -np.cos(theta)[:, None], x[None, :], "printed")
    total = float(2.0 * np.pi * step @ (values + back) @ dx)
    return Row(
        key="fig6.norm",
        quantity="Eq. 13 over all directions and decay angles, divided by the integral of Eq. 4",
        study=Printed(1.0, "", "a probability", "eqs. 4, 13"),
        same=Ours(total, "our closed form, summed on a plain product grid", 5e-3),
        tolerance=within(0.01, "a product grid does not resolve the ridges of width m_e/sqrt(s)"),
    )


def _draw_6() -> Figure:
    point = _point(MASSES)
    model, beams = point.model, point.beams
    theta = np.radians(np.linspace(0.02, 20.0, 420))
    gamma = np.linspace(1.02, 1.06, 400)
    directions = np.column_stack([np.sin(theta), 0 * theta, np.cos(theta)])
    values = density(
        model, beams, directions[:, None, :], gamma[None, :] * model.m1, "cm", "printed"
    )
    # Per unit of cos theta_1 and of gamma_1.
    values = values * 2.0 * np.pi * model.m1
    with canvas(6.2, 4.4) as figure:
        axes = figure.subplots()
        top = float(np.nanpercentile(values, 99.9))
        image = axes.pcolormesh(
            np.cos(theta),
            gamma,
            np.where(values > 0, values, np.nan).T,
            norm=LogNorm(1e-4 * top, top),
            cmap="viridis",
            shading="nearest",
            rasterized=True,
        )
        figure.colorbar(image, ax=axes, label=r"$d^2P/d\cos\theta_1\,d\gamma_1$")
        axes.set_xlabel(r"$\cos\theta_1$")
        axes.set_ylabel(r"$\gamma_1$")
        axes.set_title(
            rf"$\sqrt{{s}}=10.58$, $m_{{A\prime}}={model.m_aprime:g}$, $m_1={model.m1:g}$,"
            rf" $m_2={model.m2:g}$ GeV",
            loc="left",
            fontsize=9.5,
        )
        return figure


def _draw_7() -> Figure:
    with canvas(6.2, 4.4) as figure:
        axes = figure.subplots()
        theta = np.radians(np.linspace(1e-3, 26.0, 1500))
        for colour, (label, masses) in zip(COLOURS, SETS.items(), strict=False):
            axes.plot(np.cos(theta), angular(masses, np.cos(theta)), color=colour, label=label)
        axes.set_yscale("log")
        axes.set_xlim(0.9, 1.0)
        axes.set_xlabel(r"$\cos\theta_1$")
        axes.set_ylabel(r"$dP/d\cos\theta_1$")
        for name, radial in (("A", 1.0), ("B", 1.4)):
            edge = [np.cos(np.arctan2(radial + shift, 7.0)) for shift in (-0.1, 0.1)]
            axes.axvspan(min(edge), max(edge), color="0.85", zorder=0)
            axes.text(float(np.mean(edge)), 0.03, name, transform=axes.get_xaxis_transform(),
                      ha="center", va="bottom", color="0.4")  # fmt: skip
        axes.legend(fontsize=8.5, loc="upper left")
        return figure
