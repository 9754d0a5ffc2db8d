"""Vector states between the beams and a virtual photon: what they add to a rate, by their poles.

A rate by one photon goes as ``|1/(1 - Pi)|^2``. The poles of J/psi, psi(2S), Y(1S) to Y(4S), phi
and psi(3770) are counted here, with their interference; the rest of Pi, in which alpha runs
slowly, is not. Derived in docs/theory/particles.md.
"""

import math
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wayside.constants import ALPHA
from wayside.data import read_table
from wayside.radiation.radiator import nodes_below, radiator
from wayside.typing import FloatArray

TABLES: Final = ("narrow_vector_states", "broad_vector_states")

LARGEST_LOSS: Final = 0.9
"""Fraction of s that photons off the beams take at most."""

_ORDER: Final = 8
"""Nodes of each piece in the loss."""

_NEAREST: Final = 0.25
"""Smallest piece of energies next to a pole, over the width of its peak."""

_GROWTH: Final = 2.0
"""Of one piece to the next, away from a pole."""


class Poles(NamedTuple):
    """Poles of the photon's propagator: ``M^2 c/(s - M^2 + i M Gamma)`` over that of a free one."""

    positions: np.ndarray
    """Roots of M^2 - i M Gamma in GeV, complex."""
    residues: np.ndarray
    """In GeV at these energies, complex: c M^2/(2 position), c = 3 Gamma_ee/(alpha M)."""
    masses: FloatArray
    widths: FloatArray
    """In GeV."""


@cache
def poles() -> Poles:
    """Poles of all states."""
    tables = [read_table(name) for name in TABLES]
    mass, width, width_ee = (
        np.concatenate([table[column] for table in tables])
        for column in ("mass", "width", "width_ee")
    )
    positions = np.sqrt(mass**2 - 1j * mass * width)
    residues = 3.0 * width_ee * mass / (2.0 * ALPHA * positions)
    return Poles(positions, residues, mass, width)


def _mean_inverse(energy: FloatArray, position: np.ndarray, spread: FloatArray) -> np.ndarray:
    """Mean of 1/(E - position) over energies of a Gaussian; arguments broadcast, Im position < 0.

    The Faddeeva function: w(z) = i/pi times the integral of exp(-t^2)/(z - t) where Im z > 0.
    """
    from scipy.special import wofz

    if not np.any(spread > 0.0):
        return np.asarray(1.0 / (energy - position))
    width = math.sqrt(2.0) * spread
    z = (position.conj() - energy) / width
    return np.asarray((1j * math.sqrt(math.pi) / width * wofz(z)).conj())


def propagator_squared(energy: ArrayLike, spread: ArrayLike = 0.0) -> FloatArray:
    """Mean of ``|1 + sum of the poles|^2`` over the energies of a collision.

    Parameters
    ----------
    energy
        Mean in GeV, any shape.
    spread
        Standard deviation in GeV, a shape that broadcasts; 0 everywhere or nowhere.

    Returns
    -------
    ndarray
        1 far from all poles.

    Examples
    --------
    >>> round(float(propagator_squared(3.0969)))
    604
    """
    middle = np.asarray(energy, dtype=np.float64)[..., None]
    position, residue, *_ = poles()
    # Each pole is one at +position and one, with the other sign, at -position, which is smooth.
    smooth = 1.0 - np.sum(residue / (middle + position), axis=-1)
    inverse = _mean_inverse(middle, position, np.asarray(spread, dtype=np.float64)[..., None])
    single = np.sum(residue * inverse, axis=-1)
    # 1/(E - p) 1/(E - q)* in partial fractions.
    both = (inverse[..., :, None] - inverse[..., None, :].conj()) / (
        position[:, None] - position.conj()
    )
    squares = np.einsum("i,j,...ij->...", residue, residue.conj(), both)
    return np.asarray(np.abs(smooth) ** 2 + 2.0 * (smooth.conj() * single).real + squares.real)


@cache
def _losses(sqrt_s: float, spread: float) -> tuple[FloatArray, FloatArray]:
    """Losses x, and weights that hold the radiator and what the poles add to the rate."""
    state = poles()
    edges = [math.sqrt(1.0 - LARGEST_LOSS) * sqrt_s]
    for mass, width in zip(state.masses.tolist(), state.widths.tolist(), strict=True):
        step = _NEAREST * (width + spread)
        sizes = step * _GROWTH ** np.arange(math.ceil(math.log2(sqrt_s / step)))
        edges += [mass, *(mass - sizes), *(mass + sizes)]
    # And towards the beams' energy, where the radiator is steep.
    least = _NEAREST * (float(np.min(state.widths)) + spread)
    sizes = least * _GROWTH ** np.arange(math.ceil(math.log2(sqrt_s / least)))
    inside = [
        edge for edge in (*edges, *(sqrt_s - sizes)) if edges[0] <= edge < sqrt_s - 0.5 * least
    ]
    loss = np.unique(1.0 - (np.array(inside) / sqrt_s) ** 2)
    first = float(loss[0])
    pieces = [nodes_below(sqrt_s, first, _ORDER)]
    u, w = np.polynomial.legendre.leggauss(_ORDER)
    for low, high in pairwise(loss.tolist()):
        x = low + 0.5 * (high - low) * (1.0 + u)
        pieces.append((x, 0.5 * (high - low) * w * radiator(x, sqrt_s)))
    x = np.concatenate([part[0] for part in pieces])
    weight = np.concatenate([part[1] for part in pieces])
    left = np.sqrt(1.0 - x)
    return x, weight * (propagator_squared(sqrt_s * left, spread * left) - 1.0)


def enhancement(mass: float, sqrt_s: float, energy_spread: float) -> float:
    """Factor of the vector states on the cross-section of a photon and a pseudoscalar.

    Parameters
    ----------
    mass
        Of the pseudoscalar in GeV.
    sqrt_s
        Energy of the collision in GeV.
    energy_spread
        Relative standard deviation of the energy of either beam.

    Returns
    -------
    float
        What the states add has all photons off the beams; the 1 that it is added to has none.

    Examples
    --------
    >>> round(enhancement(0.2, 1.0197, 5e-4), 3)
    1.008
    """
    x, weights = _losses(sqrt_s, math.sqrt(0.5) * energy_spread * sqrt_s)
    ratio = (mass / sqrt_s) ** 2
    open_fraction = np.maximum(1.0 - ratio / (1.0 - x), 0.0) / (1.0 - ratio)
    return 1.0 + float(weights @ open_fraction**3)
