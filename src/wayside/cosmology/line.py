"""Every epsilon at which the ground state makes up all of dark matter, column by column.

More mixing means more annihilation, and a smaller density, up to the epsilon from which on the
visible width of A' outgrows the dark one: then a wider pole may annihilate less, and a column has
two roots, or more. Below that epsilon there is one root at most, which is searched for from the
root of the last column. Above it, bounds on how fast the density can change (docs/theory/relic.md)
say how far a step can go without passing over a root.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf, log, sqrt
from typing import Protocol

from scipy.optimize import brentq, minimize_scalar

from wayside.cosmology.universe import OMEGA_H2
from wayside.errors import NumericalError

__all__ = ["Crossings", "Density", "relic_epsilons", "solve_column"]

_TOLERANCE = 2e-7
"""Tolerance of ln(epsilon) at a root; ln(Omega h^2) changes at most twice as fast."""

STEP = 0.3
"""Length in ln(epsilon) down to which intervals are halved. All that bends the density is a
function of epsilon^2 that takes several such steps, so an extremum shows in three of them; it is
then looked for. With another power the steps are as long in the logarithm of the rate."""


class Density(Protocol):
    """Omega h^2 of one column."""

    def __call__(self, epsilon: float, /) -> float:
        """Return Omega h^2."""

    @property
    def steepest(self) -> int:
        """Power of epsilon in the rates, the fastest at which Omega h^2 falls."""

    @property
    def turns_at(self) -> float:
        """Up to this epsilon Omega h^2 falls; infinite if it does all along."""

    def rises_at(self, epsilon: float, ln_factor: float, /) -> float:
        """Return the least larger epsilon at which Omega h^2 could be exp(ln_factor) as large."""


@dataclass(frozen=True)
class Crossings:
    """Where a column crosses the target."""

    roots: tuple[float, ...]
    """Values of epsilon at which the density is the target, increasing."""
    starts_above: bool
    """Whether there is too much below the first root, or everywhere if there is none."""

    def sides(self) -> tuple[str, ...]:
        """Return for every root whether there is too much ``below`` or ``above`` it."""
        first = ("below", "above") if self.starts_above else ("above", "below")
        return tuple(first[i % 2] for i in range(len(self.roots)))

    def overabundant(self, low: float, high: float) -> tuple[tuple[float, float], ...]:
        """Return the intervals between ``low`` and ``high`` with too much, increasing."""
        edges = (low, *self.roots, high)
        return tuple(pairwise(edges))[0 if self.starts_above else 1 :: 2]


def relic_epsilons(
    densities: Sequence[Density | None],
    low: float,
    high: float,
    target: float = OMEGA_H2,
    *,
    guess: float | None = None,
    xtol: float = _TOLERANCE,
    step: float = STEP,
) -> list[Crossings | None]:
    """Return the crossings of every column.

    Parameters
    ----------
    densities
        Omega h^2 as a function of epsilon for every column; None where there is no such point.
    low, high
        Range of epsilon that is searched.
    target
        Omega h^2 at the crossings.
    guess
        Value of epsilon at which the search in the first column starts; the middle if None.
    xtol
        Tolerance of ln(epsilon) at a crossing.
    step
        Length as `STEP`.

    Returns
    -------
    list
        Crossings of every column; None where there is no such point, or its density could not be
        computed.
    """
    result: list[Crossings | None] = []
    guess = sqrt(low * high) if guess is None else guess
    for density in densities:
        if density is None:
            result.append(None)
            continue
        try:
            crossings = solve_column(density, low, high, guess, target, xtol, step)
        except NumericalError:
            result.append(None)
            continue
        guess = crossings.roots[0] if crossings.roots else guess
        result.append(crossings)
    return result


def solve_column(
    density: Density,
    low: float,
    high: float,
    guess: float,
    target: float = OMEGA_H2,
    xtol: float = _TOLERANCE,
    step: float = STEP,
) -> Crossings:
    """Return the crossings of one column.

    Parameters
    ----------
    density
        Omega h^2 of the column as a function of epsilon.
    low, high
        Range of epsilon that is searched.
    guess
        Value of epsilon at which the search starts.
    target
        Omega h^2 at the crossings.
    xtol
        Tolerance of ln(epsilon) at a crossing.
    step
        Length as `STEP`.

    Raises
    ------
    NumericalError
        If a density is not a number, or not positive.
    """
    known: dict[float, float] = {}

    def f(at: float) -> float:
        if at not in known:
            value = density(exp(at))
            if not value > 0.0:
                raise NumericalError(f"epsilon = {exp(at):g}: Omega h^2 = {value:g} is no density")
            known[at] = inf if value == inf else log(value / target)
        return known[at]

    bottom, top = log(low), log(high)
    turn = log(min(max(density.turns_at, low), high))
    roots = []
    if turn == top or f(turn) <= 0.0:
        bracket = _bracket(f, bottom, turn, log(guess), density.steepest)
        if bracket is not None:
            roots.append(_root(f, *bracket, xtol))
    power = density.steepest
    length = 2.0 * step / power
    visited = _visit(f, density, turn, top, length)
    if turn < top:
        visited = sorted({*visited, *_extrema(f, visited, power, length)})
    for a, b in pairwise(visited):
        if (f(a) > 0.0) != (f(b) > 0.0):
            roots.append(_root(f, a, b, xtol))
    if not roots:
        return Crossings((), next(iter(known.values())) > 0.0)
    ends_above = turn < top and f(top) > 0.0
    return Crossings(tuple(roots), ends_above != bool(len(roots) % 2))


def _root(f: Callable[[float], float], a: float, b: float, xtol: float) -> float:
    return exp(brentq(f, a, b, xtol=xtol, rtol=1e-12))


def _visit(
    f: Callable[[float], float], density: Density, first: float, last: float, length: float
) -> list[float]:
    """Halve an interval until no piece can hide roots, or it is short; return all the ends."""
    power = density.steepest
    visited, todo = {first, last}, [(first, last)]
    while todo:
        a, b = todo.pop()
        if b - a <= length:
            continue
        # ln(Omega h^2) falls by the power per unit of ln(epsilon) at most, and rises as `rises_at`
        # says: without a root up to so far from a, and down to so far from b.
        if f(a) > 0.0 and f(b) > 0.0 and a + f(a) / power > b - f(b) / power:
            continue
        if f(a) < 0.0 and f(b) < 0.0:
            reach = log(density.rises_at(exp(a), -f(a)))
            if reach > b + f(b) / power:
                continue
        middle = 0.5 * (a + b)
        visited.add(middle)
        todo += [(a, middle), (middle, b)]
    return sorted(visited)


def _extrema(
    f: Callable[[float], float], visited: Sequence[float], power: int, step: float
) -> list[float]:
    """Return extrema toward zero between short steps."""
    extrema = []
    first, last = visited[0], visited[-1]
    # A neighbour beyond either end, for extrema in the pieces next to them.
    around = [first - step, *visited, last + step]
    for a, b, c in zip(around, around[1:], around[2:], strict=False):
        if abs(f(b)) >= power * step:
            continue
        sign = 1.0 if f(b) > 0.0 else -1.0
        between = sign * f(a) >= sign * f(b) <= sign * f(c)
        if between and min(sign * f(a), sign * f(c)) > 0.0:
            best = minimize_scalar(
                lambda at, s=sign: s * f(float(at)),
                bounds=(max(a, first), min(c, last)),
                options={"xatol": 1e-3},
            )
            extrema.append(float(best.x))
    return extrema


def _bracket(
    f: Callable[[float], float], bottom: float, top: float, guess: float, power: int
) -> tuple[float, float] | None:
    """Bracket the root of a falling function between ``bottom`` and ``top``, if it has one."""
    a = min(max(guess, bottom), top)
    fa = f(a)
    # Far from saturation the density goes as the inverse rate, or slower: step a little farther.
    step = 0.02
    while True:
        b = a + (step if fa > 0 else -step) + 1.1 * fa / power
        b = min(max(b, bottom), top)
        if b == a:
            return None
        if (fa > 0) != (f(b) > 0):
            return min(a, b), max(a, b)
        step *= 4
        a, fa = b, f(b)
