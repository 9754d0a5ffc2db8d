"""Eqs. 13 to 16: where phi1 of an A' on its mass shell goes."""

from collections.abc import Callable
from typing import Final

import numpy as np

from wayside.constants import M_ELECTRON
from wayside.paper.amplitudes import radiative_squared
from wayside.paper.claims import HOLDS, claim, fraction
from wayside.paper.dirac import METRIC, boosted
from wayside.paper.formulas import (
    equation_13,
    equation_13_denominator,
    equation_14,
    equation_15,
    equation_16,
)
from wayside.paper.printed import TABLE_1_MASSES
from wayside.paper.rows import Ours, Printed, Row, within
from wayside.paper.sampled import Chain
from wayside.paper.section import Context, Outcome

CHAIN: Final = Chain(10.58, *TABLE_1_MASSES[0])
SEED: Final = 13
POINTS: Final = 40


def _cases() -> np.ndarray:
    rng = np.random.default_rng(SEED)
    return np.column_stack(
        [
            rng.uniform(-0.99, 0.99, POINTS),
            rng.uniform(-1, 1, POINTS),
            rng.uniform(0, 2 * np.pi, POINTS),
        ]
    )


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows of Eqs. 13 to 16."""
    cases = _cases()
    return Outcome((_proportional(cases), _hole(), *_kinematics(cases)))


def _proportional(cases: np.ndarray) -> Row:
    k1, k2 = CHAIN.beams()
    s, m2 = CHAIN.sqrt_s**2, CHAIN.m_aprime**2
    ratios = []
    for c, x, phi in cases:
        momenta = CHAIN.momenta(c, x, phi)
        lower = (momenta["phi1"] - momenta["phi2"]) * METRIC
        squared = radiative_squared(
            k1,
            k2,
            momenta["photon"],
            _along(lower),
        )
        bracket = float(equation_13(c, x, np.cos(phi), s, m2))
        ratios.append(squared / (bracket / equation_13_denominator(c, s, M_ELECTRON)))
    values = np.array(ratios)
    return Row(
        key="eq13.matrix-element",
        quantity=f"Eq. 13 over the matrix element at {POINTS} random directions, largest over"
        " smallest",
        study=Printed(1.0, "", "proportional: the same everywhere", "eq. 13"),
        same=Ours(float(values.max() / values.min()), "Dirac traces, cos theta within 0.99", 1e-5),
        tolerance=within(
            2e-5, "m_e^2/(s sin^2) at 8 degrees, times a few hundred for double poles"
        ),
    )


def _along(lower: np.ndarray) -> Callable[[np.ndarray], complex]:
    """Contraction of a tensor with a vector, twice."""
    return lambda tensor: complex(np.einsum("mn,m,n", tensor, lower, lower))


def _hole() -> Row:
    s, m2 = CHAIN.sqrt_s**2, CHAIN.m_aprime**2
    scale = float(equation_13(0.0, 0.0, 0.0, s, m2))
    ends = [
        abs(float(equation_13(c, x, 1.0, s, m2))) / scale < 1e-12
        for c in (-1.0, 1.0)
        for x in (-1.0, 1.0)
    ]
    return Row(
        key="eq13.hole",
        quantity="Eq. 13 vanishes along the beam",
        study=claim(
            "when theta -> 0 or pi, and theta_1^* -> 0, the cross section vanishes",
            "section 7",
            "ends",
        ),
        same=fraction(sum(ends), len(ends), "ends, theta and theta_1^* 0 or pi"),
        tolerance=HOLDS,
    )


def _kinematics(cases: np.ndarray) -> list[Row]:
    s, m2 = CHAIN.sqrt_s**2, CHAIN.m_aprime**2
    beta = float(equation_16(m2, CHAIN.m1, CHAIN.m2))
    energies, cosines = [], []
    for c, x, phi in cases:
        p = CHAIN.momenta(c, x, phi)["phi1"]
        energy = float(equation_14(x, s, m2, CHAIN.m1, CHAIN.m2))
        energies.append((energy, float(p[0])))
        cosine = float(equation_15(c, x, np.cos(phi), s, m2, beta))
        cosines.append((cosine, float(p[3] / np.linalg.norm(p[1:]))))
    rows = []
    for key, name, unit, pairs in (
        ("eq14.energy", "energy of phi1, Eq. 14", "GeV", energies),
        ("eq15.cosine", "cosine of phi1, Eq. 15", "", cosines),
    ):
        theirs, ours = max(pairs, key=lambda pair: abs(pair[0] - pair[1]))
        rows.append(
            Row(
                key=key,
                quantity=f"{name}, worst of {POINTS} random directions",
                study=Printed(
                    theirs, unit, "as printed, Table 1's first masses", key.split(".")[0]
                ),
                same=Ours(ours, "four-vectors, boosted", 1e-9),
                tolerance=within(1e-9, "rounding"),
            )
        )
    momenta = CHAIN.momenta(0.4, 0.2, 1.0)
    velocity = momenta["A'"][1:] / momenta["A'"][0]
    rest = boosted(momenta["phi1"], -velocity)
    rows.append(
        Row(
            key="eq16.beta",
            quantity="velocity of phi1 in the A' frame, Eq. 16",
            study=Printed(beta, "", "as printed, Table 1's first masses", "eq. 16"),
            same=Ours(
                float(np.linalg.norm(rest[1:]) / rest[0]), "four-vectors, boosted back", 1e-9
            ),
            tolerance=within(1e-9, "rounding"),
        )
    )
    return rows
