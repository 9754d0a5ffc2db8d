"""What a particle meets between two sheets: scattering and energy loss of one layer.

Scattering by Highland's formula as in the PDG review (34.16); mean ionisation loss by Bethe's
formula (34.5) with Sternheimer's density effect for iron (R. M. Sternheimer, M. J. Berger and
S. M. Seltzer, At. Data Nucl. Data Tables 30 (1984) 261). The films and the base of a sheet are
counted to the plate before them, by radiation lengths and by mass; all of a gas detector is one
slab between two blocks.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wayside import constants
from wayside.compiled import njit

if TYPE_CHECKING:
    from wayside.detector.materials import Material
    from wayside.detector.stack import Stack


M_ELECTRON = 1e3 * constants.M_ELECTRON
M_MUON = 1e3 * constants.M_MUON
"""MeV, as everything in the reconstruction."""

_K = 0.307075  # MeV cm^2 / mol
_I = 2.86e-4  # MeV, mean excitation energy of iron
_Z_OVER_A = 0.4657
_C, _X0, _X1, _A, _M = 4.2911, -0.0012, 3.1531, 0.1468, 2.9632


class Tail(NamedTuple):
    """The wide one of the two normal distributions that scattering angles are a mixture of."""

    fraction: float
    """Fraction of the angles that belong to it."""
    width2: float
    """Its variance relative to that of the narrow one."""


class Absorber(NamedTuple):
    """One layer and one gap as compiled code takes them."""

    plate: float
    """Thickness of a plate in mm."""
    radiation_lengths: float
    """Thickness of a layer in radiation lengths."""
    mass: float
    """Thickness of a layer in g/cm^2 of iron."""
    spread2: float
    """Variance in mm^2 of the depth of a layer's material, weighted by radiation lengths."""
    gap_radiation_lengths: float
    """Thickness of a gas detector in radiation lengths."""
    gap_mass: float
    """Thickness of a gas detector in g/cm^2 of iron."""
    gap_spread2: float
    """Variance in mm^2 of the depth of a gas detector's material."""
    core2: float
    """Variance of the narrow angles relative to that of Highland's formula."""
    tail: Tail
    """The wide angles."""


@dataclass(frozen=True)
class Layer:
    """A plate with the sheet behind it, and what lies between two blocks.

    The defaults are those of the study's layers, as `from_stack` gives them.

    Parameters
    ----------
    radiation_lengths
        Thickness of a layer at normal incidence, in radiation lengths.
    mass
        Thickness in g/cm^2 of the iron in which as much energy is lost.
    spread
        Standard deviation in depth of what lies between the middles of two bases, by radiation
        lengths, in mm: a tenth of it is in films, far from the middle.
    gap_radiation_lengths, gap_mass
        The same of the gas detector.
    gap_centre, gap_spread
        Of the gas detector's material: distance of its centre of gravity, by radiation lengths,
        from the back of the block before it, and its standard deviation in depth, in mm.
    core, tail_fraction, tail_width
        Scattering angles of a layer are a mixture of two normal distributions: one of ``core``
        times Highland's width and, for a fraction ``tail_fraction`` of the angles, one
        ``tail_width`` times wider than that (fitted to Geant4's angles, docs/theory).
    """

    radiation_lengths: float = 0.03422
    mass: float = 0.4786
    spread: float = 0.1680
    gap_radiation_lengths: float = 0.01652
    gap_mass: float = 0.5058
    gap_centre: float = 4.915
    gap_spread: float = 3.193
    core: float = 0.965
    tail_fraction: float = 0.065
    tail_width: float = 2.45

    @classmethod
    def from_stack(cls, stack: "Stack") -> "Layer":
        """Take thicknesses and compositions from the detector's description."""
        plate, film, base, _ = ((slab.material, slab.thickness) for slab in stack.emulsion_layer)
        half = (base[0], 0.5 * base[1])
        lengths, mass, _, spread = _sums([half, film, plate, film, half])
        between = _sums([(layer.material, layer.thickness) for layer in stack.gas_detector])
        return cls(lengths, mass, spread, *between)

    def absorber(self, plate: float) -> Absorber:
        """Collect what compiled code takes.

        Parameters
        ----------
        plate
            Thickness of a plate in mm.

        Returns
        -------
        Absorber
            One layer and one gap.
        """
        return Absorber(
            plate=float(plate),
            radiation_lengths=float(self.radiation_lengths),
            mass=float(self.mass),
            spread2=float(self.spread**2),
            gap_radiation_lengths=float(self.gap_radiation_lengths),
            gap_mass=float(self.gap_mass),
            gap_spread2=float(self.gap_spread**2),
            core2=float(self.core**2),
            tail=Tail(float(self.tail_fraction), float(self.tail_width**2)),
        )


def iron_equivalent(material: "Material") -> float:
    """Energy loss per g/cm^2 relative to iron's, by Bethe's formula at beta gamma = 2.

    There the density effect is below 3 per cent in all materials, and nearly cancels. Excitation
    energies by element from Sternheimer's rule, 12 Z + 7 eV up to Z = 12 and
    9.76 Z + 58.8 Z^-0.19 eV above.
    """
    from wayside.detector.materials import ELEMENTS

    total = 0.0
    for symbol, fraction in material.fractions.items():
        z, weight = ELEMENTS[symbol]
        excitation = 1e-6 * (12.0 * z + 7.0 if z < 13 else 9.76 * z + 58.8 * z**-0.19)
        total += fraction * z / weight * (np.log(8.0 * M_ELECTRON / excitation) - 0.8)
    return float(total / (_Z_OVER_A * (np.log(8.0 * M_ELECTRON / _I) - 0.8)))


def _sums(slabs: "list[tuple[Material, float]]") -> tuple[float, float, float, float]:
    """Radiation lengths, mass as iron, centre and spread by radiation lengths of slabs in mm."""
    lengths = mass = first = second = z = 0.0
    for material, thickness in slabs:
        grams = material.density * thickness / 10.0
        thickness_x0 = grams / material.radiation_length
        lengths += thickness_x0
        mass += grams * iron_equivalent(material)
        middle = z + 0.5 * thickness
        first += thickness_x0 * middle
        second += thickness_x0 * (middle * middle + thickness * thickness / 12.0)
        z += thickness
    if lengths == 0.0:
        return 0.0, 0.0, 0.0, 0.0
    centre = first / lengths
    return lengths, mass, centre, float(np.sqrt(second / lengths - centre * centre))


@njit(nogil=True)
def highland(radiation_lengths: float, p: float, beta: float) -> float:
    """Width of the projected scattering angle in rad.

    Parameters
    ----------
    radiation_lengths
        Length of the path in radiation lengths.
    p
        Momentum in MeV.
    beta
        Velocity.
    """
    width = 13.6 / (beta * p) * np.sqrt(radiation_lengths)
    return float(width * (1.0 + 0.038 * np.log(radiation_lengths / beta**2)))


@njit(nogil=True)
def bethe(p: float, mass: float) -> float:
    """Mean ionisation loss of a unit charge in iron in MeV cm^2/g.

    Parameters
    ----------
    p, mass
        Momentum and mass in MeV.
    """
    bg = p / mass
    beta2 = bg * bg / (1.0 + bg * bg)
    gamma = np.sqrt(1.0 + bg * bg)
    ratio = M_ELECTRON / mass
    largest = 2.0 * M_ELECTRON * bg * bg / (1.0 + 2.0 * gamma * ratio + ratio * ratio)
    x = np.log10(bg)
    delta = 0.0
    if x > _X0:
        delta = 2.0 * np.log(10.0) * x - _C
        if x < _X1:
            delta += _A * (_X1 - x) ** _M
    bracket = 0.5 * np.log(2.0 * M_ELECTRON * bg * bg * largest / _I**2) - beta2 - 0.5 * delta
    return float(_K * _Z_OVER_A / beta2 * bracket)


@njit(nogil=True)
def after(p: float, mass: float, g_cm2: float, radiation_lengths: float, radiates: bool) -> float:
    """Momentum in MeV after so much iron, zero if the particle stops in it.

    Parameters
    ----------
    p, mass
        Momentum and mass in MeV.
    g_cm2, radiation_lengths
        The way.
    radiates
        Whether an electron's mean bremsstrahlung is taken off, too.
    """
    energy = np.sqrt(p * p + mass * mass)
    if radiates:
        energy *= np.exp(-radiation_lengths)
    # Below bg = 0.1 Bethe's formula no longer holds; such a particle stops here.
    if energy * energy <= 1.01 * mass * mass:
        return 0.0
    momentum = np.sqrt(energy * energy - mass * mass)
    loss = g_cm2 * bethe(momentum, mass)
    if loss > 0.02 * (energy - mass):
        # The loss grows as the particle slows: take that half-way.
        half = energy - 0.5 * loss
        if half * half <= 1.01 * mass * mass:
            return 0.0
        loss = g_cm2 * bethe(np.sqrt(half * half - mass * mass), mass)
    energy -= loss
    if energy <= mass:
        return 0.0
    return float(np.sqrt(energy * energy - mass * mass))
