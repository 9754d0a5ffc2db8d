"""The line of the observed density in a plane: branches, their sides, and what lies between."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from wayside.cosmology.line import Crossings
from wayside.cosmology.relic import omega_h2
from wayside.cosmology.universe import OMEGA_H2
from wayside.scenario import load_scenario
from wayside.sensitivity.planes import masses_at, plane_of
from wayside.sensitivity.relic import RelicLine, branches, relic_line

X = np.arange(1.0, 8.0)
LOW, HIGH = 1e-6, 1e-1


def line_of(columns):
    x = X[: len(columns)]
    return RelicLine(x, columns, LOW, HIGH, branches(x, columns))


def test_two_branches_that_start_and_end():
    upper = [Crossings((1e-4 * k, 1e-2 / k), True) for k in (1, 2, 3)]
    line = line_of([Crossings((1e-4,), True), *upper, Crossings((4e-4,), True)])
    below, above = line.branches
    assert (below.overabundant, above.overabundant) == ("below", "above")
    assert_allclose(below.line.points[:, 0], X[:5])
    assert_allclose(below.line.points[:, 1], [1e-4, 1e-4, 2e-4, 3e-4, 4e-4])
    assert_allclose(above.line.points, [[2, 1e-2], [3, 5e-3], [4, 1e-2 / 3]])
    assert len(line.lines("below")) == len(line.lines("above")) == 1


def test_roots_are_joined_by_side_and_not_by_order():
    # From three roots to one: which one goes on is told by its side and place.
    three = Crossings((1e-5, 1e-4, 1e-3), True)
    line = line_of([three, three, Crossings((1.1e-3,), True), Crossings((1.2e-3,), True)])
    ends = {tuple(branch.line.points[-1].tolist()) for branch in line.branches}
    assert ends == {(2.0, 1e-5), (2.0, 1e-4), (4.0, 1.2e-3)}


def test_unknown_columns_break_lines_and_are_told():
    root = Crossings((1e-3,), True)
    line = line_of([root, root, None, root, root, root])
    assert [each.line.points[:, 0].tolist() for each in line.branches] == [[1, 2], [4, 5, 6]]
    assert line.overabundant()[2] is None
    assert line.known
    assert not line_of([None, None]).known
    assert line_of([None, None]).bands() == []


def test_bands():
    columns = [
        Crossings((), True),
        Crossings((1e-4,), True),
        Crossings((1e-4, 1e-2), True),
        Crossings((1e-4,), False),
        Crossings((), False),
        None,
    ]
    line = line_of(columns)
    nan = math.nan
    first, second = line.bands()
    assert_allclose(first[0], [LOW, LOW, LOW, 1e-4, nan, nan])
    assert_allclose(first[1], [HIGH, 1e-4, 1e-4, HIGH, nan, nan])
    assert_allclose(second[0], [nan, nan, 1e-2, nan, nan, nan])
    assert_allclose(second[1], [nan, nan, HIGH, nan, nan, nan])
    report = line.summary()
    assert report["omega_h2"] == OMEGA_H2
    assert report["overabundant"][0] == [(LOW, HIGH)]
    assert report["overabundant"][4:] == [[], None]


PLANES = [
    ("epsilon-g_d", {"model.g_d": 4.3e-5, "plane.g_d": [1e-6, 1e-2]}),
    ("epsilon-m2", {"model.g_d": 4.3e-5}),
]


@pytest.mark.parametrize(("kind", "more"), PLANES)
def test_a_plane_with_two_branches(kind, more):
    # Just above the pole; every side that is told is checked by densities on a grid of epsilon.
    scenario = load_scenario(
        "belle2-forward",
        {
            "model.kind": "pseudo-dirac",
            "model.m_aprime": 8.0,
            "model.m1": 3.9999,
            "model.m2": 3.9985,
            "plane.kind": kind,
            "plane.hold": "m1",
            "plane.points": 20,
            "plane.epsilon": [1e-6, 0.9],
            **({"plane.m2": [3.9983, 3.9987]} if kind == "epsilon-m2" else {}),
            **more,
        },
    )
    plane = plane_of(scenario)
    line = relic_line(plane)
    assert {branch.overabundant for branch in line.branches} == {"below", "above"}
    epsilon = np.geomspace(1.01e-6, 0.89, 60)
    bands = line.bands()
    for i in range(0, len(line.x), 3):
        x = float(line.x[i])
        masses = masses_at(scenario, x) if plane.varies_masses else (8.0, *scenario.masses)
        g_d = scenario.model.g_d if plane.varies_masses else x
        too_much = omega_h2("pseudo-dirac", *masses, epsilon, g_d) > OMEGA_H2
        inside = np.zeros(len(epsilon), dtype=bool)
        for low, high in bands:
            inside |= (epsilon > low[i]) & (epsilon < high[i])
        np.testing.assert_array_equal(inside, too_much)
