"""Segments of rapidity along one direction of the laboratory, on shell.

The density peaks where the excited state can come from an A' along a beam: at two rapidities per
beam, with a width of order m_e/sqrt(s), which merge at the caustic. In the complex plane these are
points known in closed form, so the range is cut there and mapped by a hyperbolic sine that turns
each peak into a plateau; Gauss-Legendre nodes then converge geometrically.
"""

import math

import numpy as np

from wayside.compiled import njit
from wayside.production.density import averaged_tensor
from wayside.production.frames import in_centre_of_mass, rapidity_offset


@njit(error_model="numpy", forceinline=True)
def rapidity_density(constants, sight, momentum, energy):  # type: ignore[no-untyped-def]
    """Probability per steradian and unit rapidity in the laboratory, per produced excited state."""
    shape = constants.shape
    energy_cm, transverse, pz = in_centre_of_mass(
        constants.gamma, constants.boost_cm, sight, momentum, energy
    )
    p_cm = math.sqrt(transverse * transverse + pz * pz)
    x = (energy_cm / shape.gamma_a - shape.e_star) / (shape.beta_a * shape.p_star)
    x = min(1.0, max(-1.0, x))
    sin_x = math.sqrt((1.0 - x) * (1.0 + x))
    along_a = shape.gamma_a * (shape.p_star * x + shape.beta_a * shape.e_star)
    across_a = shape.p_star * sin_x
    p_a = math.sqrt(along_a * along_a + across_a * across_a)
    # Selected without a branch, as several nodes are evaluated at once.
    over_a = 1.0 / p_a if p_a > 0.0 else 0.0
    over_cm = 1.0 / p_cm if p_cm > 0.0 else 0.0
    value = averaged_tensor(
        shape, x, sin_x, along_a * over_a, across_a * over_a, pz * over_cm, transverse * over_cm
    )
    # d^3p/E is invariant: dOmega dx becomes p^2 d(eta) dOmega over the momenta below.
    return value * momentum * momentum * over_cm / (shape.gamma_a * shape.beta_a * shape.p_star)


@njit(error_model="numpy", inline="always")
def _root_above(x, y):  # type: ignore[no-untyped-def]
    """Principal square root of x + iy, y >= 0: real and imaginary part."""
    larger = math.sqrt(0.5 * (abs(x) + math.sqrt(x * x + y * y)))
    if larger == 0.0:
        return 0.0, 0.0
    smaller = 0.5 * y / larger
    return (larger, smaller) if x >= 0.0 else (smaller, larger)


@njit(error_model="numpy", inline="always")
def _acosh_above(x, y):  # type: ignore[no-untyped-def]
    """Inverse hyperbolic cosine of x + iy, y >= 0: real and imaginary part.

    As W. Kahan has it, without what infinite arguments ask for.
    """
    a, b = _root_above(x - 1.0, y)
    c, d = _root_above(x + 1.0, y)
    return math.asinh(a * c + b * d), 2.0 * math.atan2(b, c)


@njit(error_model="numpy")
def _ridge_points(flight, direction, sight, centres, widths):  # type: ignore[no-untyped-def]
    """Near-singular rapidities along a direction: real parts and distances from the real axis."""
    count = 0
    shape = flight.constants.shape
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
            momentum = flight.mass * math.sinh(rapidity)
            energy = math.sqrt(momentum * momentum + flight.mass * flight.mass)
            _, transverse, _ = in_centre_of_mass(
                flight.frames.gamma, flight.frames.boost_cm, sight, momentum, energy
            )
            width = flight.ridge_width * transverse
            shift, height = _acosh_above(reach, width / scale)
            centres[count] = origin + sign * shift
            widths[count] = max(height, 1e-14)
            count += 1
            if spread == 0.0 and origin - shift > 0.0:
                centres[count] = origin - shift
                widths[count] = widths[count - 1]
                count += 1
    # Sorted by position; four at the most.
    for i in range(1, count):
        for j in range(i, 0, -1):
            if centres[j] < centres[j - 1]:
                centres[j], centres[j - 1] = centres[j - 1], centres[j]
                widths[j], widths[j - 1] = widths[j - 1], widths[j]
    return count


@njit(error_model="numpy")
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


@njit(error_model="numpy", inline="always")
def _is_near(low, high, centre, width):  # type: ignore[no-untyped-def]
    """Whether a ridge is no further away than a range is long, and not much wider than that."""
    margin = high - low
    return low - margin < centre < high + margin and width < 4.0 * margin


@njit(error_model="numpy")
def _matters(k, low, high, centres, widths, n_ridges):  # type: ignore[no-untyped-def]
    """Whether a range of rapidity has to be cut at a ridge.

    One that is not near leaves the integrand smooth. So does one that is wider than it is far from
    a narrower one, under the map about that: it lies a quarter of pi or more from the real axis
    there.
    """
    if not _is_near(low, high, centres[k], widths[k]):
        return False
    for other in range(n_ridges):
        narrower = widths[other] < widths[k] or (widths[other] == widths[k] and other < k)
        within = abs(centres[other] - centres[k]) <= widths[k]
        if narrower and within and _is_near(low, high, centres[other], widths[other]):
            return False
    return True


@njit(error_model="numpy")
def _interval(low, high, centres, widths, n_ridges, out, count):  # type: ignore[no-untyped-def]
    """Segments of one allowed range of rapidity, cut around the ridges that matter there."""
    low = max(low, 0.0)
    if not high > low:
        return count
    count_used = 0
    used = np.empty(len(centres), dtype=np.intp)
    for k in range(n_ridges):
        if _matters(k, low, high, centres, widths, n_ridges):
            used[count_used] = k
            count_used += 1
    if count_used == 0:
        return _segment(low, high, 0.0, 0.0, out, count)
    left = low
    for i in range(count_used):
        k = used[i]
        right = high
        if i + 1 < count_used:
            right = min(high, max(low, 0.5 * (centres[k] + centres[used[i + 1]])))
        cut = min(right, max(left, centres[k]))
        count = _segment(left, cut, centres[k], widths[k], out, count)
        count = _segment(cut, right, centres[k], widths[k], out, count)
        left = right
    return count


@njit(error_model="numpy")
def segments(flight, direction, sight, out):  # type: ignore[no-untyped-def]
    """Segments of rapidity on which the density of a radiative flight is smooth.

    Parameters
    ----------
    flight : wayside.production.radiative_flight.RadiativeFlight
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
    scale, origin = rapidity_offset(flight.frames.boost, direction)
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
