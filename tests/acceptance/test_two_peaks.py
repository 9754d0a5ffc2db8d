"""An A' slower than the boost: both beams' peaks go forward, and both are resolved."""

import warnings

import numpy as np
import pytest

import wayside
from wayside.acceptance.estimate import converged_rule
from wayside.collider.boosts import boost
from wayside.production.collinear_flight import collinear_flight
from wayside.production.radiative import trace


def directions(mass: float, beams, number: int, seed: int):
    """Directions in the laboratory of A' that are drawn in the centre of mass."""
    rng = np.random.default_rng(seed)
    # Uniform in the logarithm of the distance to either beam, where the peaks are flat.
    grid = np.linspace(-24.0, 24.0, 40_001)
    cosine = np.tanh(0.5 * grid)
    weight = trace(cosine, mass, beams.sqrt_s) * 0.5 / np.cosh(0.5 * grid) ** 2
    total = np.concatenate([[0.0], np.cumsum(0.5 * (weight[1:] + weight[:-1]))])
    cosine = np.tanh(0.5 * np.interp(rng.random(number) * total[-1], total, grid))
    sine, azimuth = np.sqrt(1.0 - cosine**2), 2.0 * np.pi * rng.random(number)
    unit = np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=1)
    flight = collinear_flight(mass, beams)
    momentum = flight.momentum * unit @ flight.frames.axes
    _, moved = boost(np.full(number, flight.energy), momentum, beams.boost)
    return moved / np.linalg.norm(moved, axis=1)[:, None]


@pytest.mark.parametrize("mass", [8.0, 8.6, 9.2])
def test_fraction_through_a_drift_chamber(mass):
    """Against 400,000 draws; four standard errors: fails once in 16,000."""
    scenario = wayside.load_scenario("gazelle", {"detectors.cdc.shape": "belle2-cdc"})
    beams, volume = scenario.collider.build(), scenario.detectors["cdc"].build()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rule, error = converged_rule(collinear_flight(mass, beams), volume)
    assert error <= 1e-4
    number = 400_000
    hit = np.mean(volume.crossings(directions(mass, beams, number, 5)).hit)
    assert abs(rule.hit_probability - hit) < 4.0 * np.sqrt(hit * (1.0 - hit) / number)
