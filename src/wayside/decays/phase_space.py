"""Momenta of n particles, even over phase space.

Up to four particles by Raubold and Lynch: a chain of two-body decays through sorted random
intermediate masses, each weighted with its momenta (F. James, CERN 68-15, 1968). More of them by
RAMBO: massless momenta, scaled until the energies are right (Kleiss, Stirling, Ellis, Comput. Phys.
Commun. 40 (1986) 359). Both unweighted by rejection.
"""

import numpy as np
from numpy.typing import ArrayLike

from wayside.collider.boosts import boost_by
from wayside.typing import FloatArray

_BATCH = 8192
_CHAIN_MOST = 4
_WEIGHT_MARGIN = 1.05
"""Bound over the weight of equal masses; pions differ by 3 per cent."""


def two_body_momentum(mass: ArrayLike, m1: ArrayLike, m2: ArrayLike) -> FloatArray:
    """Momentum in the rest frame of ``mass``, 0 below threshold; GeV, shapes that broadcast."""
    mass, m1, m2 = (np.asarray(x, dtype=np.float64) for x in (mass, m1, m2))
    product = (mass - m1 - m2) * (mass + m1 + m2) * (mass - m1 + m2) * (mass + m1 - m2)
    return np.asarray(np.sqrt(np.maximum(product, 0.0)) / (2.0 * mass))


def isotropic(n: int, rng: np.random.Generator) -> FloatArray:
    """Unit vectors in all directions alike, shape (n, 3)."""
    c = rng.uniform(-1.0, 1.0, n)
    phi = rng.uniform(0.0, 2.0 * np.pi, n)
    s = np.sqrt((1.0 - c) * (1.0 + c))
    return np.stack([s * np.cos(phi), s * np.sin(phi), c], axis=1)


def around(axis: FloatArray, cosine: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Unit vectors at an angle to unit vectors, any azimuth."""
    first, second = _across(axis)
    phi = rng.uniform(0.0, 2.0 * np.pi, len(axis))
    sine = np.sqrt((1.0 - cosine) * (1.0 + cosine))
    return np.asarray(
        cosine[:, None] * axis
        + (sine * np.cos(phi))[:, None] * first
        + (sine * np.sin(phi))[:, None] * second
    )


def _across(axis: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two unit vectors across every row."""
    x, y, z = axis.T
    # A frame without branches or roots (Duff and others, J. Comp. Graphics Tech. 6 (2017) 1).
    sign = np.copysign(1.0, z)
    a = -1.0 / (sign + z)
    b = x * y * a
    first = np.stack([1.0 + sign * x * x * a, sign * b, -sign * x], axis=1)
    return first, np.stack([b, sign + y * y * a, -y], axis=1)


def turned(momentum: FloatArray, axis: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Momenta of groups with what was z along unit vectors, any azimuth about them.

    Parameters
    ----------
    momentum
        Shape (n, k, 3).
    axis
        Unit vectors, shape (n, 3).
    rng
        Generator of random numbers.
    """
    first, second = _across(axis)
    phi = rng.uniform(0.0, 2.0 * np.pi, len(axis))
    c, s = np.cos(phi)[:, None], np.sin(phi)[:, None]
    frame = np.stack([c * first + s * second, c * second - s * first, axis], axis=1)
    return np.asarray(np.einsum("nkj,nji->nki", momentum, frame))


def draw_momenta(total: FloatArray, masses: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw momenta in the rest frame of the system.

    Parameters
    ----------
    total
        Invariant masses in GeV, shape (n,), above the sum of ``masses``.
    masses
        Masses of the particles in GeV, shape (k,), k >= 2.
    rng
        Generator of random numbers.

    Returns
    -------
    ndarray
        Momenta in GeV, shape (n, k, 3).
    """
    if len(masses) > _CHAIN_MOST:
        return _scaled(total, masses, rng)
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
        fractions = np.sort(rng.random((tries.size, k - 2)), axis=1)
        inside = np.empty((tries.size, k))
        inside[:, 0] = masses[0]
        inside[:, 1:-1] = sums[1:-1] + free[tries, None] * fractions
        inside[:, -1] = total[tries]
        weight = np.prod(two_body_momentum(inside[:, 1:], inside[:, :-1], masses[1:]), axis=1)
        kept = np.flatnonzero(rng.random(tries.size) * most[tries] < weight)
        rows, first = np.unique(tries[kept], return_index=True)
        chain[rows] = inside[kept[first]]
        todo = np.setdiff1d(todo, rows, assume_unique=True)
    return _decayed(chain, masses, rng)


def _decayed(chain: FloatArray, masses: FloatArray, rng: np.random.Generator) -> FloatArray:
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


def _massless(n: int, k: int, rng: np.random.Generator) -> FloatArray:
    """Massless momenta of total energy 1 at rest, even over phase space, shape (n, k, 3)."""
    size = rng.gamma(2.0, 1.0, (n, k))
    momentum = size[..., None] * isotropic(n * k, rng).reshape(n, k, 3)
    sums = np.sum(momentum, axis=1)
    energy = np.sum(size, axis=1)
    mass = np.sqrt(energy**2 - np.sum(sums**2, axis=1))
    # To the rest frame of the sum.
    gamma = np.broadcast_to((energy / mass)[:, None], (n, k))
    velocity = np.broadcast_to((-sums / mass[:, None])[:, None, :], (n, k, 3))
    _, moved = boost_by(size, momentum, gamma, velocity)
    return np.asarray(moved / mass[:, None, None])


def _scaled(total: FloatArray, masses: FloatArray, rng: np.random.Generator) -> FloatArray:
    """RAMBO; the bound of the weights is that of equal masses and equal momenta."""
    k = len(masses)
    out = np.empty((len(total), k, 3))
    speed2 = 1.0 - (np.sum(masses) / total) ** 2
    most = _WEIGHT_MARGIN * speed2 ** (0.5 * (3 * k - 5))
    todo = np.arange(len(total))
    while todo.size:
        tries = np.repeat(todo, max(1, _BATCH // todo.size))
        momentum = _massless(len(tries), k, rng)
        size = np.sqrt(np.sum(momentum**2, axis=2))
        q = total[tries]
        scale = q * np.sqrt(speed2[tries])
        for _ in range(8):  # Newton, from a good start
            energy = np.sqrt(masses**2 + (scale[:, None] * size) ** 2)
            slope = np.sum(scale[:, None] * size**2 / energy, axis=1)
            scale = scale - (np.sum(energy, axis=1) - q) / slope
        energy = np.sqrt(masses**2 + (scale[:, None] * size) ** 2)
        moving = scale[:, None] * size
        weight = (scale / q) ** (2 * k - 3) * np.prod(moving / energy, axis=1)
        weight /= np.sum(moving**2 / energy, axis=1) / q
        kept = np.flatnonzero(rng.random(tries.size) * most[tries] < weight)
        rows, first = np.unique(tries[kept], return_index=True)
        chosen = kept[first]
        out[rows] = scale[chosen, None, None] * momentum[chosen]
        todo = np.setdiff1d(todo, rows, assume_unique=True)
    return out
