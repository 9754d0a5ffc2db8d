"""The relic density the slow way: adaptive quadrature, a stiff solver, formulas as printed.

Shares with the package only tables of facts: R(s), degrees of freedom, constants. The
cross-section is that of the study's model in its textbook form, the thermal average adaptive
(Gauss-Kronrod on every piece of R, narrow resonances and the pole among the breakpoints), the
yield from SciPy's Radau.
"""

import itertools
import math

import numpy as np
from scipy.integrate import quad_vec, solve_ivp
from scipy.interpolate import make_interp_spline
from scipy.special import kve

from wayside.constants import ALPHA, LEPTON_MASSES
from wayside.cosmology.dof import Dof
from wayside.models.r_ratio import R_MAXIMUM, knots, narrow_states, r_ratio

QUARKS = ((0.003, 4 / 3), (0.005, 1 / 3), (0.1, 1 / 3), (1.27, 4 / 3), (4.18, 1 / 3))
PLANCK = 1.220890e19


def visible(q: float, hadrons: str) -> float:
    """K(q): per unit-charge lepton, plus R or free quarks."""
    fermions = [(m, 1.0) for m in LEPTON_MASSES.values()]
    if hadrons == "quarks":
        fermions += QUARKS
    total = 0.0
    for mass, weight in fermions:
        if q > 2 * mass:
            total += weight * math.sqrt(1 - 4 * mass**2 / q**2) * (1 + 2 * mass**2 / q**2)
    if hadrons == "r-ratio":
        total += float(r_ratio(min(q, R_MAXIMUM)))
    return total


def cross_section(kind, m_aprime, m1, m2, epsilon, g_d, y, hadrons, visible_width):
    """Sigma of 1 2 -> SM in GeV^-2, averaged over spins, at sqrt(s) = m1 + m2 + y.

    The dark width is that of an A' of mass sqrt(s). Below threshold it would go on as i times its
    size, which shifts the real part; what it is at M is subtracted.
    """
    q = m1 + m2 + y
    alpha_d = g_d**2 / (4 * math.pi)
    p = math.sqrt(y * (y + 2 * m1 + 2 * m2) * (q**2 - (m1 - m2) ** 2)) / (2 * q)
    real = (y - (m_aprime - m1 - m2)) * (q + m_aprime)
    if kind == "pseudo-dirac" and m_aprime < m1 + m2:
        # q Gamma = g_D^2 q^2/(12 pi) sqrt(a) b^(3/2) 3/2 at threshold, a = 2 y/(m1 + m2).
        root = math.sqrt(2 * (m1 + m2 - m_aprime) / (m1 + m2))
        b = 4 * m1 * m2 / (m1 + m2) ** 2
        real += g_d**2 * m_aprime * (m1 + m2) / (8 * math.pi) * root * b**1.5
    dark = dark_width(kind, q, m1, m2, g_d, y * (2 * (m1 + m2) + y) / q**2)
    pole = real**2 + (m_aprime * visible_width + q * dark) ** 2
    common = epsilon**2 * ALPHA * alpha_d * visible(q, hadrons) / pole
    if kind == "scalar":
        return 8 * math.pi / 3 * common * q * p
    # Trace of v1bar gamma^mu u2 with the transverse projector: 12 (E1 E2 + p^2/3 + m1 m2), which is
    # 4 s + 8 m^2 for equal masses. Over four spin states, flux 4 p q, and 2 q Gamma(A* -> SM).
    e1, e2 = math.hypot(m1, p), math.hypot(m2, p)
    return 2 * math.pi * common * q / p * (e1 * e2 + p * p / 3 + m1 * m2)


def dark_width(kind, m_aprime, m1, m2, g_d, a):
    """Width of A' into the pair in GeV, a = 1 - (m1 + m2)^2/M^2."""
    b = 1 - ((m1 - m2) / m_aprime) ** 2
    if kind == "scalar":
        return g_d**2 * m_aprime / (48 * math.pi) * (a * b) ** 1.5
    last = 1 + ((m1 + m2) / m_aprime) ** 2 / 2
    return g_d**2 * m_aprime / (12 * math.pi) * math.sqrt(a) * b**1.5 * last


def full_width(kind, m_aprime, m1, m2, epsilon, g_d, hadrons):
    """Width of A' in GeV, and the visible part of it."""
    seen = epsilon**2 * ALPHA * m_aprime / 3 * visible(m_aprime, hadrons)
    a = 1 - ((m1 + m2) / m_aprime) ** 2
    return seen + (dark_width(kind, m_aprime, m1, m2, g_d, a) if a > 0 else 0.0), seen


def breakpoints(m_aprime, m1, m2, width, hadrons, highest):
    """sqrt(s) - m1 - m2 at which the integrand changes its ways."""
    total = m1 + m2
    points = []
    centres = [(m_aprime, width)]
    if hadrons == "r-ratio":
        points += knots().sqrt_s.tolist()
        centres += [(state.mass, state.width) for state in narrow_states()]
    else:
        points += [2 * mass for mass, _ in QUARKS]
    points += [2 * mass for mass in LEPTON_MASSES.values()]
    above = [p - total for p in points] + (10.0 ** np.arange(-16, 2, 0.5)).tolist()
    for centre, spread in centres:
        at = centre - m1 - m2
        above.append(at)
        for distance in spread * 3.0 ** np.arange(-1, 40):
            above += [at - distance, at + distance]
    return [0.0, *sorted({y for y in above if 0 < y < highest}), highest]


def sigma_v(kind, m_aprime, m1, m2, epsilon, g_d, hadrons, x):
    """Effective thermal average in GeV^-2 at the x of an array."""
    g = 1 if kind == "scalar" else 2
    temperature = m2 / x
    width, visible_width = full_width(kind, m_aprime, m1, m2, epsilon, g_d, hadrons)
    total = m1 + m2

    def integrand(root):
        y = root * root
        q = total + y
        p2 = y * (y + 2 * total) * (q * q - (m1 - m2) ** 2) / (4 * q * q)
        sigma = cross_section(kind, m_aprime, m1, m2, epsilon, g_d, y, hadrons, visible_width)
        kernel = np.exp(-y / temperature) * kve(1, q / temperature)
        return 2 * root * 2 * q * p2 * q * sigma * kernel

    highest = 40 * temperature.max()
    edges = np.sqrt(np.array(breakpoints(m_aprime, m1, m2, width, hadrons, highest)))
    value = np.zeros_like(x)
    # Piece by piece, so that a piece that hardly counts is not refined for its own sake.
    for low, high in itertools.pairwise(edges):
        value += quad_vec(
            integrand, low, high, epsrel=1e-6, epsabs=0, norm="max", quadrature="gk15", limit=20
        )[0]
    pair = g * g * temperature / (8 * math.pi**4) * value
    n1 = m1**2 * kve(2, m1 / temperature) * np.exp(-(m1 - m2) / temperature)
    n2 = m2**2 * kve(2, m2 / temperature)
    density = g * temperature / (2 * math.pi**2) * (n1 + n2)
    return 2 * pair * np.exp(-(m1 - m2) / temperature) / density**2


def relic_yield(kind, m_aprime, m1, m2, epsilon, g_d, hadrons, plasma: Dof, x_start=2.0):
    """Y today."""
    g = 1 if kind == "scalar" else 2
    off = max(abs(m_aprime - m1 - m2), 1e-9)
    late = max(3e5 if kind != "scalar" else 5e3, 100 * m2 / off)
    x_end = min(max(60.0, min(late, 50 * m2 / (m1 - m2))), 4e6)
    u = np.linspace(math.log(x_start), math.log(x_end), int(25 * math.log(x_end / x_start)) + 2)
    average = sigma_v(kind, m_aprime, m1, m2, epsilon, g_d, hadrons, np.exp(u))
    log_average = make_interp_spline(u, np.log(average), k=5)

    def parts(at):
        x = math.exp(at)
        temperature = m2 / x
        sqrt_g, h, _ = (float(v) for v in plasma.at(temperature))
        rate = math.sqrt(math.pi / 45) * PLANCK * m2 / x * sqrt_g
        rate *= math.exp(float(log_average(at)))
        weight = kve(2, x) + (m1 / m2) ** 2 * kve(2, m1 / temperature) * math.exp(
            -(m1 - m2) / temperature
        )
        ln_eq = math.log(45 * g * x * x / (4 * math.pi**4 * h) * weight) - x
        return rate, ln_eq

    def right(at, w):
        rate, ln_eq = parts(at)
        return [-rate * (math.exp(w[0]) - math.exp(2 * ln_eq - w[0]))]

    def jacobian(at, w):
        rate, ln_eq = parts(at)
        return [[-rate * (math.exp(w[0]) + math.exp(2 * ln_eq - w[0]))]]

    start = parts(u[0])[1]
    result = solve_ivp(
        right, (u[0], u[-1]), [start], method="Radau", jac=jacobian, rtol=1e-6, atol=1e-6,
        max_step=0.05,
    )  # fmt: skip
    assert result.success
    end_rate = parts(u[-1])[0]
    slope = math.log(parts(u[-1] - 0.1)[0] / end_rate) / 0.1
    return 1 / (math.exp(-result.y[0, -1]) + end_rate / max(slope, 0.5))
