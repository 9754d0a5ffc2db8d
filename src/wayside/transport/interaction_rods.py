"""What comes out of an inelastic interaction: thin rods of one material each in empty space.

A particle flies along a rod until it interacts; all that it makes leaves the rod at once. The
states at birth are those of Geant4's own final states, so that an interaction of a given energy in
a given material costs microseconds, wherever in a detector it is then placed.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from wayside.detector.materials import Material
from wayside.detector.physics import Physics
from wayside.transport.datasets import VARIABLE, DataSets
from wayside.transport.engine import require_calzone
from wayside.transport.geometry import CM, box_of, mixtures
from wayside.transport.records import track_keys
from wayside.typing import FloatArray, IntArray, StructuredArray

DENSITY: Final = 10.0
"""g/cm^3 of all rods: probabilities depend on g/cm^2, final states on neither."""

LENGTH: Final = 60.0
"""Length of a rod in mm, some third of an interaction length."""

WIDTH: Final = 0.01
"""Width of a rod in mm: what leaves sideways has crossed 0.01 g/cm^2."""

APART: Final = 10.0
"""Distance of the rods in mm."""

ROUNDS: Final = 1000
"""Times that a particle is sent again until it interacts."""

INELASTIC: Final = b"Inelastic"
ELASTIC: Final = b"Elastic"
"""Geant4's names of processes."""

PRODUCT: Final = np.dtype(
    [
        ("interaction", np.int64),
        ("pdg", np.int64),
        ("ux", np.float64),
        ("uy", np.float64),
        ("uz", np.float64),
        ("kinetic_energy", np.float64),
    ]
)
"""A particle out of an interaction: number of the interaction, direction, and energy in MeV."""


class Rods:
    """Geant4 with a rod of each material in it.

    Parameters
    ----------
    materials
        Materials of the rods.
    physics
        How particles are followed.
    data
        Data sets, from `wayside.transport.datasets.find`.

    Raises
    ------
    InputError
        If the engine is not installed.
    """

    def __init__(self, materials: Sequence[Material], physics: Physics, data: DataSets) -> None:
        require_calzone()
        os.environ[VARIABLE] = str(data.folder)
        import calzone

        self.materials = tuple(material.name for material in materials)
        self._calzone = calzone
        size = APART * (len(materials) + 1)
        world = box_of((size, APART, 2.0 * LENGTH), "G4_Galactic")
        centred = np.arange(len(materials)) - 0.5 * (len(materials) - 1)
        self._places = np.asarray(APART * centred, dtype=np.float64)
        for number, material in enumerate(materials):
            rod = box_of((WIDTH, WIDTH, LENGTH), f"Rod{material.name}")
            world[f"R{number}"] = rod | {"position": [self._places[number] * CM, 0.0, 0.0]}
        # Geant4 knows materials by name, in all geometries of a process.
        solid = {f"Rod{m.name}": replace(m, density=DENSITY, state="solid") for m in materials}
        definition = {"World": world, "materials": {"mixtures": mixtures(solid)}}
        self._simulation = calzone.Simulation(calzone.Geometry(definition))
        self._simulation.physics.had_model = physics.physics_list
        self._simulation.physics.default_cut = physics.production_cut * CM
        self._simulation.sample_deposits = None
        self._simulation.sample_particles = False
        self._simulation.tracking = True

    def products(
        self, pdg: int, material: IntArray, directions: FloatArray, energies: FloatArray, seed: int
    ) -> StructuredArray:
        """Let particles interact inelastically, once each.

        Parameters
        ----------
        pdg
            Number of the particles.
        material
            Index in ``materials`` of each, shape (n,).
        directions
            Unit vectors, shape (n, 3).
        energies
            Kinetic energies in MeV, shape (n,).
        seed
            Odd number.

        Returns
        -------
        StructuredArray
            Rows of `PRODUCT`, by interaction; an interaction that leaves nothing has none.
        """
        self._simulation.random.seed = seed
        waiting = np.arange(len(energies))
        parts = [np.empty(0, PRODUCT)]
        for _ in range(ROUNDS):
            if not len(waiting):
                break
            done, rows = self._once(pdg, self._places[material[waiting]], energies[waiting])
            rows["interaction"] = waiting[rows["interaction"]]
            parts.append(rows)
            waiting = waiting[~done]
        if len(waiting):
            raise RuntimeError(f"{len(waiting)} particles do not interact with any nucleus")
        rows = np.concatenate(parts)
        rows = rows[np.argsort(rows["interaction"], kind="stable")]
        outgoing = np.stack([rows[f"u{axis}"] for axis in "xyz"], axis=1)
        turned = along(outgoing, directions[rows["interaction"]])
        for axis, name in enumerate("xyz"):
            rows[f"u{name}"] = turned[:, axis]
        return rows

    def _once(self, pdg: int, x: FloatArray, energies: FloatArray) -> tuple[Any, StructuredArray]:
        """Send particles once: which have interacted, and what came out along the axis z."""
        particles = self._calzone.particles(len(x))
        particles["pid"] = pdg
        particles["energy"] = energies
        particles["position"][:, 0] = x * CM
        particles["position"][:, 2] = -0.499 * LENGTH * CM
        particles["direction"] = [0.0, 0.0, 1.0]
        result = self._simulation.run(particles)
        tracks, points = result.tracks, result.vertices
        primary = points[points["tid"] == 1]
        done = np.zeros(len(x), dtype=np.bool_)
        done[primary["event"][primary["process"] == INELASTIC].astype(np.int64)] = True
        # It would interact with less than its energy.
        done[primary["event"][primary["process"] == ELASTIC].astype(np.int64)] = False
        made = (tracks["parent"] == 1) & (tracks["creator"] == INELASTIC)
        tracks = tracks[made & done[tracks["event"].astype(np.int64)]]
        # Points of a particle follow one another: the first one is its birth.
        names, first = np.unique(track_keys(points["event"], points["tid"]), return_index=True)
        wanted = track_keys(tracks["event"], tracks["tid"])
        birth = points[first[np.searchsorted(names, wanted)]]
        rows = np.empty(len(tracks), PRODUCT)
        rows["interaction"], rows["pdg"] = tracks["event"], tracks["pid"]
        for axis, name in enumerate("xyz"):
            rows[f"u{name}"] = birth["direction"][:, axis]
        rows["kinetic_energy"] = birth["energy"]
        return done, rows


def along(vectors: FloatArray, axes: FloatArray) -> FloatArray:
    """Turn vectors with the shortest rotation of the axis z to other axes.

    Parameters
    ----------
    vectors, axes
        Vectors, and unit vectors to which z turns; shape (n, 3).

    Examples
    --------
    >>> along(np.array([[0.0, 0.0, 2.0]]), np.array([[0.0, 1.0, 0.0]])).tolist()
    [[0.0, 2.0, 0.0]]
    """
    x, y, z = axes.T
    # Rodrigues' formula about the axis (-y, x, 0); a half turn has no shortest one.
    scale = 1.0 / np.maximum(1.0 + z, 1e-12)
    across = -y * vectors[:, 1] - x * vectors[:, 0]
    turned = np.stack(
        [
            vectors[:, 0] + x * (vectors[:, 2] + scale * across),
            vectors[:, 1] + y * (vectors[:, 2] + scale * across),
            z * vectors[:, 2] + across,
        ],
        axis=1,
    )
    back = (z < -1.0 + 1e-12)[:, None]
    return np.asarray(np.where(back, vectors * [1.0, -1.0, -1.0], turned))
