"""Events of a single particle that is produced, flies and decays by itself."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np

from wayside.collider.boosts import boost_by
from wayside.decays.particle_decays import ParticleDecaySampler
from wayside.detector.volume import Volume
from wayside.generator.flights import Flights, FlightSampler
from wayside.generator.source import Drawn
from wayside.models import hadron_channels
from wayside.models.particle import ParticleModel
from wayside.production.particle_process import ParticleProcess
from wayside.scenario import Scenario
from wayside.sensitivity.particle_point import particle_point

COLUMN: Final = "llp"
"""Name of the momentum of the particle, and of its mass and code in the header."""

_MINOR: Final = 0.03
"""Fraction of all particles below which a part of them is prepared roughly: a decay of the tau to
three bodies is eight of them."""


class ParticleSource:
    """Flights of a single particle and decays, see `wayside.generator.source.EventSource`.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    """

    block: ClassVar[int] = 8192

    def __init__(self, scenario: Scenario) -> None:
        self._point = point = particle_point(scenario)
        self._couplings = scenario.model.couplings
        self.flying = point.model.name
        self.ctau = float(point.ctau(self._couplings))
        self._decays = ParticleDecaySampler(point.model, self._couplings, point.widths)
        self._of_process = np.array(
            [number for number, process in enumerate(point.processes) for _ in process.parts],
            dtype=np.int32,
        )

    @property
    def model(self) -> ParticleModel:
        """Mass and widths."""
        return self._point.model

    @property
    def processes(self) -> tuple[ParticleProcess, ...]:
        """Production processes."""
        return self._point.processes

    @property
    def flying_mass(self) -> float:
        """Mass of the particle in GeV."""
        return self.model.mass

    def flights(self, volumes: Mapping[str, Volume]) -> FlightSampler:
        """Flights that end in volumes of detectors by name."""
        parts = [
            (part.flight, part.fraction * float(process.produced_fb(self._couplings)))
            for process in self.processes
            for part in process.parts
        ]
        flights, rates = zip(*parts, strict=True)
        return FlightSampler(flights, volumes, self.ctau, rates, self.flying, _MINOR)

    def draw(self, flights: Flights, rng: np.random.Generator) -> Drawn:
        """Decays at the ends of flights."""
        n = len(flights.rapidity)
        decays = self._decays.draw(n, rng)
        gamma = np.cosh(flights.rapidity)
        velocity = flights.direction * np.sinh(flights.rapidity)[:, None]
        owner = np.repeat(np.arange(n), np.diff(decays.offsets))
        energy = np.sqrt(decays.mass**2 + np.sum(decays.momentum**2, axis=1))
        _, momentum = boost_by(energy, decays.momentum, gamma[owner], velocity[owner])
        return Drawn(
            process=self._of_process[flights.flight],
            momenta={COLUMN: self.model.mass * velocity},
            **decays._replace(momentum=momentum)._asdict(),
        )

    def decay_probability(self, name: str) -> float:
        """Probability per produced particle to decay in a detector, to whatever channel."""
        return float(self._point.decay_probability(name, self._couplings))

    def produced_fb(self) -> float:
        """Particles produced per fb^-1."""
        return float(self._point.produced_fb(self._couplings))

    def visible_fraction(self) -> float:
        """Fraction of the decays that are events."""
        return float(self._point.visible_fraction(self._couplings))

    def header(self) -> dict[str, Any]:
        """What readers need to know of model, production and decays, as plain values."""
        model = self.model
        ratios = self._point.branching_ratios(self._couplings)
        return {
            "processes": [
                {"name": process.name, "reaction": process.reaction, "recoil": process.recoil_code}
                for process in self.processes
            ],
            "ctau_m": self.ctau,
            "masses_gev": {COLUMN: model.mass},
            "pdg_codes": {COLUMN: model.flying_code},
            "branching_ratios": {name: float(value) for name, value in ratios.items()},
            "visible_fraction": self.visible_fraction(),
            "channels": list(self._decays.channels),
            "hadron_channels": list(hadron_channels.NAMES),
            "hadrons": self._decays.hadrons,
            "notes": [
                f"{model.name} decays as if unpolarised; visible channels alone are drawn",
                "taus without spin correlations; taus, pi0, eta, K_S are left undecayed",
                "no radiation off beams or decay products",
            ],
        }
