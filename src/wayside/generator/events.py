"""Unweighted events: production, flight into a detector, decay; in the laboratory."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayside.errors import InputError
from wayside.generator.pair_source import PairSource
from wayside.generator.particle_source import ParticleSource
from wayside.generator.source import EventSource
from wayside.scenario import Scenario
from wayside.scenario.choice import detector_of
from wayside.scenario.model import is_pair
from wayside.typing import FloatArray, IntArray
from wayside.version import __version__

_FEW: Final = 1.0
"""Expected decays below which a note says so."""

_BARREN: Final = 200
"""Blocks in a row without an event after which there will be none."""


class Events(NamedTuple):
    """Decays of a long-lived particle in a detector; laboratory frame, GeV, m, ns after collision.

    Arrays of one row an event, except for the products of the decay.
    """

    event: IntArray
    """Number, from 0."""
    process: NDArray[np.int32]
    """Index in ``EventGenerator.processes``."""
    detector: NDArray[np.int32]
    """Index in ``EventGenerator.detectors``."""
    vertex: FloatArray
    """Where the particle decays, shape (n, 3); it came from the origin."""
    time: FloatArray
    momenta: dict[str, FloatArray]
    """Momenta by the names of their columns, shapes (n, 3): of the particle that decays, ``phi1``
    or ``llp``, and with an excited state of the ground state ``phi2`` that it decays to and of the
    ``aprime`` it came from, the collision where that is virtual."""
    channel: NDArray[np.int32]
    """Index in the ``channels`` of `EventGenerator.header`."""
    hadron_channel: NDArray[np.int32]
    """Index in ``wayside.models.hadron_channels.NAMES``, -1 for others."""
    q: FloatArray
    """Invariant mass of the visible particles."""
    offsets: IntArray
    """Products of row i, without a ground state, are ``offsets[i]:offsets[i + 1]``."""
    pdg: NDArray[np.int32]
    mass: FloatArray
    momentum: FloatArray

    def first(self, n: int) -> "Events":
        """Return the first ``n`` events."""
        return self.part(0, n)

    def part(self, begin: int, end: int) -> "Events":
        """Return events from ``begin`` on and before ``end``."""
        rows, ends = slice(begin, end), self.offsets[begin : end + 1]
        products = slice(int(ends[0]), int(ends[-1]))
        ragged = {"pdg", "mass", "momentum"}
        cut = {
            name: value[products] if name in ragged else value[rows]
            for name, value in self._asdict().items()
            if name not in ("momenta", "offsets")
        }
        momenta = {name: value[rows] for name, value in self.momenta.items()}
        return Events(momenta=momenta, offsets=ends - ends[0], **cut)


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
        If there is no such detector, if no long-lived particle reaches any, if it never decays, or
        if what it decays to is not known.
    """

    def __init__(self, scenario: Scenario, detectors: Sequence[str] = ()) -> None:
        self.scenario = scenario
        for name in detectors:
            detector_of(scenario, name)
        self._source: EventSource = (
            PairSource(scenario) if is_pair(scenario.model) else ParticleSource(scenario)
        )
        self.detectors: tuple[str, ...] = tuple(dict.fromkeys(detectors or scenario.detectors))
        """Names, in the order of ``Events.detector``."""
        self._flights = self._source.flights(
            {name: scenario.detectors[name].build() for name in self.detectors}
        )
        self.proposed = 0
        self.kept = 0
        self.repeated = 0
        """Counted while `blocks` runs: proposals, events before the last block is cut, and
        flights used more than once, see `wayside.generator.flights`."""

    @property
    def flying(self) -> str:
        """What flies and decays, in words."""
        return self._source.flying

    @property
    def flying_mass(self) -> float:
        """Mass of it in GeV."""
        return self._source.flying_mass

    @property
    def ctau(self) -> float:
        """Proper decay length in m."""
        return self._source.ctau

    @property
    def processes(self) -> tuple[Any, ...]:
        """Production processes, in the order of ``Events.process``."""
        return self._source.processes

    @property
    def model(self) -> Any:
        """Masses and widths."""
        return self._source.model

    def header(self, n: int, seed: int) -> dict[str, Any]:
        """Everything a reader of the events needs to know, as plain values."""
        source, luminosity = self._source, self.scenario.run.luminosity_fb
        produced = source.produced_fb()
        probabilities = {name: source.decay_probability(name) for name in self.detectors}
        visible_fb = produced * source.visible_fraction()
        total = sum(probabilities.values())
        about = source.header()
        about["notes"] = [*_few(luminosity * visible_fb * total), *about["notes"]]
        return {
            "wayside": __version__,
            "scenario": self.scenario.to_dict(),
            "seed": seed,
            "events": n,
            "weight": "1 each; an event stands for expected_events / events in the data set",
            "luminosity_fb": luminosity,
            "produced_fb": produced,
            "cross_section_fb": visible_fb * total,
            "expected_events": luminosity * visible_fb * total,
            "detectors": [
                {
                    "name": name,
                    "decay_probability": p,
                    "expected_events": luminosity * visible_fb * p,
                }
                for name, p in probabilities.items()
            ],
            **about,
        }

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
                    f"no event in {number * self._source.block} tries: hardly any"
                    f" {self._source.flying} decays in {', '.join(self.detectors)}"
                )
            self.kept += size
            if size > n - made:
                block = block.first(n - made)
            if len(block.event):
                yield block._replace(event=block.event + made)
            made += len(block.event)

    def block(self, seed: int, number: int) -> Events:
        """Generate one block of events, numbered from 0; thousands or tens of thousands."""
        rng = np.random.Generator(
            np.random.Philox(np.random.SeedSequence(seed, spawn_key=(number,)))
        )
        flights = self._flights.draw(self._source.block, rng)
        self.proposed += flights.proposed
        self.repeated += flights.repeated
        drawn = self._source.draw(flights, rng)
        return Events(
            event=np.arange(len(flights.rapidity)),
            detector=flights.detector,
            vertex=flights.vertex,
            time=flights.time,
            **drawn._asdict(),
        )
