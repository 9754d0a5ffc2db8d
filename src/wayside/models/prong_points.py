"""Decays of a single particle as points of a quadrature: those with two charged products.

Two products are back to back. Of three, the mass q of the charged pair follows
dGamma/dq, then comes the angle of the pair in its rest frame by the squared amplitude; the whole is
turned evenly, as particles count as unpolarised. Points are those of `wayside.models.decay_points`.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from wayside.models.decay_points import (
    FORWARD,
    STEPS,
    DecayPoints,
    directions,
    pair_in_flight,
    turned_to,
)
from wayside.models.final_states import FinalState, Hadrons, Products, charge, mass_of
from wayside.models.hadron_channels import vector_states
from wayside.models.kinematics import pair_momentum
from wayside.typing import FloatArray

__all__ = ["Prongs", "named", "prong_points", "prongs_of"]

_CELLS: Final = 128
_ANGLES: Final = np.polynomial.legendre.leggauss(12)
"""Cells of dGamma/dq, and angles over which its amplitude is averaged."""


_TWO_PHOTONS: Final = (22, 22)


class Prongs(NamedTuple):
    """The two products of a final state that make its vertex, with at most one neutral one."""

    codes: tuple[int, int]
    neutral: int | None


def prongs_of(state: FinalState) -> Prongs | None:
    """The two charged products of a final state; None where there are others than two.

    Final states with two neutral products and more are not among them, but two photons are.

    Examples
    --------
    >>> prongs_of(FinalState(1.0, (14, 13, -13)))
    Prongs(codes=(13, -13), neutral=14)
    >>> prongs_of(FinalState(1.0, (22, 22))), prongs_of(FinalState(1.0, (22, 111)))
    (Prongs(codes=(22, 22), neutral=None), None)
    """
    if state.products == _TWO_PHOTONS:
        return Prongs(_TWO_PHOTONS, None)
    charged = [code for code in state.products if charge(code)]
    others = [code for code in state.products if not charge(code)]
    if len(charged) != 2 or len(others) > 1:
        return None
    return Prongs((charged[0], charged[1]), others[0] if others else None)


def named(mass: float, states: Iterable[FinalState]) -> tuple[FinalState, ...]:
    """Final states with the hadrons of a virtual photon by what they are, as far as is known.

    Parameters
    ----------
    mass
        Mass of what decays, in GeV.
    states
        Final states of one width.
    """
    out: list[FinalState] = []
    for state in states:
        if state.hadrons is Hadrons.VECTOR:
            out += [
                vector._replace(weight=state.weight * vector.weight)
                for vector in vector_states(mass)
            ]
        else:
            out.append(state)
    return tuple(out)


def prong_points(mass: float, state: FinalState, number: int) -> DecayPoints:
    """Points that average over the decays of a particle to one final state.

    Parameters
    ----------
    mass
        Of the particle in GeV, above those of the products.
    state
        One that `prongs_of` knows the prongs of.
    number
        Number of points.

    Examples
    --------
    >>> points = prong_points(1.0, FinalState(1.0, (13, -13)), 1000)
    >>> points.energy[0].round(6).tolist(), round(float(points.weight.sum()), 2)
    ([0.5, 0.5], 1.0)
    """
    prongs = prongs_of(state)
    assert prongs is not None
    first, second = (mass_of(code) for code in prongs.codes)
    cube = (0.5 + np.arange(1, number + 1)[:, None] * STEPS) % 1.0
    if prongs.neutral is None:
        flight = directions(1.0 - 2.0 * cube[:, 1], 2.0 * np.pi * cube[:, 2])
        size = pair_momentum(mass, first, second)
        energy = np.array([np.hypot(size, first), np.hypot(size, second)])
        momentum = np.stack([size * flight, -size * flight], axis=1)
        energies = np.broadcast_to(energy, (number, 2)).copy()
        return DecayPoints(np.full(number, 1.0 / number), energies, momentum)
    # More of them forward, where a detector may see both particles.
    toward = cube[:, 1] ** FORWARD
    weight = FORWARD * cube[:, 1] ** (FORWARD - 1.0)
    flight = directions(1.0 - 2.0 * toward, 2.0 * np.pi * cube[:, 2])
    neutral = mass_of(prongs.neutral)
    q = _masses(mass, state, prongs, cube[:, 0])
    cosine = 2.0 * cube[:, 3] - 1.0
    weight *= _angular_weight(mass, state, prongs, q, cosine)
    size = pair_momentum(q, first, second)
    axis = turned_to(directions(cosine, 2.0 * np.pi * cube[:, 4]), flight)
    pair_energies = np.stack([np.hypot(size, first), np.hypot(size, second)], axis=1)
    recoil = pair_momentum(mass, q, neutral)
    energy, momentum = pair_in_flight(
        pair_energies, size[:, None] * axis, (recoil / q)[:, None] * flight
    )
    return DecayPoints(weight / number, energy, momentum)


def _masses(mass: float, state: FinalState, prongs: Prongs, fraction: FloatArray) -> FloatArray:
    """Mass of the charged pair below which a fraction of the decays lies."""
    first, second = (mass_of(code) for code in prongs.codes)
    low, high = first + second, mass - mass_of(prongs.neutral or 0)
    place = 0.5 * (1.0 - np.cos(np.pi * np.arange(_CELLS + 1) / _CELLS))
    ends = low + (high - low) * place
    middle = 0.5 * (ends[1:] + ends[:-1])
    rate = pair_momentum(mass, middle, mass_of(prongs.neutral or 0))
    rate = rate * pair_momentum(middle, first, second) * _mean_squared(mass, state, prongs, middle)
    reached = np.concatenate([[0.0], np.cumsum(rate * np.diff(ends))])
    return np.asarray(np.interp(fraction * reached[-1], reached, ends))


def _mean_squared(mass: float, state: FinalState, prongs: Prongs, q: FloatArray) -> FloatArray:
    """Squared amplitude at masses of the pair, averaged over its angle."""
    nodes, weights = _ANGLES
    values = _squared(mass, state, prongs, q[:, None], nodes[None, :])
    return np.asarray(0.5 * values @ weights)


def _angular_weight(
    mass: float, state: FinalState, prongs: Prongs, q: FloatArray, cosine: FloatArray
) -> FloatArray:
    """Density of the cosine of the pair's angle at every mass, over its mean."""
    if state.squared_amplitude is None:
        return np.ones_like(q)
    mean = np.maximum(_mean_squared(mass, state, prongs, q), np.finfo(np.float64).tiny)
    return np.asarray(_squared(mass, state, prongs, q, cosine) / mean)


def _squared(
    mass: float, state: FinalState, prongs: Prongs, q: FloatArray, cosine: FloatArray
) -> FloatArray:
    """Squared amplitude at masses of the pair and cosines of its first prong to its flight."""
    shape = np.broadcast_shapes(q.shape, cosine.shape)
    if state.squared_amplitude is None:
        return np.ones(shape)
    assert prongs.neutral is not None
    m_first, m_second = (mass_of(code) for code in prongs.codes)
    m_neutral = mass_of(prongs.neutral)
    size, recoil = pair_momentum(q, m_first, m_second), pair_momentum(mass, q, m_neutral)
    # In the rest frame of the pair, where the neutral one goes backward.
    against = recoil * mass / q
    other = np.hypot(against, m_neutral)
    products = {
        frozenset((0, 1)): np.broadcast_to(0.5 * (q**2 - m_first**2 - m_second**2), shape),
        frozenset((0, 2)): np.hypot(size, m_first) * other + size * against * cosine,
        frozenset((1, 2)): np.hypot(size, m_second) * other - size * against * cosine,
    }
    # Places of first prong, second prong and neutral one among the products.
    charged = iter((0, 1))
    role = [next(charged) if charge(code) else 2 for code in state.products]
    masses = (m_first, m_second, m_neutral)
    first, second, third = (masses[r] for r in role)
    return state.squared_amplitude(
        Products(
            (first, second, third),
            products[frozenset((role[0], role[1]))],
            products[frozenset((role[0], role[2]))],
            products[frozenset((role[1], role[2]))],
        )
    )
