"""Which masses stand in which column, and what ranges are chosen."""

import numpy as np
import pytest

from wayside.constants import M_ELECTRON
from wayside.errors import InputError
from wayside.scenario import builtin_names, load_scenario
from wayside.sensitivity.planes import masses_at, plane_of

PLANES = [
    ("epsilon-m2", "sum"),
    ("epsilon-m2", "m1"),
    ("epsilon-m2", "ratios"),
    ("epsilon-delta", "sum"),
    ("epsilon-delta", "m2"),
]


def scenario_of(name: str, kind: str, hold: str, **more):
    one = {"run.radiation": "one-photon"}
    values = {"plane.kind": kind, "plane.hold": hold, "plane.points": 25, **one, **more}
    return load_scenario(name, values)


@pytest.mark.parametrize(("kind", "hold"), PLANES)
def test_masses(kind: str, hold: str) -> None:
    scenario = scenario_of("belle2-forward", kind, hold)
    m_aprime, (m1, m2) = scenario.model.m_aprime, scenario.masses
    # The scenario's own point is a column of every plane.
    own = m2 if kind == "epsilon-m2" else m1 / m2 - 1
    assert masses_at(scenario, own) == pytest.approx((m_aprime, m1, m2), rel=1e-14)
    x = 1.07 * own
    new_aprime, new1, new2 = masses_at(scenario, x)
    if kind == "epsilon-m2":
        assert new2 == x
    else:
        assert (new1 - new2) / new2 == pytest.approx(x)
    if hold == "ratios":
        assert new_aprime / new2 == pytest.approx(m_aprime / m2)
        assert new1 / new2 == pytest.approx(m1 / m2)
    else:
        assert new_aprime == m_aprime
        kept = {"sum": (new1 + new2, m1 + m2), "m1": (new1, m1), "m2": (new2, m2)}[hold]
        assert kept[0] == pytest.approx(kept[1])


@pytest.mark.parametrize("name", builtin_names())
@pytest.mark.parametrize(("kind", "hold"), PLANES)
def test_every_column_of_a_range_that_is_chosen_exists(name: str, kind: str, hold: str) -> None:
    own_ranges = {"plane.m2": None, "plane.delta": None}
    plane = plane_of(scenario_of(name, kind, hold, **own_ranges))
    x = plane.x.values
    assert len(x) == len(plane.epsilon.values) == 25
    assert np.all(np.diff(x) > 0)
    for value in x:
        point = plane.column(float(value))
        assert point is not None, f"no mass point at {plane.x.name} = {value}"
        assert point.model.m1 - point.model.m2 > 2 * M_ELECTRON or hold == "ratios"
        if point.mode == "on-shell":
            assert point.model.m1 + point.model.m2 < point.model.m_aprime < point.beams.sqrt_s
        else:
            # Off the pole, where a propagator without a width says nothing.
            assert abs(point.model.m_aprime / point.beams.sqrt_s - 1) > 0.005
        assert (point.mode, point.volumes) == (plane.centre.mode, plane.centre.volumes)
    # Its own point lies inside.
    m1, m2 = plane.scenario.masses
    own = m2 if kind == "epsilon-m2" else m1 / m2 - 1
    assert x[0] < own < x[-1]


@pytest.mark.parametrize(
    ("kind", "hold"), [("epsilon-m2", "m2"), ("epsilon-delta", "m1"), ("epsilon-delta", "ratios")]
)
def test_holds_that_do_not_go_with_a_plane(kind: str, hold: str) -> None:
    with pytest.raises(InputError, match=rf"plane\.hold = \"{hold}\": must be"):
        scenario_of("belle2-forward", kind, hold)


def test_the_grid_is_fine_where_the_splitting_closes() -> None:
    """Steps of m2 shrink toward the end: near it the lifetime goes with the fifth power of it."""
    for hold in ("sum", "m1"):
        x = plane_of(scenario_of("belle2-forward", "epsilon-m2", hold)).x.values
        steps = np.diff(x)
        assert np.all(np.diff(steps) < 0)
        assert steps[-1] < 0.03 * steps[0]


def test_ranges_that_are_given() -> None:
    scenario = scenario_of(
        "belle2-forward",
        "epsilon-m2",
        "sum",
        **{"plane.m2": [2.0, 3.9], "plane.epsilon": [1e-5, 0.5]},
    )
    plane = plane_of(scenario)
    np.testing.assert_allclose(plane.x.values, np.linspace(2.0, 3.9, 25), rtol=1e-14)
    np.testing.assert_allclose(plane.epsilon.values, np.geomspace(1e-5, 0.5, 25), rtol=1e-12)
    delta = plane_of(
        scenario_of("belle2-forward", "epsilon-delta", "m2", **{"plane.delta": [0.01, 0.5]})
    )
    np.testing.assert_allclose(delta.x.values, np.geomspace(0.01, 0.5, 25), rtol=1e-12)
    couplings = plane_of(
        load_scenario("belle2-forward", {"plane.g_d": [0.01, 2], "plane.points": 20})
    )
    np.testing.assert_allclose(couplings.x.values, np.geomspace(0.01, 2, 20), rtol=1e-12)
    assert couplings.x.unit == "1"
    assert not couplings.varies_masses
    assert couplings.column(0.3) is couplings.centre


@pytest.mark.parametrize("hold", ["sum", "m2"])
def test_no_range_follows_from_very_light_masses(hold: str) -> None:
    light = {"model.m_aprime": 2.5e-3, "model.m1": 1.21e-3, "model.m2": 1e-4}
    with pytest.raises(InputError, match=r"plane\.delta: no range follows"):
        plane_of(scenario_of("belle2-forward", "epsilon-delta", hold, **light))


def test_evaluate_puts_values_where_they_belong() -> None:
    scenario = scenario_of("belle2-forward", "epsilon-delta", "m2", **{"plane.delta": [0.1, 0.4]})
    plane = plane_of(scenario)
    x, epsilon = np.meshgrid(plane.x.values, plane.epsilon.values)

    def function(point, eps, g_d):
        assert np.ndim(eps) == np.ndim(g_d) == 1
        assert np.all(g_d == scenario.model.g_d)
        return np.log(eps) + 100 * point.model.m1

    values = plane.evaluate(function, x, epsilon)
    assert values.shape == x.shape
    m1 = 3.65 * (1 + x)
    forbidden = m1 + 3.65 >= 8.0
    assert 0 < np.count_nonzero(forbidden) < x.size
    np.testing.assert_array_equal(values[forbidden], -np.inf)
    expected = np.log(epsilon) + 100 * m1
    np.testing.assert_allclose(values[~forbidden], expected[~forbidden], rtol=1e-12)
    # Scattered points and a scalar, off the grid.
    assert float(plane.evaluate(function, 0.15, 1e-3)) == pytest.approx(np.log(1e-3) + 365 * 1.15)


def test_columns_of_the_grid_are_made_once() -> None:
    plane = plane_of(scenario_of("belle2-forward", "epsilon-delta", "sum"))
    for value in plane.x.values:
        assert plane.column(float(value)) is plane.column(float(value))
    # A logarithm and back would miss most of them.
    back = plane.x.from_coordinates(plane.x.coordinates)
    np.testing.assert_array_equal(back, plane.x.values)
    between = 0.5 * (plane.x.coordinates[3] + plane.x.coordinates[4])
    assert plane.x.from_coordinates(between) == pytest.approx(np.sqrt(np.prod(plane.x.values[3:5])))
    assert plane.x.from_coordinates(99.0) == pytest.approx(np.exp(99.0)), "beyond the grid too"
