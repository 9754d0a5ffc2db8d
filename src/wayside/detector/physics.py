"""How a simulation follows particles through the detector."""

from dataclasses import dataclass
from typing import Literal

PhysicsList = Literal["FTFP_BERT", "QGSP_BERT", "QGSP_BIC"]


@dataclass(frozen=True)
class Physics:
    """How particles are followed.

    The defaults are those of the section ``[geant4]`` of a scenario.

    Parameters
    ----------
    physics_list
        Name of the physics list of Geant4.
    production_cut
        Range in mm below which secondaries are not followed but counted as deposited on the spot.
    margin
        Thickness of the air around the detector in mm; particles may start there.
    plate_slabs
        Number of slabs that a plate is cut into: Geant4 turns a particle at the end of a step, and
        does not shift it sideways (muons, hadrons) or hardly (electrons, near a boundary), so one
        step a plate puts all of its scattering at its back.
    """

    physics_list: PhysicsList = "FTFP_BERT"
    production_cut: float = 0.7
    margin: float = 100.0
    plate_slabs: int = 4
