"""Fig. 4: the spectrum of phi1 -> phi2 e+e-."""

from typing import Final

import numpy as np
from matplotlib.figure import Figure

from wayside.constants import M_ELECTRON
from wayside.models.excited import dgamma_dmff
from wayside.models.inelastic import ScalarInelastic
from wayside.paper.drawing import COLOURS
from wayside.paper.printed import TABLE_1_MASSES
from wayside.paper.rows import Ours, Printed, Row, Tolerance
from wayside.paper.section import Context, Drawing, Outcome
from wayside.plotting.style import canvas

POINTS: Final = (TABLE_1_MASSES[0], (2.0, 1.0634, 0.9247), (14.0, 5.00, 4.85))
"""m_A', m1, m2 in GeV: Table 1, BESIII of Fig. 14 (a), off shell."""


def spectrum(masses: tuple[float, float, float], n: int = 2001) -> tuple[np.ndarray, np.ndarray]:
    """Pair masses in fractions of the allowed range, and the spectrum of unit area over them."""
    low, high = 2.0 * M_ELECTRON, masses[1] - masses[2]
    t = np.linspace(0.0, 1.0, n)
    values = dgamma_dmff(ScalarInelastic, "e", low + (high - low) * t, *masses)
    return t, values / np.trapezoid(values, t)


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawing of Fig. 4."""
    rows = []
    for masses in POINTS:
        t, values = spectrum(masses)
        cumulative = np.concatenate(
            [[0.0], np.cumsum(0.5 * (values[1:] + values[:-1]) * np.diff(t))]
        )
        low, high = np.interp([0.05, 0.95], cumulative, t)
        rows.append(
            Row(
                key=f"fig4.width.{masses[0]:g}",
                quantity=f"fraction of the allowed range of m_ee that holds 90 % of the decays,"
                f" m_A' = {masses[0]:g}, m1 = {masses[1]:g}, m2 = {masses[2]:g} GeV",
                study=Printed(
                    1.0,
                    "",
                    "the whole range",
                    "section 6, fig. 4",
                    "a broad spectrum spanning the whole allowed mass range",
                ),
                same=Ours(float(high - low), "5 to 95 % of the decays", 1e-3),
                tolerance=Tolerance(0.5, 1.0, "broad: at least half of it"),
                note=f"from {low:.2f} to {high:.2f} of the range; most at"
                f" {t[np.argmax(values)]:.2f}",
                command="wayside paper fig04",
            )
        )
    caption = (
        "Spectrum of the electron pair. The study's masses are lost with the picture: Table 1's"
        " (on and off shell) and BESIII's of fig. 14 (a)."
    )
    return Outcome(tuple(rows), (Drawing("fig04", caption, _draw),))


def _draw() -> Figure:
    with canvas() as figure:
        axes = figure.subplots()
        for colour, masses in zip(COLOURS, POINTS, strict=False):
            t, values = spectrum(masses)
            high = masses[1] - masses[2]
            label = (
                rf"$m_{{A\prime}}={masses[0]:g}$, $m_1={masses[1]:g}$, $m_2={masses[2]:g}$ GeV:"
                rf" $\Delta m={high:.3g}$ GeV"
            )
            axes.plot(t, values, color=colour, label=label)
        axes.set_xlabel(r"$m_{ee}/(m_1-m_2)$")
        axes.set_ylabel(r"$(1/\Gamma)\,d\Gamma/d(m_{ee}/\Delta m)$")
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(bottom=0.0, top=2.3)
        axes.legend(loc="upper left", fontsize=8.5)
        return figure
