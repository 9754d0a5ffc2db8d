"""Events of an excited and a ground state with a mediator."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np

from wayside.collider.boosts import boost_by
from wayside.decays import hadrons
from wayside.detector.volume import Volume
from wayside.generator import radiated_flights, radiated_target  # noqa: F401 (registers)
from wayside.generator.decays import CHANNELS, DecaySampler
from wayside.generator.flights import Flights, FlightSampler
from wayside.generator.radiated_flights import ROWS, event_flight
from wayside.generator.source import Drawn
from wayside.models import hadron_channels
from wayside.models.protocol import Model
from wayside.production.photon_total import LOWEST
from wayside.production.process import Companions, Process
from wayside.scenario import Scenario
from wayside.sensitivity.planes import mass_point
from wayside.typing import FloatArray

COLUMNS: Final = ("phi1", "phi2", "aprime")
"""Names of the momenta of the excited state, of the ground state it decays to, and of the A' it
came from; the latter is that of what photons leave of the collision where the A' is virtual."""

BEAMS: Final = ("electron", "positron")
"""Names of the momenta of the beams, which vary by their spread where photons off them count."""

PHOTONS: Final = tuple(f"photon{number + 1}" for number in range(ROWS - radiated_flights.PHOTONS))
"""Names of the momenta of photons beyond that of the process; 0 where there is none."""


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
        self._spread = scenario.collider.energy_spread
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
            [event_flight(process) for process in self.processes],
            volumes,
            self.ctau,
            [float(process.produced_fb(couplings)) for process in self.processes],
            self.flying,
        )

    def draw(self, flights: Flights, rng: np.random.Generator) -> Drawn:
        """What is made together with flights, and decays at their ends."""
        n = len(flights.rapidity)
        excited, mediator = self._companions(flights, rng)
        others = self._others(flights)
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
            dict(zip(COLUMNS, (excited, partner, mediator), strict=True)) | others,
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
            if process.radiates:
                momentum = self.model.m1 * np.sinh(flights.rapidity[mine])
                excited[mine] = flights.direction[mine] * momentum[:, None]
                mediator[mine] = _rows(flights)[mine, radiated_flights.MEDIATOR]
                continue
            made = process.complete(flights.direction[mine], flights.rapidity[mine], rng)
            excited[mine], mediator[mine] = made
        return Companions(excited, mediator)

    def _others(self, flights: Flights) -> dict[str, FloatArray]:
        """Momenta of beams and further photons, where any process radiates."""
        if not self._point.radiates:
            return {}
        rows = _rows(flights).copy()
        nominal = self._point.beams.four_momenta[:, 1:]
        alone = np.array([not process.radiates for process in self.processes])[flights.flight]
        rows[alone, radiated_flights.ELECTRON] = nominal[0]
        rows[alone, radiated_flights.POSITRON] = nominal[1]
        places = (radiated_flights.ELECTRON, radiated_flights.POSITRON)
        beams = {name: rows[:, place] for name, place in zip(BEAMS, places, strict=True)}
        first = radiated_flights.PHOTONS
        return beams | {name: rows[:, first + k] for k, name in enumerate(PHOTONS)}

    def decay_probability(self, name: str) -> float:
        """Probability per produced excited state to decay in a detector."""
        return float(self._point.decay_probability(name, *self._couplings))

    def produced_fb(self) -> float:
        """Excited states produced per fb^-1."""
        return float(self._point.produced_fb(*self._couplings))

    def visible_fraction(self) -> float:
        """1: all decays are events."""
        return 1.0

    def _radiation(self) -> str:
        """What the events have of photons."""
        if not self._point.radiates:
            return "no radiation off beams (beyond the photon of the process) or decay products"
        return (
            f"up to {len(PHOTONS)} photons off the beams beyond that of the process, softer ones"
            f" than {LOWEST:g} of a beam's energy left out; beam energies vary by"
            f" {self._spread:g}; no radiation off decay products"
        )

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
                    "all_photons": process.radiates,
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
            "hadron_channels": list(hadron_channels.NAMES),
            "hadrons": hadrons.STATEMENT,
            "notes": [
                "lepton pairs and pairs of pseudoscalars by the tree-level matrix element",
                "taus without spin correlations; taus, pi0, eta, K_S are left undecayed",
                self._radiation(),
                # Mean flights are not used here.
                *(flag for flag in point.flags(*self._couplings) if "mean flight" not in flag),
            ],
        }  # fmt: skip


def _rows(flights: Flights) -> FloatArray:
    """Momenta that were drawn with flights, shape (n, ROWS, 3)."""
    return flights.made.reshape(len(flights.rapidity), ROWS, 3)
