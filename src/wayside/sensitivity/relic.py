"""The line of the observed relic density in a plane."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wayside.cosmology.column import Column, densities_of
from wayside.cosmology.line import Crossings, relic_epsilons
from wayside.cosmology.universe import OMEGA_H2
from wayside.errors import InputError, RangeError
from wayside.models.protocol import Model
from wayside.sensitivity.contours import Line
from wayside.sensitivity.planes import Plane, masses_at
from wayside.typing import FloatArray

_STEEP = 0.25
"""Rise of ln(epsilon) between neighbours from which on a column goes between them."""

_REFINEMENTS = 8


@dataclass(frozen=True)
class Branch:
    """One line, and the side on which there is too much dark matter."""

    line: Line
    """x, epsilon."""
    overabundant: str
    """``below`` or ``above`` it in epsilon."""


@dataclass(frozen=True)
class RelicLine:
    """Where the ground state makes up all of dark matter.

    One entry per column: those of the plane, and more where a line is steep or ends.
    """

    x: FloatArray
    """Columns, increasing."""
    columns: list[Crossings | None]
    """What is known of each; None where the density is not."""
    low: float
    """Least epsilon of the plane."""
    high: float
    """Largest epsilon of the plane."""
    branches: list[Branch]
    """The roots as lines, broken where columns without them lie between."""

    def lines(self, side: str) -> list[Line]:
        """Lines with too much dark matter on ``side``, ``below`` or ``above``."""
        return [branch.line for branch in self.branches if branch.overabundant == side]

    @property
    def known(self) -> bool:
        """Whether the density is known in any column."""
        return any(column is not None for column in self.columns)

    def overabundant(self) -> list[list[tuple[float, float]] | None]:
        """Return by column the intervals of epsilon with too much; None where it is not known."""
        return [
            None if column is None else list(column.overabundant(self.low, self.high))
            for column in self.columns
        ]

    def bands(self) -> list[tuple[FloatArray, FloatArray]]:
        """Return lower and upper edges of regions with too much, NaN in columns outside each."""
        intervals = [column or [] for column in self.overabundant()]
        result = []
        for k in range(max((len(column) for column in intervals), default=0)):
            edges = [column[k] if k < len(column) else (np.nan, np.nan) for column in intervals]
            low, high = np.array(edges, dtype=np.float64).T
            result.append((low, high))
        return result

    def summary(self) -> dict[str, Any]:
        """Plain values for result.json."""
        return {
            "omega_h2": OMEGA_H2,
            "x": self.x.tolist(),
            "overabundant": self.overabundant(),
            "lines": [
                {
                    "overabundant": branch.overabundant,
                    "closed": branch.line.closed,
                    "points": branch.line.points.tolist(),
                }
                for branch in self.branches
            ],
        }


def relic_line(plane: Plane) -> RelicLine:
    """Find the line in a plane, every root of every column.

    Parameters
    ----------
    plane
        From `wayside.sensitivity.planes.plane_of`. Columns of masses that the collider cannot
        produce count too: the line goes on through the pole.
    """
    low, high = float(plane.epsilon.values[0]), float(plane.epsilon.values[-1])
    at, x = plane.x.coordinates, plane.x.values
    density_at = densities_in(plane)
    columns = relic_epsilons([density_at(float(value)) for value in x], low, high)
    for _ in range(_REFINEMENTS):
        steep = np.array(
            [i for i in range(len(x) - 1) if _steep(columns[i], columns[i + 1], low, high)],
            dtype=np.intp,
        )
        if not len(steep):
            break
        middle = 0.5 * (at[steep] + at[steep + 1])
        more = plane.x.from_coordinates(middle)
        new = relic_epsilons([density_at(float(value)) for value in more], low, high)
        at = np.insert(at, steep + 1, middle)
        x = np.insert(x, steep + 1, more)
        for i, column in zip(steep[::-1].tolist(), new[::-1], strict=True):
            columns.insert(i + 1, column)
    return RelicLine(x, columns, low, high, branches(x, columns, (low, high)))


_Points = list[tuple[float, float]]


def branches(
    x: FloatArray,
    columns: list[Crossings | None],
    frame: tuple[float, float] | None = None,
) -> list[Branch]:
    """Join the roots of neighbouring columns to lines.

    Where two roots become one between columns, as far as columns were added, their lines meet in
    the middle. A line that leaves the plane between two columns ends on its frame.

    Parameters
    ----------
    x
        Columns, increasing.
    columns
        Roots of each; a line breaks at None.
    frame
        Lowest and highest epsilon of the plane; lines end at their last column unless given.

    Returns
    -------
    list
        In the order in which they start; a root without a neighbour is left out.
    """
    every: list[tuple[str, _Points]] = []
    going: list[tuple[str, _Points]] = []
    last: Crossings | None = None
    before = float(x[0])
    for at, column in zip(x.tolist(), columns, strict=True):
        roots = [] if column is None else list(zip(column.sides(), column.roots, strict=True))
        if len(going) == len(roots) == 1 and going[0][0] == roots[0][0]:
            going[0][1].append((at, roots[0][1]))  # as mostly, and as below
            last, before = column, at
            continue
        followers = _matches([(side, points[-1][1]) for side, points in going], roots)
        new = [(side, [(at, root)]) for side, root in roots]
        fresh = [i not in followers for i in range(len(roots))]
        if last is not None and column is not None and last.starts_above == column.starts_above:
            _meet(going, [follower is None for follower in followers], -1)
            _meet(new, fresh, 0)
        if frame is not None and last is not None and column is not None:
            edge = frame[1] if last.starts_above == column.starts_above else frame[0]
            lost = [points for (_, points), to in zip(going, followers, strict=True) if to is None]
            gained = [points for (_, points), is_new in zip(new, fresh, strict=True) if is_new]
            # One root alone can only have crossed the frame.
            if len(lost) + len(gained) == 1:
                for points in lost:
                    points.append((at, edge))
                for points in gained:
                    points.insert(0, (before, edge))
        every += [line for line, starts in zip(new, fresh, strict=True) if starts]
        for (side, points), follower in zip(going, followers, strict=True):
            if follower is not None:
                points.extend(new[follower][1])
                new[follower] = (side, points)
        going, last, before = new, column, at
    return [
        Branch(Line(np.array(points), False), side) for side, points in every if len(points) > 1
    ]


def _meet(lines: list[tuple[str, _Points]], alone: list[bool], end: int) -> None:
    """Let neighbours without a follower meet halfway, at their first (0) or last (-1) points."""
    free = [points for (_, points), is_alone in zip(lines, alone, strict=True) if is_alone]
    for left, right in zip(free[::2], free[1::2], strict=False):
        (at, low), (_, high) = left[end], right[end]
        for points in (left, right):
            points.insert(0 if end == 0 else len(points), (at, float(np.sqrt(low * high))))


def _matches(ends: list[tuple[str, float]], roots: list[tuple[str, float]]) -> list[int | None]:
    """For every end the root of its side that is nearest, if it is that root's nearest as well."""

    def nearest(crossing: tuple[str, float], others: list[tuple[str, float]]) -> int | None:
        same = [i for i, (side, _) in enumerate(others) if side == crossing[0]]
        return min(same, key=lambda i: abs(np.log(others[i][1] / crossing[1])), default=None)

    to = [nearest(end, roots) for end in ends]
    back = [nearest(root, ends) for root in roots]
    return [i if i is not None and back[i] == k else None for k, i in enumerate(to)]


def _steep(left: Crossings | None, right: Crossings | None, low: float, high: float) -> bool:
    """Whether a line rises too much from one column to the next, or ends inside the plane."""
    if left is None or right is None:
        return False
    first, second = (
        list(zip(column.sides(), column.roots, strict=True)) for column in (left, right)
    )
    matches = _matches(first, second)
    for (_, root), follower in zip(first, matches, strict=True):
        if follower is not None and abs(np.log(second[follower][1] / root)) > _STEEP:
            return True
    lost = [root for (_, root), follower in zip(first, matches, strict=True) if follower is None]
    lost += [root for i, (_, root) in enumerate(second) if i not in matches]
    return any(min(np.log(root / low), np.log(high / root)) > _STEEP for root in lost)


def densities_in(plane: Plane) -> Callable[[float], Column | None]:
    """Return what makes the density of the column at x.

    That is None where there is no such model, or the density is not known.

    Parameters
    ----------
    plane
        From `wayside.sensitivity.planes.plane_of`.
    """
    scenario = plane.scenario

    def of_model(model: Model) -> Callable[[float], Column | None]:
        try:
            cosmology = scenario.cosmology
            return densities_of(model, hadrons=cosmology.hadrons, dof_name=cosmology.dof)
        except RangeError:
            return lambda _: None

    def at_masses(x: float) -> Column | None:
        try:
            model = plane.centre.model.with_masses(*masses_at(scenario, x))
        except InputError:  # masses that the model does not allow
            return None
        return of_model(model)(scenario.pair.g_d)

    return at_masses if plane.varies_masses else of_model(plane.centre.model)
