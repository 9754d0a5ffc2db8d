"""An axion-like particle a that couples to photons, and to leptons where a scenario says so.

L = -(g/4) a F Ftilde + sum_l g_l a lbar i gamma5 l. Gamma(a -> gamma gamma) = g^2 m^3/(64 pi),
Gamma(a -> l l) = g_l^2 m beta/(8 pi). Derived in docs/theory/particles.md. The decay to e e gamma
by way of a virtual photon is left out (1 to 2% of the rate).
"""

import math
from dataclasses import dataclass
from typing import ClassVar

from wayside.constants import LEPTON_MASSES
from wayside.models.couplings import Powers
from wayside.models.final_states import CHARGED_LEPTONS, FinalState, pair_of
from wayside.models.parameters import Coupling
from wayside.models.particle import ParticleModel, Width

__all__ = ["AlpPhoton"]

PHOTON_POWERS = Powers(g_photon=2)
"""How production and decay by the photon coupling scale."""


@dataclass(frozen=True)
class AlpPhoton(ParticleModel):
    """A pseudoscalar that couples to two photons.

    Parameters
    ----------
    mass : float
        Mass in GeV.

    Examples
    --------
    >>> round(AlpPhoton(0.5).widths()[0].hat, 6)
    0.000622
    """

    kind: ClassVar[str] = "alp-photon"
    name: ClassVar[str] = "a"
    pdg_id: ClassVar[int] = 51
    production: ClassVar[str] = "wayside.production.alp_photon:processes"
    couplings: ClassVar[tuple[Coupling, ...]] = (
        Coupling("g_photon", "coupling to two photons in 1/GeV", r"g_{a\gamma}", unit="1/GeV"),
        Coupling("g_electron", "Yukawa coupling to electrons", "g_e", high=1e2, default=0.0),
        Coupling("g_muon", "Yukawa coupling to muons", r"g_\mu", high=1e2, default=0.0),
        Coupling("g_tau", "Yukawa coupling to taus", r"g_\tau", high=1e2, default=0.0),
    )

    def widths(self) -> tuple[Width, ...]:
        """Widths into two photons over g_photon^2, into leptons over the square of theirs."""
        widths = [Width("gamma gamma", PHOTON_POWERS, self.mass**3 / (64.0 * math.pi))]
        names = {"e": "g_electron", "mu": "g_muon", "tau": "g_tau"}
        for channel, lepton in LEPTON_MASSES.items():
            excess = self.mass - 2.0 * lepton
            if excess > 0.0:
                beta = math.sqrt(excess * (self.mass + 2.0 * lepton)) / self.mass
                hat = self.mass * beta / (8.0 * math.pi)
                widths.append(Width(channel, Powers(**{names[channel]: 2}), hat))
        return tuple(widths)

    def final_states(self, width: Width) -> tuple[FinalState, ...]:
        """Two photons, or a lepton pair."""
        return pair_of(CHARGED_LEPTONS.get(width.channel, 22))
