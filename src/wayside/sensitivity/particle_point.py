"""All that is computed once for each mass of a single particle; couplings come for free."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from wayside.acceptance.particle import Acceptance, acceptance
from wayside.collider.beams import Beams
from wayside.constants import HBAR_C
from wayside.detector.volume import Volume
from wayside.errors import InputError
from wayside.models.couplings import Couplings
from wayside.models.particle import (
    ParticleModel,
    Width,
    proper_decay_length,
    total_width,
    widths_by_channel,
)
from wayside.production import particle_processes
from wayside.production.particle_process import ParticleProcess
from wayside.production.process import DEFAULT_TREATMENT, Treatment
from wayside.scenario import Scenario
from wayside.typing import FloatArray


@dataclass(frozen=True)
class ParticlePoint:
    """One mass of a single particle at one collider, with the detectors beside it.

    Parameters
    ----------
    model
        Mass and widths.
    beams
        The collider.
    volumes
        Detector volumes by name.
    only
        Names of the production processes that count, None for all.
    treatment
        Choices in the computation of processes.
    rtol
        Relative accuracy of acceptances.
    ctau_override
        Proper decay length in m that replaces the computed one, for studies.
    """

    model: ParticleModel
    beams: Beams
    volumes: Mapping[str, Volume]
    only: tuple[str, ...] | None = None
    treatment: Treatment = DEFAULT_TREATMENT
    rtol: float = 1e-4
    ctau_override: float | None = None

    @cached_property
    def processes(self) -> tuple[ParticleProcess, ...]:
        """Production processes, whose yields add up.

        Raises
        ------
        InputError
            If the collider cannot make the particle.
        """
        return particle_processes.processes(self.model, self.beams, self.treatment, self.only)

    @cached_property
    def widths(self) -> tuple[Width, ...]:
        """Partial widths with the couplings divided out."""
        return self.model.widths()

    @cached_property
    def _acceptances(self) -> dict[tuple[int, str], Acceptance]:
        return {}

    def acceptance(self, number: int, name: str) -> Acceptance:
        """Acceptance of a detector for the particles of one process, by its number."""
        if name not in self.volumes:
            raise InputError(f"no detector {name!r}; there are {', '.join(self.volumes) or 'none'}")
        key = (number, name)
        if key not in self._acceptances:
            parts = self.processes[number].parts
            self._acceptances[key] = acceptance(parts, self.volumes[name], self.rtol)
        return self._acceptances[key]

    def width(self, couplings: Couplings) -> FloatArray:
        """Total width in GeV that belongs to the lifetime in use, hbar c over `ctau`."""
        width = total_width(self.widths, checked(couplings))
        if self.ctau_override is not None:
            return np.full(width.shape, HBAR_C / self.ctau_override)
        return width

    def branching_ratios(self, couplings: Couplings) -> dict[str, FloatArray]:
        """Branching ratios by channel; 0 where the particle is stable."""
        by_channel = widths_by_channel(self.widths, checked(couplings))
        total = total_width(self.widths, couplings)
        with np.errstate(invalid="ignore", divide="ignore"):
            return {
                channel: np.where(total > 0.0, width / total, 0.0)
                for channel, width in by_channel.items()
            }

    def visible_fraction(self, couplings: Couplings) -> FloatArray:
        """Fraction of the decays that are to channels that a detector can see."""
        ratios = self.branching_ratios(couplings)
        hidden = sum(ratios[channel] for channel in self.model.invisible if channel in ratios)
        shape = np.broadcast_shapes(*(np.shape(value) for value in couplings.values()))
        return np.asarray(np.ones(shape) - hidden)

    def ctau(self, couplings: Couplings) -> FloatArray:
        """Proper decay length in m, inf if the particle is stable.

        Parameters
        ----------
        couplings
            Values by name, shapes that broadcast.
        """
        width = self.width(couplings)
        if self.ctau_override is not None:  # as it was given, to the last digit
            return np.full(width.shape, self.ctau_override)
        return proper_decay_length(width)

    def produced_fb(self, couplings: Couplings) -> FloatArray:
        """Particles produced per fb^-1 by all processes together."""
        couplings = checked(couplings)
        return np.asarray(sum(process.produced_fb(couplings) for process in self.processes))

    def decays_per_fb(self, name: str, couplings: Couplings) -> FloatArray:
        """Visible decays in a detector per fb^-1.

        Parameters
        ----------
        name
            Detector.
        couplings
            Values by name, shapes that broadcast.
        """
        decays = self._all_decays_per_fb(name, couplings)
        return np.asarray(self.visible_fraction(couplings) * decays)

    def _all_decays_per_fb(self, name: str, couplings: Couplings) -> FloatArray:
        """Decays in a detector per fb^-1, invisible ones included."""
        ctau = self.ctau(couplings)
        rates = [
            process.produced_fb(couplings) * self.acceptance(number, name).probability(ctau)
            for number, process in enumerate(self.processes)
        ]
        return np.asarray(sum(rates))

    def decays_error_per_fb(self, name: str, couplings: Couplings) -> FloatArray:
        """Error of `decays_per_fb`: numerical bounds and standard errors of samples, added."""
        ctau = self.ctau(couplings)
        errors = [
            process.produced_fb(couplings) * self.acceptance(number, name).error(ctau)
            for number, process in enumerate(self.processes)
        ]
        return np.asarray(self.visible_fraction(couplings) * sum(errors))

    def decay_probability(self, name: str, couplings: Couplings) -> FloatArray:
        """Probability per produced particle to decay inside a detector, to whatever channel."""
        return self._per_particle(self._all_decays_per_fb(name, couplings), couplings)

    def hit_probability(self, name: str, couplings: Couplings) -> FloatArray:
        """Probability per produced particle to cross a detector, if it lives on."""
        rates = [
            process.produced_fb(couplings) * self.acceptance(number, name).hit_probability
            for number, process in enumerate(self.processes)
        ]
        return self._per_particle(np.asarray(sum(rates)), couplings)

    def _per_particle(self, rate: FloatArray, couplings: Couplings) -> FloatArray:
        produced = self.produced_fb(couplings)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(produced > 0.0, rate / produced, 0.0)

    def expected_events(self, name: str, couplings: Couplings, luminosity_fb: float) -> FloatArray:
        """Visible decays expected inside a detector.

        Parameters
        ----------
        name
            Detector.
        couplings
            Values by name, shapes that broadcast.
        luminosity_fb
            Integrated luminosity in fb^-1.
        """
        if not luminosity_fb > 0.0:
            raise InputError(f"luminosity_fb = {luminosity_fb}: must be positive (fb^-1)")
        return np.asarray(luminosity_fb * self.decays_per_fb(name, couplings))


def particle_point(scenario: Scenario) -> ParticlePoint:
    """Mass point of a scenario whose model is a single particle.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.

    Raises
    ------
    InputError
        If the model is a pair.

    Examples
    --------
    >>> import wayside
    >>> values = {"model.kind": "alp-photon", "model.mass": 0.5, "model.g_photon": 1e-6}
    >>> point = particle_point(wayside.load_scenario("belle2-forward-beams", values))
    >>> float(point.ctau({"g_photon": 1e-6, "g_electron": 0.0, "g_muon": 0.0, "g_tau": 0.0})) < 0.32
    True
    """
    section = scenario.particle
    return ParticlePoint(
        model=section.build(),
        beams=scenario.collider.build(),
        volumes={name: detector.build() for name, detector in scenario.detectors.items()},
        only=scenario.run.processes,
        treatment=Treatment(scenario.collider.regulator),
        ctau_override=None if "ctau_m" in section.couplings else section.ctau_m,
    )


def checked(couplings: Mapping[str, ArrayLike]) -> dict[str, FloatArray]:
    """Couplings as arrays.

    Raises
    ------
    InputError
        If one is negative.
    """
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in couplings.items()}
    for name, values in arrays.items():
        if np.any(values < 0.0):
            raise InputError(f"{name} = {values[values < 0.0].flat[0]:g}: must not be negative")
    return arrays
