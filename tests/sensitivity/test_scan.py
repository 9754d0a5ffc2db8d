"""Scans over arrays against one mass point at a time."""

import numpy as np
import pytest

import wayside
from wayside.errors import InputError


@pytest.fixture(scope="module")
def scenario():
    return wayside.load_scenario("belle2-forward")


def test_a_scan_is_its_points(scenario) -> None:
    m1 = np.array([4.30, 4.33, 4.36])[:, None]
    epsilon = np.array([1e-5, 1e-4])
    scanned = wayside.scan(scenario, m1=m1, epsilon=epsilon)
    assert scanned.total.shape == (3, 2)
    assert np.all(np.isnan(scanned.total[2])), "above m_aprime together with m2"
    for i, j in np.ndindex(2, 2):
        point = wayside.mass_point(scenario.with_values({"model.m1": float(m1[i, 0])}))
        for name in ("A", "B"):
            one = float(point.expected_events(name, epsilon[j], 1.0, 5e4))
            assert scanned.events[name][i, j] == pytest.approx(one, rel=1e-6)
        assert scanned.ctau[i, j] == pytest.approx(float(point.ctau(epsilon[j], 1.0)), rel=1e-12)
        assert scanned.produced_fb[i, j] == float(point.produced_fb(epsilon[j], 1.0))
    np.testing.assert_array_equal(scanned.total, scanned.events["A"])
    assert scanned.g_d.tolist() == [[1.0] * 2] * 3


def test_defaults_are_the_scenario(scenario) -> None:
    scanned = wayside.scan(scenario)
    assert scanned.total.shape == ()
    report = wayside.point_report(scenario)
    assert float(scanned.total) == pytest.approx(report["expected_events"], rel=2e-4)


def test_decays_as_in_the_study_are_honoured(scenario) -> None:
    study = scenario.with_values({"run.decays": "mean-flight"})
    one = scenario.with_values({"run.radiation": "one-photon"})
    exact, approximate = (float(wayside.scan(each).total) for each in (one, study))
    point = wayside.mass_point(study)
    assert float(point.expected_events("A", 1e-4, 1.0, 5e4)) == approximate
    assert float(point.expected_events("A", 1e-4, 1.0, 5e4, decays="exact")) == exact
    assert abs(approximate / exact - 1) > 0.05


def test_both_sides_of_the_collision_energy(scenario) -> None:
    scanned = wayside.scan(scenario, m_aprime=[9.0, 14.0])
    for mass, total in zip([9.0, 14.0], scanned.total, strict=True):
        point = wayside.mass_point(scenario.with_values({"model.m_aprime": mass}))
        assert point.mode == ("on-shell" if mass < 10 else "off-shell")
        assert total == pytest.approx(float(point.expected_events("A", 1e-4, 1.0, 5e4)), rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"m1": []}, "m1: an empty array"),
        ({"epsilon": [1e-4, np.nan]}, "epsilon = nan: must be positive and finite"),
        ({"g_d": 0.0}, "g_d = 0: must be positive and finite"),
        ({"m1": [1.0, 2.0], "m2": [1.0, 2.0, 3.0]}, "shapes do not broadcast"),
    ],
)
def test_refusals(scenario, changes, text) -> None:
    with pytest.raises(InputError, match=text):
        wayside.scan(scenario, **changes)
