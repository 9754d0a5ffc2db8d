"""Eq. 3: the rate of phi1 phi2 -> A'* -> f fbar, and the relic density that follows from it."""

import math
from typing import Final

from scipy.integrate import solve_ivp
from scipy.special import kve

from wayside.constants import ALPHA
from wayside.cosmology.annihilation import strength
from wayside.cosmology.dof import dof
from wayside.cosmology.relic import omega_h2
from wayside.cosmology.universe import CRITICAL_DENSITY, ENTROPY_TODAY, PLANCK_MASS
from wayside.models.inelastic import ScalarInelastic
from wayside.paper.amplitudes import annihilation_sigma_v
from wayside.paper.printed import TABLE_1_MASSES
from wayside.paper.rows import Ours, Printed, Row, within
from wayside.paper.section import Context, Outcome
from wayside.typing import FloatArray

FAR: Final = (30.0, 1.01, 1.0)
"""m_A', m1, m2 in GeV far below the resonance, where Eq. 3 should do."""

COUPLINGS: Final = {"far": (0.3, 3.0), "resonant": (1e-4, 1.0)}
"""epsilon and g_D at which densities are compared."""


def per_speed2(m_aprime: float, m1: float, m2: float) -> float:
    """Eq. 3 over v^2: sigma v/v^2 over epsilon^2 g_D^2 in GeV^-2, for one massless lepton."""
    below = (m1 + m2) ** 2 - m_aprime**2
    return 8.0 * math.pi * ALPHA / (4.0 * math.pi) * m1 * m2 / (3.0 * below**2)


def density_by_equation_3(
    m_aprime: float, m1: float, m2: float, epsilon: float, g_d: float, k: float
) -> float:
    """Omega h^2 with Eq. 3 for the rate, <v^2> = 3 T/mu; ``k``: final states over one lepton."""
    plasma = dof("drees2015")
    per_v2 = epsilon**2 * g_d**2 * per_speed2(m_aprime, m1, m2)

    def particles(t: float) -> tuple[float, float]:
        heavy = m1**2 * float(kve(2, m1 / t)) * math.exp(-(m1 - m2) / t)
        return heavy, m2**2 * float(kve(2, m2 / t))

    def equilibrium(t: float, h: float) -> float:
        entropy = 2.0 * math.pi**2 / 45.0 * h * t**3
        return math.log(t / (2.0 * math.pi**2) * sum(particles(t)) / entropy) - m2 / t

    def right(u: float, w: FloatArray) -> list[float]:
        x = math.exp(u)
        t = m2 / x
        root, h, _ = (float(value) for value in plasma.at(t))
        heavy, light = particles(t)
        sigma_v = 2.0 * k * per_v2 * 3.0 * t * (m1 + m2) / (m1 * m2)
        sigma_v *= heavy * light / (heavy + light) ** 2
        ln_eq = equilibrium(t, h)
        rate = math.sqrt(math.pi / 45.0) * PLANCK_MASS * m2 / x * root * sigma_v
        return [-rate * (math.exp(w[0]) - math.exp(2.0 * ln_eq - w[0]))]

    start = equilibrium(m2 / 2.0, float(plasma.at(m2 / 2.0)[1]))
    result = solve_ivp(
        right, (math.log(2.0), math.log(3e4)), [start], method="Radau", rtol=1e-7, atol=1e-7
    )
    return float(math.exp(result.y[0, -1]) * m2 * ENTROPY_TODAY / CRITICAL_DENSITY)


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows of Eq. 3."""
    speed = 1e-3
    formula = Printed(
        per_speed2(*FAR), "GeV^-2", "sigma v/v^2 over epsilon^2 g_D^2, one massless lepton", "eq. 3"
    )
    rows = [
        Row(
            key="eq3.rate",
            quantity=f"rate at threshold, m_A', m1, m2 = {_words(FAR)}",
            study=formula,
            same=Ours(
                annihilation_sigma_v(*FAR, speed) / speed**2,
                f"Dirac trace, e+e-, relative velocity {speed:g}",
            ),
            tolerance=within(1e-5, "v^2 and m_e^2/s are left out of Eq. 3: 1e-6"),
        )
    ]
    for key, masses, words in (
        ("far", FAR, "away from the resonance"),
        ("resonant", TABLE_1_MASSES[0], "where the signal is, m1 + m2 just below m_A'"),
    ):
        total = masses[1] + masses[2]
        k = float(strength("r-ratio")(total))
        epsilon, g_d = COUPLINGS[key]
        full = float(omega_h2(ScalarInelastic, *masses, epsilon, g_d))
        plain = density_by_equation_3(*masses, epsilon, g_d, k)
        rows.append(
            Row(
                key=f"eq3.density.{key}",
                quantity=f"relic density {words}: m_A', m1, m2 = {_words(masses)}",
                study=Printed(
                    plain,
                    "Omega h^2",
                    f"freeze-out with Eq. 3, R(s) for hadrons, epsilon = {epsilon:g}, g_D ="
                    f" {g_d:g}",
                    "eq. 3",
                    "computed from the printed formula",
                ),
                same=Ours(full, "exact thermal average, full width of A', R(s)", 2e-3),
                tolerance=within(0.15, "v^2 corrections at freeze-out, T/m = 1/20, times a few"),
                cause=(
                    "Eq. 3 is an expansion in v^2 without the width; just below m_A' the thermal"
                    " motion carries pairs across the pole"
                ),
                explained=_frozen(masses, epsilon, g_d) if key == "resonant" else None,
                command=(
                    f"wayside relic belle2-forward --set model.m_aprime={masses[0]:g}"
                    f" --set model.m1={masses[1]:g} --set model.m2={masses[2]:g}"
                    f" --set model.epsilon={epsilon:g} --set model.g_d={g_d:g}"
                ),
                data=("r_ratio", "dof_drees2015"),
            )
        )
    return Outcome(tuple(rows))


def _frozen(masses: tuple[float, float, float], epsilon: float, g_d: float) -> Ours:
    """Our full density with the propagator as it is at threshold: by way of a heavy A'.

    Couplings grow with the propagator, so that the rate at threshold stays; the pole is far away.
    """
    m_aprime, m1, m2 = masses
    heavy, s = 30.0, (m1 + m2) ** 2
    product = epsilon * g_d * (heavy**2 - s) / abs(m_aprime**2 - s)
    strong = 3.0
    value = float(omega_h2(ScalarInelastic, heavy, m1, m2, product / strong, strong))
    return Ours(value, "our density with the propagator frozen at threshold, and no pole", 2e-3)


def _words(masses: tuple[float, float, float]) -> str:
    return ", ".join(f"{m:g}" for m in masses) + " GeV"
