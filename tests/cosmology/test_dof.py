import numpy as np
import pytest
from scipy.integrate import quad

from wayside.constants import LEPTON_MASSES, M_ELECTRON, M_PION
from wayside.cosmology.dof import DOF_NAMES, dof, saikawa_geff_heff
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


def free_particles(temperature):
    """Geff and heff of free photons, neutrinos, leptons and pions; neutrinos decouple at once."""

    def gas(mass, states, sign):
        m = mass / temperature

        def occupied(p):
            f = np.exp(-np.hypot(p, m))
            return p**2 * f / (1 + sign * f)

        energy = quad(lambda p: occupied(p) * np.hypot(p, m), 0, 60)[0]
        pressure = quad(lambda p: occupied(p) * p**2 / 3 / np.hypot(p, m), 0, 60)[0]
        unit = states / (2 * np.pi**2)
        return unit * energy * 30 / np.pi**2, unit * (energy + pressure) * 45 / (2 * np.pi**2)

    electrons = np.array(gas(M_ELECTRON, 4, 1))
    # Photons and electrons keep their entropy when neutrinos have left, 2 + 7/2 of it.
    neutrinos = min(1.0, (2 + electrons[1]) / 5.5) ** (np.array([4, 3]) / 3) * 5.25
    rest = [np.array(gas(m, 4, 1)) for m in list(LEPTON_MASSES.values())[1:]]
    rest += [np.array(gas(M_PION, 2, -1)), np.array(gas(0.13498, 1, -1))]
    return 2 + electrons + neutrinos + sum(rest)


@pytest.mark.parametrize("t", [2e-5, 1e-4, 2e-4, 5e-4, 2e-3, 0.01, 0.03, 0.06])
def test_fits_against_free_particles(t):
    # Interactions and a gradual decoupling of neutrinos make up to a per cent; a coefficient of a
    # species that is off by more shows.
    assert np.array(saikawa_geff_heff(np.array(t))) == pytest.approx(free_particles(t), rel=0.01)


@pytest.mark.parametrize("t", [2e-5, 5e-4, 2e-3, 0.01, 0.03, 0.06])
def test_table_against_free_particles(t):
    # Not where electrons annihilate: see the module. Pions interact.
    _, h, g = dof("drees2015").at(t)
    assert np.array([g, h]) == pytest.approx(free_particles(t), rel=0.015)


def test_known_values_of_the_fits():
    # What the degrees of freedom are known to be: 10.75 before electrons annihilate, all of the
    # Standard Model but 2 to 3 per cent of strong interactions, and 1/b_0 of the fit at 1 GeV.
    g, h = saikawa_geff_heff(np.array([0.005, 1000.0, 1.0]))
    assert g[0] == pytest.approx(10.75, rel=3e-3)
    assert h[0] == pytest.approx(10.75, rel=3e-3)
    assert 0.02 < 1 - g[1] / 106.75 < 0.03
    assert 0.02 < 1 - h[1] / 106.75 < 0.03
    assert g[2] == pytest.approx(69.74, rel=1e-4)
    # Both fits meet at 120 MeV.
    g, h = saikawa_geff_heff(np.array([0.12 * (1 - 1e-9), 0.12 * (1 + 1e-9)]))
    assert g[0] == pytest.approx(g[1], rel=2e-3)
    assert h[0] == pytest.approx(h[1], rel=2e-3)


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


def test_sources_are_independent_but_near():
    # The size of the spread in the literature: the crossover, and perturbation theory above it.
    for low, high, least, most in ((5e-4, 0.12, 0.005, 0.015), (0.2, 50, 0.06, 0.11)):
        first, second = (dof(name).at(np.geomspace(low, high, 60)) for name in DOF_NAMES)
        for a, b in zip(first[1:], second[1:], strict=True):
            spread = np.abs(a / b - 1)
            assert least < spread.max() < most


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
