"""Second routes: Dirac matrices, four-vectors and sampling, from which no formula is taken over.

Everything here is slow and plain on purpose: it checks closed forms, the study's and ours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wayside.constants import ALPHA, M_ELECTRON
from wayside.detector.box import Box
from wayside.typing import BoolArray, FloatArray

E2: Final = 4.0 * np.pi * ALPHA
"""e squared."""

METRIC: Final = np.array([1.0, -1.0, -1.0, -1.0])


def _gammas() -> NDArray[np.complex128]:
    one, zero = np.eye(2), np.zeros((2, 2))
    pauli = (
        np.array([[0, 1], [1, 0]]),
        np.array([[0, -1j], [1j, 0]]),
        np.array([[1, 0], [0, -1]]),
    )
    first = np.block([[one, zero], [zero, -one]])
    others = (np.block([[zero, s], [-s, zero]]) for s in pauli)
    return np.array([first, *others], dtype=np.complex128)


GAMMA: Final = _gammas()
_ONE: Final = np.eye(4)


def slash(p: ArrayLike) -> NDArray[np.complex128]:
    """p_mu gamma^mu of four-vectors, shape (..., 4) to (..., 4, 4)."""
    return np.asarray(np.einsum("...m,mij->...ij", np.asarray(p) * METRIC, GAMMA))


def dot(p: FloatArray, q: FloatArray) -> FloatArray:
    """Product of four-vectors, shape (..., 4)."""
    return np.asarray(np.sum(p * q * METRIC, axis=-1))


def _trace(*matrices: NDArray[np.complex128]) -> FloatArray:
    product = matrices[0]
    for matrix in matrices[1:]:
        product = product @ matrix
    return np.asarray(np.trace(product, axis1=-2, axis2=-1).real)


def current_squared(k1: FloatArray, k2: FloatArray, mass: float, d: FloatArray) -> FloatArray:
    """Sum over spins of abs(vbar(k2) gamma_mu u(k1) d^mu) squared; shapes (..., 4).

    The same for a pair that is made: ubar(k1) gamma_mu v(k2) d^mu.
    """
    return _trace(slash(k1) + mass * _ONE, slash(d), slash(k2) - mass * _ONE, slash(d))


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
        Of the electron.
    """
    pole1, pole2 = -2.0 * dot(k1, photon), -2.0 * dot(k2, photon)
    left, right = slash(k2) - mass * _ONE, slash(k1) + mass * _ONE
    inner1, inner2 = slash(k1 - photon) + mass * _ONE, slash(photon - k2) + mass * _ONE
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


def boosted(p: FloatArray, velocity: FloatArray) -> FloatArray:
    """Active boost of a four-vector by a velocity, by the textbook matrix."""
    v2 = float(velocity @ velocity)
    gamma = 1.0 / np.sqrt(1.0 - v2)
    along = float(velocity @ p[1:])
    space = p[1:] + ((gamma - 1.0) * along / v2 + gamma * p[0]) * velocity
    return np.concatenate([[gamma * (p[0] + along)], space])


@dataclass(frozen=True)
class Chain:
    """Four-vectors of e+e- -> photon A', A' -> phi1 phi2 in the centre of mass."""

    sqrt_s: float
    m_aprime: float
    m1: float
    m2: float

    def momenta(self, cosine: float, cos_star: float, phi_star: float) -> dict[str, FloatArray]:
        """Of photon, A', phi1 and phi2; angles as those of Eqs. 13 to 15."""
        omega = (self.sqrt_s**2 - self.m_aprime**2) / (2.0 * self.sqrt_s)
        energy = self.sqrt_s - omega
        sine = np.sqrt(1.0 - cosine**2)
        toward = np.array([sine, 0.0, cosine])
        across, out = np.array([cosine, 0.0, -sine]), np.array([0.0, 1.0, 0.0])
        e1 = (self.m_aprime**2 + self.m1**2 - self.m2**2) / (2.0 * self.m_aprime)
        p1 = np.sqrt(e1**2 - self.m1**2)
        sine_star = np.sqrt(1.0 - cos_star**2)
        flight = cos_star * toward + sine_star * (
            np.cos(phi_star) * across + np.sin(phi_star) * out
        )
        first = boosted(np.concatenate([[e1], p1 * flight]), omega / energy * toward)
        mediator = np.concatenate([[energy], omega * toward])
        photon = np.concatenate([[omega], -omega * toward])
        return {"photon": photon, "A'": mediator, "phi1": first, "phi2": mediator - first}

    def beams(self) -> tuple[FloatArray, FloatArray]:
        """Four-vectors of electron and positron."""
        half = 0.5 * self.sqrt_s
        k = np.sqrt(half**2 - M_ELECTRON**2)
        return np.array([half, 0.0, 0.0, k]), np.array([half, 0.0, 0.0, -k])


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


def sampled_decays(
    chain: Chain, box: Box, ctau: float, events: int, seed: int
) -> tuple[float, float, float, float]:
    """Acceptance of a front face and chance to decay in a box, by sampling Eq. 13.

    Equal beams, the study's regulator.

    Returns
    -------
    face, face_error, decays, decays_error
        Per A' that decays to the pair, with standard errors.
    """
    rng = np.random.default_rng(seed)
    s, m2 = chain.sqrt_s**2, chain.m_aprime**2
    b = np.sqrt(1.0 + 4.0 * M_ELECTRON**2 / s)
    top = np.arctanh(1.0 / b)
    face, inside = [], []
    for start in range(0, events, 200_000):
        n = min(200_000, events - start)
        c = np.clip(b * np.tanh(rng.uniform(-top, top, n)), -1.0, 1.0)
        turn, x, phi = (
            rng.uniform(0, 2 * np.pi, n),
            rng.uniform(-1, 1, n),
            rng.uniform(0, 2 * np.pi, n),
        )
        weight = equation_13(c, x, np.cos(phi), s, m2)
        direction, gamma_beta = _directions(chain, c, x, phi, turn)
        near, far = _crossings(box, direction)
        rate = 1.0 / (gamma_beta * ctau)
        chance = np.where(far > near, np.exp(-near * rate) * -np.expm1(-(far - near) * rate), 0.0)
        face.append(weight * _on_face(box, direction))
        inside.append(weight * chance)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    c2 = (b * np.tanh(top * nodes)) ** 2
    mean = float(np.sum(weights * ((s + m2) ** 2 + (s - m2) ** 2 * c2))) / 3.0
    result: list[float] = []
    for parts in (face, inside):
        values = np.concatenate(parts) / mean
        result += [float(values.mean()), float(values.std() / np.sqrt(events))]
    return result[0], result[1], result[2], result[3]


def equation_13(
    c: FloatArray, x: FloatArray, cos_phi: FloatArray, s: float, m2: float
) -> FloatArray:
    """Curly bracket of Eq. 13 as printed; x = cos theta_1^*, m2 the A' mass squared."""
    sine, sine_x = np.sqrt((1 - c) * (1 + c)), np.sqrt((1 - x) * (1 + x))
    return np.asarray(
        (s + m2) ** 2
        + (s - m2) ** 2 * c**2
        - ((s - m2) ** 2 + (s + m2) ** 2 * c**2) * x**2
        + 4 * np.sqrt(m2 * s) * (s + m2) * sine_x * x * cos_phi * sine * c
        - 4 * m2 * s * sine_x**2 * cos_phi**2 * sine**2
    )


def _directions(
    chain: Chain, c: FloatArray, x: FloatArray, phi: FloatArray, turn: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Unit vectors and momentum over mass of phi1 in the centre of mass, shapes (n, 3), (n,)."""
    omega = (chain.sqrt_s**2 - chain.m_aprime**2) / (2 * chain.sqrt_s)
    gamma, flight = (chain.sqrt_s - omega) / chain.m_aprime, omega / chain.m_aprime
    e1 = (chain.m_aprime**2 + chain.m1**2 - chain.m2**2) / (2 * chain.m_aprime)
    p1 = np.sqrt(e1**2 - chain.m1**2)
    along = gamma * p1 * x + flight * e1
    sine, sine_x = np.sqrt((1 - c) * (1 + c)), np.sqrt((1 - x) * (1 + x))
    across, out = p1 * sine_x * np.cos(phi), p1 * sine_x * np.sin(phi)
    radial = along * sine + across * c
    px = radial * np.cos(turn) - out * np.sin(turn)
    py = radial * np.sin(turn) + out * np.cos(turn)
    p = np.stack([px, py, along * c - across * sine], axis=1)
    size = np.linalg.norm(p, axis=1)
    return p / size[:, None], size / chain.m1


def _on_face(box: Box, direction: FloatArray) -> BoolArray:
    normal = box.axes[2]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (box.position @ normal) / (direction @ normal)
        local = (direction * t[:, None] - box.position) @ box.axes[:2].T
    return np.asarray((t > 0) & np.all(np.abs(local) <= 0.5 * box.size[:2], axis=1))


def _crossings(box: Box, direction: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distances at entry and exit by slabs; equal where a ray misses."""
    origin = box.axes @ (-box.position)
    origin[2] -= 0.5 * box.size[2]
    along = direction @ box.axes.T
    with np.errstate(divide="ignore"):
        one, other = (-0.5 * box.size - origin) / along, (0.5 * box.size - origin) / along
    near = np.max(np.minimum(one, other), axis=1)
    far = np.min(np.maximum(one, other), axis=1)
    hit = (far > near) & (far > 0)
    return np.where(hit, np.maximum(near, 0.0), 0.0), np.where(hit, far, 0.0)
