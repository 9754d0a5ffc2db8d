"""Kalman filter through plates, and the momentum that makes its innovations most likely.

Along and across the projected direction of a track, position and slope are two independent
pairs. Each step between base-tracks adds the scattering of the plates in between at the momentum
the particle still has there; each base-track adds a position and a slope with their errors. The
likelihood of a momentum is that of all innovations, so positions, slopes and energy loss enter
with their weights (derived in docs/theory).

Few angles in a hundred are large, from one collision with a nucleus; taken for normal ones they
would say that the momentum is up to a tenth lower than it is. So the scattering of a step is a
mixture of two normal distributions; after each step what an innovation makes of it is taken as one.
"""

import numba
import numpy as np

from wayside.reconstruction.material import after, highland
from wayside.typing import FloatArray, IntArray

IMPOSSIBLE = 1e12
"""-2 ln L of a momentum that does not suffice to reach the last base-track."""

LOWEST, HIGHEST = np.log(1.0), np.log(3e5)
"""Natural logarithms of the momenta in MeV between which a fit looks."""


@numba.njit(cache=True, nogil=True)
def noise(
    p: float,
    mass: float,
    radiates: bool,
    sheet: IntArray,
    slope2: FloatArray,
    z: FloatArray,
    plate: FloatArray,
    gap: FloatArray,
    material: FloatArray,
    out: FloatArray,
) -> float:
    """Scattering between the base-tracks of one track.

    Parameters
    ----------
    p, mass, radiates
        Momentum at the first base-track and mass in MeV; whether it is an electron.
    sheet, slope2
        Sheets of the base-tracks, and squared slopes in each step.
    z, plate, gap
        Depths in mm of sheets, of the middles of the plates before them, and of the gas detectors
        before these, nan where there is none.
    material
        From `wayside.reconstruction.material.Layer.numbers`.
    out
        Filled for each step with the sums over plates of theta^2, theta^2 D and
        theta^2 (D^2 + spread^2), D being the depth behind the step's first sheet.

    Returns
    -------
    float
        Momentum in MeV at the last base-track, zero if the particle does not get there.
    """
    layer2, gap2 = material[10], material[6] ** 2
    for k in range(len(sheet) - 1):
        secant = np.sqrt(1.0 + slope2[k])
        out[k, 0] = out[k, 1] = out[k, 2] = 0.0
        for s in range(sheet[k] + 1, sheet[k + 1] + 1):
            if material[3] > 0.0 and not np.isnan(gap[s]):
                lever = gap[s] - z[sheet[k]]
                p = _slab(p, mass, radiates, secant, material[3], material[4], lever, gap2, out[k])
                if p <= 0.0:
                    return 0.0
            lever = plate[s] - z[sheet[k]]
            p = _slab(p, mass, radiates, secant, material[1], material[2], lever, layer2, out[k])
            if p <= 0.0:
                return 0.0
        out[k] *= material[7] ** 2
    return p


@numba.njit(cache=True, nogil=True)
def _slab(
    p: float,
    mass: float,
    radiates: bool,
    secant: float,
    radiation_lengths: float,
    g_cm2: float,
    lever: float,
    spread2: float,
    out: FloatArray,
) -> float:
    """Add a slab's scattering at the momentum half-way; the momentum behind it, zero if none."""
    left = after(p, mass, g_cm2 * secant, radiation_lengths * secant, radiates)
    if left <= 0.0:
        return 0.0
    mean = 0.5 * (p + left)
    beta = mean / np.sqrt(mean * mean + mass * mass)
    theta2 = (highland(radiation_lengths * secant, mean, beta) * secant) ** 2
    out[0] += theta2
    out[1] += theta2 * lever
    out[2] += theta2 * (lever * lever + spread2)
    return left


@numba.njit(cache=True, nogil=True, inline="always")
def _surprise(
    paa: float,
    pab: float,
    pbb: float,
    f: float,
    q0: float,
    q1: float,
    q2: float,
    ra: float,
    rb: float,
    errors: FloatArray,
) -> tuple[float, float]:
    """Chi-squared of an innovation with so much scattering, and its determinant."""
    saa, sab, sbb = paa + f * q2 + errors[0], pab + f * q1 + errors[1], pbb + f * q0 + errors[2]
    det = saa * sbb - sab * sab
    return (ra * ra * sbb - 2.0 * ra * rb * sab + rb * rb * saa) / det, det


@numba.njit(cache=True, nogil=True)
def filter_line(
    value: FloatArray,
    slope: FloatArray,
    errors: FloatArray,
    depth: FloatArray,
    scatter: FloatArray,
    stretch: FloatArray,
    backward: bool,
    shared: float,
    tail: float,
    width2: float,
    state: FloatArray,
) -> tuple[float, float]:
    """Filter one projection from one end to the other.

    Parameters
    ----------
    value, slope
        Measured positions in mm and slopes.
    errors
        Of each: variance of the position, covariance, variance of the slope.
    depth
        Depths in mm.
    scatter, stretch
        From `noise`, and the factor that projects it onto this plane, for each step.
    backward
        From the last to the first.
    shared
        Variance of the positions that all tracks of a neighbourhood share, which is part of
        ``errors``: the alignment of the sheets.
    tail, width2
        Share of the angles that are large, and how much larger their variance is.
    state
        Filled with position, slope and the three elements of their covariance at the end, and the
        part of that covariance which is shared.

    Returns
    -------
    tuple of float
        Chi-squared of the innovations (2 n - 2 degrees of freedom), and what it lacks to -2 ln L:
        without a tail, the sum of the logarithms of their determinants.
    """
    n = len(value)
    i = n - 1 if backward else 0
    a, b = value[i], slope[i]
    paa, pab, pbb = errors[i, 0], errors[i, 1], errors[i, 2]
    caa, cab, cbb = shared, 0.0, 0.0
    chi2 = logs = 0.0
    for _ in range(n - 1):
        j = i - 1 if backward else i + 1
        k = j if backward else i
        dz = depth[j] - depth[i]
        q0, q1, q2 = scatter[k, 0], scatter[k, 1], scatter[k, 2]
        if not backward:
            # Moments about where the step ends.
            q2 = q2 - 2.0 * dz * q1 + dz * dz * q0
            q1 = dz * q0 - q1
        else:
            q1 = -q1
        f = stretch[k]
        a += dz * b
        paa += 2.0 * dz * pab + dz * dz * pbb
        pab += dz * pbb
        ra, rb = value[j] - a, slope[j] - b
        if tail > 0.0:
            first, det = _surprise(paa, pab, pbb, f, q0, q1, q2, ra, rb, errors[j])
            second, wide = _surprise(paa, pab, pbb, f * width2, q0, q1, q2, ra, rb, errors[j])
            # How likely this was a large angle, and the variance that goes with it.
            odds = np.log(tail / (1.0 - tail)) + 0.5 * (np.log(det / wide) + first - second)
            logs += first + np.log(det) - 2.0 * np.log1p(-tail)
            if odds > 30.0:
                logs -= 2.0 * odds
                f *= width2
            else:
                odds = np.exp(odds)
                logs -= 2.0 * np.log1p(odds)
                f *= 1.0 + odds / (1.0 + odds) * (width2 - 1.0)
        paa += f * q2
        pab += f * q1
        pbb += f * q0
        saa, sab, sbb = paa + errors[j, 0], pab + errors[j, 1], pbb + errors[j, 2]
        det = saa * sbb - sab * sab
        ia, ib, ic = sbb / det, -sab / det, saa / det
        own = ra * ra * ia + 2.0 * ra * rb * ib + rb * rb * ic
        chi2 += own
        logs += -own if tail > 0.0 else np.log(det)
        kaa, kab = paa * ia + pab * ib, paa * ib + pab * ic
        kba, kbb = pab * ia + pbb * ib, pab * ib + pbb * ic
        a += kaa * ra + kab * rb
        b += kba * ra + kbb * rb
        naa = paa - kaa * paa - kab * pab
        nab = pab - kaa * pab - kab * pbb
        nbb = pbb - kba * pab - kbb * pbb
        paa, pab, pbb = naa, nab, nbb
        if shared > 0.0:
            # The same gains act on what is shared.
            caa += 2.0 * dz * cab + dz * dz * cbb
            cab += dz * cbb
            la, lb = 1.0 - kaa, 1.0 - kbb
            caa, cab, cbb = (
                la * la * caa - 2.0 * la * kab * cab + kab * kab * cbb + shared * kaa * kaa,
                -la * kba * caa + (la * lb + kab * kba) * cab - kab * lb * cbb + shared * kaa * kba,
                kba * kba * caa - 2.0 * kba * lb * cab + lb * lb * cbb + shared * kba * kba,
            )
        i = j
    state[0], state[1], state[2], state[3], state[4] = a, b, paa, pab, pbb
    state[5], state[6], state[7] = caa, cab, cbb
    return chi2, logs


@numba.njit(cache=True, nogil=True)
def minus_two_log_likelihood(
    log_p: float,
    mass: float,
    radiates: bool,
    sheet: IntArray,
    lines: FloatArray,
    errors: FloatArray,
    depth: FloatArray,
    slope2: FloatArray,
    stretch: FloatArray,
    material: FloatArray,
    z: FloatArray,
    plate: FloatArray,
    gap: FloatArray,
    scatter: FloatArray,
    state: FloatArray,
) -> tuple[float, float]:
    """-2 ln L of a momentum up to a constant, and chi-squared (4 n - 4 degrees of freedom)."""
    end = noise(np.exp(log_p), mass, radiates, sheet, slope2, z, plate, gap, material, scatter)
    if end <= 0.0:
        return IMPOSSIBLE * (1.0 + HIGHEST - log_p), IMPOSSIBLE
    chi2 = logs = 0.0
    for plane in range(2):
        c, l = filter_line(
            lines[2 * plane], lines[2 * plane + 1], errors[plane], depth, scatter, stretch[plane],
            False, 0.0, material[8], material[9], state,
        )  # fmt: skip
        chi2 += c
        logs += l
    return chi2 + logs, chi2


@numba.njit(cache=True, nogil=True)
def most_likely(
    guess: float,
    mass: float,
    radiates: bool,
    sheet: IntArray,
    lines: FloatArray,
    errors: FloatArray,
    depth: FloatArray,
    slope2: FloatArray,
    stretch: FloatArray,
    material: FloatArray,
    z: FloatArray,
    plate: FloatArray,
    gap: FloatArray,
    scatter: FloatArray,
    state: FloatArray,
) -> tuple[float, float, float]:
    """Logarithm of the most likely momentum, its error, and -2 ln L there.

    Steps of 0.7 from a guess lead downhill, golden sections narrow the dip to 0.03, a parabola
    over +-0.1 gives its place and the error. The likelihood has one hump.
    """
    step = 0.7
    best_u = min(max(guess, LOWEST + step), HIGHEST - step)
    best = minus_two_log_likelihood(
        best_u, mass, radiates, sheet, lines, errors, depth, slope2, stretch, material, z, plate,
        gap, scatter, state,
    )[0]  # fmt: skip
    for way in (1.0, -1.0):
        u = best_u + way * step
        moved = False
        while LOWEST <= u <= HIGHEST:
            value = minus_two_log_likelihood(
                u, mass, radiates, sheet, lines, errors, depth, slope2, stretch, material, z,
                plate, gap, scatter, state,
            )[0]  # fmt: skip
            if value >= best:
                break
            best_u, best, moved = u, value, True
            u += way * step
        if moved:
            break
    low, high = best_u - step, best_u + step
    golden = 0.6180339887498949
    one, two = high - golden * (high - low), low + golden * (high - low)
    f1 = minus_two_log_likelihood(
        one, mass, radiates, sheet, lines, errors, depth, slope2, stretch, material, z, plate,
        gap, scatter, state,
    )[0]  # fmt: skip
    f2 = minus_two_log_likelihood(
        two, mass, radiates, sheet, lines, errors, depth, slope2, stretch, material, z, plate,
        gap, scatter, state,
    )[0]  # fmt: skip
    while high - low > 0.03:
        if f1 < f2:
            high, two, f2 = two, one, f1
            one = high - golden * (high - low)
            f1 = minus_two_log_likelihood(
                one, mass, radiates, sheet, lines, errors, depth, slope2, stretch, material, z,
                plate, gap, scatter, state,
            )[0]  # fmt: skip
        else:
            low, one, f1 = one, two, f2
            two = low + golden * (high - low)
            f2 = minus_two_log_likelihood(
                two, mass, radiates, sheet, lines, errors, depth, slope2, stretch, material, z,
                plate, gap, scatter, state,
            )[0]  # fmt: skip
    u, best = (one, f1) if f1 < f2 else (two, f2)
    width = 0.1
    up = minus_two_log_likelihood(
        u + width, mass, radiates, sheet, lines, errors, depth, slope2, stretch, material, z,
        plate, gap, scatter, state,
    )[0]  # fmt: skip
    down = minus_two_log_likelihood(
        u - width, mass, radiates, sheet, lines, errors, depth, slope2, stretch, material, z,
        plate, gap, scatter, state,
    )[0]  # fmt: skip
    curvature = (up + down - 2.0 * best) / width**2
    if down < IMPOSSIBLE and curvature > 0.02:
        u += min(max(0.5 * (down - up) / (width * curvature), -0.03), 0.03)
    # A momentum that just suffices has a cliff below: then the rise on the other side is taken.
    if down >= IMPOSSIBLE:
        curvature = 2.0 * (up - best) / width**2
    error = np.sqrt(2.0 / curvature) if curvature > 0.02 else 10.0
    return u, error, best
