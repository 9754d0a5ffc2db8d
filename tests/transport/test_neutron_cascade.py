"""Neutrons from interaction to interaction: weights, classes, numbers of events, and Geant4."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from wayside.detector.stack import Stack
from wayside.generator.records import PRIMARY
from wayside.selections.samples import in_half
from wayside.transport.followed_cascades import Followed, followed
from wayside.transport.interaction_rods import PRODUCT, along
from wayside.transport.neutron_cascade import develop, event_numbers
from wayside.transport.records import END

STACK = Stack()
INSIDE, OUTSIDE, NEUTRON_OUT, PAIR, SINGLE = 0.5, 0.3, 0.4, 0.3, 0.3
"""Probabilities of a toy: where a neutron interacts, and what comes out."""


class ToyFollower:
    """Neutrons that interact in the first plate of a block or in the lead, or leave."""

    def __init__(self, rng):
        self.rng = rng

    def ends(self, primaries, _seed):
        rows = np.zeros(len(primaries), END)
        where = self.rng.random(len(rows))
        rows["volume"] = np.where(where < INSIDE, b"P0x0", b"Shield")
        rows["process"] = np.where(where < INSIDE + OUTSIDE, b"Inelastic", b"Transport")
        rows["z"] = np.where(where < INSIDE, STACK.period * 3.0 + 0.2, -50.0)
        size = np.sqrt(sum(primaries[f"p{axis}"] ** 2 for axis in "xyz"))
        for axis in "xyz":
            rows[f"u{axis}"] = primaries[f"p{axis}"] / size
        mass = 939.565
        rows["kinetic_energy"] = np.sqrt(size**2 + mass**2) - mass
        rows["time"] = primaries["time"] + 1.0
        return rows


class ToyRods:
    """Two forward protons, one, or a slow one; and often a neutron of half of the energy."""

    materials = ("Plate", "Lead")

    def __init__(self, rng):
        self.rng = rng

    def products(self, _pdg, material, directions, energies, _seed):
        assert len(material) == len(energies)
        kind = self.rng.random(len(energies))
        rows = []
        for i, (u, energy) in enumerate(zip(directions, energies, strict=True)):
            protons = [400.0, 400.0] if kind[i] < PAIR else [400.0]
            if kind[i] > PAIR + SINGLE:
                protons = [20.0]
            rows += [(i, 2212, *u, kinetic) for kinetic in protons]
            if self.rng.random() < NEUTRON_OUT:
                rows.append((i, 2112, *u, 0.5 * energy))
        return np.array(rows, PRODUCT)


def neutrons(number: int, kinetic: float):
    rows = np.zeros(number, PRIMARY)
    rows["event"], rows["pdg"] = np.arange(number), 2112
    rows["pz"] = np.sqrt(kinetic * (kinetic + 2.0 * 939.565))
    rows["z"] = -110.0
    return rows


def toy(number: int, copies: int, seed: int):
    rng = np.random.default_rng(seed)
    volumes = {"P0x0": "Plate", "Shield": "Lead"}
    return develop(
        neutrons(number, 1000.0), copies, ToyFollower(rng), ToyRods(rng), volumes, STACK, 1
    )


@pytest.mark.parametrize("copies", [1, 8])
def test_weights_give_what_happens_to_one_neutron(copies):
    """Pairs of protons in the blocks of a branching process, from 1 GeV down to 0.1 GeV.

    Four standard errors: fails once in 16,000.
    """
    number = 4000
    made = toy(number, copies, 11)
    how = Followed(timed=0.8, pair=0.5, energetic=0.3, rest=0.1)
    probability = followed(made, how, STACK)
    chosen = np.random.default_rng(12).random(len(probability)) < probability
    weight = np.where(chosen, 1.0 / made.density(np.ones(number), probability), 0.0)
    rows = made.particles
    fast = (rows["pdg"] == 2212) & (rows["pz"] > 700.0) & (made.star >= 0)
    stars, first, count = np.unique(made.star[fast], return_index=True, return_counts=True)
    assert len(stars)
    owner = np.searchsorted(made.event, rows["event"][fast][first[count == 2]])
    of_neutron = np.bincount(made.origin[owner], weight[owner], minlength=number)
    chain = sum((NEUTRON_OUT * (INSIDE + OUTSIDE)) ** k for k in range(4))
    expected = PAIR * INSIDE * chain
    error = of_neutron.std(ddof=1) / np.sqrt(number)
    assert error < 0.1 * expected
    assert abs(of_neutron.mean() - expected) < 4.0 * error


def test_copies_stay_in_the_half_of_their_neutron():
    origin = np.repeat(np.arange(400), 8)
    copy = np.tile(np.arange(8), 400)
    event = event_numbers(origin, copy, 8)
    assert len(np.unique(event)) == len(event)
    assert np.all(in_half(event, "untouched") == in_half(origin, "untouched"))
    made = toy(100, 8, 14)
    assert np.all(np.diff(made.event) > 0)
    assert np.all(in_half(made.event, "tuning") == in_half(made.origin, "tuning"))
    assert set(np.unique(made.copies)) == {1, 8}
    # Later neutrons start later; from 1 GeV the fourth has 125 MeV, and a fifth would be slow.
    assert set(made.particles["time"]) == {1.0, 2.0, 3.0, 4.0}


def test_copies_have_what_was_made_before():
    """Products in the lead come with each copy, those in the blocks with one."""
    one, many = (toy(3000, copies, 16) for copies in (1, 8))
    for made in (one, many):
        outside = (made.star < 0) & (made.particles["pdg"] == 2212)
        per_event = np.bincount(
            np.searchsorted(made.event, made.particles["event"][outside]),
            minlength=len(made.event),
        )
        weighted = np.bincount(made.origin, per_event / made.copies, minlength=3000)
        # Interactions outside, of all generations, with 1.3 protons each.
        chain = sum((NEUTRON_OUT * (INSIDE + OUTSIDE)) ** k for k in range(4))
        expected = OUTSIDE * chain * (1.0 + PAIR)
        assert abs(weighted.mean() - expected) < 4.0 * weighted.std() / np.sqrt(3000)
    assert len(many.event) > 3 * len(one.event)


class OneInteraction:
    """One of the lead, out of which comes what is given: for each event alike."""

    materials = ("Lead",)

    def __init__(self, *pdg):
        self.pdg = pdg

    def ends(self, primaries, _seed):
        rows = np.zeros(len(primaries), END)
        rows["volume"], rows["process"], rows["z"] = b"Shield", b"Inelastic", -50.0
        rows["kinetic_energy"] = 500.0
        return rows

    def products(self, _pdg, material, _directions, _energies, _seed):
        rows = [(i, pdg, 0.0, 0.0, 1.0, 90.0) for i in range(len(material)) for pdg in self.pdg]
        return np.array(rows, PRODUCT)


def test_helium_is_followed_and_heavier_nuclei_are_not():
    """A nucleus of lithium 6 stays behind; neutrons of 90 MeV are slow: they go no further."""
    nuclei = (2112, 1000010020, 1000020040, 1000030060)
    one = OneInteraction(*nuclei)
    made = develop(neutrons(3, 1000.0), 2, one, one, {"Shield": "Lead"}, STACK, 1)
    assert made.particles["pdg"].tolist() == 3 * list(nuclei[:3])
    assert made.star.tolist() == 9 * [-1]


def test_rotation_keeps_angles():
    rng = np.random.default_rng(15)
    vectors = rng.normal(size=(50, 3))
    axes = rng.normal(size=(50, 3))
    axes /= np.linalg.norm(axes, axis=1)[:, None]
    axes[0] = 0.0, 0.0, -1.0
    turned = along(vectors, axes)
    np.testing.assert_allclose((turned * axes).sum(axis=1), vectors[:, 2], atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(turned, axis=1), np.linalg.norm(vectors, axis=1))


@pytest.mark.nightly
def test_interactions_are_those_of_neutrons_in_the_detector():
    """Fast particles out of the first interaction of a 0.8 GeV neutron in lead, both ways.

    In a process of its own, as there is one Geant4 in a process. Four standard errors.
    """
    own = dict(os.environ)
    # Importing it names a folder of data, which is not for the other process.
    pytest.importorskip("calzone")
    worker = Path(__file__).parent / "interaction_worker.py"
    subprocess.run([sys.executable, str(worker)], check=True, timeout=600, env=own)
