"""Efficiency and purity of tracks."""

import pytest

from reconstruction.conftest import crowd
from wayside.reconstruction.films import Films
from wayside.reconstruction.pipeline import Setup, reconstruct
from wayside.reconstruction.truth_matching import match_truth


def test_efficiency_and_purity_when_sparse():
    # Inefficiency of links is the tail of chi-squared and of missing base-tracks: under 1 in 200.
    rows = crowd(1e3, 5.0, 12, 3)
    bounds = (-5.0, 5.0, -5.0, 5.0)
    result = reconstruct(rows, Setup(Films(bounds=bounds)))
    matched = match_truth(result, 5)
    assert len(matched.particles) > 800
    assert matched.efficiency > 0.99
    assert matched.purity > 0.99


@pytest.mark.nightly
def test_efficiency_and_purity_at_the_occupancy_of_the_study():
    """1e6 tracks per cm^2; edges of this small square are where most errors are made."""
    half = 0.9
    rows = crowd(1e6, half, 8, 4)
    assert len(rows) > 2e5
    result = reconstruct(rows, Setup(Films(bounds=(-half, half, -half, half))))
    matched = match_truth(result, 5)
    assert matched.efficiency > 0.95
    assert matched.purity > 0.95
    # Nothing began inside: a vertex would be a false one.
    assert len(result.vertices) <= 3
