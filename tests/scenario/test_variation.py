"""Scenarios that are varied section by section are those that are checked as a whole."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayside.errors import InputError
from wayside.scenario import load_scenario
from wayside.scenario.schema import Scenario
from wayside.scenario.variation import Variation

VALUES = {
    "model.m2": [3.5, 3.65, 3.9, -1.0, "3650 MeV", "x"],
    "model.mu": [3.0, 4.0],
    "model.rho": [0.1, 1.0],
    "model.epsilon": [1e-4, 2.0],
    "model.g_d": [0.1, 20.0],
    "model.ctau_m": [1.0, None],
    "model.nothing": [1.0],
    "run.luminosity_fb": [1e3, "5 ab^-1", -1.0],
    "run.signal": [["A"], ["A", "B"], ["C"]],
    "run.efficiency": ["simulated"],
    "detectors.A.position.2": [5.0, 8.0],
    "detectors.A.position.7": [5.0],
    "detectors.B.roll": [0.2],
    "detectors.C.roll": [0.2],
    "detectors.B.size": [[1.0, 1.0, 1.0], [0.0, 1.0, 1.0]],
    "collider.electron_energy": [5.29, 7.0],
    "collider.preset": ["superkekb"],
    "site.overburden": [1.0],
    "name": ["other", 3],
}
SCENARIO = load_scenario("belle2-forward")


def outcome(make, values: dict) -> Scenario | str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return make(values)
        except InputError as error:
            return str(error)


@given(keys=st.sets(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3), data=st.data())
def test_same_as_with_values(keys: set[str], data: st.DataObject) -> None:
    values = {key: data.draw(st.sampled_from(VALUES[key])) for key in sorted(keys)}
    varied = Variation(SCENARIO)
    expected = outcome(SCENARIO.with_values, values)
    found = outcome(varied.at, values)
    assert found == expected
    if isinstance(expected, Scenario):
        assert isinstance(found, Scenario)
        assert found.to_dict() == expected.to_dict()
        assert found.processes == expected.processes


@pytest.mark.parametrize("kind", ["alp-photon", "pseudo-dirac"])
def test_other_kinds(kind: str) -> None:
    values = {"model.kind": kind}
    key = "model.m2"
    if kind == "alp-photon":
        values |= {"model.mass": 0.5, "model.g_photon": 1e-5}
        key = "model.mass"
    scenario = load_scenario("belle2-forward-beams", values)
    for value in (0.4, 3.6, 30.0):
        assert outcome(Variation(scenario).at, {key: value}) == outcome(
            scenario.with_values, {key: value}
        )
