"""Random hits in gas and fibres: closed forms against generated hits, and what results say."""

import math

import numpy as np
import pytest

from wayside.backgrounds import pile_up, unrelated_tracks
from wayside.backgrounds.accidentals import GAS_RADIUS, GAS_WINDOW
from wayside.backgrounds.pile_up import dead_fraction, fibre_area, hit_rates, random_coincidences
from wayside.backgrounds.setup import DetectorSetup
from wayside.detector.stack import Stack
from wayside.reconstruction.timing import FIBRE_WINDOW
from wayside.scenario import Scenario, load_scenario
from wayside.sensitivity.background import simulated_background

HALF_A_YEAR = 182.625 * 86400.0
BEAM = {
    "beam_backgrounds.noise.particle": "photon",
    "beam_backgrounds.noise.flux": "2 kHz/cm^2",
    "beam_backgrounds.noise.energy": 0.01,
}


def scenario(**values: object) -> Scenario:
    return load_scenario("belle2-forward", {**BEAM, **values})


def test_orders_of_magnitude() -> None:
    """260 Hz/cm^2 in gas: 0.1 coincidences; 75 Hz/cm^2 in 3.35 m^2 of fibres: 10 per cent dead."""
    # By hand: (2.6 T pi R^2)^2 2 w / T, R = 0.203 mm, w = 28.3 ns, T = 1.578e7 s.
    assert random_coincidences(2.6 * HALF_A_YEAR, HALF_A_YEAR) == pytest.approx(0.101, rel=0.02)
    whole, upstream = fibre_area(Stack())
    assert whole == pytest.approx(3.35, rel=0.01)
    assert upstream == pytest.approx(0.5 * whole)
    # 1 - exp(-40 ns 75e4 Hz/m^2 3.35 m^2).
    assert dead_fraction(75e4 * whole) == pytest.approx(0.0956, rel=0.01)
    assert pile_up.VETO_WINDOW == FIBRE_WINDOW


def test_coincidences_against_generated_hits() -> None:
    rng = np.random.default_rng(9)
    seconds, rate = 1e-3, 2e5
    circle = math.pi * GAS_RADIUS**2
    hits = rate * seconds / circle
    pairs = []
    for _ in range(300):
        first, second = (rng.random(rng.poisson(rate * seconds)) * seconds for _ in range(2))
        second.sort()
        low, high = np.searchsorted(second, [first - 1e-9 * GAS_WINDOW, first + 1e-9 * GAS_WINDOW])
        pairs.append(int((high - low).sum()))
    expected = random_coincidences(hits, seconds)
    error = np.std(pairs) / math.sqrt(len(pairs))
    assert expected == pytest.approx(np.mean(pairs), abs=4.5 * error)


def test_dead_time_against_generated_hits() -> None:
    rng = np.random.default_rng(10)
    rate, vertices = 5e6, 20_000
    hits = np.sort(rng.random(rng.poisson(rate)))
    times = rng.random(vertices)
    low, high = np.searchsorted(hits, [times - 20e-9, times + 20e-9])
    dead = float(np.mean(high > low))
    expected = dead_fraction(rate)
    assert dead == pytest.approx(expected, abs=4.5 * math.sqrt(dead * (1.0 - dead) / vertices))


def test_rates_given_or_estimated() -> None:
    setup = DetectorSetup(scenario(), "A")
    rates = hit_rates(setup)
    assert rates.fibres == pytest.approx(2000.0 * pile_up.IN_FIBRES["photon"])
    assert 0.0 < rates.gas < 2000.0 * 0.01
    given = {"beam_backgrounds.noise.gas_hits": "260 Hz/cm^2",
             "beam_backgrounds.noise.fibre_hits": "75 Hz/cm^2"}  # fmt: skip
    rates = hit_rates(DetectorSetup(scenario(**given), "A"))
    assert (rates.gas, rates.fibres) == pytest.approx((260.0, 75.0))
    elsewhere = DetectorSetup(scenario(**{"beam_backgrounds.noise.detectors": "B"}), "A")
    assert pile_up.pile_up(elsewhere) is None
    assert pile_up.pile_up(DetectorSetup(load_scenario("belle2-forward"), "A")) is None


def test_a_result_says_what_pile_up_costs() -> None:
    given = {"beam_backgrounds.noise.gas_hits": "260 Hz/cm^2",
             "beam_backgrounds.noise.fibre_hits": "75 Hz/cm^2",
             "reconstruction.fibre_veto": "all"}  # fmt: skip
    case = scenario(**given)
    hits = pile_up.pile_up(DetectorSetup(case, "A"))
    assert hits is not None
    assert hits.dead == pytest.approx(0.0956, rel=0.01)
    # Fibres within 10 cm: 1 - exp(-40 ns 75e4 Hz/m^2 pi (0.1 m)^2).
    assert hits.dead_matched == pytest.approx(9.42e-4, rel=0.01)
    assert hits.signal_kept == pytest.approx(0.9 * 0.9, rel=0.03)
    assert any(
        flag.startswith("A: beam hits in gas 260") for flag in simulated_background(case).flags
    )
    assert hits.summary()["applied"] is False


def test_random_times_add_to_unrelated_tracks() -> None:
    given = {"beam_backgrounds.noise.gas_hits": "260 Hz/cm^2"}
    (quiet,), (noisy,) = (
        unrelated_tracks.sources(DetectorSetup(case, "A"))
        for case in (load_scenario("belle2-forward"), scenario(**given))
    )
    more = noisy.fakes("timed").value - quiet.fakes("timed").value
    n = random_coincidences(2.6 * HALF_A_YEAR, HALF_A_YEAR)
    reach = more / quiet.fakes("vertex").value / (n * math.exp(-n))
    # A seventh of the vertices have both tracks at a gap.
    assert 0.05 < reach < 0.2
    assert noisy.fakes("vertex").value == quiet.fakes("vertex").value
