import numpy as np
import pytest

from wayside.cosmology.dof import DOF_NAMES, dof
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
