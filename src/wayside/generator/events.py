"""Unweighted events: production, flight into a detector, decay; in the laboratory."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayside.collider.boosts import boost_by
from wayside.errors import InputError
from wayside.generator import hadrons
from wayside.generator.decays import CHANNELS, DecaySampler
from wayside.generator.flights import Flights, FlightSampler
from wayside.models.protocol import Model
from wayside.production.process import Companions
from wayside.scenario import Scenario
from wayside.scenario.choice import detector_of
from wayside.sensitivity.planes import mass_point
from wayside.typing import FloatArray, IntArray
from wayside.version import __version__

BLOCK: Final = 65_536
"""Proposals per block; every block has random numbers of its own, by seed and number."""

_FEW: Final = 1.0
"""Expected decays below which a note says so."""

_BARREN: Final = 200
"""Blocks in a row without an event after which there will be none."""


class Events(NamedTuple):
    """Decays of the excited state in a detector; laboratory frame, GeV, m, ns after the collision.

    Arrays of one row an event, except for the visible particles.
    """

    event: IntArray
    """Number, from 0."""
    process: NDArray[np.int32]
    """Index in ``EventGenerator.processes``."""
    detector: NDArray[np.int32]
    """Index in ``EventGenerator.detectors``."""
    vertex: FloatArray
    """Where the excited state decays, shape (n, 3); it came from the origin."""
    time: FloatArray
    excited: FloatArray
    partner: FloatArray
    """Momenta of the excited state and of the ground state it decays to, shape (n, 3)."""
    mediator: FloatArray
    """Momentum of the A' it came from; that of the collision where the A' is virtual."""
    channel: NDArray[np.int32]
    """Index in `wayside.generator.decays.CHANNELS`."""
    hadron_channel: NDArray[np.int32]
    """Index in ``wayside.generator.hadrons.NAMES``, -1 for leptons."""
    q: FloatArray
    """Invariant mass of the visible particles."""
    offsets: IntArray
    """Visible particles of row i are ``offsets[i]:offsets[i + 1]``."""
    pdg: NDArray[np.int32]
    mass: FloatArray
    momentum: FloatArray

    def first(self, n: int) -> "Events":
        """Return the first ``n`` events."""
        end = int(self.offsets[n])
        ragged = {"pdg", "mass", "momentum"}
        cut = {
            name: value[:end] if name in ragged else value[: n + (name == "offsets")]
            for name, value in self._asdict().items()
        }
        return Events(**cut)


def _few(expected: float) -> list[str]:
    """What to know about events that hardly ever happen."""
    if expected >= _FEW:
        return []
    return [
        f"{expected:.3g} decays are expected in the whole luminosity: the events show what one"
        " would look like"
    ]


class EventGenerator:
    """Generates events of a scenario's parameter point.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    detectors
        Names of detectors, all of the scenario's if empty. Events fall into them in proportion to
        their yields.

    Raises
    ------
    InputError
        If there is no such detector, if no excited state reaches any, or if it never decays.
    """

    def __init__(self, scenario: Scenario, detectors: Sequence[str] = ()) -> None:
        self.scenario = scenario
        self._point = point = mass_point(scenario)
        for name in detectors:
            detector_of(scenario, name)
        self.detectors: tuple[str, ...] = tuple(dict.fromkeys(detectors)) or tuple(point.volumes)
        """Names, in the order of ``Events.detector``."""
        epsilon, g_d = scenario.pair.epsilon, scenario.pair.g_d
        self.ctau = float(point.ctau(epsilon, g_d))
        self._decays = DecaySampler(point.model, point.excited_width_hats)
        volumes = {name: point.volumes[name] for name in self.detectors}
        self.processes = point.processes
        """Production processes, in the order of ``Events.process``."""
        couplings = {"epsilon": epsilon, "g_d": g_d}
        self._flights = FlightSampler(
            [process.flight for process in self.processes],
            volumes,
            self.ctau,
            [float(process.produced_fb(couplings)) for process in self.processes],
        )
        self.proposed = 0
        self.kept = 0
        self.repeated = 0
        """Counted while `blocks` runs: proposals, events before the last block is cut, and
        flights used more than once, see `wayside.generator.flights`."""

    @property
    def model(self) -> Model:
        """Masses and widths."""
        return self._point.model

    def header(self, n: int, seed: int) -> dict[str, Any]:
        """Everything a reader of the events needs to know, as plain values."""
        scenario, point = self.scenario, self._point
        epsilon, g_d = scenario.pair.epsilon, scenario.pair.g_d
        produced = float(point.produced_fb(epsilon, g_d))
        probabilities = {
            name: float(point.decay_probability(name, epsilon, g_d)) for name in self.detectors
        }
        luminosity = scenario.run.luminosity_fb
        total = sum(probabilities.values())
        return {
            "wayside": __version__,
            "scenario": scenario.to_dict(),
            "seed": seed,
            "events": n,
            "weight": "1 each; an event stands for expected_events / events in the data set",
            "luminosity_fb": luminosity,
            "produced_fb": produced,
            "cross_section_fb": produced * total,
            "expected_events": luminosity * produced * total,
            "detectors": [
                {"name": name, "decay_probability": p, "expected_events": luminosity * produced * p}
                for name, p in probabilities.items()
            ],
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
                *_few(luminosity * produced * total),
                "lepton pairs and pairs of pseudoscalars by the tree-level matrix element",
                "taus without spin correlations; taus, pi0, eta, K_S are left undecayed",
                "no radiation off beams (beyond the photon of the process) or decay products",
                # Mean flights are not used here.
                *(flag for flag in point.flags(epsilon, g_d) if "mean flight" not in flag),
            ],
        }  # fmt: skip

    def blocks(self, n: int, seed: int) -> Iterator[Events]:
        """Generate ``n`` events in blocks.

        The events depend on ``seed`` alone, and the first of many are those of few.

        Raises
        ------
        InputError
            If no events turn up.
        """
        self.proposed = self.kept = self.repeated = 0
        made = number = barren = 0
        while made < n:
            block = self.block(seed, number)
            number += 1
            size = len(block.event)
            barren = 0 if size else barren + 1
            if barren == _BARREN:
                raise InputError(
                    f"no event in {number * BLOCK} tries: hardly any excited state decays in"
                    f" {', '.join(self.detectors)}"
                )
            self.kept += size
            if size > n - made:
                block = block.first(n - made)
            if len(block.event):
                yield block._replace(event=block.event + made)
            made += len(block.event)

    def block(self, seed: int, number: int) -> Events:
        """Generate one block of events, numbered from 0; some tens of thousands."""
        rng = np.random.Generator(
            np.random.Philox(np.random.SeedSequence(seed, spawn_key=(number,)))
        )
        flights = self._flights.draw(BLOCK, rng)
        self.proposed += flights.proposed
        self.repeated += flights.repeated
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
        return Events(
            np.arange(n),
            flights.process,
            flights.detector,
            flights.vertex,
            flights.time,
            excited,
            partner,
            mediator,
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
            mine = flights.process == index
            made = process.complete(flights.direction[mine], flights.rapidity[mine], rng)
            excited[mine], mediator[mine] = made
        return Companions(excited, mediator)
