"""Eq. 5: production off shell, and the 32 in its denominator."""

from typing import Final

import numpy as np

from wayside.constants import ALPHA, GEV2_TO_FB
from wayside.paper import printed
from wayside.paper.amplitudes import off_shell_dsigma
from wayside.paper.eq03 import per_speed2
from wayside.paper.formulas import equation_5
from wayside.paper.printed import EQUATION_5_DENOMINATOR
from wayside.paper.rows import Ours, Printed, Row, within
from wayside.paper.section import Context, Outcome

SQRT_S: Final = 10.58


def printed_dsigma(
    cosine: float, m_aprime: float, m1: float, m2: float, denominator: float
) -> float:
    """Eq. 5 as printed, but for the number in its denominator: GeV^-2 over epsilon^2 g_D^2."""
    return float(equation_5(cosine, SQRT_S**2, m_aprime**2, m1, m2, denominator))


def denominator_by_traces(cosine: float) -> float:
    """What the denominator must be for Eq. 5 to be the Dirac trace of the Lagrangian."""
    masses = printed.TABLE_1_OFF_SHELL
    trace = float(off_shell_dsigma(cosine, SQRT_S, *masses))
    return printed_dsigma(cosine, *masses, 1.0) / trace


def denominator_by_equation_3() -> float:
    """What it must be for detailed balance with Eq. 3: p^2 sigma(12 -> ee) = s sigma(ee -> 12).

    At threshold, where sigma(12 -> ee) v = (sigma v/v^2) v^2 of Eq. 3, p = v m1 m2/(m1 + m2) and
    s = (m1 + m2)^2; the integral of sin^2 over the cosine is 4/3. Two electron spins each, no
    identical particles.
    """
    m_aprime, m1, m2 = printed.TABLE_1_OFF_SHELL
    total, reduced = m1 + m2, m1 * m2 / (m1 + m2)
    v = 1e-4
    p = v * reduced
    back = per_speed2(m_aprime, m1, m2) * v
    s = total**2
    out = p**2 * back / (4.0 * (0.25 * s))
    # Eq. 5 at threshold: [1 - (m1+m2)^2/s][1 - (m1-m2)^2/s] = 4 p^2/s exactly.
    shape = ALPHA * s / (s - m_aprime**2) ** 2 * (4.0 * p**2 / s) ** 1.5 * 4.0 / 3.0
    return float(shape / out)


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows of Eq. 5."""
    cosines = (0.0, 0.3, 0.6, 0.9)
    denominators = [denominator_by_traces(c) for c in cosines]
    spread = float(np.ptp(denominators) / np.mean(denominators))
    cause = "16 follows from the Lagrangian, Eq. 2; yields off shell are twice the printed ones"
    allowed = within(1e-3, "a whole number")
    masses = printed.TABLE_1_OFF_SHELL
    return Outcome(
        (
            Row(
                key="eq5.lagrangian",
                quantity="denominator that the Lagrangian gives",
                study=EQUATION_5_DENOMINATOR,
                same=Ours(
                    float(np.mean(denominators)),
                    "Dirac trace at four angles, Table 1's masses",
                    1e-7,
                ),
                tolerance=allowed,
                cause=cause,
                note=f"the four angles give the same within {spread:.0e}: sin^2 holds",
                command="wayside point belle2-central",
            ),
            Row(
                key="eq5.balance",
                quantity="denominator that the study's own Eq. 3 gives by detailed balance",
                study=EQUATION_5_DENOMINATOR,
                same=Ours(denominator_by_equation_3(), "Eq. 3 as printed, turned around", 1e-7),
                tolerance=allowed,
                cause="Eqs. 3 and 5 as printed contradict each other by a factor of two",
            ),
            Row(
                key="eq5.cross-section",
                quantity="cross-section at Table 1's masses off shell",
                study=Printed(
                    printed_dsigma(0.0, *masses, 32.0) * 4.0 / 3.0 * GEV2_TO_FB,
                    "fb",
                    "integral of the printed form over epsilon^2 g_D^2, sqrt(s) = 10.58 GeV",
                    "eq. 5",
                ),
                same=Ours(
                    float(off_shell_dsigma(0.0, SQRT_S, *masses)) * 4.0 / 3.0 * GEV2_TO_FB,
                    "Dirac trace",
                    1e-6,
                ),
                tolerance=within(1e-3, "both are exact at tree level"),
                cause=cause,
                explained=Ours(
                    float(off_shell_dsigma(0.0, SQRT_S, *masses))
                    * 4.0
                    / 3.0
                    * GEV2_TO_FB
                    * denominator_by_traces(0.0)
                    / 32.0,
                    "32 put for the trace's own denominator",
                    1e-6,
                ),
                command="wayside point belle2-central",
            ),
        )
    )
