"""The beams: energies, crossing angle, and the frame in which they balance."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wayside.errors import InputError
from wayside.typing import FloatArray


@dataclass(frozen=True)
class Beams:
    """Two beams that cross in the x-z plane of the laboratory.

    The electrons go toward +z and the positrons toward -z, and both tilt toward +x by half the
    crossing angle. The electron mass is neglected against the beam energies.

    Parameters
    ----------
    electron_energy, positron_energy
        Beam energies in GeV.
    crossing_angle
        Full angle between one beam and the reverse of the other, in radians.

    Raises
    ------
    InputError
        If an energy is not positive and finite, or the angle outside [0, pi/2).

    Examples
    --------
    >>> round(Beams(7.007, 4.000, 0.083).sqrt_s, 4)
    10.5792
    """

    electron_energy: float
    positron_energy: float
    crossing_angle: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be a beam."""
        for name in ("electron_energy", "positron_energy"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0.0):
                raise InputError(f"collider.{name} = {value}: must be positive and finite (GeV)")
        if not 0.0 <= self.crossing_angle < 0.5 * np.pi:
            raise InputError(
                f"collider.crossing_angle = {self.crossing_angle}: must be in [0, pi/2) rad"
            )

    @classmethod
    def symmetric(cls, sqrt_s: float) -> "Beams":
        """Beams of equal energies head-on, with ``sqrt_s`` in GeV."""
        return cls(0.5 * sqrt_s, 0.5 * sqrt_s)

    @cached_property
    def sqrt_s(self) -> float:
        """Centre-of-mass energy in GeV."""
        product = self.electron_energy * self.positron_energy
        return float(2.0 * np.sqrt(product) * np.cos(0.5 * self.crossing_angle))

    @cached_property
    def four_momenta(self) -> FloatArray:
        """Four-momenta of electrons and positrons in the laboratory in GeV, shape (2, 4)."""
        half = 0.5 * self.crossing_angle
        across, along = np.sin(half), np.cos(half)
        electrons = self.electron_energy * np.array([1.0, across, 0.0, along])
        return np.stack([electrons, self.positron_energy * np.array([1.0, across, 0.0, -along])])

    @cached_property
    def boost(self) -> FloatArray:
        """Velocity of the centre of mass in the laboratory, shape (3,), in units of c."""
        half = 0.5 * self.crossing_angle
        total = self.electron_energy + self.positron_energy
        difference = self.electron_energy - self.positron_energy
        return np.array([np.sin(half), 0.0, difference / total * np.cos(half)])

    @cached_property
    def frame(self) -> FloatArray:
        """Right-handed axes of the centre of mass in laboratory components, rows x, y, z.

        The boost between the frames is free of rotation; the z axis is the electrons' direction
        in the centre of mass and y stays that of the laboratory.
        """
        half = 0.5 * self.crossing_angle
        momentum = self.electron_energy * np.array([np.sin(half), 0.0, np.cos(half)])
        z = boosted(momentum, self.electron_energy, -self.boost)
        z /= np.linalg.norm(z)
        y = np.array([0.0, 1.0, 0.0])
        return np.stack([np.cross(y, z), y, z])


def boosted(momentum: FloatArray, energy: float, velocity: FloatArray) -> FloatArray:
    """Momentum seen from the frame that moves with ``-velocity``: an active boost by ``velocity``.

    Parameters
    ----------
    momentum, energy
        Three-momentum, shape (3,), and energy, in GeV.
    velocity
        Boost velocity, shape (3,), in units of c.
    """
    speed2 = float(velocity @ velocity)
    gamma = 1.0 / np.sqrt(1.0 - speed2)
    along = float(velocity @ momentum)
    # (gamma - 1)/v^2 written so that it survives v = 0.
    factor = gamma * gamma / (gamma + 1.0) * along + gamma * energy
    return np.asarray(momentum + factor * velocity)
