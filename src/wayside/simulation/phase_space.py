"""Momenta of n particles, even over phase space.

Raubold and Lynch: a chain of two-body decays through sorted random intermediate masses, each weighted
with its momenta; unweighted by rejection (F. James, CERN 68-15, 1968).
"""

import numpy as np
from numpy.typing import NDArray

from wayside.simulation.production import boost_by

Array = NDArray[np.float64]

_BATCH = 8192


def two_body_momentum(mass: Array, m1: Array, m2: Array) -> Array:
    """Momentum in the rest frame of ``mass``, 0 below threshold; GeV, shapes that broadcast."""
    product = (mass - m1 - m2) * (mass + m1 + m2) * (mass - m1 + m2) * (mass + m1 - m2)
    return np.asarray(np.sqrt(np.maximum(product, 0.0)) / (2.0 * mass))


def isotropic(n: int, rng: np.random.Generator) -> Array:
    """Unit vectors in all directions alike, shape (n, 3)."""
    c = rng.uniform(-1.0, 1.0, n)
    phi = rng.uniform(0.0, 2.0 * np.pi, n)
    s = np.sqrt((1.0 - c) * (1.0 + c))
    return np.stack([s * np.cos(phi), s * np.sin(phi), c], axis=1)


def draw_momenta(total: Array, masses: Array, rng: np.random.Generator) -> Array:
    """Draw momenta in the rest frame of the system.

    Parameters
    ----------
    total
        Invariant masses in GeV, shape (n,), above the sum of ``masses``.
    masses
        Of the particles, shape (k,), k >= 2.
    rng
        Random numbers.

    Returns
    -------
    ndarray
        Shape (n, k, 3).
    """
    k = len(masses)
    sums = np.cumsum(masses)
    free = total - sums[-1]
    # Largest momentum of every step, with all that is free in it.
    most = np.ones(len(total))
    for i in range(1, k):
        most *= two_body_momentum(free + sums[i], sums[i - 1], masses[i])
    chain = np.empty((len(total), k))
    todo = np.arange(len(total))
    while todo.size:
        # Many tries for each of the last few: few of them pass where there are many particles.
        tries = np.repeat(todo, max(1, _BATCH // todo.size))
        shares = np.sort(rng.random((tries.size, k - 2)), axis=1)
        inside = np.empty((tries.size, k))
        inside[:, 0] = masses[0]
        inside[:, 1:-1] = sums[1:-1] + free[tries, None] * shares
        inside[:, -1] = total[tries]
        weight = np.prod(two_body_momentum(inside[:, 1:], inside[:, :-1], masses[1:]), axis=1)
        kept = np.flatnonzero(rng.random(tries.size) * most[tries] < weight)
        rows, first = np.unique(tries[kept], return_index=True)
        chain[rows] = inside[kept[first]]
        todo = np.setdiff1d(todo, rows, assume_unique=True)
    return _decayed(chain, masses, rng)


def _decayed(chain: Array, masses: Array, rng: np.random.Generator) -> Array:
    """Momenta from a chain of intermediate masses, every step isotropic."""
    n, k = chain.shape
    out = np.zeros((n, k, 3))
    for i in range(1, k):
        size = two_body_momentum(chain[:, i], chain[:, i - 1], masses[i])
        momentum = size[:, None] * isotropic(n, rng)
        out[:, i] = momentum
        if i == 1:
            out[:, 0] = -momentum
            continue
        velocity = -momentum / chain[:, i - 1, None]
        gamma = np.sqrt(1.0 + np.sum(velocity * velocity, axis=1))
        for j in range(i):
            energy = np.sqrt(masses[j] ** 2 + np.sum(out[:, j] ** 2, axis=1))
            _, out[:, j] = boost_by(energy, out[:, j], gamma, velocity)
    return out
