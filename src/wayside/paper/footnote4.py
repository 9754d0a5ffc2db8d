"""Footnote 4: beams of equal energies, head-on, against the actual beams."""

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.optimize import minimize_scalar

from wayside.collider.beams import Beams
from wayside.detector.box import Box
from wayside.paper.conventions import at_masses, masses_at_gap, setup
from wayside.paper.printed import TABLE_1_MASSES
from wayside.paper.relation import DELTA
from wayside.paper.rows import Ours, Printed, Row, within
from wayside.paper.section import Context, Outcome
from wayside.sensitivity.mass_point import MassPoint

BELLE2: Final = Beams(7.007, 4.000, 0.083)
"""SuperKEKB."""

BESIII: Final = Beams(1.89, 1.89, 0.022)
"""BEPCII crosses its beams at 22 mrad."""

SIDES: Final = {
    "forward, inside of the ring": (1.0, 1.0),
    "forward, outside": (-1.0, 1.0),
    "backward, inside": (1.0, -1.0),
    "backward, outside": (-1.0, -1.0),
}
"""Signs of x and z: both beams tilt toward +x, electrons go toward +z."""

COUPLINGS: Final = (1e-4, 0.3)
"""epsilon and g_D at which yields are compared, near the lower edge of Fig. 14 (c)."""


def placed(point: MassPoint, beams: Beams, x: float, z: float) -> MassPoint:
    """Box A mirrored, and other beams."""
    box = point.box("A")
    position = box.position * np.array([x, 1.0, z])
    return replace(point, beams=beams, volumes={"A": Box.place(position, box.size)})


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows of footnote 4."""
    rows: list[Row] = []
    belle2 = replace(setup("belle2-forward"), rtol=1e-4)
    rows += [
        _acceptance(at_masses(belle2, TABLE_1_MASSES[0]), BELLE2, words, signs, "belle2")
        for words, signs in SIDES.items()
    ]
    rows += [
        _yield(at_masses(belle2, TABLE_1_MASSES[0]), words, signs) for words, signs in SIDES.items()
    ]
    rows += [_best(words, signs) for words, signs in SIDES.items()]
    besiii = setup("study-fig14a", "collider.regulator=exact")
    for words in ("forward, inside of the ring", "forward, outside"):
        rows.append(_acceptance(besiii, BESIII, words, SIDES[words], "besiii"))
    return Outcome(tuple(rows))


def _key(words: str) -> str:
    direction, side = words.split(", ")
    return f"{direction}-{side.split()[0]}"


def _cause(point: MassPoint, beams: Beams, signs: tuple[float, float]) -> str:
    """What each of the two effects does alone, and why."""
    boost = float(np.linalg.norm(beams.boost))
    half = 0.5 * beams.sqrt_s
    angle_alone = Beams(*(2 * (half / np.cos(0.5 * beams.crossing_angle),)), beams.crossing_angle)
    parts = [f"{100 * placed(point, angle_alone, *signs).face('A').value:.3g} % by the angle alone"]
    if beams.electron_energy != beams.positron_energy:
        ratio = (beams.electron_energy / beams.positron_energy) ** 0.5
        energies = Beams(half * ratio, half / ratio, 0.0)
        alone = 100 * placed(point, energies, *signs).face("A").value
        parts.append(f"{alone:.3g} % by the energies alone")
    return (
        f"the centre of mass moves with gamma beta = {boost / np.sqrt(1 - boost**2):.2g}, phi1 in"
        f" it with {point.mean_gamma_beta:.2g} on average: {', '.join(parts)}"
    )


def _acceptance(
    point: MassPoint, beams: Beams, words: str, signs: tuple[float, float], key: str
) -> Row:
    equal = 100.0 * point.face("A").value
    moved = placed(point, beams, *signs)
    true = 100.0 * moved.face("A").value
    model = point.model
    return Row(
        key=f"footnote4.{key}.{_key(words)}",
        quantity=f"acceptance of box A {words}, m_A' = {model.m_aprime:g}, m1 = {model.m1:g} GeV",
        study=Printed(
            equal,
            "%",
            "equal beams, head-on: the effect is not taken into account",
            "footnote 4",
            "computed with equal beams, all of m_e",
        ),
        same=Ours(
            true,
            f"{beams.electron_energy:g} on {beams.positron_energy:g} GeV at"
            f" {1e3 * beams.crossing_angle:g} mrad",
            5e-4,
        ),
        tolerance=within(0.1, "an effect left out for simplicity is taken to be below 10 per cent"),
        cause=_cause(point, beams, signs),
        explained=Ours(
            100.0 * placed(point, Beams.symmetric(beams.sqrt_s), *signs).face("A").value,
            "the same energy in equal beams, head-on",
            5e-4,
        ),
        command="wayside point belle2-forward-beams" if key.startswith("belle2") else "",
    )


def _yield(point: MassPoint, words: str, signs: tuple[float, float]) -> Row:
    epsilon, g_d = COUPLINGS
    equal = float(point.expected_events("A", epsilon, g_d, 5e4))
    moved = placed(point, BELLE2, *signs)
    return Row(
        key=f"footnote4.yield.{_key(words)}",
        quantity=f"events in box A {words}, epsilon = {epsilon:g}, g_D = {g_d:g}, m1 = 4.341 GeV",
        study=Printed(
            equal,
            "",
            "equal beams, 50 ab^-1",
            "footnote 4",
            "computed with equal beams, exact yield",
        ),
        same=Ours(
            float(moved.expected_events("A", epsilon, g_d, 5e4)), "beams of SuperKEKB, exact", 1e-3
        ),
        tolerance=within(0.1, "an effect left out for simplicity is taken to be below 10 per cent"),
        cause="acceptance as above, and slower or faster phi1 decay before or after the box",
        command=f"wayside point belle2-forward-beams --set model.epsilon={epsilon:g}",
    )


def _best(words: str, signs: tuple[float, float]) -> Row:
    """Best acceptance over m1 + m2 at m_A' = 8 GeV with the actual beams."""
    point = placed(setup("belle2-forward"), BELLE2, *signs)

    def loss(u: float) -> float:
        return -at_masses(point, masses_at_gap(8.0, float(np.exp(u)), DELTA)).face("A").value

    grid = np.linspace(np.log(1e-5), np.log(0.3), 90)
    best = int(np.argmin([loss(u) for u in grid]))
    around = (grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)])
    optimum = minimize_scalar(loss, bounds=around, method="bounded", options={"xatol": 1e-5})
    return Row(
        key=f"footnote4.best.{_key(words)}",
        quantity=f"best acceptance of box A {words} over all m1 + m2, m_A' = 8 GeV, actual beams",
        study=Printed(None, "%", "not considered", "footnote 4"),
        same=Ours(
            -100.0 * float(optimum.fun), f"at 1 - (m1 + m2)/m_A' = {np.exp(optimum.x):.3g}", 1e-3
        ),
        reason=(
            "the study has equal beams; the masses of best acceptance change with the side, so"
            " detectors on either side cover different ones"
        ),
    )
