"""Fakes that were simulated for a design: counted by hand, and what they make of a background."""

import math

import numpy as np
import pytest

from wayside import load_scenario
from wayside.candidates.schema import ROW
from wayside.designing.simulated_fakes import (
    FEWEST,
    Expected,
    SimulatedFakes,
    by_law,
    corrected,
    direct,
    entering,
    require_fakes,
)
from wayside.errors import InputError
from wayside.scenario import Scenario
from wayside.selections.kinds import KINDS, SIMULATED
from wayside.sensitivity.background import expected_background

VALUES = {
    "run.efficiency": "simulated",
    "run.background": "simulated",
    "run.selection": "search",
    "run.radiation": "one-photon",
    "run.signal": ["A"],
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("belle2-forward-beams", VALUES)


def made(effective: float, direct: float, law: float, kind: str = "muon-above") -> SimulatedFakes:
    return SimulatedFakes("A", kind, 1000, effective, Expected(direct, 0.0), Expected(law, 0.0))


def test_too_few_are_no_ratio() -> None:
    assert made(FEWEST, 3.0, 2.0).ratio == (1.5, 0.0)
    for few in (made(0.9 * FEWEST, 3.0, 2.0), made(100.0, 3.0, 0.0)):
        assert not few.known
        assert few.ratio == (1.0, 0.0)
        assert few.plain()["ratio"] is None


def test_laws_are_of_depth_and_lead(scenario: Scenario) -> None:
    """None in the simulated detector; in a deeper one muons from above count by their path."""
    for laws in (True, False):
        own = entering(scenario, "A", laws=laws)
        assert {"muon-above", "muon-front", "neutron-above"} <= set(own)
    deep = scenario.with_values(
        {"detectors.A.size": (0.2, 0.3, 2.64), "stack.blocks": 2 * scenario.stack.blocks}
    )
    without, with_law = (entering(deep, "A", laws=laws) for laws in (False, True))
    inside = without["muon-above"] > 0.0
    ratio = with_law["muon-above"][inside] / without["muon-above"][inside]
    width, height, depth = SIMULATED

    def chord(depth: float) -> float:
        return width * height * depth / (width * depth + 0.5 * (width + depth) * height)

    assert ratio == pytest.approx(chord(2.0 * depth) / chord(depth), rel=1e-3)


def test_timed_fakes_by_hand(scenario: Scenario) -> None:
    """A beam from the front, uniform in the logarithm of the energy: one weight a bin."""
    kind = KINDS["muon-front"]
    edges = np.array(kind.edges)
    simulated = 500
    rows = np.zeros(5, ROW)
    rows["event"] = [3, 3, 8, 9, 11]
    rows["kinetic_energy"] = [2.5, 2.5, 2.5, 5.0, 2.5]
    rows["timed"] = [True, True, True, True, False]
    area = SIMULATED.width * SIMULATED.height
    span = math.log(edges[-1] / edges[0])
    # Particles per GeV and m^2 of the front, of all that were drawn.
    rows["sampling_density"] = simulated / (rows["kinetic_energy"] * span * area)
    known = direct(scenario, "A", "muon-front", rows, simulated)
    number = entering(scenario, "A", laws=False)["muon-front"]
    place = np.searchsorted(edges, [2.5, 5.0]) - 1
    each = number[place] * span / np.log(edges[place + 1] / edges[place]) / simulated
    assert known.direct.value == pytest.approx(3.0 * each[0] + each[1], rel=1e-5)
    assert known.direct.error == pytest.approx(
        math.sqrt(5.0 * each[0] ** 2 + each[1] ** 2), rel=1e-5
    )
    assert known.particles == simulated
    assert known.law == by_law(scenario, "A")["muon-front"]


def test_background_with_ratios(scenario: Scenario) -> None:
    """Of neutrons alone: what the selection leaves of them grows by half, with its error."""
    background = expected_background(scenario)
    assert corrected(scenario, background, [made(1.0, 3.0, 2.0)]) == pytest.approx(
        (background.value, background.error)
    )
    half = made(100.0, 3.0, 2.0, "neutron-above")._replace(direct=Expected(3.0, 0.6))
    more = corrected(scenario, background, [half])
    neutrons = 2.0 * (more.value - background.value)
    assert 0.0 < neutrons <= background.value
    grown = more.value / background.value
    assert more.error == pytest.approx(
        math.hypot(background.error * grown, 0.3 * neutrons), rel=1e-9
    )
    less = corrected(scenario, background, [made(100.0, 1.0, 2.0, "neutron-above")])
    assert less.value == pytest.approx(background.value - 0.5 * neutrons)
    assert less.error == pytest.approx(background.error)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("run.background", 3.0, "a simulation of fakes changes a simulated background alone"),
        ("run.selection", "timed", "stands beside the candidates of a search"),
    ],
)
def test_refused(scenario: Scenario, key: str, value: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        require_fakes(scenario.with_values({key: value}))
    require_fakes(scenario)
