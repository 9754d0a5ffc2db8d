"""Base-tracks whatever the order of micro-tracks."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reconstruction.conftest import EMULSION, SHEETS
from wayside.emulsion.signals import BASETRACK, MICROTRACK
from wayside.reconstruction.basetracks import basetracks


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(0, 400))
def test_order_of_micro_tracks_does_not_matter(seed, count):
    rng = np.random.default_rng(seed)
    micro = np.zeros(count, MICROTRACK)
    micro["film"] = rng.integers(0, 6, count)
    for name in ("x", "y"):
        micro[name] = rng.uniform(-0.05, 0.05, count)
    for name in ("tx", "ty"):
        micro[name] = rng.normal(0, 0.1, count)
    micro["grains"] = rng.integers(8, 40, count)
    one = basetracks(micro, EMULSION, SHEETS)
    np.testing.assert_array_equal(one, basetracks(rng.permutation(micro), EMULSION, SHEETS))
    assert one.dtype == BASETRACK
    # No micro-track serves twice: faces of a sheet are told apart by their positions.
    faces = one["x"] - 0.1 * one["tx"]
    assert len(np.unique(np.round(faces, 12))) == len(one)
