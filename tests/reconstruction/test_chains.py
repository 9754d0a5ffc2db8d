"""Chains of rows from links."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wayside.reconstruction.chains import chains


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(12)), st.integers(1, 4))
def test_chains_cover_every_row_once(order, shortest):
    following = np.full(12, -1)
    cuts = [order[:5], order[5:7], order[7:8], order[8:]]
    for part in cuts:
        for a, b in itertools.pairwise(part):
            following[a] = b
    members, first = chains(following, shortest)
    got = sorted(tuple(members[a:b]) for a, b in itertools.pairwise(first))
    assert got == sorted(tuple(part) for part in cuts if len(part) >= shortest)
