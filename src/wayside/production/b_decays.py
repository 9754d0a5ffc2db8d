"""e+ e- -> Y(4S) -> B B, B -> K S and K*(892) S: a dark Higgs from penguin decays.

L = XI m_b sin(theta) S sbar P_R b + h.c. with XI = 3 m_t^2 V/(16 pi^2 v^3), V = CKM. Widths with
the form factors f0 and A0 of Ball and Zwicky (hep-ph/0406232, hep-ph/0412079), derived in
docs/theory/particles.md, which also says what the rates leave out. The B mesons go as sin^2 about
the beams.
"""

import math
from collections.abc import Callable
from functools import cached_property
from typing import ClassVar, Final, NamedTuple

from wayside.collider.beams import Beams
from wayside.constants import (
    FB_PER_NB,
    HBAR_C,
    HIGGS_VACUUM,
    M_B,
    M_B_NEUTRAL,
    M_ELECTRON,
    M_KAON,
    M_KAON_NEUTRAL,
    M_KSTAR,
    M_KSTAR_NEUTRAL,
    SPEED_OF_LIGHT,
)
from wayside.errors import InputError
from wayside.models.couplings import Couplings, Powers
from wayside.models.dark_higgs import MIXING_POWERS
from wayside.models.kinematics import kallen
from wayside.models.particle import ParticleModel
from wayside.production.pair_decays import PairDecay
from wayside.production.particle_process import FlightPart, ParticleProcess
from wayside.production.process import Treatment
from wayside.typing import FloatArray

RESONANCE: Final = (10.56, 10.60)
"""Energies in GeV at which collisions count as on the Y(4S)."""

CROSS_SECTION_NB: Final = 1.1
"""Visible cross-section e+ e- -> Y(4S) -> B B of the B factories in nb."""

TOP_MASS: Final = 172.57
"""Pole mass of the top quark in GeV; the MS-bar mass lowers all rates by 20%."""

CKM: Final = 0.0404
"""Modulus of V_ts V_tb."""

XI: Final = 3.0 * TOP_MASS**2 * CKM / (16.0 * math.pi**2 * HIGGS_VACUUM**3)
"""Coupling of S to sbar b over m_b and sin theta, in 1/GeV."""

PICOSECOND: Final = 1e3 * SPEED_OF_LIGHT * 1e-6 / HBAR_C
"""In 1/GeV: the speed of light is in metres per nanosecond."""

LIGHTEST: Final = 2.0 * M_ELECTRON
"""Least mass in GeV: below the electrons' threshold an S does not decay to anything visible."""


class Meson(NamedTuple):
    """A B meson."""

    mass: float
    """Mass of the meson in GeV."""
    lifetime_ps: float
    fraction: float
    """Of the B B pairs of the Y(4S) that consist of it."""


CHARGED: Final = Meson(M_B, 1.638, 0.514)
NEUTRAL: Final = Meson(M_B_NEUTRAL, 1.517, 0.486)


def f0(q2: float) -> float:
    """Scalar form factor of B -> K at q^2 in GeV^2, good to 7%."""
    return 0.330 / (1.0 - q2 / 37.46)


def a0(q2: float) -> float:
    """Pseudoscalar form factor of B -> K* at q^2 in GeV^2, good to 8%."""
    return 1.364 / (1.0 - q2 / 5.28**2) - 0.990 / (1.0 - q2 / 36.78)


def width_to_kaon(b_mass: float, kaon: float, mass: float) -> float:
    """Gamma(B -> K S)/(XI sin theta)^2 in GeV^3 with f0 = 1; 0 without phase space."""
    if mass + kaon >= b_mass:
        return 0.0
    root = math.sqrt(float(kallen(b_mass, kaon, mass)))
    return (b_mass**2 - kaon**2) ** 2 * root / (64.0 * math.pi * b_mass**3)


def width_to_kstar(b_mass: float, kstar: float, mass: float) -> float:
    """Gamma(B -> K* S)/(XI sin theta)^2 in GeV^3 with A0 = 1; 0 without phase space."""
    if mass + kstar >= b_mass:
        return 0.0
    return math.pow(float(kallen(b_mass, kstar, mass)), 1.5) / (64.0 * math.pi * b_mass**3)


class Channel(NamedTuple):
    """A decay of a B meson with an S."""

    name: str
    meson: Meson
    recoil: float
    """Mass of the kaon in GeV."""
    width: Callable[[float, float, float], float]
    form_factor: Callable[[float], float]


CHANNELS: Final = (
    Channel("B+ -> K+ S", CHARGED, M_KAON, width_to_kaon, f0),
    Channel("B0 -> K0 S", NEUTRAL, M_KAON_NEUTRAL, width_to_kaon, f0),
    Channel("B+ -> K*+ S", CHARGED, M_KSTAR, width_to_kstar, a0),
    Channel("B0 -> K*0 S", NEUTRAL, M_KSTAR_NEUTRAL, width_to_kstar, a0),
)


class BDecay(PairDecay[Channel]):
    """One channel of one B meson, charge conjugates included.

    Examples
    --------
    >>> from wayside import Beams
    >>> from wayside.models.dark_higgs import DarkHiggs
    >>> process = BDecay(CHANNELS[0], DarkHiggs(0.5), Beams(7.007, 4.0, 0.083))
    >>> round(process.branching_ratio_hat, 2)
    0.45
    """

    made_by: ClassVar[str] = "e+ e- -> Y(4S) -> B B"

    @property
    def produced_as(self) -> Powers:
        """Square of the mixing, in the branching ratio."""
        return MIXING_POWERS

    @cached_property
    def cross_section_hat(self) -> float:
        """Cross-section of pairs of this B meson in fb."""
        return CROSS_SECTION_NB * FB_PER_NB * self.channel.meson.fraction

    @cached_property
    def branching_ratio_hat(self) -> float:
        """Branching ratio over sin^2 theta."""
        channel, mass = self.channel, self.model.mass
        width = channel.width(channel.meson.mass, channel.recoil, mass)
        amplitude = XI * channel.form_factor(mass**2)
        return amplitude**2 * width * channel.meson.lifetime_ps * PICOSECOND

    def branching_ratio(self, couplings: Couplings) -> FloatArray:
        """Branching ratio of the B meson; small, so that its lifetime is the measured one."""
        return self.branching_ratio_hat * self.produced_as.of(**couplings)

    @cached_property
    def parts(self) -> tuple[FlightPart, ...]:
        """B mesons as sin^2 about the beams, S evenly in their rest frame."""
        from wayside.production.cascade_flight import Parents, cascade_flight

        parents = Parents(self.channel.meson.mass, isotropic=0.0, polarised=1.0)
        flight = cascade_flight(parents, self.model.mass, self.channel.recoil, self.beams)
        return (FlightPart(1.0, flight),)


def processes(
    model: ParticleModel, beams: Beams, treatment: Treatment
) -> tuple[ParticleProcess, ...]:
    """Channels that are open.

    Raises
    ------
    InputError
        If the collider is not on the Y(4S), or no channel is open.
    """
    low, high = RESONANCE
    if not low <= beams.sqrt_s <= high:
        raise InputError(
            f"sqrt_s = {beams.sqrt_s:.10g} GeV: must be from {low:g} to {high:g} GeV, on the Y(4S)"
        )
    heaviest = max(channel.meson.mass - channel.recoil for channel in CHANNELS)
    if not LIGHTEST <= model.mass < heaviest:
        raise InputError(
            f"mass = {model.mass:.10g}: must be from {LIGHTEST:g} to below {heaviest:.6g} GeV,"
            " which B mesons can make"
        )
    return tuple(
        BDecay(channel, model, beams)
        for channel in CHANNELS
        if model.mass + channel.recoil < channel.meson.mass
    )
