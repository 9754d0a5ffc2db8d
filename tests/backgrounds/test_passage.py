"""What stands between collision and detector: slabs by hand, and the iron that stops as much."""

import math

import numpy as np
import pytest

from wayside.backgrounds import muon_loss
from wayside.backgrounds.klong import shield_of
from wayside.backgrounds.passage import passage, stands_for
from wayside.backgrounds.setup import DetectorSetup
from wayside.detector.assemblies import block
from wayside.detector.box import Box
from wayside.detector.hall import Hall, HallVolume
from wayside.detector.materials import BY_NAME, IRON, Material
from wayside.scenario import load_scenario

FAR = Box.place((0.0, 0.0, 50.0), (0.1, 0.1, 1.0))
"""So far that all lines are parallel to a per mille."""


def slab(material: Material, start: float, depth: float, x_min: float = -5.0) -> HallVolume:
    wide = {"x_max": 5, "y_min": -5, "y_max": 5}
    pieces = block(x_min=x_min, **wide, z_min=start, z_max=start + depth)
    return HallVolume(f"{material.name}-{start:g}", material, pieces)


def test_slabs() -> None:
    concrete, lead = BY_NAME["concrete"], BY_NAME["lead"]
    between = passage(Hall((slab(IRON, 2, 1.5), slab(concrete, 5, 0.7), slab(lead, 8, 0.1))), FAR)
    grams = 787.4 * 1.5, 230.0 * 0.7, 1135.0 * 0.1
    lengths = sum(
        g / m.interaction_length for g, m in zip(grams, (IRON, concrete, lead), strict=True)
    )
    assert between.interaction_lengths == pytest.approx(lengths, rel=1e-4)
    showers = sum(
        g / m.radiation_length for g, m in zip(grams, (IRON, concrete, lead), strict=True)
    )
    assert between.radiation_lengths == pytest.approx(showers, rel=1e-4)
    # A muon loses 1.5 to 2.2 MeV cm^2/g on the way from the threshold: between bounds by hand.
    low, high = 1e-3 * 1.1 * sum(grams), 1e-3 * 2.3 * sum(grams)
    assert low < between.muon_thresholds.min() <= between.muon_thresholds.max() < high


def test_iron_alone_is_itself() -> None:
    between = passage(Hall((slab(IRON, 2, 0.8),)), FAR)
    assert between.effective_iron() == pytest.approx(0.8, abs=1e-3)
    expected = muon_loss.energy_before(0.0, 80 * IRON.density, "iron")
    assert between.muon_thresholds == pytest.approx(float(expected), rel=1e-4)


def test_nothing() -> None:
    between = passage(Hall((slab(IRON, 60, 1.0),)), FAR)
    assert between.effective_iron() == 0.0
    assert np.all(between.muon_thresholds == 0.0)
    assert between.summary()["volumes"] == []


def test_a_gap_counts_for_what_comes_through_it() -> None:
    """Iron in front of a half: half of all hadrons pass, as through ln 2 interaction lengths."""
    near = Box.place((0.0, 0.0, 5.0), (1.0, 1.0, 0.1))
    between = passage(Hall((slab(IRON, 2, 2.5, x_min=0.0),)), near, rays=4000)
    passed = math.exp(-between.effective_iron() * 100 * IRON.density / IRON.interaction_length)
    # A binomial with 4000 draws: 5 standard deviations are 0.04; a box of half a million.
    assert passed == pytest.approx(0.5, abs=0.04)


def test_media_that_stand_for_materials() -> None:
    """Ranges of muons at 2 GeV against the PDG's minimum ionisation, to 12 per cent."""
    ionisation = {"concrete": 1.711, "polyethylene": 2.079, "aluminium": 1.615, "copper": 1.403,
                  "caesium-iodide": 1.243}  # fmt: skip
    for name, minimum in ionisation.items():
        medium, factor = stands_for(BY_NAME[name])
        own = {"rock": 1.688, "iron": 1.451, "tungsten": 1.145, "lead": 1.122}[medium]
        assert own * factor == pytest.approx(minimum, rel=0.12), name
    assert stands_for(IRON) == ("iron", 1.0)


def test_the_shield_follows_the_hall_only_where_it_is_asked_to() -> None:
    values = {"hall.preset": "belle2"}
    declared = DetectorSetup(load_scenario("belle2-forward", values), "A")
    assert (shield_of(declared).iron, shield_of(declared).tungsten) == (0.3, 1.3)
    scenario = load_scenario("belle2-forward", values | {"shielding.iron": "hall"})
    setup = DetectorSetup(scenario, "A")
    assert scenario.hall is not None
    expected = passage(scenario.hall.build(), setup.volume).effective_iron()
    assert shield_of(setup).iron == expected
    assert 0.4 < expected < 0.8  # the pole piece, partly in the hole of the concrete behind it
    assert shield_of(setup).tungsten == 1.3
    other = DetectorSetup(scenario, "B")
    assert shield_of(other).iron > 2 * expected
