"""Integrals of a density of directions over a cylinder shell, in the shell's own coordinates.

With the polar angle taken about the shell's axis, moved to the interaction point, the azimuth alone
fixes how far from that line a ray passes the surfaces: in the plane of one azimuth the shell is one
or two rectangles. Their corners, the azimuths of tangents and the cones of the density are known in
closed form; no curve of an outline, and no polar axis of a flight, is used.
"""

import itertools
import math

import numpy as np

from wayside.acceptance.angular import angular_density


def _double_exponential(n):
    """Nodes and weights on [0, 1], good for any integrable end."""
    t, step = np.linspace(-2.9, 2.9, n, retstep=True)
    bend = 0.5 * np.pi * np.sinh(t)
    return 0.5 * (1.0 + np.tanh(bend)), step * 0.25 * np.pi * np.cosh(t) / np.cosh(bend) ** 2


def _panels(cuts, nodes):
    cuts = np.unique(cuts)
    fraction, weight = _double_exponential(nodes)
    length = np.diff(cuts)
    return (cuts[:-1, None] + length[:, None] * fraction).ravel(), (
        length[:, None] * weight
    ).ravel()


def _rectangles(azimuth, distance, radii):
    """Distances from the line at which a ray is inside, pairs (entry, exit)."""
    sine, cosine = math.sin(azimuth), math.cos(azimuth)

    def through(radius):
        root = radius**2 - (distance * sine) ** 2
        if root <= 0.0:
            return None
        return distance * cosine - math.sqrt(root), distance * cosine + math.sqrt(root)

    outer = through(radii[1])
    if outer is None or outer[1] <= 0.0:
        return []
    pairs = [(max(outer[0], 0.0), outer[1])]
    inner = through(radii[0]) if radii[0] > 0.0 else None
    if inner is not None and inner[1] > 0.0:
        low, high = pairs[0]
        pairs = [(low, inner[0]), (inner[1], high)]
    return [(low, high) for low, high in pairs if high > max(low, 0.0)]


def _path(theta, rectangle, ends):
    """Entry and exit along rays of one azimuth, both 0 for a miss."""
    sine, cosine = np.sin(theta), np.cos(theta)
    low, high = rectangle[0] / sine, rectangle[1] / sine
    with np.errstate(divide="ignore"):
        walls = np.stack([ends[0] / cosine, ends[1] / cosine])
    inside = ends[0] <= 0.0 <= ends[1]
    behind = walls < 0.0
    if inside:
        near, far = np.zeros_like(theta), np.max(np.where(behind, -np.inf, walls), axis=0)
    else:
        near = np.where(behind.any(axis=0), np.inf, walls.min(axis=0))
        far = walls.max(axis=0)
    near, far = np.maximum(near, low), np.minimum(far, high)
    return np.where(far > near, near, 0.0), np.where(far > near, far, 0.0)


def _met(azimuth, cones, frame):
    """Polar angles at which the half-plane of an azimuth meets cones, or is nearest to them."""
    across = math.cos(azimuth) * frame[0] + math.sin(azimuth) * frame[1]
    for cone in cones:
        a, b = float(cone[:3] @ across), float(cone[:3] @ frame[2])
        size, middle = math.hypot(a, b), math.atan2(a, b)
        yield middle
        if size > abs(cone[3]):
            half = math.acos(cone[3] / size)
            yield from (middle - half, middle + half)


def _zeros(function):
    """Azimuths at which a function changes sign; it is NaN where it has no meaning."""
    grid = np.linspace(-math.pi, math.pi, 2001)
    values = np.array([function(azimuth) for azimuth in grid])
    for k in np.flatnonzero(values[1:] * values[:-1] < 0.0):
        low, high = grid[k], grid[k + 1]
        for _ in range(60):
            middle = 0.5 * (low + high)
            if function(middle) * values[k] > 0.0:
                low = middle
            else:
                high = middle
        yield 0.5 * (low + high)


def _azimuths(cones, frame, corners):
    """Azimuths at which cones turn or cross the lines of corners, and at which these cross."""
    for cone in cones:
        a, b, c = frame @ cone[:3]
        size, middle = math.hypot(a, b), math.atan2(b, a)
        root = cone[3] ** 2 - c * c
        if size > 0.0 and 0.0 <= root <= size * size:
            half = math.acos(math.sqrt(root) / size)
            yield from (middle - half, middle + half)
            yield from (middle + math.pi - half, middle + math.pi + half)
        for corner in corners:

            def beyond(azimuth, corner=corner, cone=cone):
                radius, height = corner(azimuth)
                across = math.cos(azimuth) * frame[0] + math.sin(azimuth) * frame[1]
                ray = radius * across + height * frame[2]
                return float(ray @ cone[:3]) / math.hypot(radius, height) - cone[3]

            yield from _zeros(beyond)
    for first, second in itertools.combinations(corners, 2):

        def apart(azimuth, first=first, second=second):
            (r, z), (s, t) = first(azimuth), second(azimuth)
            return r * t - s * z

        yield from _zeros(apart)


def shell_integrals(flight, shell, cones, nodes):
    """Probability to cross a shell, and the same weighted with the path inside.

    Parameters
    ----------
    flight
        Of which `angular_density` is integrated.
    shell
        `CylinderShell` without limits in polar angle.
    cones
        Where the density is not smooth: rows of axis and cosine of the opening angle, (n, 4).
    nodes
        In each panel of the azimuth and of the polar angle.
    """
    foot = shell.position - (shell.position @ shell.axis) * shell.axis
    distance = float(np.linalg.norm(foot))
    first = foot / distance
    frame = np.stack([first, np.cross(shell.axis, first), shell.axis])
    shift = float(shell.position @ shell.axis)
    ends = shell.ends[0] + shift, shell.ends[1] + shift
    tangents = [
        sign * math.asin(radius / distance)
        for radius in shell.radii
        if 0.0 < radius < distance
        for sign in (1.0, -1.0)
    ]

    def corner(rectangle, side, end):
        def place(azimuth):
            pairs = _rectangles(azimuth, distance, shell.radii)
            radius = pairs[rectangle][side] if len(pairs) > rectangle else math.nan
            return radius, ends[end]

        return place

    corners = [corner(*which) for which in itertools.product((0, 1), (0, 1), (0, 1))]
    cuts = np.array([-math.pi, -0.5 * math.pi, 0.0, 0.5 * math.pi, math.pi, *tangents])
    more = (np.array([*_azimuths(cones, frame, corners)]) + math.pi) % (2.0 * math.pi) - math.pi
    azimuths, weights = _panels(np.concatenate([cuts, more]), nodes)
    hits = path = 0.0
    for azimuth, weight in zip(azimuths, weights, strict=True):
        rectangles = _rectangles(azimuth, distance, shell.radii)
        if not rectangles:
            continue
        marks = [math.atan2(radius, end) for pair in rectangles for radius in pair for end in ends]
        inner = [t for t in _met(azimuth, cones, frame) if min(marks) < t < max(marks)]
        theta, solid = _panels(np.array(marks + inner), nodes)
        pieces = [_path(theta, rectangle, ends) for rectangle in rectangles]
        length = sum(far - near for near, far in pieces)
        across = math.cos(azimuth) * frame[0] + math.sin(azimuth) * frame[1]
        rays = np.sin(theta)[:, None] * across + np.cos(theta)[:, None] * frame[2]
        density = angular_density(flight, rays) * np.sin(theta) * solid * weight
        hits += float(density[length > 0.0].sum())
        path += float((density * length).sum())
    return hits, path
