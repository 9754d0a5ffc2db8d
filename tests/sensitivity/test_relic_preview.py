"""The preview of the relic line: against the line of which every column is solved."""

from unittest.mock import patch

import numpy as np
import pytest

from wayside.cosmology.column import Column
from wayside.scenario import load_scenario
from wayside.sensitivity.planes import plane_of
from wayside.sensitivity.relic import relic_line
from wayside.sensitivity.relic_preview import ACCURACY, relic_preview

FOLDED = {
    "model.kind": "pseudo-dirac",
    "model.m_aprime": 8.0,
    "model.m1": 3.9999501,
    "model.m2": 3.9999299,
    "plane.g_d": [1e-5, 1e-3],
    "plane.epsilon": [1e-6, 0.9],
    "plane.points": 24,
}
PLANES = [
    {"plane.kind": "epsilon-g_d", "plane.points": 100},
    {"plane.kind": "epsilon-m2", "plane.points": 100},
    {"plane.kind": "epsilon-delta", "plane.points": 100},
    FOLDED,
]


def counted(function):
    """Result of a call, and how many densities it took."""
    count = 0
    density = Column.__call__

    def counting(column, epsilon):
        nonlocal count
        count += 1
        return density(column, epsilon)

    with patch.object(Column, "__call__", counting):
        result = function()
    return result, count


@pytest.mark.filterwarnings("ignore:.*below 2 m_e")
@pytest.mark.parametrize("values", PLANES, ids=["g_d", "m2", "delta", "folded"])
def test_columns_are_those_of_the_line(values):
    plane = plane_of(load_scenario("belle2-forward", values))
    full, evaluations = counted(lambda: relic_line(plane))
    quick, fewer = counted(lambda: relic_preview(plane))
    np.testing.assert_array_equal(quick.x, plane.x.values)
    solved = dict(zip(full.x.tolist(), full.columns, strict=True))
    assert sum(len(column.roots) for column in solved.values() if column) > 10
    for x, column in zip(quick.x.tolist(), quick.columns, strict=True):
        exact = solved[x]
        assert (column is None) == (exact is None)
        if column is not None:
            assert column.starts_above == exact.starts_above
            assert len(column.roots) == len(exact.roots)
            differences = np.log(column.roots) - np.log(exact.roots)
            assert np.all(np.abs(differences) < ACCURACY)
    assert [b.overabundant for b in quick.branches] == [b.overabundant for b in full.branches]
    if values is not FOLDED:
        assert fewer < evaluations / 2, "columns are left out"


def test_columns_without_masses_are_left_out():
    values = {"plane.kind": "epsilon-m2", "plane.m2": [3.0, 9.0], "plane.points": 40}
    plane = plane_of(load_scenario("belle2-forward", values))
    quick, full = relic_preview(plane), relic_line(plane)
    known = dict(zip(full.x.tolist(), full.columns, strict=True))
    assert any(column is None for column in quick.columns)
    for x, column in zip(quick.x.tolist(), quick.columns, strict=True):
        assert (column is None) == (known[x] is None)
