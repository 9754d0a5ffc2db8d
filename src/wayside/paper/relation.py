"""The relation of optimal acceptance, 1 - (m1 + m2)/m_A' = (a - b m_A') exp(-c m_A')."""

from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from scipy.optimize import brentq, least_squares, minimize_scalar

from wayside.paper import printed
from wayside.paper.conventions import at_masses, in_study_frame, masses_at_gap, relation, setup
from wayside.paper.drawing import COLOURS
from wayside.paper.rows import Ours, Printed, Row, Tolerance, digits
from wayside.paper.section import Context, Drawing, Outcome
from wayside.plotting.style import canvas
from wayside.sensitivity.mass_point import MassPoint
from wayside.typing import FloatArray

MASSES: Final = tuple(float(m) for m in range(2, 11))
"""m_A' in GeV of the fit: the study says up to 10."""

DELTA: Final = printed.TABLE_1_MASSES[0][1] / printed.TABLE_1_MASSES[0][2] - 1.0
"""(m1 - m2)/m2 of the first line of Table 1, 0.19; the relation names none, and the optimum depends
on it."""

DELTAS: Final = (0.01, DELTA, 0.4)
"""Splittings drawn."""

FITTED: Final = tuple(
    (masses, delta) for masses in (MASSES, MASSES[:-1], MASSES[1:]) for delta in (0.1, DELTA, 0.25)
)
"""Choices of masses and splitting that the study's fit may have made."""

WORST: Final = 0.85
"""Per cent: what still rounds to the study's 0.9."""


def acceptance(point: MassPoint, m_aprime: float, gap: float, delta: float) -> float:
    """Acceptance of box A as a fraction."""
    return at_masses(point, masses_at_gap(m_aprime, gap, delta)).face("A").value


@cache
def optimum(
    m_aprime: float, delta: float, scenario: str = "belle2-forward", regulator: str = "printed"
) -> tuple[float, float]:
    """Gap 1 - (m1 + m2)/m_A' at which box A accepts most, and that acceptance."""
    point = replace(setup(scenario, f"collider.regulator={regulator}"), rtol=1e-5)
    middle = np.log(caustic_gap(m_aprime, delta, point))
    grid = middle + np.linspace(-1.0, 1.5, 41)
    values = [acceptance(point, m_aprime, float(np.exp(u)), delta) for u in grid]
    best = int(np.argmax(values))
    maximum = minimize_scalar(
        lambda u: -acceptance(point, m_aprime, float(np.exp(u)), delta),
        bounds=(grid[best - 1], grid[best + 1]),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(maximum.x)), -float(maximum.fun)


@cache
def refitted(masses: tuple[float, ...], delta: float) -> tuple[float, float, float]:
    """The relation's three numbers from our own optimum, every mass counting alike.

    Parameters
    ----------
    masses
        Masses of A' in GeV.
    delta
        Splitting (m1 - m2)/m2.
    """
    m = np.array(masses)
    gaps = np.array([optimum(m_aprime, delta)[0] for m_aprime in masses])

    def residual(p: FloatArray) -> FloatArray:
        form = (p[0] - p[1] * m) * np.exp(-p[2] * m)
        return np.asarray(np.log(np.maximum(form, 1e-12) / gaps))

    fit = least_squares(residual, np.array(printed.RELATION), x_scale=(0.1, 0.01, 0.1), xtol=1e-12)
    a, b, c = fit.x.tolist()
    return a, b, c


def caustic_gap(m_aprime: float, delta: float, point: MassPoint) -> float:
    """Gap at which the caustic's cone about the beam runs through the middle of the front face.

    An A' along the beam sends phi1 into a cone of half-angle asin(p*/(m1 gamma beta)): where that
    is the detector's angle the density is largest. Kinematics alone, no density.
    """
    sqrt_s = point.beams.sqrt_s
    speed = (sqrt_s**2 - m_aprime**2) / (2.0 * m_aprime * sqrt_s)
    centre = point.box("A").position
    sine = float(np.hypot(centre[0], centre[1]) / np.linalg.norm(centre))

    def excess(u: float) -> float:
        _, m1, m2 = masses_at_gap(m_aprime, float(np.exp(u)), delta)
        e1 = (m_aprime**2 + m1**2 - m2**2) / (2.0 * m_aprime)
        return float(np.sqrt(max(e1**2 - m1**2, 0.0)) / (m1 * speed) - sine)

    return float(np.exp(brentq(excess, np.log(1e-7), np.log(0.5), xtol=1e-12)))


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and figure of the relation."""
    point = in_study_frame("belle2-forward")
    rows = [_gap_row(m, point) for m in MASSES]
    rows += [_acceptance_row(m, point) for m in (2.0, 4.0, 6.0, 8.0, 10.0)]
    rows += _parameters()
    rows.append(_optimal())
    caption = (
        "Optimal acceptance of box A at 7 m, equal beams at 10.58 GeV, Eq. 4 as printed. The"
        " study's text gives the relation and no splitting: ours is drawn for several (m1 - m2)/m2,"
        " 0.19 being that of Table 1."
    )
    return Outcome(tuple(rows), (Drawing("relation", caption, _draw),))


def _gap_row(m: float, point: MassPoint) -> Row:
    gap = relation(m)
    best = optimum(m, DELTA)[0]
    low, high = _good_gaps(m, best, point)
    study = Printed(
        gap, "", f"1 - (m1 + m2)/m_A' of best acceptance, m_A' = {m:g} GeV", "section 10"
    )
    fitted = refitted(MASSES, DELTA)
    return Row(
        key=f"relation.gap.{m:g}",
        quantity=f"1 - (m1 + m2)/m_A' where box A accepts most, m_A' = {m:g} GeV",
        study=study,
        same=Ours(best, f"maximum of our acceptance, (m1 - m2)/m2 = {DELTA:.3g}", 2e-3),
        tolerance=Tolerance(
            best / high,
            best / low,
            f"gaps at which the acceptance is at least {WORST} %, which rounds to the study's 0.9",
        ),
        cause=(
            "three numbers cannot follow the optimum from 2 to 10 GeV: our own fit of the form"
            f" misses it as well, by {100 * (relation(m, fitted) / best - 1):.2g} % here"
        ),
        explained=Ours(
            relation(m, fitted), "the form fitted to our own optimum at all nine masses", 5e-3
        ),
        note=(
            "the caustic runs through the middle of the face at a gap of"
            f" {caustic_gap(m, DELTA, point):.4g}; optimum at other splittings:"
            + ",".join(f" {optimum(m, d)[0]:.4g} ({d:g})" for d in (0.01, 0.4))
        ),
        command="wayside paper relation",
    )


def _good_gaps(m: float, best: float, point: MassPoint) -> tuple[float, float]:
    """Gaps around the best one between which the acceptance is at least `WORST`."""

    def excess(u: float) -> float:
        return 100.0 * acceptance(point, m, float(np.exp(u)), DELTA) - WORST

    middle = float(np.log(best))
    low = brentq(excess, middle - 1.5, middle, xtol=1e-6)
    high = brentq(excess, middle, middle + 1.5, xtol=1e-6)
    return float(np.exp(low)), float(np.exp(high))


def _acceptance_row(m: float, point: MassPoint) -> Row:
    percent = 100.0 * acceptance(point, m, relation(m), DELTA)
    return Row(
        key=f"relation.acceptance.{m:g}",
        quantity=f"acceptance of box A on the printed relation, m_A' = {m:g} GeV",
        study=printed.OPTIMAL_ACCEPTANCE,
        same=Ours(percent, f"(m1 - m2)/m2 = {DELTA:.3g}, Eq. 4 as printed, equal beams", 1e-3),
        tolerance=digits(printed.OPTIMAL_ACCEPTANCE, 0.1),
        right=Ours(
            100.0 * optimum(m, DELTA, regulator="exact")[1],
            "at our own best masses, all of the electron mass",
            1e-3,
        ),
        cause=(
            "the relation is off the optimum"
            if percent < WORST
            else "the best is more than 0.9, as Table 1's 0.976 is"
        ),
        note=f"best: {100 * optimum(m, DELTA)[1]:.3g} % with Eq. 4 as printed",
        command="wayside paper relation",
    )


def _parameters() -> list[Row]:
    ours = refitted(MASSES, DELTA)
    choices = np.array([refitted(*choice) for choice in FITTED])
    rows = []
    for i, (name, unit) in enumerate((("a", ""), ("b", "/GeV"), ("c", "/GeV"))):
        value = printed.RELATION[i]
        study = Printed(value, unit, f"{name} of (a - b m_A') exp(-c m_A')", "section 10")
        rounding = 0.5 * printed.RELATION_DIGITS[i]
        # Ours at one choice against the study's at another: the spread either way.
        low = ours[i] / float(choices[:, i].max())
        high = ours[i] / float(choices[:, i].min())
        rows.append(
            Row(
                key=f"relation.{name}",
                quantity=f"{name} of the relation, refitted",
                study=study,
                same=Ours(
                    ours[i],
                    f"fit to our optimum at m_A' = 2, 3, ..., 10 GeV, (m1 - m2)/m2 = {DELTA:.3g}",
                    5e-3,
                ),
                tolerance=Tolerance(
                    low - rounding / value,
                    high + rounding / value,
                    f"what leaving out 2 or 10 GeV, or a splitting from 0.1 to 0.25, does:"
                    f" {choices[:, i].min():.4g} to {choices[:, i].max():.4g}",
                ),
                note=(
                    f"a/b, where the gap closes: {ours[0] / ours[1]:.4g} GeV, the study's"
                    f" {printed.RELATION[0] / printed.RELATION[1]:.4g}"
                ),
                command="wayside paper relation",
            )
        )
    return rows


def _optimal() -> Row:
    values = [100.0 * optimum(m, DELTA)[1] for m in MASSES]
    return Row(
        key="relation.optimal",
        quantity="best acceptance of box A, mean over m_A' = 2 to 10 GeV",
        study=printed.OPTIMAL_ACCEPTANCE,
        same=Ours(float(np.mean(values)), "maximum over m1 + m2, Eq. 4 as printed", 1e-3),
        tolerance=digits(printed.OPTIMAL_ACCEPTANCE, 0.1),
        cause="0.9 is below the best, 0.976 in Table 1; the study takes a cautious round number",
        note=f"between {min(values):.3g} and {max(values):.3g} %",
    )


def _draw() -> Figure:
    with canvas(9.2, 3.9) as figure:
        left, right = figure.subplots(1, 2)
        fine = np.linspace(2.0, 10.0, 81)
        point = in_study_frame("belle2-forward")
        for colour, delta in zip(COLOURS[2:], DELTAS, strict=False):
            gaps = [optimum(m, delta)[0] for m in MASSES]
            label = rf"ours, $\Delta m/m_2={delta:.2g}$"
            left.plot(MASSES, np.array(gaps), "o", color=colour, markersize=3.5, label=label)
            values = [100 * acceptance(point, m, relation(m), delta) for m in fine]
            right.plot(
                fine, values, color=colour, label=rf"on the relation, $\Delta m/m_2={delta:.2g}$"
            )
        best = [100 * optimum(m, DELTA)[1] for m in MASSES]
        right.plot(MASSES, best, color=COLOURS[0], linestyle="--", label="best")
        right.axhline(0.9, color=COLOURS[1], linewidth=0.8, label="study: 0.9")
        left.plot(fine, [relation(m) for m in fine], color=COLOURS[1], label="study's relation")
        ours = [relation(m, refitted(MASSES, DELTA)) for m in fine]
        left.plot(
            fine, ours, color=COLOURS[0], linewidth=0.9, label="its form fitted to ours, 0.19"
        )
        left.set_yscale("log")
        left.set_ylabel(r"$1-(m_1+m_2)/m_{A\prime}$")
        right.set_ylabel("acceptance of box A [%]")
        right.set_ylim(0.0, 1.25)
        for axes in (left, right):
            axes.set_xlabel(r"$m_{A\prime}$ [GeV]")
            axes.legend(fontsize=8, loc="lower left")
        return figure
