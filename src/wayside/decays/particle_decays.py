"""Decays of a single particle at rest, from what its model says of its final states.

The channel by the widths, one of its final states by their weights, momenta by the squared
amplitude or evenly over phase space. omega are decayed here; taus, pi0, eta, charged pions and
kaons, K_S and K_L are left to the detector simulation.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from wayside.collider.boosts import boost_by
from wayside.decays import hadrons
from wayside.decays.beside_lepton import beside_lepton
from wayside.decays.hadrons import Group
from wayside.decays.phase_space import draw_momenta, isotropic, turned, two_body_momentum
from wayside.decays.three_body import ThreeBodySampler
from wayside.errors import InputError
from wayside.models.final_states import NEUTRINOS, FinalState, Hadrons, mass_of
from wayside.models.particle import ParticleModel, Width
from wayside.typing import BoolArray, FloatArray, IntArray

_OMEGA: Final = 223

_NAMED: Final = (
    "as the model names them; three and more in flat phase space unless their amplitude is known"
)


class ParticleDecays(NamedTuple):
    """Decays in the rest frame of the particle; momenta in GeV."""

    channel: NDArray[np.int32]
    """Index in `ParticleDecaySampler.channels`, shape (n,)."""
    hadron_channel: NDArray[np.int32]
    """Index in ``wayside.models.hadron_channels.NAMES``, -1 where the model names the products."""
    q: FloatArray
    """Invariant mass of all products but neutrinos in GeV, shape (n,)."""
    offsets: IntArray
    """Products of event i are ``offsets[i]:offsets[i + 1]``, neutrinos among them."""
    pdg: NDArray[np.int32]
    mass: FloatArray
    momentum: FloatArray
    """Of the products, shapes (m,), (m,) and (m, 3)."""


class _Sampler(Protocol):
    """Draws products of one final state: numbers of hadronic channels, and groups."""

    def __call__(
        self, n: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.int32] | None, list[Group]]: ...


def visible(pdg: NDArray[Any]) -> BoolArray:
    """Which PDG codes are not those of neutrinos.

    Examples
    --------
    >>> visible(np.array([14, -13, 211])).tolist()
    [False, True, True]
    """
    return ~np.isin(np.abs(pdg), list(NEUTRINOS.values()))


class ParticleDecaySampler:
    """Draws visible decays of a particle at one set of couplings.

    Parameters
    ----------
    model
        Mass, widths and final states.
    couplings
        Values by name.
    widths
        Those of the model, if they are known already.

    Raises
    ------
    InputError
        If no width into a visible channel differs from 0, or the final states of one that does are
        not known.
    """

    def __init__(
        self,
        model: ParticleModel,
        couplings: Mapping[str, float],
        widths: tuple[Width, ...] | None = None,
    ) -> None:
        self.model = model
        rates: list[float] = []
        statements: list[str] = []
        channels: dict[str, int] = {}
        self._entries: list[tuple[int, _Sampler]] = []
        for width in model.widths() if widths is None else widths:
            rate = width.hat * width.powers.value(**couplings)
            if width.channel in model.invisible or not rate > 0.0:
                continue
            index = channels.setdefault(width.channel, len(channels))
            states = known_states(model, width)
            total = sum(state.weight for state in states)
            statements += [_HADRONS[state.hadrons].statement for state in states if state.hadrons]
            for state in states:
                rates.append(rate * state.weight / total)
                self._entries.append((index, _sampler(model.mass, state)))
        if not rates:
            raise InputError(f"{model.name}: it decays to nothing visible, so no events")
        self.channels = tuple(channels)
        """Names of the channels that are drawn."""
        self._reached = np.cumsum(rates)
        self.hadrons: str = "; ".join(dict.fromkeys(statements)) or _NAMED
        """How hadrons are made, for the header."""

    def draw(self, n: int, rng: np.random.Generator) -> ParticleDecays:
        """Draw ``n`` decays."""
        entry = np.searchsorted(self._reached, rng.random(n) * self._reached[-1], side="right")
        entry = np.minimum(entry, len(self._entries) - 1)
        channel = np.array([index for index, _ in self._entries], dtype=np.int32)[entry]
        kind = np.full(n, -1, dtype=np.int32)
        groups: list[Group] = []
        for number, (_, sampler) in enumerate(self._entries):
            rows = np.flatnonzero(entry == number)
            if not rows.size:
                continue
            of_hadrons, drawn = sampler(len(rows), rng)
            if of_hadrons is not None:
                kind[rows] = of_hadrons
            for group in drawn:
                groups += _without_omega(group._replace(rows=rows[group.rows]), rng)
        return _gathered(n, channel, kind, groups)


def known_states(model: ParticleModel, width: Width) -> tuple[FinalState, ...]:
    """Final states of a width that its mass allows.

    Raises
    ------
    InputError
        If the model does not say what they are, or its mass allows none.
    """
    states = tuple(state for state in model.final_states(width) if state.least_mass < model.mass)
    if not states:
        raise InputError(
            f'model.kind = "{model.kind}": channel "{width.channel}" has no final states that a'
            f" mass of {model.mass:g} GeV allows, so no events"
        )
    return states


def draw_state(
    mass: float, state: FinalState, number: int, rng: np.random.Generator
) -> list[Group]:
    """Draw decays to one final state, any omega in it decayed.

    Parameters
    ----------
    mass
        Mass of what decays in GeV, above those of the products.
    state
        The final state.
    number
        Number of decays.
    rng
        Generator of random numbers.

    Returns
    -------
    list of Group
        Products and momenta; every decay is in one group.
    """
    _, groups = _sampler(mass, state)(number, rng)
    return [part for group in groups for part in _without_omega(group, rng)]


def _sampler(mass: float, state: FinalState) -> _Sampler:
    """How to draw from one final state of a particle of a mass."""
    if state.hadrons is not None and state.products:
        return beside_lepton(mass, state)
    if state.hadrons is not None:
        source = _HADRONS[state.hadrons]

        def of_hadrons(
            n: int, rng: np.random.Generator
        ) -> tuple[NDArray[np.int32] | None, list[Group]]:
            kinds, groups = source.draw(np.full(n, mass), rng)
            axes = [isotropic(len(group.rows), rng) for group in groups]
            return kinds, [
                group._replace(momentum=turned(group.momentum, axis, rng))
                for group, axis in zip(groups, axes, strict=True)
            ]

        return of_hadrons
    masses = np.array([mass_of(code) for code in state.products])
    if state.squared_amplitude is not None:
        first, second, third = masses.tolist()
        draw = ThreeBodySampler(mass, (first, second, third), state.squared_amplitude).draw
    elif len(masses) == 2:
        size = float(two_body_momentum(mass, *masses))

        def draw(n: int, rng: np.random.Generator) -> FloatArray:
            momentum = size * isotropic(n, rng)
            return np.stack([momentum, -momentum], axis=1)

    else:

        def draw(n: int, rng: np.random.Generator) -> FloatArray:
            return draw_momenta(np.full(n, mass), masses, rng)

    def named(n: int, rng: np.random.Generator) -> tuple[None, list[Group]]:
        momentum = draw(n, rng)
        return None, [Group(np.arange(n), state.products, momentum, hadrons.ISOTROPIC)]

    return named


class _HadronSource(NamedTuple):
    """Where hadrons come from that the model leaves to the generator."""

    draw: Callable[[FloatArray, np.random.Generator], tuple[NDArray[np.int32], list[Group]]]
    statement: str


_HADRONS: Final[Mapping[Hadrons, _HadronSource]] = {
    Hadrons.VECTOR: _HadronSource(hadrons.draw_hadrons, hadrons.STATEMENT),
    Hadrons.PIONS: _HadronSource(
        hadrons.draw_pions, "pions by mean multiplicity in flat phase space, no kaons or charm"
    ),
}


def _without_omega(group: Group, rng: np.random.Generator) -> list[Group]:
    """The same events with what an omega decays to in its place, evenly in its rest frame."""
    if _OMEGA not in group.pdg:
        return [group]
    place = group.pdg.index(_OMEGA)
    rest = [k for k in range(len(group.pdg)) if k != place]
    moving = group.momentum[:, place] / mass_of(_OMEGA)
    gamma = np.sqrt(1.0 + np.sum(moving**2, axis=1))
    made = []
    for part in hadrons.draw_omega(len(group.rows), rng):
        at_rest = turned(part.momentum, isotropic(len(part.rows), rng), rng)
        out = [group.momentum[part.rows][:, k] for k in rest]
        for k, code in enumerate(part.pdg):
            energy = np.sqrt(mass_of(code) ** 2 + np.sum(at_rest[:, k] ** 2, axis=1))
            out.append(boost_by(energy, at_rest[:, k], gamma[part.rows], moving[part.rows])[1])
        codes = (*(group.pdg[k] for k in rest), *part.pdg)
        momentum = np.stack(out, axis=1)
        made.append(Group(group.rows[part.rows], codes, momentum, hadrons.ISOTROPIC))
    return made


def _gathered(
    n: int, channel: NDArray[np.int32], kind: NDArray[np.int32], groups: list[Group]
) -> ParticleDecays:
    """Groups of equal products as lists of products, event by event."""
    counts = np.zeros(n, dtype=np.int64)
    for group in groups:
        counts[group.rows] = len(group.pdg)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    pdg = np.empty(offsets[-1], dtype=np.int32)
    mass = np.empty(offsets[-1])
    momentum = np.empty((offsets[-1], 3))
    q = np.empty(n)
    for group in groups:
        masses = np.array([mass_of(code) for code in group.pdg])
        for k, code in enumerate(group.pdg):
            at = offsets[group.rows] + k
            pdg[at], mass[at], momentum[at] = code, masses[k], group.momentum[:, k]
        is_visible = visible(np.array(group.pdg))
        energy = np.sqrt(masses**2 + np.sum(group.momentum**2, axis=2))[:, is_visible].sum(axis=1)
        size2 = np.sum(group.momentum[:, is_visible].sum(axis=1) ** 2, axis=1)
        q[group.rows] = np.sqrt(np.maximum((energy**2 - size2), 0.0))
    return ParticleDecays(channel, kind, q, offsets, pdg, mass, momentum)
