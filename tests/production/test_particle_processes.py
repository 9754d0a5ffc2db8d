"""Production of single particles: rates and angles against amplitudes, and normalisation."""

import math

import numpy as np
import pytest

from tests.reference.particles import label, rows
from wayside.acceptance.angular import angular_density
from wayside.collider.beams import Beams
from wayside.constants import ALPHA, GEV2_TO_FB
from wayside.errors import InputError
from wayside.models.alp_photon import AlpPhoton
from wayside.models.dark_photon import DarkPhoton
from wayside.models.registry import particle_class
from wayside.production import radiative
from wayside.production.particle_registry import names, processes

BELLE2 = Beams(7.007, 4.0, 0.083)


@pytest.mark.parametrize("row", rows("cross-section"), ids=label)
def test_reference_values(row):
    process = processes(particle_class(row.model)(row.mass), BELLE2)[0]
    assert process.cross_section_hat == pytest.approx(row.value, rel=3.0 * row.uncertainty)


def in_centre_of_mass(model, cosine):
    """Density per steradian of the only part of the only process, in the centre of mass."""
    flight = processes(model, Beams.symmetric(BELLE2.sqrt_s))[0].parts[0].flight
    sine = np.sqrt(1.0 - cosine**2)
    return angular_density(flight, np.stack([0.6 * sine, 0.8 * sine, cosine], axis=-1))


def levi_civita():
    tensor = np.zeros((4, 4, 4, 4))
    for first in range(4):
        for second in range(4):
            for third in range(4):
                for fourth in range(4):
                    indices = (first, second, third, fourth)
                    if len(set(indices)) == 4:
                        rows_of_identity = np.eye(4)[list(indices)]
                        tensor[indices] = round(np.linalg.det(rows_of_identity))
    return tensor


def alp_amplitude_squared(mass, sqrt_s, cosine):
    """Sum over spins of |M|^2 over e^2 g^2 of e+ e- -> gamma a, from tensors."""
    metric = np.diag([1.0, -1.0, -1.0, -1.0])
    half = 0.5 * sqrt_s
    first, second = np.array([half, 0.0, 0.0, half]), np.array([half, 0.0, 0.0, -half])
    energy = (sqrt_s**2 - mass**2) / (2.0 * sqrt_s)
    sine = math.sqrt(1.0 - cosine**2)
    photon = metric @ (energy * np.array([1.0, sine, 0.0, cosine]))
    total = metric @ (first + second)
    lepton = 4.0 * (
        np.outer(first, second) + np.outer(second, first) - metric * (first @ metric @ second)
    )
    vertex = np.einsum("mnab,a,b->mn", levi_civita(), total, photon)
    lowered = metric @ lepton @ metric
    return -np.einsum("mk,mn,kl,nl->", lowered, vertex, vertex, metric) / sqrt_s**4


def test_alp_rate_and_angles_follow_from_the_amplitude():
    mass, sqrt_s = 3.0, BELLE2.sqrt_s
    nodes, weights = np.polynomial.legendre.leggauss(6)
    squared = np.array([alp_amplitude_squared(mass, sqrt_s, cosine) for cosine in nodes])
    flux = (1.0 - mass**2 / sqrt_s**2) / (64.0 * math.pi**2 * sqrt_s**2)
    per_steradian = 0.25 * 4.0 * math.pi * ALPHA * squared * flux * GEV2_TO_FB
    total = 2.0 * math.pi * float(weights @ per_steradian)
    process = processes(AlpPhoton(mass), BELLE2)[0]
    assert process.cross_section_hat == pytest.approx(total, rel=1e-12)
    density = in_centre_of_mass(AlpPhoton(mass), nodes)
    np.testing.assert_allclose(density, per_steradian / total, rtol=1e-12)


@pytest.mark.parametrize("mass", [0.3, 5.0])
def test_dark_photons_have_the_angles_of_the_radiated_mediator(mass):
    cosine = np.array([-1.0, -1.0 + 1e-8, -0.9, 0.0, 0.3, 0.999, 1.0 - 1e-7, 1.0])
    sqrt_s = BELLE2.sqrt_s
    expected = radiative.dsigma_dcos_hat(cosine, mass, sqrt_s) / (
        2.0 * math.pi * radiative.cross_section_hat(mass, sqrt_s)
    )
    np.testing.assert_allclose(in_centre_of_mass(DarkPhoton(mass), cosine), expected, rtol=1e-7)


def test_most_dark_photons_are_collinear_with_the_beams():
    # 2 pi alpha^2 eps^2 x/s [(2 + K) 2 atanh(c) - 2 c], K = 4 q/(1 - q)^2, in the massless limit.
    nodes, weights = np.polynomial.legendre.leggauss(60)
    density = in_centre_of_mass(DarkPhoton(1.0), 0.95 * nodes)
    rate = 2.0 * math.pi * 0.95 * float(weights @ density)
    rate *= processes(DarkPhoton(1.0), BELLE2)[0].cross_section_hat
    assert rate == pytest.approx(6414903.51, rel=2e-6)


def test_names_and_what_is_refused():
    assert names(DarkPhoton(1.0), BELLE2) == ("gamma A'",)
    assert names(AlpPhoton(1.0), BELLE2, ("gamma a",)) == ("gamma a",)
    with pytest.raises(InputError, match='no process "gamma b"; there are gamma a'):
        names(AlpPhoton(1.0), BELLE2, ("gamma b",))
    with pytest.raises(InputError, match=r"mass = 11: must be below sqrt_s = 10.57"):
        processes(DarkPhoton(11.0), BELLE2)
    with pytest.raises(InputError, match=r"sqrt_s = 91.2 GeV: must be at most"):
        processes(AlpPhoton(1.0), Beams.symmetric(91.2))
