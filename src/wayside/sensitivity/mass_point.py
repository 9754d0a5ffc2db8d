"""All that is computed once per mass point; couplings come for free afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from numpy.typing import ArrayLike

from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.detected import Detected
from wayside.acceptance.estimate import ACCURACY, Estimate
from wayside.acceptance.rule import Rule
from wayside.acceptance.timing import BINS, Arrivals
from wayside.collider.beams import Beams
from wayside.detector.box import Box, require_box
from wayside.detector.volume import Volume
from wayside.errors import InputError
from wayside.models.protocol import Model
from wayside.production import registry
from wayside.production.process import DEFAULT_TREATMENT, Frame, Radiation
from wayside.production.radiative import Regulator
from wayside.scenario.sections import DECAYS, EFFICIENCY, Decays, Efficiency
from wayside.selections.signal import SelectedMap
from wayside.sensitivity import distributions, yields
from wayside.sensitivity.acceptances import Acceptances
from wayside.sensitivity.mixture import gamma_beta
from wayside.sensitivity.production import Production
from wayside.typing import FloatArray


@dataclass(frozen=True)
class MassPoint(Production):
    """One choice of masses at one collider, with the detectors beside it.

    Parameters
    ----------
    model
        Masses and widths.
    beams
        The collider.
    volumes
        Detector volumes by name.
    production
        Name of the production process or names of several whose yields add up, from
        `wayside.production.registry`; ``"auto"`` for the one that goes with the masses.
    regulator
        Treatment of the electron mass in e+ e- -> gamma A'.
    rtol
        Relative accuracy of acceptances.
    ctau_override
        Proper decay length in m that replaces the computed one, for studies.
    decays
        How probabilities to decay inside a detector are computed where a call does not say; what
        `wayside.mass_point` takes from ``run.decays``.
    efficiency, selection
        Which decays count as events where a call does not say, and what of them must be detected;
        from ``run.efficiency`` and ``run.selection``.
    selected
        Efficiency of the selection of a search, which replaces the map that comes with Wayside.
    radiation, vacuum_polarisation
        Which photons off the beams count, and whether epsilon is the mixing of a photon whose
        coupling runs, see `wayside.production.process.Treatment`; from ``run.radiation`` and
        ``run.vacuum_polarisation``. Widths of the A' follow the latter, yields both; arrival times
        and simulated efficiencies follow the photons, densities remain those of one photon.
    energy_spread
        Relative standard deviation of the energy of either beam, which counts where all photons
        do; from ``collider.energy_spread``.
    """

    model: Model
    beams: Beams
    volumes: Mapping[str, Volume]
    production: str | tuple[str, ...] = registry.AUTOMATIC
    regulator: Regulator = DEFAULT_TREATMENT.regulator
    rtol: float = ACCURACY
    ctau_override: float | None = None
    decays: Decays = DECAYS
    efficiency: Efficiency = EFFICIENCY
    selection: str = "timed"
    selected: SelectedMap | None = None
    radiation: Radiation = DEFAULT_TREATMENT.radiation
    vacuum_polarisation: bool = DEFAULT_TREATMENT.vacuum_polarisation
    energy_spread: float = DEFAULT_TREATMENT.energy_spread

    @property
    def simulates_efficiency(self) -> bool:
        """Whether only decays count that the simulated detector sees."""
        return self.efficiency == "simulated"

    @cached_property
    def parts(self) -> tuple["MassPoint", ...]:
        """Mass points of one process each; itself where there is only one."""
        if len(self.processes) == 1:
            return (self,)
        return tuple(replace(self, production=process.name) for process in self.processes)

    @cached_property
    def with_one_photon(self) -> "MassPoint":
        """The same without further photons; itself where there are none."""
        return replace(self, radiation="one-photon") if self.radiates else self

    @cached_property
    def _acceptances(self) -> dict[str, Acceptances]:
        return {}

    @cached_property
    def _detected(self) -> dict[str, Detected]:
        return {}

    def acceptances(self, name: str) -> Acceptances:
        """Acceptances of a detector, of a single process."""
        if name not in self._acceptances:
            acceptances_of_detector = Acceptances(self.process, self.volume(name), self.rtol)
            self._acceptances[name] = acceptances_of_detector
        return self._acceptances[name]

    def computed(self) -> list[dict[str, Acceptances]]:
        """Acceptances that were asked for, by process and detector, for `keep`."""
        return [part._acceptances for part in self.parts]

    def keep(self, computed: Sequence[Mapping[str, Acceptances]]) -> None:
        """Take what `computed` gave for the same mass point in another process."""
        for part, acceptances in zip(self.parts, computed, strict=True):
            part._acceptances.update(acceptances)

    def take(self, other: "MassPoint", acceptances: bool) -> None:
        """Take what was computed for the same masses and beams, in this process.

        Parameters
        ----------
        other
            A mass point that may have other detectors, efficiencies and selections.
        acceptances
            Whether its detectors are the same.
        """
        self.take_production(other)
        if len(self.parts) > 1:
            for part, same in zip(self.parts, other.parts, strict=True):
                part.take_production(same)
        if acceptances:
            self.keep(other.computed())

    def volume(self, name: str) -> Volume:
        """Volume of a detector; an unknown name raises `InputError`."""
        if name not in self.volumes:
            raise InputError(f"no detector {name!r}; there are {', '.join(self.volumes) or 'none'}")
        return self.volumes[name]

    def box(self, name: str, purpose: str = "this") -> Box:
        """Volume of a detector that has to be a box.

        Parameters
        ----------
        name
            Detector.
        purpose
            What needs a box, for the message.

        Raises
        ------
        InputError
            If there is no such detector, or it has another shape.
        """
        return require_box(self.volume(name), name, purpose)

    def face(self, name: str) -> Estimate:
        """Probability per excited state to cross the front face of a detector."""
        return self.acceptances(name).face

    def curve(self, name: str) -> tuple[DecayCurve, float]:
        """Decay curve of a detector, and its relative error bound."""
        return self.acceptances(name).curve

    def timing(self, name: str) -> Rule:
        """Nodes over a detector that resolve arrival times: up to 150 MB, kept once asked for.

        With all photons where these count.
        """
        return self.acceptances(name).timing

    def arrivals(
        self,
        name: str,
        epsilon: float,
        g_d: float,
        edges: ArrayLike | None = None,
        *,
        bins: int = BINS,
    ) -> Arrivals:
        """When excited states enter a detector; as `wayside.sensitivity.distributions.arrivals`."""
        return distributions.arrivals(self, name, epsilon, g_d, edges, bins=bins)

    def angular_density(self, direction: ArrayLike, frame: Frame = "lab") -> FloatArray:
        """Density in direction, as `wayside.sensitivity.distributions.angular_density`."""
        return distributions.angular_density(self, direction, frame)

    def flags(self, epsilon: float, g_d: float) -> list[str]:
        """What a user should know of the approximations at a choice of couplings."""
        flags = super().flags(epsilon, g_d)
        if self.decays == "mean-flight":
            flags.append("radiation: yields by the mean flight have one photon")
        return flags

    def mean_flight(self, epsilon: ArrayLike, g_d: ArrayLike) -> FloatArray:
        """Average flight length d of Eq. 12 of the study, in m, over all processes."""
        return gamma_beta(self, epsilon, g_d) * self.ctau(epsilon, g_d)

    def decay_probability(
        self, name: str, epsilon: ArrayLike, g_d: ArrayLike, *, decays: "Decays | None" = None
    ) -> FloatArray:
        """Probability per produced excited state to decay inside a detector.

        Parameters
        ----------
        name
            Detector.
        epsilon, g_d
            Couplings, any shapes that broadcast.
        decays
            ``"exact"`` or ``"mean-flight"``, instead of what the mass point was made with.
        """
        decays = self.decays if decays is None else decays
        return yields.decay_probability(self, name, epsilon, g_d, decays)

    def decay_probability_at(self, name: str, ctau: ArrayLike) -> FloatArray:
        """Probability per excited state of a single process to decay inside a detector.

        Parameters
        ----------
        name
            Detector.
        ctau
            Proper decay length in m, any shape.
        """
        return self.acceptances(name).decay_probability(ctau)

    def detected(self, name: str) -> Detected:
        """Decays in a detector that are detected, by the table of the selection."""
        if name not in self._detected:
            self._detected[name] = yields.detected(self, name)
        return self._detected[name]

    def detected_fraction(self, name: str, epsilon: ArrayLike, g_d: ArrayLike) -> FloatArray:
        """Fraction of decays that are detected, as `wayside.sensitivity.yields` has it."""
        return yields.detected_fraction(self, name, epsilon, g_d)

    def expected_events(
        self,
        name: str,
        epsilon: ArrayLike,
        g_d: ArrayLike,
        luminosity_fb: float,
        *,
        decays: "Decays | None" = None,
        efficiency: "Efficiency | None" = None,
    ) -> FloatArray:
        """Decays of excited states expected inside a detector, or those of them that are detected.

        Parameters
        ----------
        name
            Detector.
        epsilon, g_d
            Couplings, any shapes that broadcast.
        luminosity_fb
            Integrated luminosity in fb^-1.
        decays
            ``"exact"`` or ``"mean-flight"``, instead of what the mass point was made with: from a
            scenario that is its ``run.decays``.
        efficiency
            ``"unity"`` or ``"simulated"``, instead of what the mass point was made with:
            ``run.efficiency``.

        Raises
        ------
        InputError
            If there is no such detector, or the luminosity is not positive.

        Notes
        -----
        Eqs. 20 and 21 of the study without their approximations: the path through the volume, the
        distribution of boosts and the exponentials are exact. With ``decays="mean-flight"``, with
        them, and with one photon, whatever ``radiation`` says.
        """
        return yields.expected_events(
            self,
            name,
            epsilon,
            g_d,
            luminosity_fb,
            self.decays if decays is None else decays,
            self.efficiency if efficiency is None else efficiency,
        )
