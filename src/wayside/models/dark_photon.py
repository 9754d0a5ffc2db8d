"""A dark photon A' that flies itself: its visible widths, with hadrons from R(s).

The widths are those of the mediator in `wayside.models.mediator` (Eqs. 7 and 9 of the study).
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from wayside.errors import InputError
from wayside.models.final_states import CHARGED_LEPTONS, FinalState, Hadrons, pair_of
from wayside.models.inelastic import MEDIATOR_CODE
from wayside.models.mediator import VISIBLE_POWERS, visible_width_hats
from wayside.models.parameters import Coupling
from wayside.models.particle import ParticleModel, Width
from wayside.models.z_boson import HEAVIEST

__all__ = ["DarkPhoton"]

R_SPREAD: Final = 1.05
"""Factor to which R(s) is known where it is measured at single energies."""


@dataclass(frozen=True)
class DarkPhoton(ParticleModel):
    """A vector boson that mixes kinetically with the photon.

    Parameters
    ----------
    mass : float
        Mass in GeV, at most `wayside.models.z_boson.HEAVIEST`.

    Examples
    --------
    >>> [width.channel for width in DarkPhoton(0.2).widths()]
    ['e']
    """

    kind: ClassVar[str] = "dark-photon"
    name: ClassVar[str] = "A'"
    pdg_id: ClassVar[int] = MEDIATOR_CODE
    production: ClassVar[str] = "wayside.production.radiated_photon:processes"
    couplings: ClassVar[tuple[Coupling, ...]] = (
        Coupling("epsilon", "kinetic mixing", r"\varepsilon", high=1.0),
    )

    invisible: ClassVar[tuple[str, ...]] = ("neutrinos",)

    def __post_init__(self) -> None:
        """Refuse masses at which an A' mixes with the Z."""
        super().__post_init__()
        if self.mass > HEAVIEST:
            raise InputError(
                f"mass = {self.mass:g} GeV: must be at most {HEAVIEST:.3g} GeV; beyond, A' mixes"
                " with the Z, which is not included"
            )

    def widths(self) -> tuple[Width, ...]:
        """Widths over epsilon^2 into lepton pairs, hadrons, and neutrinos by way of the Z."""
        hats = visible_width_hats(self.mass)
        return tuple(
            Width(channel, VISIBLE_POWERS, float(hat)) for channel, hat in hats.items() if hat > 0.0
        )

    def width_spread(self) -> dict[str, float]:
        """What R(s) leaves open."""
        return {"hadrons": R_SPREAD}

    def final_states(self, width: Width) -> tuple[FinalState, ...]:
        """Lepton pairs, and the hadrons of a virtual photon."""
        if width.channel in CHARGED_LEPTONS:
            return pair_of(CHARGED_LEPTONS[width.channel])
        return (FinalState(1.0, hadrons=Hadrons.VECTOR),)
