"""What hadrons a virtual photon of a given mass turns into.

The rate is always that of R(s); this module divides it among final states. Below 1 GeV what R does
not owe to the peaks of omega and phi is pi+ pi-, whose form factor R therefore is. From there to 2
GeV exclusive channels by a rough table, above 2 GeV (and for J/psi and so on) pions by multiplicity
alone.

pi0, eta, K_S, K_L and charged kaons and pions are left to the detector simulation, which decays
them; omega and phi are not made as such but through what they decay to.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayside.constants import M_OMEGA, M_PION
from wayside.decays.phase_space import draw_momenta, two_body_momentum
from wayside.models.final_states import mass_of
from wayside.models.hadron_channels import (
    CONTENTS,
    NAMES,
    OMEGA,
    PEAKS,
    Content,
    channel_fractions,
)
from wayside.typing import FloatArray, IndexArray

STATEMENT: Final = (
    "pi+ pi- below 1 GeV apart from omega and phi; rough table of exclusive channels to 2 GeV with"
    " flat phase space for three and more hadrons; above, pions by mean multiplicity in flat phase"
    " space"
)
"""Description of the treatment of hadrons in the header of every output."""

ISOTROPIC, ALONG, ACROSS = 0, 1, 2
"""Current of a channel: no axis known, along an axis (two pseudoscalars; the normal of three
pions), or across it (photon and pseudoscalar)."""

_OMEGA_DECAYS: Final = {
    **{name: peaks[0][1] for name, peaks in PEAKS.items() if peaks[0][0] is OMEGA},
    "pipi": 1.53e-2,
}
"""Branching fractions of an omega by itself; in R its two pions are in those of the rho."""

_AXIS: Final = {
    "pipi": ALONG, "3pi": ALONG, "kpkm": ALONG, "kskl": ALONG, "pi0gamma": ACROSS,
    "etagamma": ACROSS,
}  # fmt: skip

_MOST_PIONS = 10


class Group(NamedTuple):
    """Events with the same hadrons."""

    rows: IndexArray
    """Numbers of these events, shape (n,)."""
    pdg: Content
    momentum: FloatArray
    """In the rest frame of the hadrons in GeV, shape (n, k, 3); the axis, if any, is z."""
    current: int
    """`ISOTROPIC`, `ALONG` or `ACROSS`."""


def draw_hadrons(q: FloatArray, rng: np.random.Generator) -> tuple[NDArray[np.int32], list[Group]]:
    """Choose hadrons and their momenta.

    Parameters
    ----------
    q
        Invariant masses in GeV, shape (n,), above two pions.
    rng
        Generator of random numbers.

    Returns
    -------
    channel
        Index of the channel in ``NAMES``, shape (n,).
    groups
        Hadrons and momenta; every event is in one group.
    """
    reached = np.cumsum(channel_fractions(q), axis=1)
    target = rng.random(len(q)) * reached[:, -1]
    channel = np.minimum(np.sum(target[:, None] >= reached, axis=1), len(NAMES) - 1)
    return channel.astype(np.int32), _groups(channel, q, rng)


def draw_pions(q: FloatArray, rng: np.random.Generator) -> tuple[NDArray[np.int32], list[Group]]:
    """Pions by their mean number at every mass; parameters and values as `draw_hadrons`."""
    channel = np.full(len(q), NAMES.index("multi-pion"), dtype=np.int32)
    return channel, _groups(channel, q, rng)


def draw_charged_pions(
    q: FloatArray, sign: int, rng: np.random.Generator
) -> tuple[NDArray[np.int32], list[Group]]:
    """Pions as `draw_pions` with one unit of charge: one of the other charge is a pi0.

    Parameters
    ----------
    q
        Invariant masses in GeV, shape (n,), at least `wayside.models.final_states.SEVERAL_PIONS`.
    sign
        1 or -1.
    rng
        Generator of random numbers.
    """
    channel = np.full(len(q), NAMES.index("multi-pion"), dtype=np.int32)
    groups = []
    for content, rows in _pions(q, rng):
        changed = list(content)
        changed[changed.index(-211 * sign)] = 111
        momentum, current = _momenta("multi-pion", tuple(changed), q[rows], rng)
        groups.append(Group(rows, tuple(changed), momentum, current))
    return channel, groups


def draw_omega(n: int, rng: np.random.Generator) -> list[Group]:
    """Decays of ``n`` omega at rest, by three branching fractions that make up 99%."""
    reached = np.cumsum(list(_OMEGA_DECAYS.values()))
    chosen = np.searchsorted(reached, rng.random(n) * reached[-1], side="right")
    names = np.array([NAMES.index(name) for name in _OMEGA_DECAYS])
    return _groups(names[chosen], np.full(n, M_OMEGA), rng)


def _groups(channel: NDArray[Any], q: FloatArray, rng: np.random.Generator) -> list[Group]:
    """Hadrons of events with a channel and a mass."""
    groups = []
    for index, name in enumerate(NAMES):
        rows = np.flatnonzero(channel == index)
        if not rows.size:
            continue
        for content, chosen in _contents(name, q[rows], rng):
            mine = rows[chosen]
            momentum, current = _momenta(name, content, q[mine], rng)
            groups.append(Group(mine, content, momentum, current))
    return groups


def _contents(
    name: str, q: FloatArray, rng: np.random.Generator
) -> list[tuple[Content, IndexArray]]:
    """Final states and the rows that take them."""
    if name == "multi-pion":
        return _pions(q, rng)
    weights = np.cumsum([weight for weight, _ in CONTENTS[name]])
    which = np.searchsorted(weights, rng.random(len(q)) * weights[-1], side="right")
    return [
        (content, np.flatnonzero(which == k))
        for k, (_, content) in enumerate(CONTENTS[name])
        if np.any(which == k)
    ]


def _pions(q: FloatArray, rng: np.random.Generator) -> list[tuple[Content, IndexArray]]:
    """Numbers of pions: mean charged multiplicity 3.8 + 2.7 ln(q / 2.2 GeV), half as many pi0."""
    charged = 3.8 + 2.7 * np.log(q / 2.2)
    pairs = 1 + rng.poisson(np.maximum(0.5 * charged - 1.0, 0.0))
    neutral = rng.poisson(0.5 * charged)
    # At least three, and no more than leave some of the energy to motion.
    most = np.minimum(_MOST_PIONS, (0.8 * q / M_PION).astype(int))
    pairs = np.minimum(pairs, most // 2)
    neutral = np.clip(neutral, np.where(pairs == 1, 1, 0), most - 2 * pairs)
    keys = pairs * 100 + neutral
    return [
        ((211, -211) * int(key // 100) + (111,) * int(key % 100), np.flatnonzero(keys == key))
        for key in np.unique(keys)
    ]


def _momenta(
    name: str, content: Content, q: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, int]:
    masses = np.array([mass_of(pdg) for pdg in content])
    current = _AXIS.get(name, ISOTROPIC)
    if len(content) == 2:
        size = two_body_momentum(q, masses[0], masses[1])
        along = np.zeros((len(q), 2, 3))
        along[:, 0, 2] = size
        along[:, 1, 2] = -size
        return along, current
    if name == "3pi":
        return _three_pions(q, masses, rng), current
    return draw_momenta(q, masses, rng), current


def _three_pions(q: FloatArray, masses: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Three pions from a vector: phase space times |p x p'|^2, normal of their plane along z."""
    # Largest where all have a third of the kinetic energy and angles of 120 degrees.
    energy = masses[0] + (q - np.sum(masses)) / 3.0
    most = 1.1 * 0.75 * (energy**2 - np.min(masses) ** 2) ** 2
    out = np.empty((len(q), 3, 3))
    todo = np.arange(len(q))
    while todo.size:
        momentum = draw_momenta(q[todo], masses, rng)
        normal = np.cross(momentum[:, 0], momentum[:, 1])
        size2 = np.sum(normal**2, axis=1)
        kept = rng.random(todo.size) * most[todo] < size2
        first = momentum[kept, 0] / np.linalg.norm(momentum[kept, 0], axis=1)[:, None]
        z = normal[kept] / np.sqrt(size2[kept])[:, None]
        axes = np.stack([first, np.cross(z, first), z], axis=1)
        out[todo[kept]] = np.einsum("nij,nkj->nki", axes, momentum[kept])
        todo = todo[~kept]
    return out
