"""Decays inside a box by sampling Eq. 13, and the four-vectors of one event.

Straight from four-vectors, without the closed forms and quadratures that they check.
"""

from dataclasses import dataclass

import numpy as np

from wayside.constants import M_ELECTRON
from wayside.detector.box import Box
from wayside.paper.dirac import boosted
from wayside.paper.formulas import equation_13
from wayside.typing import BoolArray, FloatArray


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


def sampled_decays(
    chain: Chain, box: Box, ctau: float, events: int, seed: int
) -> tuple[float, float, float, float]:
    """Acceptance of a front face and probability to decay in a box, by sampling Eq. 13.

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
        probability = np.where(
            far > near, np.exp(-near * rate) * -np.expm1(-(far - near) * rate), 0.0
        )
        face.append(weight * _on_face(box, direction))
        inside.append(weight * probability)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    c2 = (b * np.tanh(top * nodes)) ** 2
    mean = float(np.sum(weights * ((s + m2) ** 2 + (s - m2) ** 2 * c2))) / 3.0
    result: list[float] = []
    for parts in (face, inside):
        values = np.concatenate(parts) / mean
        result += [float(values.mean()), float(values.std() / np.sqrt(events))]
    return result[0], result[1], result[2], result[3]


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
        first, second = (-0.5 * box.size - origin) / along, (0.5 * box.size - origin) / along
    near = np.max(np.minimum(first, second), axis=1)
    far = np.min(np.maximum(first, second), axis=1)
    hit = (far > near) & (far > 0)
    return np.where(hit, np.maximum(near, 0.0), 0.0), np.where(hit, far, 0.0)
