"""Muons through the layers: those of nature, and those with a collision of their own."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from wayside.detector.materials import Material
from wayside.transport.added_collisions import Adding, added_particles
from wayside.transport.beam_events import BeamEvents, of_events
from wayside.transport.biased_beams import Beam
from wayside.transport.engine import Engine, RunWithPaths, masses
from wayside.transport.followed_cascades import highest_track, merged, timeable
from wayside.transport.geometry import geometry, materials, materials_by_volume
from wayside.transport.marked_tracks import marked
from wayside.transport.muon_ways import Ways, pieces_of
from wayside.transport.neutron_cascade import event_numbers
from wayside.transport.plan import chunk_seed
from wayside.transport.preselection import keepable
from wayside.transport.records import track_keys
from wayside.typing import IntArray, StructuredArray

BIRTH: Final = np.dtype([("event", np.int64), ("track", np.int32), ("time", np.float64)])
"""When a track of an event begins, in ns."""


def marked_events(
    engine: Engine, beam: Beam, how: Adding, number: int, rng: np.random.Generator, seed: int
) -> BeamEvents:
    """Follow muons as `wayside.transport.beam_events.beam_events`; mark collisions as others add.

    Parameters
    ----------
    engine
        Geant4 with the layers.
    beam
        The muons.
    how
        Which collisions are made in another sample (`added_events`).
    number
        How many muons.
    rng
        Draws them.
    seed
        Of Geant4, odd.

    Returns
    -------
    BeamEvents
        Vertices with a marked track do not count: the other sample stands for them.
    """
    primaries, density = beam.draw(engine.stack, number, rng)
    run = engine.run_with_paths(primaries, seed)
    keep = keepable(run.crossings["film"], engine.stack)
    marks = np.sort(marked(run.tracks, run.births, how.least))
    return BeamEvents(of_events(run.crossings, keep), primaries, density, marks)


def added_events(
    engine: Engine,
    beam: Beam,
    how: Adding,
    number: int,
    rng: np.random.Generator,
    seed: tuple[int, int],
) -> BeamEvents:
    """Follow muons, and a particle out of a collision with each of their copies.

    Parameters
    ----------
    engine
        Geant4 with the layers.
    beam
        The muons, of one mass.
    how
        Which collisions are added.
    number
        How many muons.
    rng
        Draws muons and collisions, and which events are kept.
    seed
        Two numbers from which the seeds of Geant4 follow, as of `wayside.transport.plan.chunk_seed`
        with the first one and the two after it.

    Returns
    -------
    BeamEvents
        Only vertices with a marked track count.
    """
    stack = engine.stack
    first, chunk = seed
    muons, density = beam.draw(stack, number, rng)
    mass = float(masses(np.asarray(beam.pdg[:1]))[0])
    run = engine.run_with_paths(muons, chunk_seed(first, chunk))
    ways = Ways(pieces_of(run.points), mass, material_of(engine), stack)
    made = added_particles(ways, how, rng)
    event = event_numbers(made.muon, made.copy, how.copies)
    order = np.argsort(event, kind="stable")
    event, muon, particles = event[order], made.muon[order], made.particles[order]
    particles["event"] = event
    showers = engine.run(particles, chunk_seed(first + 1, chunk))
    seen = np.isin(event, showers["film"]["event"])
    heavy = seen & (made.lost[order] > how.heavy)
    left = made.left[order][heavy]
    left["event"], left["pdg"] = event[heavy], muons["pdg"][muon[heavy]]
    copied = copies_of(run.crossings, muon[seen], event[seen])
    begun = copies_of({"births": _begun(run, muons)}, muon[heavy], event[heavy])["births"]
    copied = {kind: before(rows, left, begun) for kind, rows in copied.items()}
    low = highest_track(copied)
    crossings = merged(copied, of_events(showers, event[seen]))
    high = highest_track(crossings)
    if len(left):
        crossings = merged(crossings, engine.run(left, chunk_seed(first + 2, chunk)))
    keep = keepable(crossings["film"], stack)
    timed = np.isin(keep, timeable(of_events(crossings, keep), stack))
    probability = np.where(timed, 1.0, how.rest)
    chosen = rng.random(len(keep)) < probability
    keep, probability = keep[chosen], probability[chosen]
    place = np.searchsorted(event, keep)
    primaries = muons[muon[place]]
    primaries["event"] = keep
    sampled = np.zeros(int(keep.max(initial=-1)) + 1)
    sampled[keep] = density[muon[place]] * made.ratio[order][place] * probability
    crossings = of_events(crossings, keep)
    tracks = [
        track_keys(rows["event"], rows["track"])[(rows["track"] > low) & (rows["track"] <= high)]
        for rows in crossings.values()
    ]
    return BeamEvents(crossings, primaries, sampled, np.unique(np.concatenate(tracks)))


def _begun(run: RunWithPaths, muons: StructuredArray) -> StructuredArray:
    """Where tracks begin, with the number of the event, in order of events."""
    births = run.births[np.argsort(run.births["primary"], kind="stable")]
    rows = np.zeros(len(births), BIRTH)
    rows["event"] = muons["event"][births["primary"]]
    rows["track"], rows["time"] = births["track"], births["time"]
    return rows


def before(
    crossings: StructuredArray, left: StructuredArray, births: StructuredArray
) -> StructuredArray:
    """Crossings without those of muons after collisions, and of what they make after these.

    Parameters
    ----------
    crossings
        Rows of `wayside.transport.records.CROSSING`; the muon is the first track of its event.
    left
        Rows of `PRIMARY` of the muons after collisions; other events stay as they are.
    births
        Rows of `BIRTH` of all tracks of these events.
    """
    order = np.argsort(left["event"])
    events, times = left["event"][order], left["time"][order]
    if not len(events):
        return crossings
    place = np.minimum(np.searchsorted(events, crossings["event"]), len(events) - 1)
    ends = np.where(events[place] == crossings["event"], times[place], np.inf)
    keys = track_keys(births["event"], births["track"])
    rank = np.argsort(keys)
    own = track_keys(crossings["event"], crossings["track"])
    found = rank[np.minimum(np.searchsorted(keys[rank], own), len(keys) - 1)]
    begun = np.where(keys[found] == own, births["time"][found], -np.inf)
    since = np.where(crossings["track"] == 1, crossings["time"], begun)
    return np.asarray(crossings[since < ends])


def material_of(engine: Engine) -> dict[str, Material]:
    """Materials by the name of the volume, those around everything included."""
    stack = engine.stack
    definition = geometry(stack, engine.physics.margin, engine.physics.plate_slabs)
    by_name = materials(stack)
    return {name: by_name[label] for name, label in materials_by_volume(definition).items()}


def copies_of(
    crossings: Mapping[str, StructuredArray], events: IntArray, numbers: IntArray
) -> dict[str, StructuredArray]:
    """Crossings of events under other numbers, an event as often as it is named.

    Parameters
    ----------
    crossings
        Rows of `wayside.transport.records.CROSSING` by kind of layer, in order of events.
    events, numbers
        Which, and their new numbers, shape (n,), the latter increasing.
    """
    copied = {}
    for kind, rows in crossings.items():
        low = np.searchsorted(rows["event"], events)
        size = np.searchsorted(rows["event"], events, side="right") - low
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        copied[kind] = rows[np.repeat(low, size) + within]
        copied[kind]["event"] = np.repeat(numbers, size)
    return copied
