"""K_L0 and neutrons from the rock: weights, a box under a wide ceiling, and muons nearby."""

import math

import numpy as np
import pytest

from wayside import load_scenario
from wayside.backgrounds.cosmic_muons import Site
from wayside.backgrounds.registry import sources
from wayside.backgrounds.rock_neutrals import (
    FLATTEST,
    _crosses,
    arriving,
    covers,
    neutrals,
)
from wayside.backgrounds.setup import DetectorSetup
from wayside.constants import SECONDS_PER_DAY
from wayside.data import read_table
from wayside.detector.box import Box

SIMULATED = Site(depth=2750.0)
BOX = Box.place([1.0, 0.0, 7.0], [0.2, 0.3, 1.32])


def test_weights_add_up_to_the_rates_of_the_header() -> None:
    """Neutrons were thinned by chance: within the share that leaves undecided."""
    header = read_table("rock_neutrals").header
    rate = float(header["klong_rate"].split()[0])
    assert neutrals("klong", SIMULATED).rate.sum() == pytest.approx(rate, rel=2e-3)
    rates = neutrals("neutron", SIMULATED).rate
    rate = float(header["neutron_rate"].split()[0])
    assert rates.sum() == pytest.approx(rate, rel=4.0 / math.sqrt(len(rates)))
    assert float(header["muon_rate"].split()[0]) == pytest.approx(28.3, rel=0.02)


def test_directions_are_downward_unit_vectors() -> None:
    for kind in ("klong", "neutron"):
        simulated = neutrals("klong" if kind == "klong" else "neutron", SIMULATED)
        np.testing.assert_allclose(np.linalg.norm(simulated.direction, axis=1), 1.0, atol=2e-5)
        assert np.all(simulated.direction[:, 2] > 0.0)
        assert np.all(simulated.kinetic > 0.0)


def test_deeper_rock_has_fewer_of_them() -> None:
    """From 11 to 30 m: less, but not as much less as muons, whose mean energy grows."""
    rates = [neutrals("klong", Site(depth=d)).rate.sum() for d in (1000.0, 2750.0, 7500.0)]
    assert rates[0] > rates[1] > rates[2] > 0.1 * rates[1]
    assert not covers(Site(depth=400.0))


def test_box_under_a_ceiling_against_points_thrown() -> None:
    """Particles at random places of a wide ceiling: how many meet the box.

    The ceiling ends where `FLATTEST` lines from the box do; four standard errors, fails once in
    16,000.
    """
    rng = np.random.default_rng(8)
    simulated = neutrals("neutron", SIMULATED)
    box = Box.place([0.0, -1.5, 3.0], [0.8, 1.0, 1.32])
    steep = simulated.direction[:, 2] >= FLATTEST
    rate = np.where(steep, simulated.rate, 0.0)
    number = 400_000
    height = 0.8
    half = height / FLATTEST + 2.0
    row = rng.choice(len(rate), number, p=rate / rate.sum())
    turn = 2.0 * math.pi * rng.random(number)
    x, y, z = simulated.direction[row].T
    direction = np.stack(
        [x * np.cos(turn) - y * np.sin(turn), -z, x * np.sin(turn) + y * np.cos(turn)], axis=1
    )
    start = box.centre + np.column_stack(
        [
            (2.0 * rng.random(number) - 1.0) * half,
            np.full(number, height),
            (2.0 * rng.random(number) - 1.0) * half,
        ]
    )
    met = float(np.mean(_crosses(box, 0.0, start, direction)))
    thrown = met * rate.sum() * (2.0 * half) ** 2
    error = thrown * math.sqrt((1.0 - met) / met / number)
    assert abs(arriving(simulated, box).rates.sum() - thrown) < 4.0 * error + 0.01 * thrown


def test_crossing_of_boxes_is_that_of_rays() -> None:
    rng = np.random.default_rng(9)
    rays = rng.normal(size=(5000, 3)) * 0.15 + [1.0, 0.0, 7.0] / np.linalg.norm([1.0, 0.0, 7.0])
    rays /= np.linalg.norm(rays, axis=1)[:, None]
    near, far = (column[:, 0] for column in BOX.crossings(rays))
    met = _crosses(BOX, 0.0, np.zeros_like(rays), rays)
    np.testing.assert_array_equal(met, far > near)
    assert 0 < met.sum() < len(met)
    assert np.all(_crosses(BOX, 0.1, np.zeros_like(rays), rays)[met])
    assert not _crosses(BOX, 0.1, np.zeros((1, 3)), np.zeros((1, 3)))[0]


def test_muons_are_nearer_under_a_low_ceiling() -> None:
    simulated = neutrals("neutron", SIMULATED)
    low, high = (arriving(simulated, BOX, 0.111, ceiling=h) for h in (0.4, 6.0))
    assert 1.0 > low.tagged > high.tagged > 0.0
    assert low.companions <= low.tagged
    assert high.delay > low.delay > 0.0
    assert low.rates.sum() == pytest.approx(high.rates.sum(), rel=1e-12)
    mean = float(low.rates @ low.chord / low.rates.sum())
    assert 0.1 < mean < 1.4


def test_sources_scale_with_time_and_need_rock() -> None:
    scenario = load_scenario("belle2-forward")
    long = scenario.with_values({"site.exposure": 2.0 * scenario.site.exposure})
    for key in ("klong-rock", "neutron-rock"):
        one, two = (
            next(e for e in sources(DetectorSetup(s, "A")) if e.key == key)
            for s in (scenario, long)
        )
        assert one.scaling == "time"
        assert two.entering.value == pytest.approx(2.0 * one.entering.value)
        assert one.entering.statistical > 0.0
        assert np.all(one.spectrum.energies > 0.0)
        number = np.sum(one.spectrum.weights) * scenario.site.exposure * SECONDS_PER_DAY
        assert number == pytest.approx(one.entering.value)
    surface = [
        source.key for source in sources(DetectorSetup(load_scenario("besiii-forward"), "A"))
    ]
    assert "klong-rock" not in surface
