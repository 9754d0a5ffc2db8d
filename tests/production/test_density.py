"""Density of the excited state, A' direction integrated out, against explicit amplitudes."""

import math

import mpmath as mp
import numpy as np
import pytest
from reference import densities
from reference.production import Process

from wayside.constants import M_ELECTRON
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.paper import formulas
from wayside.production import radiative
from wayside.production.density import averaged_tensor

MODELS = {"scalar": ScalarInelastic, "pseudo-dirac": PseudoDirac}
SQRT_S = 10.58


def density(shape, process, x, theta):
    """The code under test, at an angle given by its cosine and sine at full precision."""
    _, _, cos_a, sin_a = process.excited(mp.mpf(x))
    return averaged_tensor(
        shape,
        x,
        math.sqrt((1 - x) * (1 + x)),
        float(cos_a),
        float(sin_a),
        float(mp.cos(theta)),
        float(mp.sin(theta)),
    )


def mpf_process(kind, m_aprime, m1, m2, m_e=M_ELECTRON):
    return Process(kind, *map(mp.mpf, (SQRT_S, m_e, m_aprime, m1, m2)))


@pytest.mark.parametrize("kind", MODELS)
def test_heavy_electrons_against_spinors_averaged_over_psi(monkeypatch, kind):
    """Trapezoids over a period converge geometrically while the electron is heavy."""
    monkeypatch.setattr(radiative, "M_ELECTRON", 1.2)
    masses = (6.0, 3.1, 2.4)
    process = Process(kind, SQRT_S, 1.2, *masses)
    shape = radiative.radiative_shape(MODELS[kind](*masses), SQRT_S)
    norm = 4 * math.pi * process.dark_norm()
    norm *= np.sum(
        [
            weight * process.trace(node)
            for node, weight in zip(*np.polynomial.legendre.leggauss(120), strict=True)
        ]
    )
    psi = 2 * math.pi * (np.arange(160) + 0.5) / 160
    for x, theta in ((0.3, 0.2), (-0.8, 1.4), (0.99, 2.9), (-1.0, 0.7)):
        total = np.mean(
            [
                process.squared(
                    x, theta, math.cos(a), math.sin(a), lambda t: (math.cos(t), math.sin(t))
                )
                for a in psi
            ]
        )
        assert density(shape, process, x, theta) == pytest.approx(total / norm, rel=1e-11)


# Where the A' goes along a beam (theta = alpha), next to it, near the axis, behind, and the ends
# of x, where alpha itself vanishes; then masses at their limits.
NASTY = [
    (8.0, 4.341, 3.65, 0.3, "alpha", 0.0),
    (8.0, 4.341, 3.65, 0.3, "alpha", 1e-5),
    (8.0, 4.341, 3.65, 0.3, "axis", 1e-5),
    (8.0, 4.341, 3.65, -0.99999, "alpha", 1e-7),
    (8.0, 4.341, 3.65, 0.999999, "alpha", 0.0),
    (8.0, 4.341, 3.65, -0.6, "back", 1e-6),
    (8.0, 4.341, 3.65, -0.41, "axis", 1.3),
    (8.0, 4.32, 3.65, "caustic", "alpha", 0.0),
    (8.0, 4.3499, 3.65, 0.2, "alpha", 1e-6),
    (10.579, 5.5, 5.0, -0.5, "alpha", 1e-6),
    (8.0, 2e-3, 1e-3, -0.9, "alpha", 1e-6),
    (0.05, 0.03, 0.01, 0.7, "alpha", 0.0),
]


def angles(process, x, where, offset):
    """x and polar angle of a nasty point."""
    if x == "caustic":
        # The largest alpha: there the velocity of the A' exceeds that of 1 in its rest frame.
        beta_a = process.omega / process.energy_a
        e_star = mp.sqrt(process.p_star**2 + process.m1**2)
        x = float(-process.p_star / e_star / beta_a)
    _, _, cos_a, sin_a = process.excited(mp.mpf(x))
    alpha = mp.atan2(sin_a, cos_a)
    base = {"alpha": alpha, "axis": mp.mpf(0), "back": mp.pi - alpha}[where]
    return x, base + mp.mpf(offset)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("case", NASTY[::3])
def test_nasty_points_against_spinors_and_mpmath(kind, case):
    check_nasty(kind, case)


@pytest.mark.nightly
@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("case", NASTY)
def test_all_nasty_points_against_spinors_and_mpmath(kind, case):
    check_nasty(kind, case)


def check_nasty(kind, case):
    *masses, x, where, offset = case
    with mp.workdps(50):
        process = mpf_process(kind, *masses)
        x, theta = angles(process, x, where, offset)
        shape = radiative.radiative_shape(MODELS[kind](*masses), SQRT_S)
        expected = float(process.density(mp.mpf(x), theta))
        # The angle to the beam is known to 1e-16 of itself, the ridge m_e/sqrt(s) wide at most
        # cancels five digits and the ends of x another five.
        assert density(shape, process, x, theta) == pytest.approx(expected, rel=3e-8)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("case", [NASTY[0], NASTY[3], NASTY[7], NASTY[10]])
def test_printed_regulator_is_equation_13(kind, case):
    """The mean over psi of Eq. 13 as printed, by mpmath at 30 digits."""
    *masses, x, where, offset = case
    with mp.workdps(30):
        process = mpf_process(kind, *masses)
        x, theta = angles(process, x, where, offset)
        s, m2 = process.sqrt_s**2, process.m_aprime**2
        isotropic, polarised = (mp.mpf(0), mp.mpf(1))
        if kind == "pseudo-dirac":
            isotropic = 2 * (m2 - (process.m1 - process.m2) ** 2)
            polarised = -8 * process.p_star**2
        _, _, cos_a, sin_a = process.excited(mp.mpf(x))
        cos_t, sin_t = mp.cos(theta), mp.sin(theta)

        def integrand(psi):
            c = cos_a * cos_t + sin_a * sin_t * mp.cos(psi)
            c = min(mp.mpf(1), c)  # rounds up at theta = alpha
            sin = mp.sqrt(1 - c * c)
            # Spherical triangle of beam, A' and 1, with the azimuth that Eq. 15 implies.
            cos_phi = (cos_a * c - cos_t) / (sin_a * sin) if sin > 0 else mp.mpf(1)
            numerator = densities.general_numerator(
                c, mp.mpf(x), cos_phi, s, m2, isotropic, polarised
            )
            return numerator / formulas.equation_13_denominator(c, s, process.m_e)

        cuts = [mp.mpf(0), *(mp.mpf(10) ** -k for k in range(7, -1, -1)), mp.pi - 1]
        cuts += [mp.pi - mp.mpf(10) ** -k for k in range(1, 8)] + [mp.pi]
        mean = mp.quad(integrand, cuts) / mp.pi

        ends = [mp.mpf(0), *(1 - mp.mpf(10) ** -k for k in range(1, 14)), mp.mpf(1)]
        total = 2 * mp.quad(
            lambda c: (
                2
                * ((s + m2) ** 2 + (s - m2) ** 2 * c**2)
                / formulas.equation_13_denominator(c, s, process.m_e)
            ),
            ends,
        )
        norm = 4 * mp.pi * (isotropic + polarised / 3) * total
        shape = radiative.radiative_shape(MODELS[kind](*masses), SQRT_S, "printed")
        value = density(shape, process, x, theta)
        assert value == pytest.approx(float(mean / norm), rel=1e-8)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("regulator", ["exact", "printed"])
def test_both_beams_are_alike(kind, regulator):
    """Charge conjugation: theta and pi - theta are one."""
    process = mpf_process(kind, 8.0, 4.341, 3.65)
    shape = radiative.radiative_shape(MODELS[kind](8.0, 4.341, 3.65), SQRT_S, regulator)
    for x in (-0.7, 0.2, 0.97):
        for theta in (0.02, 0.13, 1.1):
            front = density(shape, process, x, mp.mpf(theta))
            back = density(shape, process, x, mp.pi - mp.mpf(theta))
            assert front == pytest.approx(back, rel=1e-12)


def test_azimuth_and_energy_of_the_study():
    """Eqs. 14-16 as printed against boosted four-vectors; fixes the sign of cos phi in Eq. 15."""
    process = Process("scalar", SQRT_S, M_ELECTRON, 8.0, 4.341, 3.65)
    s, m2 = SQRT_S**2, 64.0
    beta = formulas.equation_16(m2, 4.341, 3.65)
    assert beta == pytest.approx(process.p_star / math.hypot(process.p_star, 4.341), rel=1e-11)
    for x, theta, psi in ((0.3, 0.4, 0.9), (-0.8, 2.1, 2.5), (0.95, 1.2, 0.1)):
        energy, _, cos_a, sin_a = process.excited(x)
        assert formulas.equation_14(x, s, m2, 4.341, 3.65) == pytest.approx(energy, rel=1e-12)
        c = cos_a * math.cos(theta) + sin_a * math.sin(theta) * math.cos(psi)
        cos_phi = (cos_a * c - math.cos(theta)) / (sin_a * math.sqrt(1 - c * c))
        cos_1 = formulas.equation_15(c, x, cos_phi, s, m2, beta)
        assert cos_1 == pytest.approx(math.cos(theta), rel=1e-10)


def test_equation_13_integrates_to_equation_4():
    x, weights = np.polynomial.legendre.leggauss(4)
    phi = 2 * math.pi * np.arange(4) / 4 + 0.3
    for c in (-0.9, 0.1, 0.7):
        bracket = formulas.equation_13(c, x[:, None], np.cos(phi)[None, :], SQRT_S**2, 64.0)
        mean = np.sum(weights[:, None] * bracket) / 8
        expected = 2 / 3 * ((SQRT_S**2 + 64) ** 2 + (SQRT_S**2 - 64) ** 2 * c**2)
        assert mean == pytest.approx(expected, rel=1e-12)


def test_hole_along_the_beam():
    """Where 1 follows an A' along the beam the scalar rate vanishes (study, Sec. 7).

    Angular momentum: the massless beams leave a transverse A', which sends no scalars along its
    axis. Fermions do go there.
    """
    process = mpf_process("scalar", 8.0, 4.341, 3.65)
    ratios = {}
    for kind in MODELS:
        shape = radiative.radiative_shape(MODELS[kind](8.0, 4.341, 3.65), SQRT_S)
        forward = density(shape, process, 1 - 1e-12, mp.mpf(0))
        ring = density(shape, process, 0.0, mp.mpf("0.145"))
        ratios[kind] = forward / ring
    assert ratios["scalar"] < 0.02
    assert ratios["pseudo-dirac"] > 100
