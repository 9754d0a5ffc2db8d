"""Events with all photons: yields against `point`, conservation, totals over the whole sky.

A comparison of one number at 5 standard errors fails by chance once in two million; seeds are
fixed.
"""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from wayside import load_scenario, mass_point
from wayside.acceptance.directions import Sky
from wayside.acceptance.rule import Rule, Spectra
from wayside.acceptance.timing import quantiles
from wayside.collider.beams import Beams
from wayside.constants import SPEED_OF_LIGHT
from wayside.detector.cylinder import CylinderShell
from wayside.generator.flights import FlightSampler
from wayside.generator.pair_source import BEAMS, PHOTONS, PairSource
from wayside.generator.radiated_flights import event_flight
from wayside.models.inelastic import ScalarInelastic
from wayside.production.direct_process import DirectProcess
from wayside.production.process import Treatment
from wayside.production.radiative_process import RadiativeProcess
from wayside.scenario import Scenario
from wayside.typing import FloatArray

AROUND = CylinderShell.place(outer_radius=1.0, z_min=-1.0, z_max=1.0)
"""Holds the interaction point."""

ALL = Treatment(radiation="all")


def scenario_of(name: str) -> Scenario:
    return load_scenario(name, {"run.radiation": "all"})


def couplings_of(name: str) -> tuple[float, float]:
    pair = scenario_of(name).pair
    return pair.epsilon, pair.g_d


@cache
def source_of(name: str) -> PairSource:
    return PairSource(scenario_of(name))


@cache
def sampler_of(name: str, detector: str) -> FlightSampler:
    scenario = scenario_of(name)
    return source_of(name).flights({detector: scenario.detectors[detector].build()})


@cache
def drawn(name: str, number: int = 20_000) -> tuple[dict[str, FloatArray], ScalarInelastic]:
    """Momenta of events of a built-in scenario with all photons, and its masses."""
    rng = np.random.default_rng(3)
    source = source_of(name)
    flights = sampler_of(name, "A").draw(number, rng)
    return source.draw(flights, rng).momenta, source.model


def energy(momentum: FloatArray, mass: float = 0.0) -> FloatArray:
    return np.sqrt(mass**2 + np.sum(momentum**2, axis=1))


def square(e: FloatArray, p: FloatArray) -> FloatArray:
    return e**2 - np.sum(p**2, axis=1)


@pytest.mark.parametrize("name", ["belle2-forward", "belle2-central"])
def test_momentum_is_conserved(name: str) -> None:
    """The photon that is left has no mass on shell, the ground state its own; none is harder."""
    p, model = drawn(name)
    beams = sum(p[particle] for particle in BEAMS)
    e_beams = sum(energy(p[particle]) for particle in BEAMS)
    photons = sum(p[particle] for particle in PHOTONS)
    e_photons = sum(energy(p[particle]) for particle in PHOTONS)
    left, e_left = beams - photons, e_beams - e_photons
    if name == "belle2-central":
        assert p["aprime"] == pytest.approx(left, abs=1e-9)
        e_a = e_left
    else:
        e_a = energy(p["aprime"], model.m_aprime)
        hard, e_hard = left - p["aprime"], e_left - e_a
        assert square(e_hard, hard) == pytest.approx(0.0, abs=1e-8)
        hardest = np.max([energy(p[particle]) for particle in PHOTONS], axis=0)
        # In the laboratory, which is the centre of mass but for the spread.
        assert np.all(e_hard > hardest * (1.0 - 5e-3))
    ground = square(e_a - energy(p["phi1"], model.m1), p["aprime"] - p["phi1"])
    assert np.sqrt(ground) == pytest.approx(model.m2, rel=1e-6)
    some = np.mean(np.any(p["photon1"], axis=1))
    assert 0.2 < some < 1.0


def test_beam_energies_spread() -> None:
    """By what the scenario says of each beam, independently."""
    momenta, _ = drawn("belle2-forward")
    spread = scenario_of("belle2-forward").collider.energy_spread
    relative = np.stack([energy(momenta[beam]) / 5.29 - 1.0 for beam in BEAMS])
    error = spread / math.sqrt(2.0 * relative.shape[1])
    assert np.std(relative, axis=1) == pytest.approx(spread, abs=6.0 * error)


@pytest.mark.parametrize(
    ("name", "detector", "draws"),
    [
        ("belle2-forward", "A", 60_000),
        ("belle2-central", "A", 30_000),
        pytest.param("besiii-forward", "A", 200_000, marks=pytest.mark.nightly),
        pytest.param("belle2-forward-beams", "A", 500_000, marks=pytest.mark.nightly),
        pytest.param("belle2-forward-beams", "B", 2_000_000, marks=pytest.mark.nightly),
    ],
)
def test_yields_agree_with_the_closed_form_times_the_ratio(
    name: str, detector: str, draws: int
) -> None:
    """The fraction of proposals kept gives the decay probability of `point`."""
    sampler = sampler_of(name, detector)
    point = mass_point(scenario_of(name))
    expected = float(point.decay_probability(detector, *couplings_of(name)))
    flights = sampler.draw(draws, np.random.default_rng(11))
    kept = len(flights.rapidity) / flights.proposed
    # Half a per cent for the pass over photons; a few flights are used twice.
    allowed = 5.0 * math.sqrt(1.1 / len(flights.rapidity)) + 0.005
    assert kept * math.exp(sampler.log_total) == pytest.approx(expected, rel=allowed)
    assert flights.repeated < 0.02 * len(flights.rapidity)


def test_arrival_times_and_efficiencies_of_the_pass_are_those_of_events() -> None:
    """Medians within their errors, and the efficiency over the flights of the events."""
    scenario = scenario_of("belle2-forward")
    point = replace(mass_point(scenario), efficiency="simulated")
    ctau = float(point.ctau(*couplings_of("belle2-forward")))
    box = point.box("A")
    flights = sampler_of("belle2-forward", "A").draw(60_000, np.random.default_rng(12))
    near, far = (column[:, 0] for column in box.crossings(flights.direction))
    inside = far > near
    near, far = near[inside], far[inside]
    rapidity, directions = flights.rapidity[inside], flights.direction[inside]
    times = near / (SPEED_OF_LIGHT * np.tanh(rapidity))
    levels = (0.2, 0.5, 0.8)
    expected = quantiles(point.timing("A"), ctau, levels)
    for level, time in zip(levels, expected, strict=True):
        below = np.mean(times < time)
        error = math.sqrt(1.1 * level * (1.0 - level) / len(times))
        assert below == pytest.approx(level, abs=5.0 * error + 0.005)
    # Each event as a node that counts once, however long the particle lives.
    flown = ctau * np.sinh(rapidity)
    survival = np.exp(-near / flown) * -np.expm1((near - far) / flown)
    count = np.arange(len(near))
    ends = np.arange(len(near) + 1)
    sky = Sky(directions, np.ones(len(near)), near, far, count, count)
    spectra = Spectra(count, ends, rapidity, 1.0 / survival, np.log(np.sinh(rapidity)))
    rule = Rule(sky, spectra, float(np.sum(1.0 / survival)), 1.0, float(box.nearest))
    detected = point.detected("A")
    by_events = replace(detected, rule=rule, every=None)
    # Efficiencies of single flights scatter by less than their mean.
    error = 5.0 / math.sqrt(len(near))
    assert float(detected.efficiency(ctau)) == pytest.approx(
        float(by_events.efficiency(ctau)), rel=error + 0.005
    )


@pytest.mark.nightly
def test_total_on_shell_over_the_whole_sky() -> None:
    """All decay around the collision: the total of the scheme, by another integral."""
    model = ScalarInelastic(8.0, 4.341, 3.65)
    process = RadiativeProcess(model, Beams.symmetric(10.58), ALL)
    sampler = FlightSampler([event_flight(process)], {"around": AROUND}, 1e-3)
    flights = sampler.draw(300_000, np.random.default_rng(5))
    kept = len(flights.rapidity) / flights.proposed
    error = 5.0 * math.sqrt(1.1 / len(flights.rapidity))
    assert kept * math.exp(sampler.log_total) == pytest.approx(1.0, rel=error + 0.002)


def test_losses_off_shell_over_the_whole_sky() -> None:
    """All decay around the collision: probability one, the mean loss is that of the radiator."""
    process = DirectProcess(ScalarInelastic(14.0, 5.0, 4.85), Beams(7.007, 4.0, 0.083), ALL)
    sampler = FlightSampler([event_flight(process)], {"around": AROUND}, 1e-3)
    flights = sampler.draw(20_000, np.random.default_rng(5))
    kept = len(flights.rapidity) / flights.proposed
    error = 5.0 / math.sqrt(len(flights.rapidity))
    assert kept * math.exp(sampler.log_total) == pytest.approx(1.0, rel=error)
    photons = flights.made[:, 9:12] / process.beams.sqrt_s
    # Of a beam's energy, which is the loss of s.
    beams = process.beams.four_momenta[:, 1:] / process.beams.sqrt_s
    lost = np.zeros(len(photons))
    for beam in beams:
        along = photons @ beam / (beam @ beam)
        mine = np.linalg.norm(photons - along[:, None] * beam, axis=1) < 1e-9
        lost = np.where(mine, np.maximum(lost, along), lost)
    expected = sum(loss.weight * loss.fraction for loss in process.weighted_losses(24))
    scatter = np.std(lost) / math.sqrt(len(lost))
    assert np.mean(lost) == pytest.approx(expected, abs=5.0 * scatter + 1e-4)
