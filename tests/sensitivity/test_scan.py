"""Arrays of masses and couplings in, arrays out: the same as point by point."""

import numpy as np
import pytest

import wayside
from wayside.errors import InputError
from wayside.sensitivity.planes import mass_point


def test_the_same_as_point_by_point() -> None:
    scenario = wayside.load_scenario("belle2-forward", {"run.signal": ["A", "B"]})
    m2 = np.array([3.65, 3.7, 3.65])[:, None]
    m1 = 7.991 - m2
    epsilon, g_d = np.array([1e-4, 3e-4, 1e-3, 1e-5]), np.array([1.0, 0.3, 0.1, 2.0])
    found = wayside.scan(scenario, m1=m1, m2=m2, epsilon=epsilon, g_d=g_d)
    assert found.total.shape == found.ctau.shape == found.m_aprime.shape == (3, 4)
    np.testing.assert_array_equal(found.m_aprime, 8.0)
    np.testing.assert_array_equal(found.epsilon, np.broadcast_to(epsilon, (3, 4)))
    for i, j in np.ndindex(3, 4):
        changes = {
            "model.m1": float(m1[i, 0]),
            "model.m2": float(m2[i, 0]),
            "model.epsilon": float(epsilon[j]),
            "model.g_d": float(g_d[j]),
            "run.signal": ["A", "B"],
        }
        alone = wayside.load_scenario("belle2-forward", changes)
        point = mass_point(alone)
        assert found.ctau[i, j] == pytest.approx(float(point.ctau(epsilon[j], g_d[j])), rel=1e-12)
        assert found.produced_fb[i, j] == pytest.approx(
            float(point.produced_fb(epsilon[j], g_d[j])), rel=1e-12
        )
        for name in ("A", "B"):
            expected = point.expected_events(name, epsilon[j], g_d[j], 50_000.0)
            assert found.events[name][i, j] == pytest.approx(float(expected), rel=1e-12)
    np.testing.assert_allclose(found.total, found.events["A"] + found.events["B"])
    np.testing.assert_array_equal(found.total[0], found.total[2])


def test_one_point_is_a_scan_of_no_dimension() -> None:
    scenario = wayside.load_scenario("besiii-forward")
    found = wayside.scan(scenario)
    assert found.total.shape == ()
    report = wayside.point_report(scenario)
    assert float(found.total) == pytest.approx(report["expected_events"], rel=3e-4)


def test_masses_that_are_not_allowed_are_undefined() -> None:
    scenario = wayside.load_scenario("belle2-forward")
    m1 = np.array([3.0, 4.341, 4.349, 4.36, 9.0])  # below m2, twice allowed, too heavy
    found = wayside.scan(scenario, m1=m1)
    np.testing.assert_array_equal(np.isnan(found.total), [True, False, False, True, True])
    np.testing.assert_array_equal(np.isnan(found.ctau), np.isnan(found.produced_fb))
    np.testing.assert_array_equal(found.m1, m1)
    # On the pole nothing can be said.
    assert np.isnan(wayside.scan(scenario, m_aprime=scenario.sqrt_s).total)


def test_a_heavy_mediator_is_made_off_shell() -> None:
    scenario = wayside.load_scenario("belle2-forward")
    m_aprime = np.array([9.0, 14.0, 500.0])
    found = wayside.scan(scenario, m_aprime=m_aprime, epsilon=1e-3)
    assert np.all(found.total > 0)
    # Far above the pole the cross-section falls with the fourth power of the mass.
    s = scenario.sqrt_s**2
    assert found.produced_fb[1] / found.produced_fb[2] == pytest.approx(
        ((500.0**2 - s) / (14.0**2 - s)) ** 2, rel=1e-9
    )
    fixed = wayside.load_scenario("belle2-forward", {"run.production": "on-shell"})
    found = wayside.scan(fixed, m_aprime=m_aprime, epsilon=1e-3)
    np.testing.assert_array_equal(np.isnan(found.total), [False, True, True])


def test_it_follows_the_scenario() -> None:
    """Lifetimes that are set, and yields by the study's approximation."""
    changes = {"model.ctau_m": 2.0, "run.decays": "study"}
    found = wayside.scan(wayside.load_scenario("belle2-forward", changes), g_d=[0.1, 1.0])
    np.testing.assert_array_equal(found.ctau, 2.0)
    report = wayside.point_report(wayside.load_scenario("belle2-forward", changes))
    assert found.total[1] == pytest.approx(report["expected_events"], rel=3e-4)
    exact = wayside.scan(wayside.load_scenario("belle2-forward", {"model.ctau_m": 2.0}))
    assert abs(found.total[1] / float(exact.total) - 1) > 0.01


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"m1": [4.3, np.nan]}, "m1 = nan"),
        ({"epsilon": 0.0}, "epsilon = 0"),
        ({"g_d": -1.0}, "g_d = -1"),
        ({"m2": []}, "m2: an empty array"),
        ({"m1": [4.3, 4.2], "m2": [3.0, 3.1, 3.2]}, "do not broadcast"),
    ],
)
def test_bad_arrays(arrays, message: str) -> None:
    with pytest.raises(InputError, match=message):
        wayside.scan(wayside.load_scenario("belle2-forward"), **arrays)
