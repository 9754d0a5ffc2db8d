"""Biased particles through the layers: what their events leave where a vertex can be made."""

from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.detector.physics import Physics
from wayside.detector.stack import Stack
from wayside.transport.biased_beams import Beam
from wayside.transport.datasets import DataSets
from wayside.transport.engine import Engine
from wayside.transport.followed_cascades import Followed, followed, merged, timeable
from wayside.transport.geometry import geometry, materials, materials_by_volume
from wayside.transport.interaction_rods import Rods
from wayside.transport.neutron_cascade import NEUTRON, develop
from wayside.transport.plan import chunk_seed
from wayside.transport.preselection import keepable
from wayside.typing import FloatArray, IntArray, StructuredArray

NO_TRACKS: Final[IntArray] = np.zeros(0, dtype=np.int64)


class BeamEvents(NamedTuple):
    """Events of biased particles.

    Attributes
    ----------
    crossings
        Rows of `wayside.transport.records.CROSSING` by kind of layer, of events that can make a
        vertex.
    primaries
        Rows of `wayside.generator.records.PRIMARY`, one an event.
    density
        Sampling density of one particle drawn by the number of the event,
        `wayside.transport.biased_beams.Beam.draw`.
    marked
        Keys of tracks (`wayside.transport.records.track_keys`) whose vertices another sample
        stands for, or of the only ones whose vertices this sample stands for, increasing.
    """

    crossings: dict[str, StructuredArray]
    primaries: StructuredArray
    density: FloatArray
    marked: IntArray = NO_TRACKS


def beam_events(
    engine: Engine, beam: Beam, number: int, rng: np.random.Generator, seed: int
) -> BeamEvents:
    """Follow particles of a beam through the layers.

    Parameters
    ----------
    engine
        Geant4 with the layers.
    beam
        The particles.
    number
        How many.
    rng
        Draws them.
    seed
        Of Geant4, odd.
    """
    primaries, density = beam.draw(engine.stack, number, rng)
    crossings = engine.run(primaries, seed)
    keep = keepable(crossings["film"], engine.stack)
    return BeamEvents(of_events(crossings, keep), primaries, density)


class Interactions(NamedTuple):
    """Geant4 for neutrons alone.

    Attributes
    ----------
    alone
        Follows neutrons to their interactions; its plates need no slabs.
    rods
        Makes interactions in materials.
    material_of
        Names of materials by volume.
    """

    alone: Engine
    rods: Rods
    material_of: dict[str, str]


def interactions(stack: Stack, physics: Physics, data: DataSets) -> Interactions:
    """Geant4 for neutrons alone in the layers of a detector.

    Parameters
    ----------
    stack
        Layers of the detector.
    physics
        How particles are followed.
    data
        Data sets, from `wayside.transport.datasets.find`.
    """
    whole = replace(physics, plate_slabs=1)
    return Interactions(
        Engine(stack, whole, data, record=False),
        Rods(list(materials(stack).values()), whole, data),
        materials_by_volume(geometry(stack, whole.margin)),
    )


@dataclass(frozen=True)
class Cascading:
    """How neutrons are followed from interaction to interaction.

    Parameters
    ----------
    copies
        How often the first interaction in the blocks is made.
    followed
        Which events are followed in full.
    """

    copies: int = 1
    followed: Followed = field(default_factory=Followed)


def cascade_events(
    engine: Engine,
    neutrons: Interactions,
    beam: Beam,
    how: Cascading,
    number: int,
    rng: np.random.Generator,
    seed: tuple[int, int],
) -> BeamEvents:
    """Follow neutrons of a beam from interaction to interaction, and the rest through the layers.

    Parameters
    ----------
    engine
        Geant4 with the layers.
    neutrons
        Geant4 for neutrons alone.
    beam
        The neutrons.
    how
        Copies, and probabilities with which events are followed.
    number
        How many neutrons.
    rng
        Draws them, and which events are followed.
    seed
        Two numbers from which the seeds of Geant4 follow, as of `wayside.transport.plan.chunk_seed`
        with the first one and the two after it.
    """
    stack = engine.stack
    first, chunk = seed
    drawn, density = beam.draw(stack, number, rng)
    seeds = [chunk_seed(first + k, chunk) for k in range(3)]
    made = develop(
        drawn, how.copies, neutrons.alone, neutrons.rods, neutrons.material_of, stack, seeds[0]
    )
    probability = followed(made, how.followed, stack)
    chosen = made.event[rng.random(len(probability)) < probability]
    particles = made.particles[np.isin(made.particles["event"], chosen)]
    slow = particles["pdg"] == NEUTRON
    crossings = engine.run(particles[~slow], seeds[1])
    keep = keepable(crossings["film"], stack)
    crossings = of_events(crossings, keep)
    late = particles[slow & np.isin(particles["event"], timeable(crossings, stack))]
    if len(late):
        crossings = merged(crossings, engine.run(late, seeds[2]))
    place = np.searchsorted(made.event, keep)
    primaries = drawn[made.origin[place]]
    primaries["event"] = keep
    sampled = np.zeros(int(keep.max(initial=-1)) + 1)
    sampled[keep] = made.density(density, probability)[place]
    return BeamEvents(crossings, primaries, sampled)


def of_events(crossings: dict[str, StructuredArray], events: Any) -> dict[str, StructuredArray]:
    """Rows of some events, by kind of layer."""
    return {kind: rows[np.isin(rows["event"], events)] for kind, rows in crossings.items()}
