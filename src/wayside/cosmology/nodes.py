"""Nodes in sqrt(s) that serve every temperature, graded toward the threshold and the pole.

An integral over sqrt(s) of K(s) times a smooth function, with the pole of A' inside or next to it,
is cut into panels. A panel is at most a fixed part of its distance to the pole and to threshold
long, so a Gauss rule on it converges geometrically however narrow the pole. Where K bends inside a
panel, the weights of the rule are those that integrate K times a polynomial exactly.
"""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.cosmology.pairs import (
    PairNumbers,
    Widths,
    cusp,
    dark_term,
    pair_factor,
    term_at_mass,
    threshold_scale,
)
from wayside.cosmology.splines import first_from
from wayside.cosmology.tables import Tables
from wayside.typing import FloatArray

ORDER = 6
MAX_NODES = 1200

_X, _W = np.polynomial.legendre.leggauss(ORDER)
UNIT_X, UNIT_W = (1 + _X) / 2, _W / 2
_BARY = np.array([1 / np.prod([a - b for b in UNIT_X if b != a]) for a in UNIT_X])

_THROUGH_THRESHOLD = 2.0  # length over distance to threshold
_TOWARD_POLE, _FROM_POLE = 0.75, 1.5  # length over distance to the pole
_NARROWEST = 1e-3
"""A narrower pole is integrated as if this part of its scale wide, and the difference added."""


_FLOOR = 1e-12
"""K below 2 m_e instead of nothing, so that its logarithm exists: negligible everywhere."""


class Nodes(NamedTuple):
    """Nodes in sqrt(s) above threshold and their weights."""

    y: FloatArray
    """sqrt(s) - m1 - m2 in GeV."""
    c: FloatArray
    """Weights, which contain all of the integrand but a smooth function."""


@njit(error_model="numpy")
def smooth_strength(
    q: float,
    piece: int,
    breaks: FloatArray,
    values: FloatArray,
    masses: FloatArray,
    weights: FloatArray,
) -> float:
    """Return K without narrow states at q in the piece that ends at ``breaks[piece]``."""
    if piece <= 0:
        total = _FLOOR
    elif piece >= len(breaks):
        total = values[-1]
    else:
        part = (q - breaks[piece - 1]) / (breaks[piece] - breaks[piece - 1])
        total = values[piece - 1] + part * (values[piece] - values[piece - 1])
    for i in range(len(masses)):
        ratio = (2 * masses[i] / q) ** 2
        if ratio < 1.0:
            total += weights[i] * np.sqrt(1 - ratio) * (1 + 0.5 * ratio)
    return float(total)


@njit(error_model="numpy")
def _tails(q: float, total: float, narrow: FloatArray) -> float:
    """Return K of the narrow states below threshold, whose tails alone are in reach."""
    value = 0.0
    for k in range(len(narrow)):
        mass = narrow[k, 0]
        if mass < total:
            half = mass * narrow[k, 1]
            offset = (q - mass) * (q + mass)
            value += narrow[k, 2] * (q / mass) ** 2 * half / np.pi / (offset * offset + half * half)
    return value


@njit(error_model="numpy")
def build(
    m_aprime: float,
    m1: float,
    m2: float,
    widths: Widths,
    pair: PairNumbers,
    temperatures: tuple[float, float],
    tables: Tables,
    out: Nodes,
) -> int:
    """Fill nodes and weights; return how many.

    The sum over nodes of weight times f(y), y = sqrt(s) - m1 - m2, is the integral over s of
    (a + b/3) p* s K f / [(s - M^2 + R)^2 + s Gamma(s)^2] for smooth f.

    Parameters
    ----------
    m_aprime, m1, m2
        Masses in GeV.
    widths
        Width of A' and how it depends on s.
    pair
        Current and spins, from `pairs.pair_numbers`.
    temperatures
        Lowest and highest temperature in GeV for which the nodes are used.
    tables
        Visible strength, from `tables.tables`.
    out
        Arrays of shape (``MAX_NODES``,), to which nodes and weights are written.
    """
    coldest, hottest = temperatures
    y_out, c_out = out
    breaks, values, opens = tables.breaks, tables.values, tables.opens
    masses, weights, narrow = tables.masses, tables.weights, tables.narrow
    total = m1 + m2
    above = (m_aprime - m1) - m2
    constant = m_aprime * widths.constant
    term = term_at_mass(m_aprime, m1, m2, pair, widths)
    shift = cusp(m_aprime, m1, m2, pair, widths)
    half = 0.5 * term / m_aprime
    count = 0

    used = half
    if above > 0:
        least = _NARROWEST * min(above, 0.02)
        if half < least:
            used = least
            narrowness = np.pi * (1 / term - 0.5 / (m_aprime * used))
            piece = first_from(breaks, m_aprime)
            at_pole = smooth_strength(m_aprime, piece, breaks, values, masses, weights)
            at_pole += _tails(m_aprime, total, narrow)
            y_out[count] = above
            c_out[count] = narrowness * at_pole * pair_factor(above, m1, m2, pair)
            count += 1
    # What is added to M Gamma of a pole that is integrated as a broader one.
    broader = 2 * m_aprime * (used - half)

    for k in range(len(narrow)):
        mass, state_width, area = narrow[k, 0], narrow[k, 1], narrow[k, 2]
        # A state above threshold is a peak: one node there, and one where the A' is on its tail.
        if mass < total:
            continue
        w, v = term, mass * state_width
        constant_width = constant + widths.dark * dark_term(mass - total, m1, m2, pair)
        offset = (mass - m_aprime) * (mass + m_aprime) + shift
        overlap = area / (offset * offset + (constant_width + v) ** 2)
        y_out[count] = mass - total
        c_out[count] = overlap * pair_factor(mass - total, m1, m2, pair)
        count += 1
        if above > 0:
            y_out[count] = above
            c_out[count] = area / (offset * offset + (w + v) ** 2) * v / w * (m_aprime / mass) ** 2
            c_out[count] *= pair_factor(above, m1, m2, pair)
            count += 1

    end = 30 * hottest
    low = 0.3 * min(coldest, np.sqrt(above * above + used * used))
    # Below this the dark width, which starts as a root, is small beside the rest.
    floor = 0.3 * np.hypot(abs(above) * (total + m_aprime) + shift, constant + broader)
    low = threshold_scale(low, floor, m1, m2, pair, widths)
    start = 0.0
    piece = first_from(breaks, total)
    moments = np.empty(ORDER)
    basis = np.empty(ORDER)
    while start < end and count + ORDER <= MAX_NODES:
        if start == 0.0:
            length = low
        else:
            distance = np.sqrt((start - above) ** 2 + used * used)
            reach = _TOWARD_POLE if start < above else _FROM_POLE
            length = min(_THROUGH_THRESHOLD * start, reach * distance)
        stop = start + length
        q_stop = total + stop
        while piece < len(breaks) and breaks[piece] <= total + start:
            piece += 1
        bends = start > 0.0 and piece < len(breaks) and breaks[piece] < q_stop
        if bends:
            moments[:] = 0.0
            left = start
            opened = False
            while True:
                inside = piece < len(breaks) and breaks[piece] < q_stop
                right = breaks[piece] - total if inside else stop
                for j in range(ORDER):
                    x, weight = UNIT_X[j], UNIT_W[j]
                    if opened:  # K starts as a square root
                        weight *= 2 * x
                        x *= x
                    at = left + (right - left) * x
                    strength = smooth_strength(total + at, piece, breaks, values, masses, weights)
                    strength *= weight * (right - left)
                    t = (at - start) / length
                    norm = 0.0
                    exact = -1
                    for i in range(ORDER):
                        difference = t - UNIT_X[i]
                        if difference == 0.0:
                            exact = i
                            break
                        basis[i] = _BARY[i] / difference
                        norm += basis[i]
                    if exact >= 0:
                        moments[exact] += strength
                    else:
                        for i in range(ORDER):
                            moments[i] += strength * basis[i] / norm
                if not inside:
                    break
                opened = opens[piece]
                left = right
                piece += 1
        for i in range(ORDER):
            if start == 0.0:  # square roots at threshold
                y = length * UNIT_X[i] ** 2
                weight = 2 * UNIT_X[i] * UNIT_W[i] * length
            else:
                y = start + length * UNIT_X[i]
                weight = UNIT_W[i] * length
            q = total + y
            outside = weight * _tails(q, total, narrow)
            if bends:
                weight = moments[i]
            else:
                weight *= smooth_strength(q, piece, breaks, values, masses, weights)
            weight += outside
            off = (y - above) * (q + m_aprime) + shift
            factor = pair_factor(y, m1, m2, pair)
            spread = constant + broader + widths.dark * factor / (8 * np.pi * q * q * q)
            y_out[count] = y
            c_out[count] = 2 * q * weight * factor / (off * off + spread * spread)
            count += 1
        start = stop
    return count
