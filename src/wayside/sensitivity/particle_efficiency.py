"""Decays of a single particle that are reconstructed, by the tables of efficiencies.

Widths of one monomial of the couplings form a group: within it branching ratios do not depend on
the couplings, so that its efficiency is a function of the lifetime alone. Of decays that no table
knows none counts as detected, and their branching ratios are said.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.detected import Detected, flight_rule, response_grid
from wayside.acceptance.response import Response, WeightedPairs
from wayside.acceptance.rule import Rule, merged
from wayside.acceptance.samples import sampled_rule
from wayside.decays.leading_pairs import leading_pairs
from wayside.detector.box import Box
from wayside.efficiency.channels import pair_name
from wayside.efficiency.grid import EfficiencyGrid
from wayside.efficiency.narrow import narrow_pairs
from wayside.efficiency.selection import SELECTIONS
from wayside.errors import InputError
from wayside.models.couplings import Couplings, Powers
from wayside.models.decay_points import DecayPoints
from wayside.models.final_states import FinalState, mass_of, product_names
from wayside.models.particle import ParticleModel, Width
from wayside.models.prong_points import named, prong_points, prongs_of
from wayside.production.flight import Flight
from wayside.production.from_file import SampledFlight
from wayside.production.particle_process import ParticleProcess
from wayside.selections.names import TIMED
from wayside.typing import FloatArray

BOOSTS_STEP: Final = 0.3
"""Largest step in rapidity between which efficiencies are interpolated."""

NOTABLE: Final = 5e-3
"""Branching ratio from which products that were not simulated are said in words."""


LEADING: Final = 4_000
LEAST_DRAWN: Final = 300
"""Decays that are drawn where a quadrature of two prongs does not know the final state: of all of a
width, and at least of each final state."""

TOGETHER: Final = 4
"""Points that all pairs of a group share by their fractions, over those that each has at most."""

ROUNDING: Final = 1e-12
"""Fractions below are the rounding of sums."""


class Known(NamedTuple):
    """Decays whose vertex a table has efficiencies of."""

    pair: str
    """Channel of the table."""
    codes: tuple[int, int]
    """PDG codes of the two prongs."""
    fraction: float
    """Fraction of the decays that the width counts."""
    points: Callable[[int], DecayPoints]
    """Both prongs at a number of points, their weights adding up to 1."""


class States(NamedTuple):
    """Final states of a width, with their fractions."""

    known: tuple[Known, ...]
    """Those that a table has efficiencies of."""
    others: dict[str, float]
    """Fractions of the others by what is in them."""


def states_of(model: ParticleModel, width: Width, channels: Collection[str]) -> States:
    """Final states of a width, by whether tables have efficiencies of them.

    Parameters
    ----------
    model
        The particle.
    width
        One of a visible channel; the channel by its own name where the model knows no final states.
    channels
        Pairs that the table has.
    """
    try:
        states = named(model.mass, model.final_states(width))
    except InputError:
        return States((), {width.channel: 1.0})
    states = tuple(state for state in states if state.least_mass < model.mass)
    if not states:
        return States((), {width.channel: 1.0})
    total = sum(state.weight for state in states)
    merged_states: dict[tuple[Any, ...], tuple[FinalState, float]] = {}
    for state in states:
        # Charge conjugates are reconstructed alike.
        key = (tuple(map(abs, state.products)), id(state.squared_amplitude), state.hadrons)
        before = merged_states[key][1] if key in merged_states else 0.0
        merged_states[key] = state, before + state.weight / total
    known: list[Known] = []
    others: dict[str, float] = {}
    for state, fraction in merged_states.values():
        pairs = _known_pairs(model.mass, state, fraction, channels)
        known += pairs
        rest = fraction - sum(pair.fraction for pair in pairs)
        if rest > ROUNDING:
            name = product_names(state.products)
            if state.hadrons is not None:
                name = f"{name} hadrons".strip()
            others[name] = others.get(name, 0.0) + rest
    return States(tuple(known), others)


def _known_pairs(
    mass: float, state: FinalState, fraction: float, channels: Collection[str]
) -> list[Known]:
    """Pairs of prongs of a final state, by a quadrature where it knows them, else drawn."""
    prongs = prongs_of(state)
    if prongs is not None:
        name = pair_name(*prongs.codes)
        points = partial(prong_points, mass, state)
        if name is None or name not in channels:
            return []
        return [Known(name, prongs.codes, fraction, points)]
    if state.hadrons is not None:
        # Of many particles one often goes backward and meets the fibres that veto: the two leading
        # ones would give twice as many timed decays as there are.
        return []
    drawn = []
    number = max(int(LEADING * fraction), LEAST_DRAWN)
    for pair in leading_pairs(mass, state, number):
        name = pair_name(*pair.codes)
        if name is not None and name in channels:
            part = float(pair.points.weight.sum())
            points = partial(_drawn, pair.points._replace(weight=pair.points.weight / part))
            drawn.append(Known(name, pair.codes, fraction * part, points))
    return drawn


def _drawn(points: DecayPoints, number: int) -> DecayPoints:
    """The first of points that were drawn, at most a number of them; their weights are equal."""
    chosen = DecayPoints(*(column[:number] for column in points))
    return chosen._replace(weight=chosen.weight / chosen.weight.sum())


@dataclass(frozen=True, eq=False)
class Group:
    """Widths that depend on the couplings in one way.

    Parameters
    ----------
    model
        The particle.
    powers
        The monomial.
    widths
        Widths of visible channels.
    channels
        Pairs that the table of efficiencies has.
    """

    model: ParticleModel
    powers: Powers
    widths: tuple[Width, ...]
    channels: tuple[str, ...] = ()

    @property
    def hat(self) -> float:
        """Sum of the widths in GeV, the couplings left out."""
        return sum(width.hat for width in self.widths)

    @cached_property
    def states(self) -> tuple[States, ...]:
        """Final states of every width."""
        return tuple(states_of(self.model, width, self.channels) for width in self.widths)

    def pairs(self, number: int) -> list[WeightedPairs]:
        """As `wayside.acceptance.response.Decaying.pairs`; rare ones have fewer points."""
        decays = [
            (decay, decay.fraction * width.hat / self.hat)
            for width, states in zip(self.widths, self.states, strict=True)
            for decay in states.known
        ]
        total = sum(fraction for _, fraction in decays)
        pairs = []
        for decay, fraction in decays:
            first, second = (mass_of(code) for code in decay.codes)
            share = min(TOGETHER * fraction / total, 1.0)
            points = decay.points(max(round(number * share), LEAST_DRAWN))
            pairs.append(WeightedPairs(decay.pair, (first, second), fraction, points))
        return pairs


def groups_of(
    model: ParticleModel, widths: Sequence[Width], channels: tuple[str, ...] = ()
) -> tuple[Group, ...]:
    """Visible widths by the monomial of the couplings that they have.

    Parameters
    ----------
    model
        The particle.
    widths
        Its widths.
    channels
        Pairs that the table of efficiencies has.
    """
    by_powers: dict[Powers, list[Width]] = {}
    for width in widths:
        if width.channel not in model.invisible and width.hat > 0.0:
            by_powers.setdefault(width.powers, []).append(width)
    return tuple(
        Group(model, powers, tuple(group), channels) for powers, group in by_powers.items()
    )


def rule_of(process: ParticleProcess, box: Box) -> Rule:
    """Nodes over a detector for all particles of a process."""
    rules = []
    for part in process.parts:
        if isinstance(part.flight, SampledFlight):
            rule = sampled_rule(part.flight, box)
        else:
            flight: Flight = part.flight
            rule = flight_rule(flight, box)
        rules.append((part.fraction, rule))
    return merged(rules)


class ParticleDetected:
    """Decays of a single particle in one detector that are detected.

    Parameters
    ----------
    groups
        Visible widths.
    processes
        Production processes.
    box
        The detector.
    table, selection
        Efficiencies, and what counts as detected.
    """

    def __init__(
        self,
        groups: Sequence[Group],
        processes: Sequence[ParticleProcess],
        box: Box,
        table: EfficiencyGrid,
        selection: str,
    ) -> None:
        self.table = table
        self.selection = selection
        self._box = box
        self._rules = [rule_of(process, box) for process in processes]
        grid = response_grid(self._rules, box, BOOSTS_STEP)
        # What a search selects is timed.
        measured = selection if selection in SELECTIONS else TIMED
        narrow = narrow_pairs(measured, table.channels)
        # Of all decays, the same for every group.
        self._curves = [DecayCurve(rule) for rule in self._rules]
        self._set([Response(table, selection, group, *grid, narrow) for group in groups])

    def _set(self, responses: Sequence[Response]) -> None:
        self._responses = responses
        self._by_process = [
            [Detected(rule, self._box, response, every) for response in responses]
            for rule, every in zip(self._rules, self._curves, strict=True)
        ]

    def with_groups(self, groups: Sequence[Group]) -> "ParticleDetected":
        """Return the same with other widths of the same channels; no decay is looked up again."""
        other = copy(self)
        other._set(
            [
                response.with_fractions(group)
                for response, group in zip(self._responses, groups, strict=True)
            ]
        )
        return other

    def fraction(self, process: int, ctau: FloatArray, ratios: Sequence[FloatArray]) -> FloatArray:
        """Fraction of all decays in the detector that are detected, of particles of one process.

        Parameters
        ----------
        process
            Its number.
        ctau
            Proper decay length in m.
        ratios
            Branching ratios of the groups, of shapes that broadcast.
        """
        parts = [
            ratio * part.efficiency(ctau)
            for ratio, part in zip(ratios, self._by_process[process], strict=True)
            if np.any(ratio > 0.0)
        ]
        return np.asarray(sum(parts, np.zeros(np.shape(ctau))))

    def error(self, weights: Sequence[Sequence[float]], ctau: float) -> float:
        """Standard error of the number of detected decays from the counts of the table.

        Parameters
        ----------
        weights
            Decays in the detector by process and group.
        ctau
            Proper decay length in m.
        """
        total = np.zeros(self.table.shape)
        for group, response in enumerate(self._responses):
            # Of all processes at once: decays are looked up for each node of the response.
            flights = sum(
                row[group] * parts[group].flights(ctau)
                for row, parts in zip(weights, self._by_process, strict=True)
                if row[group] > 0.0
            )
            if np.any(flights):
                total += response.fractions(np.asarray(flights))
        return self.table.weighted(self.selection, total)[1]


def ratios_of(groups: Sequence[Group], total: FloatArray, couplings: Couplings) -> list[FloatArray]:
    """Branching ratios of groups; 0 where the particle is stable.

    Parameters
    ----------
    groups
        Visible widths.
    total
        Total width in GeV.
    couplings
        Values by name.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return [
            np.where(total > 0.0, group.hat * group.powers.of(**couplings) / total, 0.0)
            for group in groups
        ]


def not_simulated(groups: Sequence[Group], total: float, couplings: Couplings) -> dict[str, float]:
    """Branching ratios of visible decays that no table has efficiencies of, by their products.

    Parameters
    ----------
    groups, total, couplings
        As for `ratios_of`, at one point.
    """
    rates: dict[str, float] = {}
    if not total > 0.0:
        return rates
    for group in groups:
        strength = float(group.powers.of(**couplings)) / total
        for width, states in zip(group.widths, group.states, strict=True):
            for name, fraction in states.others.items():
                rates[name] = rates.get(name, 0.0) + fraction * width.hat * strength
    ranked = sorted(rates.items(), key=lambda item: -item[1])
    return {name: ratio for name, ratio in ranked if ratio > 0.0}


def not_simulated_words(missing: Mapping[str, float]) -> list[str]:
    """One line where decays count as lost because no table has their efficiency.

    Parameters
    ----------
    missing
        Branching ratios by products, from `not_simulated`.

    Examples
    --------
    >>> not_simulated_words({"gamma gamma": 0.9, "tau tau": 0.02, "e e e e": 0.001})
    ['efficiency: not simulated, counted as 0: gamma gamma 0.9, tau tau 0.02 (branching ratios)']
    """
    named = [f"{name} {ratio:.2g}" for name, ratio in missing.items() if ratio >= NOTABLE]
    if not named:
        return []
    return [f"efficiency: not simulated, counted as 0: {', '.join(named)} (branching ratios)"]
