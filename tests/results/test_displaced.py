"""A search for displaced vertices in the drift chamber, recast."""

from collections.abc import Iterator

import numpy as np
import pytest

from wayside import load_scenario, mass_point
from wayside.designing.measures import Signal
from wayside.errors import InputError
from wayside.generator.events import Events
from wayside.results import displaced
from wayside.results.displaced import (
    CHARGED,
    ChamberSignal,
    DisplacedSearch,
    chamber_signal,
    covered,
    with_tracks,
)

WIDE = DisplacedSearch("besiii-mdc", 0.0, ((0.3, 1.0), (0.81, 0.5)), 0.02)
COUPLINGS = {"epsilon": np.array([1e-4, 1e-3, 1e-2]), "g_d": np.array([1.0, 1.0, 0.1])}
ONE = {"run.radiation": "one-photon"}


@pytest.fixture(scope="module")
def chamber() -> Iterator[ChamberSignal]:
    """With two lifetimes in place of five, for each of which events are prepared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(displaced, "LIFETIMES", (0.03, 3.0))
        # With one photon zones add up to the accuracy of the closed form.
        yield chamber_signal(load_scenario("besiii-forward", ONE), WIDE, events=60)


def test_yields_are_those_of_the_whole_chamber(chamber: ChamberSignal) -> None:
    """Zones with one efficiency and every track add up to the chamber as one detector."""
    ones = {name: np.ones_like(values) for name, values in chamber.passing.items()}
    equal = ChamberSignal(
        chamber.scenario, chamber.point, dict.fromkeys(ones, 0.3), ones, chamber.level
    )
    whole = load_scenario("besiii-forward", {"detectors.A": {"shape": "besiii-mdc"}, **ONE})
    expected = mass_point(whole).expected_events("A", **COUPLINGS, luminosity_fb=100.0)
    np.testing.assert_allclose(equal.events(COUPLINGS), 0.3 * expected, rtol=1e-3)
    less = chamber.events(COUPLINGS)
    assert np.all(less > 0.0)
    assert np.all(less < equal.events(COUPLINGS) / 0.3)


def test_tracks_by_hand() -> None:
    """A loop over events and products, in place of running sums."""
    rng = np.random.default_rng(3)
    counts = rng.integers(0, 6, 300)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    of_events = dict.fromkeys(Events._fields, np.zeros(len(counts)))
    of_products = {
        "pdg": rng.choice([11, -13, 211, -321, 22, 111], offsets[-1]),
        "momentum": rng.normal(0.0, 0.08, (offsets[-1], 3)),
    }
    block = Events(**{**of_events, **of_products, "offsets": offsets})
    for least in (0.0, 0.05, 0.1):
        expected = []
        for first, last in zip(block.offsets[:-1], block.offsets[1:], strict=True):
            tracks = [
                k
                for k in range(first, last)
                if abs(block.pdg[k]) in CHARGED
                and block.momentum[k, 0] ** 2 + block.momentum[k, 1] ** 2 >= least**2
            ]
            expected.append(len(tracks) >= 2)
        np.testing.assert_array_equal(with_tracks(block, least), expected)


def test_level_and_overlap(chamber: ChamberSignal) -> None:
    assert chamber.level == pytest.approx(np.log(10.0))
    found = chamber.smallest
    at = {name: np.array(value) for name, value in found.couplings.items()}
    assert float(chamber.events(at)) == pytest.approx(chamber.level, rel=5e-3)
    assert chamber.area > 0.0
    box = load_scenario("besiii-forward")
    own = Signal(box, mass_point(box))
    assert 0.0 <= covered(own, 2.3, chamber) <= 1.0
    assert np.isnan(covered(own, 1e9, chamber))
    assert covered(chamber, chamber.level, chamber) == 1.0


@pytest.mark.parametrize(
    ("search", "words"),
    [
        (DisplacedSearch(zones=((1.2, 0.1),)), r"radius 1\.2 m must be above 0\.16 and at most"),
        (DisplacedSearch(zones=((0.6, 0.3), (0.5, 0.3))), r"radius 0\.5 m must be above 0\.6"),
        (DisplacedSearch(zones=((0.6, 1.3),)), r"efficiency 1\.3 must be from 0 to 1"),
        (DisplacedSearch(chamber="nothing"), "nothing"),
    ],
)
def test_searches_that_are_refused(search: DisplacedSearch, words: str) -> None:
    with pytest.raises(InputError, match=words):
        chamber_signal(load_scenario("belle2-forward"), search)
