"""Fig. 5: the mean flight length over m1 and m2, at BESIII."""

from typing import Final

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from wayside.constants import HBAR_C
from wayside.models.excited import width_hats
from wayside.models.inelastic import ScalarInelastic
from wayside.paper.claims import HOLDS, claim, fraction
from wayside.paper.formulas import equation_14
from wayside.paper.rows import Row
from wayside.paper.section import Context, Drawing, Outcome
from wayside.plotting.style import canvas

SQRT_S: Final = 3.78
M_APRIME: Final = 3.0
EPSILON: Final = 1e-3
G_D: Final = 1.0
"""Chosen; Fig. 5 is "in the setting of BESIII"."""

POINTS: Final = 240


def flights() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """m1, m2 and d in m, NaN where phi1 cannot be made; shapes (n,), (n,), (m2, m1)."""
    m1 = np.linspace(0.3, 2.4, POINTS)
    m2 = np.linspace(0.2, 1.5, POINTS)
    heavy, ground = np.meshgrid(m1, m2)
    allowed = (heavy > ground + 0.005) & (heavy + ground < M_APRIME - 1e-6)
    flight = np.full(heavy.shape, np.nan)
    widths = width_hats(ScalarInelastic, M_APRIME, heavy[allowed], ground[allowed])
    ctau = HBAR_C / (EPSILON**2 * G_D**2 * sum(widths.values()))
    flight[allowed] = mean_gamma_beta(heavy[allowed], ground[allowed]) * ctau
    return m1, m2, flight


def mean_gamma_beta(m1: np.ndarray, m2: np.ndarray) -> np.ndarray:
    """Momentum over mass of Eq. 14, averaged over cos theta_1^*."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    energy = equation_14(nodes, SQRT_S**2, M_APRIME**2, m1[:, None], m2[:, None])
    ratio = energy / m1[:, None]
    return np.asarray(0.5 * np.sqrt(np.maximum(ratio**2 - 1.0, 0.0)) @ weights)


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Row and drawing of Fig. 5."""
    m1, m2, flight = flights()
    falls = total = 0
    for column in flight:
        inside = column[np.isfinite(column)]
        falls += int(np.sum(np.diff(inside) < 0.0))
        total += max(len(inside) - 1, 0)
    row = Row(
        key="fig5.falls",
        quantity="flight length falls as m1 grows at fixed m2, m_A' = 3 GeV",
        study=claim(
            "as the mass splitting m1 - m2 increases, the flight length d decreases",
            "section 6, fig. 5",
            "steps of the grid",
        ),
        same=fraction(falls, total, "steps"),
        tolerance=HOLDS,
        command="wayside paper fig05",
        data=("r_ratio",),
    )
    caption = (
        f"Mean flight length at BESIII, m_A' = {M_APRIME:g} GeV, epsilon = {EPSILON:g},"
        f" g_D = {G_D:g}: chosen, as the figure's parameters are lost. White line: d = 1 m."
    )
    return Outcome((row,), (Drawing("fig05", caption, lambda: _draw(m1, m2, flight)),))


def _draw(m1: np.ndarray, m2: np.ndarray, flight: np.ndarray) -> Figure:
    with canvas() as figure:
        axes = figure.subplots()
        image = axes.pcolormesh(
            m1,
            m2,
            flight,
            norm=LogNorm(1e-3, 1e5),
            cmap="viridis",
            shading="nearest",
            rasterized=True,
        )
        axes.contour(m1, m2, np.log10(flight), levels=[0.0], colors=["white"], linewidths=1.2)
        figure.colorbar(image, ax=axes, label=r"$d$ [m]")
        axes.set_xlabel("$m_1$ [GeV]")
        axes.set_ylabel("$m_2$ [GeV]")
        return figure
