"""Cylinder shells: one-dimensional integrals on the axis, parts that add up, sampled flights."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from tests.reference.decay_sum import direct_probability
from wayside.acceptance.angular import angular_density
from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.estimate import converged_rule, face_acceptance
from wayside.acceptance.rule import Rule
from wayside.collider.beams import Beams
from wayside.detector.cylinder import CylinderShell
from wayside.generator.flights import FlightSampler
from wayside.models.inelastic import ScalarInelastic
from wayside.production.radiative_flight import radiative_flight

HEAVY = ScalarInelastic(8.0, 4.341, 3.65)
LIGHT = ScalarInelastic(3.0, 1.3, 1.1)
"""Faster than the boost of unequal beams everywhere, so that no cone opens or splits."""
AXIAL = {"inner_radius": 0.3, "outer_radius": 1.1, "z_min": -0.7, "z_max": 1.6}
BESIDE = {
    "inner_radius": 0.6, "outer_radius": 1.0, "z_min": -1.0, "z_max": 2.0,
    "position": (2.0, 0.5, 1.0), "axis": (1.0, 2.0, -1.0),
}  # fmt: skip


def flight_at(beams):
    return radiative_flight(LIGHT if beams is CROSSING else HEAVY, beams)


SYMMETRIC = Beams.symmetric(10.58)
CROSSING = Beams(7.007, 4.0, 0.083)


def test_on_the_axis_by_one_integral():
    """Equal beams: the density depends on the polar angle alone, ends at the rims' angles."""
    flight = flight_at(SYMMETRIC)
    low, high = 0.6, 1.3
    shell = CylinderShell.place(**AXIAL, theta_min=low, theta_max=high)

    def ring(theta):
        direction = [math.sin(theta), 0.0, math.cos(theta)]
        return 2.0 * math.pi * math.sin(theta) * float(angular_density(flight, direction))

    expected, error, *_ = quad(ring, low, high, epsabs=0.0, epsrel=1e-8, limit=200, full_output=1)
    assert error < 1e-6 * expected
    assert face_acceptance(flight, shell, 1e-6).value == pytest.approx(expected, rel=1e-6)


def yields(flight, keys, ctau, rtol):
    rule, error = converged_rule(flight, CylinderShell.place(**keys), rtol)
    assert error <= rtol
    return rule, direct_probability(rule, ctau)


@pytest.mark.parametrize("beams", [SYMMETRIC, CROSSING], ids=["symmetric", "crossing"])
@pytest.mark.parametrize("keys", [AXIAL, BESIDE], ids=["axial", "beside"])
def test_a_hole_takes_away_what_would_be_in_it(keys, beams):
    """Decays in a full cylinder are those in the shell and those in the hole."""
    flight, ctau = flight_at(beams), 1.5
    shell = yields(flight, keys, ctau, 1e-6)[1]
    full = yields(flight, {**keys, "inner_radius": 0.0}, ctau, 1e-6)[1]
    hole = {**keys, "inner_radius": 0.0, "outer_radius": keys["inner_radius"]}
    assert shell + yields(flight, hole, ctau, 1e-6)[1] == pytest.approx(full, rel=3e-6)


def test_halves_add_up():
    flight, ctau = flight_at(CROSSING), 0.5
    halves = [{**BESIDE, "z_max": 0.3}, {**BESIDE, "z_min": 0.3}]
    parts = [yields(flight, keys, ctau, 1e-6)[1] for keys in halves]
    assert sum(parts) == pytest.approx(yields(flight, BESIDE, ctau, 1e-6)[1], rel=3e-6)


@pytest.mark.parametrize("keys", [{**AXIAL, "inner_radius": 0.0}, BESIDE], ids=["around", "beside"])
def test_curve_against_nodes(keys):
    """Lifetimes of all lengths; around the origin everything decays inside in the end."""
    rule: Rule = yields(flight_at(CROSSING), keys, 1.0, 1e-4)[0]
    curve = DecayCurve(rule)
    lifetimes = np.geomspace(1e-3, 1e5, 30)
    expected = [direct_probability(rule, float(ctau)) for ctau in lifetimes]
    known = np.array(expected) > 1e-300
    assert curve.probability(lifetimes)[known] == pytest.approx(np.array(expected)[known], rel=1e-6)
    if keys["inner_radius"] == 0.0:
        assert curve.probability(1e-12) == pytest.approx(curve.hit_probability, rel=1e-6)
        assert curve.hit_probability == pytest.approx(1.0, rel=1e-4)


@pytest.mark.parametrize("keys", [AXIAL, BESIDE], ids=["axial", "beside"])
def test_sampled_flights_end_inside(keys):
    """Fraction kept times the bound is the yield; decays beyond a plane as in the part there."""
    flight, ctau = flight_at(CROSSING), 0.5
    shell = CylinderShell.place(**keys)
    sampler = FlightSampler([flight], {"shell": shell}, ctau)
    proposed = 20_000
    flights = sampler.draw(proposed, np.random.default_rng(5))
    assert np.all(shell.contains(flights.vertex * (1.0 - 1e-12)) | shell.contains(flights.vertex))
    kept = len(flights.length)
    expected = yields(flight, keys, ctau, 1e-4)[1]
    # Counts are binomial but for repeats, which a margin of two allows for.
    error = 5.0 * math.sqrt(2.0 / kept)
    assert kept / proposed * math.exp(sampler.log_total) == pytest.approx(expected, rel=error)
    upper = yields(flight, {**keys, "z_min": 0.3}, ctau, 1e-4)[1] / expected
    height = (flights.vertex - shell.position) @ shell.axis
    tolerance = 5.0 * math.sqrt(2.0 * upper * (1.0 - upper) / kept)
    assert np.mean(height > 0.3) == pytest.approx(upper, abs=tolerance)


def test_a_cone_that_has_closed_to_a_direction():
    """A very light mediator at high energy: one minus the cosine of its cone is no number."""
    beams = Beams(15.15780446053433, 15.397933921771415)
    model = ScalarInelastic(0.01, 0.009949997649521697, 5.000233439000738e-05)
    tilted = CylinderShell.place(
        outer_radius=0.0854, inner_radius=0.0695, z_min=-0.1023, z_max=-0.1021,
        axis=(-0.2525, 0.0, 0.9676),
    )  # fmt: skip
    rule, error = converged_rule(radiative_flight(model, beams), tilted, 1e-2)
    assert 0.0 < rule.hit_probability < 1.0
    assert error <= 1e-2
