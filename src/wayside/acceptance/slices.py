"""Face acceptance by slices of equal energy, for excited states that may be slower than the boost.

At a fixed energy in the centre of mass the density depends on the polar angle alone, with ridges at
two known angles, and the edges of a detector become circles on the sphere of directions. Two
integrals are left, the azimuth being a length of arc: the inner one is mapped about the ridges, the
outer one, over the decay angle, is adaptive. No direction then has two rapidities, and there is no
caustic. Slower than `wayside.acceptance.sky` where that one converges. Derived in docs/theory,
section "Slices of equal energy".
"""

import math
from typing import TypeGuard

import numpy as np
from scipy.integrate import quad

from wayside.acceptance.quadrature import sine_squared
from wayside.acceptance.sky import FRONT_EDGE_ROWS
from wayside.acceptance.sphere import arcs_between, on_arc
from wayside.compiled import njit
from wayside.detector.box import Box
from wayside.detector.rays import cross_front
from wayside.detector.volume import Volume
from wayside.production.density import averaged_tensor
from wayside.production.flight import Flight
from wayside.production.radiative_flight import RadiativeFlight
from wayside.typing import FloatArray

NODES = 24
"""Gauss-Legendre nodes per panel of the polar angle."""


@njit(error_model="numpy")
def _to_laboratory(flight, momentum, energy, cos_t, sin_t, phi, out):  # type: ignore[no-untyped-def]
    """Unit vector in the laboratory of a momentum given by its angles in the centre of mass."""
    x = momentum * sin_t * math.cos(phi)
    y = momentum * sin_t * math.sin(phi)
    z = momentum * cos_t
    along = (
        x * flight.frames.boost_cm[0]
        + y * flight.frames.boost_cm[1]
        + z * flight.frames.boost_cm[2]
    )
    factor = along / (flight.frames.gamma + 1.0) + energy
    length = 0.0
    for i in range(3):
        out[i] = (
            x * flight.frames.axes[0, i]
            + y * flight.frames.axes[1, i]
            + z * flight.frames.axes[2, i]
            + factor * flight.frames.boost[i]
        )
        length += out[i] * out[i]
    length = math.sqrt(length)
    for i in range(3):
        out[i] /= length


@njit(error_model="numpy")
def _circles(flight, momentum, energy, normals, axes, levels):  # type: ignore[no-untyped-def]
    """Edges as circles ``n . axis = level`` on the sphere of directions in the centre of mass."""
    for e in range(len(normals)):
        tilt = 0.0
        for i in range(3):
            tilt += flight.frames.boost[i] * normals[e, i]
        length = 0.0
        for k in range(3):
            axes[e, k] = flight.frames.boost_cm[k] * tilt / (flight.frames.gamma + 1.0)
            for i in range(3):
                axes[e, k] += flight.frames.axes[k, i] * normals[e, i]
            length += axes[e, k] * axes[e, k]
        length = math.sqrt(length)
        for k in range(3):
            axes[e, k] /= length
        levels[e] = -energy * tilt / (momentum * length)


@njit(error_model="numpy")
def _covered(flight, momentum, energy, theta, face, circles):  # type: ignore[no-untyped-def]
    """Length of azimuth for which a direction of the centre of mass meets the face."""
    position, size, box_axes, _, _, inward = face
    axes, levels = circles
    cos_t = math.cos(theta)
    sin_t = math.sin(theta)
    ray = np.empty(3)
    azimuths = np.empty(2 * len(levels))
    ends = 0
    for e in range(len(levels)):
        across = math.sqrt(axes[e, 0] ** 2 + axes[e, 1] ** 2)
        radius = sin_t * across
        rest = levels[e] - cos_t * axes[e, 2]
        if radius <= abs(rest):
            continue
        middle = math.atan2(axes[e, 1], axes[e, 0])
        half = math.acos(rest / radius)
        for phi in (middle - half, middle + half):
            _to_laboratory(flight, momentum, energy, cos_t, sin_t, phi, ray)
            if on_arc(ray, inward[e]):
                azimuths[ends] = phi - 2.0 * math.pi * math.floor(phi / (2.0 * math.pi))
                ends += 1
    if ends == 0:
        _to_laboratory(flight, momentum, energy, cos_t, sin_t, 0.0, ray)
        return 2.0 * math.pi if cross_front(ray, position, size, box_axes) > 0.0 else 0.0
    arcs = np.sort(azimuths[:ends])
    total = 0.0
    for k in range(ends):
        right = arcs[k + 1] if k + 1 < ends else arcs[0] + 2.0 * math.pi
        _to_laboratory(flight, momentum, energy, cos_t, sin_t, 0.5 * (arcs[k] + right), ray)
        if cross_front(ray, position, size, box_axes) > 0.0:
            total += right - arcs[k]
    return total


@njit(error_model="numpy")
def _cuts(flight, momentum, energy, face, circles, ridge):  # type: ignore[no-untyped-def]
    """Polar angles between which the covered azimuth and the density are analytic, sorted."""
    _, _, _, corners, _, inward = face
    axes, levels = circles
    room = 2 * len(corners) + 2 * len(inward) + 5
    cuts = np.empty(room)
    count = 0
    ray = np.empty(3)
    for k in range(len(corners)):
        along = 0.0
        for i in range(3):
            along += flight.frames.boost[i] * corners[k, i]
        across2 = flight.frames.gamma**2 - 1.0 - along * along
        scale = math.sqrt(1.0 + max(0.0, across2))
        reach = energy / (flight.mass * scale)
        if reach < 1.0:
            continue
        origin = math.asinh(along / scale)
        for sign in (1.0, -1.0):
            rapidity = origin + sign * math.acosh(reach)
            if rapidity <= 0.0:
                continue
            lab = flight.mass * math.sinh(rapidity)
            factor = along * lab / (flight.frames.gamma + 1.0) - flight.mass * math.cosh(rapidity)
            x = 0.0
            y = 0.0
            z = 0.0
            for i in range(3):
                component = lab * corners[k, i] + factor * flight.frames.boost[i]
                x += flight.frames.axes[0, i] * component
                y += flight.frames.axes[1, i] * component
                z += flight.frames.axes[2, i] * component
            cuts[count] = math.atan2(math.sqrt(x * x + y * y), z)
            count += 1
    for e in range(len(levels)):
        if abs(levels[e]) >= 1.0:
            continue
        tilt = math.atan2(math.sqrt(axes[e, 0] ** 2 + axes[e, 1] ** 2), axes[e, 2])
        azimuth = math.atan2(axes[e, 1], axes[e, 0])
        opening = math.acos(levels[e])
        for theta in (tilt - opening, tilt + opening):
            folded = abs(theta)
            folded = min(folded, 2.0 * math.pi - folded)
            phi = azimuth if 0.0 <= theta <= math.pi else azimuth + math.pi
            _to_laboratory(flight, momentum, energy, math.cos(folded), math.sin(folded), phi, ray)
            if on_arc(ray, inward[e]):
                cuts[count] = folded
                count += 1
    # Between the two ridges a panel is mapped about the nearer one: cut where that changes.
    for end in (0.0, math.pi, ridge, math.pi - ridge, 0.5 * math.pi):
        cuts[count] = end
        count += 1
    return np.sort(cuts[:count])


@njit(error_model="numpy")
def _slice(x, flight, face, nodes):  # type: ignore[no-untyped-def]
    """Probability per unit cosine of the decay angle to cross the face."""
    shape = flight.constants.shape
    sin_x = math.sqrt((1.0 - x) * (1.0 + x))
    along = shape.gamma_a * (shape.p_star * x + shape.beta_a * shape.e_star)
    across = shape.p_star * sin_x
    momentum = math.sqrt(along * along + across * across)
    energy = shape.gamma_a * (shape.e_star + shape.beta_a * shape.p_star * x)
    if momentum == 0.0:
        return 0.0
    cos_a = along / momentum
    sin_a = across / momentum
    ridge = math.atan2(across, along)
    width = math.sqrt(shape.gap * (1.0 + shape.beta_bottom))

    normals = face[4]
    circles = (np.empty((len(normals), 3)), np.empty(len(normals)))
    _circles(flight, momentum, energy, normals, circles[0], circles[1])
    cuts = _cuts(flight, momentum, energy, face, circles, ridge)
    total = 0.0
    for panel in range(len(cuts) - 1):
        low = cuts[panel]
        high = cuts[panel + 1]
        middle = 0.5 * (low + high)
        if high - low < 1e-13 or _covered(flight, momentum, energy, middle, face, circles) == 0.0:
            continue
        centre = ridge if abs(middle - ridge) < abs(middle - math.pi + ridge) else math.pi - ridge
        start = math.asinh((low - centre) / width)
        stop = math.asinh((high - centre) / width)
        for k in range(nodes.shape[1]):
            s = start + (stop - start) * nodes[0, k]
            theta = centre + width * math.sinh(s)
            sin_t = math.sin(theta)
            weight = (stop - start) * nodes[1, k] * width * math.cosh(s) * sin_t
            arc = _covered(flight, momentum, energy, theta, face, circles)
            if arc > 0.0:
                total += (
                    weight
                    * arc
                    * averaged_tensor(shape, x, sin_x, cos_a, sin_a, math.cos(theta), sin_t)
                )
    return total


def has_slices(volume: Volume, flight: Flight) -> TypeGuard[Box]:
    """Whether slices serve: they need an A' that was radiated, and the front face of a box."""
    return isinstance(flight, RadiativeFlight) and isinstance(volume, Box)


def sliced_face_probability(flight: Flight, box: Box, rtol: float) -> tuple[float, float]:
    """Probability per produced excited state to cross the front face, and its error estimate.

    Parameters
    ----------
    flight
        One for which `has_slices` holds.
    box
        The detector.
    rtol
        Relative accuracy of the adaptive outer integral.
    """
    corners = np.ascontiguousarray(box.corner_directions[::2])
    normals, inward = arcs_between(corners, FRONT_EDGE_ROWS)
    face = (box.position, box.size, box.axes, corners, normals, inward)
    nodes: FloatArray = sine_squared(NODES)
    value, error, *_ = quad(
        _slice, -1.0, 1.0, args=(flight, face, nodes), epsabs=0.0, epsrel=rtol, limit=400,
        full_output=1,
    )  # fmt: skip
    return float(value), float(error)
