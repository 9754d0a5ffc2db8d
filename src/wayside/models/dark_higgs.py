"""A dark Higgs S that mixes with the Higgs boson: widths.

Leptons in closed form, Gamma(S -> l l) = sin^2 m_l^2 m beta^3/(8 pi v^2); hadrons from a table
of others, which is uncertain by some 30% below 1 GeV and by a factor 2 above;
docs/theory/particles.md says what the literature disagrees on.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from wayside.constants import HIGGS_VACUUM, LEPTON_MASSES
from wayside.data import read_table
from wayside.errors import InputError
from wayside.models.couplings import Powers
from wayside.models.final_states import (
    CHARGED_LEPTONS,
    FinalState,
    Hadrons,
    open_states,
    pair_of,
)
from wayside.models.parameters import Coupling
from wayside.models.particle import ParticleModel, Width

__all__ = ["HEAVIEST", "MIXING_POWERS", "DarkHiggs", "lepton_width_hats"]

HEAVIEST: Final = 4.8
"""Mass in GeV to which the table of hadrons goes: just above what a B meson can make."""

MIXING_POWERS: Final = Powers(sin_theta=2)
"""How production and widths scale with the mixing."""

EXCLUSIVE_BELOW: Final = 2.0
"""Mass in GeV up to which hadrons besides pairs are four pions; quarks and gluons above."""

SPREAD_FROM: Final = 1.0
SPREAD_BELOW: Final = 1.3
SPREAD_ABOVE: Final = 2.0
"""Factor by which calculations of widths into hadrons differ, below and above a mass in GeV; see
docs/theory/particles.md."""

HADRONIC_STATES: Final = {
    "pi pi": (FinalState(2.0, (211, -211)), FinalState(1.0, (111, 111))),
    "K K": (
        FinalState(2.0, (321, -321)),
        FinalState(1.0, (310, 310)),
        FinalState(1.0, (130, 130)),
    ),
    # Two pairs of isospin 0.
    "hadrons": (
        FinalState(4.0, (211, -211, 211, -211)),
        FinalState(4.0, (211, -211, 111, 111)),
        FinalState(1.0, (111, 111, 111, 111)),
    ),
}
"""Final states of hadronic channels, by isospin and, of neutral kaons, CP."""


@dataclass(frozen=True)
class DarkHiggs(ParticleModel):
    """A scalar with the couplings of the Higgs boson times sin theta.

    Parameters
    ----------
    mass : float
        Mass in GeV, at most `HEAVIEST`.

    Examples
    --------
    >>> [width.channel for width in DarkHiggs(0.25).widths()]
    ['e', 'mu']
    """

    kind: ClassVar[str] = "dark-higgs"
    name: ClassVar[str] = "S"
    pdg_id: ClassVar[int] = 54
    production: ClassVar[str] = "wayside.production.b_decays:processes"
    couplings: ClassVar[tuple[Coupling, ...]] = (
        Coupling("sin_theta", "sine of the mixing angle", r"\sin\theta", high=1.0),
    )

    def __post_init__(self) -> None:
        """Refuse masses beyond the table."""
        super().__post_init__()
        if self.mass > HEAVIEST:
            raise InputError(
                f"mass = {self.mass:g} GeV: must be at most {HEAVIEST:g} GeV, where the table of"
                " widths into hadrons ends"
            )

    def widths(self) -> tuple[Width, ...]:
        """Widths over sin^2 theta into leptons and hadrons."""
        hats = lepton_width_hats(self.mass) | _hadron_width_hats(self.mass)
        return tuple(
            Width(channel, MIXING_POWERS, hat) for channel, hat in hats.items() if hat > 0.0
        )

    def width_spread(self) -> dict[str, float]:
        """What calculations of the widths into hadrons differ by."""
        factor = SPREAD_BELOW if self.mass < SPREAD_FROM else SPREAD_ABOVE
        return dict.fromkeys(HADRONIC_STATES, factor)

    def final_states(self, width: Width) -> tuple[FinalState, ...]:
        """Pairs; other hadrons are four pions below `EXCLUSIVE_BELOW`, and any number above."""
        if width.channel in CHARGED_LEPTONS:
            return pair_of(CHARGED_LEPTONS[width.channel])
        if width.channel == "hadrons" and self.mass > EXCLUSIVE_BELOW:
            return (FinalState(1.0, hadrons=Hadrons.PIONS),)
        return open_states(self.mass, HADRONIC_STATES[width.channel])


def lepton_width_hats(mass: float) -> dict[str, float]:
    """Widths in GeV over sin^2 theta into pairs of charged leptons; 0 below threshold."""
    hats = {}
    for channel, lepton in LEPTON_MASSES.items():
        beta2 = max(0.0, (1.0 - 2.0 * lepton / mass) * (1.0 + 2.0 * lepton / mass))
        hats[channel] = lepton**2 * mass * beta2**1.5 / (8.0 * math.pi * HIGGS_VACUUM**2)
    return hats


def _hadron_width_hats(mass: float) -> dict[str, float]:
    """Widths in GeV over sin^2 theta into pions, kaons and what else there is."""
    table = read_table("dark_higgs_hadrons")
    if mass <= table["mass"][0]:
        return {}
    logarithm = np.log(table["mass"])
    at = math.log(mass)
    pions, kaons = (float(np.interp(at, logarithm, table[name])) for name in ("pi_pi", "k_k"))
    # From zero at threshold the width is interpolated itself, then its logarithm.
    first = table["mass"][1]
    if mass < first:
        total = float(np.interp(mass, table["mass"][:2], table["hadrons"][:2]))
    else:
        total = math.exp(float(np.interp(at, logarithm[1:], np.log(table["hadrons"][1:]))))
    return {"pi pi": pions * total, "K K": kaons * total, "hadrons": (1.0 - pions - kaons) * total}
