"""Vertices of neutrons without following all that they make: from interaction to interaction.

Of a thousand neutrons one makes a vertex, and Geant4 spends nearly all of its time on the others:
on slow neutrons, and on photons of nuclei. Here a neutron is followed alone to its first inelastic
interaction (`wayside.transport.engine.Engine.ends`), which is then made in a rod
(`wayside.transport.interaction_rods.Rods`). Fast neutrons that come out go on in the same way. The
first interaction in the blocks is made c times: each is an event of its own from there on, with
what was made in the lead before. When no fast neutron is left, an event is followed in full with a
probability p that depends on what came out of its interactions
(`wayside.transport.followed_cascades`), and stands for 1/p. So

    s' = s c p

is the sampling density of an event of a neutron drawn with density s; c = 1 where none interacts in
the blocks.

Left out are protons that a neutron hits elastically (films are the only material with hydrogen),
and nuclei heavier than helium, which stay where they are made.
"""

from collections.abc import Mapping
from itertools import count
from typing import Final, NamedTuple, Protocol

import numpy as np

from wayside.detector.stack import Stack
from wayside.generator.records import PRIMARY
from wayside.transport.biased_beams import boxes
from wayside.transport.engine import masses
from wayside.transport.interaction_rods import INELASTIC
from wayside.transport.records import END
from wayside.typing import BoolArray, FloatArray, IntArray, StructuredArray

NEUTRON: Final = 2112

FAST: Final = 100.0
"""Kinetic energy in MeV from which on a neutron can make two tracks."""

HEAVIEST: Final = 1000020040
"""Number of the heaviest nucleus that is followed: helium 4."""

_NONE: Final[IntArray] = np.zeros(0, dtype=np.int64)

GROUP: Final = 4
"""Events are taken by twos to the halves of a table: so many have the pattern of halves in them."""


class Interactions(Protocol):
    """Makes inelastic interactions: `wayside.transport.interaction_rods.Rods`."""

    materials: tuple[str, ...]

    def products(
        self, pdg: int, material: IntArray, directions: FloatArray, energies: FloatArray, seed: int
    ) -> StructuredArray:
        """Rows of `wayside.transport.interaction_rods.PRODUCT`."""


class Follower(Protocol):
    """Follows particles to where they end: `wayside.transport.engine.Engine`."""

    def ends(self, primaries: StructuredArray, seed: int) -> StructuredArray:
        """Rows of `wayside.transport.records.END`."""


class Cascades(NamedTuple):
    """Events before anything but fast neutrons is followed.

    Attributes
    ----------
    origin
        Neutron from which each event comes, shape (events,).
    event
        Number of each event, increasing, shape (events,).
    copies
        Number of events of that neutron, shape (events,).
    particles
        Rows of `PRIMARY`, by event.
    star
        Number of the interaction of each particle, -1 outside of the blocks; shape (particles,).
    """

    origin: IntArray
    event: IntArray
    copies: IntArray
    particles: StructuredArray
    star: IntArray

    def density(self, drawn: FloatArray, probability: FloatArray) -> FloatArray:
        """Sampling density s c p of each event, shape (events,).

        Parameters
        ----------
        drawn
            Sampling density s of each neutron, shape (neutrons,).
        probability
            With which each event is followed, shape (events,).
        """
        return np.asarray(drawn[self.origin] * self.copies * probability)


def event_numbers(origin: IntArray, copy: IntArray, copies: int) -> IntArray:
    """Number of a copy of a neutron, in the half of a table in which the neutron's would be.

    Parameters
    ----------
    origin, copy
        Numbers of neutron and copy, shape (n,).
    copies
        Largest number of copies.

    Examples
    --------
    >>> event_numbers(np.array([0, 3, 4]), np.array([1, 0, 0]), 8).tolist()
    [4, 3, 32]
    """
    return np.asarray(GROUP * (copies * (origin // GROUP) + copy) + origin % GROUP)


def develop(
    neutrons: StructuredArray,
    copies: int,
    follower: Follower,
    rods: Interactions,
    material_of: Mapping[str, str],
    stack: Stack,
    seed: int,
) -> Cascades:
    """Make all interactions of neutrons and of the fast neutrons out of them.

    Parameters
    ----------
    neutrons
        Rows of `PRIMARY`, one an event, numbered from 0.
    copies
        How often the first interaction in the blocks is made.
    follower, rods
        Geant4 with the stack, and with rods of its materials.
    material_of
        Name of the material by volume.
    stack
        Layers of the detector.
    seed
        Odd number.
    """
    at, origin = _interacting(follower.ends(neutrons, seed))
    trees = _Trees(origin, copies)
    owner = np.arange(len(origin))
    particles, stars, owners = [np.empty(0, PRIMARY)], [_NONE], [_NONE]
    numbered = 0
    # Each generation has less energy than the one before: some are enough.
    for generation in count(1):
        inside = _inside(at, stack)
        place, owner = trees.split(owner, inside)
        at, inside = at[place], inside[place]
        material = np.array(
            [rods.materials.index(material_of[name.decode()]) for name in at["volume"]], dtype=int
        )
        directions = np.stack([at[f"u{axis}"] for axis in "xyz"], axis=1)
        rows = rods.products(
            NEUTRON, material, directions, at["kinetic_energy"], seed + 4 * generation
        )
        rows = rows[rows["pdg"] <= HEAVIEST]
        parent = rows["interaction"]
        made = _particles(rows, at[parent])
        fast = (rows["pdg"] == NEUTRON) & (rows["kinetic_energy"] > FAST)
        particles.append(made[~fast])
        stars.append(np.where(inside[parent], numbered + parent, -1)[~fast])
        owners.append(owner[parent][~fast])
        numbered += len(at)
        if not np.any(fast):
            break
        at, hits = _interacting(follower.ends(made[fast], seed + 4 * generation + 2))
        owner = owner[parent][fast][hits]
        if not len(hits):
            break
    return trees.collected(np.concatenate(particles), np.concatenate(stars), np.concatenate(owners))


class _Trees:
    """Interactions that belong together, and copies of them from one moment on."""

    def __init__(self, origin: IntArray, copies: int) -> None:
        self.copies = copies
        self.origin = origin
        self.copy = np.zeros(len(origin), dtype=np.int64)
        self.parent = np.full(len(origin), -1)
        self.ended = np.zeros(len(origin), dtype=np.bool_)

    def split(self, owner: IntArray, inside: BoolArray) -> tuple[IntArray, IntArray]:
        """Make copies of trees that come into the blocks for the first time.

        Returns
        -------
        place, owner
            Which interaction each of the following is a copy of, and its tree.
        """
        chosen = np.unique(owner[inside & (self.parent[owner] < 0)])
        first = np.full(len(self.origin), -1)
        first[chosen] = len(self.origin) + self.copies * np.arange(len(chosen))
        self.ended[chosen] = True
        parent = np.repeat(chosen, self.copies)
        self.origin = np.concatenate([self.origin, self.origin[parent]])
        self.copy = np.concatenate([self.copy, np.tile(np.arange(self.copies), len(chosen))])
        self.parent = np.concatenate([self.parent, parent])
        self.ended = np.concatenate([self.ended, np.zeros(len(parent), dtype=np.bool_)])
        number = np.where(first[owner] >= 0, self.copies, 1)
        place = np.repeat(np.arange(len(owner)), number)
        copy = np.arange(len(place)) - np.repeat(np.cumsum(number) - number, number)
        started = first[owner[place]]
        return place, np.where(started >= 0, started + copy, owner[place])

    def collected(self, particles: StructuredArray, star: IntArray, owner: IntArray) -> Cascades:
        """Events of the trees that have not ended, with what was made before they were copied."""
        whole = np.flatnonzero(~self.ended)
        event = event_numbers(self.origin[whole], self.copy[whole], self.copies)
        order = np.argsort(owner, kind="stable")
        starts = np.searchsorted(owner[order], np.arange(len(self.origin) + 1))
        parts, numbers = [], []
        for tree, known in ((whole, whole >= 0), (self.parent[whole], self.parent[whole] >= 0)):
            low = starts[tree[known]]
            size = starts[tree[known] + 1] - low
            within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
            parts.append(order[np.repeat(low, size) + within])
            numbers.append(np.repeat(event[known], size))
        rows, number = np.concatenate(parts), np.concatenate(numbers)
        sort = np.argsort(number, kind="stable")
        out = particles[rows[sort]]
        out["event"] = number[sort]
        first = np.argsort(event, kind="stable")
        of_one = np.where(self.parent[whole] >= 0, self.copies, 1)
        return Cascades(
            self.origin[whole][first], event[first], of_one[first], out, star[rows[sort]]
        )


def _interacting(ends: StructuredArray) -> tuple[StructuredArray, IntArray]:
    """Ends that are inelastic interactions of fast neutrons, and their places among all."""
    assert ends.dtype == END
    hits = np.flatnonzero((ends["process"] == INELASTIC) & (ends["kinetic_energy"] > FAST))
    return ends[hits], hits


def _inside(ends: StructuredArray, stack: Stack) -> BoolArray:
    """Which ends lie in the blocks."""
    blocks, _ = boxes(stack)
    place = np.stack([ends[axis] for axis in "xyz"], axis=1)
    return np.asarray(np.all((place > blocks.low) & (place < blocks.high), axis=1))


def _particles(products: StructuredArray, at: StructuredArray) -> StructuredArray:
    """Products of interactions as particles to follow, events left out."""
    rows = np.zeros(len(products), PRIMARY)
    rows["pdg"] = products["pdg"]
    rows["weight"] = 1.0
    rows["time"] = at["time"]
    kinetic = np.maximum(products["kinetic_energy"], 1e-9)
    momentum = np.sqrt(kinetic * (kinetic + 2.0 * masses(rows["pdg"])))
    for axis in "xyz":
        rows[axis] = at[axis]
        rows[f"p{axis}"] = momentum * products[f"u{axis}"]
    return rows
