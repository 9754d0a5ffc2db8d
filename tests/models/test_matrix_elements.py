"""Widths against squared amplitudes built from Dirac matrices and explicit momenta."""

import math

import numpy as np
import pytest

from wayside.constants import ALPHA, LEPTON_MASSES
from wayside.models.excited import dgamma_dmff
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.models.mediator import visible_width_hats

SIGMA = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
ZERO, ONE = np.zeros((2, 2)), np.eye(2)
GAMMA = np.array(
    [np.block([[ONE, ZERO], [ZERO, -ONE]])] + [np.block([[ZERO, s], [-s, ZERO]]) for s in SIGMA]
)
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
CHARGE_SQUARED = 4 * math.pi * ALPHA


def slash(p):
    return np.einsum("m,mij->ij", METRIC @ p, GAMMA)


def trace_tensor(p, mass_p, k, mass_k):
    """Tr[(p + m_p) gamma^mu (k + m_k) gamma^nu], both indices up."""
    left, right = slash(p) + mass_p * np.eye(4), slash(k) + mass_k * np.eye(4)
    return np.einsum("ij,mjk,kl,nli->mn", left, GAMMA, right, GAMMA).real


def contract(upper, other):
    return float(np.einsum("mn,mn->", METRIC @ upper @ METRIC, other))


def momentum(mass, m1, m2):
    """Expanded, unlike the code under test."""
    return math.sqrt((mass**2 - m1**2 - m2**2) ** 2 - 4 * m1**2 * m2**2) / (2 * mass)


def back_to_back(mass, m1, m2, cos_theta):
    p = momentum(mass, m1, m2)
    n = p * np.array([math.sqrt(1 - cos_theta**2), 0, cos_theta])
    return np.array([math.hypot(p, m1), *n]), np.array([math.hypot(p, m2), *-n])


def production_tensor(kind, p1, p2, m1, m2):
    """Dark current squared for A' -> 1 2."""
    if kind is ScalarInelastic:
        return np.outer(p1 - p2, p1 - p2)
    return trace_tensor(p1, m1, p2, -m2)


def two_body_width(tensor, mass, p):
    """Mean over polarisations at rest, where they are the three axes, times phase space."""
    return np.trace(tensor[1:, 1:]) / 3 * p / (8 * math.pi * mass**2)


@pytest.mark.parametrize("channel", ["e", "mu", "tau"])
def test_lepton_width(channel):
    mass, lepton = 4.2, LEPTON_MASSES[channel]
    k1, k2 = back_to_back(mass, lepton, lepton, 0.37)
    tensor = CHARGE_SQUARED * trace_tensor(k1, lepton, k2, -lepton)
    width = two_body_width(tensor, mass, momentum(mass, lepton, lepton))
    assert visible_width_hats(mass)[channel] == pytest.approx(width, rel=1e-12)


@pytest.mark.parametrize("model", [ScalarInelastic(8.0, 4.1, 3.65), PseudoDirac(8.0, 4.1, 3.65)])
def test_dark_width_and_pair_tensor(model):
    p1, p2 = back_to_back(8.0, 4.1, 3.65, 0.37)
    tensor = production_tensor(type(model), p1, p2, 4.1, 3.65)
    width = two_body_width(tensor, 8.0, momentum(8.0, 4.1, 3.65))
    assert model.dark_width_hat() == pytest.approx(width, rel=1e-12)
    a, b = model.pair_tensor(64.0)
    n = p1[1:] / np.linalg.norm(p1[1:])
    # In the pair's rest frame -g + q q / q2 is the unit matrix of space.
    expected = a * np.eye(3) + b * np.outer(n, n)
    assert tensor[1:, 1:] == pytest.approx(expected, rel=1e-10, abs=1e-10)


def squared_amplitude(kind, lepton, m_ff, m_aprime, m1, m2, cos_theta):
    """Spin-summed, initial spin averaged; also m^2 of the antifermion and particle 2."""
    k, kbar = back_to_back(m_ff, lepton, lepton, cos_theta)
    # In the fermion pair's rest frame 1 and 2 share a momentum, along z.
    p = momentum(m1, m_ff, m2) * m1 / m_ff
    p1 = np.array([math.hypot(p, m1), 0, 0, p])
    p2 = np.array([math.hypot(p, m2), 0, 0, p])
    assert p1 == pytest.approx(p2 + k + kbar, rel=1e-9, abs=1e-9)
    scalar = kind is ScalarInelastic
    dark = np.outer(p1 + p2, p1 + p2) if scalar else trace_tensor(p2, m2, p1, m1) / 2
    visible = trace_tensor(k, lepton, kbar, -lepton)
    propagator = 1 / (m_ff**2 - m_aprime**2) ** 2
    square = CHARGE_SQUARED * contract(dark, visible) * propagator
    u = (p2 + kbar) @ METRIC @ (p2 + kbar)
    return square, u


POINTS = [
    (8.0, 4.341, 3.65, 0.3, "e"),
    (8.0, 4.341, 3.65, 0.3, "mu"),
    (5.0, 4.9, 0.3, 4.0, "tau"),
    (3.0, 1.5, 0.2, 1.25, "mu"),
    (0.5, 0.4, 0.3, 0.0015, "e"),
]


@pytest.mark.parametrize("kind", [ScalarInelastic, PseudoDirac])
@pytest.mark.parametrize(("m_aprime", "m1", "m2", "m_ff", "channel"), POINTS)
def test_dalitz_integral(kind, m_aprime, m1, m2, m_ff, channel):
    # dGamma = |M|^2 dm_ff^2 du / ((2 pi)^3 32 m1^3); |M|^2 is of second degree in u.
    lepton = LEPTON_MASSES[channel]
    nodes, weights = np.polynomial.legendre.leggauss(4)
    half_range = momentum(m1, m_ff, m2) * m1 / m_ff * momentum(m_ff, lepton, lepton) * 2
    squares = [squared_amplitude(kind, lepton, m_ff, m_aprime, m1, m2, c)[0] for c in nodes]
    integral = float(weights @ squares) * half_range
    expected = 2 * m_ff * integral / ((2 * math.pi) ** 3 * 32 * m1**3)
    value = dgamma_dmff(kind, channel, m_ff, m_aprime, m1, m2)
    assert value == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("m_aprime", "m1", "m2", "m_ff", "channel"), POINTS)
def test_equation_10_of_the_study(m_aprime, m1, m2, m_ff, channel):
    # Its print reads (u - m_f^2)(m1^2 + m2^2 + m_f^2 - m_ff^2 - u) - m1^2 m2^2 over
    # 8 pi^2 m1^3 (m_ff^2 - M^2)^2, superscripts restored.
    lepton = LEPTON_MASSES[channel]
    for cos_theta in (-0.9, 0.1, 0.6):
        square, u = squared_amplitude(ScalarInelastic, lepton, m_ff, m_aprime, m1, m2, cos_theta)
        ours = square / ((2 * math.pi) ** 3 * 32 * m1**3)
        bracket = (u - lepton**2) * (m1**2 + m2**2 + lepton**2 - m_ff**2 - u) - (m1 * m2) ** 2
        printed = ALPHA * bracket / (8 * math.pi**2 * m1**3 * (m_ff**2 - m_aprime**2) ** 2)
        # The bracket cancels against m1^2 m2^2.
        assert ours == pytest.approx(printed, rel=1e-7)


@pytest.mark.parametrize(("m_aprime", "m1", "m2", "m_ff", "channel"), POINTS)
def test_equation_11_of_the_study(m_aprime, m1, m2, m_ff, channel):
    # What is left of its print: (m_ff^2 + 2 m_f^2)(m1^2 - m2^2 - m_ff^2)^2 - 4 m2^2 m_ff^4
    # - 8 m2^2 m_f^2 m_ff^2, which is (m_ff^2 + 2 m_f^2) lambda. Only its shape can be compared.
    lepton = LEPTON_MASSES[channel]

    def printed(q):
        q2, f2 = q**2, lepton**2
        bracket = (
            -4 * m2**2 * q2**2
            - 8 * m2**2 * f2 * q2
            + q2 * (m1**2 - m2**2 - q2) ** 2
            + 2 * f2 * (m1**2 - m2**2 - q2) ** 2
        )
        lam = bracket / (q2 + 2 * f2)
        return math.sqrt(q2 - 4 * f2) * math.sqrt(lam) * bracket / (q2 * (q2 - m_aprime**2) ** 2)

    other = 0.97 * m_ff
    ours = dgamma_dmff(ScalarInelastic, channel, [m_ff, other], m_aprime, m1, m2)
    assert ours[1] / ours[0] == pytest.approx(printed(other) / printed(m_ff), rel=1e-8)
