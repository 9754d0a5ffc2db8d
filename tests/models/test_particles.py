"""Widths of single particles: reference values, scaling, and what is refused."""

import math

import numpy as np
import pytest

from tests.reference.particles import label, rows
from wayside.constants import HBAR_C, LEPTON_MASSES
from wayside.errors import InputError
from wayside.models.alp_photon import AlpPhoton
from wayside.models.dark_photon import DarkPhoton
from wayside.models.particle import proper_decay_length, total_width, widths_by_channel
from wayside.models.registry import PARTICLES, all_kinds, particle_class


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


@pytest.mark.parametrize("mass", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize("kind", PARTICLES)
def test_masses_that_are_refused(kind, mass):
    with pytest.raises(InputError, match="mass = "):
        particle_class(kind)(mass)


def test_kinds():
    assert set(PARTICLES) < set(all_kinds())
    with pytest.raises(InputError, match="must be one of"):
        particle_class("no-such")
