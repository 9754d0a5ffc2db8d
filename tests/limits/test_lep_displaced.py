"""The LEP limit and the region of displaced-vertex searches."""

import numpy as np
import pytest

from wayside.errors import InputError
from wayside.limits import displaced_margin, lep_curve, lep_margin


def test_lep_is_the_abstracts():
    # "epsilon < 0.03 for most of the mass range": flat far below the Z, deepest on it, weak above.
    curve = lep_curve()
    m = np.geomspace(0.1, 30, 50)
    np.testing.assert_allclose(curve(m), 0.0275, rtol=0.04)
    deepest = curve.mass[np.argmin(curve.epsilon)]
    np.testing.assert_allclose(deepest, 91.19, rtol=0.03)  # one step of the table
    assert curve.epsilon.min() < 0.006
    assert curve(900.0) > 0.2
    assert np.all(np.isinf(curve([0.05, 1000.0])))


def test_lep_margin():
    eps = np.array([0.01, 0.028, 0.0284, 0.1])
    np.testing.assert_array_equal(lep_margin(10.0, eps) > 0.0, [False, False, True, True])
    np.testing.assert_allclose(np.diff(lep_margin(10.0, eps)), np.diff(np.log(eps)))


def test_displaced_region():
    d = np.array([0.01, 0.999, 1.0, 1.001, 50.0, np.inf])
    np.testing.assert_array_equal(displaced_margin(d) > 0, d < 1)
    np.testing.assert_allclose(displaced_margin(0.5), np.log(2))
    np.testing.assert_allclose(displaced_margin(0.5, 2.0), np.log(4))
    with pytest.raises(InputError, match="flight_length"):
        displaced_margin(0.0)
    with pytest.raises(InputError, match="longest"):
        displaced_margin(1.0, 0.0)
