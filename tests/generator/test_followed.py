"""Which decays are followed: by hand, and as an unbiased part of all."""

import numpy as np
import pytest

from wayside.generator.followed import OTHERS, SLOPE, followed, indirect_events, likely
from wayside.generator.records import PRIMARY


def decays(*products: tuple[tuple[int, float, float], ...]) -> np.ndarray:
    """Decays of particles with a code, a slope to the normal, and a direction along it."""
    rows = []
    for event, particles in enumerate(products):
        for pdg, slope, pz in particles:
            row = np.zeros(1, PRIMARY)
            row["event"], row["pdg"], row["pz"] = event, pdg, pz
            row["px"], row["py"] = 0.6 * slope * abs(pz), -0.8 * slope * abs(pz)
            rows.append(row)
    return np.concatenate(rows)


@pytest.mark.parametrize(
    ("products", "good"),
    [
        (((11, 0.1, 1.0), (-11, 1.1, 0.5)), True),
        (((11, 0.1, 1.0), (-11, 1.3, 0.5)), False),
        (((13, 0.1, 1.0), (-13, 0.1, -1.0)), False),
        (((211, 0.1, 1.0), (-211, 5.0, 1.0), (22, 0.2, 1.0)), True),
        (((211, 0.1, 1.0), (-211, 5.0, 1.0), (22, 2.0, 1.0)), False),
        (((310, 0.1, 1.0),), True),
        (((-15, 0.1, 1.0), (15, 0.1, -1.0)), True),
        (((211, 0.1, 1.0), (130, 0.1, 1.0)), False),
        (((211, 0.1, 1.0), (-321, 0.1, 1.0), (2112, 0.0, 1.0)), True),
    ],
)
def test_two_charged_or_one_that_leaves_tracks_elsewhere(products: tuple, good: bool) -> None:
    assert SLOPE == 1.2
    assert likely(decays(products)).tolist() == [good]


def test_events_of_photons_kaons_and_taus() -> None:
    made = decays(((11, 0, 1), (-11, 0, 1)), ((22, 0, 1), (22, 0, 1)), ((-15, 0, 1), (15, 0, 1)))
    assert indirect_events(made).tolist() == [1, 2]


def test_weights_make_it_an_unbiased_part() -> None:
    """Of any number that decays have: 4,000 decays, within five standard errors of the sum."""
    rng = np.random.default_rng(7)
    number = 4000
    slopes, signs = rng.uniform(0.0, 2.0, (number, 2)), rng.choice([-1.0, 1.0], (number, 2))
    rows = np.zeros(2 * number, PRIMARY)
    rows["event"], rows["pdg"] = np.repeat(np.arange(number), 2), 11
    rows["px"], rows["pz"] = slopes.ravel(), signs.ravel()
    rows["z"] = np.repeat(rng.uniform(0.0, 100.0, number), 2)
    value = rng.random(number)
    chosen = followed(rows, depth=100.0)
    good = (slopes < SLOPE).all(axis=1) & (signs > 0.0).all(axis=1)
    others = value[~good]
    assert 0.05 < good.mean() < 0.15
    assert len(chosen.events) < 0.25 * number
    error = np.sqrt((OTHERS - 1) * np.sum(others**2))
    difference = np.sum(chosen.weights * value[chosen.events]) - value.sum()
    assert abs(difference) < 5.0 * error
    assert np.all(np.isin(np.flatnonzero(good), chosen.events))


def test_decays_behind_the_blocks_are_lost() -> None:
    rows = decays(*[((11, 0.1, 1.0), (-11, 0.1, 1.0))] * 3)
    rows["z"] = np.repeat([10.0, 60.0, -1.0], 2)
    assert followed(rows, depth=50.0).events.tolist() == [0]
