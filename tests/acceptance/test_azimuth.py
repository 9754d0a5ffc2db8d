"""Integrals over arcs of azimuth beside cones, against adaptive quadrature told where they are."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

from wayside.acceptance.azimuth import (
    BESIDE,
    INSIDE,
    MOST_PARTS,
    OUTSIDE,
    PLAIN,
    azimuth_at,
    azimuth_rule,
    azimuth_rules,
    divided,
)
from wayside.acceptance.quadrature import even

SIN, COS = math.sin(0.9), math.cos(0.9)


def cone(azimuth, polar, opening, width=0.0):
    """Centre, components across and along the polar axis; cosine and width of the opening."""
    return (azimuth, math.sin(polar), math.cos(polar)), (math.cos(opening), width)


def distance(phi, circle, limit):
    """``n . axis - level``, complex by the width of the peak: zero where it is singular."""
    along = SIN * circle[1] * np.cos(phi - circle[0]) + COS * circle[2]
    return along - limit[0] - 1j * limit[1] * math.sqrt(1.0 - limit[0] ** 2)


def peak(phi, circle, limit):
    """What a caustic makes: an inverse root that a width keeps finite, and its logarithm."""
    value = distance(phi, circle, limit)
    return (1.0 / np.sqrt(value)).real + 0.3 * np.log(np.abs(value)) + np.cos(phi)


def root(phi, circle, limit):
    """What the end of a range makes: a root on one side, nothing on the other."""
    return np.sqrt(np.maximum(distance(phi, circle, limit).real, 0.0)) + np.sin(phi)


def crossings(circle, limit):
    q = (limit[0] - COS * circle[2]) / (SIN * circle[1])
    return [circle[0] + sign * math.acos(q) for sign in (-1, 1)] if abs(q) < 1.0 else []


def parts_of(left, right, cones):
    room = np.empty((5, MOST_PARTS))
    circles = np.array([circle for circle, _ in cones]).reshape(-1, 3)
    limits = np.array([limit for _, limit in cones]).reshape(-1, 2)
    number = divided(left, right, SIN, COS, circles, limits, room)
    return room[:, :number]


def integral(function, left, right, cones, nodes, crowded=False):
    total = 0.0
    for part in parts_of(left, right, cones).T:
        part = np.ascontiguousarray(part)
        for fraction, weight in azimuth_rule(part, azimuth_rules(even, nodes), crowded).T:
            phi, slope = azimuth_at(fraction, part)
            assert left - 1e-9 <= phi <= right + 1e-9
            total += weight * slope * function(phi)
    return total


CASES = {
    # Polar angle of the cone's axis, opening, and from where to where relative to its azimuth;
    # "edge" stands for a crossing.
    "between crossings": (0.7, 0.5, "edge", "edge"),
    "between, one end": (0.7, 0.5, -0.1, "edge"),
    "beyond": (0.7, 0.3, "edge", 1.2),
    "beyond, small cone": (0.895, 0.02, "edge", 0.6),
    "beyond, at a distance": (0.7, 0.3, 0.6, 1.2),
    "passed by": (0.7, 0.195, -0.3, 0.5),
    "nearly touched": (0.7, 0.1999, -0.3, 0.5),
    "hardly crossed": (0.7, 0.2003, "edge", 0.5),
    "far": (0.2, 0.05, -0.2, 0.3),
}
KINDS = {
    "between crossings": INSIDE, "between, one end": INSIDE, "beyond": OUTSIDE,
    "beyond, small cone": OUTSIDE, "beyond, at a distance": OUTSIDE, "passed by": BESIDE,
    "nearly touched": BESIDE, "hardly crossed": OUTSIDE, "far": PLAIN,
}  # fmt: skip


@pytest.mark.parametrize("azimuth", [0.4, 3.0])
@pytest.mark.parametrize("width", [0.0, 1e-5, 3e-4])
@pytest.mark.parametrize("name", CASES)
def test_beside_one_cone(name, width, azimuth):
    """Eight nodes on a short arc: five digits at a peak, more at a root or without width."""
    polar, opening, left, right = CASES[name]
    circle, limit = cone(azimuth, polar, opening, width)
    edges = crossings(circle, limit)
    low = edges[0] if left == "edge" else azimuth + left
    high = edges[1] if right == "edge" else azimuth + right
    if left == "edge" and right != "edge":
        low = edges[1]
    found = parts_of(low, high, [(circle, limit)])
    assert (KINDS[name] if width == 0.0 or name == "far" else BESIDE) in found[2]
    function = peak if width > 0.0 else root
    inside = [point for point in (*edges, azimuth) if low < point < high]
    near = [p + s for p in (low, high) for s in (-3e-4, 3e-4, -1e-2, 1e-2) if low < p + s < high]
    expected, error = quad(
        function, low, high, args=(circle, limit), points=sorted({*inside, *near}) or None,
        limit=2000, epsabs=0.0, epsrel=1e-10,
    )  # fmt: skip
    assert error < 1e-8 * abs(expected)
    value = integral(lambda phi: function(phi, circle, limit), low, high, [(circle, limit)], 8)
    assert value == pytest.approx(expected, rel=1e-5 if width > 0.0 else 1e-9)


@pytest.mark.parametrize("width", [0.0, 1e-5, 3e-4])
@pytest.mark.parametrize("name", CASES)
def test_nodes_by_length_where_parts_are_crowded(name, width):
    """Four nodes on a short arc: at a root as exact as is asked of the sum over all arcs."""
    polar, opening, left, right = CASES[name]
    circle, limit = cone(0.4, polar, opening, width)
    edges = crossings(circle, limit)
    low = edges[0] if left == "edge" else 0.4 + left
    high = edges[1] if right == "edge" else 0.4 + right
    if left == "edge" and right != "edge":
        low = edges[1]
    function = peak if width > 0.0 else root
    few, many = (
        integral(lambda phi: function(phi, circle, limit), low, high, [(circle, limit)], n, crowded)
        for n, crowded in ((4, True), (16, False))
    )
    assert few == pytest.approx(many, rel=3e-3 if width > 0.0 else 1e-4)


def test_between_two_cones():
    """An arc from one cone to another is divided: either end has its own map."""
    first, second = cone(0.0, 0.7, 0.3, 2e-5), cone(0.9, 1.1, 0.35, 1e-5)
    low, high = crossings(*first)[1], crossings(*second)[0]
    assert len(parts_of(low, high, [first, second]).T) > 1

    def function(phi):
        return peak(phi, *first) + peak(phi, *second)

    expected, _ = quad(
        function, low, high, points=[low + 1e-3, high - 1e-3], limit=2000, epsrel=1e-11
    )
    values = [integral(function, low, high, [first, second], nodes) for nodes in (4, 8)]
    assert values[0] == pytest.approx(expected, rel=3e-4)
    assert values[1] == pytest.approx(expected, rel=1e-6)


def test_a_whole_circle():
    """The length of all parts is that of the arc, however many cones there are."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        cones = [
            cone(*rng.uniform(0.0, [6.0, 1.5, 0.6]), rng.choice([0.0, 1e-5])) for _ in range(3)
        ]
        points = sorted(point % (2.0 * math.pi) for each in cones for point in crossings(*each))
        ends = [0.0, *points, 2.0 * math.pi]
        for low, high in itertools.pairwise(ends):
            length = integral(lambda _: 1.0, low, high, cones, 8)
            assert length == pytest.approx(high - low, abs=1e-6)
