"""e+ e- -> A'* -> 1 2: the mediator virtual, all of the collision's energy in the pair."""

import math
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from wayside.collider.beams import Beams, boosted
from wayside.constants import NEAREST_POLE
from wayside.models.couplings import Couplings, Powers
from wayside.models.kinematics import pair_momentum
from wayside.models.z_boson import (
    HEAVIEST,
    INCLUDED_FROM,
    exchange_factor,
    exchange_problems,
    is_resonant,
    require_exchange,
)
from wayside.production import direct
from wayside.production.off_pole import last_loss
from wayside.production.process import (
    LIGHTEST,
    Companions,
    Masses,
    Parent,
    Process,
    parent_cone,
)
from wayside.radiation.radiator import nodes_below, radiator, strength
from wayside.radiation.vacuum import vacuum_polarisation
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.production.direct_flight import DirectFlight

NEAR_POLE = 0.03
"""Width times mass over distance from the pole (in s) beyond which a flag is raised: the width,
left out so that off-shell yields scale with epsilon^2 g_D^2, lowers them by its square, 0.1%."""


NODES = 24
"""Nodes over the energy that photons take, for the cross-section: good to 1e-6."""

NODES_TO_PEAK = 96
"""The same where `DirectProcess.has_peak`: good to 1e-4, next to the Z."""


class Loss(NamedTuple):
    """Energy that photons off the beams take, as a node of a quadrature."""

    fraction: float
    """1 - s'/s."""
    weight: float
    sqrt_s: float
    """What is left in GeV."""


class DirectProcess(Process):
    """One excited state per pair; rates grow with epsilon^2 g_D^2.

    Examples
    --------
    >>> from wayside import Beams, ScalarInelastic
    >>> process = DirectProcess(ScalarInelastic(14.0, 5.0, 4.85), Beams.symmetric(10.58))
    >>> process.flying_per_event, process.powers
    (1.0, Powers(epsilon=2, g_d=2))
    """

    name: ClassVar[str] = "off-shell"
    reaction: ClassVar[str] = "e+ e- -> A'* -> 1 2"
    powers: ClassVar[Powers] = Powers(epsilon=2, g_d=2)
    choices: ClassVar[tuple[str, ...]] = ("radiation", "vacuum_polarisation")

    @cached_property
    def flight(self) -> "DirectFlight":
        """Density of excited states in the laboratory."""
        from wayside.production.direct_flight import direct_flight

        return direct_flight(self.model, self.beams)

    @cached_property
    def cross_section_hat(self) -> float:
        """Cross-section of e+ e- -> 1 2 in fb over epsilon^2 g_D^2.

        Raises
        ------
        InputError
            If photons off the beams would lead back to the Z.
        """
        require_exchange(self.beams.sqrt_s)
        if not self.radiates:
            return self.cross_section_at(self.beams.sqrt_s)
        losses = self.losses(NODES_TO_PEAK if self.has_peak else NODES)
        return float(sum(self.cross_section_at(loss.sqrt_s) * loss.weight for loss in losses))

    def cross_section_at(self, energy: float) -> float:
        """`cross_section_hat` of a collision that photons have left an energy in GeV."""
        return direct.cross_section_hat(self.model, energy) * self._factor(energy)

    def _factor(self, energy: float) -> float:
        """Of vacuum polarisation and of the Z, where the beams have the energy for it."""
        polarised = self.treatment.vacuum_polarisation
        running = float(vacuum_polarisation(energy)) if polarised else 1.0
        # By the energy of the beams: a step within the losses would look like a slope at a pole.
        return exchange_factor(energy, running) if self._has_z else running

    @property
    def _has_z(self) -> bool:
        return self.beams.sqrt_s >= INCLUDED_FROM

    def relative_cross_section(self, factor: float) -> float:
        """Cross-section of one collision at an energy, relative to that of the beams.

        Parameters
        ----------
        factor
            The energy, over that of the beams.

        Returns
        -------
        float
            0 up to the threshold of the pair.
        """
        model, sqrt_s = self.model, self.beams.sqrt_s
        if factor * sqrt_s <= model.m1 + model.m2:
            return 0.0
        return self.cross_section_at(factor * sqrt_s) / self.cross_section_at(sqrt_s)

    @property
    def _threshold_loss(self) -> float:
        return 1.0 - ((self.model.m1 + self.model.m2) / self.beams.sqrt_s) ** 2

    @property
    def _pole_loss(self) -> float:
        return 1.0 - (self.model.m_aprime / self.beams.sqrt_s) ** 2

    @property
    def passes_pole(self) -> bool:
        """Whether photons lead over the pole of the A'."""
        return 0.0 < self._pole_loss < self._threshold_loss

    @property
    def has_peak(self) -> bool:
        """Whether the cross-section has a peak near energies that photons leave: of A' or Z."""
        return self.passes_pole or is_resonant(self.beams.sqrt_s)

    @cached_property
    def largest_loss(self) -> float:
        """Fraction of s that photons take at most: to the threshold, or short of a pole.

        What they add at the pole is the production of an A' on its mass shell, a process of its
        own; see `wayside.production.off_pole`.
        """
        model, sqrt_s = self.model, self.beams.sqrt_s
        threshold, pole = self._threshold_loss, self._pole_loss
        if not self.passes_pole:
            return threshold

        def numerator(x: FloatArray) -> FloatArray:
            energies = (sqrt_s * np.sqrt(1.0 - x)).tolist()
            values = [direct.off_pole_hat(model, e) * self._factor(e) for e in energies]
            return np.asarray(radiator(x, sqrt_s) * values * (1.0 - x) ** 2)

        return last_loss(numerator, strength(sqrt_s), pole, threshold)

    def losses(self, order: int) -> list["Loss"]:
        """Energies that photons leave, and the weights of the radiator, for a quadrature.

        Parameters
        ----------
        order
            Number of nodes.
        """
        sqrt_s = self.beams.sqrt_s
        x, weights = nodes_below(sqrt_s, self.largest_loss, order)
        pairs = zip(x.tolist(), weights.tolist(), strict=True)
        return [Loss(lost, weight, sqrt_s * math.sqrt(1.0 - lost)) for lost, weight in pairs]

    def weighted_losses(self, order: int) -> list["Loss"]:
        """The same with the cross-section at the energy left; the weights add up to one."""
        losses = [
            loss._replace(weight=loss.weight * self.cross_section_at(loss.sqrt_s))
            for loss in self.losses(order)
        ]
        total = sum(loss.weight for loss in losses)
        return [loss._replace(weight=loss.weight / total) for loss in losses]

    @cached_property
    def mean_gamma_beta(self) -> float:
        """Momentum over mass of the excited state: one number for all."""
        return self.flight.shape.momentum / self.flight.mass

    @property
    def mediator_mass(self) -> float:
        """Mass of the virtual A' in GeV: the energy of the collision."""
        return self.beams.sqrt_s

    def complete(
        self, direction: FloatArray, rapidity: FloatArray, rng: np.random.Generator
    ) -> Companions:
        """The mediator has the momentum of the collision; nothing is random."""
        excited = direction * (self.model.m1 * np.sinh(rapidity))[:, None]
        total = self.flight.frames.boost * self.beams.sqrt_s
        return Companions(excited, np.broadcast_to(total, excited.shape).copy())

    def flags(self, couplings: Couplings) -> list[str]:
        """Whether the width that is left out of the propagator would be felt."""
        model, sqrt_s = self.model, self.beams.sqrt_s
        width = float(self.mediator_widths.dark(couplings))
        if model.m_aprime <= HEAVIEST:
            width += float(self.mediator_widths.visible(couplings))
        ratio = model.m_aprime * width / abs(sqrt_s**2 - model.m_aprime**2)
        if ratio <= NEAR_POLE:
            return []
        return [
            "sqrt_s is near the A' pole, and its width is left out off shell:"
            f" the cross-section is {100.0 * ratio**2:.2g}% too large",
        ]

    @classmethod
    def is_automatic(cls, m_aprime: float, sqrt_s: float) -> bool:
        """Where the A' is heavier than sqrt(s), and next to the Z, which decays to the pair."""
        return m_aprime > sqrt_s or is_resonant(sqrt_s)

    @classmethod
    def problems(cls, masses: Masses, sqrt_s: float) -> Iterator[tuple[str, str]]:
        """The pair must be lighter than sqrt(s), the A' away from its pole, not above the Z."""
        m_aprime, m1, m2 = masses
        yield from (("sqrt_s", rule) for rule in exchange_problems(sqrt_s))
        if m1 + m2 >= sqrt_s:
            yield (
                "pair",
                f"off shell, m1 + m2 = {m1 + m2:.10g} must be below sqrt_s = {sqrt_s:.10g} GeV",
            )
        if abs(m_aprime - sqrt_s) <= NEAREST_POLE * sqrt_s:
            gap = NEAREST_POLE * sqrt_s
            yield (
                "m_aprime",
                f"off shell it must differ from sqrt_s = {sqrt_s:.10g} GeV by more than {gap:.2g}",
            )

    @classmethod
    def parents(cls, masses: Masses, beams: Beams) -> tuple[Parent, ...]:
        """The collision."""
        speed = float(pair_momentum(beams.sqrt_s, masses.m1, masses.m2)) / masses.m1
        return (parent_cone(boosted(np.zeros(3), 1.0, beams.boost), speed, beams.frame[2]),)

    @classmethod
    def heaviest_pair(cls, m_aprime: float, sqrt_s: float) -> float:
        """The collision's energy."""
        return sqrt_s

    @classmethod
    def mass_scales(cls, masses: Masses, sqrt_s: float) -> tuple[float, float]:
        """On the side of the pole where the A' is, up to the threshold of the pair."""
        pole = sqrt_s / masses.m_aprime
        heaviest = sqrt_s / (masses.m1 + masses.m2) * (1.0 - 1e-9)
        return (max(LIGHTEST, 1.01 * pole), heaviest) if pole < 1.0 else (LIGHTEST, 0.99 * pole)
