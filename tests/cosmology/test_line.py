import math

import numpy as np
import pytest

from wayside.cosmology.column import density_of
from wayside.cosmology.line import relic_epsilons, solve_column
from wayside.models.inelastic import PseudoDirac, ScalarInelastic


@pytest.mark.parametrize("guess", [1e-7, 1e-4, 0.5])
@pytest.mark.parametrize("power", [0.3, 2.0, 4.0])
def test_power_laws(power, guess):
    root, side = solve_column(lambda e: 0.12 * (e / 3e-4) ** -power, 1e-8, 1.0, guess, 0.12)
    assert side == 0
    assert root == pytest.approx(3e-4, rel=1e-5)


def test_no_root():
    assert solve_column(lambda _: 5.0, 1e-6, 1e-1, 1e-3, 0.12)[1] == 1
    assert solve_column(lambda _: 0.01, 1e-6, 1e-1, 1e-3, 0.12)[1] == -1
    roots, below = relic_epsilons([lambda _: 5.0, None, lambda _: 0.01], 1e-6, 1e-1)
    assert np.all(np.isnan(roots))
    assert below[[0, 2]].tolist() == [1e-1, 1e-6]
    assert math.isnan(below[1])


@pytest.mark.parametrize("cls", [ScalarInelastic, PseudoDirac])
def test_through_the_resonance(cls):
    # m1 + m2 sweeps across m_aprime: the root moves by decades, and each point solves the equation.
    sums = np.linspace(7.0, 9.0, 60)
    columns = [density_of(cls(8.0, 0.505 * s, 0.495 * s), 0.5) for s in sums]
    roots, below = relic_epsilons(columns, 1e-8, 1.0)
    assert np.all(np.isfinite(roots))
    assert np.all(roots == below)
    assert roots.max() / roots.min() > 50
    for column, root in zip(columns, roots, strict=True):
        assert column(root) == pytest.approx(0.12, rel=1e-5)
        assert column(0.9 * root) > 0.12 > column(1.1 * root)
