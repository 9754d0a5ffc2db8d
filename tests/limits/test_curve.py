"""Limit curves: interpolation, gaps, ends."""

import numpy as np
import pytest

from wayside.errors import InputError
from wayside.limits.curve import LimitCurve, margin

CURVE = LimitCurve(
    "test",
    np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    np.array([1e-3, 3e-3, np.nan, np.nan, 2e-3, 4e-3]),
)


def test_straight_between_points():
    np.testing.assert_allclose(
        CURVE([1.0, 1.25, 2.0, 5.0, 5.5, 6.0]), [1e-3, 1.5e-3, 3e-3, 2e-3, 3e-3, 4e-3]
    )


def test_no_limit_in_gaps_and_outside():
    masses = [0.0, 1 - 1e-12, 2 + 1e-12, 2.5, 3.0, 3.5, 4.0, 4.9999, 6 + 1e-12, 100.0]
    assert np.all(np.isinf(CURVE(masses)))
    np.testing.assert_array_equal(CURVE.gaps, [[2.0, 5.0]])
    assert CURVE.mass_range == (1.0, 6.0)


def test_shape_is_kept():
    assert CURVE(np.ones((2, 3))).shape == (2, 3)
    assert CURVE(1.0).shape == ()


def test_median_over_a_window():
    m = np.geomspace(1, 2, 401)
    scatter = np.exp(0.2 * np.random.default_rng(3).standard_normal(m.size))
    raw = LimitCurve("noisy", m, 1e-3 * m * scatter)
    smooth = raw.smoothed(0.05)
    # 57 points a window: the median scatters by 1.25 * 0.2 / sqrt(57) = 0.033; five of those.
    np.testing.assert_allclose(smooth.epsilon, 1e-3 * m, rtol=0.17)
    assert np.std(np.log(smooth.epsilon / (1e-3 * m))) < 0.05
    # The gap stays, and a window narrower than the spacing changes nothing.
    np.testing.assert_array_equal(CURVE.smoothed(1e-6).epsilon, CURVE.epsilon)
    assert np.isnan(CURVE.smoothed(10.0).epsilon[2])
    np.testing.assert_allclose(CURVE.smoothed(10.0).epsilon[0], 2.5e-3)


def test_margin():
    np.testing.assert_allclose(margin([1e-3, 2e-3], 1e-3), [0.0, np.log(2)])
    assert margin(1e-3, np.inf) == -np.inf
    assert margin(0.0, 1e-3) == -np.inf
    assert margin(0.0, np.inf) == -np.inf


@pytest.mark.parametrize(
    ("mass", "epsilon", "word"),
    [
        ([1.0, 1.0], [1e-3, 1e-3], "increase"),
        ([2.0, 1.0], [1e-3, 1e-3], "increase"),
        ([1.0, np.nan], [1e-3, 1e-3], "increase"),
        ([1.0, 2.0], [1e-3, -1e-3], "positive"),
        ([1.0, 2.0], [1e-3, np.inf], "positive"),
        ([1.0, 2.0], [1e-3], "columns"),
        ([1.0], [1e-3], "columns"),
    ],
)
def test_not_a_limit(mass, epsilon, word):
    with pytest.raises(InputError, match=word):
        LimitCurve("bad", np.array(mass), np.array(epsilon))


def test_refusals():
    with pytest.raises(InputError, match="m_aprime"):
        CURVE([1.0, np.nan])
    with pytest.raises(InputError, match="half_width"):
        CURVE.smoothed(0.0)
    with pytest.raises(InputError, match="epsilon"):
        margin(-1e-3, 1e-3)
    with pytest.raises(InputError, match="epsilon"):
        margin(np.nan, 1e-3)
