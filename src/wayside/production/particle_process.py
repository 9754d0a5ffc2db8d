"""A process that makes single long-lived particles: rates, and how the particles fly.

The counterpart of `wayside.production.process.Process` for models of one particle. What depends on
the mass alone is computed once; couplings come in as powers and as a branching ratio. A process is
one class or function in one file, named by its model.
"""

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple

from wayside.collider.beams import Beams
from wayside.constants import NEAREST_POLE
from wayside.errors import InputError
from wayside.models.couplings import Powers
from wayside.models.particle import ParticleModel
from wayside.production.process import DEFAULT_TREATMENT, Treatment
from wayside.production.rates import Rates

SYSTEM: Final = 90
"""PDG code that generators use for a system of particles."""


class FlightPart(NamedTuple):
    """A fraction of the particles of a process that fly in one way."""

    fraction: float
    flight: Any
    """A `Flight`, or of a class that `wayside.acceptance.particle` has a function for."""


class ParticleProcess(Rates):
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

    choices: ClassVar[tuple[str, ...]] = ()
    """Fields of `Treatment` that make a difference."""
    recoil_code: ClassVar[int] = SYSTEM
    """PDG code of all that an event holds besides the particle, taken as one."""

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
    def produced_as(self) -> Powers | None:
        """Monomial of the couplings that ``produced_fb`` is a multiple of, None if of no monomial.

        Acceptances of processes with the same one are computed together.
        """
        return None

    @cached_property
    @abstractmethod
    def parts(self) -> tuple[FlightPart, ...]:
        """How the particles fly; fractions that add up to 1."""


def require_below(mass: float, limit: float, what: str = "sqrt_s") -> None:
    """Raise `InputError` unless a mass in GeV is below what it is made from."""
    if not mass < limit * (1.0 - NEAREST_POLE):
        raise InputError(f"mass = {mass:.10g}: must be below {what} = {limit:.10g} GeV")


def open_processes(
    *makers: Callable[[], tuple[ParticleProcess, ...]],
) -> tuple[ParticleProcess, ...]:
    """Processes of all makers that have some.

    Parameters
    ----------
    makers
        Each gives processes, or none, or raises `InputError` where it has none.

    Returns
    -------
    tuple
        At least one process, in the order of the makers.

    Raises
    ------
    InputError
        That of the first maker that raised one, if none has a process.
    """
    made: list[ParticleProcess] = []
    closed: InputError | None = None
    for maker in makers:
        try:
            made += maker()
        except InputError as error:
            closed = closed or error
    if not made and closed is not None:
        raise closed
    return tuple(made)
