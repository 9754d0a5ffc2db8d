"""One-dimensional rules: nodes in the first row, weights in the second."""

from functools import cache

import numpy as np

from wayside.typing import FloatArray


@cache
def gauss_legendre(n: int) -> FloatArray:
    """Nodes and weights of Gauss-Legendre quadrature on [-1, 1], shape (2, n)."""
    return np.stack(np.polynomial.legendre.leggauss(n))


@cache
def gauss_legendre_up_to(n: int) -> FloatArray:
    """`gauss_legendre` by the number of nodes, in the first columns, shape (n + 1, 2, n)."""
    rules = np.zeros((n + 1, 2, n))
    for k in range(1, n + 1):
        rules[k, :, :k] = gauss_legendre(k)
    return rules


@cache
def even(n: int) -> FloatArray:
    """Gauss-Legendre on [0, 1]."""
    return np.asarray(0.5 * (gauss_legendre(n) + np.array([[1.0], [0.0]])))


@cache
def sine_squared(n: int) -> FloatArray:
    """Gauss-Legendre on [0, 1] under a sine-squared map, which removes square roots at the ends."""
    nodes, weights = gauss_legendre(n)
    angle = 0.25 * np.pi * (1.0 + nodes)
    return np.stack([np.sin(angle) ** 2, 0.25 * np.pi * weights * np.sin(2.0 * angle)])


@cache
def tanh_sinh(n: int) -> FloatArray:
    """Double-exponential quadrature on [0, 1]: resolves any integrable singularity at the ends."""
    t, step = np.linspace(-3.1, 3.1, n, retstep=True)
    bend = 0.5 * np.pi * np.sinh(t)
    nodes = 1.0 / (1.0 + np.exp(-2.0 * bend))
    weights = step * 0.25 * np.pi * np.cosh(t) / np.cosh(bend) ** 2
    return np.stack([nodes, weights])
