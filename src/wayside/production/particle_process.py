"""A process that makes single long-lived particles: rates, and how the particles fly.

The counterpart of `wayside.production.process.Process` for models of one particle. What depends on
the mass alone is computed once; couplings come in as powers and as a branching ratio. A process is
one class or function in one file, and a line in `wayside.production.particle_registry`.
"""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from wayside.collider.beams import Beams
from wayside.constants import NEAREST_POLE
from wayside.errors import InputError
from wayside.models.couplings import Powers
from wayside.models.particle import Couplings, ParticleModel
from wayside.production.process import DEFAULT_TREATMENT, Treatment
from wayside.typing import FloatArray


class FlightPart(NamedTuple):
    """A fraction of the particles of a process that fly in one way."""

    fraction: float
    flight: Any
    """A `Flight`, or of a class that `wayside.acceptance.particle` has a function for."""


class ParticleProcess(ABC):
    """One way to make single long-lived particles, at one mass and collider.

    Parameters
    ----------
    model
        Mass and widths.
    beams
        The collider.
    treatment
        Choices of the computation.
    """

    powers: ClassVar[Powers]
    """Exponents of the couplings that `cross_section_hat` leaves out."""
    choices: ClassVar[tuple[str, ...]] = ()
    """Fields of `Treatment` that make a difference."""

    def __init__(
        self, model: ParticleModel, beams: Beams, treatment: Treatment = DEFAULT_TREATMENT
    ) -> None:
        self.model = model
        self.beams = beams
        self.treatment = treatment

    @property
    @abstractmethod
    def name(self) -> str:
        """By which reports and ``run.processes`` know the process."""

    @property
    @abstractmethod
    def reaction(self) -> str:
        """What happens, for people."""

    @property
    def flying_per_event(self) -> float:
        """Long-lived particles per event of the process with the branching ratio once."""
        return 1.0

    @cached_property
    @abstractmethod
    def cross_section_hat(self) -> float:
        """Cross-section in fb with the couplings of `powers` left out."""

    @cached_property
    @abstractmethod
    def parts(self) -> tuple[FlightPart, ...]:
        """How the particles fly; fractions that add up to 1."""

    def branching_ratio(self, couplings: Couplings) -> FloatArray:
        """Probability that what flies comes out of what the cross-section counts.

        Parameters
        ----------
        couplings
            Values by name.

        Returns
        -------
        ndarray
            1 unless a parent has other decays.
        """
        return np.ones(np.broadcast_shapes(*(np.shape(value) for value in couplings.values())))

    def cross_section(self, couplings: Couplings) -> FloatArray:
        """Cross-section of the process in fb, whatever its parents decay to."""
        return np.asarray(self.cross_section_hat * self.powers.of(**couplings))

    def produced_fb(self, couplings: Couplings) -> FloatArray:
        """Long-lived particles produced per fb^-1: cross-section, branching ratio, multiplicity."""
        rate = self.cross_section(couplings) * self.branching_ratio(couplings)
        return np.asarray(self.flying_per_event * rate)


def require_below(mass: float, limit: float, what: str = "sqrt_s") -> None:
    """Raise `InputError` unless a mass in GeV is below what it is made from."""
    if not mass < limit * (1.0 - NEAREST_POLE):
        raise InputError(f"mass = {mass:.10g}: must be below {what} = {limit:.10g} GeV")
