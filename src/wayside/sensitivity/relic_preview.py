"""The line of the observed relic density from few of the columns of a plane.

Columns far apart are solved first. Halfway between them the density is looked at next to the roots
that a cubic through their neighbours says: where it crosses there, what is between is interpolated;
everywhere else, as next to thresholds, resonances and ends of a line, halving goes on until every
column is solved.
"""

import bisect
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from wayside.cosmology.line import Crossings, relic_epsilons
from wayside.cosmology.universe import OMEGA_H2
from wayside.sensitivity.planes import Plane
from wayside.sensitivity.relic import RelicLine, branches, density_in

ACCURACY: Final = 1e-3
"""To which roots in epsilon of columns that were left out are known."""

_FIRST: Final = 9
"""Columns solved first, the plane's ends among them."""

_ROOT: Final = 1e-4
"""Tolerance of ln(epsilon) at roots that are solved."""

_AROUND: Final = (-4.0 * ACCURACY, 4.0 * ACCURACY)
"""Steps in ln(epsilon) between which a root has to be that is where it is expected: a cubic through
it as well is at least four times as near."""

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
    solved = _Solved(plane, {})
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
        if not solved.confirm(middle):
            solved.solve(middle)
            todo += [(left, middle), (middle, right)]
    columns = [
        solved.columns[place] if place in solved.columns else solved.expected(place)
        for place in range(number)
    ]
    x, frame = plane.x.values, solved.frame
    return RelicLine(x, columns, *frame, branches(x, columns, frame))


@dataclass(frozen=True)
class _Solved:
    """Columns of a plane whose roots are known."""

    plane: Plane
    columns: dict[int, Crossings | None]

    @property
    def frame(self) -> tuple[float, float]:
        """Lowest and highest epsilon."""
        values = self.plane.epsilon.values
        return float(values[0]), float(values[-1])

    def solve(self, place: int) -> None:
        """Solve a column, from where its neighbours say that its root is."""
        density = density_in(self.plane, float(self.plane.x.values[place]))
        expected = self.expected(place)
        guess = expected.roots[0] if expected is not None and expected.roots else None
        (self.columns[place],) = relic_epsilons([density], *self.frame, guess=guess, xtol=_ROOT)

    def confirm(self, place: int) -> bool:
        """Take a column whose roots are where they are expected; tell whether they are."""
        expected = self.expected(place)
        density = density_in(self.plane, float(self.plane.x.values[place]))
        if expected is None or density is None:
            return False
        low, high = self.frame
        ends = [low, min(max(density.turns_at, low), high), high]
        above = expected.starts_above
        roots = []
        for root in expected.roots:
            around = np.log([density(root * math.exp(step)) / OMEGA_H2 for step in _AROUND])
            if not (np.isfinite(around).all() and (around[0] > 0.0) == above != (around[1] > 0.0)):
                return False
            part = around[0] / (around[0] - around[1])
            roots.append(root * math.exp(_AROUND[0] + part * (_AROUND[1] - _AROUND[0])))
            above = not above
        if any(not low <= root <= high for root in roots):
            return False
        at_ends = [density(end) for end in ends] if not roots else []
        if any(np.isnan(value) or (value > OMEGA_H2) != above for value in at_ends):
            return False
        self.columns[place] = Crossings(tuple(roots), expected.starts_above)
        return True

    def expected(self, place: int) -> Crossings | None:
        """Roots of a column by a cubic through the nearest ones, as many as these have.

        None where the two next to it differ in kind.
        """
        places = sorted(self.columns)
        after = bisect.bisect_left(places, place)
        if not 0 < after < len(places):
            return None
        left = self.columns[places[after - 1]]
        if left is None or not _alike(left, self.columns[places[after]]):
            return None
        around = range(max(after - _NEIGHBOURS, 0), min(after + _NEIGHBOURS, len(places)))
        near = [places[k] for k in sorted(around, key=lambda k: abs(k - after + 0.5))]
        near = [k for k in near if _alike(left, self.columns[k])][:_NEIGHBOURS]
        at = self.plane.x.coordinates
        weights = _weights([float(at[k]) for k in near], float(at[place]))
        every = [column.roots for k in near if (column := self.columns[k]) is not None]
        roots = [
            math.prod(root**weight for root, weight in zip(same, weights, strict=True))
            for same in zip(*every, strict=True)
        ]
        return Crossings(tuple(roots), left.starts_above)


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
