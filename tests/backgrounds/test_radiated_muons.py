"""Muons behind photons off the beams against a sum over photons, and their convergence."""

import math

import numpy as np
import pytest

from backgrounds.test_collider_muons import after_a_photon
from wayside import load_scenario
from wayside.backgrounds import collider_muons
from wayside.backgrounds.collider_muons import born
from wayside.backgrounds.faces import directions_into
from wayside.backgrounds.radiated_muons import NODES, radiated_muons
from wayside.collider.beams import Beams
from wayside.constants import M_MUON
from wayside.detector.box import Box
from wayside.radiation import radiator
from wayside.radiation.vacuum import vacuum_polarisation

BELLE2 = Beams(7.007, 4.000, 0.083)


def by_photon_energy(
    beams: Beams, box: Box, least: float, nodes: int, order: int
) -> tuple[float, float]:
    """Muons into a box in fb, and those with twice the least energy, summed photon by photon."""
    directions, solid = directions_into(box, order)
    x_max = 1.0 - (2.0 * M_MUON / beams.sqrt_s) ** 2 * (1.0 + 1e-6)
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
    kinetic, weights = collider_muons.energies(beams, box, 12, least)
    expected = by_photon_energy(beams, box, least, 200, 12)
    # The sum has a step where photons leave a muon the least energy: one of 400 nodes.
    assert weights.sum() == pytest.approx(expected[0], rel=0.01)
    assert weights[kinetic + M_MUON > 2.0 * least].sum() == pytest.approx(expected[1], rel=0.02)


@pytest.mark.parametrize("name", ["besiii-forward", "belle2-forward", "belle2-forward-beams"])
def test_density_over_directions_has_converged(name: str) -> None:
    beams = load_scenario(name).collider.build()
    degrees = np.concatenate([np.linspace(0.5, 12.0, 60), np.linspace(15.0, 179.5, 40)])
    angle = np.radians(degrees)
    rays = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=1)
    density, finer = (
        radiated_muons(beams, rays, 0.25, nodes).weights.sum(axis=1) for nodes in (NODES, 2 * NODES)
    )
    assert density == pytest.approx(finer, rel=0.005)
    # Beside box A, 7 to 12 degrees, a straight line in the logarithm over a degree.
    near = (degrees > 7.0) & (degrees < 12.0)
    assert np.abs(np.diff(np.log(density[near]), 2)).max() < 0.01
