"""Fakes that were simulated for a design, beside those that its laws give.

What is simulated is how many timed vertices one particle of each energy makes in the layers of the
design. After a search hardly any of them is left, so that the background of a selection is
multiplied with the ratio of the timed ones, kind by kind.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.backgrounds.budget import budget
from wayside.backgrounds.registry import sources
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Source
from wayside.backgrounds.target import SIMULATED
from wayside.candidates.weights import effective_count
from wayside.errors import InputError
from wayside.scenario import Scenario
from wayside.scenario.choice import selection_of
from wayside.selections.background_sample import weights_per_particle
from wayside.selections.fakes import FakeBins
from wayside.selections.kinds import KINDS, Sides
from wayside.selections.names import SELECTED
from wayside.sensitivity.background import Background
from wayside.typing import FloatArray, StructuredArray

FEWEST: Final = 10.0
"""Effective timed events below which a ratio says nothing, and the law is kept: a few of large
weight carry most of a sum, and one that is missing is not in its error."""


class Expected(NamedTuple):
    """Expected events and their standard error from the size of a sample."""

    value: float
    error: float


class SimulatedFakes(NamedTuple):
    """Timed fakes of one kind of particle in a detector: simulated ones, and those of the law.

    Attributes
    ----------
    detector
        Name of the detector.
    kind
        Name among `wayside.selections.kinds.KINDS`.
    particles
        Simulated particles.
    effective
        Timed events that their weights are worth.
    direct, law
        Timed vertices in the exposure.
    """

    detector: str
    kind: str
    particles: int
    effective: float
    direct: Expected
    law: Expected

    @property
    def known(self) -> bool:
        """Whether enough was found for a ratio."""
        return self.effective >= FEWEST and self.law.value > 0.0

    @property
    def ratio(self) -> Expected:
        """Simulated fakes over those of the law, 1 where too few were found.

        Examples
        --------
        >>> made = SimulatedFakes("A", "muon-above", 10_000, 25.0, Expected(30.0, 6.0),
        ...                       Expected(20.0, 1.0))
        >>> [round(part, 2) for part in made.ratio]
        [1.5, 0.31]
        """
        if not self.known:
            return Expected(1.0, 0.0)
        value = self.direct.value / self.law.value
        relative = math.hypot(
            self.direct.error / self.direct.value, self.law.error / self.law.value
        )
        return Expected(value, value * relative)

    def plain(self) -> dict[str, Any]:
        """Plain values."""
        return {
            **self._asdict(),
            "direct": self.direct._asdict(),
            "law": self.law._asdict(),
            "ratio": self.ratio._asdict() if self.known else None,
        }


def require_fakes(scenario: Scenario) -> None:
    """Refuse a scenario whose fakes no simulation of a design would change.

    Raises
    ------
    InputError
        If its background is a number, or its selection is none of a search.
    """
    if not scenario.run.simulates_background:
        raise InputError(
            f"run.background = {scenario.run.background}: a simulation of fakes changes a simulated"
            ' background alone; set run.background = "simulated"'
        )
    if selection_of(scenario) is None:
        raise InputError(
            f'run.selection = "{scenario.selection}": a simulation of fakes stands beside the'
            ' candidates of a search; set run.selection = "search"'
        )


def tables(scenario: Scenario) -> Mapping[str, FakeBins]:
    """Fakes of one particle by its kind, of the scenario's selection."""
    selection = selection_of(scenario)
    return {} if selection is None else selection.fakes


def entering(scenario: Scenario, detector: str, *, laws: bool) -> dict[str, FloatArray]:
    """Particles that head for the blocks of a detector in the exposure, by kind and energy bin.

    Parameters
    ----------
    scenario
        The design.
    detector
        Name of one of its detectors.
    laws
        Whether they are multiplied with the laws for the depth and the lead of the design.
    """
    bins = tables(scenario)
    found: dict[str, FloatArray] = {}
    for source in sources(DetectorSetup(scenario, detector)):
        if not isinstance(source, Source) or source.spectrum is None:
            continue
        kind = source.spectrum.kind
        if kind not in bins:
            continue
        own = source
        if not laws:
            own = replace(source, spectrum=replace(source.spectrum, target=SIMULATED))
        number = own.particles(bins[kind])
        found[kind] = found[kind] + number if kind in found else number
    return found


def by_law(scenario: Scenario, detector: str) -> dict[str, Expected]:
    """Timed fakes in a detector by kind, as the samples of the selection and the laws have them."""
    bins = tables(scenario)
    found = {}
    for kind, number in entering(scenario, detector, laws=True).items():
        sample = bins[kind].sample
        if sample is not None:
            squares = float(number**2 @ sample.timed_squares)
            found[kind] = Expected(float(number @ sample.timed), math.sqrt(squares))
    return found


def direct(
    scenario: Scenario, detector: str, kind: str, rows: StructuredArray, particles: int
) -> SimulatedFakes:
    """Timed fakes of simulated particles.

    Parameters
    ----------
    scenario, detector
        The design.
    kind
        Kind of the particles.
    rows
        Candidates of `wayside.candidates.schema.ROW`, whose sampling density is that of all
        particles together.
    particles
        Simulated particles.
    """
    setup = DetectorSetup(scenario, detector)
    target = setup.target
    number = entering(scenario, detector, laws=False)[kind]
    edges = np.asarray(KINDS[kind].edges)
    timed = rows[rows["timed"]]
    sides = Sides(target.width, target.height, target.depth)
    weight = weights_per_particle(timed, KINDS[kind], sides=sides)
    place = np.searchsorted(edges, timed["kinetic_energy"].astype(np.float64), side="right") - 1
    weight = weight * number[np.clip(place, 0, len(number) - 1)]
    _, event = np.unique(timed["event"], return_inverse=True)
    by_event = np.bincount(event, weight)
    return SimulatedFakes(
        detector,
        kind,
        particles,
        effective_count(weight, timed["event"]),
        Expected(float(by_event.sum()), float(np.sqrt(by_event @ by_event))),
        by_law(scenario, detector)[kind],
    )


def corrected(
    scenario: Scenario, background: Background, fakes: Sequence[SimulatedFakes]
) -> Expected:
    """Background of a design with each kind multiplied with its simulated ratio.

    Parameters
    ----------
    scenario
        The design.
    background
        That of its laws.
    fakes
        What was simulated.

    Returns
    -------
    Expected
        Its error is that of the laws, in proportion where the background grows, with those of the
        ratios.
    """
    ratios = {(one.detector, one.kind): one.ratio for one in fakes if one.known}
    more, variance = 0.0, 0.0
    for (detector, kind), ratio in ratios.items():
        counted = _selected(scenario, detector, kind)
        more += counted * (ratio.value - 1.0)
        variance += (counted * ratio.error) ** 2
    value = background.value + more
    grown = max(1.0, value / background.value) if background.value > 0.0 else 1.0
    return Expected(value, math.hypot(background.error * grown, math.sqrt(variance)))


def _selected(scenario: Scenario, detector: str, kind: str) -> float:
    """Expected events of a kind that the selection leaves in a detector."""
    return math.fsum(
        part.vertices[SELECTED].value
        for part in budget(scenario).detectors[detector]
        if part.kind == kind and part.vertices is not None
    )
