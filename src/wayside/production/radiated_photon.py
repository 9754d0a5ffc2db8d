"""e+ e- -> gamma A' where the A' itself flies: cross-section and density of `radiative`."""

from functools import cached_property
from typing import ClassVar

from wayside.collider.beams import Beams
from wayside.models.couplings import Powers
from wayside.models.particle import ParticleModel
from wayside.production import radiative
from wayside.production.particle_process import FlightPart, ParticleProcess, require_below
from wayside.production.process import Treatment


class RadiatedPhoton(ParticleProcess):
    """One A' per event; rates grow with epsilon^2.

    Examples
    --------
    >>> from wayside import Beams
    >>> from wayside.models.dark_photon import DarkPhoton
    >>> process = RadiatedPhoton(DarkPhoton(1.0), Beams(7.007, 4.0, 0.083))
    >>> f"{process.cross_section_hat:.4g}"
    '4.435e+07'
    """

    powers: ClassVar[Powers] = Powers(epsilon=2)
    recoil_code: ClassVar[int] = 22
    choices: ClassVar[tuple[str, ...]] = ("regulator",)

    @property
    def name(self) -> str:
        """By which reports know the process."""
        return "gamma A'"

    @property
    def reaction(self) -> str:
        """What happens."""
        return "e+ e- -> gamma A'"

    @cached_property
    def cross_section_hat(self) -> float:
        """Cross-section in fb over epsilon^2, with all of the electron mass."""
        return radiative.cross_section_hat(
            self.model.mass, self.beams.sqrt_s, self.treatment.regulator
        )

    @cached_property
    def parts(self) -> tuple[FlightPart, ...]:
        """One energy in the centre of mass, peaked along the beams."""
        from wayside.production.collinear_flight import collinear_flight

        flight = collinear_flight(self.model.mass, self.beams, self.treatment.regulator)
        return (FlightPart(1.0, flight),)


def processes(
    model: ParticleModel, beams: Beams, treatment: Treatment
) -> tuple[ParticleProcess, ...]:
    """The one process.

    Raises
    ------
    InputError
        If the mass is not below sqrt(s).
    """
    require_below(model.mass, beams.sqrt_s)
    return (RadiatedPhoton(model, beams, treatment),)
