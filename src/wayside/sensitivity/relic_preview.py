"""The line of the observed relic density from few of the columns of a plane.

Columns far apart are solved first. Halfway between them the density is looked at where a cubic
through their neighbours has the root: where it is the observed one nearly there, what is between is
interpolated; everywhere else, as next to thresholds, resonances and ends of a line, halving goes on
until every column is solved.
"""

import bisect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from wayside.cosmology.column import Column
from wayside.cosmology.line import STEP, Crossings, relic_epsilons
from wayside.cosmology.universe import OMEGA_H2
from wayside.sensitivity.planes import Plane
from wayside.sensitivity.relic import RelicLine, branches, densities_in

ACCURACY: Final = 1e-3
"""To which roots in epsilon of columns that were left out are known."""

_FIRST: Final = 9
"""Columns solved first, the plane's ends among them."""

_ROOT: Final = 1e-4
"""Tolerance of ln(epsilon) at roots that are solved."""

_NEAR: Final = 0.25 * ACCURACY
"""Distance in ln(epsilon) up to which a root halfway is where it is expected: what is between errs
less than four times as much."""

_FOLLOWED: Final = 0.1
"""Distance up to which a root is followed from there."""

_APART: Final = 1e-2
"""In ln(epsilon), for slopes at roots."""

_NEAR_ENOUGH: Final = 0.1 * ACCURACY
"""Last step in ln(epsilon) to a root."""

_STEPS: Final = 5
"""Most steps to a root from where it is expected."""

_LONG: Final = 2.0
"""Length in ln(epsilon) that is searched for further roots, over that of the line itself."""

_SECANTS: Final = 8
"""Most steps of a secant."""

_STEEP: Final = 1.0
"""Slope of ln(density) in ln(epsilon) from which on densities that are solved quickly have roots
that are good enough; below, others are taken."""

_SAME_SLOPE: Final = 0.2
"""Relative difference up to which slopes of neighbours are one that the columns between have."""

_NEIGHBOURS: Final = 4
"""Columns that a cubic goes through."""


def relic_preview(plane: Plane) -> RelicLine:
    """Find the line in a plane, with most of its columns interpolated.

    Parameters
    ----------
    plane
        From `wayside.sensitivity.planes.plane_of`.

    Returns
    -------
    RelicLine
        With the columns of the plane and no others: where a line is steep,
        `wayside.sensitivity.relic.relic_line` has more.
    """
    solved = _Solved(plane, densities_in(plane))
    number = len(plane.x.values)
    first = np.unique(np.linspace(0, number - 1, min(_FIRST, number)).round().astype(int)).tolist()
    for place in first:
        solved.solve(place)
    todo = list(pairwise(first))
    while todo:
        left, right = todo.pop()
        middle = (left + right) // 2
        if middle == left:
            continue
        away = solved.confirm(middle)
        if away is None:
            solved.solve(middle)
        if away is None or away > _NEAR:
            todo += [(left, middle), (middle, right)]
    columns = [
        solved.columns[place] if place in solved.columns else solved.crossings(place)
        for place in range(number)
    ]
    x, frame = plane.x.values, solved.frame
    return RelicLine(x, columns, *frame, branches(x, columns, frame))


class _Quick(NamedTuple):
    """A column whose densities are solved quickly."""

    column: Column

    def __call__(self, epsilon: float, /) -> float:
        """Omega h^2."""
        return self.column.quickly(epsilon)

    @property
    def steepest(self) -> int:
        """As of `Column`."""
        return self.column.steepest

    @property
    def turns_at(self) -> float:
        """As of `Column`."""
        return self.column.turns_at

    def rises_at(self, epsilon: float, ln_factor: float, /) -> float:
        """As of `Column`."""
        return self.column.rises_at(epsilon, ln_factor)


class _Expected(NamedTuple):
    """Roots of a column by those of its neighbours."""

    roots: tuple[float, ...]
    slopes: tuple[float, ...]
    """Of ln(density) in ln(epsilon) at the roots; NaN where neighbours do not agree on one."""
    starts_above: bool


class _Gap(NamedTuple):
    """Columns from which those between two of them are interpolated."""

    at: list[float]
    """Their coordinates."""
    log_roots: list[tuple[float, ...]]
    """Of each column."""
    slopes: tuple[float, ...]
    starts_above: bool


@dataclass
class _Solved:
    """Columns of a plane whose roots are known."""

    plane: Plane
    density_at: Callable[[float], Column | None]
    columns: dict[int, Crossings | None] = field(default_factory=dict)
    slopes: dict[int, tuple[float, ...]] = field(default_factory=dict)
    """At the roots of every column."""
    places: list[int] = field(default_factory=list)
    """Those columns, increasing."""
    gaps: dict[tuple[int, int], _Gap | None] = field(default_factory=dict)
    """By number of columns and place among them."""

    @cached_property
    def frame(self) -> tuple[float, float]:
        """Lowest and highest epsilon."""
        values = self.plane.epsilon.values
        return float(values[0]), float(values[-1])

    @cached_property
    def _at(self) -> list[float]:
        return [float(value) for value in self.plane.x.coordinates]

    def _density(self, place: int) -> Column | None:
        return self.density_at(float(self.plane.x.values[place]))

    def _keep(self, place: int, column: Crossings | None, slopes: tuple[float, ...]) -> None:
        self.columns[place], self.slopes[place] = column, slopes
        bisect.insort(self.places, place)

    def solve(self, place: int) -> None:
        """Solve a column, from where its neighbours say that its root is."""
        density = self._density(place)
        if density is None:
            self._keep(place, None, ())
            return
        expected = self.expected(place)
        guess = expected.roots[0] if expected is not None and expected.roots else None
        quick = _Quick(density)
        (column,) = relic_epsilons([quick], *self.frame, guess=guess, xtol=_ROOT, step=_LONG * STEP)
        if column is None:
            self._keep(place, None, ())
            return
        roots, slopes = [], []
        for root in column.roots:
            slope = math.log(quick(root * math.exp(_APART)) / OMEGA_H2) / _APART
            roots.append(root if abs(slope) > _STEEP else _polished(density, root, slope))
            slopes.append(slope)
        self._keep(place, Crossings(tuple(roots), column.starts_above), tuple(slopes))

    def confirm(self, place: int) -> float | None:
        """Follow the roots of a column from where they are expected.

        Returns
        -------
        float
            How far away they are in ln(epsilon), at most; None if they were not found.
        """
        expected = self.expected(place)
        density = self._density(place) if expected is not None else None
        if expected is None or density is None:
            return None
        low, high = self.frame
        roots: list[float] = []
        slopes: list[float] = []
        away = 0.0
        for root, slope in zip(expected.roots, expected.slopes, strict=True):
            falls = expected.starts_above == (len(roots) % 2 == 0)
            found = _near(density, root, slope, falls)
            if found is None or not low <= found.root <= high:
                return None
            roots.append(found.root)
            slopes.append(found.slope)
            away = max(away, abs(math.log(found.root / root)))
        if not roots:
            ends = [low, min(max(density.turns_at, low), high), high]
            values = [density.quickly(end) for end in ends]
            if any(np.isnan(v) or (v > OMEGA_H2) != expected.starts_above for v in values):
                return None
        if any(first >= second for first, second in pairwise(roots)):
            return None
        self._keep(place, Crossings(tuple(roots), expected.starts_above), tuple(slopes))
        return away

    def crossings(self, place: int) -> Crossings | None:
        """Roots of a column that was left out."""
        expected = self.expected(place)
        return None if expected is None else Crossings(expected.roots, expected.starts_above)

    def expected(self, place: int) -> _Expected | None:
        """Roots of a column by a cubic through the nearest ones, as many as these have.

        None where the two next to it differ in kind.
        """
        after = bisect.bisect_left(self.places, place)
        if not 0 < after < len(self.places):
            return None
        key = len(self.places), after
        if key not in self.gaps:
            self.gaps[key] = self._gap(after)
        gap = self.gaps[key]
        if gap is None:
            return None
        weights = _weights(gap.at, self._at[place])
        roots = tuple(
            math.exp(sum(w * root for w, root in zip(weights, same, strict=True)))
            for same in zip(*gap.log_roots, strict=True)
        )
        return _Expected(roots, gap.slopes, gap.starts_above)

    def _gap(self, after: int) -> _Gap | None:
        places = self.places
        left = self.columns[places[after - 1]]
        if left is None or not _alike(left, self.columns[places[after]]):
            return None
        around = range(max(after - _NEIGHBOURS, 0), min(after + _NEIGHBOURS, len(places)))
        near = [places[k] for k in sorted(around, key=lambda k: abs(k - after + 0.5))]
        near = [k for k in near if _alike(left, self.columns[k])][:_NEIGHBOURS]
        every = [column.roots for k in near if (column := self.columns[k]) is not None]
        slopes = [self.slopes[places[k]] for k in (after - 1, after)]
        return _Gap(
            [self._at[k] for k in near],
            [tuple(map(math.log, roots)) for roots in every],
            tuple(_common(pair) for pair in zip(*slopes, strict=True)),
            left.starts_above,
        )


def _common(slopes: Sequence[float]) -> float:
    """Slope between two columns, NaN where theirs differ too much."""
    mean = 0.5 * sum(slopes)
    return mean if max(slopes) - min(slopes) < _SAME_SLOPE * abs(mean) else math.nan


def _polished(density: Column, root: float, slope: float) -> float:
    """Root by a secant, from one that is nearly right; that one where this does not converge."""
    at, value = 0.0, math.log(density(root) / OMEGA_H2)
    for _ in range(_SECANTS):
        step = -value / slope if slope else math.inf
        if not abs(at + step) < 1.0:
            break
        before, value = value, math.log(density(root * math.exp(at + step)) / OMEGA_H2)
        at, slope = at + step, (value - before) / step if step else slope
        if abs(step) < _NEAR_ENOUGH:
            return root * math.exp(at)
    return root


class _Root(NamedTuple):
    """Where ln(density) is that observed, and its slope in ln(epsilon)."""

    root: float
    slope: float


def _near(density: Column, root: float, slope: float, falls: bool) -> _Root | None:
    """Root of a column next to where it is expected, by steps along a slope; None if it is not.

    Where neighbours say no slope, or the density depends but little on epsilon, both sides of the
    root are looked at: the density has to fall there, or rise.
    """
    if abs(slope) > _STEEP and (slope < 0.0) == falls:
        at, last, step = 0.0, math.nan, 0.0
        for _ in range(_STEPS):
            value = density.quickly(root * math.exp(at))
            if not 0.0 < value < math.inf:
                return None
            value = math.log(value / OMEGA_H2)
            if abs(step) > ACCURACY:
                slope = (value - last) / step
                if not (abs(slope) > _STEEP and (slope < 0.0) == falls):
                    return None
            step, last = -value / slope, value
            at += step
            if not abs(at) < _FOLLOWED:
                return None
            if abs(step) < _NEAR_ENOUGH:
                return _Root(root * math.exp(at), slope)
        return None
    around = [density(root * math.exp(step)) / OMEGA_H2 for step in (-_APART, _APART)]
    if not all(0.0 < value < math.inf for value in around):
        return None
    before, behind = map(math.log, around)
    if not (before > 0.0) == falls != (behind > 0.0):
        return None
    found = root * math.exp(_APART * (before + behind) / (before - behind))
    return _Root(found, 0.5 * (behind - before) / _APART)


def _weights(at: list[float], where: float) -> list[float]:
    """Weights of values at places that interpolate to another one."""
    return [
        math.prod((where - other) / (node - other) for other in at if other != node) for node in at
    ]


def _alike(column: Crossings, other: Crossings | None) -> bool:
    """Whether two columns have as many roots, with too much on the same sides."""
    return (
        other is not None
        and len(column.roots) == len(other.roots)
        and column.starts_above == other.starts_above
    )
