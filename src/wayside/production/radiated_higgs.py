"""e+ e- -> A' h': a dark Higgs that a virtual A' radiates; and from B mesons, by its mixing.

sigma = pi alpha epsilon^2 alpha_D/(3 s) sqrt(lambda) (lambda + 12 r)/(1 - r)^2 with r = M^2/s, as
the Higgs boson beside a Z (docs/theory/particles.md). The width of the A' is left out.
"""

import math
from functools import cached_property
from typing import ClassVar

from wayside.collider.beams import Beams
from wayside.constants import ALPHA, GEV2_TO_FB
from wayside.models.couplings import Powers
from wayside.models.dark_higgs_aprime import DarkHiggsAprime
from wayside.models.inelastic import MEDIATOR_CODE
from wayside.models.kinematics import pair_momentum
from wayside.models.particle import ParticleModel
from wayside.models.z_boson import electron_factor, require_exchange
from wayside.production import b_decays
from wayside.production.particle_process import (
    FlightPart,
    ParticleProcess,
    open_processes,
    require_below,
)
from wayside.production.process import Treatment
from wayside.production.two_body import beside


class RadiatedHiggs(ParticleProcess):
    """One h' per event; rates grow with epsilon^2 g_D^2.

    Examples
    --------
    >>> process = RadiatedHiggs(DarkHiggsAprime(1.0, 3.0), Beams.symmetric(10.58))
    >>> f"{process.cross_section_hat:.4g}"
    '4.073e+06'
    """

    powers: ClassVar[Powers] = Powers(epsilon=2, g_d=2)
    recoil_code: ClassVar[int] = MEDIATOR_CODE
    model: DarkHiggsAprime

    @property
    def name(self) -> str:
        """By which reports know the process."""
        return "A' h'"

    @property
    def reaction(self) -> str:
        """What happens."""
        return "e+ e- -> A' h'"

    @cached_property
    def _ratios(self) -> tuple[float, float]:
        """M^2/s, and lambda(1, M^2/s, m^2/s)."""
        sqrt_s = self.beams.sqrt_s
        momentum = float(pair_momentum(sqrt_s, self.model.mass, self.model.m_aprime))
        return (self.model.m_aprime / sqrt_s) ** 2, (2.0 * momentum / sqrt_s) ** 2

    @cached_property
    def cross_section_hat(self) -> float:
        """Cross-section in fb over epsilon^2 g_D^2."""
        r, square = self._ratios
        s = self.beams.sqrt_s**2
        value = ALPHA / (12.0 * s) * math.sqrt(square) * (square + 12.0 * r) / (1.0 - r) ** 2
        return value * electron_factor(self.beams.sqrt_s) * GEV2_TO_FB

    @cached_property
    def parts(self) -> tuple[FlightPart, ...]:
        """One energy, angles as 8 r + lambda sin^2."""
        r, square = self._ratios
        return beside(self.model.mass, self.model.m_aprime, self.beams, 8.0 * r, square)


def processes(
    model: ParticleModel, beams: Beams, treatment: Treatment
) -> tuple[ParticleProcess, ...]:
    """Both processes, as far as they are open.

    Raises
    ------
    InputError
        If neither is.
    """
    assert isinstance(model, DarkHiggsAprime)

    def from_mesons() -> tuple[ParticleProcess, ...]:
        return b_decays.processes(model, beams, treatment)

    def radiated() -> tuple[ParticleProcess, ...]:
        require_exchange(beams.sqrt_s)
        require_below(model.mass + model.m_aprime, beams.sqrt_s)
        return (RadiatedHiggs(model, beams, treatment),)

    return open_processes(radiated, from_mesons)
