"""Two-body kinematics against many digits."""

import mpmath as mp
import numpy as np
import pytest

from wayside.models.kinematics import kallen, pair_momentum


@pytest.mark.parametrize("excess", [1e-14, 1e-9, 1e-3, 1.0, 1e3])
@pytest.mark.parametrize(("m1", "m2"), [(4.341, 3.65), (1.0, 1e-3), (0.1, 0.1)])
def test_near_threshold(excess, m1, m2):
    m = (m1 + m2) * (1 + excess)
    with mp.workdps(50):
        a, b, c = (mp.mpf(x) ** 2 for x in (m, m1, m2))
        expanded = a**2 + b**2 + c**2 - 2 * (a * b + b * c + c * a)
        momentum = mp.sqrt(expanded) / (2 * mp.mpf(m))
    # Limited by m - m1 - m2 alone: one rounding of the largest mass over the excess.
    tolerance = 1e-14 + 3e-16 / excess
    assert float(kallen(m, m1, m2)) == pytest.approx(float(expanded), rel=tolerance)
    assert float(pair_momentum(m, m1, m2)) == pytest.approx(float(momentum), rel=tolerance)


def test_momentum_conserves_energy():
    p = pair_momentum(10.0, 4.0, 3.0)
    assert np.hypot(p, 4.0) + np.hypot(p, 3.0) == pytest.approx(10.0, rel=1e-15)


def test_closed_channels_and_shapes():
    # Below m1 - m2 lambda is positive again, but there is no pair.
    p = pair_momentum([[0.1, 0.9], [1.9, 2.0]], 1.5, 0.5)
    assert p.shape == (2, 2)
    assert (p == 0).all()
