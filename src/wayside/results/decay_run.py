"""Decays of a scenario in one detector: generated, through Geant4, and reconstructed; resumable.

Every run has a folder of its own, named by a hash of all that its decays depend on.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from wayside.backgrounds.setup import DetectorSetup
from wayside.designing.simulated import Efficiency, SimulatedDetector, law
from wayside.generator.events import EventGenerator
from wayside.generator.followed import Followed, followed, indirect_events
from wayside.reconstruction.run import origins
from wayside.reconstruction.truth_matching import at_origin
from wayside.results.events import EventSample
from wayside.results.reconstruction import Reconstruction, reconstruct
from wayside.results.simulation import simulate
from wayside.scenario import Scenario
from wayside.scenario.choice import selection_of
from wayside.scenario.model import is_pair
from wayside.selections.names import SELECTED, TIMED, columns
from wayside.sensitivity.selected import selected_map
from wayside.transport.plan import is_complete, missing_chunks
from wayside.transport.setup import plan_of
from wayside.typing import FloatArray, IntArray, StructuredArray
from wayside.version import __version__

CHUNK: Final = 50
"""Decays that are simulated together: at most so many are lost when a run is killed."""

Progress = Callable[[int, int], object]


@dataclass(frozen=True, eq=False)
class DecayRun:
    """Decays of a scenario in one detector, simulated in a folder of their own.

    Parameters
    ----------
    scenario
        At the couplings that are asked for, with the blocks that fit (`with_blocks`).
    detector
        Name of the detector.
    decays
        Number of decays.
    seed
        Of the decays, of Geant4 and of the response; the result follows from it.
    place
        Folder in which that of the run is, named by a hash of all of this.
    """

    scenario: Scenario
    detector: str
    decays: int
    seed: int
    place: Path

    @cached_property
    def sample(self) -> EventSample:
        """All decays."""
        return EventSample(EventGenerator(self.scenario, (self.detector,)), self.decays, self.seed)

    @cached_property
    def primaries(self) -> StructuredArray:
        """Visible products of all decays."""
        return self.sample.primaries(self.detector)

    @cached_property
    def followed(self) -> Followed:
        """Decays that are followed."""
        setup = DetectorSetup(self.scenario, self.detector)
        return followed(self.primaries, 1e3 * setup.target.depth)

    def chosen(self, number: int | None = None) -> StructuredArray:
        """Products of the decays that are followed, or of the first of them."""
        return self.primaries[np.isin(self.primaries["event"], self.followed.events[:number])]

    @cached_property
    def folder(self) -> Path:
        """Where it is kept."""
        inputs = {
            "wayside": __version__,
            "scenario": self.scenario.to_dict(),
            "detector": self.detector,
            "decays": self.decays,
            "seed": self.seed,
        }
        digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
        return self.place / f"{digest[:16]}-{self.detector}"

    @property
    def missing(self) -> int:
        """Followed decays that are not simulated yet, up to whole chunks."""
        number = len(self.followed.events)
        if not number:
            return 0
        if not self.folder.is_dir():
            return number
        if is_complete(self.folder):
            return 0
        plan = plan_of(
            self.scenario,
            self.chosen(),
            detector=self.detector,
            seed=self.seed,
            events_per_chunk=CHUNK,
        )
        return min(number, CHUNK * len(missing_chunks(plan, self.folder)))

    def run(
        self, workers: int = 1, progress: Progress | None = None, report: Any = None
    ) -> SimulatedDetector:
        """Simulate and reconstruct what is missing.

        Parameters
        ----------
        workers, progress, report
            As for `wayside.results.design_simulation.simulate_designs`.
        """
        return SimulatedDetector(
            self.detector,
            self.decays,
            len(self.followed.events),
            float(self.sample.header()["detectors"][0]["expected_events"]),
            self._direct(workers, progress, report),
            law(self.scenario, self.detector),
        )

    def _direct(
        self, workers: int, progress: Progress | None, report: Any
    ) -> dict[str, Efficiency]:
        stages = columns(self.scenario.selection)
        if not len(self.followed.events):
            return dict.fromkeys(stages, fraction(np.zeros(0), self.decays))
        run = simulate(
            self.scenario,
            self.chosen(),
            self.folder,
            detector=self.detector,
            seed=self.seed,
            workers=workers,
            events_per_chunk=CHUNK,
            progress=progress,
            report=report,
        )
        kept: dict[str, Efficiency] = {}
        timed = self.scenario.with_values({"run.selection": TIMED})
        for name, scenario in ((TIMED, timed), (SELECTED, self.scenario)):
            if name not in stages:
                continue
            result = reconstruct(
                run, self.folder / name, scenario=scenario, seed=self.seed, workers=workers
            )
            for stage, probability in probabilities(result, self.chosen(), self._anywhere).items():
                weights = self.followed.weights
                known = fraction(weights * _of(self.followed.events, probability), self.decays)
                kept[stage] = self._in_films(known) if stage == SELECTED else known
        return {stage: kept[stage] for stage in stages}

    @cached_property
    def _anywhere(self) -> IntArray:
        """Decays whose vertices count wherever they lie, as in the tables of the law.

        Those of an excited state count where it decays.
        """
        return (
            np.zeros(0, np.int64)
            if is_pair(self.scenario.model)
            else (indirect_events(self.chosen()))
        )

    def _in_films(self, known: Efficiency) -> Efficiency:
        """What films with the tracks of the exposure keep: followed decays are in empty ones."""
        selection = selection_of(self.scenario)
        assert selection is not None
        films = selected_map(self.scenario, selection)
        error = np.hypot(known.error, known.value * films.scale_error)
        return Efficiency(films.scale * known.value, films.scale * float(error))


def probabilities(
    result: Reconstruction, primaries: StructuredArray, anywhere: IntArray
) -> dict[str, Mapping[int, float]]:
    """Probabilities with which decays of a reconstructed run are kept, by stage and event.

    Parameters
    ----------
    result
        The reconstruction; with a table of candidates, that of their selection.
    primaries
        Rows of `wayside.generator.records.PRIMARY` that were simulated.
    anywhere
        Events whose vertices count wherever they lie; all others where the decay was.

    Returns
    -------
    dict
        ``"selected"`` of candidates; else ``"vertex"`` and ``"timed"``, each of probability 1.
        Events that are not there have probability 0.
    """
    if result.has_candidates:
        rows = result.candidates
        rows = rows[rows["at_origin"] | np.isin(rows["event"], anywhere)]
        best: dict[int, float] = {}
        for event, value in zip(rows["event"].tolist(), rows["probability"].tolist(), strict=True):
            best[event] = max(value, best.get(event, 0.0))
        return {SELECTED: best}
    vertices = result.vertices
    good = vertices[at_origin(vertices, origins(primaries)) | np.isin(vertices["event"], anywhere)]
    timed = good[(good["times"] == 1) & ~good["vetoed"]]
    return {
        "vertex": dict.fromkeys(good["event"].tolist(), 1.0),
        TIMED: dict.fromkeys(timed["event"].tolist(), 1.0),
    }


def _of(events: IntArray, probability: Mapping[int, float]) -> FloatArray:
    return np.array([probability.get(event, 0.0) for event in events.tolist()])


def fraction(kept: FloatArray, decays: int) -> Efficiency:
    """Fraction of decays that is kept, and its standard error.

    Parameters
    ----------
    kept
        Weights times probabilities of the decays that were followed, shape (n,).
    decays
        Decays that were generated.

    Returns
    -------
    Efficiency
        The variance has one more decay, so that none is no certain 0.

    Examples
    --------
    >>> [round(part, 4) for part in fraction(np.ones(25), 100)]
    [0.25, 0.0444]
    """
    value = float(kept.sum()) / decays
    variance = max(float((kept**2).sum()) - decays * value**2, 0.0) + 1.0
    return Efficiency(value, float(np.sqrt(variance)) / decays)


def with_blocks(scenario: Scenario, detector: str) -> Scenario:
    """A scenario with as many blocks as fit into one of its detectors."""
    blocks = DetectorSetup(scenario, detector).blocks
    return scenario.with_values({"stack.blocks": blocks})
