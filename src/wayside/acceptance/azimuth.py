"""Maps of an arc of azimuth that remove what cones make of the density on it.

At one polar angle a cone ``n . axis = level`` is ``a + b cos(phi - centre) = 0``: two azimuths at
``centre -+ half`` where it crosses, or two complex ones at ``centre -+ i width`` where it passes.
The density has a root there, or a peak of a width known in closed form, which puts the crossings
off the real axis as well. An arc near to them is mapped: by a hyperbolic sine about a point that
lies off the axis, by the cosine or hyperbolic cosine that is stationary at one that does not.
Derived in docs/theory, section "Over the face of a detector".
"""

import cmath
import math
from collections.abc import Callable
from typing import Final

import numpy as np

from wayside.compiled import njit
from wayside.typing import FloatArray

PLAIN, INSIDE, OUTSIDE, BESIDE = 0, 1, 2, 3
"""What an arc is to the cone next to it: far away, between its crossings, beyond them, or beside a
peak of it."""

MOST_PARTS: Final = 8
"""Parts that an arc can be divided into."""

_NEAR: Final = 1.0
"""An arc sees a cone nearer than this many times its own length."""

_LEAST: Final = 1e-9
"""Radians: crossings nearer to each other count as this far apart."""


_PER_NODES: Final = (math.pi / 3.0, math.pi / 4.0)
"""Radians in azimuth that take as many nodes as a short arc, away from cones and beside one: rays
that leave through a side of a box have a path that varies with the azimuth from that side."""

_WIDE: Final = 1.0
"""A part longer than this under its map takes twice as many."""


_EXTENTS: Final = (0.6, 1.2)
_TWELFTHS: Final = (10, 13, 17, 30)
"""Where a box is crowded, a part up to so long, in radians and under its map, takes this many
twelfths of the nodes; the last numbers are for those shorter and longer than `_STEEP`."""

_STEEP: Final = 4.0
_TURN: Final = 1.6
"""Radians; longer arcs have their nodes as where no box is crowded."""

_MULTIPLES: Final = 10


def azimuth_rules(rule: Callable[[int], FloatArray], nodes: int) -> tuple[FloatArray, ...]:
    """Rules on [0, 1] for `azimuth_rule`, from a number of nodes: multiples of it, and twelfths."""
    counts = [k * nodes for k in range(1, _MULTIPLES + 1)]
    counts += [max(2, math.ceil(k * nodes / 12)) for k in _TWELFTHS]
    return tuple(rule(n) for n in counts)


@njit(error_model="numpy")
def _crossings(circle, cone, sin_t, cos_t):  # type: ignore[no-untyped-def]
    """Where a cone ``(level, width)`` meets a polar angle.

    Its centre in azimuth, half the distance of its crossings (negative: that of complex ones from
    the real axis), and the width of the peak at either in azimuth.
    """
    level = cone[0]
    radius = sin_t * circle[1]
    rest = level - cos_t * circle[2]
    if radius <= 1e-12 * abs(rest):
        return circle[0], -np.inf, 0.0
    # The peak is where n . axis = level + i width sin(opening).
    across = cone[1] * math.sqrt((1.0 - level) * (1.0 + level)) / radius
    q = rest / radius
    centre = circle[0]
    if q < 0.0:
        centre += math.pi
        q = -q
    point = cmath.acos(complex(q, across))
    if q < 1.0:
        return centre, max(point.real, _LEAST), abs(point.imag)
    return centre, min(-abs(point.imag), -_LEAST), 0.0


@njit(error_model="numpy")
def _nearest(low, high, centres, halves):  # type: ignore[no-untyped-def]
    """The cone nearest to an arc, its distance, and how many others are near."""
    nearest = -1
    least = _NEAR * (high - low)
    near = 0
    for c in range(len(halves)):
        half = halves[c]
        middle = 0.5 * (low + high)
        centre = centres[c] + 2.0 * math.pi * math.floor(
            (middle - centres[c]) / (2.0 * math.pi) + 0.5
        )
        if half > 0.0:
            distance = np.inf
            for point in (centre - half, centre + half):
                distance = min(distance, max(0.0, low - point, point - high))
        else:
            distance = math.hypot(max(0.0, low - centre, centre - high), half)
        if distance < _NEAR * (high - low):
            near += 1
        if distance < least:
            least = distance
            nearest = c
    return nearest, near


@njit(error_model="numpy")
def divided(left, right, sin_t, cos_t, circles, cones, parts):  # type: ignore[no-untyped-def]
    """Parts of an arc on each of which the density is smooth, under a map.

    Parameters
    ----------
    left, right
        Ends of the arc; cones that cross it do so at its ends.
    sin_t, cos_t
        Of its polar angle.
    circles, cones
        Of the cones: rows of `wayside.acceptance.sphere.circle_about`, and rows of the cosine of
        the opening angle and the width of the peak there in radians.
    parts
        Room, shape (5, MOST_PARTS): ends of the variable of the map, what the part is to the cone,
        centre and scale of the map.

    Returns
    -------
    count
        How many columns of ``parts`` were filled.
    """
    number = len(cones)
    centres = np.empty(number)
    halves = np.empty(number)
    widths = np.empty(number)
    for c in range(number):
        centres[c], halves[c], widths[c] = _crossings(circles[c], cones[c], sin_t, cos_t)
    # Parts still to be looked at: at most three divisions deep.
    stack = np.empty((2, 8))
    depth = np.zeros(8, dtype=np.intp)
    stack[0, 0] = left
    stack[1, 0] = right
    waiting = 1
    count = 0
    while waiting > 0:
        waiting -= 1
        low = stack[0, waiting]
        high = stack[1, waiting]
        deep = depth[waiting]
        nearest, near = _nearest(low, high, centres, halves)
        if nearest < 0:
            parts[0, count] = low
            parts[1, count] = high
            parts[2, count] = PLAIN
            parts[3:, count] = 0.0
            count += 1
            continue
        middle = 0.5 * (low + high)
        centre = centres[nearest]
        centre += 2.0 * math.pi * math.floor((middle - centre) / (2.0 * math.pi) + 0.5)
        half = halves[nearest]
        width = widths[nearest]
        cut = middle
        divide = near > 1 and deep < 2
        through = half < 0.0 or (width > 0.0 and abs(middle - centre) < half)
        if through and low < centre < high and deep < 3:
            cut = centre
            divide = min(centre - low, high - centre) > 1e-3 * (high - low)
        if divide:
            stack[0, waiting] = cut
            stack[1, waiting] = high
            depth[waiting] = deep + 1
            stack[0, waiting + 1] = low
            stack[1, waiting + 1] = cut
            depth[waiting + 1] = deep + 1
            waiting += 2
            continue
        if half > 0.0 and width > 0.0:
            centre += half if middle > centre else -half
        low -= centre
        high -= centre
        scale = half
        if half < 0.0 or width > 0.0:
            kind = BESIDE
            scale = width if half > 0.0 else -half
            low = math.asinh(low / scale)
            high = math.asinh(high / scale)
        else:
            scale *= 1.0 if middle > centre else -1.0
            if abs(middle - centre) < half:
                kind = INSIDE
                low = math.acos(min(1.0, max(-1.0, low / scale)))
                high = math.acos(min(1.0, max(-1.0, high / scale)))
            else:
                kind = OUTSIDE
                low = math.acosh(max(1.0, low / scale))
                high = math.acosh(max(1.0, high / scale))
        parts[0, count] = low
        parts[1, count] = high
        parts[2, count] = kind
        parts[3, count] = centre
        parts[4, count] = scale
        count += 1
    return count


@njit(error_model="numpy", inline="always")
def azimuth_at(fraction, part):  # type: ignore[no-untyped-def]
    """Azimuth at a fraction of a part, a column of `divided`, and its derivative."""
    slope = part[1] - part[0]
    u = part[0] + slope * fraction
    if part[2] == PLAIN:
        return u, slope
    if part[2] == INSIDE:
        return part[3] + part[4] * math.cos(u), -slope * part[4] * math.sin(u)
    if part[2] == OUTSIDE:
        return part[3] + part[4] * math.cosh(u), slope * part[4] * math.sinh(u)
    return part[3] + part[4] * math.sinh(u), slope * part[4] * math.cosh(u)


@njit(error_model="numpy")
def azimuth_rule(part, rules, crowded):  # type: ignore[no-untyped-def]
    """Rule for a part, a column of `divided`: more nodes where it is long or beside a cone.

    Where a box is crowded with parts, the numbers follow the lengths more closely.
    """
    if part[2] == PLAIN and not crowded:
        return rules[min(_MULTIPLES - 1, int(abs(part[1] - part[0]) / _PER_NODES[0]))]
    length = abs(azimuth_at(1.0, part)[0] - azimuth_at(0.0, part)[0])
    mapped = 0.0 if part[2] == PLAIN else abs(part[1] - part[0])
    if not crowded or length > _TURN:
        per = _PER_NODES[0 if part[2] == PLAIN else 1]
        return rules[min(_MULTIPLES - 1, int(mapped > _WIDE) + int(length / per))]
    which = _MULTIPLES + int(mapped > _STEEP)
    for limit in _EXTENTS:
        which += max(length, mapped) > limit
    return rules[which]
