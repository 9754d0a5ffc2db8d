"""Table 1: acceptances of the two forward detectors and of the central one."""

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.optimize import minimize

from wayside.paper import printed
from wayside.paper.claims import HOLDS, claim, fraction
from wayside.paper.conventions import at_masses, in_study_frame, setup
from wayside.paper.rows import Ours, Printed, Row, Tolerance, digits, within
from wayside.paper.section import Context, Outcome
from wayside.sensitivity.mass_point import MassPoint

FRAMES: Final = {
    "looking at the IP, Eq. 4 as printed": ("ip", "printed"),
    "looking along the beam, Eq. 4 as printed": ("beam", "printed"),
    "looking at the IP, all of m_e": ("ip", "exact"),
    "looking along the beam, all of m_e": ("beam", "exact"),
}
"""Front faces and treatments of the electron mass that the text leaves open."""


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows of Table 1."""
    rows = [_entry(line, name) for line in (0, 1) for name in ("A", "B")]
    fits = {
        words: [fit(_point(facing, regulator), line) for line in (0, 1)]
        for words, (facing, regulator) in FRAMES.items()
    }
    rows += [_inside_rounding(line, fits) for line in (0, 1)]
    return Outcome((*rows, _convention(fits), *_central(), _different()))


def _point(facing: str = "ip", regulator: str = "printed") -> MassPoint:
    return setup(
        "belle2-forward",
        f"collider.regulator={regulator}",
        f"detectors.A.facing={facing}",
        f"detectors.B.facing={facing}",
    )


def acceptance(point: MassPoint, name: str, masses: tuple[float, float, float]) -> float:
    """Acceptance of a front face in per cent."""
    return 100.0 * replace(at_masses(point, masses), rtol=1e-5).face(name).value


def _entry(line: int, name: str) -> Row:
    masses = printed.TABLE_1_MASSES[line]
    study = printed.TABLE_1[line, name]
    assert study.value is not None
    point, half = _point(), 0.5 * printed.TABLE_1_MASS_DIGIT
    values = [
        acceptance(point, name, (masses[0], masses[1] + d1, masses[2] + d2))
        for d1 in np.linspace(-half, half, 7)
        for d2 in (-half, 0.0, half)
    ]
    # The print rounds as well: half a unit of the acceptance beside that of the masses.
    rounding = 0.5 * printed.TABLE_1_DIGIT
    tolerance = Tolerance(
        (min(values) - rounding) / study.value,
        (max(values) + rounding) / study.value,
        "half a unit of the last digit of m1 and m2, and of the entry, carried through Eq. 13",
    )
    regulator = "--set collider.regulator=printed"
    return Row(
        key=f"table1.{masses[1]:g}.{name}",
        quantity=f"acceptance of {name} at {_words(masses)}",
        study=study,
        same=Ours(
            acceptance(point, name, masses),
            "masses as printed, Eq. 4 as printed, equal beams, front face looking at the IP",
            2e-5,
        ),
        tolerance=tolerance,
        right=Ours(
            acceptance(_point("ip", "exact"), name, masses),
            "all of the electron mass (regulator = exact), per A' of the exact total",
            2e-5,
        ),
        note=(
            f"rounding of the masses alone moves it from {min(values):.3g} to {max(values):.3g} %"
        ),
        command=f"wayside point belle2-forward {regulator} --set model.m1={masses[1]:g}",
    )


def fit(point: MassPoint, line: int) -> tuple[tuple[float, float, float], dict[str, float]]:
    """Masses inside the rounding of the print whose acceptances are nearest to both entries."""
    m_aprime, heavy, light = printed.TABLE_1_MASSES[line]
    half = 0.5 * printed.TABLE_1_MASS_DIGIT
    names = ("A", "B")

    def masses(u: np.ndarray) -> tuple[float, float, float]:
        d1, d2 = half * np.clip(u, -1.0, 1.0)
        return m_aprime, heavy + float(d1), light + float(d2)

    def misfit(u: np.ndarray) -> float:
        three_masses = masses(u)
        # In units of the print's rounding.
        pulls = [
            (acceptance(point, name, three_masses) - (printed.TABLE_1[line, name].value or 0.0))
            / (0.5 * printed.TABLE_1_DIGIT)
            for name in names
        ]
        return float(np.sum(np.square(pulls)))

    grid = np.linspace(-1.0, 1.0, 9)
    start = min(((a, b) for a in grid for b in grid), key=lambda u: misfit(np.array(u)))
    best = minimize(
        misfit,
        np.array(start),
        method="Nelder-Mead",
        bounds=[(-1.0, 1.0)] * 2,
        options={"xatol": 1e-3, "fatol": 1e-3},
    )
    fitted = masses(best.x)
    return fitted, {name: acceptance(point, name, fitted) for name in names}


Fits = dict[str, list[tuple[tuple[float, float, float], dict[str, float]]]]
"""Masses and acceptances by convention and line."""

FIT: Final = within(
    0.01,
    "half a unit of the last digit of 0.065 is 0.8 %, and the study samples: 1 % is 10,000 hits",
)


def _worst(line: int, percent: dict[str, float]) -> tuple[str, float]:
    """The entry of a line that is farther off the printed value, and its ratio to it."""
    ratios = {
        name: value / (printed.TABLE_1[line, name].value or 1.0) for name, value in percent.items()
    }
    name = max(ratios, key=lambda entry: abs(ratios[entry] - 1.0))
    return name, ratios[name]


def _inside_rounding(line: int, fits: Fits) -> Row:
    """Whether one pair of masses inside the rounding gives both entries of a line."""
    words, *others = fits
    masses, percent = fits[words][line]
    name, ratio = _worst(line, percent)
    return Row(
        key=f"table1.fit.{printed.TABLE_1_MASSES[line][1]:g}",
        quantity=f"A and B of the line m1 = {printed.TABLE_1_MASSES[line][1]:.3f} GeV at one pair"
        " of masses inside the rounding: the worse one over the printed one",
        study=Printed(1.0, "", "both entries of one line", "table 1"),
        same=Ours(
            ratio, f"{name}; m1 = {masses[1]:.5f}, m2 = {masses[2]:.5f} GeV, faces {words}", 4e-3
        ),
        tolerance=FIT,
        cause="no masses inside the rounding give both entries",
        note=", ".join(f"{entry} = {value:.4g} %" for entry, value in percent.items())
        + "; with other conventions, the worse one over the printed one: "
        + "; ".join(f"{other}, {_worst(line, fits[other][line][1])[1]:.4g}" for other in others),
        command="wayside paper table1",
    )


def _convention(fits: Fits) -> Row:
    """Which of the conventions that the text leaves open was used."""
    good = [
        words
        for words, lines in fits.items()
        if all(FIT.allows(_worst(line, percent)[1]) for line, (_, percent) in enumerate(lines))
    ]
    return Row(
        key="table1.convention",
        quantity="conventions, of four, that give all four entries at masses inside the rounding",
        study=Printed(1.0, "", "the one that was used", "table 1"),
        same=Ours(float(len(good)), "; ".join(good) or "none", 1e-12),
        tolerance=Tolerance(1.0, 1.0, "one was used"),
        cause="the rounding of the masses leaves more than one open, or none",
        command="wayside paper table1",
    )


def _central() -> list[Row]:
    point = in_study_frame("belle2-central")
    value = 100.0 * point.face("A").value
    return [
        Row(
            key="table1.central",
            quantity="acceptance of the central detector off shell at"
            f" {_words(printed.TABLE_1_OFF_SHELL)}",
            study=printed.TABLE_1_CENTRAL,
            same=Ours(value, "sin^2 of Eq. 5 over the front face, equal beams", 1e-5),
            tolerance=digits(printed.TABLE_1_CENTRAL, 0.001),
            command="wayside point belle2-central",
        ),
        Row(
            key="table1.central-smaller",
            quantity="central acceptance below every forward entry",
            study=claim("much smaller than in the forward case", "section 8", "forward entries"),
            same=fraction(
                sum(value < (entry.value or 0.0) for entry in printed.TABLE_1.values()),
                len(printed.TABLE_1),
                "entries",
            ),
            tolerance=HOLDS,
        ),
    ]


def _different() -> Row:
    point = _point()
    ratios = [
        acceptance(point, "A", masses) / acceptance(point, "B", masses)
        for masses in printed.TABLE_1_MASSES
    ]
    return Row(
        key="table1.very-different",
        quantity="acceptances of A and B differ by more than a factor of two",
        study=claim("can be very different", "section 8", "lines of table 1"),
        same=fraction(sum(max(r, 1 / r) > 2.0 for r in ratios), len(ratios), "lines"),
        tolerance=HOLDS,
        note="A over B: " + ", ".join(f"{r:.3g}" for r in ratios),
    )


def _words(masses: tuple[float, float, float]) -> str:
    return f"m_A' = {masses[0]:g}, m1 = {masses[1]:.3f}, m2 = {masses[2]:.3f} GeV"
