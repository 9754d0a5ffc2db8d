"""Tree amplitudes from Dirac matrices, spinors and four-vectors.

Works on floats and on mpmath numbers alike (object arrays), so that amplitudes can be taken at the
real electron mass, where cancellations eat a dozen digits. Couplings are left out throughout.
"""

import numpy as np

from wayside.paper.dirac import GAMMA, METRIC, boosted, dot, gammas_for, slash

__all__ = ["GAMMA", "boosted", "dot"]


def _root(x):
    return x**0.5


def u_spinors(p, mass):
    """Both spin states, completeness sum u ubar = pslash + m."""
    one = np.eye(4, dtype=int).astype(np.asarray(p).dtype)
    matrix = slash(p) + mass * one
    return [matrix[:, i] / _root(p[0] + mass) for i in (0, 1)]


def v_spinors(p, mass):
    """Both spin states, completeness sum v vbar = pslash - m."""
    one = np.eye(4, dtype=int).astype(np.asarray(p).dtype)
    matrix = mass * one - slash(p)
    return [matrix[:, i] / _root(p[0] + mass) for i in (2, 3)]


def bar(spinor):
    return np.conjugate(spinor) @ gammas_for(spinor)[0]


def transverse(direction):
    """Two unit vectors across a direction, as four-vectors."""
    n = np.asarray(direction)
    helper = n * 0
    helper[int(np.argmin(np.abs(n).astype(float)))] += 1
    first = np.cross(n, helper)
    first = first / _root(first @ first)
    second = np.cross(n, first)
    return [np.concatenate([[first[0] * 0], e]) for e in (first, second)]


def radiative_tensor(k1, k2, photon, m_e):
    """e-(k1) e+(k2) -> photon + V: mean over spins, sum over photon polarisations, indices up."""
    g = gammas_for(k1)
    one = np.eye(4, dtype=int).astype(np.asarray(k1).dtype)
    first_pole, second_pole = -2 * dot(k1, photon), -2 * dot(k2, photon)
    tensor = 0
    for polarisation in transverse(photon[1:] / photon[0]):
        eps = slash(polarisation)
        from_electron = (slash(k1 - photon) + m_e * one) @ eps / first_pole
        from_positron = eps @ (slash(photon - k2) + m_e * one) / second_pole
        vertices = [g[m] @ from_electron + from_positron @ g[m] for m in range(4)]
        for u in u_spinors(k1, m_e):
            columns = [vertex @ u for vertex in vertices]
            for v in v_spinors(k2, m_e):
                row = bar(v)
                amplitude = np.array([row @ column for column in columns])
                tensor = tensor + np.outer(amplitude, np.conjugate(amplitude))
    return tensor / 4


def annihilation_tensor(k1, k2, m_e):
    """e-(k1) e+(k2) -> V*: mean over spins, indices up."""
    tensor = 0
    for u in u_spinors(k1, m_e):
        for v in v_spinors(k2, m_e):
            amplitude = np.array([bar(v) @ matrix @ u for matrix in gammas_for(k1)])
            tensor = tensor + np.outer(amplitude, np.conjugate(amplitude))
    return tensor / 4


def dark_tensor(kind, p1, p2, m1, m2):
    """V -> 1(p1) 2(p2), summed over spins, indices up."""
    if kind == "scalar":
        return np.outer(p1 - p2, p1 - p2)
    tensor = 0
    for u in u_spinors(p1, m1):
        for v in v_spinors(p2, m2):
            current = np.array([bar(u) @ matrix @ v for matrix in gammas_for(p1)])
            tensor = tensor + np.outer(current, np.conjugate(current))
    return tensor


def contract(upper, other):
    """Full contraction, real part."""
    signs = METRIC[:, None] * METRIC
    total = np.sum(signs * np.asarray(upper) * np.conjugate(other))
    return total.real


def trace(tensor):
    """Contraction with -g."""
    diagonal = [tensor[m, m] for m in range(4)]
    return (diagonal[1] + diagonal[2] + diagonal[3] - diagonal[0]).real
