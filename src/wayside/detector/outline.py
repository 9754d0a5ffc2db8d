"""Curves on the sky at which the path of a ray through a volume is not analytic.

Every curve is an object in space, of which only the directions from the interaction point count:
a straight segment (an edge, or the line along which rays touch a cylinder) or a circle (a rim, a
limit in polar angle). On a circle of directions between two neighbouring curves a ray enters and
leaves through the same surfaces, so that its path is analytic there, with square roots at most
where a curve is a silhouette. A curve too many costs time, a curve too few costs accuracy.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from wayside.typing import BoolArray, FloatArray

_CLOSE = 1e-6
"""Radians: a crossing so near to the end of a curve is that end, found anew with rounding."""

_POINTS = 64
"""Points of a circle among the directions of an outline."""


@dataclass(frozen=True, eq=False)
class Outline:
    """Curves in space, in m, as they are looked at from the interaction point.

    Parameters
    ----------
    segments
        End points of straight segments, shape (n, 2, 3). None may pass through the origin.
    circles
        Centres and two perpendicular radii of equal length, shape (n, 3, 3): the points are
        ``centre + cos(t) first + sin(t) second``.
    soft
        Which of the segments, then of the circles, are silhouettes of a curved surface: there the
        path goes with the square root of the distance. Shape (segments + circles,).
    """

    segments: FloatArray
    circles: FloatArray
    soft: BoolArray

    @classmethod
    def of(
        cls,
        segments: ArrayLike = (),
        circles: ArrayLike = (),
        tangents: ArrayLike = (),
        rims: ArrayLike = (),
    ) -> "Outline":
        """Outline of edges, and of lines and circles along which rays touch a curved surface.

        Parameters
        ----------
        segments, circles
            As above: curves at which the path is continuous, with a kink at most.
        tangents, rims
            Segments and circles in the same form at which it goes with a square root.
        """
        lines = [
            np.asarray(part, dtype=np.float64).reshape(-1, 2, 3) for part in (segments, tangents)
        ]
        rounds = [np.asarray(x, dtype=np.float64).reshape(-1, 3, 3) for x in (circles, rims)]
        soft = np.repeat([False, True, False, True], [len(part) for part in lines + rounds])
        return cls(np.concatenate(lines), np.concatenate(rounds), soft)

    @cached_property
    def corners(self) -> FloatArray:
        """Unit vectors to where curves end or cross on the sky, shape (n, 3)."""
        ends = unit(self.segments.reshape(-1, 3))
        crossings = meet(self, self)
        if len(crossings) and len(ends):
            crossings = crossings[np.max(crossings @ ends.T, axis=1) < 1.0 - 0.5 * _CLOSE**2]
        return np.concatenate([ends, crossings])

    @cached_property
    def directions(self) -> FloatArray:
        """Unit vectors to the ends of segments and to points on circles, shape (n, 3)."""
        t = np.linspace(0.0, 2.0 * np.pi, _POINTS, endpoint=False)
        around = np.stack([np.ones_like(t), np.cos(t), np.sin(t)], axis=1)
        on_circles = np.einsum("tk,nki->nti", around, self.circles).reshape(-1, 3)
        return np.concatenate([unit(self.segments.reshape(-1, 3)), unit(on_circles)])


def unit(vectors: FloatArray) -> FloatArray:
    """Vectors divided by their lengths, shape (..., 3)."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def trigonometric_roots(coefficients: tuple[float, ...], tolerance: float = 1e-4) -> list[float]:
    """Zeros of ``a0 + a1 cos t + b1 sin t + a2 cos 2t + b2 sin 2t`` in [0, 2 pi).

    Parameters
    ----------
    coefficients
        ``(a0, a1, b1, a2, b2)``.
    tolerance
        How far from the unit circle a root in exp(it) still counts; where two roots are about to
        merge, points near them are returned even if there are none.

    Returns
    -------
    list of float
        At most four, in any order; none where the function vanishes everywhere.
    """
    a0, a1, b1, a2, b2 = coefficients
    polynomial = np.array(
        [0.5 * (a2 - 1j * b2), 0.5 * (a1 - 1j * b1), a0, 0.5 * (a1 + 1j * b1), 0.5 * (a2 + 1j * b2)]
    )
    scale = float(np.max(np.abs(polynomial)))
    if scale == 0.0:
        return []
    polynomial[np.abs(polynomial) < 1e-15 * scale] = 0.0
    roots = np.roots(polynomial)
    near = np.abs(np.abs(roots) - 1.0) < tolerance
    return [_polished(angle, coefficients) % (2.0 * math.pi) for angle in np.angle(roots[near])]


def _polished(angle: float, coefficients: tuple[float, ...]) -> float:
    a0, a1, b1, a2, b2 = coefficients
    for _ in range(3):
        c, s, c2, s2 = math.cos(angle), math.sin(angle), math.cos(2 * angle), math.sin(2 * angle)
        value = a0 + a1 * c + b1 * s + a2 * c2 + b2 * s2
        slope = -a1 * s + b1 * c - 2.0 * a2 * s2 + 2.0 * b2 * c2
        step = value / slope if slope else 0.0
        if abs(step) > 1e-3:
            break
        angle -= step
    return float(angle)


def meet(first: Outline, second: Outline) -> FloatArray:
    """Directions in which curves of two outlines cross on the sky, shape (n, 3).

    Directions may be missing where two curves coincide, and doubled where they touch.
    """
    directions: list[FloatArray] = []
    for start, stop in second.segments:
        directions += _across_segment(first, start, stop)
    for circle in second.circles:
        directions += _across_circle(first, circle)
    return unit(np.array(directions)) if directions else np.empty((0, 3))


def _on_plane(outline: Outline, normal: FloatArray) -> list[FloatArray]:
    """Points of an outline on a plane through the interaction point."""
    points: list[FloatArray] = []
    for a, b in outline.segments:
        low, high = normal @ a, normal @ b
        if low * high < 0.0:
            points.append((high * a - low * b) / (high - low))
    for centre, first, second in outline.circles:
        size = math.hypot(normal @ first, normal @ second)
        if abs(normal @ centre) < size:
            middle = math.atan2(normal @ second, normal @ first)
            half = math.acos(-(normal @ centre) / size)
            for t in (middle - half, middle + half):
                points.append(centre + math.cos(t) * first + math.sin(t) * second)
    return points


def _across_segment(outline: Outline, start: FloatArray, stop: FloatArray) -> list[FloatArray]:
    """Points of an outline that lie on the great circle of a segment, between its ends."""
    normal = np.cross(start, stop)
    normal = normal / np.linalg.norm(normal)
    inward = np.cross(normal, start), np.cross(stop, normal)
    slack = -1e-9 * float(np.linalg.norm(start) * np.linalg.norm(stop))
    return [
        point
        for point in _on_plane(outline, normal)
        if all(side @ point >= slack * float(np.linalg.norm(point)) for side in inward)
    ]


def _across_circle(outline: Outline, circle: FloatArray) -> list[FloatArray]:
    """Points of an outline on the cone from the interaction point over a circle."""
    form, normal, height = _cone(circle)
    if height == 0.0:  # seen edge-on
        return _on_plane(outline, normal)
    points: list[FloatArray] = []
    for a, b in outline.segments:
        step = b - a
        quadratic = np.array([step @ form @ step, 2.0 * (a @ form @ step), a @ form @ a])
        root = quadratic[1] ** 2 - 4.0 * quadratic[0] * quadratic[2]
        if root < 0.0 or not quadratic.any():
            continue
        q = -0.5 * (quadratic[1] + math.copysign(math.sqrt(root), quadratic[1]))
        for top, bottom in ((q, quadratic[0]), (quadratic[2], q)):
            if bottom != 0.0 and 0.0 <= top / bottom <= 1.0:
                points.append(a + top / bottom * step)
    for centre, first, second in outline.circles:
        size = float(centre @ centre + first @ first)
        cc, ff, ss = (vector @ form @ vector for vector in (centre, first, second))
        coefficients = (
            float(cc + 0.5 * (ff + ss)),
            float(2.0 * (centre @ form @ first)),
            float(2.0 * (centre @ form @ second)),
            float(0.5 * (ff - ss)),
            float(first @ form @ second),
        )
        if max(abs(value) for value in coefficients) < 1e-12 * size:
            continue  # the same circle of directions
        for t in trigonometric_roots(coefficients):
            points.append(centre + math.cos(t) * first + math.sin(t) * second)
    return [point for point in points if (normal @ point) * height > 0.0]


def _cone(circle: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Quadratic form that vanishes on the cone over a circle; normal and height of its plane."""
    centre, first, second = circle
    normal = np.cross(first, second)
    normal = normal / np.linalg.norm(normal)
    height = float(normal @ centre)
    size = math.sqrt(float(centre @ centre + first @ first))
    if abs(height) < 1e-12 * size:
        return np.outer(normal, normal), normal, 0.0
    # A ray along n meets the plane at height n / (n . normal), a radius away from the centre.
    offset = height * np.eye(3) - np.outer(centre, normal)
    form = offset.T @ offset - float(first @ first) * np.outer(normal, normal)
    return form / np.linalg.norm(form), normal, height
