"""e+ e- -> gamma A', A' -> 1 2: the mediator on its mass shell, the photon off a beam."""

import math
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from numpy.typing import ArrayLike

from wayside.collider.beams import Beams, boosted
from wayside.constants import NEAREST_POLE
from wayside.models.couplings import Couplings, Powers
from wayside.models.kinematics import pair_momentum
from wayside.models.z_boson import HIGHEST_EXCHANGE
from wayside.production import radiative
from wayside.production.process import (
    LIGHTEST,
    PHOTON,
    Companions,
    Frame,
    Masses,
    Parent,
    Process,
    parent_cone,
)
from wayside.radiation.radiator import narrow_ratio
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.production.radiative_flight import RadiativeFlight

FAR_FROM_POLE = 1e-3
"""A beam's spread of energies: nearer to sqrt(s) the photon is softer than the beams are known."""


FELT: Final = 4.0
"""Spreads of a beam between the A' mass and sqrt(s) from which on 1/(s - M^2) is tame."""

_NODES: Final = np.polynomial.legendre.leggauss(32)


class RadiativeProcess(Process):
    """One excited state per A' that decays to the dark pair; rates grow with epsilon^2.

    Examples
    --------
    >>> from wayside import Beams, ScalarInelastic
    >>> process = RadiativeProcess(ScalarInelastic(8.0, 4.341, 3.65), Beams.symmetric(10.58))
    >>> round(float(process.cross_section({"epsilon": 1e-4})), 4)
    1.3615
    """

    name: ClassVar[str] = "on-shell"
    reaction: ClassVar[str] = "e+ e- -> gamma A', A' -> 1 2"
    powers: ClassVar[Powers] = Powers(epsilon=2)
    radiated: ClassVar[tuple[int, ...]] = (PHOTON,)
    choices: ClassVar[tuple[str, ...]] = ("regulator", "radiation", "vacuum_polarisation")

    @cached_property
    def flight(self) -> "RadiativeFlight":
        """Density of excited states in the laboratory."""
        from wayside.production.radiative_flight import radiative_flight

        return radiative_flight(self.model, self.beams, self.treatment.regulator)

    @cached_property
    def cross_section_hat(self) -> float:
        """Cross-section of e+ e- -> gamma A' in fb over epsilon^2."""
        m_aprime, sqrt_s = self.model.m_aprime, self.beams.sqrt_s
        value = radiative.cross_section_hat(m_aprime, sqrt_s, self.treatment.regulator)
        if self.radiates:
            value *= narrow_ratio(m_aprime, sqrt_s)
        return value * self.mediator_widths.running_factor

    @property
    def photons_known(self) -> bool:
        """Not where the spread of the beam energies reaches the end of the spectrum."""
        gap = (self.beams.sqrt_s - self.model.m_aprime) / self.beams.sqrt_s
        return not self.radiates or gap >= FELT * self.treatment.energy_spread

    def flags(self, couplings: Couplings) -> list[str]:
        """Whether the Z is left out, or the spread of the beams reaches the end of the spectrum."""
        flags = []
        if self.beams.sqrt_s > HIGHEST_EXCHANGE:
            flags.append(
                "the Z: photons lead back to it, and its decays to the pair are not counted;"
                f" next to {HIGHEST_EXCHANGE:g} GeV they are up to 4 g_D^2 times what is"
            )
        if self.photons_known:
            return flags
        return [
            *flags,
            "radiation: the A' mass is within the spread of the beam energies of sqrt_s: yields"
            ' with all photons are not known there; run.radiation = "one-photon" has no spread',
        ]

    def branching_ratio(self, couplings: Couplings) -> FloatArray:
        """Branching ratio of A' into the dark pair."""
        return self.mediator_widths.branching_dark(couplings)

    @cached_property
    def mean_gamma_beta(self) -> float:
        """Momentum over mass of the excited state, averaged evenly over cos theta* (Eq. 14)."""
        nodes, weights = _NODES
        values = radiative.gamma_beta(self.model, self.beams.sqrt_s, nodes)
        return float(0.5 * np.sum(weights * values))

    @property
    def mediator_mass(self) -> float:
        """Mass of the A' in GeV."""
        return self.model.m_aprime

    def complete(
        self, direction: FloatArray, rapidity: FloatArray, rng: np.random.Generator
    ) -> Companions:
        """Momenta of the A' that excited states came from."""
        from wayside.production.radiative_events import mediators

        return mediators(self.flight, self.beams.sqrt_s, direction, rapidity, rng)

    def density(self, direction: ArrayLike, energy: ArrayLike, frame: Frame = "lab") -> FloatArray:
        """Density of excited states in direction and energy, per steradian and GeV."""
        from wayside.production.distribution import density

        return density(self.model, self.beams, direction, energy, frame, self.treatment.regulator)

    def star_density(self, cos_theta: ArrayLike, cos_theta_star: ArrayLike) -> FloatArray:
        """The same in the centre of mass against the decay angle, per steradian."""
        from wayside.production.distribution import star_density

        return star_density(
            self.model, self.beams.sqrt_s, cos_theta, cos_theta_star, self.treatment.regulator
        )

    @classmethod
    def is_automatic(cls, m_aprime: float, sqrt_s: float) -> bool:
        """Where the A' is not heavier than sqrt(s)."""
        return m_aprime <= sqrt_s

    @classmethod
    def problems(cls, masses: Masses, sqrt_s: float) -> Iterator[tuple[str, str]]:
        """The A' must be heavier than the pair and lighter than sqrt(s)."""
        pair = masses.m1 + masses.m2
        if not pair < masses.m_aprime < sqrt_s * (1.0 - NEAREST_POLE):
            yield (
                "m_aprime",
                f"on shell it must be above m1 + m2 = {pair:.10g}"
                f" and below sqrt_s = {sqrt_s:.10g} GeV",
            )

    @classmethod
    def parents(cls, masses: Masses, beams: Beams) -> tuple[Parent, ...]:
        """The A' along either beam."""
        m_aprime, m1, m2 = masses
        sqrt_s, electrons = beams.sqrt_s, beams.frame[2]
        if not m1 + m2 < m_aprime < sqrt_s:
            return (Parent(0.0 if m1 + m2 >= m_aprime else 0.5 * math.pi, electrons),) * 2
        speed = float(pair_momentum(m_aprime, m1, m2)) / m1
        along = (sqrt_s - m_aprime) * (sqrt_s + m_aprime) / (2.0 * m_aprime * sqrt_s)
        energy = math.hypot(1.0, along)
        return tuple(
            parent_cone(boosted(sign * along * electrons, energy, beams.boost), speed, electrons)
            for sign in (1.0, -1.0)
        )

    @classmethod
    def heaviest_pair(cls, m_aprime: float, sqrt_s: float) -> float:
        """The A' mass."""
        return m_aprime

    @classmethod
    def mass_scales(cls, masses: Masses, sqrt_s: float) -> tuple[float, float]:
        """Up to a beam's spread of energies below the soft end of the photon."""
        return LIGHTEST, sqrt_s / masses.m_aprime * (1.0 - FAR_FROM_POLE)
