"""What hadrons a virtual photon of a given mass turns into.

The rate is always that of R(s); this module divides it among final states. Below 1 GeV what R does
not owe to the peaks of omega and phi is pi+ pi-, whose form factor R therefore is. From there to 2
GeV exclusive channels by a rough table, above 2 GeV (and for J/psi and so on) pions by multiplicity
alone.

pi0, eta, K_S, K_L and charged kaons and pions are left to the detector simulation, which decays
them; omega and phi are not made as such but through what they decay to.
"""

from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayside.constants import (
    ALPHA,
    GEV2_TO_FB,
    M_OMEGA,
    M_PHI,
    M_PION,
)
from wayside.data import read_table
from wayside.generator.phase_space import draw_momenta, two_body_momentum
from wayside.models.final_states import mass_of
from wayside.models.r_ratio import continuum
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

_OMEGA = (M_OMEGA, 8.68e-3, 7.38e-5)
_PHI = (M_PHI, 4.249e-3, 2.98e-4)
"""Mass, width in GeV, branching fraction to e+ e-; PDG 2024."""

_PEAKS: Final = {
    "3pi": ((_OMEGA, 0.892), (_PHI, 0.154)),
    "pi0gamma": ((_OMEGA, 0.0835), (_PHI, 1.3e-3)),
    "etagamma": ((_PHI, 1.30e-2),),
    "kpkm": ((_PHI, 0.491),),
    "kskl": ((_PHI, 0.339),),
}
"""Branching fractions of omega and phi; PDG 2024."""

_OMEGA_DECAYS: Final = {
    **{name: peaks[0][1] for name, peaks in _PEAKS.items() if peaks[0][0] is _OMEGA},
    "pipi": 1.53e-2,
}
"""Branching fractions of an omega by itself; in R its two pions are in those of the rho."""

Content = tuple[int, ...]

_CONTENTS: Final[dict[str, tuple[tuple[float, Content], ...]]] = {
    "pipi": ((1.0, (211, -211)),),
    "pi0gamma": ((1.0, (111, 22)),),
    "etagamma": ((1.0, (221, 22)),),
    "3pi": ((1.0, (211, -211, 111)),),
    "kpkm": ((1.0, (321, -321)),),
    "kskl": ((1.0, (310, 130)),),
    "4pi": ((1.0, (211, -211, 211, -211)),),
    "2pi2pi0": ((1.0, (211, -211, 111, 111)),),
    "etapipi": ((1.0, (221, 211, -211)),),
    "kkpi": (
        (1.0, (310, 321, -211)),
        (1.0, (310, -321, 211)),
        (1.0, (130, 321, -211)),
        (1.0, (130, -321, 211)),
        (1.0, (321, -321, 111)),
        (1.0, (310, 130, 111)),
    ),
    "5pi": ((2.0, (211, -211, 111, 211, -211)), (1.0, (211, -211, 111, 111, 111))),
    "6pi": ((1.0, (211, -211) * 3), (5.0, (211, -211, 211, -211, 111, 111))),
    "kkpipi": (
        (1.0, (321, -321, 211, -211)),
        (1.0, (310, 321, -211, 111)),
        (1.0, (310, -321, 211, 111)),
        (1.0, (310, 130, 211, -211)),
    ),
}
"""Final states of a channel with their relative weights."""

NAMES: Final = (*_CONTENTS, "multi-pion")

_AXIS: Final = {
    "pipi": ALONG, "3pi": ALONG, "kpkm": ALONG, "kskl": ALONG, "pi0gamma": ACROSS,
    "etagamma": ACROSS,
}  # fmt: skip

_PEAKS_FROM = 0.6
"""GeV; the far tails of omega are not known, and below half a per cent here."""

_PION_PAIRS_BELOW = 1.0
_TABLE_ENDS = 2.0
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


def _threshold(channel: str) -> float:
    return max(sum(mass_of(pdg) for pdg in content) for _, content in _CONTENTS[channel])


def _peak(
    state: tuple[float, float, float], branching: float, q: FloatArray, channel: str
) -> FloatArray:
    """R of one peak, 9 s B_ee B_f Gamma^2 / alpha^2 [(s - M^2)^2 + M^2 Gamma^2] times momenta."""
    mass, width, electrons = state
    s = q * q
    shape = width**2 / ((s - mass**2) ** 2 + (mass * width) ** 2)
    result = 9.0 * s * electrons * branching / ALPHA**2 * shape
    first, *rest = (mass_of(pdg) for pdg in _CONTENTS[channel][0][1])
    opened = two_body_momentum(q, first, sum(rest))
    at_peak = two_body_momentum(mass, first, sum(rest))
    # P-wave barrier; bounded far above, where a peak says nothing.
    result = result * np.minimum(opened / at_peak, 3.0) ** 3
    return np.where(q > _PEAKS_FROM, result, 0.0)


@cache
def _table() -> tuple[FloatArray, dict[str, FloatArray]]:
    table = read_table("hadron_channels")
    energy = table["sqrt_s"]
    point_like = 4.0 * np.pi * ALPHA**2 / (3.0 * energy**2) * GEV2_TO_FB / 1e6  # nb
    return energy, {name: table[name] / point_like for name in table if name != "sqrt_s"}


def channel_r(q: FloatArray) -> dict[str, FloatArray]:
    """R of every channel at hadronic masses q in GeV, before they are scaled to the measured sum.

    Valid to 2 GeV; below 1 GeV pi+ pi- is what is left of the measured R.
    """
    energy, columns = _table()
    result = {}
    for name in _CONTENTS:
        value = np.zeros_like(q)
        if name in columns:
            value = np.interp(q, energy, columns[name], left=0.0)
        for state, branching in _PEAKS.get(name, ()):
            value = value + _peak(state, branching, q, name)
        result[name] = np.where(q > _threshold(name), value, 0.0)
    others = sum(value for name, value in result.items() if name != "pipi")
    low = q < _PION_PAIRS_BELOW
    left = np.maximum(continuum(q) - others, 0.0)
    result["pipi"] = np.where(low, np.where(q > 2.0 * M_PION, left, 0.0), result["pipi"])
    return result


def channel_fractions(q: FloatArray) -> FloatArray:
    """Fractions of the channels in ``NAMES`` at hadronic masses q in GeV, shape (n, channels)."""
    values = np.stack(list(channel_r(q).values()), axis=1)
    # A mass between two thresholds with nothing in the table: pions.
    nothing = np.sum(values, axis=1) <= 0.0
    values[nothing, 0] = 1.0
    values = np.concatenate([values, np.zeros((len(q), 1))], axis=1)
    high = q > _TABLE_ENDS
    values[high] = 0.0
    values[high, -1] = 1.0
    return np.asarray(values / np.sum(values, axis=1, keepdims=True))


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
    weights = np.cumsum([weight for weight, _ in _CONTENTS[name]])
    which = np.searchsorted(weights, rng.random(len(q)) * weights[-1], side="right")
    return [
        (content, np.flatnonzero(which == k))
        for k, (_, content) in enumerate(_CONTENTS[name])
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
