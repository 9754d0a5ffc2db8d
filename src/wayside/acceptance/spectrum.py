"""Quadrature over the rapidity of the excited state along one direction of the laboratory.

The density peaks where the excited state can come from an A' along a beam: at two rapidities per
beam, with a width of order m_e/sqrt(s), which merge at the caustic. In the complex plane these are
points known in closed form, so the range is cut there and mapped by a hyperbolic sine that turns
each peak into a plateau; Gauss-Legendre nodes then converge geometrically.
"""

import cmath
import math

import numba
import numpy as np

from wayside.production.density import averaged_tensor


@numba.njit(cache=True, error_model="numpy")
def rapidity_offset(velocity, direction):  # type: ignore[no-untyped-def]
    """Scale and origin of the energy in a moving frame along a direction of the laboratory.

    ``energy = mass scale cosh(eta - origin)`` in the frame of four-velocity ``velocity`` (3,).
    """
    along = 0.0
    across2 = 0.0
    for i in range(3):
        j = (i + 1) % 3
        k = (i + 2) % 3
        along += velocity[i] * direction[i]
        across2 += (velocity[j] * direction[k] - velocity[k] * direction[j]) ** 2
    scale = math.sqrt(1.0 + across2)
    return scale, math.asinh(along / scale)


@numba.njit(cache=True, error_model="numpy")
def line_of_sight(flight, direction):  # type: ignore[no-untyped-def]
    """Direction along the axes of the centre of mass, and its product with the boost."""
    x = 0.0
    y = 0.0
    z = 0.0
    along = 0.0
    for i in range(3):
        x += flight.frame[0, i] * direction[i]
        y += flight.frame[1, i] * direction[i]
        z += flight.frame[2, i] * direction[i]
        along += flight.boost[i] * direction[i]
    return x, y, z, along


@numba.njit(cache=True, error_model="numpy")
def _in_centre_of_mass(boost_gamma, boost_cm, sight, momentum, energy):  # type: ignore[no-untyped-def]
    """Energy, transverse and longitudinal momentum in the centre of mass."""
    along = sight[3]
    factor = along * momentum / (boost_gamma + 1.0) - energy
    px = momentum * sight[0] + factor * boost_cm[0]
    py = momentum * sight[1] + factor * boost_cm[1]
    pz = momentum * sight[2] + factor * boost_cm[2]
    return boost_gamma * energy - along * momentum, math.sqrt(px * px + py * py), pz


@numba.njit(cache=True, error_model="numpy")
def rapidity_density(shape, boost_gamma, boost_cm, sight, momentum, energy):  # type: ignore[no-untyped-def]
    """Probability per steradian and unit rapidity in the laboratory, per produced excited state."""
    energy_cm, transverse, pz = _in_centre_of_mass(boost_gamma, boost_cm, sight, momentum, energy)
    p_cm = math.sqrt(transverse * transverse + pz * pz)
    x = (energy_cm / shape.gamma_a - shape.e_star) / (shape.beta_a * shape.p_star)
    x = min(1.0, max(-1.0, x))
    sin_x = math.sqrt((1.0 - x) * (1.0 + x))
    along_a = shape.gamma_a * (shape.p_star * x + shape.beta_a * shape.e_star)
    across_a = shape.p_star * sin_x
    p_a = math.sqrt(along_a * along_a + across_a * across_a)
    if p_cm == 0.0 or p_a == 0.0:
        return 0.0
    value = averaged_tensor(
        shape, x, sin_x, along_a / p_a, across_a / p_a, pz / p_cm, transverse / p_cm
    )
    # d^3p/E is invariant: dOmega dx becomes p^2 d(eta) dOmega over the momenta below.
    return value * momentum * momentum / (shape.gamma_a * shape.beta_a * shape.p_star * p_cm)


@numba.njit(cache=True, error_model="numpy")
def line_density(flight, sight, rapidity, slope):  # type: ignore[no-untyped-def]
    """Probability per steradian of a line in energy; ``slope`` is d(energy)/d(rapidity) there."""
    momentum = flight.mass * math.sinh(rapidity)
    energy = flight.mass * math.cosh(rapidity)
    _, transverse, _ = _in_centre_of_mass(
        flight.boost_gamma, flight.boost_cm, sight, momentum, energy
    )
    p_cm = flight.direct.momentum
    value = flight.direct.isotropic + flight.direct.polarised * (transverse / p_cm) ** 2
    return value * momentum * momentum / (p_cm * slope)


@numba.njit(cache=True, error_model="numpy")
def _ridge_points(flight, direction, sight, centres, widths):  # type: ignore[no-untyped-def]
    """Near-singular rapidities along a direction: real parts and distances from the real axis."""
    count = 0
    shape = flight.radiative
    for side in range(2):
        scale, origin = rapidity_offset(flight.ridges[side], direction)
        scale *= flight.mass
        reach = shape.e_star / scale
        spread = math.acosh(reach) if reach > 1.0 else 0.0
        for branch in range(2):
            sign = 1.0 - 2.0 * branch
            if branch == 1 and spread == 0.0:
                break
            rapidity = origin + sign * spread
            if rapidity <= 0.0:
                continue
            # Transverse momentum in the centre of mass sets the width of the ridge.
            _, transverse, _ = _in_centre_of_mass(
                flight.boost_gamma,
                flight.boost_cm,
                sight,
                flight.mass * math.sinh(rapidity),
                flight.mass * math.cosh(rapidity),
            )
            width = flight.ridge_width * transverse
            point = cmath.acosh((shape.e_star + 1j * width) / scale)
            centres[count] = origin + sign * point.real
            widths[count] = max(abs(point.imag), 1e-14)
            count += 1
            if spread == 0.0 and origin - point.real > 0.0:
                centres[count] = origin - point.real
                widths[count] = widths[count - 1]
                count += 1
    # Sorted by position; four at the most.
    for i in range(1, count):
        for j in range(i, 0, -1):
            if centres[j] < centres[j - 1]:
                centres[j], centres[j - 1] = centres[j - 1], centres[j]
                widths[j], widths[j - 1] = widths[j - 1], widths[j]
    return count


MAX_SEGMENTS = 32
"""Segments a direction can need: two ranges, up to eight ridge points, two sides each."""


@numba.njit(cache=True, error_model="numpy")
def _segment(low, high, centre, width, out, count):  # type: ignore[no-untyped-def]
    """One segment, mapped about ``centre`` if ``width`` is positive."""
    if not high > low:
        return count
    if width > 0.0:
        low = math.asinh((low - centre) / width)
        high = math.asinh((high - centre) / width)
    out[0, count] = low
    out[1, count] = high
    out[2, count] = centre
    out[3, count] = width
    return count + 1


@numba.njit(cache=True, error_model="numpy")
def _interval(low, high, centres, widths, n_ridges, out, count):  # type: ignore[no-untyped-def]
    """Segments of one allowed range of rapidity, cut around the ridges that matter there."""
    low = max(low, 0.0)
    if not high > low:
        return count
    used = 0
    # A ridge further away than the range is long leaves the integrand smooth.
    margin = high - low
    first = -1
    for k in range(n_ridges):
        if centres[k] > low - margin and centres[k] < high + margin and widths[k] < 4.0 * margin:
            if first < 0:
                first = k
            used += 1
    if used == 0:
        return _segment(low, high, 0.0, 0.0, out, count)
    left = low
    for k in range(first, n_ridges):
        if not (
            centres[k] > low - margin and centres[k] < high + margin and widths[k] < 4.0 * margin
        ):
            continue
        right = high
        for l in range(k + 1, n_ridges):
            if centres[l] < high + margin and widths[l] < 4.0 * margin:
                right = min(high, max(low, 0.5 * (centres[k] + centres[l])))
                break
        cut = min(right, max(left, centres[k]))
        count = _segment(left, cut, centres[k], widths[k], out, count)
        count = _segment(cut, right, centres[k], widths[k], out, count)
        left = right
    return count


@numba.njit(cache=True, error_model="numpy")
def segments(flight, direction, sight, out):  # type: ignore[no-untyped-def]
    """Segments of rapidity on which the density of a flight on shell is smooth.

    Parameters
    ----------
    flight : wayside.production.flight.Flight
    direction
        Unit vector in the laboratory, shape (3,).
    sight
        From `line_of_sight`.
    out
        Room for low and high end, centre and width of the map, shape (4, MAX_SEGMENTS). Where the
        width is positive the ends are in s, and the rapidity is ``centre + width sinh(s)``.

    Returns
    -------
    count
        How many columns of ``out`` were filled.
    """
    scale, origin = rapidity_offset(flight.boost, direction)
    scale *= flight.mass
    if flight.energy_high <= scale:
        return 0
    centres = np.empty(8)
    widths = np.empty(8)
    n_ridges = _ridge_points(flight, direction, sight, centres, widths)
    outer = math.acosh(flight.energy_high / scale)
    if flight.energy_low > scale:
        inner = math.acosh(flight.energy_low / scale)
        count = _interval(origin - outer, origin - inner, centres, widths, n_ridges, out, 0)
        return _interval(origin + inner, origin + outer, centres, widths, n_ridges, out, count)
    return _interval(origin - outer, origin + outer, centres, widths, n_ridges, out, 0)


@numba.njit(cache=True, error_model="numpy")
def _fill(flight, sight, segment, gauss, out, count):  # type: ignore[no-untyped-def]
    """Nodes on one segment."""
    shape = flight.radiative
    boost_gamma = flight.boost_gamma
    boost_cm = flight.boost_cm
    mass = flight.mass
    start = segment[0]
    centre = segment[2]
    width = segment[3]
    half = 0.5 * (segment[1] - start)
    for i in range(gauss.shape[1]):
        s = start + half * (1.0 + gauss[0, i])
        weight = half * gauss[1, i]
        rapidity = s
        if width > 0.0:
            grow = math.exp(s)
            rapidity = centre + 0.5 * width * (grow - 1.0 / grow)
            weight *= 0.5 * width * (grow + 1.0 / grow)
        grow = math.exp(rapidity)
        momentum = 0.5 * mass * (grow - 1.0 / grow)
        energy = 0.5 * mass * (grow + 1.0 / grow)
        out[0, count] = rapidity
        out[1, count] = weight * rapidity_density(
            shape, boost_gamma, boost_cm, sight, momentum, energy
        )
        out[2, count] = math.log(momentum / mass)
        count += 1
    return count


@numba.njit(cache=True, error_model="numpy")
def line_rapidities(flight, direction, sight, out):  # type: ignore[no-untyped-def]
    """Rapidities off shell along a direction, at most two, and their densities, as `spectrum`."""
    scale, origin = rapidity_offset(flight.boost, direction)
    scale *= flight.mass
    reach = flight.energy_high / scale
    if reach <= 1.0:
        return 0
    spread = math.acosh(reach)
    count = 0
    for sign in (1.0, -1.0):
        rapidity = origin + sign * spread
        if rapidity > 0.0:
            out[0, count] = rapidity
            slope = scale * math.sqrt((reach - 1.0) * (reach + 1.0))
            out[1, count] = line_density(flight, sight, rapidity, slope)
            out[2, count] = math.log(math.sinh(rapidity))
            count += 1
    return count


@numba.njit(cache=True, error_model="numpy")
def spectrum(flight, direction, gauss, out):  # type: ignore[no-untyped-def]
    """Rapidities and weights whose sum integrates over the flight along one direction.

    Parameters
    ----------
    flight : wayside.production.flight.Flight
    direction
        Unit vector in the laboratory, shape (3,).
    gauss
        Gauss-Legendre nodes and weights on [-1, 1], shape (2, n).
    out
        Room for rapidities, weights (per steradian) and logarithms of gamma beta,
        shape (3, MAX_SEGMENTS n).

    Returns
    -------
    count
        How many columns of ``out`` were filled.
    """
    sight = line_of_sight(flight, direction)
    if not flight.on_shell:
        return line_rapidities(flight, direction, sight, out)
    parts = np.empty((4, MAX_SEGMENTS))
    found = segments(flight, direction, sight, parts)
    count = 0
    for k in range(found):
        count = _fill(flight, sight, parts[:, k], gauss, out, count)
    return count
