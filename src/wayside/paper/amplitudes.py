"""Squared amplitudes from traces of Dirac matrices, from which no closed form is taken over.

Everything here is slow and plain on purpose: it checks closed forms, the study's and ours.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wayside.constants import ALPHA, M_ELECTRON
from wayside.paper.dirac import GAMMA, IDENTITY, METRIC, dot, slash
from wayside.typing import FloatArray

E2: Final = 4.0 * np.pi * ALPHA
"""Square of the electric charge, e^2."""


def _trace(*matrices: NDArray[Any]) -> FloatArray:
    product = matrices[0]
    for matrix in matrices[1:]:
        product = product @ matrix
    return np.asarray(np.trace(product, axis1=-2, axis2=-1).real)


def current_squared(k1: FloatArray, k2: FloatArray, mass: float, d: FloatArray) -> FloatArray:
    """Sum over spins of abs(vbar(k2) gamma_mu u(k1) d^mu) squared; shapes (..., 4).

    The same for a pair that is made: ubar(k1) gamma_mu v(k2) d^mu.
    """
    return _trace(slash(k1) + mass * IDENTITY, slash(d), slash(k2) - mass * IDENTITY, slash(d))


def pair_in_frame(
    energy: float, m1: float, m2: float, cosine: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Momenta of a pair back to back in the x-z plane at polar angles of the first."""
    c = np.asarray(cosine, dtype=np.float64)
    e1 = (energy**2 + m1**2 - m2**2) / (2.0 * energy)
    p = np.sqrt(e1**2 - m1**2)
    s = np.sqrt((1.0 - c) * (1.0 + c))
    zero = np.zeros_like(c)
    first = np.stack([zero + e1, p * s, zero, p * c], axis=-1)
    return first, np.stack([zero + energy - e1, -p * s, zero, -p * c], axis=-1)


def off_shell_dsigma(
    cosine: ArrayLike, sqrt_s: float, m_aprime: float, m1: float, m2: float
) -> FloatArray:
    """D sigma/d cos of e+e- -> A'* -> phi1 phi2 over epsilon^2 g_D^2, GeV^-2, by a Dirac trace."""
    k1, k2 = pair_in_frame(sqrt_s, M_ELECTRON, M_ELECTRON, 1.0)
    p1, p2 = pair_in_frame(sqrt_s, m1, m2, cosine)
    s = sqrt_s**2
    squared = 0.25 * E2 * current_squared(k1, k2, M_ELECTRON, p1 - p2) / (s - m_aprime**2) ** 2
    momentum, beam = np.linalg.norm(p1[..., 1:], axis=-1), float(np.linalg.norm(k1[..., 1:]))
    return np.asarray(squared * momentum / beam / (32.0 * np.pi * s))


def annihilation_sigma_v(m_aprime: float, m1: float, m2: float, speed: float) -> float:
    """Cross-section times relative velocity of phi1 phi2 -> e+e- over epsilon^2 g_D^2, GeV^-2.

    By a Dirac trace, width left out, at a relative velocity ``speed``; electrons as they are.
    """
    reduced = m1 * m2 / (m1 + m2)
    p = reduced * speed
    sqrt_s = float(np.hypot(m1, p) + np.hypot(m2, p))
    nodes, weights = np.polynomial.legendre.leggauss(8)
    k1, k2 = pair_in_frame(sqrt_s, M_ELECTRON, M_ELECTRON, nodes)
    p1, p2 = pair_in_frame(sqrt_s, m1, m2, 1.0)
    s = sqrt_s**2
    squared = E2 * current_squared(k1, k2, M_ELECTRON, p1 - p2) / (s - m_aprime**2) ** 2
    out = np.linalg.norm(k1[..., 1:], axis=-1)
    flux = 4.0 * p * sqrt_s
    sigma = float(np.sum(weights * squared * out)) / (8.0 * np.pi * sqrt_s * flux)
    relative = p / np.hypot(m1, p) + p / np.hypot(m2, p)
    return float(sigma * relative)


def radiative_squared(
    k1: FloatArray,
    k2: FloatArray,
    photon: FloatArray,
    dark: Callable[[FloatArray], Any],
    mass: float = M_ELECTRON,
) -> float:
    """Squared amplitude of e-(k1) e+(k2) -> photon A', over e^4 epsilon^2, contracted at A'.

    Parameters
    ----------
    k1, k2, photon
        Four-vectors.
    dark
        Takes the tensor of A' with indices up, shape (4, 4), to a number.
    mass
        Mass of the electron, in the unit of the momenta.
    """
    pole1, pole2 = -2.0 * dot(k1, photon), -2.0 * dot(k2, photon)
    left, right = slash(k2) - mass * IDENTITY, slash(k1) + mass * IDENTITY
    inner1, inner2 = slash(k1 - photon) + mass * IDENTITY, slash(photon - k2) + mass * IDENTITY
    vertex = np.array(
        [
            [
                GAMMA[m] @ inner1 @ GAMMA[r] / pole1 + GAMMA[r] @ inner2 @ GAMMA[m] / pole2
                for r in range(4)
            ]
            for m in range(4)
        ]
    )
    zeroth = GAMMA[0]
    conjugate = np.einsum("ij,mrkj,kl->mril", zeroth, vertex.conj(), zeroth)
    tensor = np.einsum(
        "ij,mrjk,kl,nrli,r->mn", left, vertex, right, conjugate, -METRIC, optimize=True
    )
    return float(np.real(dark(0.25 * tensor)))


def three_body_width(m_aprime: float, m1: float, m2: float, lepton: float) -> float:
    """Width of phi1 -> phi2 f fbar over epsilon^2 g_D^2 in GeV, by traces over the Dalitz plot."""
    nodes, weights = np.polynomial.legendre.leggauss(80)
    # m_ff from both ends without square roots, the decay angle in the pair's frame plainly.
    t = 0.25 * np.pi * (nodes + 1.0)
    low, high = 2.0 * lepton, m1 - m2
    q = low + (high - low) * np.sin(t) ** 2
    dq = 0.25 * np.pi * weights * (high - low) * np.sin(2.0 * t)
    q, cosine = q[:, None], nodes[None, :]
    half = 0.5 * q
    k = np.sqrt(np.maximum(half**2 - lepton**2, 0.0))
    sine = np.sqrt(1.0 - cosine**2)
    zero = np.zeros(np.broadcast_shapes(q.shape, cosine.shape))
    k1 = np.stack([zero + half, k * sine, zero, k * cosine], axis=-1)
    k2 = np.stack([zero + half, -k * sine, zero, -k * cosine], axis=-1)
    e2 = (m1**2 - m2**2 - q**2) / (2.0 * q)
    p2 = np.sqrt(np.maximum(e2**2 - m2**2, 0.0))
    ground = np.stack([zero + e2, zero, zero, zero + p2], axis=-1)
    both = np.stack([zero + q + 2.0 * e2, zero, zero, zero + 2.0 * p2], axis=-1)
    del ground
    squared = E2 * current_squared(k1, k2, lepton, both) / (q**2 - m_aprime**2) ** 2
    # dGamma = abs(M)^2 abs(k) abs(p2 in the frame of phi1) dq dcos / (2 m1 (2 pi)^3 4 m1).
    p2_rest = p2 * q / m1
    density = squared * k * p2_rest / ((2.0 * np.pi) ** 3 * 8.0 * m1**2)
    return float(np.sum(density * dq[:, None] * weights[None, :]))
