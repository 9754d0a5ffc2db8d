"""Lead and fibres around the blocks, against the bodies of a hall."""

import numpy as np
import pytest

from wayside import load_scenario
from wayside.backgrounds.setup import DetectorSetup
from wayside.designing.surroundings import in_the_way, with_lead
from wayside.scenario import Scenario

WALL = {
    "shape": "box",
    "material": "concrete",
    "position": [0.0, 0.0, 10.0],
    "size": [9.0, 9.0, 1.0],
}


def behind(gap: float, shield: float = 0.1) -> Scenario:
    """A detector along the beams whose front is ``gap`` metres behind a wall from 10 to 11 m."""
    values = {
        "hall.volumes": {"wall": WALL},
        "run.signal": ["A"],
        "detectors.A.position": [0.5, 0.0, 11.0 + gap],
        "detectors.A.facing": "beam",
        "stack.shield": shield,
    }
    return load_scenario("belle2-forward", values)


@pytest.mark.parametrize("shield", [0.05, 0.1, 0.2])
def test_edges_by_hand(shield: float) -> None:
    """Clearance, lead, fibres: the numbers of the section, on both sides of each direction."""
    scenario = behind(1.0, shield)
    setup = DetectorSetup(scenario, "A")
    around, stack = with_lead(setup), scenario.stack.build()
    edge = shield + 1e-3 * (stack.fibres + stack.clearance)
    np.testing.assert_allclose(around.size, setup.box.size + 2.0 * edge)
    np.testing.assert_allclose(around.centre, setup.box.centre)


def test_lead_needs_room() -> None:
    scenario = behind(1.0)
    edge = 0.5 * float(with_lead(DetectorSetup(scenario, "A")).size[2] - 1.32)
    assert 0.1 < edge < 0.13
    assert in_the_way(behind(edge + 1e-3)) == {}
    assert in_the_way(behind(edge - 1e-3)) == {"A": ["wall"]}
    assert in_the_way(behind(edge - 1e-3, shield=0.09)) == {}
    assert in_the_way(load_scenario("belle2-forward")) == {}
