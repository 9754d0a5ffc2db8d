"""Tree amplitude of e+ e- -> gamma gamma A', many events at once, and what the scheme has for it.

Massless electrons, charges and couplings 1; the electric charge and the current of the A' are
conserved, so that -g sums over the polarisations of all three bosons.
"""

from itertools import permutations

import numpy as np

from wayside.typing import FloatArray

_SIGNS = np.array([1.0, -1.0, -1.0, -1.0])
_PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
_GAMMA = np.zeros((4, 4, 4), dtype=complex)
_GAMMA[0] = np.diag([1, 1, -1, -1])
for _i in range(3):
    _GAMMA[1 + _i, :2, 2:], _GAMMA[1 + _i, 2:, :2] = _PAULI[_i], -_PAULI[_i]


def dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Product of four-vectors, shapes (..., 4)."""
    return np.asarray(np.sum(a * _SIGNS * b, axis=-1))


def _slash(p: FloatArray) -> np.ndarray:
    return np.einsum("...m,mab->...ab", p * _SIGNS, _GAMMA)


def _spinors(p: FloatArray) -> list[np.ndarray]:
    """Two spinors whose sum over u ubar is the slashed momentum."""
    values, vectors = np.linalg.eigh(_slash(p) @ _GAMMA[0])
    return [vectors[:, i] * np.sqrt(values[i]) for i in (2, 3)]


def squared_amplitudes(beams: FloatArray, bosons: list[FloatArray]) -> FloatArray:
    """Summed over spins and polarisations, shape (n,).

    Parameters
    ----------
    beams
        Four-momenta of electron and positron, shape (2, 4).
    bosons
        Four-momenta of the three bosons, shapes (n, 4).
    """
    n = len(bosons[0])
    out = np.zeros(n)
    for u in _spinors(beams[0]):
        amplitude = np.zeros((n, 4, 4, 4, 4), dtype=complex)
        for order in permutations(range(3)):
            chain, momentum = np.broadcast_to(u, (n, 4)), np.broadcast_to(beams[0], (n, 4))
            labels = ""
            for step, boson in enumerate(order):
                chain = np.einsum("xab,n...b->nx...a", _GAMMA, chain)
                labels = "mkr"[boson] + labels
                if step < 2:
                    momentum = momentum - bosons[boson]
                    propagator = _slash(momentum) / dot(momentum, momentum)[:, None, None]
                    chain = np.einsum("nab,n...b->n...a", propagator, chain)
            amplitude += np.transpose(chain, [0, *(1 + labels.index(x) for x in "mkr"), 4])
        for v in _spinors(beams[1]):
            square = np.abs(amplitude @ (v.conj() @ _GAMMA[0])) ** 2
            out -= np.einsum("nmkr,m,k,r->n", square, _SIGNS, _SIGNS, _SIGNS)
    return out


def scheme(beams: FloatArray, further: FloatArray, own: FloatArray, q2: float) -> FloatArray:
    """The same as `wayside.production.extra_photons` has it, shape (n,).

    Parameters
    ----------
    beams
        As above, with the sum of energies 1 in the centre of mass.
    further, own
        The further photon and that of the process, shapes (n, 4).
    q2
        Square of the mass of the A'.
    """
    total = beams.sum(axis=0)
    left = total - further
    s = dot(left, left)
    r, trace = q2 / s, np.zeros(len(own))
    for beam in beams:
        distance = dot(own, beam) * s / (dot(own, left) * dot(beam, left))  # 1 - c
        numerator = 4.0 * ((1.0 + r) ** 2 + ((1.0 - r) * (1.0 - distance)) ** 2)
        trace += 0.5 * numerator / ((1.0 - r) ** 2 * distance)
    energy = dot(further, total)
    near, far = (2.0 * dot(further, beam) / energy for beam in beams)
    y = 2.0 * energy
    emission = (1.0 + (1.0 - y) ** 2) / (2.0 * y) * 2.0 / (near * far)
    return np.asarray(4.0 * trace * emission / s * 16.0 / y * 0.5)
