"""Neutrons from interaction to interaction: weights, classes, numbers of events, and Geant4."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from wayside.detector.stack import Stack
from wayside.generator.records import PRIMARY
from wayside.selections.samples import in_half
from wayside.transport.engine import END
from wayside.transport.interaction_rods import PRODUCT, along
from wayside.transport.neutron_cascade import (
    Followed,
    develop,
    event_numbers,
    followed,
    joined,
)
from wayside.transport.records import CROSSING

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
    weight = np.where(chosen, 1.0 / (made.copies * probability), 0.0)
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


def test_classes_of_events():
    """A pair of the blocks that reaches a gas detector, other pairs, energetic ones, the rest."""
    made = toy(400, 2, 13)
    how = Followed(timed=0.9, pair=0.7, energetic=0.5, rest=0.1)
    probability = followed(made, how, STACK)
    rows = made.particles
    for event, value in zip(made.event, probability, strict=True):
        own = rows["event"] == event
        energetic = own & (rows["pz"] > 700.0)
        pairs = np.unique(made.star[energetic & (made.star >= 0)], return_counts=True)[1]
        # 400 MeV protons cross 40 mm of a block easily.
        expected = 0.9 if np.any(pairs > 1) else 0.5 if np.any(energetic) else 0.1
        assert value == expected
    # The same without gas detectors behind: none can have a time.
    bare = followed(made, how, Stack(mpgd=0.0))
    assert set(bare) == {0.7, 0.5, 0.1}


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
    # Later neutrons start later.
    assert set(made.particles["time"]) <= {1.0, 2.0, 3.0, 4.0}


def test_particles_of_two_runs_keep_their_numbers():
    rows = np.zeros(3, CROSSING)
    rows["event"], rows["track"], rows["parent"] = 7, [1, 2, 5], [0, 0, 1]
    empty = np.zeros(0, CROSSING)
    both = joined({"film": rows, "gas": empty}, {"film": rows[1:], "gas": rows[:1]})
    assert both["film"]["track"].tolist() == [1, 2, 5, 7, 10]
    assert both["film"]["parent"].tolist() == [0, 0, 1, 0, 6]
    assert both["gas"]["track"].tolist() == [6]


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
    # Importing it here would name a folder of data to the other process.
    if importlib.util.find_spec("calzone") is None:
        pytest.skip("calzone is not installed")
    worker = Path(__file__).parent / "interaction_worker.py"
    subprocess.run([sys.executable, str(worker)], check=True, timeout=600)
