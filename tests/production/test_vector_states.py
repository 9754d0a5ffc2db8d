"""Vector states in the photon's propagator: widths from tensors, integrals, another code's peak."""

import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from tests.production.test_particle_processes import levi_civita
from wayside.backgrounds.narrow_peaks import peak_cross_section
from wayside.collider.beams import Beams
from wayside.collider.presets import PRESETS
from wayside.constants import ALPHA, FB_PER_NB, GEV2_TO_FB
from wayside.models.alp_photon import AlpPhoton
from wayside.production.alp_photon import RadiatedAlp
from wayside.production.process import Treatment
from wayside.production.vector_states import (
    enhancement,
    poles,
    propagator_squared,
)
from wayside.radiation.radiator import hard, soft, strength
from wayside.scenario import load_scenario
from wayside.sensitivity.particle_point import particle_point

METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
PAGE = Path(__file__).parents[2] / "docs" / "theory" / "particles.md"


def width_ratio(mass, light):
    """Gamma(V -> gamma a)/Gamma(V -> e e) over g^2, from tensors; electrons without mass."""
    total = np.array([mass, 0.0, 0.0, 0.0])
    polarisations = -METRIC + np.outer(total, total) / mass**2
    energy = (mass**2 - light**2) / (2.0 * mass)
    photon = energy * np.array([1.0, 0.0, 0.0, 1.0])
    vertex = np.einsum("mnab,a,b->mn", levi_civita(), METRIC @ total, METRIC @ photon)
    lowered = METRIC @ polarisations @ METRIC
    to_alp = -np.einsum("mk,mn,kl,nl->", lowered, vertex, vertex, METRIC)
    first = 0.5 * mass * np.array([1.0, 0.0, 0.0, 1.0])
    second = 0.5 * mass * np.array([1.0, 0.0, 0.0, -1.0])
    lepton = 4.0 * (
        np.outer(first, second) + np.outer(second, first) - METRIC * (first @ METRIC @ second)
    )
    to_pair = 4.0 * math.pi * ALPHA * np.einsum("mk,mk->", lowered, lepton)
    # Phase space: the momenta.
    return float(to_alp * energy / (to_pair * 0.5 * mass))


def test_ratio_of_widths_follows_from_tensors():
    ratio = width_ratio(3.1, 0.7)
    printed = 3.1**2 / (32.0 * math.pi * ALPHA) * (1.0 - (0.7 / 3.1) ** 2) ** 3
    assert ratio == pytest.approx(printed, rel=1e-12)


@pytest.mark.parametrize("index", range(8))
def test_a_peak_is_that_of_the_widths(index):
    """12 pi Gamma_ee Gamma_a/(M Gamma)^2 from tensors, over the cross-section of no V."""
    state = poles()
    mass, width = float(state.masses[index]), float(state.widths[index])
    width_ee = abs(complex(state.residues[index])) * 2.0 * ALPHA / 3.0
    light = 0.3 * mass
    peak = 12.0 * math.pi * width_ee**2 * width_ratio(mass, light) / (mass * width) ** 2
    none = ALPHA / 24.0 * (1.0 - (light / mass) ** 2) ** 3
    assert (2.0 * abs(state.residues[index]) / width) ** 2 == pytest.approx(peak / none, rel=1e-3)
    # The other states and the 1 beside it: of the order of the square root of the peak, and 1.
    assert float(propagator_squared(mass)) - 1.0 == pytest.approx(
        peak / none, abs=0.04 * math.sqrt(peak / none) + 2e-2
    )


def plain(energy):
    """The sum as the page has it, without partial fractions."""
    state = poles()
    width_ee = np.abs(state.residues * state.positions) * 2.0 * ALPHA / (3.0 * state.masses)
    s = np.asarray(energy)[..., None] ** 2
    strength = 3.0 * width_ee * state.masses / ALPHA
    amplitude = 1.0 + np.sum(
        strength / (s - state.masses**2 + 1j * state.masses * state.widths), axis=-1
    )
    return np.abs(amplitude) ** 2


def test_partial_fractions():
    energies = np.array([0.5, 1.018, 1.0197, 3.0965, 3.0969, 3.78, 9.4603, 10.355, 10.5792, 11.5])
    np.testing.assert_allclose(propagator_squared(energies), plain(energies), rtol=1e-10)


@pytest.mark.parametrize("energy", [1.0197, 3.0964, 3.0969, 3.69, 10.5792])
def test_mean_over_the_energies_of_the_beams(energy):
    spread = 4e-4 * energy

    def weighted(t):
        return math.exp(-0.5 * t * t) / math.sqrt(2.0 * math.pi) * plain(energy + spread * t)

    near = sorted(
        (mass + side * width - energy) / spread
        for mass, width in zip(poles().masses, poles().widths, strict=True)
        for side in (-30.0, -3.0, 0.0, 3.0, 30.0)
    )
    points = [point for point in near if abs(point) < 8.0]
    mean = quad(weighted, -8.5, 8.5, points=points or None, limit=500, epsabs=0.0, epsrel=1e-8)[0]
    # At -E the pole is taken at the mean energy: the spread over twice it, squared.
    assert float(propagator_squared(energy, spread)) == pytest.approx(mean, rel=2e-7)


def test_a_narrow_peak_with_photons_is_that_of_backgrounds():
    mass, width, width_ee = 3.0969, 92.6e-6, 5.53e-6
    energy_spread, light = 5e-4, 0.3
    spread = math.sqrt(0.5) * energy_spread * mass
    branching = width_ratio(mass, light) * width_ee / width
    peak = peak_cross_section(mass, mass, width, width_ee, spread) * FB_PER_NB * branching
    none = ALPHA / 24.0 * (1.0 - (light / mass) ** 2) ** 3 * GEV2_TO_FB
    # Interference, odd about the peak but for the losses, is left out there.
    assert enhancement(light, mass, energy_spread) == pytest.approx(1.0 + peak / none, rel=1e-2)


def test_losses_are_integrated():
    """Above the phi, without a spread of the beams' energies."""
    sqrt_s, light = 1.0197, 0.2
    ratio = (light / sqrt_s) ** 2
    beta = strength(sqrt_s)

    def rate(u):
        """Over u = x^beta, in which soft photons are spread evenly."""
        x = u ** (1.0 / beta)
        opened = max(1.0 - ratio / (1.0 - x), 0.0) / (1.0 - ratio)
        factor = soft(sqrt_s) + float(hard(x, sqrt_s)) * x ** (1.0 - beta) / beta
        return factor * opened**3 * (float(plain(sqrt_s * math.sqrt(1.0 - x))) - 1.0)

    edges = np.append(np.linspace(1e-9, 0.7, 60), np.linspace(0.7, 0.9**beta, 60)[1:])
    total = sum(
        quad(rate, low, high, epsabs=1e-12, epsrel=1e-9)[0] for low, high in pairwise(edges)
    )
    assert enhancement(light, sqrt_s, 0.0) - 1.0 == pytest.approx(total, rel=1e-6)


def test_far_from_all_states_nothing_is_added():
    assert enhancement(0.3, 6.5, 5e-4) == pytest.approx(1.0, abs=3e-3)


def test_numbers_of_the_page():
    lines = re.findall(r"\| `(\w+)` \| ([\d.]+) \| ([+-][\d.]+)% \|", PAGE.read_text("utf-8"))
    assert len(lines) == 6
    for name, energy, change in lines:
        beams = Beams(*PRESETS[name][:3])
        assert beams.sqrt_s == pytest.approx(float(energy), abs=6e-5)
        value = 100.0 * (enhancement(0.2, beams.sqrt_s, 5e-4) - 1.0)
        assert value == pytest.approx(float(change), abs=0.006)


def test_reactions_say_where_mesons_make_most():
    treatment = Treatment(energy_spread=5e-4)
    on_peak = RadiatedAlp(AlpPhoton(0.3), Beams.symmetric(3.0969), treatment)
    assert on_peak.reaction == "e+ e- -> gamma a, 19.8 times that without vector mesons"
    # Below the peak they interfere destructively.
    below = RadiatedAlp(AlpPhoton(0.3), Beams.symmetric(3.085), treatment)
    assert 0.7 < below.enhancement < 0.95
    assert "0." in below.reaction
    beside = RadiatedAlp(AlpPhoton(0.3), Beams.symmetric(10.5792), treatment)
    assert beside.reaction == "e+ e- -> gamma a"


def test_scenarios_bring_the_energy_spread():
    values = {"model.kind": "alp-photon", "model.mass": 0.3, "model.g_photon": 1e-5}
    values |= {"collider.preset": "besiii", "collider.electron_energy": 1.5486}
    values |= {"collider.positron_energy": 1.5486, "collider.energy_spread": 1e-3}
    (process,) = particle_point(load_scenario("besiii-forward", values)).processes
    beams = process.beams
    assert process.enhancement == enhancement(0.3, beams.sqrt_s, 1e-3)
    assert process.enhancement > 1.5
