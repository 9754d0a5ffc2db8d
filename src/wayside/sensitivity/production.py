"""What is produced at one mass point, whatever stands beside the collider."""

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from wayside.collider.beams import Beams
from wayside.constants import HBAR_C
from wayside.errors import InputError
from wayside.models.protocol import Model
from wayside.production import registry
from wayside.production.flight import Flight
from wayside.production.mediator_widths import MediatorWidths
from wayside.production.process import Frame, Process, Radiation, Treatment
from wayside.production.radiative import Regulator
from wayside.sensitivity.couplings import couplings_of
from wayside.typing import FloatArray

_COMPUTED: Final = ("processes", "mediator_widths", "excited_width_hats")
"""What of `Production` is kept once it is asked for."""


class Production:
    """Cross-sections, widths, lifetimes and densities of a mass point.

    `wayside.sensitivity.mass_point.MassPoint` says what the attributes are.
    """

    model: Model
    beams: Beams
    production: str | tuple[str, ...]
    regulator: Regulator
    ctau_override: float | None
    radiation: Radiation
    vacuum_polarisation: bool
    energy_spread: float

    @cached_property
    def processes(self) -> tuple[Process, ...]:
        """Production processes, whose yields add up.

        Raises
        ------
        InputError
            If there is no process of a name.
        """
        return registry.processes(
            self.production,
            self.model,
            self.beams,
            Treatment(self.regulator, self.radiation, self.vacuum_polarisation, self.energy_spread),
        )

    def take_production(self, other: "Production") -> None:
        """Take what was computed for the same masses and beams beside other detectors."""
        for name in _COMPUTED:
            if name in vars(other):
                vars(self)[name] = vars(other)[name]

    @property
    def process(self) -> Process:
        """The production process, where there is one.

        Raises
        ------
        InputError
            If there are several: see ``parts``.
        """
        if len(self.processes) > 1:
            names = ", ".join(process.name for process in self.processes)
            raise InputError(f"production = {names}: several; ask each of `parts`")
        return self.processes[0]

    @property
    def mode(self) -> str:
        """Names of the production processes, for people."""
        return " + ".join(process.name for process in self.processes)

    @property
    def flight(self) -> Flight:
        """Density of excited states in the laboratory, of a single process."""
        return self.process.flight

    @property
    def cross_section_hat(self) -> float:
        """Cross-section in fb with the couplings of the process left out."""
        return self.process.cross_section_hat

    @property
    def radiates(self) -> bool:
        """Whether yields of any process count all photons off the beams."""
        return any(process.radiates for process in self.processes)

    def require_produced(self) -> None:
        """Compute what does not depend on detectors.

        Raises
        ------
        InputError
            If the masses cannot be produced at the collider.
        """
        for process in self.processes:
            _ = process.flight, process.cross_section_hat

    @cached_property
    def mediator_widths(self) -> MediatorWidths:
        """Widths of the A', whose coupling runs if ``vacuum_polarisation`` says so."""
        return MediatorWidths(self.model, self.vacuum_polarisation)

    @property
    def visible_width_hats(self) -> dict[str, float]:
        """Widths of A' into the Standard Model over epsilon^2, in GeV by channel."""
        return self.mediator_widths.visible_hats

    @property
    def dark_width_hat(self) -> float:
        """Width of A' into the dark pair over g_D^2, in GeV."""
        return self.mediator_widths.dark_hat

    @cached_property
    def excited_width_hats(self) -> dict[str, float]:
        """Widths of the excited state over epsilon^2 g_D^2, in GeV by channel."""
        return self.model.excited_width_hats()

    @property
    def mean_gamma_beta(self) -> float:
        """Momentum over mass of the excited state of a single process, averaged (Eq. 14)."""
        return self.process.mean_gamma_beta

    def density(self, direction: ArrayLike, energy: ArrayLike, frame: Frame = "lab") -> FloatArray:
        """Density of excited states in direction and energy; per steradian and GeV.

        Parameters
        ----------
        direction
            Shape (..., 3), in the axes of the frame; of any length but zero.
        energy
            In GeV, shapes (...) that broadcast.
        frame
            ``"lab"``, or ``"cm"`` for the centre of mass with z along the electrons.

        Raises
        ------
        InputError
            If there are several processes, or the energy follows from the direction: see
            ``angular_density``.
        """
        return self.process.density(direction, energy, frame)

    def star_density(self, cos_theta: ArrayLike, cos_theta_star: ArrayLike) -> FloatArray:
        """The same in the centre of mass against the decay angle; per steradian.

        Parameters
        ----------
        cos_theta
            Cosine of the polar angle of the excited state about the electrons.
        cos_theta_star
            Cosine of its polar angle in the A' rest frame; any shapes that broadcast.
        """
        return self.process.star_density(cos_theta, cos_theta_star)

    def flags(self, epsilon: float, g_d: float) -> list[str]:
        """What a user should know of the approximations at a choice of couplings."""
        couplings = couplings_of(epsilon, g_d)
        flags = [flag for process in self.processes for flag in process.flags(couplings)]
        if self.radiates:
            alone = [process.name for process in self.processes if not process.radiates]
            flags += [f"radiation: yields of {name} have no further photons" for name in alone]
        if float(self.beams.boost @ self.beams.boost) > 0.0:
            flags.append("mean flight and the mean-flight approximation are in the centre of mass")
        return flags

    def ctau(self, epsilon: ArrayLike, g_d: ArrayLike) -> FloatArray:
        """Proper decay length of the excited state in m, inf if it is stable."""
        strength = self.model.excited_powers.of(**couplings_of(epsilon, g_d))
        shape = np.broadcast_shapes(np.shape(epsilon), np.shape(g_d))
        if self.ctau_override is not None:
            return np.full(shape, self.ctau_override)
        width_hat = sum(self.excited_width_hats.values())
        if width_hat == 0.0:
            return np.full(shape, np.inf)
        with np.errstate(divide="ignore"):  # inf where a coupling is zero
            return np.asarray(HBAR_C / np.broadcast_to(strength * width_hat, shape))

    def branching_dark(self, epsilon: ArrayLike, g_d: ArrayLike) -> FloatArray:
        """Branching ratio of A' into the dark pair."""
        return self.mediator_widths.branching_dark(couplings_of(epsilon, g_d))

    def produced_fb(self, epsilon: ArrayLike, g_d: ArrayLike) -> FloatArray:
        """Cross-section to produce an excited state in fb, branching ratio of A' included.

        Of all processes together, times the excited states per event of each.
        """
        couplings = couplings_of(epsilon, g_d)
        return np.asarray(sum(process.produced_fb(couplings) for process in self.processes))
