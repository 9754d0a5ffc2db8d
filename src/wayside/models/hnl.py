"""A heavy neutral lepton N that mixes with neutrinos: two- and three-body widths.

Formulas of Bondarenko et al. (arXiv:1805.08567), derived in docs/theory/particles.md. Hadrons are
single mesons, and from 1 GeV what these leave of the width into quarks. Beyond the tau, charm and
beauty are among these, and the propagators of W and Z count.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from wayside.constants import (
    FERMI,
    LEPTON_MASSES,
    M_B,
    M_ETA,
    M_KAON,
    M_OMEGA,
    M_PION,
    M_PION_NEUTRAL,
    M_RHO,
    M_TAU,
    M_W,
    M_Z,
    SINE_SQUARED,
)
from wayside.errors import InputError
from wayside.models import hnl_final_states, hnl_hadrons
from wayside.models.couplings import Powers
from wayside.models.final_states import FinalState
from wayside.models.hnl_hadrons import CHANNEL as SEVERAL
from wayside.models.hnl_hadrons import V_UD, V_US, inclusive_charged, inclusive_neutral
from wayside.models.parameters import AnyParameter, Choice, Coupling
from wayside.models.particle import ParticleModel, Width
from wayside.models.weak import (
    neutral_pair_factor,
    propagator_factor,
    pseudoscalar_width,
    three_body_factor,
    unit_width,
    vector_width,
)

__all__ = ["HeavyNeutralLepton", "neutral_leptons_factor"]

HEAVIEST: Final = 60.0
"""Mass in GeV of the heaviest N: three quarters of that of the W."""

F_PION: Final = 0.1302
F_KAON: Final = 0.1557
F_ETA: Final = 0.0817
"""Decay constants in GeV; that of the eta for the neutral current."""

F_RHO: Final = 0.162 / M_RHO
F_OMEGA: Final = 0.153 / M_OMEGA
"""Decay constants of vector mesons in GeV."""

MIXINGS: Final = {"e": "u2_e", "mu": "u2_mu", "tau": "u2_tau"}
"""Couplings by flavour: squares of mixing elements, so that rates are linear in them."""


@dataclass(frozen=True)
class HeavyNeutralLepton(ParticleModel):
    """A neutral fermion that mixes with the neutrinos.

    Parameters
    ----------
    mass : float
        Mass in GeV, at most `HEAVIEST`.
    nature : str
        ``"majorana"``, or ``"dirac"``, whose widths are half as large.

    Examples
    --------
    >>> sorted({width.channel for width in HeavyNeutralLepton(0.1).widths()})
    ['nu e e', 'nu nu nu']
    """

    nature: str = "majorana"

    kind: ClassVar[str] = "hnl"
    name: ClassVar[str] = "N"
    pdg_id: ClassVar[int] = 9_900_012
    production: ClassVar[str] = "wayside.production.neutral_leptons:processes"
    couplings: ClassVar[tuple[Coupling, ...]] = (
        Coupling("u2_e", "squared mixing with nu_e", "|U_e|^2", high=1.0, default=0.0),
        Coupling("u2_mu", "squared mixing with nu_mu", r"|U_\mu|^2", high=1.0, default=0.0),
        Coupling("u2_tau", "squared mixing with nu_tau", r"|U_\tau|^2", high=1.0, default=0.0),
    )
    parameters: ClassVar[tuple[AnyParameter, ...]] = (
        Choice("nature", "its own antiparticle or not", ("majorana", "dirac")),
    )
    invisible: ClassVar[tuple[str, ...]] = ("nu nu nu",)

    def __post_init__(self) -> None:
        """Refuse masses near that of the W."""
        super().__post_init__()
        if self.mass > HEAVIEST:
            raise InputError(
                f"mass = {self.mass:g} GeV: must be at most {HEAVIEST:g} GeV, below the W"
            )

    def widths(self) -> tuple[Width, ...]:
        """Widths over the squared mixings; both charges together for a Majorana N."""
        counted = 2.0 if self.nature == "majorana" else 1.0
        made = []
        for flavour, mixing in MIXINGS.items():
            hats = _charged_hats(self.mass, flavour)
            for channel, hat in _neutral_hats(self.mass, flavour).items():
                hats[channel] = hats.get(channel, 0.0) + hat
            if self.mass > hnl_hadrons.BEYOND_SINGLE_MESONS:
                hats |= _several_hadrons(self.mass, flavour, hats)
            powers = Powers(**{mixing: 1})
            made += [Width(channel, powers, counted * hat) for channel, hat in hats.items() if hat]
        return tuple(made)

    def width_spread(self) -> dict[str, float]:
        """What the QCD correction leaves open of several hadrons; other widths are good to 1%."""
        spread = hnl_hadrons.SPREAD if self.mass < 2.0 * M_B else hnl_hadrons.SPREAD_OF_JETS
        return dict.fromkeys((f"{name} {SEVERAL}" for name in (*MIXINGS, "nu")), spread)

    def final_states(self, width: Width) -> tuple[FinalState, ...]:
        """Both charges alike; rho mesons as the pions that they decay to."""
        (flavour,) = (name for name, mixing in MIXINGS.items() if mixing in width.powers)
        return hnl_final_states.final_states(
            flavour, width.channel, by_mean_number=self.mass > M_TAU
        )


def _charged_hats(mass: float, flavour: str) -> dict[str, float]:
    """Widths in GeV of one charge by way of a W."""
    lepton = LEPTON_MASSES[flavour]
    hats = {
        f"{flavour} pi": V_UD**2 * pseudoscalar_width(mass, lepton, M_PION, F_PION),
        f"{flavour} K": V_US**2 * pseudoscalar_width(mass, lepton, M_KAON, F_KAON),
        f"{flavour} rho": V_UD**2 * vector_width(mass, lepton, M_RHO, F_RHO),
    }
    for other, second in LEPTON_MASSES.items():
        if other != flavour:
            channel = "nu " + " ".join(name for name in LEPTON_MASSES if name in (flavour, other))
            factor = three_body_factor(lepton / mass, second / mass) * _propagator(mass, M_W)
            hats[channel] = factor * unit_width(mass)
    return hats


def _several_hadrons(mass: float, flavour: str, hats: Mapping[str, float]) -> dict[str, float]:
    """Widths in GeV into more than one meson: what single ones leave of all hadrons."""
    lepton = LEPTON_MASSES[flavour]
    single = {
        flavour: ("pi", "K", "rho"),
        "nu": ("pi0", "eta", "rho", "omega"),
    }
    every = {
        flavour: inclusive_charged(mass, lepton) * _propagator(mass, M_W),
        "nu": inclusive_neutral(mass) * _propagator(mass, M_Z),
    }
    left = {
        first: total - sum(hats.get(f"{first} {meson}", 0.0) for meson in single[first])
        for first, total in every.items()
    }
    return {f"{first} {SEVERAL}": max(width, 0.0) for first, width in left.items()}


def _propagator(mass: float, boson: float) -> float:
    """Factor of the propagator of a boson on three-body widths, for N heavier than the tau."""
    return propagator_factor(mass / boson) if mass > M_TAU else 1.0


def _neutral_hats(mass: float, flavour: str) -> dict[str, float]:
    """Widths in GeV with a neutrino, by way of a Z, and of a W too for leptons of one flavour."""
    scale = FERMI**2 * mass**3 / (32.0 * math.pi)
    hats = {"nu nu nu": unit_width(mass) * _propagator(mass, M_Z)}
    for meson, m_meson, constant in (("pi0", M_PION_NEUTRAL, F_PION), ("eta", M_ETA, F_ETA)):
        hats[f"nu {meson}"] = scale * constant**2 * max(0.0, 1.0 - (m_meson / mass) ** 2) ** 2
    vectors = (
        ("rho", M_RHO, F_RHO * (1.0 - 2.0 * SINE_SQUARED)),
        ("omega", M_OMEGA, F_OMEGA * 4.0 / 3.0 * SINE_SQUARED),
    )
    for meson, m_meson, constant in vectors:
        x2 = (m_meson / mass) ** 2
        hats[f"nu {meson}"] = scale * constant**2 * (1.0 + 2.0 * x2) * max(0.0, 1.0 - x2) ** 2
    for other, lepton in LEPTON_MASSES.items():
        same = other == flavour
        factor = neutral_leptons_factor(lepton / mass, same_flavour=same)
        # The W has three quarters of the width where both contribute.
        factor *= _propagator(mass, M_W if same else M_Z)
        hats[f"nu {other} {other}"] = factor * unit_width(mass)
    return hats


def neutral_leptons_factor(lepton: float, *, same_flavour: bool) -> float:
    """Width of N -> nu l l over `unit_width`, in closed form.

    Parameters
    ----------
    lepton
        Mass of either charged lepton over that of N.
    same_flavour
        Whether the leptons have the flavour with which N mixes, so that a W contributes too.
    """
    couplings = hnl_final_states.neutral_couplings(same_flavour=same_flavour)
    return neutral_pair_factor(lepton, *couplings)
