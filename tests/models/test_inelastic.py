"""The two models: constructors, widths in printed form, and what they refuse."""

import math

import numpy as np
import pytest

from wayside.constants import M_ELECTRON
from wayside.errors import InputError
from wayside.models.excited import width_hats
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.models.mediator import hadronic_width_error, visible_width_hats
from wayside.models.protocol import Model
from wayside.models.r_ratio import r_ratio, r_ratio_error
from wayside.models.registry import model_class

BOTH = [ScalarInelastic, PseudoDirac]


@pytest.mark.parametrize("masses", [(8.0, 4.341, 3.65), (3.0, 1.0, 0.9), (10.0, 9.0, 0.5)])
def test_dark_widths_as_printed(masses):
    m, m1, m2 = masses
    sigma, delta = (m1 + m2) / m, (m1 - m2) / m
    # Standard form of the study's missing Eq. 7.
    scalar = m / (48 * math.pi) * ((1 - sigma**2) * (1 - delta**2)) ** 1.5
    assert ScalarInelastic(*masses).dark_width_hat() == pytest.approx(scalar, rel=1e-12)
    # alpha_D M/3 sqrt(...) (...)^(3/2) (...), alpha_D = g_D^2 / 4 pi.
    fermion = m / (12 * math.pi) * math.sqrt(1 - sigma**2) * (1 - delta**2) ** 1.5
    fermion *= 1 + sigma**2 / 2
    assert PseudoDirac(*masses).dark_width_hat() == pytest.approx(fermion, rel=1e-12)


@pytest.mark.parametrize("cls", BOTH)
def test_what_the_chain_needs(cls):
    model = cls(8.0, 4.341, 3.65)
    assert isinstance(model, Model)
    assert model_class(model.kind) is cls
    visible, expected = model.visible_width_hats(), visible_width_hats(8.0)
    assert {k: float(v) for k, v in expected.items()} == visible
    excited = model.excited_width_hats()
    assert excited == {k: float(v) for k, v in width_hats(model, 8.0, 4.341, 3.65).items()}
    assert list(excited) == list(visible) == ["e", "mu", "tau", "hadrons"]
    assert all(type(width) is float for width in [*visible.values(), *excited.values()])
    with pytest.raises(AttributeError):
        model.m1 = 5.0


def test_hadronic_width_of_the_mediator():
    # Eq. 9 of the study: R times the width into massless muons.
    mass = np.array([0.5, 3.0, 10.0])
    widths = visible_width_hats(mass)
    massless = widths["e"] * 1.0  # m_e^4/M^4 away from massless
    assert widths["hadrons"] / massless == pytest.approx(r_ratio(mass), rel=1e-10)
    relative = hadronic_width_error(mass) / widths["hadrons"]
    assert relative == pytest.approx(r_ratio_error(mass) / r_ratio(mass))
    with pytest.raises(InputError, match="m_aprime = -1 GeV"):
        visible_width_hats([1.0, -1.0])


@pytest.mark.parametrize("cls", BOTH)
def test_closed_decays(cls):
    assert cls(7.9, 4.341, 3.65).dark_width_hat() == 0
    assert cls(7.991, 4.341, 3.65).dark_width_hat() < 1e-15
    assert cls(7.9, 4.341, 3.65).pair_tensor(7.9**2) == (0, 0)
    stable = cls(8.0, 4.0, 4.0 - 1.9 * M_ELECTRON)
    assert set(stable.excited_width_hats().values()) == {0.0}


def test_from_lagrangian():
    scalar = ScalarInelastic.from_lagrangian(8.0, 4.0, 1.5)
    # The mass matrix of Eq. 2 of the study.
    assert scalar.m1**2 == pytest.approx(4.0**2 + 1.5**2, rel=1e-15)
    assert scalar.m2**2 == pytest.approx(4.0**2 - 1.5**2, rel=1e-15)
    fermion = PseudoDirac.from_lagrangian(8.0, 4.0, 0.25)
    # Eigenvalues of Majorana mass rho on the diagonal, Dirac mass mu off it: rho +- mu.
    values = np.linalg.eigvalsh([[0.25, 4.0], [4.0, 0.25]])
    assert sorted([fermion.m1, fermion.m2]) == pytest.approx(sorted(abs(values)))


@pytest.mark.parametrize("cls", BOTH)
@pytest.mark.parametrize(
    ("masses", "message"),
    [
        ((8.0, 3.0, 4.0), "m1 = 3 GeV: must be larger than m2 = 4 GeV"),
        ((8.0, 3.0, 3.0), "m1 = 3 GeV: must be larger than m2 = 3 GeV"),
        ((8.0, 3.0, 0.0), "m2 = 0 GeV: must be positive and finite"),
        ((8.0, -3.0, 1.0), "m1 = -3 GeV: must be positive and finite"),
        ((math.inf, 3.0, 1.0), "m_aprime = inf GeV: must be positive and finite"),
        ((8.0, math.nan, 1.0), "m1 = nan GeV: must be positive and finite"),
        ((2.0, 3.0, 1.0), "m1 - m2 must be smaller than m_aprime = 2 GeV"),
    ],
)
def test_refused(cls, masses, message):
    with pytest.raises(InputError) as error:
        cls(*masses)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("cls", BOTH)
def test_refused_parameters(cls):
    with pytest.raises(InputError, match=r"rho = 4 GeV: must be below mu = 4 GeV"):
        cls.from_lagrangian(8.0, 4.0, 4.0)
    with pytest.raises(InputError, match=r"mu = -1 GeV: must be positive"):
        cls.from_lagrangian(8.0, -1.0, 0.5)
