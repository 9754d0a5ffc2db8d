"""Curves of an outline in polar coordinates, and the arcs that they cut circles of directions into.

Every curve is cut where its polar angle turns, so that on each piece one polar angle has one point,
found by Newton's method. The azimuths of these points cut the circle of directions at one polar
angle into arcs. Derived in docs/theory, section "Any other shape".
"""

import itertools
import math
from typing import Final, NamedTuple

import numpy as np

from wayside.compiled import copy_columns, copy_rows, njit, order_short
from wayside.detector.outline import Outline, trigonometric_roots
from wayside.typing import BoolArray, FloatArray, IndexArray

LONGEST: Final = 0.25 * math.pi
"""Radians; longer panels and arcs are divided, as the path varies with angles from other axes."""


class Pieces(NamedTuple):
    """Curves in the polar frame, cut so that the polar angle rises or falls along each piece.

    A point is ``base + C(t) first + S(t) second``, with (C, S) = (t, 0) on a line and
    (cos t, sin t) on a circle.
    """

    base: FloatArray
    first: FloatArray
    second: FloatArray
    round: BoolArray
    """Whether it is a circle."""
    t: FloatArray
    """Ends of the parameter, shape (n, 2)."""
    theta: FloatArray
    """Polar angles there, shape (n, 2)."""
    soft: BoolArray
    """Whether the path goes with the square root of the distance beside it."""
    levels: FloatArray
    """Polar angles of circles about the polar axis, which have no pieces."""


class Arcs(NamedTuple):
    """Arcs of azimuth between curves, one a row."""

    ring: IndexArray
    """Index of the polar angle, rising."""
    left: FloatArray
    right: FloatArray
    soft: BoolArray
    """Whether the path goes with a square root at either end, shape (n, 2)."""


def polar_angles(points: FloatArray) -> FloatArray:
    """Polar angles of points in the polar frame, shape (..., 3) to (...)."""
    return np.arctan2(np.hypot(points[..., 0], points[..., 1]), points[..., 2])


def pieces(outline: Outline, frame: FloatArray) -> Pieces:
    """Cut the curves of an outline where their polar angle about ``frame[2]`` turns.

    Parameters
    ----------
    outline
        The curves.
    frame
        Rows: two axes across and the polar axis.
    """
    lines, circles = outline.segments @ frame.T, outline.circles @ frame.T
    curves: list[tuple[FloatArray, bool, bool, list[float]]] = []
    levels: list[FloatArray] = []
    for (start, stop), soft in zip(lines, outline.soft, strict=False):
        step = stop - start
        turn = step[2] * (start @ start) - start[2] * (start @ step)
        slope = start[2] * (step @ step) - step[2] * (start @ step)
        inside = [turn / slope] if 0.0 < turn * slope < slope * slope else []
        curves.append((np.stack([start, step, np.zeros(3)]), False, soft, [0.0, *inside, 1.0]))
    for circle, soft in zip(circles, outline.soft[len(lines) :], strict=True):
        turns = sorted(_turns(circle))
        if turns:
            curves.append((circle, True, soft, [*turns, turns[0] + 2.0 * math.pi]))
        else:
            levels.append(circle[0] + circle[1])
    rows = [
        (curve, is_round, soft, low, high)
        for curve, is_round, soft, ends in curves
        for low, high in itertools.pairwise(ends)
        if high > low
    ]
    shapes = np.array([row[0] for row in rows]).reshape(-1, 3, 3)
    is_round = np.array([row[1] for row in rows], dtype=np.bool_)
    t = np.array([row[3:] for row in rows], dtype=np.float64).reshape(-1, 2)
    along = np.where(is_round[:, None], np.cos(t), t)[..., None]
    across = np.where(is_round[:, None], np.sin(t), 0.0)[..., None]
    ends = shapes[:, None, 0] + along * shapes[:, None, 1] + across * shapes[:, None, 2]
    base, first, second = (np.ascontiguousarray(shapes[:, k]) for k in range(3))
    soft = np.array([row[2] for row in rows], dtype=np.bool_)
    fixed = polar_angles(np.array(levels).reshape(-1, 3))
    return Pieces(base, first, second, is_round, t, polar_angles(ends), soft, fixed)


def joined(first: Pieces, second: Pieces) -> Pieces:
    """Pieces of two outlines as one."""
    return Pieces(*(np.concatenate(pair) for pair in zip(first, second, strict=True)))


def _turns(circle: FloatArray) -> list[float]:
    """Where the polar angle along a circle is stationary; none where it is constant."""
    centre, first, second = circle
    height, tilt1, tilt2 = centre[2], first[2], second[2]
    size = float(centre @ centre + first @ first)
    along1, along2 = float(centre @ first), float(centre @ second)
    # z' |x|^2 - z (x . x'), with z and |x|^2 linear in cos t and sin t.
    products = (
        1.5 * (tilt2 * along1 - tilt1 * along2),
        tilt2 * size - height * along2,
        -tilt1 * size + height * along1,
        0.5 * (tilt2 * along1 + tilt1 * along2),
        0.5 * (tilt2 * along2 - tilt1 * along1),
    )
    if max(abs(value) for value in products) < 1e-13 * size**1.5:
        return []
    return trigonometric_roots(products)


@njit(error_model="numpy")
def _azimuth_at(pieces, k, theta):  # type: ignore[no-untyped-def]
    """Azimuth at which a piece of a curve has a polar angle that lies between those of its ends."""
    sin_t = math.sin(theta)
    cos_t = math.cos(theta)
    base = pieces.base[k]
    first = pieces.first[k]
    second = pieces.second[k]
    low = pieces.t[k, 0]
    high = pieces.t[k, 1]
    start = pieces.theta[k, 0]
    stop = pieces.theta[k, 1]
    rising = 1.0 if stop > start else -1.0
    # Both ends may be turning points, where the angle goes with the square of the parameter.
    fraction = min(1.0, max(0.0, (theta - start) / (stop - start)))
    t = low + (high - low) * math.acos(1.0 - 2.0 * fraction) / math.pi
    x = 0.0
    y = 0.0
    for _ in range(100):
        along = t
        across = 0.0
        slope1 = 1.0
        slope2 = 0.0
        if pieces.round[k]:
            along = math.cos(t)
            across = math.sin(t)
            slope1 = -across
            slope2 = along
        x = base[0] + along * first[0] + across * second[0]
        y = base[1] + along * first[1] + across * second[1]
        z = base[2] + along * first[2] + across * second[2]
        rho = math.sqrt(x * x + y * y)
        value = rho * cos_t - z * sin_t
        if value * rising > 0.0:
            high = t
        else:
            low = t
        slope = -(slope1 * first[2] + slope2 * second[2]) * sin_t
        if rho > 0.0:
            slope += (
                x * (slope1 * first[0] + slope2 * second[0])
                + y * (slope1 * first[1] + slope2 * second[1])
            ) * (cos_t / rho)
        step = value / slope if slope != 0.0 else np.inf
        after = t - step
        if not low <= after <= high:
            after = 0.5 * (low + high)
        if abs(after - t) <= 4e-16 * (1.0 + abs(t)):
            break
        t = after
    return math.atan2(y, x)


@njit(error_model="numpy")
def _arcs(pieces, thetas):  # type: ignore[no-untyped-def]
    """Arcs of all polar angles: ring, left and right end, and whether these are soft."""
    most = len(pieces.soft) + 4
    room = 64 + 8 * len(thetas)
    ring = np.empty(room, dtype=np.intp)
    values = np.empty((2, room))
    soft = np.zeros((room, 2), dtype=np.bool_)
    ends = np.empty(most)
    marks = np.empty(most, dtype=np.bool_)
    order = np.empty(most, dtype=np.intp)
    count = 0
    for i in range(len(thetas)):
        meeting = 0
        for k in range(len(pieces.soft)):
            low = min(pieces.theta[k, 0], pieces.theta[k, 1])
            high = max(pieces.theta[k, 0], pieces.theta[k, 1])
            if low < thetas[i] < high:
                ends[meeting] = _azimuth_at(pieces, k, thetas[i])
                marks[meeting] = pieces.soft[k]
                meeting += 1
        if meeting == 0:
            # The whole circle of azimuths, in quarters.
            for k in range(4):
                ends[meeting] = 0.5 * math.pi * (k - 2)
                marks[meeting] = False
                meeting += 1
        order_short(ends, order, meeting)
        if count + meeting + 8 > room:
            room = 2 * room + meeting + 8
            longer = np.empty(room, dtype=np.intp)
            copy_rows(ring, longer, count)
            ring = longer
            wider = np.empty((2, room))
            copy_columns(values, wider, 0, count)
            values = wider
            more = np.zeros((room, 2), dtype=np.bool_)
            copy_rows(soft, more, count)
            soft = more
        for k in range(meeting):
            place = order[k]
            after = order[(k + 1) % meeting]
            left = ends[place]
            right = ends[after] + (2.0 * math.pi if k + 1 == meeting else 0.0)
            if right - left < 1e-14:
                continue
            parts = math.ceil((right - left) / LONGEST - 1e-9)
            for part in range(parts):
                ring[count] = i
                values[0, count] = left + (right - left) * part / parts
                values[1, count] = left + (right - left) * (part + 1) / parts
                soft[count, 0] = part == 0 and marks[place]
                soft[count, 1] = part + 1 == parts and marks[after]
                count += 1
    return ring[:count], values[0, :count], values[1, :count], soft[:count]


def arcs_at(pieces: Pieces, thetas: FloatArray) -> Arcs:
    """Arcs of azimuth into which pieces of curves cut the circles of some polar angles.

    Where no curve meets a circle, it is cut into quarters.
    """
    return Arcs(*_arcs(pieces, thetas))
