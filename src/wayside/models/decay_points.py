"""Decays of the excited state as points of a quadrature: spread evenly, weighted, not drawn.

The same distributions as in docs/theory, section "Three-body decay": mass q of the visible pair by
dGamma/dq, its flight isotropic, then the axis of the pair by the squared matrix element. Points of
an additive recurrence by the roots of x^6 = x + 1 fill the five-dimensional cube evenly (as does a
golden ratio the line), so that means of smooth functions converge nearly as 1/n.
"""

from typing import Final, NamedTuple

import numpy as np

from wayside.constants import LEPTON_MASSES, M_PION
from wayside.errors import InputError, check_choice
from wayside.models.excited import rate_below_top
from wayside.models.mediator import lepton_factor
from wayside.models.protocol import Model
from wayside.models.r_ratio import continuum
from wayside.typing import FloatArray

MASSES: Final = {"e": LEPTON_MASSES["e"], "mu": LEPTON_MASSES["mu"], "hadrons": M_PION}
"""Mass of each of the two charged particles of a channel in GeV; hadrons are taken as pions."""

FORWARD: Final = 2.0
"""Power of the even number that the angle of the pair's flight follows: more of them forward."""

_CELLS: Final = 256
"""Number of cells of the table of dGamma/dq that is inverted."""

STEPS: Final = 1.1347241384015194 ** -np.arange(1.0, 6.0)
"""Steps of the recurrence along the five axes of the cube."""


class DecayPoints(NamedTuple):
    """Pairs in the rest frame of the excited state, z along its flight; GeV."""

    weight: FloatArray
    """Weights whose sum is 1 up to rounding and the error of the rule, shape (n,)."""
    energy: FloatArray
    """Energies of both particles in GeV, shape (n, 2)."""
    momentum: FloatArray
    """Momenta of both particles in GeV, shape (n, 2, 3)."""


def decay_points(model: Model, channel: str, number: int) -> DecayPoints:
    """Points that average over the decays of the excited state in one channel.

    Parameters
    ----------
    model
        Masses and current of the pair.
    channel
        ``"e"``, ``"mu"``, or ``"hadrons"``: pairs of pions with the spectrum of R(s).
    number
        Number of points.

    Raises
    ------
    InputError
        If there is no such channel, or it is closed.
    """
    check_choice("channel", channel, MASSES)
    mass, splitting = MASSES[channel], model.m1 - model.m2
    if splitting <= 2.0 * mass:
        raise InputError(f"channel = {channel!r}: closed at m1 - m2 = {splitting:g} GeV")
    cube = (0.5 + np.arange(1, number + 1)[:, None] * STEPS) % 1.0
    q = _masses(model, channel, mass, splitting, cube[:, 0])
    beta2 = 1.0 - (2.0 * mass / q) ** 2
    # More of them forward, where a detector may see both particles.
    toward = cube[:, 1] ** FORWARD
    weight = FORWARD * cube[:, 1] ** (FORWARD - 1.0)
    flight = directions(1.0 - 2.0 * toward, 2.0 * np.pi * cube[:, 2])
    cosine = 2.0 * cube[:, 3] - 1.0
    axis = turned_to(directions(cosine, 2.0 * np.pi * cube[:, 4]), flight)
    size = (0.5 * q * np.sqrt(beta2))[:, None] * axis
    recoil = _recoil(model, splitting, q)
    half = np.stack([0.5 * q, 0.5 * q], axis=1)
    energy, momentum = pair_in_flight(half, size, (recoil / q)[:, None] * flight)
    weight *= _angular_weight(model, channel, q, beta2, cosine)
    return DecayPoints(weight / number, energy, momentum)


def _masses(
    model: Model, channel: str, mass: float, splitting: float, fraction: FloatArray
) -> FloatArray:
    """Mass of the pair below which a fraction of the decays lies."""
    # Finer toward both ends: thresholds, and the cubic fall of phase space.
    place = 0.5 * (1.0 - np.cos(np.pi * np.arange(_CELLS + 1) / _CELLS))
    ends = 2.0 * mass + (splitting - 2.0 * mass) * place
    middle = 0.5 * (ends[1:] + ends[:-1])
    factor = continuum(middle) if channel == "hadrons" else lepton_factor(middle, mass)
    rate = rate_below_top(model, splitting - middle, model.m_aprime, model.m1, model.m2)
    reached = np.concatenate([[0.0], np.cumsum(rate * factor * np.diff(ends))])
    return np.asarray(np.interp(fraction * reached[-1], reached, ends))


def _recoil(model: Model, splitting: float, q: FloatArray) -> FloatArray:
    total = model.m1 + model.m2
    product = (splitting - q) * (splitting + q) * (total - q) * (total + q)
    return np.asarray(np.sqrt(np.maximum(product, 0.0)) / (2.0 * model.m1))


def _angular_weight(
    model: Model, channel: str, q: FloatArray, beta2: FloatArray, cosine: FloatArray
) -> FloatArray:
    """Density of the cosine between the pair's axis and the dark current, over its mean."""
    a, b = model.current.decay((model.m1 - model.m2) - q, model.m1, model.m2)
    if channel == "hadrons":
        constant, quadratic = a, b
    else:
        constant, quadratic = a * (3.0 - beta2) + b, -b * beta2
    # At the very end of the spectrum both vanish, and nothing decays.
    mean = np.maximum(constant + quadratic / 3.0, np.finfo(np.float64).tiny)
    return np.asarray((constant + quadratic * cosine**2) / mean)


def pair_in_flight(
    energy: FloatArray, momentum: FloatArray, four: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Energies (n, 2) and momenta (n, 2, 3) of a pair that moves.

    Parameters
    ----------
    energy
        Of both in their rest frame in GeV, shape (n, 2).
    momentum
        Of the first one there, the other's being opposite; shape (n, 3).
    four
        Momentum of the pair over its mass, shape (n, 3).
    """
    gamma = np.sqrt(1.0 + np.sum(four**2, axis=1))
    along = np.sum(momentum * four, axis=1)
    moved = np.stack(
        [
            sign * momentum + (sign * along / (1.0 + gamma) + energy[:, k])[:, None] * four
            for k, sign in enumerate((1.0, -1.0))
        ],
        axis=1,
    )
    return gamma[:, None] * energy + np.stack([along, -along], axis=1), moved


def directions(cosine: FloatArray, azimuth: FloatArray) -> FloatArray:
    """Unit vectors by cosine to z and azimuth, shape (n, 3)."""
    sine = np.sqrt((1.0 - cosine) * (1.0 + cosine))
    return np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=1)


def turned_to(vectors: FloatArray, axis: FloatArray) -> FloatArray:
    """Vectors given about z, about another axis instead; row by row."""
    x, y, z = axis.T
    sign = np.copysign(1.0, z)
    a = -1.0 / (sign + z)
    first = np.stack([1.0 + sign * x * x * a, sign * x * y * a, -sign * x], axis=1)
    second = np.stack([x * y * a, sign + y * y * a, -y], axis=1)
    return np.asarray(vectors[:, :1] * first + vectors[:, 1:2] * second + vectors[:, 2:] * axis)
