import numpy as np
import pytest

from wayside.errors import InputError
from wayside.models.couplings import Powers


def test_the_monomial_of_numbers_and_of_arrays():
    powers = Powers(epsilon=2, g_d=-1)
    assert powers.of(epsilon=3.0, g_d=4.0) == 9.0 / 4.0
    epsilon, g_d = np.array([[1.0], [2.0]]), np.array([1.0, 2.0, 4.0])
    assert np.array_equal(powers.of(epsilon=epsilon, g_d=g_d), epsilon**2 / g_d)
    assert Powers().of(epsilon=2.0) == 1.0
    assert powers.value(epsilon=3.0, g_d=4.0) == 9.0 / 4.0


def test_products_add_exponents_and_drop_those_that_vanish():
    product = Powers(epsilon=2, g_d=1) * Powers(g_d=-1, y=3)
    assert product == Powers(y=3, epsilon=2)
    assert list(product) == ["epsilon", "y"]
    assert product["g_d"] == 0
    assert hash(product) == hash(Powers(y=3, epsilon=2))
    assert product != Powers(epsilon=2)


def test_a_coupling_that_is_not_given_is_named():
    with pytest.raises(InputError, match=r"^g_d: missing; the rate scales with epsilon\^2 g_d$"):
        Powers(epsilon=2, g_d=1).of(epsilon=1e-3)
    with pytest.raises(InputError, match=r"^epsilon: missing"):
        Powers(epsilon=2, g_d=1).value(g_d=1.0)
