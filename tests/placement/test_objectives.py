"""Objectives of maps against roots and areas that are known."""

import math

import numpy as np
import pytest

from wayside.placement.objectives import excluded_decades, smallest_above, varied
from wayside.scenario import load_scenario

VALUES = np.geomspace(1e-6, 1e-1, 101)


def test_smallest_above_a_power_law_is_exact() -> None:
    scale = np.array([1e8, 1e10, 1e2])
    events = scale[:, None] * VALUES**2
    found = smallest_above(VALUES, events, 2.3)
    assert found[:2] == pytest.approx(np.sqrt(2.3 / scale[:2]), rel=1e-12)
    assert np.isnan(found[2])
    assert smallest_above(VALUES, np.full((1, 101), 5.0), 2.3)[0] == VALUES[0]
    assert smallest_above(VALUES, events[:1], 2.3)[0] == smallest_above(VALUES, events, 2.3)[0]


def test_decades_of_a_band() -> None:
    """N = a x^2 exp(-x/b), above a level between two roots."""
    a, b, level = 1e10, 1e-3, 2.3
    events = a * VALUES**2 * np.exp(-VALUES / b)
    fine = np.geomspace(1e-6, 1e-1, 2_000_001)
    inside = fine[a * fine**2 * np.exp(-fine / b) >= level]
    expected = math.log10(inside[-1] / inside[0])
    found = excluded_decades(VALUES, np.stack([events, 0 * events]), level)
    # Straight lines in logarithms between steps of a twentieth of a decade.
    assert found == pytest.approx([expected, 0.0], abs=5e-3)


def test_what_is_varied() -> None:
    pair = varied(load_scenario("belle2-forward", {"plane.epsilon": [1e-5, 1e-3]}))
    assert (pair.name, pair.second) == ("epsilon", "g_d")
    assert (pair.values[0], pair.values[-1]) == pytest.approx((1e-5, 1e-3))
    plane = pair.plane({"epsilon": 1.0, "g_d": 1.0})
    assert plane["epsilon"].shape == plane["g_d"].shape == (25 * 81,)
    assert np.all(plane["g_d"].reshape(25, 81) == pair.second_values[:, None])
    single = varied(
        load_scenario("besiii-forward", {"model.kind": "dark-photon", "model.mass": 0.3,
                                          "model.epsilon": 1e-6})
    )  # fmt: skip
    assert (single.name, single.second) == ("epsilon", None)
    assert single.plane({"epsilon": 1.0})["epsilon"] == pytest.approx(single.values)
