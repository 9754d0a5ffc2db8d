"""Acceptances with an error estimate: rules of growing order until two of them agree."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.panels import (
    PanelRule,
    build_panels,
    face_panels,
    panel_sums,
    rule_over,
)
from wayside.acceptance.polar import ALL
from wayside.acceptance.refinement import Built, Rungs, refined
from wayside.acceptance.rule import Level, Rule, merged, shortest_distance, survivors
from wayside.acceptance.slices import has_slices, sliced_face_probability
from wayside.acceptance.survey import is_crowded, outlook
from wayside.acceptance.tail import COARSE, FINE
from wayside.detector.volume import Volume
from wayside.errors import AccuracyWarning
from wayside.production.flight import Flight
from wayside.typing import BoolArray, FloatArray, IndexArray

ACCURACY = 1e-4
"""Relative accuracy of acceptances, unless another is asked for."""

TIGHT = 3e-6
"""Relative accuracy from which on the lowest orders are skipped: they would not pass."""

_ORDERS = (
    Rungs(1, 1, 1),
    Rungs(2, 1, 2),
    Rungs(4, 1, 3),
    Rungs(5, 2, 4),
    Rungs(6, 3, 5),
    Rungs(7, 4, 6),
    Rungs(8, 5, 7),
    Rungs(9, 6, 8),
    Rungs(10, 7, 9),
    Rungs(11, 8, 10),
)
"""Orders that go up in all three at once."""

_FIRST = ((1e-2, 0), (1e-3, 1), (TIGHT, 2), (0.0, 4))
"""Accuracies down to which each of these orders is the first: most points pass one up."""

_FIRST_CROWDED = (
    (1e-2, (Rungs(1, 0, 1), Rungs(2, 1, 2))),
    (1e-3, (Rungs(2, 0, 2), Rungs(3, 1, 3))),
    (ACCURACY, (Rungs(2, 0, 2), Rungs(4, 1, 3))),
    (TIGHT, (Rungs(3, 2, 4), Rungs(5, 3, 5))),
)
"""Accuracies down to which a crowded box, whose panels are short, starts with these two orders."""

MOST_NODES = 4_000_000
MOST_NODES_TIGHT = 20_000_000
"""More nodes than this are not used, or where less than `TIGHT` is asked for: seconds and gigabytes
would follow."""


LOOSE = 1e-3
"""Relative accuracy from which on a tail to 1e-4 is good enough."""

_ROUGH = Level(2, 1, 2)
"""Nodes that tell probabilities to some tens of per cent."""

MOST_EVALUATIONS = 300_000
"""Beyond this many evaluations of the density a face is integrated by slices instead."""

SLICED_BEST = 1e-9
"""Relative accuracy of the fixed rule inside a slice; 1e-10 at worst over the plane of masses."""

STEEP = 15.0
STEEP_LOSS = 10.0
"""Short lifetimes weigh the edge of the distribution; at exp(-STEEP) this much more is allowed."""


STEEP_CUT = 20.0
"""What survives less than the most by this exponent does not count there."""


def _most(rtol: float) -> int:
    """Number of nodes that are not to be exceeded."""
    return MOST_NODES if rtol > TIGHT else MOST_NODES_TIGHT


class Estimate(NamedTuple):
    """A number and the bound on its numerical error."""

    value: float
    error: float

    @property
    def relative_error(self) -> float:
        """Error over value; 0 where both vanish."""
        return self.error / abs(self.value) if self.value else 0.0


def _first(rtol: float) -> int:
    """Place in `_ORDERS` at which an accuracy starts."""
    return next(place for accuracy, place in _FIRST if rtol >= accuracy)


def _first_two(rtol: float, crowded: bool) -> tuple[Rungs, Rungs]:
    """Orders over a volume that are compared first."""
    if crowded and rtol >= TIGHT:
        return next(pair for accuracy, pair in _FIRST_CROWDED if rtol >= accuracy)
    start = _first(rtol)
    return _ORDERS[start], _ORDERS[start + 1]


SAFETY = 2.0
LEAST_SHARE = 0.1
"""The bound is twice the step between orders; as two orders can agree accidentally, it is never
less than this fraction of the accuracy asked for."""

LEAST_OF_RULES = 0.3
"""The same for rules over volumes: the order in rapidity goes from 10 to 11 first, and errors that
change sign between orders can be nearly the same at two of them."""


LEAST_GEOMETRIC = 0.6
"""The same where the error is taken for less than the step, so that lower orders do."""


def _difference(now: float, before: float) -> float:
    return abs(now - before) / abs(now) if now else float(before != 0.0)


def _bound(difference: float, value: float, rtol: float, least: float = LEAST_SHARE) -> float:
    return max(SAFETY * difference, least * rtol) if value else difference


def _warn(error: float, rtol: float) -> None:
    warnings.warn(
        f"acceptance known to {error:.1e} instead of the {rtol:.1e} asked for",
        AccuracyWarning,
        stacklevel=3,
    )


def face_acceptance(flight: Flight, volume: Volume, rtol: float = ACCURACY) -> Estimate:
    """Probability per produced excited state to cross the front face of a box, or any other volume.

    Parameters
    ----------
    flight
        Mass point at a collider, from `wayside.production.flight`.
    volume
        The detector.
    rtol
        Relative accuracy; a warning says when it is not reached.

    Returns
    -------
    Estimate
        Value and error bound, from the difference between the last two orders of the quadrature.

    Notes
    -----
    The acceptance A of Eq. 20 of the study, without its sampling; derived in docs/theory.
    """
    # A face costs next to nothing: one order more than over a volume.
    start = _first(rtol) + (rtol > TIGHT)
    low, high = _ORDERS[start : start + 2]
    seen = outlook(flight, volume)
    faces = partial(face_panels, flight, volume, known=seen)
    lower, upper = faces(low.level), faces(high.level)
    value = float(upper[0].sum())
    error = _bound(_difference(value, float(lower[0].sum())), value, rtol)
    if error <= rtol:
        return Estimate(value, error * value)
    if is_crowded(flight, volume, seen):
        faces = partial(faces, crowded=True)
        lower, upper = faces(low.level), faces(high.level)
    panels = max(len(lower[0]), len(upper[0]))

    def integrals(built: tuple[FloatArray, IndexArray]) -> Built:
        sums, evaluations = np.zeros(panels), np.zeros(panels, dtype=np.intp)
        sums[: len(built[0])], evaluations[: len(built[1])] = built
        return Built(sums[None], evaluations, sums)

    result = refined(
        lambda level, chosen: integrals(faces(level, chosen=chosen)),
        np.ones(1),
        (low, integrals(lower)),
        (high, integrals(upper)),
        rtol / SAFETY,
        MOST_EVALUATIONS if has_slices(volume, flight) else _most(rtol),
    )
    value = float(sum(part.payload[part.panels].sum() for part in result.parts))
    error = _bound(result.step, value, rtol)
    if error <= rtol:
        return Estimate(value, error * value)
    if not has_slices(volume, flight):
        _warn(error, rtol)
        return Estimate(value, error * value)
    coarse, known = value, error * value
    value, absolute = sliced_face_probability(flight, volume, rtol)
    # Two ways: where they differ by more than the ladder left open, neither is to be trusted.
    absolute = max(absolute, LEAST_SHARE * rtol * value, abs(value - coarse) - known)
    absolute = max(absolute, SLICED_BEST * value)
    if absolute > rtol * value:
        _warn(absolute / value if value else np.inf, rtol)
    return Estimate(value, absolute)


def _step(rule: Rule, before: Rule, rtol: float) -> float:
    """Relative step between two orders, of hits, path, and the survivors of short lifetimes."""
    step = max(
        _difference(rule.hit_probability, before.hit_probability),
        _difference(rule.hit_path, before.hit_path),
    )
    if SAFETY * step > rtol:
        return step
    ctau, cut = shortest_distance(rule) / STEEP, STEEP + STEEP_CUT
    steep = _difference(survivors(rule, ctau, cut), survivors(before, ctau, cut))
    return max(step, steep / STEEP_LOSS / SAFETY)


def converged_rule(flight: Flight, volume: Volume, rtol: float = ACCURACY) -> tuple[Rule, float]:
    """Nodes over a volume, and the relative error bound of integrals over them.

    Parameters as in `face_acceptance`. The bound is that of the hits and of the hits weighted
    with their path inside. Where only exp(-15) of the excited states reach the volume, the yield is
    known ten times less well; beyond, it fades in proportion.

    Notes
    -----
    Most mass points converge from one order to the next. Where they do not, it is mostly one of
    polar angle, azimuth and rapidity that is slow, and to raise all would multiply the nodes.
    """
    rule, _, error = _converged(_builder(flight, volume, rtol), rtol)
    return rule, error


class _Builder(NamedTuple):
    """What builds rules."""

    build: Callable[..., PanelRule]
    """Takes an order, and which panels as ``chosen``."""
    crowded: bool = False
    """From `wayside.acceptance.survey.is_crowded`."""
    geometric: bool = False
    """As of `wayside.acceptance.refinement.refined`."""


def _builder(flight: Flight, volume: Volume, rtol: float) -> _Builder:
    known = outlook(flight, volume)
    crowded = is_crowded(flight, volume, known)
    # Fewer nodes in rapidity were tried at looser accuracies alone.
    loose = rtol >= TIGHT
    build = partial(build_panels, flight, volume, crowded=crowded, by_length=loose, known=known)
    if crowded and loose:
        build = partial(build, likely=build(_ROUGH).rule.hit_probability)
    return _Builder(build, crowded, crowded and loose)


@dataclass(frozen=True, eq=False)
class _Again:
    """What makes the nodes of a rule once more; a class, as results go from process to process."""

    build: Callable[..., PanelRule]
    parts: tuple[tuple[Level, BoolArray], ...]
    """Orders, and the panels that have each."""

    def __call__(self) -> Rule:
        """Build the rule."""
        rules = [self.build(level, chosen=panels).rule for level, panels in self.parts]
        return rules[0] if len(rules) == 1 else merged([(1.0, rule) for rule in rules])


def _converged(builder: _Builder, rtol: float) -> tuple[Rule, Callable[[], Rule], float]:
    """`converged_rule` of what builds rules, with what makes the same nodes once more."""
    build, crowded, geometric = builder
    low, high = _first_two(rtol, crowded)
    lower, upper = build(low.level), build(high.level)
    if not crowded:
        step = _step(upper.rule, lower.rule, rtol)
        error = _bound(step, upper.rule.hit_probability, rtol, LEAST_OF_RULES)
        if error <= rtol:
            return upper.rule, _Again(build, ((high.level, ALL),)), error
    panels = 1 + max(int(built.panels.max(initial=-1)) for built in (lower, upper))
    rate = STEEP / shortest_distance(upper.rule)

    def integrals(built: PanelRule) -> Built:
        sums, nodes = panel_sums(built, panels, rate, STEEP + STEEP_CUT)
        return Built(sums, nodes, built)

    result = refined(
        lambda level, chosen: integrals(build(level, chosen=chosen)),
        np.array([1.0, 1.0, STEEP_LOSS * SAFETY]),
        (low, integrals(lower)),
        (high, integrals(upper)),
        rtol / SAFETY,
        _most(rtol),
        geometric,
    )

    again = _Again(build, tuple((part.level, part.panels) for part in result.parts))
    rule = merged([(1.0, rule_over(part.payload, part.panels)) for part in result.parts])
    least = LEAST_GEOMETRIC if geometric else LEAST_OF_RULES
    error = _bound(result.step, rule.hit_probability, rtol, least)
    if error > rtol:
        _warn(error, rtol)
    return rule, again, error


def decay_curve(flight: Flight, volume: Volume, rtol: float = ACCURACY) -> tuple[DecayCurve, float]:
    """Decay probability inside a volume against the lifetime, and its relative error bound.

    Parameters as in `face_acceptance`.
    """
    return _curve(_builder(flight, volume, rtol), rtol)


def decay_curve_of_sum(
    summed: Callable[[int], Flight], volume: Volume, rtol: float = ACCURACY
) -> tuple[DecayCurve, float]:
    """`decay_curve` of a flight whose energies are nodes of its own.

    Parameters
    ----------
    summed
        The flight by the order in rapidity.
    volume, rtol
        As in `face_acceptance`.
    """
    return _curve(_Builder(partial(_panels_of_sum, summed, volume)), rtol)


def converged_rule_of_sum(
    summed: Callable[[int], Flight], volume: Volume, rtol: float = ACCURACY
) -> tuple[Rule, float]:
    """`converged_rule` of a flight whose energies are its own nodes, as of `decay_curve_of_sum`."""
    rule, _, error = _converged(_Builder(partial(_panels_of_sum, summed, volume)), rtol)
    return rule, error


def _panels_of_sum(
    summed: Callable[[int], Flight], volume: Volume, level: Level, chosen: BoolArray = ALL
) -> PanelRule:
    return build_panels(summed(level.rapidity), volume, level, chosen=chosen)


def _curve(builder: _Builder, rtol: float) -> tuple[DecayCurve, float]:
    rule, again, error = _converged(builder, rtol)
    return DecayCurve(rule, again, COARSE if rtol >= LOOSE else FINE), error
