"""e+ e- -> gamma a by the photon coupling: one energy, angles as 1 + cos^2.

sigma = alpha g^2/24 (1 - m^2/s)^3 times what vector mesons add to the virtual photon
(docs/theory/particles.md); the electron mass is left out.
"""

from functools import cached_property
from typing import ClassVar, Final

from wayside.collider.beams import Beams
from wayside.constants import ALPHA, GEV2_TO_FB
from wayside.models.alp_photon import PHOTON_POWERS
from wayside.models.couplings import Powers
from wayside.models.particle import ParticleModel
from wayside.models.z_boson import require_below_z
from wayside.production.particle_process import FlightPart, ParticleProcess, require_below
from wayside.production.process import Treatment
from wayside.production.two_body import beside
from wayside.production.vector_states import enhancement

WORTH_A_WORD: Final = 0.05
"""Relative change of the rate by vector mesons from which on the reaction says so."""


class RadiatedAlp(ParticleProcess):
    """One a per event; rates grow with g_photon^2.

    Examples
    --------
    >>> from wayside import Beams
    >>> from wayside.models.alp_photon import AlpPhoton
    >>> process = RadiatedAlp(AlpPhoton(1.0), Beams(7.007, 4.0, 0.083))
    >>> f"{process.cross_section_hat:.5g}"
    '1.1552e+08'
    """

    powers: ClassVar[Powers] = PHOTON_POWERS
    recoil_code: ClassVar[int] = 22
    choices: ClassVar[tuple[str, ...]] = ("energy_spread",)

    @property
    def name(self) -> str:
        """By which reports know the process."""
        return "gamma a"

    @property
    def reaction(self) -> str:
        """What happens."""
        if abs(self.enhancement - 1.0) < WORTH_A_WORD:
            return "e+ e- -> gamma a"
        return f"e+ e- -> gamma a, {self.enhancement:.3g} times that without vector mesons"

    @cached_property
    def enhancement(self) -> float:
        """Factor of the vector mesons on the cross-section."""
        mass, sqrt_s = self.model.mass, self.beams.sqrt_s
        return enhancement(mass, sqrt_s, self.treatment.energy_spread)

    @cached_property
    def cross_section_hat(self) -> float:
        """Cross-section in fb over g_photon^2 (1/GeV^2)."""
        open_fraction = 1.0 - (self.model.mass / self.beams.sqrt_s) ** 2
        return self.enhancement * ALPHA / 24.0 * open_fraction**3 * GEV2_TO_FB

    @cached_property
    def parts(self) -> tuple[FlightPart, ...]:
        """One energy in the centre of mass, angles as 1 + cos^2."""
        return beside(self.model.mass, 0.0, self.beams, 2.0, -1.0)


def processes(
    model: ParticleModel, beams: Beams, treatment: Treatment
) -> tuple[ParticleProcess, ...]:
    """The one process.

    Raises
    ------
    InputError
        If the mass is not below sqrt(s), or that near the Z.
    """
    require_below_z(beams.sqrt_s)
    require_below(model.mass, beams.sqrt_s)
    return (RadiatedAlp(model, beams, treatment),)
