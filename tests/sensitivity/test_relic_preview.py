"""The preview of the relic line: against the line of which every column is solved."""

from unittest.mock import patch

import numpy as np
import pytest

from wayside.cosmology.column import Column
from wayside.cosmology.universe import OMEGA_H2
from wayside.errors import InputError
from wayside.scenario import load_scenario
from wayside.sensitivity.planes import plane_of
from wayside.sensitivity.relic import densities_in, relic_line
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
    density = Column._density

    def counting(column, epsilon, settings):
        nonlocal count
        count += 1
        return density(column, epsilon, settings)

    with patch.object(Column, "_density", counting):
        result = function()
    return result, count


def check_columns(quick, full):
    """Check roots against those of the line; return how many there are."""
    solved = dict(zip(full.x.tolist(), full.columns, strict=True))
    for x, column in zip(quick.x.tolist(), quick.columns, strict=True):
        exact = solved[x]
        assert (column is None) == (exact is None)
        if column is not None:
            assert column.starts_above == exact.starts_above
            assert len(column.roots) == len(exact.roots)
            differences = np.log(column.roots) - np.log(exact.roots)
            assert np.all(np.abs(differences) < ACCURACY)
    return sum(len(column.roots) for column in quick.columns if column)


@pytest.mark.filterwarnings("ignore:.*below 2 m_e")
@pytest.mark.parametrize("values", PLANES, ids=["g_d", "m2", "delta", "folded"])
def test_columns_are_those_of_the_line(values):
    plane = plane_of(load_scenario("belle2-forward", values))
    full, evaluations = counted(lambda: relic_line(plane))
    quick, fewer = counted(lambda: relic_preview(plane))
    np.testing.assert_array_equal(quick.x, plane.x.values)
    assert check_columns(quick, full) > 10
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


def random_plane(rng):
    """A plane of any kind, half of them with the pair next to the resonance."""
    m_aprime, delta = rng.uniform(2.0, 10.0), 10.0 ** rng.uniform(-2.5, -0.3)
    near = rng.random() < 0.5
    ratio = 1.0 - 10.0 ** rng.uniform(-4.0, -0.5) if near else rng.uniform(0.5, 1.2)
    m2 = m_aprime * ratio / (2.0 + delta)
    values = {
        "model.kind": rng.choice(["scalar", "pseudo-dirac"]).item(),
        "model.m_aprime": m_aprime,
        "model.m1": m_aprime * ratio - m2,
        "model.m2": m2,
        "model.g_d": 10.0 ** rng.uniform(-1.5, 0.4),
        "plane.kind": rng.choice(["epsilon-g_d", "epsilon-m2", "epsilon-delta"]).item(),
        "plane.points": 60,
    }
    try:
        return plane_of(load_scenario("belle2-forward", values))
    except InputError:  # masses that nothing produces
        return None


def test_random_planes():
    """The same 16 at every run; the largest difference in 180 others was 5.0e-4."""
    rng = np.random.default_rng(5)
    planes, roots = 0, 0
    while planes < 16:
        plane = random_plane(rng)
        if plane is not None:
            planes += 1
            roots += check_columns(relic_preview(plane), relic_line(plane))
    assert roots > 400


def test_densities_that_are_solved_quickly():
    """To 1e-3 around the observed one, and on the same side of it elsewhere."""
    rng = np.random.default_rng(6)
    near = 0
    for _ in range(400):
        plane = random_plane(rng)
        if plane is None:
            continue
        column = densities_in(plane)(float(rng.choice(plane.x.values)))
        if column is None:
            continue
        epsilon = 10.0 ** rng.uniform(-6.0, -1.0)
        exact, quick = column(epsilon), column.quickly(epsilon)
        assert (exact > OMEGA_H2) == (quick > OMEGA_H2) or abs(exact / OMEGA_H2 - 1.0) < 1e-3
        if abs(np.log(exact / OMEGA_H2)) < 2.0:
            near += 1
            assert quick == pytest.approx(exact, rel=1e-3)
    assert near > 20
