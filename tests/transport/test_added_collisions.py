"""Collisions added to muons: rates along a way, kinematics, and which tracks are marked."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from wayside import constants
from wayside.detector.materials import Material
from wayside.detector.stack import Stack
from wayside.generator.records import PRIMARY
from wayside.selections.samples import in_half
from wayside.transport.added_collisions import Adding, CollisionKind, added_particles, power_law
from wayside.transport.engine import kinetic_energies
from wayside.transport.followed_cascades import highest_track
from wayside.transport.marked_tracks import daughters, marked
from wayside.transport.muon_collisions import COLLISIONS
from wayside.transport.muon_events import BIRTH, before, copies_of
from wayside.transport.muon_ways import Ways, pieces_of, to_blocks
from wayside.transport.neutron_cascade import event_numbers
from wayside.transport.records import CROSSING, POINT, TRACK, track_keys

MUON = 1e3 * constants.M_MUON
MATERIALS = {
    "P0x0": Material("steel", 8.0, {"Fe": 1.0}),
    "F0": Material("film", 3.8, {"Ag": 0.5, "Br": 0.5}),
    "Shield": Material("lead", 11.35, {"Pb": 1.0}),
}
WAY = ((b"Shield", 100.0), (b"P0x0", 30.0), (b"F0", 5.0))
"""Volumes and lengths in mm along +z."""


def points(number: int, energy: float):
    """Muons straight through three volumes; they lose 1 MeV in each mm."""
    rows = np.zeros(4 * number, POINT)
    edges = np.cumsum([0.0, *(length for _, length in WAY)])
    rows["primary"] = np.repeat(np.arange(number), 4)
    rows["track"] = 1
    rows["z"] = np.tile(edges - 100.0, number)
    rows["kinetic_energy"] = energy - np.tile(edges, number)
    rows["time"] = np.tile(edges, number) / 300.0
    rows["volume"] = np.tile([name for name, _ in WAY] + [b"World"], number)
    return rows


def ways(number: int, energy: float) -> Ways:
    return Ways(pieces_of(points(number, energy)), MUON, MATERIALS, Stack())


@pytest.mark.parametrize("name", sorted(COLLISIONS))
@pytest.mark.parametrize("power", [1.0, 1.5])
def test_weights_give_the_rate(name, power):
    """Sums of 1/r against integrals over energies: by volume, and above twice the least energy.

    Four standard errors: fails once in 16,000 for each of six numbers.
    """
    number, energy, least = 400, 3000.0, 50.0
    how = Adding(least, (CollisionKind(name, 12, power),), depth=40.0, outside=0.2)
    made = added_particles(ways(number, energy), how, np.random.default_rng(3))
    assert np.bincount(made.muon).tolist() == number * [12]
    kind, edges = COLLISIONS[name], np.cumsum([0.0, *(length for _, length in WAY)])
    transfer = kinetic_energies(made.particles)
    for k, (volume, length) in enumerate(WAY):
        there = (made.particles["z"] + 100.0 > edges[k]) & (
            made.particles["z"] + 100.0 <= edges[k + 1]
        )
        total = np.array([energy - edges[k] + MUON])

        def per_mm(t: float, volume=volume, total=total) -> float:
            return float(kind.rate(MATERIALS[volume.decode()], np.array([t]), total, MUON)[0])

        top = float(kind.largest(total, MUON)[0])
        for low in (least, 2.0 * least):
            expected = length * quad(per_mm, low, top, epsrel=1e-8)[0]
            weights = np.where(there & (transfer > low), 1.0 / made.ratio, 0.0)
            of_muon = np.bincount(made.muon, weights, minlength=number)
            error = of_muon.std(ddof=1) / np.sqrt(number)
            assert error < 0.2 * expected
            assert abs(of_muon.mean() - expected) < 4.0 * error


def test_all_that_is_above_the_least_energy_is_made():
    """Muons of 750 MeV knock on electrons of 62 MeV at most: not twice the least, but more.

    What is not made here has no place elsewhere. Four standard errors: fails once in 16,000.
    """
    number, least = 400, Adding().least
    made = added_particles(ways(number, 750.0), Adding(), np.random.default_rng(7))
    electrons = made.particles["pdg"] == 11
    of_muon = np.bincount(made.muon[electrons], 1.0 / made.ratio[electrons], minlength=number)
    kind, begun, expected = COLLISIONS["knock-on"], 0.0, 0.0
    for volume, length in WAY:
        total = np.array([750.0 - begun + MUON])

        def per_mm(t: float, volume=volume, total=total) -> float:
            return float(kind.rate(MATERIALS[volume.decode()], np.array([t]), total, MUON)[0])

        top = float(kind.largest(total, MUON)[0])
        assert least < top < 2.0 * least
        expected += length * quad(per_mm, least, top, epsrel=1e-8)[0]
        begun += length
    error = of_muon.std(ddof=1) / np.sqrt(number)
    assert error < 0.2 * expected
    assert abs(of_muon.mean() - expected) < 4.0 * error


def test_particles_start_on_the_way():
    made = added_particles(ways(5, 3000.0), Adding(), np.random.default_rng(4))
    rows = made.particles
    assert set(rows["pdg"]) == {11, 22}
    assert not rows["x"].any()
    assert not rows["y"].any()
    np.testing.assert_allclose(rows["time"], (rows["z"] + 100.0) / 300.0, atol=1e-9)
    assert np.all(kinetic_energies(rows) >= Adding().least * (1.0 - 1e-9))
    assert np.all(np.diff(made.muon) >= 0)
    for muon in range(5):
        assert made.copy[made.muon == muon].tolist() == list(range(Adding().copies))
    # Azimuths are uniform: a mean of 80 unit vectors; fails once in a million.
    size = np.hypot(rows["px"], rows["py"])
    mean = np.array([np.mean(rows["px"] / size), np.mean(rows["py"] / size)])
    assert np.linalg.norm(mean) < 5.3 / np.sqrt(2.0 * len(rows))


def test_distances_to_the_blocks():
    """In front of them, in them, behind them, and beside them."""
    rows = np.zeros(8, POINT)
    rows["primary"] = np.repeat(np.arange(4), 2)
    rows["z"] = [-50.0, -30.0, 100.0, 120.0, 1500.0, 1510.0, -50.0, -30.0]
    rows["x"] = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 105.0, 105.0]
    distances = to_blocks(pieces_of(rows), Stack())
    assert distances.tolist() == [40.0, 0.0, np.inf, np.inf]


def test_slow_muons_get_none():
    """A muon of 300 MeV knocks on electrons of 15 MeV at most, but radiates."""
    made = added_particles(ways(3, 300.0), Adding(), np.random.default_rng(5))
    assert set(made.particles["pdg"]) == {22}
    nothing = added_particles(ways(3, 39.0), Adding(), np.random.default_rng(5))
    assert not len(nothing.muon)
    assert not len(nothing.particles)


@pytest.mark.parametrize("power", [0.5, 1.0, 1.5, 3.0])
def test_power_law(power):
    """Quantiles against the integral of the density."""
    uniform = np.linspace(0.01, 0.99, 7)
    high = np.full(7, 40.0)
    value, density = power_law(2.0, high, power, uniform)
    norm = quad(lambda t: t**-power, 2.0, 40.0)[0]
    below = [quad(lambda t: t**-power, 2.0, v)[0] / norm for v in value]
    np.testing.assert_allclose(below, uniform, rtol=1e-9)
    np.testing.assert_allclose(density, value**-power / norm, rtol=1e-9)


def tree():
    """A muon that knocks on two electrons, one of which radiates; another muon that radiates."""
    rows = np.array(
        [
            (0, 1, 0, 13, b"Primary"),
            (0, 5, 4, -11, b"Conversion"),
            (0, 4, 3, 22, b"Bremsstrahlung"),
            (0, 3, 1, 11, b"Ionisation"),
            (0, 2, 1, 11, b"Ionisation"),
            (1, 1, 0, -13, b"Primary"),
            (1, 2, 1, 22, b"muBrems"),
            (1, 3, 2, 11, b"Conversion"),
            (1, 4, 1, 11, b"PairProduction"),
            (1, 5, 1, -14, b"Decay"),
        ],
        TRACK,
    )
    births = np.zeros(len(rows), POINT)
    births["kinetic_energy"] = [3e3, 50.0, 90.0, 120.0, 30.0, 2e3, 300.0, 200.0, 99.0, 40.0]
    return rows, births


def test_descent():
    rows, births = tree()
    assert daughters(rows).tolist() == [-1, 3, 3, 3, 4, -1, 6, 6, 8, 9]
    expected = track_keys([0, 0, 0, 1, 1], [5, 4, 3, 2, 3])
    assert sorted(marked(rows, births, 40.0)) == sorted(expected)
    assert sorted(marked(rows, births, 150.0)) == sorted(track_keys([1, 1], [2, 3]))
    assert len(marked(rows, births, 20.0)) == 6


def test_copies_have_their_muon_and_its_half():
    crossings = np.zeros(5, CROSSING)
    crossings["event"], crossings["layer"] = [0, 0, 2, 2, 2], [1, 2, 3, 4, 5]
    muon = np.array([0, 0, 1, 2])
    numbers = event_numbers(muon, np.array([0, 1, 0, 0]), 2)
    order = np.argsort(numbers)
    copied = copies_of({"film": crossings}, muon[order], numbers[order])["film"]
    assert copied["event"].tolist() == [0, 0, 2, 2, 2, 4, 4]
    assert copied["layer"].tolist() == [1, 2, 3, 4, 5, 1, 2]
    assert np.all(in_half(numbers, "tuning") == in_half(muon, "tuning"))


def test_what_is_left_of_muons():
    """Energy and momentum of a knock-on add up; a photon leaves the nucleus little."""
    made = added_particles(ways(40, 3000.0), Adding(), np.random.default_rng(6))
    left, rows = made.left, made.particles
    size = np.sqrt(sum(left[f"p{axis}"] ** 2 for axis in "xyz"))
    after = np.sqrt(size**2 + MUON**2) - MUON
    kinetic = after + kinetic_energies(rows)
    # Energies are those where the piece begins.
    starts = 3000.0 - np.array([0.0, 100.0, 130.0])
    np.testing.assert_allclose(np.abs(kinetic[:, None] - starts).min(axis=1), 0.0, atol=1e-6)
    np.testing.assert_allclose(made.lost, kinetic_energies(rows) / kinetic, rtol=1e-9)
    electrons = rows["pdg"] == 11
    across = np.hypot(left["px"] + rows["px"], left["py"] + rows["py"])
    assert across[electrons].max() < 1e-6
    assert np.all(left["time"] == rows["time"])


def test_a_muon_that_loses_much_is_forgotten_after_it():
    crossings = np.zeros(6, CROSSING)
    crossings["event"] = [0, 0, 0, 0, 1, 1]
    crossings["track"] = [1, 1, 2, 3, 1, 2]
    crossings["time"] = [1.0, 3.0, 2.5, 3.5, 5.0, 6.0]
    left = np.zeros(1, PRIMARY)
    left["time"] = 2.0
    births = np.array([(0, 1, 0.0), (0, 2, 1.5), (0, 3, 2.2)], BIRTH)
    kept = before(crossings, left, births)
    # The electron of 1.5 ns stays, though it crosses after 2 ns; so does the other event.
    assert kept["time"].tolist() == [1.0, 2.5, 5.0, 6.0]
    assert len(before(crossings, left[:0], births[:0])) == 6
    assert highest_track({"film": crossings, "gas": crossings[:0]}) == 3


@pytest.mark.nightly
def test_collisions_are_those_of_geant4():
    """Numbers of knock-on electrons and photons of 1,500 muons of 6 GeV, by energy.

    In a process of its own, as there is one Geant4 in a process. Four standard errors.
    """
    pytest.importorskip("calzone")
    worker = Path(__file__).parent / "collision_worker.py"
    subprocess.run([sys.executable, str(worker)], check=True, timeout=1200, env=dict(os.environ))
