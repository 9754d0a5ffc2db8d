import numpy as np
import pytest

from wayside.cosmology.choices import DOF_NAMES
from wayside.cosmology.dof import dof, saikawa_geff_heff
from wayside.data import read_table
from wayside.errors import InputError


@pytest.mark.parametrize("name", DOF_NAMES)
def test_limits(name):
    plasma = dof(name)
    _, h, g = plasma.at([3e-5, 5e3])
    # After e+e- annihilation photons and neutrinos at (4/11)^(1/3): g = 3.36, h = 3.91; more than
    # a per cent off would be another number of species. (Neutrino heating adds a few per mille.)
    assert g[0] == pytest.approx(3.363, rel=0.01)
    assert h[0] == pytest.approx(3.909, rel=0.01)
    # All of the Standard Model: 106.75; strong interactions take up to 3 per cent.
    assert g[1] == pytest.approx(106.75, rel=0.03)
    assert h[1] == pytest.approx(106.75, rel=0.03)


@pytest.mark.parametrize("name", DOF_NAMES)
def test_root_of_gstar_is_what_its_definition_says(name):
    # Away from the crossover and from the joint of the fits, where a difference quotient resolves
    # it.
    plasma = dof(name)
    t = np.array([0.02, 0.05, 1.0, 5.0, 30.0])
    step = 0.03
    slope = np.log(plasma.at(t * np.exp(step))[1] / plasma.at(t * np.exp(-step))[1]) / (2 * step)
    root, h, g = plasma.at(t)
    # The published table rounds to six digits, and its own derivative is a spline's: a per mille.
    assert root == pytest.approx(h / np.sqrt(g) * (1 + slope / 3), rel=2e-3)


def free_gas(temperature, mass, states, sign):
    """geff and heff of free particles, from their energy and pressure."""
    z, weight = np.polynomial.laguerre.laggauss(60)
    energy = np.hypot(z, mass / temperature)
    number = weight * np.exp(z) * z**2 / (np.exp(energy) + sign) * states / (2 * np.pi**2)
    rho, pressure = np.sum(number * energy), np.sum(number * z**2 / (3 * energy))
    return np.array([rho * 30 / np.pi**2, (rho + pressure) * 45 / (2 * np.pi**2)])


@pytest.mark.parametrize("temperature", [0.01, 0.02, 0.04, 0.06])
def test_fits_against_free_particles(temperature):
    # Photons, neutrinos, e, mu and pions make up all but the tail of heavier hadrons: rho and omega
    # at 60 MeV add (770/60)^2.5 exp(-770/60) 12 of order a per mille. The fits are good to a few
    # per mille.
    total = sum(
        free_gas(temperature, *each)
        for each in [
            (0.0, 2, -1.0),
            (0.0, 6, 1.0),
            (511e-6, 4, 1.0),
            (0.1056, 4, 1.0),
            (0.135, 1, -1.0),
            (0.1396, 2, -1.0),
        ]
    )
    found = np.array(saikawa_geff_heff(np.array(temperature)))
    assert found == pytest.approx(total, rel=0.01)


def test_fits_of_limits_and_joints():
    g, h = saikawa_geff_heff(np.array([1e-5, 1e-2, 1e3]))
    # Three neutrinos, N_eff = 3.046, at (4/11)^(1/3); all of photons, e and neutrinos; and the
    # Standard Model less what strong interactions take, two to three per cent.
    ratio = 4 / 11
    assert g[0] == pytest.approx(2 + 7 / 4 * 3.046 * ratio ** (4 / 3), rel=2e-3)
    assert h[0] == pytest.approx(2 + 7 / 4 * 3.046 * ratio, rel=3e-3)
    assert [g[1], h[1]] == pytest.approx([10.75, 10.75], rel=2e-3)
    assert 0.97 < g[2] / 106.75 < 0.98
    assert 0.97 < h[2] / 106.75 < 0.98
    # The two fits meet within their accuracy, and a wrong digit of a coefficient would bend them:
    # between neighbours 1 per cent apart in T nothing changes by more than T^4 does at the
    # crossover, nor is there a second extremum.
    below, above = saikawa_geff_heff(np.array([0.12 * (1 - 1e-12), 0.12]))[0]
    assert below == pytest.approx(above, rel=1e-3)
    t = np.geomspace(1e-5, 1e4, 4000)
    for values in saikawa_geff_heff(t):
        slope = np.gradient(np.log(values), np.log(t))
        assert slope.max() < 2.0
        assert slope.min() > -0.01


def test_sources_are_independent_but_near():
    first, second = (dof(name).at(np.geomspace(1e-3, 100, 60)) for name in DOF_NAMES)
    for a, b in zip(first, second, strict=True):
        spread = np.abs(a / b - 1)
        assert 0.01 < spread.max() < 0.15  # the size of the spread in the literature


def test_table_is_read_as_it_stands():
    table = read_table("dof_drees2015")
    root, h, g = dof("drees2015").at(table["t"][20:-20])
    # Between its own rows the grid interpolates; the crossover bends most.
    assert root == pytest.approx(table["sqrt_gstar"][20:-20], rel=2e-3)
    assert h == pytest.approx(table["heff"][20:-20], rel=1e-3)
    assert g == pytest.approx(table["geff"][20:-20], rel=1e-3)


def test_unknown_source():
    with pytest.raises(InputError, match="must be one of drees2015, saikawa2018"):
        dof("gondolo")


def test_hubble_rate():
    # H = 1.66 sqrt(g) T^2 / M_Planck.
    t = 0.5
    expected = 1.6603 * np.sqrt(dof("drees2015").at(t)[2]) * t**2 / 1.220890e19
    assert dof("drees2015").hubble(t) == pytest.approx(expected, rel=1e-4)
