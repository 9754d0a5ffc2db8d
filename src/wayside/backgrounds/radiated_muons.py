"""Muons of e+ e- -> mu+ mu- with photons off the beams, over laboratory directions and momenta.

Soft photons are taken along the beams (`wayside.backgrounds.collinear_photons`) and integrated over
in the fraction x of the energy that they take, where the radiator has its pole. Hard ones, at any
angle (`wayside.backgrounds.hard_photons`), are integrated over in the momentum of the muon, where
nothing is singular: at one x the density over directions ends like an inverse square root as soon
as the pair is boosted faster than the muon. Derived in docs/theory/backgrounds.md.
"""

import math
from typing import Final

import numpy as np

from wayside.backgrounds.collinear_photons import Muons, beams_along, behind_soft_photons
from wayside.backgrounds.hard_photons import behind_hard_photons
from wayside.collider.beams import Beams
from wayside.constants import M_MUON
from wayside.typing import FloatArray

SPLIT: Final = 0.03
"""Least x = 1 - s'/s of hard photons, whose angles count."""

SOFT_NODES: Final = 12
"""Gauss-Legendre nodes for soft photons off one beam."""

HARD_NODES: Final = 28
"""Between two edges of the momenta behind hard photons: rates into a detector to 1e-3."""


def radiated_muons(
    beams: Beams,
    directions: FloatArray,
    least_energy: float,
    split: float = SPLIT,
    nodes: tuple[int, int] = (SOFT_NODES, HARD_NODES),
) -> Muons:
    """Muons of both charges from the continuum with photons off the beams.

    Parameters
    ----------
    beams
        The collider.
    directions
        Unit vectors in the laboratory, shape (n, 3).
    least_energy
        Smallest energy of muons that count in GeV, above the mass.
    split
        Fraction x = 1 - s'/s between soft photons, which are along a beam, and hard ones.
    nodes
        Gauss-Legendre nodes for soft photons off one beam, and between two edges for hard ones.
    """
    least = math.sqrt(max(least_energy**2 - M_MUON**2, 1e-12))
    parts = [
        behind_soft_photons(beams, along, least, split, nodes[0])
        for along in beams_along(beams, directions)
    ]
    hard = behind_hard_photons(beams, directions, least, split, nodes[1])
    parts.append(Muons(np.hypot(hard.momentum, M_MUON) - M_MUON, hard.density * hard.weights))
    return Muons(
        np.concatenate([part.kinetic for part in parts], axis=1),
        np.concatenate([part.weights for part in parts], axis=1),
    )
