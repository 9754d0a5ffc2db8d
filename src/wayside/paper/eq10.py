"""Eqs. 10 to 12: the three-body decay of phi1, its width and its flight."""

from typing import Final

import numpy as np
from scipy.integrate import quad

from wayside.constants import ALPHA, HBAR_C, M_ELECTRON, M_MUON
from wayside.models.excited import dgamma_dmff, width_hats
from wayside.models.inelastic import ScalarInelastic
from wayside.paper.amplitudes import three_body_width
from wayside.paper.conventions import in_study_frame
from wayside.paper.printed import TABLE_1_MASSES
from wayside.paper.rows import Ours, Printed, Row, within
from wayside.paper.sampled import Chain
from wayside.paper.section import Context, Outcome

MASSES: Final = TABLE_1_MASSES[0]


def equation_10(q2: float, t: float, lepton: float) -> float:
    """d^2 Gamma/(dm_ff^2 dm_fphi2^2) over epsilon^2 g_D^2 in GeV^-3, as printed; t = m_fphi2^2."""
    m_aprime, m1, m2 = MASSES
    bracket = (t - lepton**2) * (m1**2 + m2**2 + lepton**2 - q2 - t) - m1**2 * m2**2
    return ALPHA * bracket / (8.0 * np.pi**2 * m1**3 * (q2 - m_aprime**2) ** 2)


def integrated(q: float, lepton: float) -> float:
    """Eq. 10 integrated over m_fphi2^2 and turned into dGamma/dm_ff, dimensionless."""
    _, m1, m2 = MASSES
    q2 = q * q
    # Energies in the pair's frame.
    e_f, e_2 = 0.5 * q, (m1**2 - q2 - m2**2) / (2.0 * q)
    k, p = np.sqrt(e_f**2 - lepton**2), np.sqrt(e_2**2 - m2**2)
    low, high = (e_f + e_2) ** 2 - (k + p) ** 2, (e_f + e_2) ** 2 - (k - p) ** 2
    value, _ = quad(lambda t: equation_10(q2, t, lepton), low, high, epsrel=1e-12)
    return float(value * 2.0 * q)


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows of Eqs. 10 to 12."""
    points = (0.001 + 2 * M_ELECTRON, 0.1, 0.3, 0.6, 0.69)
    ours = np.array([float(dgamma_dmff(ScalarInelastic, "e", q, *MASSES)) for q in points])
    theirs = np.array([integrated(q, M_ELECTRON) for q in points])
    worst = int(np.argmax(np.abs(ours / theirs - 1.0)))
    widths = width_hats(ScalarInelastic, *MASSES)
    rows = [
        Row(
            key="eq11.integral",
            quantity=f"Eq. 10 integrated to Eq. 11 at m_ee = {points[worst]:.3g} GeV, worst of"
            " five",
            study=Printed(
                float(theirs[worst]),
                "",
                "dGamma/dm_ee over epsilon^2 g_D^2, Table 1's first masses",
                "eqs. 10, 11",
            ),
            same=Ours(float(ours[worst]), "our closed form", 1e-9),
            tolerance=within(1e-8, "both are exact"),
        )
    ]
    for name, lepton in (("e", M_ELECTRON), ("mu", M_MUON)):
        total = _width(lepton)
        rows.append(
            Row(
                key=f"eq10.width.{name}",
                quantity=f"width of phi1 into {name} pairs, Table 1's first masses",
                study=Printed(total, "GeV", "Eq. 10 over epsilon^2 g_D^2, integrated", "eq. 10"),
                same=Ours(
                    three_body_width(*MASSES, lepton), "Dirac traces over the Dalitz plot", 1e-9
                ),
                tolerance=within(1e-6, "numerical integration of both"),
                right=Ours(float(widths[name]), "our closed form, integrated", 1e-9),
                command="wayside point belle2-forward",
            )
        )
    return Outcome((*rows, _flight()))


def _width(lepton: float) -> float:
    """Eq. 10 integrated over both variables; the square roots at both ends are mapped away."""
    _, m1, m2 = MASSES
    nodes, weights = np.polynomial.legendre.leggauss(60)
    t = 0.25 * np.pi * (nodes + 1.0)
    low, high = 2.0 * lepton, m1 - m2
    values = [integrated(low + (high - low) * float(np.sin(u)) ** 2, lepton) for u in t]
    return float(np.sum(weights * np.array(values) * np.sin(2.0 * t)) * 0.25 * np.pi * (high - low))


def _flight() -> Row:
    """Eq. 12 with Eq. 14, averaged, against boosted four-vectors."""
    point = in_study_frame("belle2-forward")
    chain = Chain(10.58, *MASSES)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    gamma_beta = [
        np.linalg.norm(chain.momenta(0.3, float(x), 1.0)["phi1"][1:]) / MASSES[1] for x in nodes
    ]
    epsilon, g_d = 1e-4, 1.0
    width = epsilon**2 * g_d**2 * sum(point.excited_width_hats.values())
    mean = 0.5 * float(np.sum(weights * np.array(gamma_beta))) * HBAR_C / width
    return Row(
        key="eq12.flight",
        quantity="average flight length, epsilon = 1e-4, g_D = 1, Table 1's first masses",
        study=Printed(
            float(point.mean_flight(epsilon, g_d)),
            "m",
            "Eq. 12 with Eq. 14 averaged over cos theta_1^*",
            "eq. 12",
        ),
        same=Ours(mean, "four-vectors boosted one by one", 1e-9),
        tolerance=within(1e-8, "both are exact"),
        command="wayside point belle2-forward --set collider.regulator=printed",
        data=("r_ratio",),
    )
