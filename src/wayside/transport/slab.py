"""A slab of one material in Geant4: particles in, everything that leaves it out.

For shields too deep to be crossed by brute force: what leaves one slab enters the next, and the
few that survive are drawn again before it (`resampled`).
"""

import os
from typing import Any, Final

import numpy as np

from wayside.detector.materials import Material
from wayside.detector.physics import Physics
from wayside.transport.crossings import MM
from wayside.transport.datasets import VARIABLE, DataSets
from wayside.transport.engine import require_calzone
from wayside.transport.geometry import CM
from wayside.typing import StructuredArray

MOVER: Final = np.dtype(
    [
        ("primary", np.int64),
        ("track", np.int32),
        ("pdg", np.int32),
        ("energy", np.float64),
        ("position", np.float64, 3),
        ("direction", np.float64, 3),
        ("weight", np.float64),
    ]
)
"""A particle on a face: kinetic energy in MeV, position in mm, unit direction; ``primary`` is the
row of the particle that entered and from which it comes, ``track`` 1 if it is that itself."""

BATCH: Final = 500
"""Primaries followed at a time; bounds memory, changes no result."""

_SKIN: Final = 1e-3
"""Depth in mm at which particles start: on the face itself Geant4 may take them to be outside."""


class Slab:
    """A slab in vacuum, its front face at z = 0; one physics list per process.

    Parameters
    ----------
    material
        Density and composition of the slab.
    thickness
        Thickness in mm along z.
    size
        Widths in mm along x and y.
    physics, data
        How particles are followed, and data sets, as for `wayside.transport.engine.Engine`.

    Raises
    ------
    InputError
        If the engine is not installed.
    """

    def __init__(
        self,
        material: Material,
        thickness: float,
        size: tuple[float, float],
        physics: Physics,
        data: DataSets,
    ) -> None:
        require_calzone()
        os.environ[VARIABLE] = str(data.folder)
        import calzone

        self.thickness = thickness
        mixture = {
            "density": material.density,
            "state": material.state,
            "composition": {f"G4_{symbol}": w for symbol, w in material.fractions.items()},
        }
        box = [size[0] * CM, size[1] * CM, thickness * CM]
        definition = {
            "World": {
                "box": [side + 2.0 for side in box],
                "material": "G4_Galactic",
                "Slab": {"box": box, "material": material.name, "role": ["catch_outgoing"]},
            },
            "materials": {"mixtures": {material.name: mixture}},
        }
        self._calzone = calzone
        self._simulation = calzone.Simulation(calzone.Geometry(definition))
        self._simulation.physics.had_model = physics.physics_list
        self._simulation.physics.default_cut = physics.production_cut * CM
        self._simulation.sample_deposits = None
        self._simulation.sample_particles = True

    def cross(self, particles: StructuredArray, seed: int) -> StructuredArray:
        """Follow particles from the front face.

        Parameters
        ----------
        particles
            Rows of `MOVER` at z = 0, moving toward +z.
        seed
            Seed of the random numbers, odd.

        Returns
        -------
        array
            Rows of `MOVER`: all that leave, on any side; weights are inherited.
        """
        start = self._calzone.particles(len(particles))
        start["pid"] = particles["pdg"]
        start["energy"] = particles["energy"]
        start["direction"] = particles["direction"]
        start["position"] = particles["position"] * CM
        start["position"][:, 2] = (_SKIN - 0.5 * self.thickness) * CM
        self._simulation.random.seed = seed
        parts = [np.empty(0, MOVER)]
        for first in range(0, len(start), BATCH):
            result = self._simulation.run(start[first : first + BATCH])
            for volume in (_particles(result) or {}).values():
                rows = np.empty(len(volume), MOVER)
                rows["primary"] = volume["event"] + first
                rows["track"] = volume["tid"]
                rows["pdg"] = volume["pid"]
                rows["energy"] = volume["energy"]
                rows["position"] = volume["position"] * MM
                rows["position"][:, 2] += 0.5 * self.thickness
                rows["direction"] = volume["direction"]
                rows["weight"] = particles["weight"][rows["primary"]]
                parts.append(rows)
        return np.concatenate(parts)

    def through(self, particles: StructuredArray, seed: int) -> StructuredArray:
        """Follow particles from the front face, and return those that leave by the back face."""
        leaving = self.cross(particles, seed)
        at_back = leaving["position"][:, 2] > self.thickness - _SKIN
        return np.asarray(leaving[at_back & (leaving["direction"][:, 2] > 0.0)])


def _particles(result: Any) -> Any:
    """Of a run of calzone, which returns the particles bare where nothing else is asked for."""
    return result if isinstance(result, dict) or result is None else result.particles


def beam(pdg: int, energy: float, number: int) -> StructuredArray:
    """Particles of one energy (MeV, kinetic) at the centre of the face, weights adding up to 1."""
    rows = np.zeros(number, MOVER)
    rows["primary"] = np.arange(number)
    rows["pdg"] = pdg
    rows["energy"] = energy
    rows["direction"][:, 2] = 1.0
    rows["weight"] = 1.0 / number
    return rows


def resampled(particles: StructuredArray, number: int, rng: np.random.Generator) -> StructuredArray:
    """So many particles of equal weights that stand for the given ones; unbiased.

    Systematic resampling: each appears its expected number of times, rounded up or down.
    """
    total = float(particles["weight"].sum())
    edges = np.cumsum(particles["weight"]) * (number / total)
    which = np.searchsorted(edges, np.arange(number) + rng.random(), side="right")
    rows = particles[np.minimum(which, len(particles) - 1)].copy()
    rows["weight"] = total / number
    rows["primary"] = np.arange(number)
    rows["position"][:, 2] = 0.0
    return np.asarray(rows)
