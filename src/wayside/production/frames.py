"""The laboratory and the centre of mass, in rapidity along one direction of the laboratory.

Energies are in units of sqrt(s), velocities four-velocities (gamma beta). Along one direction of
the laboratory the energy in any other frame is ``k cosh(eta - eta0)`` of the rapidity ``eta``
(momentum ``m sinh(eta)``), so every kinematic limit and every singularity is a closed form.
Derived in docs/theory, section "In the laboratory".
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from wayside.collider.beams import Beams
from wayside.compiled import njit
from wayside.typing import FloatArray

NO_BOOST = 1e-14
"""Transverse four-velocity up to which the density counts as symmetric about the electrons."""


class Frames(NamedTuple):
    """The centre of mass of a collider in its laboratory."""

    axes: FloatArray
    """Axes of the centre of mass in the laboratory, rows; the third along the electrons."""
    gamma: float
    """Time component of the four-velocity of the centre of mass."""
    boost: FloatArray
    """Its space components in the laboratory, shape (3,)."""
    boost_cm: tuple[float, float, float]
    """The same along the axes of the centre of mass."""

    @property
    def symmetric(self) -> bool:
        """Whether an azimuthal symmetry about the electrons survives the boost."""
        return math.hypot(self.boost_cm[0], self.boost_cm[1]) <= NO_BOOST


@lru_cache(maxsize=64)
def frames_of(beams: Beams) -> Frames:
    """Centre of mass of two beams, as compiled code takes it; arrays are not to be written to."""
    velocity = beams.boost
    gamma = 1.0 / math.sqrt(1.0 - float(velocity @ velocity))
    boost, axes = gamma * velocity, np.ascontiguousarray(beams.frame)
    x, y, z = axes @ boost
    return Frames(axes, gamma, boost, (float(x), float(y), float(z)))


@njit(error_model="numpy", inline="always")
def boost_in_place(energy, momentum, gamma, velocity):  # type: ignore[no-untyped-def]
    """Active boost of a four-vector by a four-velocity, the momentum in place.

    Parameters
    ----------
    energy, momentum
        The latter of shape (3,), which is changed.
    gamma, velocity
        Time and space part of the four-velocity.

    Returns
    -------
    float
        The energy after it.
    """
    along = 0.0
    for i in range(3):
        along += velocity[i] * momentum[i]
    factor = along / (gamma + 1.0) + energy
    for i in range(3):
        momentum[i] += factor * velocity[i]
    return gamma * energy + along


@njit(error_model="numpy")
def rapidity_offset(velocity, direction):  # type: ignore[no-untyped-def]
    """Scale and origin of the energy in a moving frame along a direction of the laboratory.

    ``energy = mass scale cosh(eta - origin)`` in the frame of four-velocity ``velocity`` (3,).
    """
    along = 0.0
    across2 = 0.0
    for i in range(3):
        j = (i + 1) % 3
        k = (i + 2) % 3
        along += velocity[i] * direction[i]
        across2 += (velocity[j] * direction[k] - velocity[k] * direction[j]) ** 2
    scale = math.sqrt(1.0 + across2)
    return scale, math.asinh(along / scale)


@njit(error_model="numpy")
def line_of_sight(frames, direction):  # type: ignore[no-untyped-def]
    """Direction along the axes of the centre of mass, and its product with the boost."""
    x = 0.0
    y = 0.0
    z = 0.0
    along = 0.0
    for i in range(3):
        x += frames.axes[0, i] * direction[i]
        y += frames.axes[1, i] * direction[i]
        z += frames.axes[2, i] * direction[i]
        along += frames.boost[i] * direction[i]
    return x, y, z, along


@njit(error_model="numpy", forceinline=True)
def in_centre_of_mass(gamma, boost_cm, sight, momentum, energy):  # type: ignore[no-untyped-def]
    """Energy, transverse and longitudinal momentum in the centre of mass.

    Parameters
    ----------
    gamma, boost_cm
        Fields of `Frames`.
    sight
        From `line_of_sight`.
    momentum, energy
        In the laboratory, in units of sqrt(s).
    """
    along = sight[3]
    factor = along * momentum / (gamma + 1.0) - energy
    px = momentum * sight[0] + factor * boost_cm[0]
    py = momentum * sight[1] + factor * boost_cm[1]
    pz = momentum * sight[2] + factor * boost_cm[2]
    return gamma * energy - along * momentum, math.sqrt(px * px + py * py), pz
