"""Eqs. 20 and 21 of the study: letter by letter, and where the exact yield agrees with them."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from wayside.collider.beams import Beams
from wayside.constants import HBAR_C
from wayside.detector.box import Box
from wayside.models.inelastic import ScalarInelastic
from wayside.paper import formulas
from wayside.scenario import load_scenario
from wayside.sensitivity import mean_flight
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.planes import mass_point

# The distance a that the text of the study gives with each placement.
DISTANCES = {"belle2-forward": 7.0, "besiii-forward": 6.0, "belle2-central": 4.0}


def average_flight(scenario, ctau: float) -> float:
    """Eq. 12 averaged over cos(theta*), from the energies of Eq. 14."""
    m1, m2 = scenario.masses
    s = scenario.sqrt_s**2
    if scenario.mode == "off-shell":
        energy = (s + m1**2 - m2**2) / (2 * math.sqrt(s))
        return math.sqrt(energy**2 - m1**2) / m1 * ctau

    def gamma_beta(x: float) -> float:
        energy = formulas.equation_14(x, s, scenario.model.m_aprime**2, m1, m2)
        return math.sqrt(energy**2 - m1**2) / m1

    return quad(gamma_beta, -1, 1, epsrel=1e-11)[0] / 2 * ctau


@pytest.mark.parametrize("name", DISTANCES)
def test_equations_20_and_21(name: str) -> None:
    scenario = load_scenario(name, {"run.radiation": "one-photon"})
    point = mass_point(scenario)
    epsilon, g_d = scenario.model.epsilon, scenario.model.g_d
    luminosity = scenario.run.luminosity_fb
    width = epsilon**2 * g_d**2 * sum(point.model.excited_width_hats().values())
    d = average_flight(scenario, HBAR_C / width)
    assert point.mean_flight(epsilon, g_d) == pytest.approx(d, rel=1e-9)
    assert point.mean_gamma_beta == pytest.approx(d * width / HBAR_C, rel=1e-9)
    a, depth = DISTANCES[name], 1.32
    assert mean_flight.nominal_distance(point.box("A")) == a
    acceptance = point.face("A").value
    probability = acceptance * (math.exp(-a / d) - math.exp(-(a + depth) / d))
    if point.mode == "on-shell":
        dark = g_d**2 * point.model.dark_width_hat()
        branching = dark / (dark + epsilon**2 * sum(point.model.visible_width_hats().values()))
        sigma = epsilon**2 * point.cross_section_hat
    else:
        branching, sigma = 1.0, epsilon**2 * g_d**2 * point.cross_section_hat
    assert mean_flight.decay_probability(point, "A", epsilon, g_d) == pytest.approx(
        probability, rel=1e-9
    )
    assert mean_flight.expected_events(point, "A", epsilon, g_d, luminosity) == pytest.approx(
        luminosity * sigma * branching * probability, rel=1e-9
    )


@pytest.mark.parametrize(
    ("position", "distance"),
    [((1, 0, 7), 7), ((0.84, 0, -6), 6), ((0, -4, 0), 4), ((3, 4, 1), 5), ((0, 0, 2), 2)],
)
def test_distance_along_the_beam_or_from_it(position, distance) -> None:
    assert mean_flight.nominal_distance(Box.place(position, (0.1, 0.1, 0.1))) == pytest.approx(
        distance
    )


def at_rest(box: Box) -> MassPoint:
    """Off shell with equal beams every excited state has the same speed."""
    model = ScalarInelastic(14.0, 5.0, 4.85)
    return MassPoint(model, Beams.symmetric(10.58), {"A": box}, "off-shell", rtol=1e-7)


def test_exact_for_one_speed_and_a_small_box() -> None:
    """A box of a few mm, 4 m away, facing the collision: one way in, one way out, one speed."""
    point = at_rest(Box.place((4.0, 0.0, 0.0), (0.004, 0.004, 0.5), "ip"))
    flights = np.array([0.2, 1.0, 4.0, 100.0, 1e6])
    for d in flights:
        fixed = replace(point, ctau_override=d / point.mean_gamma_beta)
        ratio = mean_flight.decay_probability(fixed, "A", 1e-3, 1.0) / fixed.decay_probability(
            "A", 1e-3, 1.0
        )
        # Beside the axis: rays that leave by a side miss up to 12 per cent of the depth
        # only within depth/distance of the edge, where the face would let them go on.
        inside = 1.0 - 0.5 / 4.5
        assert inside**2 - 1e-6 < 1 / ratio < 1 + 1e-6
    thin = at_rest(Box.place((4.0, 0.0, 0.0), (0.004, 0.004, 1e-4), "ip"))
    for d in flights:
        fixed = replace(thin, ctau_override=d / thin.mean_gamma_beta)
        # Distances differ by (2 mm)^2/(2 * 4 m) = 5e-7 m from a, 1e-4/4 of rays leave by a side.
        assert mean_flight.decay_probability(fixed, "A", 1e-3, 1.0) == pytest.approx(
            float(fixed.decay_probability("A", 1e-3, 1.0)), rel=1e-4
        )


def test_off_axis_the_way_is_longer_than_the_printed_distance() -> None:
    """Forward, a is measured along the beam: the study's survival is exp((|r| - a)/d) too good."""
    point = at_rest(Box.place((3.0, 0.0, 4.0), (0.004, 0.004, 1e-4), "ip"))
    for d in (0.5, 2.0, 50.0):
        fixed = replace(point, ctau_override=d / point.mean_gamma_beta)
        ratio = mean_flight.decay_probability(fixed, "A", 1e-3, 1.0) / fixed.decay_probability(
            "A", 1e-3, 1.0
        )
        assert ratio == pytest.approx(math.exp((5.0 - 4.0) / d), rel=1e-4)


def test_long_lifetimes_agree_up_to_the_spread_of_boosts() -> None:
    """There N goes with the mean of 1/(gamma beta), of which the study takes 1 over the mean."""
    one = load_scenario("belle2-forward", {"run.radiation": "one-photon"})
    point = replace(mass_point(one), ctau_override=1e9)
    exact = float(point.decay_probability("A", 1e-4, 1.0))
    approximate = float(mean_flight.decay_probability(point, "A", 1e-4, 1.0))
    assert approximate == pytest.approx(
        point.face("A").value * 1.32 / (point.mean_gamma_beta * 1e9), rel=1e-6
    )
    # Rays spread as they go in: those beyond 84 per cent of a half-width leave by a side.
    u = (np.arange(400) + 0.5) / 400
    leaves = math.hypot(1, 7) * (1 / np.maximum.outer(u, u) - 1)
    path = float(np.mean(np.minimum(leaves, 1.32)))
    assert path < 1.2
    # The face is not lit evenly, and boosts differ from the average by a few per cent.
    assert exact / approximate == pytest.approx(path / 1.32, rel=0.04)


def test_stable_and_short_lived() -> None:
    point = at_rest(Box.place((4.0, 0.0, 0.0), (0.2, 0.3, 1.32), "ip"))
    for ctau in (math.inf, 1e-30):
        fixed = replace(point, ctau_override=ctau)
        assert mean_flight.decay_probability(fixed, "A", 1e-3, 1.0) == 0.0
