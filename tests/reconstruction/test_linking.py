"""Links against brute force and against truth."""

import numpy as np
import pytest
from reference import linking_slow

from reconstruction.conftest import EMULSION, SHEETS, crowd
from wayside.reconstruction.films import Films
from wayside.reconstruction.linking import Linking, links
from wayside.reconstruction.material import Layer


def by_value(rows, following):
    """Links as pairs of positions: the same whatever the order of rows."""
    kept = np.flatnonzero(following >= 0)
    return sorted(zip(rows["x"][kept], rows["x"][following[kept]], strict=True))


@pytest.mark.nightly  # minutes of plain loops
@pytest.mark.parametrize("seed", [1, 2])
def test_links_equal_brute_force(seed):
    rows = crowd(2e3, 1.5, 9, seed, low=60.0)
    assert 500 < len(rows) < 3000
    how = Linking()
    fast, _ = links(rows, how=how)
    slow = linking_slow.link(rows, EMULSION, SHEETS, how, Layer())
    assert np.count_nonzero(fast >= 0) > 400
    np.testing.assert_array_equal(fast, slow)


def test_wrong_links_do_not_grow_out_of_hand():
    wrong = []
    for density in (1e4, 1e5):
        half = 1.5
        rows = crowd(density, half, 6, 5)
        following, _ = links(rows, Films(bounds=(-half, half, -half, half)))
        kept = np.flatnonzero(following >= 0)
        core = kept[np.maximum(abs(rows["x"][kept]), abs(rows["y"][kept])) < half - 0.8]
        wrong.append(np.mean(rows["event"][core] != rows["event"][following[core]]))
    assert wrong[0] < 0.002
    assert wrong[1] < 0.004
