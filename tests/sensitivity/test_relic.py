"""The relic line of a plane: every root of every column, joined, with its side."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from wayside.cosmology.column import density_of
from wayside.cosmology.line import Crossings
from wayside.errors import InputError
from wayside.models.couplings import Powers
from wayside.models.inelastic import PseudoDirac
from wayside.scenario import load_scenario
from wayside.sensitivity.planes import plane_of
from wayside.sensitivity.relic import RelicLine, branches, relic_line

PAIR = ("model.m_aprime=8", "model.m1=3.9999501", "model.m2=3.9999299", "plane.points=30")


@pytest.fixture(scope="module")
def folded():
    """Just above the pole, where the density rises again at large epsilon."""
    with pytest.warns(UserWarning, match="below 2 m_e"):
        scenario = load_scenario(
            "belle2-forward",
            [
                'model.kind="pseudo-dirac"',
                *PAIR,
                "plane.g_d=[1e-5, 1e-3]",
                "plane.epsilon=[1e-6, 0.9]",
            ],
        )
    return relic_line(plane_of(scenario))


def test_two_branches_that_meet(folded):
    below, above = folded.branches
    assert (below.overabundant, above.overabundant) == ("below", "above")
    # They fold over: nothing but too much to the left of where they meet.
    assert below.line.points[0] == pytest.approx(above.line.points[0])
    fold = below.line.points[0, 0]
    for x, column in zip(folded.x.tolist(), folded.columns, strict=True):
        assert column.starts_above
        assert (len(column.roots) == 0) == (x < fold)
    # Two roots apart where they meet: they run together as a square root.
    assert np.all(np.diff(above.line.points[:, 1]) > 0)
    assert np.all(np.diff(below.line.points[:, 1]) < 0)


def test_bands_are_where_there_is_too_much(folded):
    bands = folded.bands()
    assert len(bands) == 2
    rng = np.random.default_rng(3)
    for i in rng.integers(0, len(folded.x), 12).tolist():
        density = density_of(PseudoDirac(8.0, 3.9999501, 3.9999299), float(folded.x[i]))
        for epsilon in 10 ** rng.uniform(-6, math.log10(0.9), 20):
            inside = any(low[i] <= epsilon <= high[i] for low, high in bands)
            assert inside == (density(float(epsilon)) > 0.12)


def test_summary(folded):
    summary = folded.summary()
    assert len(summary["x"]) == len(summary["overabundant"])
    assert [line["overabundant"] for line in summary["lines"]] == ["below", "above"]
    assert summary["overabundant"][0] == [(1e-6, 0.9)]


def lines_of(*columns):
    x = np.arange(len(columns), dtype=np.float64)
    return [(each.overabundant, each.line.points.tolist()) for each in branches(x, list(columns))]


def test_joining():
    one = Crossings((0.1,), True)
    assert lines_of(one, one, None, one, one) == [
        ("below", [[0, 0.1], [1, 0.1]]),
        ("below", [[3, 0.1], [4, 0.1]]),
    ]
    # A second root comes in from above, far from the first.
    assert lines_of(one, Crossings((0.11, 0.9), True), Crossings((0.12, 0.8), True)) == [
        ("below", [[0, 0.1], [1, 0.11], [2, 0.12]]),
        ("above", [[1, 0.9], [2, 0.8]]),
    ]
    # Two more roots open between columns, and close again.
    three = Crossings((0.1, 0.2, 0.8), True)
    found = lines_of(one, three, one)
    assert found[0] == ("below", [[0, 0.1], [1, 0.1], [2, 0.1]])
    for side, points in found[1:]:
        assert [x for x, _ in points] == [1, 1, 1]
        assert [y for _, y in points] == pytest.approx(
            [0.4, {"above": 0.2, "below": 0.8}[side], 0.4]
        )
    # All is turned over: nothing meets.
    assert lines_of(Crossings((0.1, 0.2), True), Crossings((), False)) == []


def test_bands_of_columns_without_roots():
    # All, part of it twice, the upper part, none, and not known.
    columns = [
        Crossings((), True),
        Crossings((1e-4, 1e-2), True),
        Crossings((1e-4,), False),
        Crossings((), False),
        None,
    ]
    x = np.arange(5.0)
    line = RelicLine(x, columns, 1e-6, 1e-1, branches(x, columns))
    nan = math.nan
    first, second = line.bands()
    assert_allclose(first[0], [1e-6, 1e-6, 1e-4, nan, nan])
    assert_allclose(first[1], [1e-1, 1e-4, 1e-1, nan, nan])
    assert_allclose(second[0], [nan, 1e-2, nan, nan, nan])
    assert_allclose(second[1], [nan, 1e-1, nan, nan, nan])
    assert line.summary()["overabundant"][3:] == [[], None]
    assert line.known
    assert not RelicLine(x[:1], [None], 1e-6, 1e-1, []).known


def test_columns_without_a_known_density_are_left_out():
    plane = plane_of(load_scenario("belle2-forward", {"plane.points": 20}))
    heavy = replace(plane, centre=replace(plane.centre, model=PseudoDirac(500.0, 10.0, 9.0)))
    assert not relic_line(heavy).known


def test_other_errors_are_not_taken_for_an_unknown_density():
    plane = plane_of(load_scenario("belle2-forward", {"plane.points": 20}))
    cosmology = plane.scenario.cosmology.model_copy(update={"dof": "nobody"})
    wrong = replace(plane, scenario=plane.scenario.model_copy(update={"cosmology": cosmology}))
    with pytest.raises(InputError, match="dof = 'nobody'"):
        relic_line(wrong)


def test_columns_of_masses_keep_the_parameters_of_a_model():
    @dataclass(frozen=True)
    class Scaled(PseudoDirac):
        """A pair with a parameter, without which its powers are the usual ones."""

        factor: float = 1.0

        @property
        def excited_powers(self):
            return Powers(epsilon=2, g_d=2) if self.factor == 1.0 else Powers(epsilon=4, g_d=2)

    plane = plane_of(
        load_scenario("belle2-forward", {"plane.kind": "epsilon-m2", "plane.points": 20})
    )
    masses = (plane.centre.model.m_aprime, plane.centre.model.m1, plane.centre.model.m2)
    other = replace(plane, centre=replace(plane.centre, model=Scaled(*masses, factor=2.0)))
    with pytest.raises(InputError, match="powers of epsilon"):
        relic_line(other)
