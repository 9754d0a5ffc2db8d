"""What the detector is made of: compositions, and the lengths that follow from them.

Densities in g/cm^3, lengths in cm or in g/cm^2 where the name says so, energies in MeV.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from wayside.constants import ALPHA, M_ELECTRON
from wayside.errors import InputError

State = Literal["solid", "gas"]

_WEIGHTS: Final = (
    "H:1.008 He:4.0026 Li:6.94 Be:9.01218 B:10.81 C:12.011 N:14.007 O:15.999 F:18.9984 Ne:20.1797 "
    "Na:22.9898 Mg:24.305 Al:26.9815 Si:28.085 P:30.9738 S:32.06 Cl:35.45 Ar:39.95 K:39.0983 "
    "Ca:40.078 Sc:44.9559 Ti:47.867 V:50.9415 Cr:51.9961 Mn:54.938 Fe:55.845 Co:58.9332 "
    "Ni:58.6934 Cu:63.546 Zn:65.38 Ga:69.723 Ge:72.63 As:74.9216 Se:78.971 Br:79.904 Kr:83.798 "
    "Rb:85.4678 Sr:87.62 Y:88.9058 Zr:91.224 Nb:92.9064 Mo:95.95 Tc:98 Ru:101.07 Rh:102.905 "
    "Pd:106.42 Ag:107.868 Cd:112.414 In:114.818 Sn:118.71 Sb:121.76 Te:127.6 I:126.904 Xe:131.293 "
    "Cs:132.905 Ba:137.327 La:138.905 Ce:140.116 Pr:140.908 Nd:144.242 Pm:145 Sm:150.36 "
    "Eu:151.964 Gd:157.25 Tb:158.925 Dy:162.5 Ho:164.93 Er:167.259 Tm:168.934 Yb:173.045 "
    "Lu:174.967 Hf:178.486 Ta:180.948 W:183.84 Re:186.207 Os:190.23 Ir:192.217 Pt:195.084 "
    "Au:196.967 Hg:200.592 Tl:204.38 Pb:207.2 Bi:208.98 Po:209 At:210 Rn:222 Fr:223 Ra:226 Ac:227 "
    "Th:232.038 Pa:231.036 U:238.029 "
)

ELEMENTS: Final[Mapping[str, tuple[int, float]]] = MappingProxyType(
    {
        symbol: (z, float(weight))
        for z, (symbol, weight) in enumerate((item.split(":") for item in _WEIGHTS.split()), 1)
    }
)
"""Atomic number and weight in g/mol by symbol (IUPAC 2021 weights, by way of periodictable)."""

_NUCLEAR_LENGTHS: Final = (
    (1.008, 52.0),
    (12.011, 85.8),
    (14.007, 89.7),
    (15.999, 90.2),
    (26.98, 107.2),
    (39.95, 119.7),
    (55.845, 132.1),
    (63.546, 137.3),
    (118.71, 166.7),
    (183.84, 191.9),
    (207.2, 199.6),
)
"""Atomic weight and nuclear interaction length in g/cm^2 (PDG, Atomic and nuclear properties)."""

_FIRST_LOGARITHMS: Final = {1: (5.31, 6.144), 2: (4.79, 5.621), 3: (4.74, 5.805), 4: (4.71, 5.924)}


def radiation_length_of(z: int, weight: float) -> float:
    """Radiation length of an element in g/cm^2 (Tsai's formula; PDG review, section 34.4.2)."""
    # a = (alpha Z)^2; f(Z) is the Coulomb correction, good to four places up to uranium.
    a = (z * ALPHA) ** 2
    coulomb = a * (1.0 / (1.0 + a) + 0.20206 - 0.0369 * a + 0.0083 * a**2 - 0.002 * a**3)
    elastic, inelastic = _FIRST_LOGARITHMS.get(
        z, (math.log(184.15 * z ** (-1 / 3)), math.log(1194.0 * z ** (-2 / 3)))
    )
    return 716.408 * weight / (z * z * (elastic - coulomb) + z * inelastic)


def interaction_length_of(weight: float) -> float:
    """Nuclear interaction length in g/cm^2, interpolated in atomic weight to 1 per cent."""
    known = np.log(_NUCLEAR_LENGTHS)
    return float(np.exp(np.interp(math.log(weight), known[:, 0], known[:, 1])))


@dataclass(frozen=True)
class Material:
    """A mixture of elements.

    Parameters
    ----------
    name
        Letters and digits, capitalised; Geant4 knows it by that.
    density
        Density in g/cm^3.
    fractions
        Mass fractions by symbol of the element; they must add up to 1 within 1e-3 and are scaled
        to do so exactly.
    state
        ``"solid"`` or ``"gas"``.

    Raises
    ------
    InputError
        If an element is unknown or the fractions do not add up to 1.
    """

    name: str
    density: float
    fractions: Mapping[str, float] = field(hash=False)
    state: State = "solid"

    def __post_init__(self) -> None:
        """Check."""
        for symbol in self.fractions:
            if symbol not in ELEMENTS:
                raise InputError(f'{self.name}: no element "{symbol}"')
        total = sum(self.fractions.values())
        if not abs(total - 1.0) <= 1e-3 or min(self.fractions.values()) < 0.0:
            raise InputError(f"{self.name}: mass fractions add up to {total:g}, not to 1")
        scaled = {symbol: value / total for symbol, value in self.fractions.items() if value > 0.0}
        object.__setattr__(self, "fractions", scaled)

    @property
    def radiation_length(self) -> float:
        """Radiation length in g/cm^2: elements add by mass fraction over their own."""
        parts = (w / radiation_length_of(*ELEMENTS[s]) for s, w in self.fractions.items())
        return 1.0 / sum(parts)

    @property
    def interaction_length(self) -> float:
        """Nuclear interaction length in g/cm^2."""
        parts = (w / interaction_length_of(ELEMENTS[s][1]) for s, w in self.fractions.items())
        return 1.0 / sum(parts)

    @property
    def electrons_per_nucleon(self) -> float:
        """Mean Z/A in mol/g."""
        return sum(w * ELEMENTS[s][0] / ELEMENTS[s][1] for s, w in self.fractions.items())

    @property
    def critical_energy(self) -> float:
        """Where an electron loses as much to ionisation in a radiation length as it has, in MeV.

        Rossi's definition with the Berger-Seltzer collision loss on the Fermi plateau, where the
        density effect leaves only the plasma energy (derived in docs/theory/detector.md). Within
        5 per cent of the PDG's for medium nuclei; 11 per cent high for lead, which is not yet on
        its plateau there.
        """
        plasma = 28.816e-6 * math.sqrt(self.density * self.electrons_per_nucleon)
        electron = 1e3 * M_ELECTRON
        energy = 20.0
        for _ in range(30):
            log = math.log(energy / (2.0 * electron)) + 2.0 * math.log(electron / plasma)
            loss = 0.153537 * self.electrons_per_nucleon * (log + 1.125)
            energy = loss * self.radiation_length
        return energy


def air() -> Material:
    """Dry air near sea level (PDG)."""
    return Material(
        "Air", 1.205e-3, {"C": 0.000124, "N": 0.755267, "O": 0.231781, "Ar": 0.012828}, "gas"
    )


def argon_co2(argon: float) -> Material:
    """A chamber gas at 20 degrees and one atmosphere.

    Parameters
    ----------
    argon
        Fraction of argon by volume; the rest is carbon dioxide.
    """
    weights = {"Ar": 39.95 * argon, "C": 12.011 * (1 - argon), "O": 31.998 * (1 - argon)}
    total = sum(weights.values())
    # 24.055 litres: a mole of an ideal gas at 293.15 K and 101325 Pa.
    fractions = {symbol: weight / total for symbol, weight in weights.items()}
    return Material("ChamberGas", total / 24055.0, fractions, "gas")


COPPER: Final = Material("Copper", 8.96, {"Cu": 1.0})
LEAD: Final = Material("Lead", 11.35, {"Pb": 1.0})
KAPTON: Final = Material(
    "Kapton", 1.42, {"H": 0.026362, "C": 0.691133, "N": 0.07327, "O": 0.209235}
)
POLYSTYRENE: Final = Material("Polystyrene", 1.06, {"H": 0.077418, "C": 0.922582})
FR4: Final = Material("Fr4", 1.86, {"Si": 0.2804, "O": 0.3948, "C": 0.2964, "H": 0.0284})
"""Circuit board: 60 per cent by mass of quartz glass, 40 of epoxy (bisphenol A, C21H24O4)."""
IRON: Final = Material("Iron", 7.874, {"Fe": 1.0})
TUNGSTEN: Final = Material("Tungsten", 19.3, {"W": 1.0})
ROCK: Final = Material(
    "Rock",
    2.5,
    {
        "O": 0.4732,
        "Si": 0.2813,
        "Al": 0.0823,
        "Fe": 0.0508,
        "Ca": 0.0366,
        "Na": 0.0284,
        "K": 0.0263,
        "Mg": 0.0211,
    },
)
"""Continental crust: the eight elements above 1 per cent (Clarke and Washington 1924), scaled to 1;
the density is the study's."""
CONCRETE: Final = Material(
    "Concrete",
    2.3,
    {
        "H": 0.01,
        "C": 0.001,
        "O": 0.529107,
        "Na": 0.016,
        "Mg": 0.002,
        "Al": 0.033872,
        "Si": 0.337021,
        "K": 0.013,
        "Ca": 0.044,
        "Fe": 0.014,
    },
)
"""Ordinary concrete (NIST, Portland)."""
POLYETHYLENE: Final = Material("Polyethylene", 0.94, {"H": 0.143711, "C": 0.856289})
ALUMINIUM: Final = Material("Aluminium", 2.699, {"Al": 1.0})
CAESIUM_IODIDE: Final = Material("CaesiumIodide", 4.51, {"Cs": 0.511549, "I": 0.488451})

BY_NAME: Final[Mapping[str, Material]] = MappingProxyType(
    {
        "air": air(),
        "aluminium": ALUMINIUM,
        "caesium-iodide": CAESIUM_IODIDE,
        "concrete": CONCRETE,
        "copper": COPPER,
        "iron": IRON,
        "lead": LEAD,
        "polyethylene": POLYETHYLENE,
        "rock": ROCK,
        "tungsten": TUNGSTEN,
    }
)
"""Materials of a hall by the names that scenarios use."""
