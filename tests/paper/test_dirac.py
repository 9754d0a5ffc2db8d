"""The Dirac algebra behind the second routes, by the identities that define it."""

import mpmath as mp
import numpy as np
import pytest

from wayside.paper.amplitudes import pair_in_frame
from wayside.paper.dirac import GAMMA, IDENTITY, METRIC, boosted, dot, gammas_for, slash

P = np.array([3.0, 0.4, -1.1, 0.7])
Q = np.array([2.0, -0.3, 0.2, 0.9])


def test_clifford_algebra():
    for i, first in enumerate(GAMMA):
        for j, second in enumerate(GAMMA):
            anticommutator = first @ second + second @ first
            expected = 2 * METRIC[i] * (i == j) * IDENTITY
            np.testing.assert_array_equal(anticommutator, expected)


def test_hermiticity():
    """gamma^0 (gamma^mu)^dagger gamma^0 = gamma^mu, which makes currents real."""
    for matrix in GAMMA:
        np.testing.assert_array_equal(GAMMA[0] @ matrix.conj().T @ GAMMA[0], matrix)


def test_traces_are_products():
    trace = np.trace(slash(P) @ slash(Q))
    assert trace.real == pytest.approx(4.0 * dot(P, Q), rel=1e-14)
    assert slash(P) @ slash(P) == pytest.approx(dot(P, P) * IDENTITY, abs=1e-13)
    both = slash(np.stack([P, Q]))
    assert both.shape == (2, 4, 4)
    assert both[1] == pytest.approx(slash(Q))
    assert dot(np.stack([P, Q]), Q) == pytest.approx([dot(P, Q), dot(Q, Q)])


def test_mpmath_numbers_keep_their_digits():
    with mp.workdps(40):
        exact = np.array([mp.mpf(1) / 3, mp.mpf(1) / 7, mp.mpf(0), mp.mpf(2) / 7])
        expected = mp.mpf(1) / 9 - mp.mpf(5) / 49
        assert gammas_for(exact).dtype == object
        assert abs(dot(exact, exact) - expected) < mp.mpf(10) ** -38
        square = slash(exact) @ slash(exact)
        assert abs(square[0, 0] - expected) < mp.mpf(10) ** -38


def test_boost_to_rest_and_back():
    velocity = P[1:] / P[0]
    rest = boosted(P, -velocity)
    assert rest[0] == pytest.approx(np.sqrt(dot(P, P)), rel=1e-14)
    assert rest[1:] == pytest.approx(0.0, abs=1e-14)
    assert boosted(rest, velocity) == pytest.approx(P, rel=1e-14)
    assert dot(boosted(P, velocity), boosted(Q, velocity)) == pytest.approx(dot(P, Q), rel=1e-13)


def test_pair_back_to_back():
    first, second = pair_in_frame(10.0, 4.0, 3.0, np.array([-0.5, 0.9]))
    total = np.broadcast_to([10.0, 0.0, 0.0, 0.0], (2, 4))
    assert first + second == pytest.approx(total, abs=1e-14)
    assert dot(first, first) == pytest.approx(16.0)
    assert dot(second, second) == pytest.approx(9.0)
