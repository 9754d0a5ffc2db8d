"""The two particles of a decay that a vertex is made of, where more than two leave tracks.

A vertex of two tracks needs any two of them. The two with the largest momenta along the flight of
what decays, in its rest frame, are mostly the fastest and nearest to its direction in the
laboratory as well, so that one choice serves all boosts. Where fewer than
two are charged, the pions of a K_S take their place, or two photons, those of neutral pions among
them; where they make tracks is not where the decay was.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from wayside.collider.boosts import boost_by
from wayside.decays.hadrons import Group
from wayside.decays.particle_decays import draw_state
from wayside.decays.phase_space import isotropic
from wayside.models.decay_points import DecayPoints
from wayside.models.final_states import FinalState, charge, mass_of
from wayside.typing import FloatArray

_PHOTON, _NEUTRAL_PION, _PION, _K_SHORT = 22, 111, 211, 310

TWO_PIONS: Final = 0.692
"""Branching fraction of K_S to two charged pions (Particle Data Group 2024)."""

_SEED: Final = 20
"""One seed for all, so that the same decays give the same means."""

Codes = tuple[int, int]


class LeadingPair(NamedTuple):
    """Decays whose leading two products are of the same kinds."""

    codes: Codes
    """PDG codes without signs, the smaller first."""
    points: DecayPoints
    """Of the two, in the rest frame with z along the flight. Weights add up to the fraction of the
    decays of the final state that are of this pair."""


def leading_pairs(mass: float, state: FinalState, number: int) -> tuple[LeadingPair, ...]:
    """Draw decays to a final state, and take the two leading products of each.

    Parameters
    ----------
    mass
        Mass of what decays in GeV, above those of the products.
    state
        The final state.
    number
        Number of decays.

    Returns
    -------
    tuple of LeadingPair
        By kinds of the two; decays in which there are not two of them are in none.

    Examples
    --------
    >>> pions = FinalState(1.0, (211, -211, 211, -211))
    >>> [(pair.codes, len(pair.points.weight)) for pair in leading_pairs(2.0, pions, 100)]
    [((211, 211), 100)]
    >>> [pair.codes for pair in leading_pairs(0.5, FinalState(1.0, (14, 111)), 100)]
    [(22, 22)]
    """
    rng = np.random.default_rng(_SEED)
    parts: dict[Codes, list[FloatArray]] = {}
    for group in draw_state(mass, state, number, rng):
        for codes, momenta in _tracks(group, rng):
            for pair, chosen in _leading(codes, momenta):
                parts.setdefault(pair, []).append(chosen)
    return tuple(_pair(pair, np.concatenate(chosen), number) for pair, chosen in parts.items())


def _tracks(group: Group, rng: np.random.Generator) -> list[tuple[list[int], FloatArray]]:
    """Particles that two tracks may come from: codes, and momenta of shape (decays, codes, 3)."""
    charged = [place for place, code in enumerate(group.pdg) if charge(code)]
    if len(charged) >= 2:
        return [([group.pdg[place] for place in charged], group.momentum[:, charged])]
    kaons = [place for place, code in enumerate(group.pdg) if code == _K_SHORT]
    momentum, made = group.momentum, []
    if kaons:
        # The fastest of those that decay to charged pions, which have a vertex of their own.
        decays = rng.random((len(momentum), len(kaons))) < TWO_PIONS
        along = np.where(decays, momentum[:, kaons, 2], -np.inf)
        fastest = momentum[:, kaons][np.arange(len(momentum)), np.argmax(along, axis=1)]
        charged_pions = decays.any(axis=1)
        pions = _halves(fastest[charged_pions], _K_SHORT, _PION, rng)
        made.append(([_PION, -_PION], np.stack(pions, axis=1)))
        momentum = momentum[~charged_pions]
    photons = [momentum[:, place] for place, code in enumerate(group.pdg) if code == _PHOTON]
    for place, code in enumerate(group.pdg):
        if code == _NEUTRAL_PION:
            photons += _halves(momentum[:, place], _NEUTRAL_PION, _PHOTON, rng)
    if len(photons) >= 2:
        made.append(([_PHOTON] * len(photons), np.stack(photons, axis=1)))
    return made


def _halves(
    momentum: FloatArray, mother: int, daughter: int, rng: np.random.Generator
) -> list[FloatArray]:
    """Momenta of two equal particles that others decay to in flight, evenly in their rest frame."""
    mass, light = mass_of(mother), mass_of(daughter)
    moving = momentum / mass
    gamma = np.sqrt(1.0 + np.sum(moving**2, axis=1))
    half = np.full(len(momentum), 0.5 * mass)
    along = np.sqrt(0.25 * mass**2 - light**2) * isotropic(len(momentum), rng)
    return [boost_by(half, sign * along, gamma, moving)[1] for sign in (1.0, -1.0)]


def _leading(codes: Sequence[int], momenta: FloatArray) -> Iterator[tuple[Codes, FloatArray]]:
    """The two fastest along z of every decay, by their kinds."""
    order = np.argsort(-momenta[..., 2], axis=1, kind="stable")[:, :2]
    sizes = np.abs(np.asarray(codes))[order]
    # In the order of the codes, so that the masses are those of the columns.
    order = np.take_along_axis(order, np.argsort(sizes, axis=1, kind="stable"), axis=1)
    kinds = np.sort(sizes, axis=1)
    for pair in np.unique(kinds, axis=0):
        mine = np.all(kinds == pair, axis=1)
        yield (
            (int(pair[0]), int(pair[1])),
            np.take_along_axis(momenta[mine], order[mine][:, :, None], axis=1),
        )


def _pair(codes: Codes, momentum: FloatArray, number: int) -> LeadingPair:
    masses = np.array([mass_of(code) for code in codes])
    energy = np.sqrt(masses**2 + np.sum(momentum**2, axis=2))
    return LeadingPair(codes, DecayPoints(np.full(len(momentum), 1.0 / number), energy, momentum))
