"""Samples behind the candidate table: what is simulated, how often, with which bias.

Muons are biased toward the axis and toward high energies, neutral particles toward the energies
from which on they make vertices and toward directions from which these go forward. Directions and
energies that matter little are drawn, too, so that no weight is large.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.detector.stack import Stack
from wayside.generator.pairs import Spread
from wayside.scenario.hardware import StackSection
from wayside.transport.added_collisions import Adding
from wayside.transport.beam_directions import Directions
from wayside.transport.beam_events import Cascading
from wayside.transport.biased_beams import Beam, Diffuse, FromPoint, LogRange

FRONT: Final = FromPoint(7000.0)
"""The interaction point as a detector beside Belle II has it."""

FORWARD: Final = float(np.deg2rad(50.0))
WIDE: Final = float(np.deg2rad(60.0))

SKY: Final = Diffuse(
    (
        Directions(0.5, "downward", FORWARD),
        Directions(0.32, "sky", FORWARD),
        Directions(0.18, "sky"),
    )
)
"""From above, mostly along the axis."""

ROCK: Final = Diffuse(
    (
        Directions(0.3, "uniform"),
        Directions(0.35, "sky"),
        Directions(0.35, "uniform", WIDE),
    )
)
"""From all sides, as neutral particles come out of rock; more from above and along the axis."""

ABOVE: Final = Diffuse(
    (
        Directions(0.45, "sky"),
        Directions(0.2, "sky", float(np.deg2rad(75.0))),
        Directions(0.35, "sky", FORWARD),
    )
)
"""From above as the reference source, forward ones more often."""

ALL: Final = Diffuse((Directions(1.0, "sky"),))
"""From above as the reference source."""

OBLIQUE: Final = Diffuse((Directions(0.75, "sky", FORWARD), Directions(0.25, "sky")))
"""From above; those within 50 degrees of the axis make most vertices, the others the largest
weights."""

AXIS: Final = Diffuse((Directions(1.0, "sky", FORWARD),))
"""From above, within 50 degrees of the axis."""

AROUND: Final = Diffuse((Directions(0.7, "sky"), Directions(0.3, "sky", float(np.deg2rad(75.0)))))
"""From above as the reference source, those not backward more often."""

STEEP: Final = Diffuse((Directions(0.8, "sky"), Directions(0.2, "sky", FORWARD)))
"""The same with more from straight above: few vertices, but of many neutrons each."""

COSMIC: Final = (LogRange(0.4, 0.3, 1000.0), LogRange(0.6, 8.0, 300.0))
COLLIDER: Final = (LogRange(0.3, 0.3, 7.5), LogRange(0.7, 3.0, 7.5))
NEUTRAL: Final = (LogRange(0.4, 0.1, 10.0), LogRange(0.6, 0.4, 6.0))
SOFT: Final = (LogRange(1.0, 0.05, 7.5),)


@dataclass(frozen=True)
class BeamSample:
    """Particles that reach the detector.

    Parameters
    ----------
    number
        Number of the sample, part of the seeds.
    name
        Name of the sample.
    beam
        Kind, energies and directions of the particles.
    events
        Number of particles.
    chunk
        Number of particles that are simulated together.
    shield
        Thickness of the lead around the blocks in m.
    """

    number: int
    name: str
    beam: Beam
    events: int
    chunk: int
    shield: float = 0.1


@dataclass(frozen=True)
class CascadeSample(BeamSample):
    """Neutrons that are followed from interaction to interaction; attributes as above.

    Parameters
    ----------
    cascading
        How often the first interaction in the blocks is made, and which events are followed.
    """

    cascading: Cascading = field(default_factory=Cascading)


@dataclass(frozen=True)
class MarkedSample(BeamSample):
    """Muons whose vertices do not count where an `AddedSample` stands for them; as above.

    Parameters
    ----------
    adding
        Which collisions are made there.
    """

    adding: Adding = field(default_factory=Adding)


@dataclass(frozen=True)
class AddedSample(BeamSample):
    """Muons with a collision of their own in each event; attributes as above.

    Parameters
    ----------
    adding
        Which collisions.
    """

    adding: Adding = field(default_factory=Adding)


@dataclass(frozen=True)
class PairSample:
    """Decays spread over mass points, boosts and places in the blocks; attributes as above.

    Parameters
    ----------
    spread
        Ranges from which the decays are drawn.
    """

    number: int
    name: str
    spread: Spread
    events: int
    chunk: int
    shield: float = 0.1


@dataclass(frozen=True)
class ScenarioSample:
    """Decays of a scenario in its first signal detector; attributes as above.

    Parameters
    ----------
    scenario
        Name of the scenario.
    values
        Changes of the scenario, as on the command line.
    """

    number: int
    name: str
    scenario: str
    events: int
    chunk: int
    values: tuple[str, ...] = field(default=())
    shield: float = 0.1


Sample = BeamSample | PairSample | ScenarioSample

SPLITTINGS: Final = (5e-3, 1.6)

BEAMS: Final = (
    ("muon-above", Beam((13, -13), COSMIC, SKY, 0.3), 150_000, 1000),
    ("muon-front", Beam((13, -13), COLLIDER, FRONT, 0.3), 120_000, 500),
    ("neutron-front", Beam((2112,), NEUTRAL, FRONT, 0.5), 8_000, 200),
    ("klong-front", Beam((130,), NEUTRAL, FRONT, 0.5), 8_000, 200),
    ("neutron-rock", Beam((2112,), NEUTRAL, ROCK, 0.5), 40_000, 200),
    ("klong-rock", Beam((130,), NEUTRAL, ROCK, 0.5), 30_000, 200),
    ("photon-front", Beam((22,), SOFT, FRONT, 0.3), 20_000, 500),
    ("electron-front", Beam((11, -11), SOFT, FRONT, 0.3), 20_000, 500),
)
"""Name, beam, number of particles, and number of particles in a chunk."""

SLOW: Final = (
    ("muon-above-slow", Beam((13, -13), (LogRange(1.0, 0.3, 10.0),), SKY, 0.3), 40_000, 1000),
    ("neutron-rock-slow", Beam((2112,), (LogRange(1.0, 0.1, 0.6),), ROCK, 0.5), 40_000, 500),
    ("muon-front-slow", Beam((13, -13), (LogRange(1.0, 0.3, 4.0),), FRONT, 0.3), 20_000, 500),
    ("neutron-rock-mid", Beam((2112,), (LogRange(1.0, 0.6, 2.0),), SKY, 0.5), 24_000, 200),
    ("muon-above-wide", Beam((13, -13), (LogRange(1.0, 12.0, 80.0),), ALL, 0.2), 12_000, 500),
    # Without these two, 3/4 of the variance of timed muons from above, and nearly all of those
    # from the front.
    ("muon-above-mid", Beam((13, -13), (LogRange(1.0, 8.0, 80.0),), OBLIQUE, 0.3), 60_000, 1000),
    ("muon-front-mid", Beam((13, -13), (LogRange(1.0, 2.0, 4.0),), FRONT, 0.3), 16_000, 500),
    # Those that come most often behind tungsten; from above, the rest of the error.
    ("muon-front-peak", Beam((13, -13), (LogRange(1.0, 1.9, 3.1),), FRONT, 0.3), 96_000, 1000),
    ("muon-above-upper", Beam((13, -13), (LogRange(1.0, 8.0, 80.0),), OBLIQUE, 0.3), 80_000, 1000),
)
"""Particles of which there are many and hardly one makes a vertex: of low energy, or not along the
axis; as above."""

COLLISIONS: Final = Beam((13, -13), (LogRange(0.9, 1.7, 4.2), LogRange(0.1, 4.2, 7.5)), FRONT, 0.2)
"""Muons of the collider that make nearly all vertices behind its shield."""

ERRORS: Final = (
    # Backward, soft and hard ones: few of many in the samples above, and half of the variance.
    ("muon-above-around", Beam((13, -13), (LogRange(1.0, 12.0, 80.0),), ALL, 0.2), 120_000, 2000),
    ("muon-above-soft", Beam((13, -13), (LogRange(1.0, 3.0, 8.0),), OBLIQUE, 0.3), 30_000, 1000),
    ("muon-above-hard", Beam((13, -13), (LogRange(1.0, 80.0, 300.0),), OBLIQUE, 0.3), 16_000, 500),
    ("muon-above-axis", Beam((13, -13), (LogRange(1.0, 8.0, 30.0),), AXIS, 0.3), 100_000, 1000),
    (
        "klong-rock-above",
        Beam((130,), (LogRange(0.6, 0.6, 2.0), LogRange(0.4, 2.0, 10.0)), ALL, 0.1),
        6_000,
        200,
    ),
)
"""What leaves most of the error to the samples above; as above."""

CASCADES: Final = (
    (
        "neutron-cascade-slow",
        Beam((2112,), (LogRange(0.2, 0.1, 0.3), LogRange(0.8, 0.3, 0.6)), ABOVE, 0.35),
        40_000,
        10,
    ),
    ("neutron-cascade-mid", Beam((2112,), (LogRange(1.0, 0.6, 2.0),), ABOVE, 0.35), 20_000, 6),
    (
        "neutron-cascade",
        Beam((2112,), (LogRange(0.85, 2.0, 4.0), LogRange(0.15, 4.0, 10.0)), ABOVE, 0.35),
        6_000,
        2,
    ),
    ("neutron-cascade-steep", Beam((2112,), (LogRange(1.0, 0.8, 4.0),), STEEP, 0.1), 20_000, 3),
    # Few neutrons, but of many vertices each: without these two, 9/10 of the variance.
    ("neutron-cascade-upper", Beam((2112,), (LogRange(1.0, 2.0, 4.0),), ABOVE, 0.35), 16_000, 3),
    ("neutron-cascade-high", Beam((2112,), (LogRange(1.0, 4.0, 10.0),), ABOVE, 0.35), 12_000, 3),
    # The same for those that go backward or down: without these three, 4/5 of the variance.
    ("neutron-cascade-around", Beam((2112,), (LogRange(1.0, 0.6, 2.0),), AROUND, 0.2), 16_000, 6),
    ("neutron-cascade-low", Beam((2112,), (LogRange(1.0, 0.4, 0.8),), AROUND, 0.2), 10_000, 10),
    ("neutron-cascade-down", Beam((2112,), (LogRange(1.0, 0.8, 4.0),), STEEP, 0.1), 8_000, 3),
)
"""Name, neutrons from above, their number, and number of events of each in the blocks."""

PAIRS: Final = (
    ("signal-pairs", Spread(splitting=SPLITTINGS), 24_000, 960),
    (
        "signal-steep",
        Spread(splitting=SPLITTINGS, least_slope=1.05, largest_slope=2.0),
        7_680,
        960,
    ),
    (
        "signal-backward",
        # Below, hardly any backward prong has the energy to be followed.
        Spread(splitting=(0.35, 1.6), boost=(0.2, 2.0), least_slope=np.inf, largest_slope=1.05),
        3_840,
        960,
    ),
)

DIRECT: Final = (
    ("signal-0.691", (), 20_000),
    ("signal-0.3", ("model.m1=3.95",), 20_000),
    ("signal-0.1", ("model.m1=3.75",), 40_000),
)


def samples() -> tuple[Sample, ...]:
    """All samples: those with 10 cm of lead first."""
    made: list[Sample] = [
        BeamSample(k, name, beam, events, chunk)
        for k, (name, beam, events, chunk) in enumerate(BEAMS)
    ]
    made.append(BeamSample(8, "photon-bare", Beam((22,), SOFT, FRONT, 0.3), 6_000, 250, 0.0))
    made += [
        BeamSample(30 + k, name, beam, events, chunk)
        for k, (name, beam, events, chunk) in enumerate(SLOW)
    ]
    made += [
        BeamSample(60 + k, name, beam, events, chunk)
        for k, (name, beam, events, chunk) in enumerate(ERRORS)
    ]
    made.append(MarkedSample(70, "muon-front-marked", COLLISIONS, 30_000, 500))
    made.append(AddedSample(71, "muon-front-added", COLLISIONS, 12_000, 50))
    made += [
        CascadeSample(40 + k, name, beam, events, 500, cascading=Cascading(copies))
        for k, (name, beam, events, copies) in enumerate(CASCADES)
    ]
    made += [PairSample(10 + k, *pair) for k, pair in enumerate(PAIRS)]
    made += [
        ScenarioSample(20 + k, name, "belle2-forward-beams", events, 1000, values)
        for k, (name, values, events) in enumerate(DIRECT)
    ]
    for offset, lead in ((100, 0.05), (200, 0.2)):
        made += [
            BeamSample(offset + k, f"{name}-{lead * 100:g}cm", beam, events // 4, chunk, lead)
            for k, (name, beam, events, chunk) in enumerate(BEAMS)
        ]
    return tuple(made)


@cache
def by_name() -> dict[str, Sample]:
    """Samples by name."""
    return {sample.name: sample for sample in samples()}


JOINED: Final = {
    "neutron-rock": (
        "neutron-rock",
        "neutron-rock-slow",
        "neutron-rock-mid",
        "neutron-cascade-slow",
        "neutron-cascade-mid",
        "neutron-cascade",
        "neutron-cascade-steep",
        "neutron-cascade-upper",
        "neutron-cascade-high",
        "neutron-cascade-around",
        "neutron-cascade-low",
        "neutron-cascade-down",
    ),
    "klong-rock": ("klong-rock", "klong-rock-above"),
    "muon-above": (
        "muon-above",
        "muon-above-slow",
        "muon-above-wide",
        "muon-above-mid",
        "muon-above-upper",
        "muon-above-around",
        "muon-above-soft",
        "muon-above-hard",
        "muon-above-axis",
    ),
    "muon-front": ("muon-front", "muon-front-slow", "muon-front-mid", "muon-front-peak"),
}
"""Samples of the same particles whose rows get the sampling density of all of them together."""


class Together(NamedTuple):
    """Samples that stand for all vertices together, beside the others of a group.

    Attributes
    ----------
    names
        Their names.
    weight
        What they count in the mean of the two; chosen before they were simulated, by how many
        timed vertices each would be worth.
    """

    names: tuple[str, ...]
    weight: float


COMPLETE: Final = {"muon-front": Together(("muon-front-marked", "muon-front-added"), 0.8)}
"""Such samples by group of `JOINED`."""


def plain(sample: Sample) -> dict[str, Any]:
    """What the result of a sample's chunk depends on, as values that JSON knows."""
    values = {key: repr(value) for key, value in vars(sample).items() if key != "events"}
    return {"kind": type(sample).__name__, **values}


def stack_of(sample: Sample) -> Stack:
    """Layers with the lead of a sample."""
    return StackSection(shield=sample.shield).build()
