"""Muons behind photons off the beams against a sum over photons, and their convergence."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from backgrounds.test_collider_muons import after_a_photon
from wayside import PseudoDirac, load_scenario
from wayside.backgrounds import collider_muons
from wayside.backgrounds.collider_muons import born
from wayside.backgrounds.collinear_photons import beams_along, behind_soft_photons
from wayside.backgrounds.faces import directions_into
from wayside.backgrounds.hard_photons import behind_hard_photons
from wayside.backgrounds.place import box_of
from wayside.backgrounds.radiated_muons import HARD_NODES, SOFT_NODES, radiated_muons
from wayside.collider.beams import Beams
from wayside.constants import ALPHA, M_MUON
from wayside.detector.box import Box
from wayside.production import distribution
from wayside.production.radiative import cross_section_hat
from wayside.radiation import radiator
from wayside.radiation.vacuum import vacuum_polarisation

BELLE2 = Beams(7.007, 4.000, 0.083)


def by_photon_energy(
    beams: Beams, box: Box, least: float, nodes: int, order: int
) -> tuple[float, float]:
    """Muons into a box in fb, and those with twice the least energy, summed photon by photon.

    Photons take up to 0.9 of the energy of a beam.
    """
    directions, solid = directions_into(box, order)
    x_max = 0.9
    counts = np.zeros(2)
    for x, weight in zip(*radiator.nodes(beams.sqrt_s, x_max, nodes), strict=True):
        mass = beams.sqrt_s * math.sqrt(1.0 - x)
        pairs = weight * born(mass) * float(vacuum_polarisation(mass))
        for kept in after_a_photon(beams, float(x)):
            for k in range(2):
                density = collider_muons.direction_density(kept, directions, (k + 1.0) * least)
                counts[k] += pairs * float(solid @ density)
    return counts[0], counts[1]


@pytest.mark.parametrize("least", [0.25, 2.0])
@pytest.mark.parametrize("beams", [BELLE2, Beams.symmetric(3.78)])
def test_muons_behind_photons_against_a_sum_over_photons(beams: Beams, least: float) -> None:
    """Over a wide box, where the singular densities of single photons are integrated over."""
    box = Box.place([2.0, 0.5, 4.0], [3.0, 3.0, 1.0])
    directions, solid = directions_into(box, 12)
    momentum = math.sqrt(least**2 - M_MUON**2)
    parts = [
        behind_soft_photons(beams, along, momentum, 0.9, 80)
        for along in beams_along(beams, directions)
    ]
    kinetic = np.hstack([part.kinetic for part in parts])
    weights = np.hstack([part.weights for part in parts]) * solid[:, None]
    expected = by_photon_energy(beams, box, least, 200, 12)
    # The sum has a step where photons leave a muon the least energy: one of 400 nodes.
    assert weights.sum() == pytest.approx(expected[0], rel=0.01)
    assert weights[kinetic + M_MUON > 2.0 * least].sum() == pytest.approx(expected[1], rel=0.02)


@pytest.mark.parametrize("name", ["besiii-forward", "belle2-forward", "belle2-forward-beams"])
def test_density_over_directions_has_converged(name: str) -> None:
    beams = load_scenario(name).collider.build()
    finer_nodes = (2 * SOFT_NODES, 2 * HARD_NODES)
    degrees = np.concatenate([np.linspace(0.5, 12.0, 60), np.linspace(15.0, 179.5, 40)])
    angle = np.radians(degrees)
    rays = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=1)
    density = radiated_muons(beams, rays, 0.25).weights.sum(axis=1)
    finer = radiated_muons(beams, rays, 0.25, nodes=finer_nodes).weights.sum(axis=1)
    assert density == pytest.approx(finer, rel=0.005)
    # Beside box A, 7 to 12 degrees, a straight line in the logarithm over a degree.
    near = (degrees > 7.0) & (degrees < 12.0)
    assert np.abs(np.diff(np.log(density[near]), 2)).max() < 0.01


def per_mass2(mass: float, sqrt_s: float) -> float:
    """Muons of both charges from V of one mass in fb, per unit of ln of its square."""
    ratio = (M_MUON / mass) ** 2
    split = ALPHA / (3.0 * math.pi) * math.sqrt(max(0.0, 1.0 - 4.0 * ratio)) * (1.0 + 2.0 * ratio)
    photons = radiator.narrow_ratio(mass, sqrt_s) * float(vacuum_polarisation(mass))
    return 2.0 * split * cross_section_hat(mass, sqrt_s) * photons


def test_hard_photons_over_all_directions():
    """Muons of all directions and momenta add up to the closed form of each mass."""
    beams, split = Beams.symmetric(3.78), 0.1
    low, high = 2.0 * math.log(2.0 * M_MUON), 2.0 * math.log(3.78) + math.log1p(-split)
    # Vacuum polarisation has kinks at the narrow states.
    kinks = [2.0 * math.log(m) for m in (0.775, 0.783, 1.019, 3.097)]
    total = quad(lambda t: per_mass2(math.exp(0.5 * t), 3.78), low, high, points=kinks, limit=400)
    t, w = np.polynomial.legendre.leggauss(60)
    # In the logarithm of the angle to a beam, from 1e-6 on.
    scale = math.log(1e6)
    angle = 0.5 * math.pi * np.exp(-scale * 0.5 * (1.0 - t))
    solid = 2.0 * math.pi * 0.5 * w * scale * angle * np.sin(angle)
    directions = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=1)
    muons = behind_hard_photons(beams, directions, 1e-4, split, 32)
    # The other hemisphere has as many.
    value = 2.0 * float(solid @ (muons.density * muons.weights).sum(axis=1))
    assert value == pytest.approx(total[0], rel=5e-4)


@pytest.mark.parametrize("degrees", [3.0, 10.0, 60.0, 170.0])
def test_hard_photons_mass_by_mass(degrees: float):
    """The density of muons of one momentum against those from V of one mass after the other."""
    split, angle = 0.1, math.radians(degrees)
    ray = np.array([math.sin(angle) * 0.6, math.sin(angle) * 0.8, math.cos(angle)])
    muons = behind_hard_photons(BELLE2, ray[None, :], 0.3, split, 2)
    sqrt_s = BELLE2.sqrt_s
    high = 2.0 * math.log(sqrt_s) + math.log1p(-split)
    along = (
        np.array([math.sin(0.0415), 0.0, math.cos(0.0415)]),
        np.array([math.sin(0.0415), 0.0, -math.cos(0.0415)]),
    )
    for momentum, density in zip(muons.momentum[0], muons.density[0], strict=True):
        energy = math.hypot(momentum, M_MUON)

        def of_mass(t: float, energy: float = energy, momentum: float = momentum) -> float:
            model = PseudoDirac(math.exp(0.5 * t), M_MUON * (1.0 + 1e-9), M_MUON)
            # Per GeV of energy; over momenta there are p/E as many.
            there = float(distribution.density(model, BELLE2, ray, energy))
            return there * momentum / energy * per_mass2(math.exp(0.5 * t), sqrt_s)

        # V along a beam, whose photon is off the other.
        products = [
            2.0 * e * (energy - momentum * float(ray @ n))
            for e, n in zip((7.007, 4.0), along, strict=True)
        ]
        masses2 = [sqrt_s**2 * b / (sqrt_s**2 - a) for a, b in (products, products[::-1])]
        # Lightest and heaviest, along the muon and against it.
        gamma = 1.0 / math.sqrt(1.0 - float(BELLE2.boost @ BELLE2.boost))
        e_cm = gamma * (energy - momentum * float(BELLE2.boost @ ray)) / sqrt_s
        p_cm = math.sqrt(e_cm**2 - (M_MUON / sqrt_s) ** 2)
        ends = [(e_cm - k * p_cm) / (1.0 - e_cm - k * p_cm) for k in (1.0, -1.0)]
        first, last = (min(math.log(sqrt_s**2 * end), high) for end in ends)
        top = [math.log(m) for m in masses2 if first < math.log(m) < last]
        top += [t for t in 2.0 * np.log([0.775, 0.783, 1.019, 3.097, 3.686]) if first < t < last]
        value = quad(of_mass, first, last, points=sorted(top), limit=600, epsrel=1e-4)[0]
        assert density == pytest.approx(value, rel=5e-3)


def test_soft_and_hard_photons_meet():
    """Soft photons of other angles would change nothing: the split may be anywhere below 0.1."""
    for name in ("besiii-forward", "belle2-forward-beams"):
        scenario = load_scenario(name)
        directions, solid = directions_into(box_of(scenario, "A"), 6)
        beams = scenario.collider.build()
        rates = [
            float(solid @ radiated_muons(beams, directions, 0.25, split).weights.sum(axis=1))
            for split in (0.01, 0.03, 0.1)
        ]
        np.testing.assert_allclose(rates, rates[1], rtol=5e-4)
