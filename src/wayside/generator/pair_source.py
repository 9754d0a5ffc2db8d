"""Events of an excited and a ground state with a mediator."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np

from wayside.collider.boosts import boost_by
from wayside.detector.volume import Volume
from wayside.generator import hadrons
from wayside.generator.decays import CHANNELS, DecaySampler
from wayside.generator.flights import Flights, FlightSampler
from wayside.generator.source import Drawn
from wayside.models.protocol import Model
from wayside.production.process import Companions, Process
from wayside.scenario import Scenario
from wayside.sensitivity.planes import mass_point

COLUMNS: Final = ("phi1", "phi2", "aprime")
"""Names of the momenta of the excited state, of the ground state it decays to, and of the A' it
came from; the latter is that of the collision where the A' is virtual."""


class PairSource:
    """Flights of the excited state and their decays, see `wayside.generator.source.EventSource`.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    """

    flying: ClassVar[str] = "excited state"
    block: ClassVar[int] = 65_536

    def __init__(self, scenario: Scenario) -> None:
        self._point = point = mass_point(scenario)
        self._couplings = scenario.pair.epsilon, scenario.pair.g_d
        self.ctau = float(point.ctau(*self._couplings))
        self._decays = DecaySampler(point.model, point.excited_width_hats)
        self.processes: tuple[Process, ...] = point.processes

    @property
    def model(self) -> Model:
        """Masses and widths."""
        return self._point.model

    @property
    def flying_mass(self) -> float:
        """Mass of the excited state in GeV."""
        return self.model.m1

    def flights(self, volumes: Mapping[str, Volume]) -> FlightSampler:
        """Flights that end in volumes of detectors by name."""
        epsilon, g_d = self._couplings
        couplings = {"epsilon": epsilon, "g_d": g_d}
        return FlightSampler(
            [process.flight for process in self.processes],
            volumes,
            self.ctau,
            [float(process.produced_fb(couplings)) for process in self.processes],
            self.flying,
        )

    def draw(self, flights: Flights, rng: np.random.Generator) -> Drawn:
        """What is made together with flights, and decays at their ends."""
        n = len(flights.rapidity)
        excited, mediator = self._companions(flights, rng)
        decays = self._decays.draw(n, rng)
        gamma = np.cosh(flights.rapidity)
        velocity = flights.direction * np.sinh(flights.rapidity)[:, None]
        energy = np.sqrt(self.model.m2**2 + np.sum(decays.partner**2, axis=1))
        _, partner = boost_by(energy, decays.partner, gamma, velocity)
        owner = np.repeat(np.arange(n), np.diff(decays.offsets))
        energy = np.sqrt(decays.mass**2 + np.sum(decays.momentum**2, axis=1))
        _, momentum = boost_by(energy, decays.momentum, gamma[owner], velocity[owner])
        return Drawn(
            flights.flight,
            dict(zip(COLUMNS, (excited, partner, mediator), strict=True)),
            decays.channel,
            decays.hadron_channel,
            decays.q,
            decays.offsets,
            decays.pdg,
            decays.mass,
            momentum,
        )

    def _companions(self, flights: Flights, rng: np.random.Generator) -> Companions:
        """Momenta of the excited states and of the mediators they came from."""
        excited = np.empty_like(flights.direction)
        mediator = np.empty_like(flights.direction)
        for index, process in enumerate(self.processes):
            mine = flights.flight == index
            made = process.complete(flights.direction[mine], flights.rapidity[mine], rng)
            excited[mine], mediator[mine] = made
        return Companions(excited, mediator)

    def decay_probability(self, name: str) -> float:
        """Probability per produced excited state to decay in a detector."""
        return float(self._point.decay_probability(name, *self._couplings))

    def produced_fb(self) -> float:
        """Excited states produced per fb^-1."""
        return float(self._point.produced_fb(*self._couplings))

    def visible_fraction(self) -> float:
        """1: all decays are events."""
        return 1.0

    def header(self) -> dict[str, Any]:
        """What readers need to know of model, production and decays, as plain values."""
        point = self._point
        return {
            "mode": point.mode,
            "processes": [
                {
                    "name": process.name,
                    "reaction": process.reaction,
                    "radiated": list(process.radiated),
                    "mediator_mass_gev": process.mediator_mass,
                }
                for process in self.processes
            ],
            "ctau_m": self.ctau,
            "masses_gev": {
                "m_aprime": point.model.m_aprime, "m1": point.model.m1, "m2": point.model.m2
            },
            "pdg_codes": point.model.codes._asdict(),
            "branching_ratios": dict(zip(CHANNELS, self._decays.branching.tolist(), strict=True)),
            "channels": list(CHANNELS),
            "hadron_channels": list(hadrons.NAMES),
            "hadrons": hadrons.STATEMENT,
            "notes": [
                "lepton pairs and pairs of pseudoscalars by the tree-level matrix element",
                "taus without spin correlations; taus, pi0, eta, K_S are left undecayed",
                "no radiation off beams (beyond the photon of the process) or decay products",
                # Mean flights are not used here.
                *(flag for flag in point.flags(*self._couplings) if "mean flight" not in flag),
            ],
        }  # fmt: skip
