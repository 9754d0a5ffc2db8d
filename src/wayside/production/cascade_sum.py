"""Particles of several two-body decays at once, at energies in the centre of mass that all share.

There the energy fixes what a decay gives to the density: a term, and one times the squared cosine
to the electrons. Both are added up over the decays before any direction is known. What a direction
adds is smooth in the energy, so that the Gauss quadrature that belongs to the sum integrates it
with hardly more nodes than one decay takes (docs/theory/particles.md).
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.production.cascade_flight import CascadeFlight
from wayside.production.flight import AboutBoost, boost_axis
from wayside.production.frames import Frames, rapidity_offset
from wayside.production.spectrum import AT_REST, register_lines
from wayside.typing import FloatArray

_PER_WIDTH: Final = 3.0
"""Nodes beyond the order, by unit of rapidity: short lifetimes weigh the fast end of the sum, where
one decay alone may have few particles."""

_INSIDE: Final = 8
"""Nodes by which each decay has more than the sum: its density is nearly a polynomial."""


class _Fields(NamedTuple):
    mass: float
    """Mass of the particle."""
    frames: Frames
    energies: FloatArray
    """Nodes in the centre of mass, shape (n,)."""
    momenta: FloatArray
    """The momenta there, shape (n,)."""
    weights: FloatArray
    """Per steradian: without, and times, the squared cosine to the electrons; shape (2, n)."""


class CascadeSum(AboutBoost, _Fields):
    """Density of the particles of several decays, energies in units of sqrt(s).

    Parents go everywhere: there are no peaks. Particles are faster than the boost, or slower and in
    none of the directions that count near the cone that they stay in (`is_within_cone`).
    """

    __slots__ = ()


@njit(error_model="numpy")
def _lines(flight, direction, sight, out):  # type: ignore[no-untyped-def]
    """Rapidities and densities in the laboratory at the energies of the nodes."""
    scale, origin = rapidity_offset(flight.frames.boost, direction)
    lift = math.exp(origin)
    scale *= flight.mass
    half = 0.5 * flight.mass
    gamma = flight.frames.gamma
    boost_z = flight.frames.boost_cm[2]
    count = 0
    for k in range(len(flight.energies)):
        ratio = flight.energies[k] / scale
        if ratio <= 1.0:
            continue
        root = math.sqrt(ratio * ratio - 1.0)
        spread = ratio + root
        # Those slower than the boost go the same way at two momenta.
        for branch in range(2 if lift > spread else 1):
            grow = lift * spread if branch == 0 else lift / spread
            momentum = half * (grow - 1.0 / grow)
            energy = half * (grow + 1.0 / grow)
            along = momentum * sight[2] + (sight[3] * momentum / (gamma + 1.0) - energy) * boost_z
            p_cm = flight.momenta[k]
            cosine = along / p_cm
            # d^3p/E is invariant: dOmega dE becomes p^2 d(eta) dOmega over the momentum there.
            slope = momentum * momentum / (p_cm * scale * root)
            out[0, count] = math.log(grow)
            out[1, count] = slope * (flight.weights[0, k] + flight.weights[1, k] * cosine * cosine)
            out[2, count] = math.log(max(momentum / flight.mass, AT_REST))
            count += 1
    return count


register_lines(CascadeSum, _lines)


def by_speed(flight: CascadeFlight) -> tuple[CascadeFlight | None, CascadeFlight | None]:
    """Particles that are faster than the boost, which can be summed, and the slower ones.

    Parameters
    ----------
    flight
        All of them.

    Returns
    -------
    fast, slow
        None for none; each with its part of the density, in which a cone shows of the slow ones
        alone.
    """
    # In the centre of mass, where the laboratory has this energy for the same mass.
    at_rest = flight.mass * flight.frames.gamma
    if flight.energy_low >= at_rest:
        return flight, None
    if flight.energy_high <= at_rest:
        return None, flight
    return flight._replace(energy_low=at_rest), flight._replace(energy_high=at_rest)


def cascade_sum(
    fractions: Sequence[float], flights: Sequence[CascadeFlight], order: int
) -> CascadeSum:
    """Density of several decays to one particle at one collider.

    Parameters
    ----------
    fractions
        Weights of the decays.
    flights
        Of particles either faster than the boost or slower, see `by_speed`.
    order
        Number of energies, to which the sum adds a few by its range in rapidity.
    """
    mass, frames = flights[0].mass, flights[0].frames
    limits = np.array([(flight.energy_low, flight.energy_high) for flight in flights])
    # In the rapidity of the centre of mass, in which what a direction adds is smooth.
    low, high = np.arccosh(np.maximum(limits / mass, 1.0)).T[:, :, None]
    nodes = order + math.ceil(_PER_WIDTH * float(high.max() - low.min()))
    points, weights = _legendre(nodes + _INSIDE)
    rapidity = low + 0.5 * (high - low) * (points + 1.0)
    constants = np.array([flight.constants[:6] for flight in flights]).T[:, :, None]
    plain, cosine = _terms(constants, mass, rapidity)
    measure = 0.5 * (high - low) * weights * mass * np.sinh(rapidity)
    measure *= np.array(fractions)[:, None]
    first, last = float(low.min()), float(high.max())
    middle, half = 0.5 * (first + last), 0.5 * (last - first)
    at, parts = _gauss(
        ((rapidity - middle) / half).ravel(),
        ((plain + 0.5 * cosine) * measure).ravel(),
        (cosine * measure).ravel(),
        nodes,
    )
    return CascadeSum(
        mass,
        frames,
        mass * np.cosh(middle + half * at),
        mass * np.sinh(middle + half * at),
        np.stack([parts[0] - 0.5 * parts[1], parts[1]]),
    )


_CLEAR: Final = 1.5
"""Rapidity of the slowest particles in the centre of mass over that which reaches a direction:
further from the root on the cone than this, Gauss quadrature over energies converges fast."""


def is_within_cone(flight: CascadeFlight, directions: FloatArray) -> bool:
    """Whether directions are well inside of the cone that slow particles stay in.

    Parameters
    ----------
    flight
        Of particles slower than the boost.
    directions
        Unit vectors in the laboratory, shape (n, 3).
    """
    along = directions @ boost_axis(flight.frames)
    if np.any(along <= 0.0):
        return False
    across = math.sqrt(max(0.0, 1.0 - float(np.min(along)) ** 2))
    reaching = math.asinh(float(np.linalg.norm(flight.frames.boost)) * across)
    return math.acosh(max(1.0, flight.energy_low / flight.mass)) > _CLEAR * reaching


class SummedCascades:
    """`cascade_sum` by the order, which several detectors share.

    Parameters
    ----------
    fractions, flights
        As of `cascade_sum`.
    """

    def __init__(self, fractions: Sequence[float], flights: Sequence[CascadeFlight]) -> None:
        self._fractions, self._flights = tuple(fractions), tuple(flights)
        self._sums: dict[int, CascadeSum] = {}

    def __call__(self, order: int) -> CascadeSum:
        """Density with a number of energies."""
        if order not in self._sums:
            self._sums[order] = cascade_sum(self._fractions, self._flights, order)
        return self._sums[order]


@cache
def _legendre(nodes: int) -> tuple[FloatArray, FloatArray]:
    return np.polynomial.legendre.leggauss(nodes)


def _terms(
    constants: FloatArray, mass: float, rapidity: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Per steradian and energy: without, and times, the squared cosine to the electrons."""
    energy_star, gamma, beta, spread, isotropic, polarised = constants
    energy, momentum = mass * np.cosh(rapidity), mass * np.sinh(rapidity)
    cos_parent = (energy - energy_star / gamma) / (beta * momentum)
    cos2 = np.minimum(1.0, cos_parent**2)
    plain = isotropic + 0.5 * polarised * (1.0 + cos2)
    return plain / spread, -polarised * (1.5 * cos2 - 0.5) / spread


@njit(error_model="numpy")
def _orthonormal(at, measure, nodes):  # type: ignore[no-untyped-def]
    """Orthonormal polynomials at the points, and their recurrence, by Stieltjes's procedure."""
    number = len(at)
    values = np.empty((nodes, number))
    diagonal = np.empty(nodes)
    beside = np.empty(nodes)
    total = 0.0
    for j in range(number):
        total += measure[j]
    values[0, :] = 1.0 / math.sqrt(total)
    for k in range(nodes):
        mean = 0.0
        for j in range(number):
            mean += measure[j] * at[j] * values[k, j] ** 2
        diagonal[k] = mean
        if k + 1 == nodes:
            break
        square = 0.0
        for j in range(number):
            rest = (at[j] - mean) * values[k, j]
            if k > 0:
                rest -= beside[k - 1] * values[k - 1, j]
            values[k + 1, j] = rest
            square += measure[j] * rest * rest
        beside[k] = math.sqrt(square)
        for j in range(number):
            values[k + 1, j] /= beside[k]
    return values, diagonal, beside[:-1]


def _gauss(
    at: FloatArray, measure: FloatArray, other: FloatArray, nodes: int
) -> tuple[FloatArray, FloatArray]:
    """Gauss quadrature of a positive sum over points in [-1, 1].

    Parameters
    ----------
    at, measure
        Points and weights, shape (n,).
    other
        Weights of any sign there.
    nodes
        How many there are to be.

    Returns
    -------
    places
        Nodes, shape (nodes,).
    weights
        For ``measure``, and for ``other`` by interpolation between the nodes; shape (2, nodes).
    """
    values, diagonal, beside = _orthonormal(at, measure, nodes)
    matrix = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
    places, vectors = np.linalg.eigh(matrix)
    vectors = vectors * np.where(vectors[0] < 0.0, -1.0, 1.0)
    root = vectors[0] / values[0, 0]
    return places, np.stack([root**2, root * ((values @ other) @ vectors)])
