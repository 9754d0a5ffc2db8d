"""Columns of a plane of masses, dense where contours turn and thresholds lie.

A plane of masses is a row of mass points, which cost milliseconds each; between two of them a
narrow feature would be missed. Columns are put at known thresholds first, then half-way between
neighbours where a line moves far from one to the next, or where the trend of a yield on either
side lets it cross its level in between.
"""

from collections.abc import Sequence

import numpy as np

from wayside.sensitivity.planes import CouplingFunction, Plane
from wayside.sensitivity.thresholds import threshold_columns
from wayside.typing import BoolArray, FloatArray

LEAST_STEP = 1e-3
"""Columns closer than this, in fractions of the axis, get none between them."""

FARTHEST = 0.03
"""Largest move of a line from one column to the next, in fractions of the epsilon axis."""

_ROUNDS = 8


def resolved(
    plane: Plane, yields: Sequence[CouplingFunction], margins: Sequence[CouplingFunction]
) -> Plane:
    """The plane with more columns where they are needed, at most twice as many.

    Parameters
    ----------
    plane
        From `wayside.sensitivity.planes.plane_of`; a plane of couplings is returned as it is.
    yields
        Smooth functions whose zeros will be traced, such as ln(events/limit); islands and gaps
        between columns are searched for by their trend.
    margins
        Functions whose zeros will be traced, but that may scatter from column to column, as a
        limit in narrow bins does.
    """
    if not plane.varies_masses:
        return plane
    most = 2 * len(plane.x.values)
    extra = threshold_columns(plane)
    room = most - len(plane.x.values)
    if len(extra) > room:
        extra = extra[np.linspace(0, len(extra) - 1, room).round().astype(int)]
    plane = plane.with_columns(extra)
    known: dict[float, FloatArray] = {}
    for _ in range(_ROUNDS):
        _evaluate(plane, known, [*yields, *margins])
        fields = np.stack([known[x] for x in plane.x.values.tolist()], axis=-1)
        need = _need(plane, fields, len(yields))
        worst = np.argsort(-need, kind="stable")[: max(most - len(plane.x.values), 0)]
        chosen = worst[need[worst] > 0.0]
        if not len(chosen):
            break
        t = plane.x.coordinates
        plane = plane.with_columns(plane.x.from_coordinates(0.5 * (t[chosen] + t[chosen + 1])))
    return plane


def _evaluate(
    plane: Plane, known: dict[float, FloatArray], functions: Sequence[CouplingFunction]
) -> None:
    """Fill in the functions along new columns, shape (functions, epsilon)."""
    plane.prepare()
    for x in plane.x.values.tolist():
        if x not in known:
            known[x] = np.stack([plane.evaluate(f, x, plane.epsilon.values) for f in functions])


def _need(plane: Plane, fields: FloatArray, smooth: int) -> FloatArray:
    """How much a column is needed between neighbours, 0 where not.

    ``fields`` has the shape (functions, epsilon, x), shape of the result (x - 1,).
    """
    t = plane.x.coordinates
    moved = np.mean((fields[..., 1:] > 0.0) != (fields[..., :-1] > 0.0), axis=1).max(axis=0)
    # A step of one or two cells of epsilon is below the resolution of the grid.
    tolerance = max(FARTHEST, 2.5 / fields.shape[1])
    need = np.where(moved > tolerance, moved, 0.0)
    rows = np.concatenate([fields[:smooth], fields[:smooth].max(axis=1, keepdims=True)], axis=1)
    crossing = _may_cross(t, rows.reshape(-1, len(t))).any(axis=0)
    need = np.maximum(need, np.where(crossing, 1e-6, 0.0))
    return np.where(np.diff(t) > LEAST_STEP * (t[-1] - t[0]), need, 0.0)


def _may_cross(t: FloatArray, rows: FloatArray) -> BoolArray:
    """Between which neighbours of one sign a row may have the other; shape (rows, columns - 1).

    A row that rises before an interval and falls after it stays below both slopes carried on, if
    it is concave there: where these meet above zero it may cross. The same with signs reversed.
    """
    finite = np.isfinite(rows)
    rows = np.where(finite, rows, 0.0)
    slope = np.diff(rows, axis=1) / np.diff(t)
    left, right, middle = slope[:, :-2], slope[:, 2:], slope[:, 1:-1]
    first, last, width = rows[:, 1:-2], rows[:, 2:-1], np.diff(t)[1:-1]
    usable = finite[:, :-3] & finite[:, 1:-2] & finite[:, 2:-1] & finite[:, 3:]
    usable &= (first > 0.0) == (last > 0.0)
    peak = np.where(
        first > 0.0, (left < middle) & (middle < right), (left > middle) & (middle > right)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        meet = (last - first - right * width) / (left - right)
        top = first + left * meet
    crosses = usable & peak & ((top > 0.0) != (first > 0.0))
    return np.pad(crosses, ((0, 0), (1, 1)))
