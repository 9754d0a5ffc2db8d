"""How long-lived particles of one production process fly through the laboratory: the protocol.

A flight is a named tuple, so that compiled code takes it as it is. Its class says in Python where
the density over directions is not smooth, and registers compiled functions for its density along
one direction (`wayside.production.spectrum`). Energies are in units of sqrt(s).
"""

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from wayside.production.frames import Frames
from wayside.typing import FloatArray

FAR_AWAY = 1e6
"""Width of the map about a caustic whose singularity the map of the panel's ends removes."""


class Caustic(NamedTuple):
    """Cone about a polar axis on which the density, integrated over energy, is nearly singular."""

    angle: float = 0.0
    """Polar angle in radians."""
    width: float = 0.0
    """Width in radians of the peak there, 0 for no caustic."""
    inverse_root: bool = False
    """Whether the density diverges there as an integrable inverse square root."""


NO_CAUSTIC = Caustic()


def boost_axis(frames: Frames) -> FloatArray:
    """Direction of the boost, a unit vector (3,); that of the electrons without a boost."""
    speed = float(np.linalg.norm(frames.boost))
    return np.asarray(frames.boost / speed if speed > 1e-12 else frames.axes[2])


class _Framed(Protocol):
    @property
    def frames(self) -> Frames: ...


class AboutBoost:
    """Methods of a `Flight` whose polar axis is the boost and whose density is smooth.

    A class of its fields inherits them, and overrides those that say where it is not smooth.
    """

    __slots__ = ()

    @property
    def symmetric(self: _Framed) -> bool:
        """Whether the density is the same all around the electrons' direction."""
        return self.frames.symmetric

    def polar_axis(self: _Framed, toward: FloatArray) -> FloatArray:
        """Direction of the boost, a unit vector (3,); that of the electrons without a boost."""
        return boost_axis(self.frames)

    def caustic(self, axis: FloatArray) -> Caustic:
        """No peaks."""
        return NO_CAUSTIC

    def edges(self, axis: FloatArray) -> FloatArray:
        """No cones, shape (0, 5)."""
        return np.empty((0, 5))


@runtime_checkable
class Flight(Protocol):
    """The density of one process's long-lived particles at one mass point and collider."""

    @property
    def mass(self) -> float:
        """Mass of the particle that flies, in units of sqrt(s)."""

    @property
    def frames(self) -> Frames:
        """Frame in which the density depends on energy and angle to the third axis alone."""

    @property
    def symmetric(self) -> bool:
        """Whether the density is the same all around its polar axis."""

    def polar_axis(self, toward: FloatArray) -> FloatArray:
        """Axis about which the caustic nearest to ``toward`` is a cone, a unit vector (3,)."""

    def caustic(self, axis: FloatArray) -> Caustic:
        """Caustic about an axis from `polar_axis`."""

    def edges(self, axis: FloatArray) -> FloatArray:
        """Further cones on which the density over directions is not smooth.

        Returns
        -------
        ndarray
            Rows of axis (3), cosine of the opening angle, and width in radians of the peak there,
            0 for a root without any; shape (n, 5).
        """
