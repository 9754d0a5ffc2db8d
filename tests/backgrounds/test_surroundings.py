"""Lead and fibres around the blocks, against the bodies of a hall."""

import numpy as np
import pytest

from wayside import load_scenario
from wayside.backgrounds.surroundings import all_obstructed, outlines, surroundings
from wayside.designing.evaluation import Evaluator, crowded
from wayside.placement.sites import Mover
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
    box, stack = scenario.detectors["A"].build(), scenario.stack.build()
    edge = shield + 1e-3 * (stack.fibres + stack.clearance)
    around = outlines(scenario)["A"]
    np.testing.assert_allclose(around.size, box.size + 2.0 * edge)
    np.testing.assert_allclose(around.centre, box.centre)


def test_lead_needs_room() -> None:
    around = surroundings(behind(1.0), "A")
    assert around is not None
    edge = around.edge
    assert 0.1 < edge < 0.13
    assert all_obstructed(behind(edge + 1e-3)) == {}
    close = all_obstructed(behind(edge - 1e-3))
    assert close["A"].bodies == ["wall"]
    assert close["A"].excess == pytest.approx(1e-3, abs=1e-4)
    assert all_obstructed(behind(edge - 1e-3), []) == {}
    assert all_obstructed(behind(edge - 1e-3, shield=0.09)) == {}
    assert all_obstructed(load_scenario("belle2-forward")) == {}


def test_what_has_none() -> None:
    """No lead and no fibres, no room for a block, and another shape."""
    bare = {"stack.shield": 0.0, "stack.fibres": 0.0}
    thin = {"detectors.A.size": [0.2, 0.3, 0.01]}
    ring = {"shape": "cylinder", "outer_radius": 0.5, "z_min": 0, "z_max": 1, "position": [2, 0, 5]}
    for values in (bare, thin, {"detectors.A": ring}):
        assert surroundings(load_scenario("belle2-forward", values), "A") is None


def test_blocks_that_leave_a_part_of_the_detector() -> None:
    """The lead is about the blocks, which begin at the front."""
    scenario = load_scenario("belle2-forward", {"stack.blocks": 10})
    box, around = scenario.detectors["A"].build(), outlines(scenario)["A"]
    assert around.size[2] == pytest.approx(0.4 + 0.222)
    assert (around.position - box.position) @ box.axes[2] == pytest.approx(-0.111)


def test_a_design_and_a_place_need_room_for_the_lead() -> None:
    """The place is refused for a design and for `place`, and allowed with thinner lead."""
    edge = 0.111
    for scenario, allowed in ((behind(edge - 1e-3), False), (behind(edge - 1e-3, 0.09), True)):
        position = np.array([scenario.detectors["A"].position])  # type: ignore[attr-defined]
        assert Mover(scenario, "A").sites(position).allowed.tolist() == [allowed]
        trial = Evaluator(scenario.to_dict(), priced=False)({"stack.shield": scenario.stack.shield})
        assert ("lead or fibres stand in wall of the hall, 0.001 m" in trial.reason) != allowed
        assert (trial.violation > 200.0) != allowed


def test_the_tungsten_has_the_room_in_front_of_the_lead() -> None:
    """By hand without a hall: a slab that reaches the box is as much too thick as the lead."""
    box = load_scenario("belle2-forward").detectors["A"].build()
    values = {"shielding.tungsten": box.nearest, "run.signal": ["A"]}
    scenario = load_scenario("belle2-forward", values)
    excess = box.nearest - outlines(scenario)["A"].nearest
    assert 0.05 < excess < 0.15
    assert crowded(scenario) == {"A": pytest.approx(excess)}
