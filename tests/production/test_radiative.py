"""e+ e- -> gamma A' against an explicit-spinor amplitude, and the study's Eq. 4."""

import math

import mpmath as mp
import numpy as np
import pytest
from reference.production import Process
from scipy.integrate import quad

from wayside.constants import ALPHA, GEV2_TO_FB, M_ELECTRON
from wayside.errors import InputError
from wayside.paper import formulas
from wayside.production import radiative

REGULATORS = ("exact", "printed")


def from_amplitude(process, cos):
    """d sigma/d cos theta over epsilon^2 in fb: flux, spins and phase space written out."""
    charge4 = (4 * math.pi * ALPHA) ** 2
    s = process.sqrt_s**2
    flux = 2 * s * process.beta
    two_body = 1 / (8 * math.pi) * (2 * process.omega / process.sqrt_s) * 0.5
    return charge4 * float(process.trace(cos)) / float(flux) * float(two_body) * GEV2_TO_FB


@pytest.mark.parametrize("m_aprime", [0.5, 4.0, 8.0, 9.8])
@pytest.mark.parametrize("m_e", [0.3, 2.0, 4.5])
def test_heavy_electrons_against_spinors(monkeypatch, m_e, m_aprime):
    """With electrons of GeV mass every term in m_e counts, the absolute normalisation included."""
    monkeypatch.setattr(radiative, "M_ELECTRON", m_e)
    process = Process("scalar", 10.0, m_e, m_aprime, 0.4 * m_aprime, 0.3 * m_aprime)
    for cos in (-1.0, -0.93, -0.2, 0.0, 0.6, 0.999, 1.0):
        expected = from_amplitude(process, cos)
        value = radiative.dsigma_dcos_hat(cos, m_aprime, 10.0)
        assert float(value) == pytest.approx(expected, rel=1e-11)


def rounding(m_aprime):
    """Doubles at their best: a few ulp, and those of M^2/s where the photon is soft."""
    return 1e-12 + 4e-16 / (1 - (m_aprime / 10.58) ** 2)


@pytest.mark.parametrize("m_aprime", [1e-3, 0.5, 8.0, 10.57999])
def test_real_electrons_against_spinors(m_aprime):
    """At the real mass, into the beam: amplitudes at 40 digits, where doubles would cancel."""
    with mp.workdps(40):
        process = Process("scalar", *map(mp.mpf, (10.58, M_ELECTRON, m_aprime, 1, 1)))
        cosines = np.array([0.0, 0.9, 1 - 1e-6, 1 - 2e-9, 1 - 1e-12, 1.0, -1.0])
        expected = np.array([from_amplitude(process, mp.mpf(c)) for c in cosines])
    value = radiative.dsigma_dcos_hat(cosines, m_aprime, 10.58)
    # Soft photons along a beam cancel (a dead cone): rounding counts against the peak around it.
    floor = 1e-12 * expected.max()
    assert value == pytest.approx(expected, rel=rounding(m_aprime), abs=floor)


@pytest.mark.parametrize("m_aprime", [1e-3, 0.5, 8.0, 10.57999])
def test_total_against_spinors(m_aprime):
    with mp.workdps(40):
        process = Process("scalar", *map(mp.mpf, (10.58, M_ELECTRON, m_aprime, 1, 1)))
        expected = float(process.trace_integral())
    value = radiative.trace_integral(m_aprime, 10.58)
    assert value == pytest.approx(expected, rel=rounding(m_aprime))


@pytest.mark.parametrize("regulator", REGULATORS)
@pytest.mark.parametrize("m_e", [M_ELECTRON, 0.3, 3.0])
def test_total_is_the_integral(monkeypatch, regulator, m_e):
    monkeypatch.setattr(radiative, "M_ELECTRON", m_e)
    # cos = tanh(y) opens the peaks at the beams up: 1 - cos = 2/(1 + exp(2 y)).
    for m_aprime in (0.5, 8.0):
        total, _ = quad(
            lambda y, m=m_aprime: (
                float(radiative.dsigma_dcos_hat(math.tanh(y), m, 10.58, regulator))
                / math.cosh(y) ** 2
            ),
            -17,
            17,
            epsrel=1e-11,
            limit=400,
        )
        value = radiative.cross_section_hat(m_aprime, 10.58, regulator)
        # tanh rounds next to the beam: 1e-16/(4 m_e^2/s) of the peak there is 1e-8.
        assert value == pytest.approx(total, rel=1e-7)


def test_printed_regulator_is_equation_4():
    for m_aprime in (0.01, 3.0, 8.0, 10.5):
        for c in (-1.0, -0.999999, -0.3, 0.0, 0.8, 1 - 1e-9):
            expected = formulas.equation_4(c, 10.58**2, m_aprime**2, M_ELECTRON) * GEV2_TO_FB
            value = radiative.dsigma_dcos_hat(c, m_aprime, 10.58, "printed")
            # Eq. 4 as it stands cancels next to the beam: 1 - c^2 at 1e-16 over 4 m_e^2/s.
            assert float(value) == pytest.approx(expected, rel=1e-7)


def test_printed_total_is_the_integral_of_equation_4():
    s, m2 = mp.mpf("10.58") ** 2, mp.mpf(64)
    with mp.workdps(30):
        ends = [0] + [1 - mp.mpf(10) ** -k for k in range(1, 13)] + [1]
        total = 2 * mp.quad(lambda c: formulas.equation_4(c, s, m2, mp.mpf(M_ELECTRON)), ends)
    value = radiative.cross_section_hat(8.0, 10.58, "printed")
    assert value == pytest.approx(float(total) * GEV2_TO_FB, rel=1e-12)


def test_both_meet_the_massless_formula_away_from_the_beam():
    c = np.linspace(-0.99, 0.99, 41)
    massless = formulas.equation_4(c, 10.58**2, 64.0, 0.0) * GEV2_TO_FB
    for regulator in REGULATORS:
        value = radiative.dsigma_dcos_hat(c, 8.0, 10.58, regulator)
        # Corrections are of order m_e^2/(s sin^2), 1.2e-7 at the ends, times factors of s/M^2.
        assert value == pytest.approx(massless, rel=2e-6)


def test_figures_of_the_notes():
    """What the two regulators give at the study's mass: 142.4 and 136.1 nb at epsilon = 1."""
    assert radiative.cross_section_hat(8.0, 10.58, "printed") == pytest.approx(142.36e6, rel=1e-4)
    assert radiative.cross_section_hat(8.0, 10.58) == pytest.approx(136.145e6, rel=1e-4)


@pytest.mark.parametrize("m_aprime", [10.58, 11.0, 0.0, -1.0, math.nan])
def test_refuses_what_cannot_be_made_on_shell(m_aprime):
    with pytest.raises(InputError, match="m_aprime"):
        radiative.cross_section_hat(m_aprime, 10.58)
