"""Muons through iron, tungsten and lead: mean energy loss, what it stops, how far it scatters.

The losses are those of `wayside.backgrounds.muon_loss`; derived in docs/theory/backgrounds.md.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from wayside.backgrounds.klong_shield import Shield
from wayside.backgrounds.muon_loss import Medium, energy_after, energy_before
from wayside.constants import M_MUON
from wayside.detector.materials import IRON, LEAD, TUNGSTEN, Material
from wayside.typing import FloatArray

LOSS_ERROR: Final = 0.03
"""Relative error of the energy loss in a shield: 1 per cent of the mean loss, 1 to 2 for paths that
scattering makes longer, 1 to 2 for fluctuations, which let some through below the threshold. Geant4
through slabs agrees within it (tests/backgrounds/test_muon_shield.py)."""

_MATERIALS: Final[dict[Medium, Material]] = {"iron": IRON, "tungsten": TUNGSTEN, "lead": LEAD}


def layers(shield: Shield, scale: float = 1.0) -> list[tuple[Medium, float]]:
    """Media in the order in which they are crossed, with their grammage in g/cm^2.

    Parameters
    ----------
    shield
        Thicknesses; what has none is left out.
    scale
        Factor of all grammages.
    """
    thickness: dict[Medium, float] = {
        "iron": shield.iron,
        "tungsten": shield.tungsten,
        "lead": shield.lead,
    }
    return [
        (medium, 100.0 * metres * _MATERIALS[medium].density * scale)
        for medium, metres in thickness.items()
        if metres > 0.0
    ]


def energy_behind(kinetic: ArrayLike, shield: Shield, scale: float = 1.0) -> FloatArray:
    """Mean kinetic energy in GeV of muons behind a shield; 0 where they stop.

    Parameters
    ----------
    kinetic
        Kinetic energies in GeV in front of it, of any shape.
    shield
        What they cross.
    scale
        Factor of the energy loss, for its error.

    Examples
    --------
    >>> shield = Shield(iron=0.3, tungsten=1.3)
    >>> [round(float(e), 2) for e in energy_behind([3.5, 4.0, 5.0], shield)]
    [0.0, 0.19, 0.98]
    """
    energy = np.asarray(kinetic, dtype=np.float64)
    for medium, grammage in layers(shield, scale):
        energy = energy_after(energy, grammage, medium)
    return energy


def energy_before_shield(kinetic: ArrayLike, shield: Shield, scale: float = 1.0) -> FloatArray:
    """Mean kinetic energy in GeV in front of a shield of muons that come out with some.

    Parameters
    ----------
    kinetic, shield, scale
        As for `energy_behind`, the energies behind it.
    """
    energy = np.asarray(kinetic, dtype=np.float64)
    for medium, grammage in reversed(layers(shield, scale)):
        energy = energy_before(energy, grammage, medium)
    return energy


def threshold(shield: Shield, scale: float = 1.0) -> float:
    """Kinetic energy in GeV that a muon needs to cross a shield, on average.

    Examples
    --------
    >>> round(threshold(Shield(iron=0.3, tungsten=1.3)), 2)
    3.8
    """
    return float(energy_before_shield(0.0, shield, scale))


def scattering_angle(kinetic: ArrayLike, shield: Shield, steps: int = 40) -> FloatArray:
    """Standard deviation of the direction behind a shield, projected on a plane, in rad.

    Parameters
    ----------
    kinetic
        Kinetic energies in GeV in front of it, shape (n,).
    shield
        What they cross.
    steps
        Layers into which each metal is divided.

    Returns
    -------
    FloatArray
        Shape (n,); 0 where the muon stops.

    Notes
    -----
    Highland's formula (PDG review, section 34.3), with the logarithm of the whole thickness and
    (p beta)^-2 averaged over the way.
    """
    energy = np.atleast_1d(np.asarray(kinetic, dtype=np.float64))
    variance = np.zeros_like(energy)
    lengths = 0.0
    for medium, grammage in layers(shield):
        step = grammage / steps / _MATERIALS[medium].radiation_length
        for _ in range(steps):
            after = energy_after(energy, grammage / steps, medium)
            middle = np.maximum(0.5 * (energy + after), 1e-3)
            # p beta = p^2/E = T (T + 2 m)/(T + m).
            hardness = middle * (middle + 2.0 * M_MUON) / (middle + M_MUON)
            variance += step * (13.6e-3 / hardness) ** 2
            lengths += step
            energy = after
    if lengths == 0.0:
        return np.zeros_like(energy)
    logarithm = 1.0 + 0.038 * math.log(lengths)
    return np.asarray(np.where(energy > 0.0, np.sqrt(variance) * logarithm, 0.0))
