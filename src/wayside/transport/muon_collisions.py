"""Collisions of muons from which one energetic particle comes: cross-sections and angles.

Electrons that are knocked on (B. Rossi, High-Energy Particles, 1952; PDG review, section 34.2.4):

    dsigma/dT = 2 pi r_e^2 m_e / (beta^2 T^2) (1 - beta^2 T / T_max + T^2 / (2 E^2))

for each electron, with the kinetic energy T of the electron and the energy E of the muon. Radiative
corrections, below 1 per cent at some GeV, are left out.

Bremsstrahlung (S. R. Kelner, R. P. Kokoulin and A. A. Petrukhin, as in D. E. Groom, N. V. Mokhov
and S. I. Striganov, At. Data Nucl. Data Tables 78 (2001) 183, section 4.2): with nu = k / E, the
mass M of the muon, delta = M^2 nu / (2 E (1 - nu)) and a = alpha (2 r_e m_e / M)^2 (4/3 - 4/3 nu +
nu^2) / nu,

    dsigma/dnu = a Z^2 (ln[(B M / m_e) Z^(-1/3) / (1 + delta sqrt(e) B Z^(-1/3) / m_e)]
    - ln[D / (1 + delta (D sqrt(e) - 2) / M)]) + a Z (ln[(M / delta) / (M delta / m_e^2 + sqrt(e))]
    - ln[1 + m_e / (delta B' Z^(-2/3) sqrt(e))])

for nuclei (with the form factor D = 1.54 A^0.27, none for hydrogen) and for their electrons;
B = 182.7 and B' = 1429, for hydrogen 202.4 and 446. Angles of photons are those of
dN ~ dr^2 / (1 + r^2)^2 with r = theta E / M (Y.-S. Tsai, Rev. Mod. Phys. 46 (1974) 815), up to
k theta = E - k.

Energies in MeV, lengths in mm.
"""

import math
from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np

from wayside import constants
from wayside.detector.materials import ELEMENTS, Material
from wayside.typing import FloatArray

M_ELECTRON: Final = 1e3 * constants.M_ELECTRON
"""Mass of the electron in MeV."""

CLASSICAL_RADIUS: Final = 2.8179403205e-12
"""Classical radius of the electron in mm (CODATA 2022)."""

PER_MOLE: Final = 6.02214076e23

ROOT_E: Final = math.exp(0.5)


class Collision(Protocol):
    """A kind of collision.

    Attributes
    ----------
    creator
        Geant4's name of the process.
    pdg
        PDG number of the particle that comes out.
    """

    creator: str
    pdg: int

    def largest(self, energy: FloatArray, mass: float) -> FloatArray:
        """Largest kinetic energy of what comes out, shape (n,).

        Parameters
        ----------
        energy, mass
            Total energies in MeV of the muons, shape (n,), and their mass.
        """

    def rate(
        self, material: Material, transfer: FloatArray, energy: FloatArray, mass: float
    ) -> FloatArray:
        """Collisions per mm and MeV, shape (n,); 0 above the largest transfer.

        Parameters
        ----------
        material
            In which the muons are.
        transfer
            Kinetic energies in MeV of what comes out, shape (n,).
        energy, mass
            As for `largest`.
        """

    def cosine(
        self, transfer: FloatArray, energy: FloatArray, mass: float, rng: np.random.Generator
    ) -> FloatArray:
        """Cosine of the angle to the muon, shape (n,); parameters as for `rate`."""


class KnockOn:
    """An electron that is knocked on."""

    creator = "Ionisation"
    pdg = 11

    def largest(self, energy: FloatArray, mass: float) -> FloatArray:
        """As `Collision.largest`.

        Examples
        --------
        >>> KnockOn().largest(np.array([2500.0]), 105.658).round(1).tolist()
        [464.8]
        """
        squared = energy**2 - mass**2
        denominator = mass**2 + M_ELECTRON**2 + 2.0 * M_ELECTRON * energy
        return np.asarray(2.0 * M_ELECTRON * squared / denominator)

    def rate(
        self, material: Material, transfer: FloatArray, energy: FloatArray, mass: float
    ) -> FloatArray:
        """As `Collision.rate`."""
        electrons = 1e-3 * material.density * material.electrons_per_nucleon * PER_MOLE
        largest = self.largest(energy, mass)
        beta2 = 1.0 - (mass / energy) ** 2
        front = 2.0 * np.pi * CLASSICAL_RADIUS**2 * M_ELECTRON / (beta2 * transfer**2)
        shape = 1.0 - beta2 * transfer / largest + 0.5 * (transfer / energy) ** 2
        return np.asarray(electrons * np.where(transfer <= largest, front * shape, 0.0))

    def cosine(
        self, transfer: FloatArray, energy: FloatArray, mass: float, rng: np.random.Generator
    ) -> FloatArray:
        """As `Collision.cosine`: fixed by the energies."""
        del rng
        momentum = np.sqrt(transfer * (transfer + 2.0 * M_ELECTRON))
        incoming = np.sqrt(energy**2 - mass**2)
        return np.asarray(np.minimum((energy + M_ELECTRON) * transfer / (momentum * incoming), 1.0))


class Bremsstrahlung:
    """A photon."""

    creator = "muBrems"
    pdg = 22

    def largest(self, energy: FloatArray, mass: float) -> FloatArray:
        """As `Collision.largest`."""
        return np.asarray(energy - mass)

    def rate(
        self, material: Material, transfer: FloatArray, energy: FloatArray, mass: float
    ) -> FloatArray:
        """As `Collision.rate`."""
        open_ = transfer < self.largest(energy, mass)
        nu = np.where(open_, transfer / energy, 0.5)
        total = np.zeros(np.broadcast(transfer, energy).shape)
        for symbol, fraction in material.fractions.items():
            z, weight = ELEMENTS[symbol]
            atoms = 1e-3 * material.density * fraction / weight * PER_MOLE
            total += atoms * bremsstrahlung_of_element(z, weight, nu, energy, mass)
        return np.asarray(np.where(open_, total / energy, 0.0))

    def cosine(
        self, transfer: FloatArray, energy: FloatArray, mass: float, rng: np.random.Generator
    ) -> FloatArray:
        """As `Collision.cosine`."""
        gamma = energy / mass
        squared = (gamma * np.minimum(1.0, energy / transfer - 1.0)) ** 2
        x = rng.random(len(transfer)) * squared / (1.0 + squared)
        return np.asarray(np.cos(np.sqrt(x / (1.0 - x)) / gamma))


def bremsstrahlung_of_element(
    z: int, weight: float, nu: FloatArray, energy: FloatArray, mass: float
) -> FloatArray:
    """Cross-section dsigma/dnu of bremsstrahlung of an atom in mm^2, shape (n,).

    Parameters
    ----------
    z, weight
        Atomic number, and weight in g/mol.
    nu
        Energies of the photon relative to those of the muon, shape (n,).
    energy, mass
        Total energies in MeV of the muons, shape (n,), and their mass.
    """
    screening, inner = (202.4, 446.0) if z == 1 else (182.7, 1429.0)
    delta = mass**2 * nu / (2.0 * energy * (1.0 - nu))
    nucleus = screening * z ** (-1.0 / 3.0)
    of_nucleus = np.log(nucleus * mass / M_ELECTRON / (1.0 + delta * ROOT_E * nucleus / M_ELECTRON))
    if z > 1:
        size = 1.54 * weight**0.27
        of_nucleus = of_nucleus - np.log(size / (1.0 + delta * (size * ROOT_E - 2.0) / mass))
    of_electrons = np.log(mass / delta / (mass * delta / M_ELECTRON**2 + ROOT_E)) - np.log1p(
        M_ELECTRON / (delta * inner * z ** (-2.0 / 3.0) * ROOT_E)
    )
    # An electron at rest takes up too little momentum for photons near the end.
    open_ = nu < 1.0 / (1.0 + mass**2 / (2.0 * M_ELECTRON * energy))
    logarithms = z * z * np.maximum(of_nucleus, 0.0)
    logarithms += z * np.where(open_, np.maximum(of_electrons, 0.0), 0.0)
    front = constants.ALPHA * (2.0 * CLASSICAL_RADIUS * M_ELECTRON / mass) ** 2
    return np.asarray(front * (4.0 / 3.0 * (1.0 - nu) + nu**2) / nu * logarithms)


COLLISIONS: Final[Mapping[str, Collision]] = {
    "knock-on": KnockOn(),
    "bremsstrahlung": Bremsstrahlung(),
}
"""Collisions from which vertices come, by name."""
