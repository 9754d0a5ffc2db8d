"""Pairs of small opening angles."""

import numpy as np

from wayside.data import read_table
from wayside.efficiency.narrow import EDGES, narrow_pairs


def test_factors_are_fractions_of_the_widest_pairs():
    table = read_table("efficiency_narrow_pairs")
    assert np.array_equal(np.unique(np.append(table["opening_low"], EDGES[-1])), EDGES)
    assert np.all(table["timed"] <= table["vertex"])
    assert np.all(table["vertex"] <= table["tried"])
    for selection in ("vertex", "timed"):
        narrow = narrow_pairs(selection, ("ee", "mumu", "epi", "mupi"))
        electrons, muons, mixed, like_muons = narrow.factors
        assert np.array_equal(electrons, mixed)
        assert np.array_equal(muons, like_muons)
        last = 7
        wanted = table[selection][last] / table["tried"][last]
        found = table[selection][:last] / table["tried"][:last] / wanted
        np.testing.assert_allclose(electrons[:last], np.minimum(found, 1.0))
        # Two tracks within 3 mrad are one: one in ten is told apart.
        assert np.all(narrow.factors[:, 0] < 0.15)
