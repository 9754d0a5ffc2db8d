"""Acceptance of a front face in the symmetric frame, by another road than the package's.

The package goes over laboratory directions and rapidities. Here the centre of mass is the
laboratory, the polar angle is cut into rings about the beam and the decay cosine is the inner
variable; the ridges and caustics are met by meshes that halve toward them, not by closed forms.
"""

import math

import numpy as np

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


def graded(low, high, points, ratio=0.3, floor=1e-9):
    """Ends of pieces of [low, high] that shrink geometrically toward every given point."""
    length = high - low
    inside = [low, high, *(p for p in points if low < p < high)]
    ends = set(inside)
    for point in inside:
        step = length
        while step > floor * length:
            step *= ratio
            ends.update(e for e in (point - step, point + step) if low < e < high)
    return np.array(sorted(ends))


def composite(ends):
    """Gauss-Legendre nodes and weights on pieces."""
    half = np.diff(ends)[:, None] / 2
    middle = (ends[1:] + ends[:-1])[:, None] / 2
    return (middle + half * _NODES).ravel(), (half * _WEIGHTS).ravel()


def azimuth_cover(corners, theta):
    """Length of the part of the circle of polar angle theta about z that crosses a face.

    Where an edge a + t d meets the cone: a quadratic in t. Between two azimuths so found the
    circle is inside or outside; the middle says which.
    """
    cos2 = math.cos(theta) ** 2
    azimuths = []
    for i in range(4):
        start, step = corners[i], corners[(i + 1) % 4] - corners[i]
        q = (
            step[2] ** 2 - cos2 * (step @ step),
            2 * (start[2] * step[2] - cos2 * (start @ step)),
            start[2] ** 2 - cos2 * (start @ start),
        )
        for t in np.roots(q):
            point = start + t.real * step
            if abs(t.imag) < 1e-12 and 0 <= t.real <= 1 and point[2] * math.cos(theta) >= 0:
                azimuths.append(math.atan2(point[1], point[0]))
    azimuths = sorted(azimuths) or [0.0]
    cover = 0.0
    for left, right in zip(azimuths, [*azimuths[1:], azimuths[0] + 2 * math.pi], strict=True):
        middle = 0.5 * (left + right)
        ray = np.array(
            [
                math.sin(theta) * math.cos(middle),
                math.sin(theta) * math.sin(middle),
                math.cos(theta),
            ]
        )
        if in_face(corners, ray):
            cover += right - left
    return cover


def in_face(corners, ray):
    """Whether a ray from the origin is on the same side of all four planes through the edges."""
    sides = [np.linalg.det(np.stack([corners[i], corners[(i + 1) % 4], ray])) for i in range(4)]
    ahead = ray @ corners.mean(axis=0) > 0
    return ahead and (min(sides) >= 0 or max(sides) <= 0)


def polar_breaks(corners):
    """Polar angles at corners and closest approaches of edges to the beam axis."""
    angles = [math.atan2(math.hypot(c[0], c[1]), c[2]) for c in corners]
    for i in range(4):
        start, step = corners[i], corners[(i + 1) % 4] - corners[i]
        # Stationary points of the polar angle along the edge, found on a fine scan and polished.
        t = np.linspace(0, 1, 2001)
        points = start + t[:, None] * step
        cosine = points[:, 2] / np.linalg.norm(points, axis=1)
        k = int(np.argmax(cosine))
        if 0 < k < 2000:
            lo, hi = t[k - 1], t[k + 1]
            for _ in range(200):
                a, b = lo + (hi - lo) / 3, hi - (hi - lo) / 3
                fa, fb = ((start + u * step)[2] / np.linalg.norm(start + u * step) for u in (a, b))
                lo, hi = (a, hi) if fa < fb else (lo, b)
            point = start + 0.5 * (lo + hi) * step
            angles.append(math.atan2(math.hypot(point[0], point[1]), point[2]))
    return sorted(set(angles))


class Decay:
    """Kinematics of A' -> 1 2 in the centre of mass, from textbook formulas."""

    def __init__(self, sqrt_s, m_aprime, m1, m2):
        s, mass2 = sqrt_s**2, m_aprime**2
        self.e_star = (mass2 + m1**2 - m2**2) / (2 * m_aprime)
        self.p_star = (
            math.sqrt((m_aprime - m1 - m2) * (m_aprime + m1 + m2) * (m_aprime - m1 + m2))
            * math.sqrt(m_aprime + m1 - m2)
            / (2 * m_aprime)
        )
        self.gamma = (s + mass2) / (2 * sqrt_s * m_aprime)
        self.flight = (s - mass2) / (2 * sqrt_s * m_aprime)

    def angle(self, x):
        """Cosine and sine of the angle between 1 and A'."""
        along = self.gamma * self.p_star * x + self.flight * self.e_star
        across = self.p_star * np.sqrt((1 - x) * (1 + x))
        p = np.hypot(along, across)
        return along / p, across / p

    def cosines_at(self, theta):
        """Decay cosines at which 1 makes the angle theta with A', or comes closest to that."""
        tan = math.tan(theta)
        # tan (gamma p x + flight E) = p sqrt(1 - x^2), squared.
        a = tan**2 * self.gamma**2 * self.p_star**2 + self.p_star**2
        b = 2 * tan**2 * self.gamma * self.flight * self.p_star * self.e_star
        c = tan**2 * self.flight**2 * self.e_star**2 - self.p_star**2
        root = b * b - 4 * a * c
        root = max(root, 0.0)
        found = [(-b - math.sqrt(root)) / (2 * a), (-b + math.sqrt(root)) / (2 * a)]
        return [x for x in found if -1 < x < 1]

    def caustic(self):
        """Largest angle between 1 and A', or nothing if 1 can go backward."""
        ratio = self.p_star / self.flight
        mass = math.sqrt(self.e_star**2 - self.p_star**2)
        return [math.asin(ratio / mass)] if ratio < mass else []


def acceptance(density, decay, corners):
    """Integral of density(x, theta) over a face and over the decay cosine.

    Parameters
    ----------
    density
        Function of arrays x and a number theta: probability per steradian and unit x.
    decay
        A `Decay`.
    corners
        Of the face, in order around it, shape (4, 3).
    """
    breaks = polar_breaks(corners)
    if in_face(corners, np.array([0.0, 0.0, 1.0])):
        breaks = [0.0, *breaks]
    special = breaks[1:-1] + decay.caustic()
    theta, weights = composite(graded(breaks[0], breaks[-1], special))
    total = 0.0
    for angle, weight in zip(theta, weights, strict=True):
        cover = azimuth_cover(corners, angle)
        if cover == 0.0:
            continue
        points = decay.cosines_at(angle) + decay.cosines_at(math.pi - angle)
        x, w = composite(graded(-1.0, 1.0, points))
        x = np.clip(x, -1 + 1e-14, 1 - 1e-14)  # there the angle to A' is zero over zero
        total += weight * math.sin(angle) * cover * np.sum(w * density(x, angle))
    return total
