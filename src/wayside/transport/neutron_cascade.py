"""Vertices of neutrons without following all that they make: from interaction to interaction.

Of a thousand neutrons one makes a vertex, and Geant4 spends nearly all of its time on the others:
on slow neutrons, and on photons of nuclei. Here a neutron is followed alone to its first inelastic
interaction (`wayside.transport.engine.Engine.ends`), which is then made in a rod
(`wayside.transport.interaction_rods.Rods`). Fast neutrons that come out go on in the same way. The
first interaction in the blocks is made c times: each is an event of its own from there on, with
what was made in the lead before. When no fast neutron is left, an event is followed in full with a
probability p that depends on what came out of its interactions, and stands for 1/p. So

    s' = s c p

is the sampling density of an event of a neutron drawn with density s; c = 1 where none interacts in
the blocks. Particles of an event that is followed are independent of one another: slow neutrons,
which make no track but may veto, follow when the others could make a vertex with a time.

Left out are protons that a neutron hits elastically (films are the only material with hydrogen),
and nuclei heavier than helium, which stay where they are made.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from wayside.detector.stack import Stack
from wayside.generator.records import PRIMARY
from wayside.transport.biased_beams import boxes
from wayside.transport.crossings import is_charged
from wayside.transport.engine import END, masses
from wayside.transport.preselection import keepable
from wayside.typing import BoolArray, FloatArray, IntArray, StructuredArray

NEUTRON: Final = 2112

FAST: Final = 100.0
"""Kinetic energy in MeV from which on a neutron can make two tracks."""

HEAVIEST: Final = 1000020040
"""Number of the heaviest nucleus that is followed: helium 4."""

GENERATIONS: Final = 1000
"""More interactions than one neutron can start, one after the other."""

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
        """Rows of `wayside.transport.engine.END`."""


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
    for generation in range(1, GENERATIONS):
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
        own = rows["interaction"]
        made = _particles(rows, at[own])
        fast = (rows["pdg"] == NEUTRON) & (rows["kinetic_energy"] > FAST)
        particles.append(made[~fast])
        stars.append(np.where(inside[own], numbered + own, -1)[~fast])
        owners.append(owner[own][~fast])
        numbered += len(at)
        if not np.any(fast):
            break
        at, hits = _interacting(follower.ends(made[fast], seed + 4 * generation + 2))
        owner = owner[own][fast][hits]
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
    hits = np.flatnonzero((ends["process"] == b"Inelastic") & (ends["kinetic_energy"] > FAST))
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


class Followed(NamedTuple):
    """Probabilities with which an event is followed."""

    timed: float = 1.0
    """Two prongs of an interaction in the blocks go forward and may reach a gas detector."""
    pair: float = 0.25
    """Two of them can make a track each."""
    energetic: float = 0.25
    """Some particle could make such an interaction, or a pair of electrons."""
    rest: float = 0.02
    """Others."""


FORWARD: Final = 0.25
"""Smallest cosine to the axis of a prong; the largest tangent of a track is 2.5."""

PRONG: Final = 30.0
"""Smallest kinetic energy in MeV of a prong heavier than a pion: less ends within three plates."""

LIGHT: Final = 8.0
"""The same of pions, muons and electrons."""

ENERGETIC: Final = 200.0
"""Kinetic energy in MeV from which on a charged particle can make two prongs."""

PHOTON: Final = 50.0
"""Energy in MeV from which on a photon can make a pair whose both electrons leave tracks."""

SLACK: Final = 1.3
"""Factor by which ranges are taken longer than they are, and in mm (``BESIDE``) how far beside the
blocks a prong may reach the depth of a gas detector: nothing that does is called short."""

BESIDE: Final = 10.0


def followed(made: Cascades, how: Followed, stack: Stack) -> FloatArray:
    """Probability with which each event is followed, shape (events,).

    Parameters
    ----------
    made
        From `develop`.
    how
        Probabilities by class.
    stack
        Layers of the detector.
    """
    rows = made.particles
    mass = masses(rows["pdg"])
    square = sum(rows[f"p{axis}"] ** 2 for axis in "xyz")
    kinetic = square / (np.sqrt(square + mass**2) + mass)
    charged = is_charged(rows["pdg"])
    prong = charged & (kinetic > np.where(mass < 200.0, LIGHT, PRONG)) & (made.star >= 0)
    prong &= rows["pz"] > FORWARD * np.sqrt(square)
    far = SLACK * proton_range(kinetic, mass) >= _to_gas(rows, stack)
    other = rows["pdg"] != NEUTRON
    strong = other & (kinetic > np.where(charged, ENERGETIC, PHOTON))
    owner = np.searchsorted(made.event, rows["event"])
    energetic = np.zeros(len(made.event), dtype=np.bool_)
    energetic[owner[strong]] = True
    probability = np.where(energetic, how.energetic, how.rest)
    for chosen, value in ((prong, how.pair), (prong & far, how.timed)):
        number = np.bincount(made.star[chosen], minlength=int(made.star.max(initial=-1)) + 1)
        probability[owner[chosen][number[made.star[chosen]] >= 2]] = value
    return probability


def proton_range(kinetic: FloatArray, mass: FloatArray) -> FloatArray:
    """Range in g/cm^2 of tungsten of particles of unit charge, to some 20 per cent.

    Parameters
    ----------
    kinetic, mass
        Kinetic energies and masses in MeV, shape (n,). A power of the energy through the ranges
        of protons of 50 and 200 MeV in lead (4.0 and 43.6 g/cm^2, PSTAR), by velocity.

    Examples
    --------
    >>> proton_range(np.array([50.0, 200.0]), np.full(2, 938.3)).round().tolist()
    [4.0, 44.0]
    """
    ratio = np.maximum(mass, 0.511) / 938.272
    return np.asarray(ratio * 0.00457 * (kinetic / ratio) ** 1.73)


def _to_gas(rows: StructuredArray, stack: Stack) -> FloatArray:
    """Matter in g/cm^2 before the next gas detector behind; infinite if the way leaves before."""
    fronts, backs = (np.append(edge, np.inf) for edge in stack.gas_gaps.T)
    ahead = np.maximum(fronts[np.searchsorted(backs, rows["z"])] - rows["z"], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = [rows[f"p{axis}"] / rows["pz"] for axis in "xy"]
        beside = [
            np.abs(rows[axis] + ahead * slope) > 0.5 * size + BESIDE
            for axis, slope, size in zip("xy", slopes, stack.size, strict=True)
        ]
        path = 0.1 * ahead * np.sqrt(1.0 + slopes[0] ** 2 + slopes[1] ** 2) * stack.density
    return np.asarray(np.where(beside[0] | beside[1] | ~np.isfinite(path), np.inf, path))


def timeable(crossings: Mapping[str, StructuredArray], stack: Stack) -> IntArray:
    """Numbers of events that can make a vertex of two particles that cross gas detectors.

    Parameters
    ----------
    crossings
        Rows of `wayside.transport.records.CROSSING` by kind of layer.
    stack
        Layers of the detector.
    """
    film, gas = (_track_number(crossings[kind]) for kind in ("film", "gas"))
    return keepable(crossings["film"][np.isin(film, gas)], stack)


def _track_number(rows: StructuredArray) -> IntArray:
    return np.asarray(rows["event"].astype(np.int64) << 32 | rows["track"].astype(np.int64))


def joined(first: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """Crossings of two runs for the same events; tracks of the second get other numbers."""
    joint = {}
    shift = max((int(rows["track"].max(initial=0)) for rows in first.values()), default=0)
    for kind, rows in first.items():
        more = later[kind].copy()
        more["track"] += shift
        more["parent"] += np.where(more["parent"] > 0, shift, 0)
        both = np.concatenate([rows, more])
        joint[kind] = both[np.lexsort((both["layer"], both["time"], both["track"], both["event"]))]
    return joint
