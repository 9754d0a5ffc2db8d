"""R(s) against sums over it that are known well, and against what it should look like."""

import numpy as np
import pytest
from scipy import integrate

from wayside.constants import ALPHA, GEV2_TO_FB, LEPTON_MASSES, M_MUON, M_PION
from wayside.data import read_table
from wayside.errors import InputError
from wayside.models import r_ratio as module
from wayside.models.perturbative_r import alpha_s, r_perturbative
from wayside.models.r_ratio import (
    R_MAXIMUM,
    continuum,
    knots,
    narrow_states,
    r_ratio,
    r_ratio_error,
    resonances,
)


def dispersive_sum(kernel):
    """Integrate kernel(s) R(s) over s from threshold to infinity, R constant at the end."""
    q = knots().sqrt_s
    x, w = np.polynomial.legendre.leggauss(6)
    nodes = q[:-1, None] + np.diff(q)[:, None] * (1 + x) / 2
    weights = np.diff(q)[:, None] * w / 2
    total = (weights * 2 * nodes * kernel(nodes**2) * continuum(nodes)).sum()
    total += sum(state.area * kernel(state.mass**2) for state in narrow_states())
    tail = integrate.quad(lambda y: kernel(np.exp(y)) * np.exp(y), 2 * np.log(q[-1]), 40)[0]
    return total + tail * continuum(q[-1])


def test_muon_magnetic_moment():
    # Hadronic vacuum polarisation, leading order: 693.1(4.0)e-10 (g-2 theory white paper 2020,
    # Phys. Rep. 887 (2020) 1), from the same kind of data. Our R has 1 to 2 per cent errors.
    def kernel(s):
        x = (s / M_MUON**2)[..., None] if np.ndim(s) else s / M_MUON**2
        t, w = np.polynomial.legendre.leggauss(40)
        t, w = (1 + t) / 2, w / 2
        k = (w * t**2 * (1 - t) / (t**2 + (1 - t) * x)).sum(axis=-1)
        return (ALPHA / np.pi) ** 2 * k / s / 3

    assert dispersive_sum(kernel) == pytest.approx(693.1e-10, rel=0.012)


def test_running_of_alpha_to_the_z():
    # Delta alpha of five quarks at M_Z: 276.1(1.1)e-4 (Davier et al., Eur. Phys. J. C 80 (2020)
    # 241). Taken at space-like -M_Z^2, where there is no pole: lower by 0.4e-4 or so.
    m2 = 91.188**2
    value = dispersive_sum(lambda s: ALPHA / (3 * np.pi) * m2 / (s * (s + m2)))
    assert value == pytest.approx(276e-4, rel=0.015)


def test_vacuum_polarisation_at_the_narrow_states():
    # (alpha / alpha(M))^2 from leptons at one loop and a dispersion integral over our own R.
    for state in narrow_states():
        s = state.mass**2
        leptons = 0.0
        for mass in LEPTON_MASSES.values():
            x = 4 * mass**2 / s
            if x < 1:
                beta = np.sqrt(1 - x)
                loop = beta * np.log((1 + beta) / (1 - beta))
            else:
                loop = 2 * np.sqrt(x - 1) * np.arctan(1 / np.sqrt(x - 1))
            leptons += ALPHA / (3 * np.pi) * (-5 / 3 - x + (1 + x / 2) * loop)
        others = sum(
            other.area / (other.mass**2 * (other.mass**2 - s))
            for other in narrow_states()
            if other is not state
        )
        # Principal value: subtract R(M) inside a symmetric window, where 1/(s' - s) cancels.
        half = 1.5
        window = (s - half, s + half)
        r_here = float(continuum(state.mass))
        points = np.sort(np.concatenate([knots().sqrt_s ** 2, window]))
        x, w = np.polynomial.legendre.leggauss(8)
        nodes = points[:-1, None] + np.diff(points)[:, None] * (1 + x) / 2
        weights = np.diff(points)[:, None] * w / 2
        inside = (nodes > window[0]) & (nodes < window[1])
        r = continuum(np.sqrt(nodes))
        smooth = (r / nodes - np.where(inside, r_here / s, 0.0)) / (nodes - s)
        tail = continuum(R_MAXIMUM) / R_MAXIMUM**2
        hadrons = -ALPHA * s / (3 * np.pi) * ((weights * smooth).sum() + others + tail)
        # One loop, errors of R, and Re against the full running: 0.001 to 0.002.
        assert (1 - leptons - hadrons) ** 2 == pytest.approx(state.alpha_ratio_squared, abs=2e-3)


def test_energy_below_the_data_is_two_pions():
    assert (continuum([0.0, 0.2, 2 * M_PION]) == 0).all()
    q = np.array([0.2795, 0.285, 0.292])
    # Second route: Gounaris-Sakurai form of the rho alone, Phys. Rev. Lett. 21 (1968) 244.
    mass, width = 0.7754, 0.1474

    def k(s):
        return np.sqrt(s / 4 - M_PION**2)

    def h(s):
        return 2 / np.pi * k(s) / np.sqrt(s) * np.log((np.sqrt(s) + 2 * k(s)) / (2 * M_PION))

    step = 1e-6
    h_slope = (h(mass**2 + step) - h(mass**2 - step)) / (2 * step)
    k0 = k(mass**2)
    d = (
        3 / np.pi * M_PION**2 / k0**2 * np.log((mass + 2 * k0) / (2 * M_PION))
        + mass / (2 * np.pi * k0)
        - M_PION**2 * mass / (np.pi * k0**3)
    )
    s = q**2
    f = (
        width
        * mass**2
        / k0**3
        * (k(s) ** 2 * (h(s) - h(mass**2)) + (mass**2 - s) * k0**2 * h_slope)
    )
    gamma = width * (k(s) / k0) ** 3 * mass / q
    form = mass**2 * (1 + d * width / mass) / (mass**2 - s + f - 1j * mass * gamma)
    expected = 0.25 * (1 - 4 * M_PION**2 / s) ** 1.5 * np.abs(form) ** 2
    # One rho without its relatives: 3 per cent. The ramp into the first measurement: 12 per cent
    # at most, inside its 26 per cent error. Straight pieces between knots: below 1 per cent.
    ramp = (q - 2 * M_PION) / (0.3 - 2 * M_PION)
    assert continuum(q) / (1 + 0.12 * ramp) == pytest.approx(expected, rel=0.04)
    assert module.pion_form_factor(s) == pytest.approx(np.abs(form), rel=0.02)


def test_continuous_where_sources_change():
    # Into the first measurement exactly; into perturbative QCD within the errors of the data.
    first = read_table("r_ratio")["r"][0]
    assert continuum([0.3 - 1e-12, 0.3]) == pytest.approx(first, rel=1e-6)
    data, qcd = continuum([36.0, 40.0])
    assert abs(data - qcd) < r_ratio_error(36.0)


def test_measured_values_in_quiet_places():
    # Three quarks at 2.5 GeV, four at 10, five at 30: parton model with first-order QCD.
    for energy, charges, strong in ((2.5, 2, 0.29), (10.0, 10 / 3, 0.18), (30.0, 11 / 3, 0.14)):
        assert continuum(energy) == pytest.approx(charges * (1 + strong / np.pi), rel=0.05)


def test_merging_does_not_wash_out_resonances():
    table = read_table("r_ratio")
    for low, high, peak in ((0.76, 0.80, 0.782), (1.005, 1.035, 1.0195)):
        near = (table["sqrt_s"] > low) & (table["sqrt_s"] < high)
        raw_energy, raw = table["sqrt_s"][near], table["r"][near]
        # Merging costs 0.3 per cent of the peak (a tenth of the width squared over three);
        # the highest single point fluctuates up by its own error of 1 to 2 per cent.
        assert continuum(np.linspace(low, high, 5001)).max() == pytest.approx(raw.max(), rel=0.03)
        top = np.linspace(low, high, 5001)
        assert top[continuum(top).argmax()] == pytest.approx(peak, abs=1e-3)
        # Areas agree better: every measurement is used in both.
        area = np.trapezoid(raw, raw_energy)
        grid = np.linspace(raw_energy[0], raw_energy[-1], 100_001)
        assert np.trapezoid(continuum(grid), grid) == pytest.approx(area, rel=0.01)


def test_merged_knots_do_not_zigzag():
    # Between 3.7 and 5 GeV experiments overlap: neighbouring knots agree within errors plus the
    # steepest flank (psi(4040): R rises by 1 over 20 MeV).
    table = knots()
    part = (table.sqrt_s > 3.7) & (table.sqrt_s < 5)
    assert part.sum() < 60
    step = np.abs(np.diff(table.r[part], 2))
    assert np.median(step) < 0.25


def test_errors():
    # Total errors below 2 GeV: 1 to 3 per cent on the rho; 5 to 8 above; 26 at the first point.
    assert 0.005 < r_ratio_error(0.77) / r_ratio(0.77) < 0.02
    assert 0.01 < r_ratio_error(4.5) / r_ratio(4.5) < 0.1
    assert r_ratio_error(0.3) / r_ratio(0.3) == pytest.approx(0.00513 / 0.01996, rel=1e-3)
    assert r_ratio_error(0.2) == 0
    jpsi = narrow_states()[0]
    assert r_ratio_error(jpsi.mass) / r_ratio(jpsi.mass) == pytest.approx(0.019, rel=0.05)


def test_narrow_peak_and_area():
    for state in narrow_states():
        # Peak cross-section 12 pi B_ee B_had / M^2 over 4 pi alpha(M)^2 / 3 M^2.
        b_ee = state.width_ee / state.width
        peak = 9 * b_ee * state.hadrons / ALPHA**2 * state.alpha_ratio_squared
        assert resonances(state.mass) == pytest.approx(peak, rel=1e-4)
        # Area by quadrature over the shape, mapped; s/M^2 in it matters at Gamma/M.
        gamma = state.mass * state.width
        t = np.linspace(-12, 12, 20_001)
        s = state.mass**2 + gamma * np.sinh(t)
        area = np.trapezoid(state.shape(s) * gamma * np.cosh(t), t)
        assert area == pytest.approx(state.area, rel=1e-4)
        # Half the height half a width away.
        half = resonances(state.mass + state.width / 2)
        assert half == pytest.approx(peak / 2, rel=1e-3)


def test_jpsi_area_in_the_usual_units():
    # Integral of the physical cross-section over sqrt(s), 6 pi^2 Gamma_ee B_had / M^2. Measured at
    # the J/psi's discovery: 10.4(1.5) nb GeV (Boyarski et al., Phys. Rev. Lett. 34 (1975) 1357).
    jpsi = narrow_states()[0]
    point_like = 4 * np.pi * ALPHA**2 / (3 * jpsi.mass**2) / jpsi.alpha_ratio_squared
    integral = jpsi.area * point_like / (2 * jpsi.mass) * GEV2_TO_FB * 1e-6
    assert integral == pytest.approx(11.66, rel=1e-3)  # the formula, by hand
    assert integral == pytest.approx(10.4, abs=1.5)


def test_perturbative_r():
    # alpha_s(M_Z) is put in; the run to 40 GeV against the differential equation it approximates;
    # R by hand, 1 + 0.03756 + 0.00199 - 0.00068.
    assert alpha_s(91.188) == pytest.approx(0.1180)
    solution = integrate.solve_ivp(
        lambda _, a: -(23 / (12 * np.pi)) * a**2 - 58 / (24 * np.pi**2) * a**3,
        (0, 2 * np.log(40 / 91.188)),
        [0.1180],
        rtol=1e-10,
    )
    assert alpha_s(40.0) == pytest.approx(solution.y[0, -1], rel=1e-3)
    r, error = r_perturbative(91.188)
    assert r == pytest.approx(11 / 3 * 1.0390, rel=1e-3)
    assert 0 < error < 0.03


def test_range():
    assert r_ratio(R_MAXIMUM) > 0
    for bad in (R_MAXIMUM * 1.001, -1.0, np.nan):
        with pytest.raises(InputError, match="R is known from 0 to"):
            r_ratio([1.0, bad])


def test_shapes():
    assert r_ratio(1.0).shape == ()
    assert r_ratio(np.ones((2, 3))).shape == (2, 3)
