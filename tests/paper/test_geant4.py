"""The Geant4 record that comes with Wayside."""

from importlib import resources

import numpy as np
import pytest

from wayside.paper import geant4


@pytest.fixture(scope="module")
def record():
    return geant4.shipped()


def test_it_is_small_and_says_where_it_comes_from(record):
    size = len((resources.files("wayside.data") / geant4.FILE).read_bytes())
    assert size < 300_000
    assert {"origin", "command", "geant4", "data", "seed", "licence", "units"} <= set(record.about)


def test_written_as_it_was_read(record):
    raw = (resources.files("wayside.data") / geant4.FILE).read_bytes()
    assert record.to_bytes() == raw


@pytest.mark.parametrize("name", geant4.PANELS)
def test_paths(record, name):
    tracks, points = geant4.paths(record, name)
    known = {(int(t["primary"]), int(t["track"])) for t in tracks}
    assert {
        (int(p), int(t)) for p, t in zip(points["primary"], points["track"], strict=True)
    } <= known
    assert np.all(np.isfinite(points["x"]) & np.isfinite(points["z"]))


def test_more_energy_crosses_more_sheets(record):
    counts = [record.beam(11, energy)[0] for energy in (4.0, 6.0, 8.0, 10.0, 12.0, 15.0)]
    assert np.all(np.diff(counts) > 0)
    assert all(record.beam(11, e, steep=True)[0] < record.beam(11, e)[0] for e in (4.0, 10.0))


def test_reference_figures(record):
    """Stock FTFP_BERT with stand-in data, four standard errors of both: 1 in 16,000 by chance."""
    for pdg, energy, expected, error in (
        (11, 10.0, 6.65, 0.03),
        (13, 100.0, 88.4, 0.1),
        (211, 100.0, 64.2, 0.8),
        (-11, 100.0, 39.4, 0.5),
    ):
        value, own = record.beam(pdg, energy)
        assert abs(value - expected) < 4.0 * np.hypot(own, error)


@pytest.mark.nightly
def test_made_again_it_is_the_same(record):
    again = geant4.simulate(lambda _: None)
    if again.about != record.about:
        pytest.skip("another Geant4 or other data sets")
    assert again.to_bytes() == record.to_bytes()
