"""How excited states of e+ e- -> gamma A', A' -> 1 2 fly: ridges and caustics in closed form.

The density peaks where the excited state can come from an A' along a beam. Along a direction these
are the ridges of `wayside.production.radiative_spectrum`; where two of them merge, a cone about the
flight of that A', is the caustic. Derived in docs/theory, sections "In the laboratory" and "Over
the face of a detector".
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from wayside.collider.beams import Beams, boosted
from wayside.models.protocol import Model
from wayside.production.flight import NO_CAUSTIC, Caustic
from wayside.production.frames import Frames, frames_of, rapidity_offset
from wayside.production.radiative import REGULATOR, RadiativeShape, Regulator, radiative_shape
from wayside.production.radiative_spectrum import rapidity_density, segments
from wayside.production.spectrum import register_segments
from wayside.typing import FloatArray


class RadiativeConstants(NamedTuple):
    """Numbers that the density along a direction needs."""

    shape: RadiativeShape
    gamma: float
    boost_cm: tuple[float, float, float]
    """Four-velocity of the centre of mass, of `Frames`."""


class RadiativeFlight(NamedTuple):
    """Density of the excited states of one mass point, energies in units of sqrt(s)."""

    mass: float
    """Mass of the excited state."""
    frames: Frames
    energy_low: float
    energy_high: float
    """Limits of the excited state's energy in the centre of mass."""
    ridges: FloatArray
    """Space components of the four-velocity of an A' along either beam, shape (2, 3)."""
    ridge_width: float
    """Twice m_e/sqrt(s) times the A' four-velocity: width of a ridge per transverse momentum."""
    constants: RadiativeConstants

    @property
    def shape(self) -> RadiativeShape:
        """Constants of the density in the centre of mass."""
        return self.constants.shape

    @property
    def symmetric(self) -> bool:
        """Whether the density is the same all around the electrons' direction."""
        return self.frames.symmetric

    def polar_axis(self, toward: FloatArray) -> FloatArray:
        """Axis about which the caustic nearest to ``toward`` is a cone, a unit vector (3,)."""
        ridge = self.ridges[self._nearest_ridge(toward)]
        speed = math.sqrt(ridge @ ridge)
        return np.asarray(self.frames.axes[2] if speed < 1e-12 else ridge / speed)

    def caustic(self, axis: FloatArray) -> Caustic:
        """Polar angle and width at which the ridge about ``axis`` turns back."""
        # Of this ridge alone: a boost can send both A' the same way, each with its own caustic.
        return self._turning(self.ridges[self._nearest_ridge(axis)])

    def edges(self, axis: FloatArray) -> FloatArray:
        """Cones on which the density is not smooth, see `wayside.production.flight.Flight`.

        Where the range of rapidities opens or splits, for excited states slower than the boost,
        and the caustic of the ridge that ``axis`` does not belong to.
        """
        boost = self.frames.boost
        other = self.ridges[1 - self._nearest_ridge(axis)]
        limits = [(boost, self.energy_low, 0.0), (boost, self.energy_high, 0.0)]
        limits.append((other, self.shape.e_star, self._turning(other).width))
        rows: list[list[float]] = []
        for velocity, energy, width in limits:
            speed = math.sqrt(velocity @ velocity)
            ratio = math.sqrt(max(0.0, (energy / self.mass - 1.0) * (energy / self.mass + 1.0)))
            if speed < 1e-12 or ratio >= speed:
                continue
            rows.append([*(velocity / speed), math.sqrt(1.0 - (ratio / speed) ** 2), width])
        return np.array(rows).reshape(-1, 5)

    def _turning(self, ridge: FloatArray) -> Caustic:
        """Angle to a ridge, of a given four-velocity, at which it turns back."""
        x, y, z = ridge.tolist()
        shape = self.shape
        return _caustic(self.mass, shape.p_star, shape.e_star, self.ridge_width, (x, y, z))

    def _nearest_ridge(self, toward: FloatArray) -> int:
        """Which ridge points best along a direction, the faster one if both are parallel."""
        speeds = [math.sqrt(ridge @ ridge) for ridge in self.ridges]
        faster = 0 if speeds[0] > speeds[1] else 1
        if min(speeds) < 1e-12:
            return faster
        pairs = zip(self.ridges, speeds, strict=True)
        cosines = [float(ridge @ toward) / speed for ridge, speed in pairs]
        if abs(cosines[0] - cosines[1]) < 1e-12 * math.sqrt(toward @ toward):
            return faster
        return 0 if cosines[0] > cosines[1] else 1


@lru_cache(maxsize=64)
def _caustic(
    mass: float, p_star: float, e_star: float, ridge_width: float, along: tuple[float, float, float]
) -> Caustic:
    """Caustic of one ridge, asked for with every detector and order.

    Parameters
    ----------
    mass, p_star, e_star, ridge_width
        Of the flight and its shape.
    along
        Four-velocity of the ridge.
    """
    ridge = np.array(along)
    ratio = p_star / mass
    speed = math.sqrt(ridge @ ridge)
    if ratio >= speed:
        return NO_CAUSTIC
    angle = math.asin(ratio / speed)
    axis = ridge / speed
    across = np.eye(3)[int(np.argmin(np.abs(axis)))]
    across = across - (across @ axis) * axis
    across /= np.linalg.norm(across)
    direction = math.cos(angle) * axis + math.sin(angle) * across
    _, origin = rapidity_offset(ridge, direction)
    transverse = mass * math.sinh(origin) * math.sin(angle)
    spread = ridge_width * transverse
    # Where (mass scale)^2 = (e_star + i spread)^2, continued to complex polar angle.
    slope = mass**2 * speed**2 * math.sin(angle) * math.cos(angle)
    width = spread * e_star / slope if slope > 0.0 else 0.0
    return Caustic(angle, max(width, 1e-12))


register_segments(RadiativeFlight, segments, RadiativeConstants, rapidity_density)


def radiative_flight(
    model: Model, beams: Beams, regulator: Regulator = REGULATOR
) -> RadiativeFlight:
    """Flight of excited states from e+ e- -> gamma A', A' -> 1 2.

    Parameters
    ----------
    model, beams
        Masses and the collider.
    regulator
        Treatment of the electron mass.

    Raises
    ------
    InputError
        If ``m1 + m2 < m_aprime < sqrt_s`` does not hold.
    """
    shape = radiative_shape(model, beams.sqrt_s, regulator)
    frames = frames_of(beams)
    flight = shape.gamma_a * shape.beta_a
    ridges = np.stack(
        [
            boosted(sign * flight * frames.axes[2], shape.gamma_a, beams.boost)
            for sign in (1.0, -1.0)
        ]
    )
    return RadiativeFlight(
        mass=model.m1 / beams.sqrt_s,
        frames=frames,
        energy_low=shape.gamma_a * (shape.e_star - shape.beta_a * shape.p_star),
        energy_high=shape.gamma_a * (shape.e_star + shape.beta_a * shape.p_star),
        ridges=ridges,
        ridge_width=flight * math.sqrt(shape.gap * (1.0 + shape.beta_bottom)),
        constants=RadiativeConstants(shape, frames.gamma, frames.boost_cm),
    )
