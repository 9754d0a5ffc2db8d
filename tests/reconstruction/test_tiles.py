"""Tiles against all at once."""

import numpy as np
import pytest

from reconstruction.conftest import SHEETS, crowd
from wayside.emulsion.signals import BASETRACK
from wayside.errors import InputError
from wayside.reconstruction.films import Films
from wayside.reconstruction.linking import Linking
from wayside.reconstruction.pipeline import Setup, reconstruct
from wayside.reconstruction.tiles import MARGIN


def test_tiles_do_not_change_anything():
    """But for the density of base-tracks, which is that of the tile: without its limit."""
    rows = crowd(1.5e4, 4.0, 10, 6)
    linking = Linking(largest_random=np.inf)
    setup = Setup(Films(bounds=(-4.0, 4.0, -4.0, 4.0)), linking=linking)
    whole = reconstruct(rows, setup)
    for tile, workers in ((4.0, 1), (2.7, 1), (4.0, 2)):
        tiled = reconstruct(rows, setup, tile=tile, workers=workers)
        np.testing.assert_array_equal(tiled.chains.members, whole.chains.members)
        np.testing.assert_array_equal(tiled.chains.first, whole.chains.first)
    limited = Setup(setup.films)
    one, many = (reconstruct(rows, limited, tile=tile).chains.members for tile in (None, 4.0))
    assert len(np.setxor1d(one, many)) < 1e-3 * len(one)
    assert 3 * SHEETS.pitch < MARGIN  # the longest link at 45 degrees


def test_a_bad_tile_is_refused():
    with pytest.raises(InputError, match="tile = 0"):
        reconstruct(np.zeros(0, BASETRACK), tile=0)
