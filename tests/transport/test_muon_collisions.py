"""Cross-sections of muons by other routes: invariants, and the point nucleus without screening."""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad

from wayside import constants
from wayside.detector.materials import ELEMENTS, Material
from wayside.transport.muon_collisions import (
    CLASSICAL_RADIUS,
    COLLISIONS,
    M_ELECTRON,
    PER_MOLE,
    bremsstrahlung_of_element,
)

MUON = 1e3 * constants.M_MUON
IRON = Material("iron", 7.874, {"Fe": 1.0})
KNOCK_ON, PHOTON = COLLISIONS["knock-on"], COLLISIONS["bremsstrahlung"]


@pytest.mark.parametrize("energy", [300.0, 2500.0, 80000.0])
def test_knock_on_is_one_photon_exchange(energy):
    """The amplitude of two particles of spin 1/2 in s and t, with t = -2 m T."""
    largest = float(KNOCK_ON.largest(np.array([energy]), MUON)[0])
    transfer = np.geomspace(0.02, 0.999, 9) * largest
    s = MUON**2 + M_ELECTRON**2 + 2.0 * M_ELECTRON * energy
    t = -2.0 * M_ELECTRON * transfer
    flux = (s - (MUON + M_ELECTRON) ** 2) * (s - (MUON - M_ELECTRON) ** 2)
    squared = (s - MUON**2 - M_ELECTRON**2) ** 2 + s * t + 0.5 * t**2
    # alpha = r_e m_e in units of hbar c.
    alpha2 = (CLASSICAL_RADIUS * M_ELECTRON) ** 2
    expected = 2.0 * M_ELECTRON * 4.0 * np.pi * alpha2 * squared / (flux * t**2)
    electrons = 1e-3 * IRON.density * 26.0 / ELEMENTS["Fe"][1] * PER_MOLE
    rate = KNOCK_ON.rate(IRON, transfer, np.full(9, energy), MUON)
    # The textbook's form leaves out terms of the electron's over the muon's mass, squared.
    np.testing.assert_allclose(rate, electrons * expected, rtol=3e-5)
    assert KNOCK_ON.rate(IRON, np.array([1.001 * largest]), np.array([energy]), MUON)[0] == 0.0


def test_knocked_on_electron_leaves_a_muon():
    """What is left of momentum and energy has the mass of a muon."""
    rng = np.random.default_rng(1)
    energy = rng.uniform(500.0, 50000.0, 50)
    transfer = 20.0 * (KNOCK_ON.largest(energy, MUON) / 20.0) ** rng.random(50)
    cosine = KNOCK_ON.cosine(transfer, energy, MUON, rng)
    incoming = np.sqrt(energy**2 - MUON**2)
    electron = np.sqrt(transfer * (transfer + 2.0 * M_ELECTRON))
    left = incoming**2 + electron**2 - 2.0 * incoming * electron * cosine
    np.testing.assert_allclose((energy - transfer) ** 2 - left, MUON**2, rtol=1e-6)


def test_bremsstrahlung_of_a_point_without_screening():
    """Bethe and Heitler: ln(2 E E' / (M k)) - 1/2, for a proton and hard photons."""
    energy, nu = np.array([250.0, 300.0]), np.array([0.55, 0.6])
    left = energy * (1.0 - nu)
    logarithm = np.log(2.0 * energy * left / (MUON * nu * energy)) - 0.5
    front = constants.ALPHA * (2.0 * CLASSICAL_RADIUS * M_ELECTRON / MUON) ** 2
    expected = front * (4.0 / 3.0 * (1.0 - nu) + nu**2) / nu * logarithm
    # Electrons at rest cannot take up the momentum here.
    assert np.all(nu > 1.0 / (1.0 + MUON**2 / (2.0 * M_ELECTRON * energy)))
    got = bremsstrahlung_of_element(1, 1.008, nu, energy, MUON)
    np.testing.assert_allclose(got, expected, rtol=2e-3)


def test_bremsstrahlung_in_radiation_lengths():
    """A muon loses (m_e/M)^2 of what an electron loses, but for logarithms, at high energy.

    Complete screening gives the logarithm of 183 Z^(-1/3) M / m_e in place of 183 Z^(-1/3), less
    that of the size of the nucleus; electrons of the atom add 1/Z for both.
    """
    energy = 1e7
    edges = np.geomspace(1e-3, energy - MUON, 14)

    def lost(k: float) -> float:
        return k * float(PHOTON.rate(IRON, np.array([k]), np.array([energy]), MUON)[0])

    loss = sum(quad(lost, a, b, epsrel=1e-6)[0] for a, b in itertools.pairwise(edges))
    length = 10.0 * IRON.radiation_length / IRON.density
    of_electron = np.log(184.15 * 26.0 ** (-1 / 3))
    of_muon = of_electron + np.log(MUON / M_ELECTRON) - np.log(1.54 * ELEMENTS["Fe"][1] ** 0.27)
    expected = (M_ELECTRON / MUON) ** 2 / length * energy * of_muon / of_electron
    assert loss == pytest.approx(expected, rel=0.05)


def test_angles_of_photons():
    """Median of r^2 / (1 + r^2) is a half where r may be large; fails once in 16,000."""
    rng = np.random.default_rng(2)
    energy = np.full(4000, 20000.0)
    cosine = PHOTON.cosine(np.full(4000, 100.0), energy, MUON, rng)
    r2 = np.arccos(cosine) ** 2 * (energy / MUON) ** 2
    below = np.count_nonzero(r2 < 1.0)
    assert abs(below - 2000) < 4.0 * np.sqrt(1000.0)
    hard = PHOTON.cosine(np.full(100, 15000.0), energy[:100], MUON, rng)
    assert np.arccos(hard).max() < 5000.0 / 15000.0
