"""How densely a film is blackened: grains as a function of energy loss and path.

A straight path meets 3 f / (2 d) spheres of diameter d and volume fraction f per unit length
(number density 6 f / (pi d^3) times cross-section pi d^2 / 4). Each is developed with a
probability 1 - exp(-k dE/dx), so that the grain density rises with the loss and saturates where
every crystal on the way is developed; k follows from the density of a minimum-ionising particle.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wayside.errors import InputError
from wayside.typing import FloatArray

UM = 1e-3
"""A micrometre in mm."""


@dataclass(frozen=True)
class Emulsion:
    """The response of a film; lengths in um.

    The defaults are those of the section ``[emulsion]`` of a scenario; their origins are in
    docs/theory/reconstruction.md.

    Parameters
    ----------
    crystal
        Diameter of a silver-bromide crystal in um.
    halide_fraction
        Volume fraction of the crystals.
    grain_density
        Number of developed grains per um of a minimum-ionising particle.
    minimum_loss
        Energy loss of that particle in the emulsion in keV/um.
    fog
        Number of random grains per um^3.
    grain_error
        Error of a grain's measured position along x and y in um, without the crystal's own size.
    depth_error
        Error of a grain's measured position along z in um.
    distortion
        Random shear of a film in rad: the slope error of a micro-track beyond that of its grains.
    alignment
        Position error common to a sheet in um.
    tube
        Radius of the tube in which grains are counted to a micro-track in um.
    threshold
        Smallest number of grains of a micro-track.
    largest_slope
        Largest tangent, along x and y together, that the scanning looks for.

    Raises
    ------
    InputError
        If the grain density is beyond what the crystals allow.
    """

    crystal: float = 0.2
    halide_fraction: float = 0.45
    grain_density: float = 0.40
    minimum_loss: float = 0.52
    fog: float = 3e-3
    grain_error: float = 0.3
    depth_error: float = 1.0
    distortion: float = 5e-3
    alignment: float = 0.3
    tube: float = 0.7
    threshold: int = 8
    largest_slope: float = 1.0

    def __post_init__(self) -> None:
        """Check."""
        if self.grain_density >= self.crystals_met:
            raise InputError(
                f"emulsion.grain_density = {100 * self.grain_density:g}: must be below"
                f" {100 * self.crystals_met:.4g}, the crystals that 100 um of path meet"
            )

    @property
    def crystals_met(self) -> float:
        """Crystals that a path of 1 um meets."""
        return 1.5 * self.halide_fraction / self.crystal

    @property
    def across(self) -> float:
        """Error of a grain across the path in um: the measurement's and the crystal's own.

        A sphere that is hit has its centre anywhere in a disc of its radius around the path.
        """
        return math.hypot(self.grain_error, 0.25 * self.crystal)

    def grains_per_um(self, loss: npt.ArrayLike) -> FloatArray:
        """Developed grains per um of path.

        Parameters
        ----------
        loss
            Energy loss dE/dx in keV/um.
        """
        sensitivity = -math.log1p(-self.grain_density / self.crystals_met) / self.minimum_loss
        return self.crystals_met * -np.expm1(-sensitivity * np.asarray(loss, dtype=np.float64))

    def fog_in_tube(self, path: npt.ArrayLike) -> FloatArray:
        """Fog grains expected beside a path of so many um."""
        return np.pi * self.tube**2 * self.fog * np.asarray(path, dtype=np.float64)
