"""A production process: how often long-lived particles are made, and how they fly.

`Process` is the protocol. What depends on masses alone is computed once per process object (a mass
point at a collider); couplings come in as powers and as a branching ratio. A new process is one
class in one file and a line in `wayside.production.registry`.
"""

import math
from abc import abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wayside.collider.beams import Beams
from wayside.errors import InputError
from wayside.models.couplings import Couplings
from wayside.models.protocol import Model
from wayside.production.flight import Flight
from wayside.production.mediator_widths import MediatorWidths
from wayside.production.radiative import REGULATOR, Regulator
from wayside.production.rates import Rates
from wayside.typing import FloatArray

LIGHTEST = 1.0 / 30.0
"""Lowest factor on all masses that a plane chooses."""


Frame = Literal["lab", "cm"]
"""``"lab"``: the laboratory and its axes. ``"cm"``: the centre of mass and its own axes, the rows
of `Beams.frame`, with z along the electrons."""


Radiation = Literal["all", "one-photon", "none"]
"""``"one-photon"``: the photon of e+ e- -> gamma A', and none off shell. ``"none"``: the same, for
processes without a photon of their own only. ``"all"``: photons off both beams beside it, soft ones
exponentiated, with virtual corrections."""

PHOTON: Final = 22
"""PDG code."""


class Treatment(NamedTuple):
    """How a process is computed where there is a choice."""

    regulator: Regulator = REGULATOR
    """Treatment of the electron mass in e+ e- -> gamma A'."""
    radiation: Radiation = "one-photon"
    """Which photons off the beams are counted in cross-sections."""
    vacuum_polarisation: bool = False
    """Whether epsilon is the coefficient of the mixing with the photon, whose propagator runs, and
    not the coupling of the A' in units of the charge at zero momentum transfer."""
    energy_spread: float = 0.0
    """Relative standard deviation of the energy of either beam, counted with all photons."""


DEFAULT_TREATMENT: Final = Treatment()


class Masses(NamedTuple):
    """Masses in GeV before they are a model: what a scenario asks of a process."""

    m_aprime: float
    m1: float
    m2: float


class Parent(NamedTuple):
    """A frame from which excited states fly off within a cone, where they are slower than it."""

    opening: float
    """Largest angle in radians to the parent; pi/2 where they go anywhere."""
    axis: FloatArray
    """Direction of the parent in the laboratory, a unit vector (3,)."""


class Companions(NamedTuple):
    """Momenta in the laboratory in GeV of what is made together, shape (n, 3), one row an event."""

    flying: FloatArray
    """Momenta of the long-lived particle in GeV, shape (n, 3)."""
    mediator: FloatArray
    """Of the A' it came from; of the whole collision where that is virtual."""


class Process(Rates):
    """One way to make long-lived particles, at one mass point and collider.

    Parameters
    ----------
    model
        Masses, widths and currents.
    beams
        The collider.
    treatment
        Choices of the computation.
    """

    name: ClassVar[str]
    """By which scenarios know the process."""
    reaction: ClassVar[str]
    """What happens, for people."""
    radiated: ClassVar[tuple[int, ...]] = ()
    """PDG codes of what is made beside the mediator."""
    choices: ClassVar[tuple[str, ...]] = ()
    """Fields of `Treatment` that make a difference."""

    def __init__(
        self, model: Model, beams: Beams, treatment: Treatment = DEFAULT_TREATMENT
    ) -> None:
        self.require(treatment.radiation)
        self.model = model
        self.beams = beams
        self.treatment = treatment

    @classmethod
    def require(cls, radiation: Radiation) -> None:
        """Refuse a collision without photons whose process has one of its own.

        Raises
        ------
        InputError
            If that is so.
        """
        if radiation == "none" and PHOTON in cls.radiated:
            raise InputError(
                f'radiation = "none": {cls.reaction} has a photon of its own;'
                ' "one-photon" leaves out all others'
            )

    @cached_property
    @abstractmethod
    def flight(self) -> Flight:
        """Density of the long-lived particles in the laboratory.

        Raises
        ------
        InputError
            If the masses cannot be produced at the collider.
        """

    @cached_property
    def mediator_widths(self) -> MediatorWidths:
        """Widths of the A' on its mass shell."""
        return MediatorWidths(self.model, self.treatment.vacuum_polarisation)

    @property
    def radiates(self) -> bool:
        """Whether yields count all photons off the beams."""
        return self.treatment.radiation == "all" and "radiation" in self.choices

    @property
    def photons_known(self) -> bool:
        """Whether yields with all photons are known at these masses, where they are counted."""
        return True

    @cached_property
    @abstractmethod
    def mean_gamma_beta(self) -> float:
        """Momentum over mass of the long-lived particle in the centre of mass, averaged."""

    @property
    @abstractmethod
    def mediator_mass(self) -> float:
        """Invariant mass in GeV of the mediator that an event holds."""

    @abstractmethod
    def complete(
        self, direction: FloatArray, rapidity: FloatArray, rng: np.random.Generator
    ) -> Companions:
        """What is made together with long-lived particles of given momenta.

        Parameters
        ----------
        direction, rapidity
            Of the long-lived particles in the laboratory, shapes (n, 3) and (n,).
        rng
            Random numbers.
        """

    def density(self, direction: ArrayLike, energy: ArrayLike, frame: Frame = "lab") -> FloatArray:
        """Density in direction and energy, per steradian and GeV; as of ``MassPoint.density``.

        Raises
        ------
        InputError
            If the energy follows from the direction.
        """
        raise InputError(f"{self.name}: the energy follows from the direction: angular_density")

    def star_density(self, cos_theta: ArrayLike, cos_theta_star: ArrayLike) -> FloatArray:
        """Density against the decay angle of a parent; as of ``MassPoint.star_density``.

        Raises
        ------
        InputError
            If there is no parent on its mass shell.
        """
        raise InputError(f"{self.name}: the energy follows from the direction: angular_density")

    def flags(self, couplings: Couplings) -> list[str]:
        """What a user should know of the approximations at a choice of couplings."""
        return []

    @classmethod
    @abstractmethod
    def is_automatic(cls, m_aprime: float, sqrt_s: float) -> bool:
        """Whether a scenario that leaves the choice open means this process."""

    @classmethod
    @abstractmethod
    def problems(cls, masses: Masses, sqrt_s: float) -> Iterator[tuple[str, str]]:
        """Why masses cannot be produced: what is at fault, and the rule.

        At fault is ``m_aprime``, ``pair`` or ``sqrt_s``.
        """

    @classmethod
    @abstractmethod
    def parents(cls, masses: Masses, beams: Beams) -> tuple[Parent, ...]:
        """Frames whose cones show as caustics: a detector on one sees a peak of the density.

        As many for all masses; where the masses cannot be produced, what they tend to at the edge.
        """

    @classmethod
    @abstractmethod
    def heaviest_pair(cls, m_aprime: float, sqrt_s: float) -> float:
        """Bound in GeV on m1 + m2."""

    @classmethod
    @abstractmethod
    def mass_scales(cls, masses: Masses, sqrt_s: float) -> tuple[float, float]:
        """Range of factors by which all masses together can be multiplied, for a plane's axis."""


def parent_cone(four_velocity: FloatArray, speed: float, axis: FloatArray) -> Parent:
    """Cone of particles that leave a moving parent.

    Parameters
    ----------
    four_velocity
        Space components of the parent's in the laboratory, shape (3,).
    speed
        Momentum over mass of the particle in the rest frame of the parent.
    axis
        What to name if the parent is at rest.
    """
    parent = float(np.linalg.norm(four_velocity))
    direction = four_velocity / parent if parent else axis
    if speed >= parent:
        return Parent(0.5 * math.pi, direction)
    return Parent(math.asin(speed / parent), direction)
