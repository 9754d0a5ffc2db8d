"""The Kalman filter against least squares, sums over histories and random shifts."""

import itertools

import numpy as np
import pytest

from wayside.reconstruction.kalman import Projection, Scatter, filter_line
from wayside.reconstruction.material import Tail

NO_TAIL = Tail(0.0, 1.0)


def line_of(value, slope, elements, stretch=1.0):
    """A projection whose base-tracks all have the same errors: variance, covariance, slope's."""
    n = len(value)
    constant = (np.full(n, each) for each in (*elements, stretch))
    return Projection(np.array(value), np.array(slope), *constant)


def scatter_of(n, theta2, lever, lever2):
    """The same scattering in all steps."""
    return Scatter(*(np.full(n, each) for each in (theta2, lever, lever2)))


def covariance_of(state):
    return [state.variance, state.covariance, state.slope_variance]


def test_filter_equals_least_squares():
    """One projection against the full covariance of all measurements at once."""
    rng = np.random.default_rng(1)
    n, dz = 7, 0.8
    depth = dz * np.arange(n)
    theta2, lever = 1e-5, 0.4
    scatter = scatter_of(n, theta2, theta2 * lever, theta2 * (lever**2 + 0.25 / 12))
    # Parameters: state at the first plane. Noise: each step's pair of offset and turn.
    design, noise = np.zeros((2 * n, 2)), np.zeros((2 * n, 2 * n))
    step = 1.3 * np.array(
        [
            [theta2 * ((dz - lever) ** 2 + 0.25 / 12), theta2 * (dz - lever)],
            [theta2 * (dz - lever), theta2],
        ]
    )
    for i in range(n):
        design[2 * i : 2 * i + 2] = [[1, depth[i]], [0, 1]]
    for k in range(n - 1):
        spread = np.zeros((2 * n, 2))
        for i in range(k + 1, n):
            spread[2 * i : 2 * i + 2] = [[1, depth[i] - depth[k + 1]], [0, 1]]
        noise += spread @ step @ spread.T
    for i in range(n):
        noise[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] += [[1e-7, 2e-8], [2e-8, 1e-6]]
    data = np.linalg.cholesky(noise) @ rng.standard_normal(2 * n)
    weight = np.linalg.inv(noise)
    covariance = np.linalg.inv(design.T @ weight @ design)
    best = covariance @ design.T @ weight @ data
    expected = data - design @ best
    chi2 = float(expected @ weight @ expected)
    line = line_of(data[0::2], data[1::2], (1e-7, 2e-8, 1e-6), 1.3)
    got, logs, state = filter_line(line, depth, scatter, NO_TAIL, 0.0, True)
    assert got == pytest.approx(chi2, rel=1e-6)
    assert (state.value, state.slope) == pytest.approx(best, rel=1e-6)
    assert covariance_of(state) == pytest.approx(covariance[[0, 0, 1], [0, 1, 1]], rel=1e-6)
    forward, same, _ = filter_line(line, depth, scatter, NO_TAIL, 0.0, False)
    assert forward == pytest.approx(chi2, rel=1e-6)
    assert same == pytest.approx(logs, rel=1e-9)


def test_a_tail_is_a_sum_over_histories():
    """Three base-tracks, two steps: four histories of small and large angles, summed exactly.

    One step is exact; of two, the filter takes a mixture for a normal one after the first, which
    makes 0.1 in the typical case.
    """
    theta2, lever, tail, width2 = 3e-5, 0.4, 0.1, 9.0
    rng = np.random.default_rng(3)
    for n in (2, 3):
        depth = 0.8 * np.arange(n)
        scatter = scatter_of(n, theta2, theta2 * lever, theta2 * (lever**2 + 0.25 / 12))
        off = []
        for _ in range(20):
            line = line_of(rng.normal(0, 2e-3, n), rng.normal(0, 6e-3, n), (1e-7, 0.0, 4e-6))
            total = 0.0
            for history in itertools.product((1.0, width2), repeat=n - 1):
                wider = np.array([*history, 1.0])
                own = Scatter(*(moment * wider for moment in scatter))
                chi2, logs, _ = filter_line(line, depth, own, NO_TAIL, 0.0, False)
                large = sum(h > 1 for h in history)
                weight = tail**large * (1 - tail) ** (n - 1 - large)
                total += weight * np.exp(-0.5 * (chi2 + logs))
            got = filter_line(line, depth, scatter, Tail(tail, width2), 0.0, False)
            off.append(abs(sum(got[:2]) + 2 * np.log(total)))
        assert max(off) < 1e-9 if n == 2 else np.median(off) < 0.2


def test_shared_part_of_the_covariance():
    """Shift all sheets at random: states move by what is called shared, and by no more."""
    rng = np.random.default_rng(2)
    n, shared = 6, 9e-8
    depth = 0.8 * np.arange(n)
    scatter = scatter_of(n, 1e-5, 4e-6, 1.8e-6)
    moved = []
    for _ in range(4000):
        shift = rng.normal(0, np.sqrt(shared), n)
        line = line_of(shift, np.zeros(n), (1e-8 + shared, 0.0, 1e-6))
        _, _, state = filter_line(line, depth, scatter, NO_TAIL, shared, True)
        moved.append((state.value, state.slope))
    found = np.cov(np.array(moved).T)
    # Variances to 4 sqrt(2 / 4000).
    assert np.sqrt(state.shared_variance) == pytest.approx(np.sqrt(found[0, 0]), rel=0.05)
    assert np.sqrt(state.shared_slope_variance) == pytest.approx(np.sqrt(found[1, 1]), rel=0.05)
    assert state.shared_covariance == pytest.approx(found[0, 1], rel=0.15)
    assert state.shared_variance < state.variance
