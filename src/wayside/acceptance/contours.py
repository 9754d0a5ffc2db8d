"""Quadrature over the directions of any volume, from the curves of its outline.

Polar coordinates about the caustic's axis. Every curve is cut where its polar angle turns, so that
on each piece one polar angle has one point, found by Newton's method. The azimuths of these points
cut the circle of directions at one polar angle into arcs, along which the path of a ray is analytic
but for square roots at the ends; the polar angle is cut where curves end, cross or turn, and where
the density is not smooth. Derived in docs/theory, section "Any other shape".
"""

import itertools
import math
from typing import NamedTuple

import numba
import numpy as np

from wayside.acceptance.directions import Sky, polar_frame
from wayside.acceptance.quadrature import even, sine_squared, tanh_sinh
from wayside.detector.outline import Outline, meet, trigonometric_roots
from wayside.detector.volume import Crossings, Volume
from wayside.production.flight import Caustic
from wayside.typing import BoolArray, FloatArray, IndexArray

SMOOTH, SOFT, ROUGH = 0, 1, 2
"""Beside a curve the integrand is analytic, or has a square root, or is no more than integrable."""

_LONGEST = 0.25 * math.pi
"""Radians; longer panels and arcs are divided, as the path varies with angles from other axes."""

_NARROW = 1e-13
"""Radians; narrower panels and arcs hold nothing."""


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
    kind: IndexArray
    """`SMOOTH`, `SOFT` or `ROUGH`: what stands beside it."""
    levels: FloatArray
    """Polar angles of circles about the polar axis, which have no pieces."""


class Arcs(NamedTuple):
    """Arcs of azimuth between curves, one a row."""

    ring: IndexArray
    """Index of the polar angle, rising."""
    left: FloatArray
    right: FloatArray
    kind: IndexArray
    """The worse one of the ends."""


def polar_angles(points: FloatArray) -> FloatArray:
    """Polar angles of points in the polar frame, shape (..., 3) to (...)."""
    return np.arctan2(np.hypot(points[..., 0], points[..., 1]), points[..., 2])


def pieces(outline: Outline, frame: FloatArray, *, rough: bool = False) -> Pieces:
    """Cut the curves of an outline where their polar angle about ``frame[2]`` turns.

    Parameters
    ----------
    outline
        The curves.
    frame
        Rows: two axes across and the polar axis.
    rough
        Whether the density is not smooth on them.
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
    kind = np.array([ROUGH if rough else SOFT if row[2] else SMOOTH for row in rows], dtype=np.intp)
    fixed = polar_angles(np.array(levels).reshape(-1, 3))
    return Pieces(base, first, second, is_round, t, polar_angles(ends), kind, fixed)


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


@numba.njit(cache=True, error_model="numpy")
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
    share = min(1.0, max(0.0, (theta - start) / (stop - start)))
    t = low + (high - low) * math.acos(1.0 - 2.0 * share) / math.pi
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


@numba.njit(cache=True, error_model="numpy")
def _arcs(pieces, thetas):  # type: ignore[no-untyped-def]
    """Arcs of all polar angles: ring, left and right end, and the worse kind."""
    most = len(pieces.kind) + 4
    room = 64 + 8 * len(thetas)
    ring = np.empty(room, dtype=np.intp)
    values = np.empty((2, room))
    kind = np.empty(room, dtype=np.intp)
    ends = np.empty(most)
    marks = np.empty(most, dtype=np.intp)
    count = 0
    for i in range(len(thetas)):
        found = 0
        for k in range(len(pieces.kind)):
            low = min(pieces.theta[k, 0], pieces.theta[k, 1])
            high = max(pieces.theta[k, 0], pieces.theta[k, 1])
            if low < thetas[i] < high:
                ends[found] = _azimuth_at(pieces, k, thetas[i])
                marks[found] = pieces.kind[k]
                found += 1
        if found == 0:
            # The whole circle of azimuths, in quarters.
            for k in range(4):
                ends[found] = 0.5 * math.pi * (k - 2)
                marks[found] = SMOOTH
                found += 1
        order = np.argsort(ends[:found])
        if count + found + 8 > room:
            room = 2 * room + found + 8
            longer = np.empty(room, dtype=np.intp)
            longer[:count] = ring[:count]
            ring = longer
            wider = np.empty((2, room))
            wider[:, :count] = values[:, :count]
            values = wider
            more = np.empty(room, dtype=np.intp)
            more[:count] = kind[:count]
            kind = more
        for k in range(found):
            here = order[k]
            after = order[(k + 1) % found]
            left = ends[here]
            right = ends[after] + (2.0 * math.pi if k + 1 == found else 0.0)
            if right - left < 1e-14:
                continue
            parts = math.ceil((right - left) / _LONGEST - 1e-9)
            for part in range(parts):
                ring[count] = i
                values[0, count] = left + (right - left) * part / parts
                values[1, count] = left + (right - left) * (part + 1) / parts
                kind[count] = SMOOTH
                if part == 0:
                    kind[count] = marks[here]
                if part + 1 == parts:
                    kind[count] = max(kind[count], marks[after])
                count += 1
    return ring[:count], values[0, :count], values[1, :count], kind[:count]


def arcs_at(pieces: Pieces, thetas: FloatArray) -> Arcs:
    """Arcs of azimuth into which pieces of curves cut the circles of some polar angles.

    Where no curve meets a circle, it is cut into quarters.
    """
    return Arcs(*_arcs(pieces, thetas))


class Cuts(NamedTuple):
    """Polar angles between which the integral over the azimuth is analytic, rising."""

    theta: FloatArray
    rough: BoolArray
    """Whether it needs no more than to be integrable there."""


def polar_cuts(
    volume: "Volume | HalfSky",
    frame: FloatArray,
    shape: Pieces,
    rough: Pieces,
    crossings: FloatArray,
) -> Cuts:
    """Where the polar angle has to be cut.

    Parameters
    ----------
    volume
        The detector.
    frame
        Rows: two axes across and the polar axis.
    shape, rough
        Pieces of the curves of its outline, and of those at which the density is not smooth.
    crossings
        Directions in which curves of the two kinds cross, shape (n, 3).
    """
    outline = volume.outline
    poles = np.flatnonzero(volume.crossings(np.stack([frame[2], -frame[2]])).hit) * np.pi
    corners = polar_angles(outline.corners @ frame.T)
    theta = np.concatenate([shape.theta.ravel(), shape.levels, corners, poles])
    if not len(theta):
        return Cuts(theta, np.zeros(0, dtype=np.bool_))
    more = np.concatenate([rough.theta.ravel(), rough.levels, polar_angles(crossings @ frame.T)])
    more = more[(more > theta.min()) & (more < theta.max())]
    marks = np.concatenate([np.zeros(len(theta), dtype=np.bool_), np.ones(len(more), np.bool_)])
    theta = np.concatenate([theta, more])
    order = np.argsort(theta, kind="stable")
    theta, marks = theta[order], marks[order]
    parts = np.ceil(np.diff(theta) / _LONGEST - 1e-9).astype(np.intp)
    for k in np.flatnonzero(parts > 1)[::-1]:
        inner = np.linspace(theta[k], theta[k + 1], parts[k] + 1)[1:-1]
        theta = np.insert(theta, k + 1, inner)
        marks = np.insert(marks, k + 1, np.zeros(len(inner), dtype=np.bool_))
    return Cuts(theta, marks)


class _Polar(NamedTuple):
    """Nodes in polar angle."""

    theta: FloatArray
    weight: FloatArray


def _polar_nodes(cuts: Cuts, caustic: Caustic, nodes: int) -> _Polar:
    """Nodes between cuts, under a map that makes the caustic smooth."""
    mapped = caustic.width > 0.0
    ends = np.arcsinh((cuts.theta - caustic.angle) / caustic.width) if mapped else cuts.theta
    theta, weight = [np.empty(0)], [np.empty(0)]
    for k in np.flatnonzero(np.diff(cuts.theta) > _NARROW):
        rule = tanh_sinh(3 * nodes) if cuts.rough[k : k + 2].any() else sine_squared(nodes)
        step = ends[k + 1] - ends[k]
        theta.append(ends[k] + step * rule[0])
        weight.append(step * rule[1])
    angle, solid = np.concatenate(theta), np.concatenate(weight)
    if mapped:
        solid = solid * caustic.width * np.cosh(angle)
        angle = caustic.angle + caustic.width * np.sinh(angle)
    return _Polar(angle, solid * np.sin(angle))


def rays_at(frame: FloatArray, theta: FloatArray, phi: FloatArray) -> FloatArray:
    """Unit vectors in the laboratory of angles in the polar frame, shape (n, 3)."""
    sine = np.sin(theta)
    local = np.stack([sine * np.cos(phi), sine * np.sin(phi), np.cos(theta)], axis=-1)
    return np.asarray(local @ frame)


def survey_contours(
    volume: "Volume | HalfSky",
    axis: FloatArray,
    caustic: Caustic,
    cones: FloatArray,
    *,
    face: bool,
    nodes_polar: int,
    nodes_azimuth: int,
) -> Sky:
    """`wayside.acceptance.survey.survey` for any volume; ``face`` means to cross it at all."""
    frame = polar_frame(axis, volume.centre)
    outline, others = volume.outline, _cones(cones)
    shape = pieces(outline, frame)
    rough = pieces(others, frame, rough=True)
    crossings = np.concatenate([meet(outline, others), meet(others, others)])
    cuts = polar_cuts(volume, frame, shape, rough, crossings)
    if caustic.width > 0.0 and len(cuts.theta) and cuts.theta[0] < caustic.angle < cuts.theta[-1]:
        place = int(np.searchsorted(cuts.theta, caustic.angle))
        cuts = Cuts(
            np.insert(cuts.theta, place, caustic.angle), np.insert(cuts.rough, place, False)
        )
    polar = _polar_nodes(cuts, caustic, nodes_polar)
    both = Pieces(*(np.concatenate(pair) for pair in zip(shape, rough, strict=True)))
    arcs = arcs_at(both, polar.theta)
    middle = rays_at(frame, polar.theta[arcs.ring], 0.5 * (arcs.left + arcs.right))
    hit = volume.crossings(middle).hit
    arcs = Arcs(arcs.ring[hit], arcs.left[hit], arcs.right[hit], arcs.kind[hit])
    parts = []
    rules = even(nodes_azimuth), sine_squared(nodes_azimuth), tanh_sinh(6 * nodes_azimuth)
    for kind, rule in zip((SMOOTH, SOFT, ROUGH), rules, strict=True):
        chosen = np.flatnonzero(arcs.kind == kind)
        length = (arcs.right - arcs.left)[chosen, None]
        phi = arcs.left[chosen, None] + length * rule[0]
        number = np.repeat(chosen, rule.shape[1])
        parts.append((number, phi.ravel(), (length * rule[1]).ravel()))
    number, phi, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(number, kind="stable")
    ring = arcs.ring[number[order]]
    directions = rays_at(frame, polar.theta[ring], phi[order])
    weight = weight[order] * polar.weight[ring]
    near, far = volume.crossings(directions)
    inside = far > near
    if face:
        inside &= np.cumsum(inside, axis=1) == 1
    ray, piece = np.nonzero(inside)
    return Sky(
        np.ascontiguousarray(directions[ray]),
        weight[ray],
        near[ray, piece],
        far[ray, piece],
        _counted(ring[ray]),
        _counted(ray),
    )


class HalfSky:
    """A volume of which only the rays on one side of a plane through the origin count.

    Parameters
    ----------
    volume
        The detector.
    normal
        Unit vector into the half that counts, shape (3,).
    """

    def __init__(self, volume: Volume, normal: FloatArray) -> None:
        self._volume, self._normal = volume, normal
        self.centre = volume.centre
        across = np.eye(3)[int(np.argmin(np.abs(normal)))]
        across = across - (across @ normal) * normal
        across = across / np.linalg.norm(across)
        border = np.stack([np.zeros(3), across, np.cross(normal, across)])
        outline = volume.outline
        self.outline = Outline(
            outline.segments,
            np.concatenate([outline.circles, border[None]]),
            np.append(outline.soft, False),
        )

    def crossings(self, directions: FloatArray) -> Crossings:
        """Entries and exits along rays; none on the other side."""
        near, far = self._volume.crossings(directions)
        here = (directions @ self._normal > 0.0)[:, None]
        return Crossings(np.where(here, near, 0.0), np.where(here, far, 0.0))


def _counted(values: IndexArray) -> IndexArray:
    """Runs of equal numbers as 0, 0, ..., 1, 1, ..."""
    return np.asarray(np.cumsum(np.diff(values, prepend=values[:1]) != 0), dtype=np.intp)


def _cones(cones: FloatArray) -> Outline:
    """Cones about axes through the origin as circles on the unit sphere."""
    circles = np.empty((len(cones), 3, 3))
    for row, circle in zip(cones, circles, strict=True):
        across = np.eye(3)[int(np.argmin(np.abs(row[:3])))]
        across = across - (across @ row[:3]) * row[:3]
        across /= np.linalg.norm(across)
        radius = math.sqrt(max(0.0, 1.0 - row[3] ** 2))
        circle[0] = row[3] * row[:3]
        circle[1] = radius * across
        circle[2] = radius * np.cross(row[:3], across)
    return Outline.of(circles=circles)
