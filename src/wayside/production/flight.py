"""Constants that take a laboratory direction and rapidity to the density of excited states.

Energies are in units of sqrt(s), velocities four-velocities (gamma beta). Along one direction of
the laboratory the energy in any other frame is ``k cosh(eta - eta0)`` of the rapidity ``eta``
(momentum ``m sinh(eta)``), so every kinematic limit and every singularity is a closed form.
Derived in docs/theory, section "In the laboratory".
"""

import math
from typing import NamedTuple

import numpy as np

from wayside.collider.beams import Beams, boosted
from wayside.models.protocol import Model
from wayside.production.density import RadiativeShape
from wayside.production.direct import DirectShape, direct_shape
from wayside.production.radiative import Regulator, radiative_shape
from wayside.typing import FloatArray


class Flight(NamedTuple):
    """How excited states of one mass point fly through the laboratory."""

    on_shell: bool
    mass: float
    """Mass of the excited state."""
    frame: FloatArray
    """Axes of the centre of mass in the laboratory, rows; the third along the electrons."""
    boost_gamma: float
    boost: FloatArray
    """Four-velocity of the centre of mass: time component, and space components (3,)."""
    boost_cm: tuple[float, float, float]
    """The same space components along the axes of the centre of mass."""
    energy_low: float
    energy_high: float
    """Limits of the excited state's energy in the centre of mass."""
    ridges: FloatArray
    """Space components of the four-velocity of an A' along either beam, shape (2, 3)."""
    ridge_width: float
    """Twice m_e/sqrt(s) times the A' four-velocity: width of a ridge per transverse momentum."""
    radiative: RadiativeShape
    direct: DirectShape

    @property
    def symmetric(self) -> bool:
        """Whether the density is the same all around the electrons' direction."""
        return math.hypot(self.boost_cm[0], self.boost_cm[1]) <= 1e-14


_NO_RADIATION = RadiativeShape(0.5, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0)
_NO_PAIR = DirectShape(1.0, 0.0, 0.0, 0.0)


def on_shell_flight(model: Model, beams: Beams, regulator: Regulator = "exact") -> Flight:
    """Flight of excited states from e+ e- -> gamma A', A' -> 1 2.

    Raises
    ------
    InputError
        If ``m1 + m2 < m_aprime < sqrt_s`` does not hold.
    """
    shape = radiative_shape(model, beams.sqrt_s, regulator)
    gamma, boost, frame = _boost(beams)
    flight = shape.gamma_a * shape.beta_a
    ridges = np.stack(
        [boosted(sign * flight * frame[2], shape.gamma_a, beams.boost) for sign in (1.0, -1.0)]
    )
    return Flight(
        on_shell=True,
        mass=model.m1 / beams.sqrt_s,
        frame=frame,
        boost_gamma=gamma,
        boost=boost,
        boost_cm=_components(frame, boost),
        energy_low=shape.gamma_a * (shape.e_star - shape.beta_a * shape.p_star),
        energy_high=shape.gamma_a * (shape.e_star + shape.beta_a * shape.p_star),
        ridges=ridges,
        ridge_width=flight * math.sqrt(shape.gap * (1.0 + shape.beta_bottom)),
        radiative=shape,
        direct=_NO_PAIR,
    )


def off_shell_flight(model: Model, beams: Beams) -> Flight:
    """Flight of excited states from e+ e- -> A'* -> 1 2.

    Raises
    ------
    InputError
        If ``m1 + m2 < sqrt_s`` does not hold.
    """
    shape = direct_shape(model, beams.sqrt_s)
    gamma, boost, frame = _boost(beams)
    return Flight(
        on_shell=False,
        mass=model.m1 / beams.sqrt_s,
        frame=frame,
        boost_gamma=gamma,
        boost=boost,
        boost_cm=_components(frame, boost),
        energy_low=shape.energy,
        energy_high=shape.energy,
        ridges=np.zeros((2, 3)),
        ridge_width=0.0,
        radiative=_NO_RADIATION,
        direct=shape,
    )


def _components(frame: FloatArray, vector: FloatArray) -> tuple[float, float, float]:
    x, y, z = frame @ vector
    return float(x), float(y), float(z)


def _boost(beams: Beams) -> tuple[float, FloatArray, FloatArray]:
    velocity = beams.boost
    gamma = 1.0 / math.sqrt(1.0 - float(velocity @ velocity))
    return gamma, gamma * velocity, np.ascontiguousarray(beams.frame)
