"""Nodes in polar angle between cuts, under maps about the caustic and about cones that turn.

A peak that a cone has is met at one polar angle in the azimuth, and where the cone turns, in the
polar angle: a logarithm once the azimuth is integrated. Derived in docs/theory, section "Over the
face of a detector".
"""

import math
from typing import Final

import numpy as np

from wayside.acceptance.quadrature import sine_squared
from wayside.compiled import copy_columns, njit
from wayside.typing import FloatArray

ALL: Final = np.zeros(0, dtype=np.bool_)
"""Of panels: every one."""

NARROW: Final = 1e-13
"""Radians; narrower panels hold nothing."""

_LONG: Final = 4.0
"""A panel longer than this under its map, where the caustic is e^4 of its widths away, takes half
as many nodes again, and twice as many beyond twice this."""

_SHORT: Final = 0.05
"""A panel that is less than this part of all takes three nodes fewer: what makes the others slow to
converge is further away, and its share smaller."""


def polar_rules(nodes: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Rules of panels that are short, of usual length, long and longer under their map."""
    return (
        sine_squared(max(nodes - 3, 1)),
        sine_squared(nodes),
        sine_squared((3 * nodes + 1) // 2),
        sine_squared(2 * nodes),
    )


@njit(error_model="numpy")
def _panel(low, high, peak, short, rule, rules, out, count):  # type: ignore[no-untyped-def]
    """Nodes of one panel, mapped about the centre of a peak if its width is positive."""
    centre, width = peak
    start = low
    stop = high
    if width > 0.0:
        start = math.asinh((low - centre) / width)
        stop = math.asinh((high - centre) / width)
    if rule.shape[1] == 0:
        length = int((stop - start) / _LONG) if width > 0.0 else 0
        rule = rules[min(length + (0 if length == 0 and short else 1), len(rules) - 1)]
    for k in range(rule.shape[1]):
        theta = start + (stop - start) * rule[0, k]
        weight = (stop - start) * rule[1, k]
        if width > 0.0:
            weight *= width * math.cosh(theta)
            theta = centre + width * math.sinh(theta)
        out[0, count] = theta
        out[1, count] = weight
        count += 1
    return count


@njit(error_model="numpy")
def polar_nodes(cuts, rough, widths, caustic, rules, rough_rule, chosen):  # type: ignore[no-untyped-def]
    """Nodes between cuts of the polar angle.

    Parameters
    ----------
    cuts
        Polar angles, rising, shape (n,).
    rough
        Whether a cone turns there or meets a curve, shape (n,).
    widths
        Width in radians of the peak of a cone that turns there; 0 for none, shape (n,).
    caustic
        Angle and width of the caustic about the polar axis; a width of 0 for none.
    rules
        From `polar_rules`.
    rough_rule
        Rule of panels that end at a rough cut, shape (2, m); of length 0 for ``rules``.
    chosen
        Which panels, numbered by the cut where they begin, get nodes; of length 0 for all.

    Returns
    -------
    nodes
        Angles and weights, shape (2, nodes).
    panels
        Numbers of their panels, shape (nodes,).
    """
    most = 2 * max(rules[len(rules) - 1].shape[1], rough_rule.shape[1])
    out = np.empty((2, most * len(cuts)))
    panels = np.empty(most * len(cuts), dtype=np.intp)
    count = 0
    none = rough_rule[:, :0]
    at_caustic = (caustic[0], caustic[1])
    for k in range(len(cuts) - 1):
        low = cuts[k]
        high = cuts[k + 1]
        if high - low < NARROW or (len(chosen) > 0 and (k >= len(chosen) or not chosen[k])):
            continue
        begin = count
        short = high - low < _SHORT * (cuts[-1] - cuts[0])
        if rough_rule.shape[1] > 0 and (rough[k] or rough[k + 1]):
            count = _panel(low, high, at_caustic, short, rough_rule, rules, out, count)
        elif widths[k] > 0.0 or widths[k + 1] > 0.0:
            middle = 0.5 * (low + high)
            for end in range(2):
                peak = (cuts[k + end], widths[k + end])
                if peak[1] == 0.0:
                    peak = at_caustic
                left, right = (low, middle) if end == 0 else (middle, high)
                count = _panel(left, right, peak, short, none, rules, out, count)
        else:
            count = _panel(low, high, at_caustic, short, none, rules, out, count)
        for place in range(begin, count):
            panels[place] = k
    nodes = np.empty((2, count))
    copy_columns(out, nodes, 0, count)
    return nodes, panels[:count]
