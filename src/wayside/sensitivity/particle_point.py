"""All that is computed once for each mass of a single particle; couplings come for free."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from wayside.acceptance.estimate import ACCURACY
from wayside.acceptance.particle import Acceptance
from wayside.collider.beams import Beams
from wayside.constants import HBAR_C
from wayside.detector.box import require_box
from wayside.detector.volume import Volume
from wayside.efficiency.grid import EfficiencyGrid
from wayside.efficiency.selection import SELECTIONS
from wayside.efficiency.shipped import all_pairs, charged_pairs, indirect_pairs
from wayside.errors import InputError
from wayside.models.couplings import Couplings, Powers
from wayside.models.particle import (
    ParticleModel,
    Width,
    hats_by_powers,
    proper_decay_length,
    sum_of_monomials,
    total_width,
    widths_by_channel,
)
from wayside.production import particle_processes
from wayside.production.particle_process import ParticleProcess
from wayside.production.process import DEFAULT_TREATMENT, Treatment
from wayside.scenario import Scenario
from wayside.scenario.choice import selection_of
from wayside.scenario.sections import EFFICIENCY, Efficiency
from wayside.selections.names import TIMED
from wayside.sensitivity.particle_efficiency import (
    Group,
    ParticleDetected,
    groups_of,
    not_simulated,
    ratios_of,
)
from wayside.sensitivity.process_acceptances import AcceptanceKey, ProcessAcceptances
from wayside.sensitivity.selected import selected_map
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
    efficiency, selection
        Which decays count as events, and what of them must be detected; from ``run.efficiency`` and
        ``run.selection``.
    table
        Efficiencies of pairs of charged particles; needed where they count.
    """

    model: ParticleModel
    beams: Beams
    volumes: Mapping[str, Volume]
    only: tuple[str, ...] | None = None
    treatment: Treatment = DEFAULT_TREATMENT
    rtol: float = ACCURACY
    ctau_override: float | None = None
    efficiency: Efficiency = EFFICIENCY
    selection: str = "timed"
    table: EfficiencyGrid | None = None

    @property
    def simulates_efficiency(self) -> bool:
        """Whether only decays count that the simulated detector sees."""
        return self.efficiency == "simulated"

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

    def with_widths(self, factors: Mapping[str, float]) -> "ParticlePoint":
        """Return the same point with other partial widths; production and acceptances are kept.

        Parameters
        ----------
        factors
            By channel, what widths are multiplied with; 1 for those that are missing.
        """
        scaled = dataclasses.replace(self)
        widths = (
            width._replace(hat=width.hat * factors.get(width.channel, 1.0)) for width in self.widths
        )
        shared = {"processes": self.processes, "_accepted": self._accepted}
        scaled.__dict__.update(shared, widths=tuple(widths), _detected_as_before=self.detected)
        return scaled

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Visible widths by the monomial of the couplings that they have."""
        return groups_of(self.model, self.widths, self.table.channels if self.table else ())

    @cached_property
    def _detected(self) -> dict[str, ParticleDetected]:
        return {}

    @cached_property
    def _detected_as_before(self) -> Callable[[str], ParticleDetected] | None:
        """`detected` of the point whose widths were changed; set by `with_widths`."""
        return None

    def detected(self, name: str) -> ParticleDetected:
        """Decays in a detector that are detected, by the table of efficiencies.

        Raises
        ------
        InputError
            If the detector is not a box, or there is no table.
        """
        if self.table is None:
            raise InputError('efficiency = "unity": there is no table of efficiencies')
        if name not in self._detected and self._detected_as_before is not None:
            self._detected[name] = self._detected_as_before(name).with_groups(self.groups)
        if name not in self._detected:
            box = require_box(self.volume(name), name, "efficiencies")
            self._detected[name] = ParticleDetected(
                self.groups, self.processes, box, self.table, self.selection
            )
        return self._detected[name]

    def volume(self, name: str) -> Volume:
        """Volume of a detector; an unknown name raises `InputError`."""
        if name not in self.volumes:
            raise InputError(f"no detector {name!r}; there are {', '.join(self.volumes) or 'none'}")
        return self.volumes[name]

    @cached_property
    def _accepted(self) -> ProcessAcceptances:
        return ProcessAcceptances(self.processes, self.rtol)

    def acceptance(self, number: int, name: str) -> Acceptance:
        """Acceptance of a detector for the particles of one process, by its number."""
        return self._accepted.together((number,), name, self.volume(name))

    def _weighted(
        self, couplings: Couplings, name: str, value: Callable[[Acceptance], FloatArray | float]
    ) -> FloatArray:
        """Sum of a number of acceptances, times what is produced per fb^-1."""
        return self._accepted.weighted(couplings, name, self.volume(name), value)

    def computed(self) -> dict[AcceptanceKey, Acceptance]:
        """Acceptances that were asked for, by processes and detector, for `keep`."""
        return self._accepted.computed

    def keep(self, computed: Mapping[AcceptanceKey, Acceptance]) -> None:
        """Take what `computed` gave for the same mass point in another process."""
        self._accepted.computed.update(computed)

    @cached_property
    def _hats(self) -> dict[Powers, float]:
        """Total width by the monomial of the couplings, which is left out."""
        return hats_by_powers(self.widths)

    @cached_property
    def _hidden_hats(self) -> dict[Powers, float]:
        """The same of channels that no detector can see."""
        return hats_by_powers(w for w in self.widths if w.channel in self.model.invisible)

    def width(self, couplings: Couplings) -> FloatArray:
        """Total width in GeV that belongs to the lifetime in use, hbar c over `ctau`."""
        width = sum_of_monomials(self._hats, checked(couplings))
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
        total = sum_of_monomials(self._hats, checked(couplings))
        hidden = sum_of_monomials(self._hidden_hats, couplings)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(1.0 - np.where(total > 0.0, hidden / total, 0.0))

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
        return self._weighted(couplings, name, lambda accepted: accepted.probability(ctau))

    def _decays_of(
        self, number: int, name: str, couplings: Couplings, ctau: FloatArray
    ) -> FloatArray:
        """Decays in a detector per fb^-1 of particles of one process."""
        produced = self.processes[number].produced_fb(couplings)
        return np.asarray(produced * self.acceptance(number, name).probability(ctau))

    def decays_error_per_fb(self, name: str, couplings: Couplings) -> FloatArray:
        """Error of `decays_per_fb`: numerical bounds and standard errors of samples, added."""
        ctau = self.ctau(couplings)
        errors = self._weighted(couplings, name, lambda accepted: accepted.error(ctau))
        return np.asarray(self.visible_fraction(couplings) * errors)

    def detected_per_fb(self, name: str, couplings: Couplings) -> FloatArray:
        """Decays in a detector per fb^-1 that are detected, whatever ``efficiency`` says.

        Parameters
        ----------
        name
            Detector.
        couplings
            Values by name, shapes that broadcast.
        """
        couplings, ctau, detected = checked(couplings), self.ctau(couplings), self.detected(name)
        ratios = ratios_of(self.groups, total_width(self.widths, couplings), couplings)
        rates = [
            self._decays_of(number, name, couplings, ctau) * detected.fraction(number, ctau, ratios)
            for number in range(len(self.processes))
        ]
        return np.asarray(sum(rates))

    def detected_fraction(self, name: str, couplings: Couplings) -> FloatArray:
        """Fraction of the visible decays in a detector that are detected; 0 without decays."""
        decays = self.decays_per_fb(name, couplings)
        with np.errstate(invalid="ignore", divide="ignore"):
            fraction = self.detected_per_fb(name, couplings) / decays
        return np.where(decays > 0.0, fraction, 0.0)

    def detected_error(self, name: str, couplings: Couplings) -> float:
        """Standard error of `detected_fraction` from the counts of the table, at one point."""
        decays = float(self.decays_per_fb(name, couplings))
        if not decays > 0.0:
            return 0.0
        values, ctau, detected = checked(couplings), self.ctau(couplings), self.detected(name)
        ratios = ratios_of(self.groups, total_width(self.widths, values), values)
        weights = [
            [float(self._decays_of(number, name, values, ctau) * ratio) for ratio in ratios]
            for number in range(len(self.processes))
        ]
        return detected.error(weights, float(ctau)) / decays

    def timed_unmeasured(self, name: str, couplings: Couplings) -> float:
        """Fraction of the visible decays that is timed, of those that no search has measured.

        Vertices that photons and taus leave, of which the selection of a search may keep any part:
        what it selects is timed.

        Parameters
        ----------
        name
            Detector.
        couplings
            Values by name, at one point.
        """
        if self.selection in SELECTIONS:
            return 0.0
        timed = dataclasses.replace(self, table=indirect_pairs(), selection=TIMED)
        shared = {"processes": self.processes, "_accepted": self._accepted, "widths": self.widths}
        timed.__dict__.update(shared)
        return float(timed.detected_fraction(name, couplings))

    def not_simulated(self, couplings: Couplings) -> dict[str, float]:
        """Branching ratios by channel of decays that no table has efficiencies of."""
        total = float(total_width(self.widths, checked(couplings)))
        return not_simulated(self.groups, total, couplings)

    def decay_probability(self, name: str, couplings: Couplings) -> FloatArray:
        """Probability per produced particle to decay inside a detector, to whatever channel."""
        return self._per_particle(self._all_decays_per_fb(name, couplings), couplings)

    def hit_probability(self, name: str, couplings: Couplings) -> FloatArray:
        """Probability per produced particle to cross a detector, if it lives on."""
        crossing = self._weighted(couplings, name, lambda accepted: accepted.hit_probability)
        return self._per_particle(crossing, couplings)

    def _per_particle(self, rate: FloatArray, couplings: Couplings) -> FloatArray:
        produced = self.produced_fb(couplings)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(produced > 0.0, rate / produced, 0.0)

    def expected_events(self, name: str, couplings: Couplings, luminosity_fb: float) -> FloatArray:
        """Visible decays expected inside a detector, or those of them that are detected.

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
        count = self.detected_per_fb if self.simulates_efficiency else self.decays_per_fb
        return np.asarray(luminosity_fb * count(name, couplings))


PHOTONS: Final = "radiation: no photons off the beams beyond those of the production process"
"""Note on yields of single particles."""


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
    section, run = scenario.particle, scenario.run
    table: EfficiencyGrid | None = None
    if run.simulates_efficiency:
        selection = selection_of(scenario)
        # What a search selects was measured for charged pairs alone.
        table = (
            all_pairs() if selection is None else selected_map(scenario, selection, charged_pairs())
        )
    return ParticlePoint(
        model=section.build(),
        beams=scenario.collider.build(),
        volumes={name: detector.build() for name, detector in scenario.detectors.items()},
        only=scenario.run.processes,
        treatment=Treatment(
            scenario.collider.regulator, energy_spread=scenario.collider.energy_spread
        ),
        ctau_override=None if "ctau_m" in section.couplings else section.ctau_m,
        efficiency=run.efficiency,
        selection=scenario.selection,
        table=table,
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
