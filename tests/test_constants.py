"""Constants against the packages of the field."""

import pytest
import scipy.constants as si
from particle import Particle

from wayside import constants


def test_couplings_and_conversions():
    # CODATA 2018 and 2022 differ by 1e-9 in alpha; the others are exact since 2019.
    assert pytest.approx(si.alpha, rel=1e-8) == constants.ALPHA
    gev = si.giga * si.e
    hbar_c = si.hbar * si.c / gev
    assert pytest.approx(hbar_c, rel=1e-12) == constants.HBAR_C
    fb = 1e-15 * 1e-28
    assert pytest.approx(hbar_c**2 / fb, rel=1e-12) == constants.GEV2_TO_FB
    assert pytest.approx(si.c * 1e-9, rel=1e-15) == constants.SPEED_OF_LIGHT


@pytest.mark.parametrize(
    ("value", "pdgid"),
    [
        (constants.M_ELECTRON, 11),
        (constants.M_MUON, 13),
        (constants.M_TAU, 15),
        (constants.M_PION, 211),
        (constants.M_PION_NEUTRAL, 111),
        (constants.M_ETA, 221),
        (constants.M_KAON, 321),
        (constants.M_KAON_NEUTRAL, 130),
        (constants.M_KAON_NEUTRAL, 310),
        (constants.M_RHO, 113),
        (constants.M_OMEGA, 223),
        (constants.M_PHI, 333),
        (constants.M_KSTAR, 323),
        (constants.M_KSTAR_NEUTRAL, 313),
        (constants.M_B, 521),
        (constants.M_B_NEUTRAL, 511),
        (constants.M_Z, 23),
        (constants.M_NEUTRON, 2112),
    ],
)
def test_masses(value, pdgid):
    # Editions of the Review move masses within some of their errors: three for the neutron.
    particle = Particle.from_pdgid(pdgid)
    assert value * 1e3 == pytest.approx(particle.mass, abs=max(4.0 * particle.mass_upper, 1e-8))


def test_weak_constants():
    # CODATA 2018 and 2022 differ from each other by no more.
    fermi, _, _ = si.physical_constants["Fermi coupling constant"]
    assert pytest.approx(fermi, rel=1e-6) == constants.FERMI
    # v^2 = 1/(sqrt(2) G_F).
    assert pytest.approx(246.21965, abs=1e-4) == constants.HIGGS_VACUUM


def test_lifetime_and_time():
    # In mm; the lifetime of 5.116(21)e-8 s is known to 6 cm.
    ctau = Particle.from_pdgid(130).ctau
    assert pytest.approx(ctau, abs=60.0) == constants.CTAU_KLONG * 1e3
    assert si.day == constants.SECONDS_PER_DAY
    assert si.Julian_year == constants.SECONDS_PER_YEAR
    assert pytest.approx(si.nano / si.femto) == constants.FB_PER_NB


def test_lepton_channels():
    assert constants.LEPTON_MASSES == {
        "e": constants.M_ELECTRON,
        "mu": constants.M_MUON,
        "tau": constants.M_TAU,
    }
