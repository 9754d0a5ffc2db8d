"""Widths of single particles: reference values, scaling, and what is refused."""

import math

import numpy as np
import pytest

from tests.reference.particles import label, rows
from wayside.constants import HBAR_C, LEPTON_MASSES, M_PION, M_TAU, SPEED_OF_LIGHT
from wayside.errors import InputError
from wayside.models.alp_photon import AlpPhoton
from wayside.models.dark_higgs import DarkHiggs
from wayside.models.dark_photon import DarkPhoton
from wayside.models.hnl import HeavyNeutralLepton, neutral_leptons_factor
from wayside.models.particle import proper_decay_length, total_width, widths_by_channel
from wayside.models.registry import PARTICLES, all_kinds, particle_class
from wayside.models.weak import pseudoscalar_width, three_body_factor, unit_width, vector_width


def ones(cls):
    """Couplings of a class without defaults at 1, the others at 0."""
    return {one.name: 1.0 if one.default is None else one.default for one in cls.couplings}


@pytest.mark.parametrize("row", rows("width", "ctau"), ids=label)
def test_reference_values(row):
    model = particle_class(row.model)(row.mass)
    couplings = ones(type(model))
    widths = model.widths()
    if row.quantity == "width":
        value = widths_by_channel(widths, couplings)[row.detail]
    else:
        value = proper_decay_length(total_width(widths, couplings))
    assert float(value) == pytest.approx(row.value, rel=row.uncertainty)


# Of a Majorana N, in GeV and m; widths of one charge, or by Dirac counting.
HNL_WIDTHS = [
    ("mu pi", "u2_mu", 3.9302e-15),
    ("nu pi0", "u2_mu", 2.4648e-15),
    ("nu mu mu", "u2_mu", 2.1669e-16),
    ("nu e mu", "u2_mu", 5.1264e-16),
]
HNL_DECAY_LENGTHS = [(0.3, "u2_e", 0.080451), (0.5, "u2_mu", 0.012444), (0.5, "u2_tau", 0.029843)]


def mixed_with(name):
    return {"u2_e": 0.0, "u2_mu": 0.0, "u2_tau": 0.0, name: 1.0}


@pytest.mark.parametrize(("channel", "mixing", "value"), HNL_WIDTHS)
def test_reference_widths_of_a_heavy_neutral_lepton(channel, mixing, value):
    by_channel = widths_by_channel(HeavyNeutralLepton(0.5, "dirac").widths(), mixed_with(mixing))
    assert by_channel[channel] == pytest.approx(value, rel=5e-3)


@pytest.mark.parametrize(("mass", "mixing", "value"), HNL_DECAY_LENGTHS)
def test_reference_decay_lengths_of_a_heavy_neutral_lepton(mass, mixing, value):
    widths = {
        nature: total_width(HeavyNeutralLepton(mass, nature).widths(), mixed_with(mixing))
        for nature in ("majorana", "dirac")
    }
    assert proper_decay_length(widths["majorana"]) == pytest.approx(value, rel=5e-3)
    assert widths["majorana"] == pytest.approx(2.0 * widths["dirac"], rel=1e-12)


def test_reference_branching_ratio_of_a_heavy_neutral_lepton():
    widths = HeavyNeutralLepton(0.5).widths()
    by_channel = widths_by_channel(widths, mixed_with("u2_mu"))
    total = total_width(widths, mixed_with("u2_mu"))
    assert by_channel["mu pi"] / total == pytest.approx(0.49572, rel=5e-3)


def test_three_leptons_in_closed_form_and_by_integration():
    # I(0, y, 0) of muon decay, 1 - 8 y^2 + 8 y^6 - y^8 - 24 y^4 ln y; symmetric in its masses.
    y = 0.2
    closed = 1.0 - 8.0 * y**2 + 8.0 * y**6 - y**8 - 24.0 * y**4 * math.log(y)
    assert three_body_factor(0.0, y) == pytest.approx(closed, rel=1e-8)
    assert three_body_factor(y, 0.0) == pytest.approx(closed, rel=1e-8)
    assert three_body_factor(0.3, y) == pytest.approx(three_body_factor(y, 0.3), rel=1e-8)
    assert three_body_factor(0.6, 0.4) == 0.0
    # Massless leptons: left- and right-handed couplings squared, g_L^2 + g_R^2.
    sine = 0.23121
    for same, left in ((True, 0.5 + sine), (False, sine - 0.5)):
        assert neutral_leptons_factor(1e-9, same_flavour=same) == pytest.approx(
            left**2 + sine**2, rel=1e-9
        )


def test_widths_of_tau_decays_to_massless_neutrinos_are_the_measured_ones():
    # Branching ratios of PDG 2024; single mesons without radiative corrections, to 2%.
    lifetime = 290.3e-6 * SPEED_OF_LIGHT / HBAR_C
    pion = 0.97373**2 * pseudoscalar_width(M_TAU, 0.0, M_PION, 0.1302) * lifetime
    assert pion == pytest.approx(0.1082, rel=0.02)
    rho = 0.97373**2 * vector_width(M_TAU, 0.0, 0.77526, 0.162 / 0.77526) * lifetime
    assert rho == pytest.approx(0.2549, rel=0.02)
    electron = three_body_factor(0.0, LEPTON_MASSES["e"] / M_TAU) * unit_width(M_TAU) * lifetime
    assert electron == pytest.approx(0.1782, rel=0.01)


def test_fractions_of_a_dark_higgs():
    (row,) = rows("fraction")
    widths = DarkHiggs(row.mass).widths()
    by_channel = widths_by_channel(widths, {"sin_theta": 1.0})
    fraction = by_channel[row.detail] / total_width(widths, {"sin_theta": 1.0})
    assert fraction == pytest.approx(row.value, rel=row.uncertainty)
    # Below two pions there are leptons alone; above two taus these too.
    assert [width.channel for width in DarkHiggs(0.27).widths()] == ["e", "mu"]
    assert "tau" in {width.channel for width in DarkHiggs(3.6).widths()}


def test_the_width_of_a_dark_higgs_has_no_gaps():
    mass = np.geomspace(0.28, 4.79, 400)
    hadrons = [
        sum(width.hat for width in DarkHiggs(float(m)).widths() if width.channel not in "e mu tau")
        for m in mass
    ]
    assert np.all(np.array(hadrons) > 0.0)


def test_an_alp_decays_to_leptons_by_their_yukawa_couplings():
    # Spinor trace: sum |ubar gamma5 v|^2 = 4 (p1.p2 + m^2) = 2 M^2, and two-body phase space.
    mass = 4.0
    by_channel = widths_by_channel(
        AlpPhoton(mass).widths(),
        {"g_photon": 0.0, "g_electron": 1e-3, "g_muon": 2e-3, "g_tau": 3e-3},
    )
    for (channel, lepton), coupling in zip(LEPTON_MASSES.items(), (1e-3, 2e-3, 3e-3), strict=True):
        momentum = math.sqrt(0.25 * mass**2 - lepton**2)
        expected = coupling**2 * 2.0 * mass**2 * momentum / (8.0 * math.pi * mass**2)
        assert by_channel[channel] == pytest.approx(expected, rel=1e-12)
    assert by_channel["gamma gamma"] == 0.0


def test_widths_are_monomials_and_broadcast():
    epsilon = np.array([1e-6, 1e-5, 1e-4])
    width = total_width(DarkPhoton(0.4).widths(), {"epsilon": epsilon})
    np.testing.assert_allclose(width, width[0] * (epsilon / epsilon[0]) ** 2, rtol=1e-12)
    np.testing.assert_allclose(proper_decay_length(width), HBAR_C / width, rtol=1e-12)
    assert proper_decay_length(np.zeros(1))[0] == np.inf


def test_closed_channels_are_left_out():
    assert [width.channel for width in DarkPhoton(0.2).widths()] == ["e"]
    assert [width.channel for width in AlpPhoton(1e-4).widths()] == ["gamma gamma"]


REQUIRED = {"dark-higgs-aprime": {"m_aprime": 2.0}}
"""Parameters without a default."""


@pytest.mark.parametrize("mass", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize("kind", PARTICLES)
def test_masses_that_are_refused(kind, mass):
    with pytest.raises(InputError, match="mass = "):
        particle_class(kind)(mass, **REQUIRED.get(kind, {}))


def test_kinds():
    assert set(PARTICLES) < set(all_kinds())
    with pytest.raises(InputError, match="must be one of"):
        particle_class("no-such")


@pytest.mark.parametrize("mass", [2.2, 2.6, 3.0, 3.4])
def test_hadrons_of_a_heavy_dark_higgs_by_gluons_and_strange_quarks(mass):
    """The table above 2 GeV against perturbation theory, which is good to a factor 2 there.

    Gluons by way of c, b and t, taken as heavy: alpha_s^2 m^3/(72 pi^3 v^2) |3|^2 at lowest order,
    times 1 + (95/4 - 7/6 n_f) alpha_s/pi at the next (Spira et al., Nucl. Phys. B 453 (1995) 17);
    strange quarks of 0.095 GeV at lowest order.
    """
    v2 = 246.22**2
    coupling = 0.312 / (1.0 + 9.0 / (2.0 * math.pi) * 0.312 * math.log(mass / M_TAU))
    gluons = coupling**2 * mass**3 / (72.0 * math.pi**3 * v2) * 9.0
    strange = 3.0 * 0.095**2 * mass / (8.0 * math.pi * v2)
    higher = 1.0 + (95.0 / 4.0 - 7.0 / 6.0 * 3.0) * coupling / math.pi
    found = sum(
        width.hat for width in DarkHiggs(mass).widths() if width.channel not in ("e", "mu", "tau")
    )
    factor = DarkHiggs(mass).width_spread()["hadrons"]
    assert (gluons + strange) / factor < found < factor * (gluons * higher + strange)
    middle = math.sqrt((gluons + strange) * (gluons * higher + strange))
    assert 1.0 / factor < found / middle < factor
