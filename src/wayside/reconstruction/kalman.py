"""Kalman filter of one projection of a track through plates and base-tracks.

Along and across the projected direction of a track, position and slope are two independent
pairs. Each step between base-tracks adds the scattering of the plates in between; each base-track
adds a position and a slope with their errors (derived in docs/theory).

Few angles in a hundred are large, from one collision with a nucleus; taken for normal ones they
would say that the momentum is up to a tenth lower than it is. So the scattering of a step is a
mixture of two normal distributions; after each step what an innovation makes of it is taken as one.
"""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.reconstruction.material import Tail
from wayside.typing import FloatArray


class Projection(NamedTuple):
    """What base-tracks measure of a track in one plane, each array of shape (n,)."""

    value: FloatArray
    """Positions in mm."""
    slope: FloatArray
    """Slopes."""
    variance: FloatArray
    """Variances of the positions in mm^2."""
    covariance: FloatArray
    """Covariances of position and slope in mm."""
    slope_variance: FloatArray
    """Variances of the slopes."""
    stretch: FloatArray
    """Factor that projects the scattering of each step onto this plane; the last is not used."""


class Scatter(NamedTuple):
    """Scattering in the steps behind each base-track: moments of depth, of shape (n,)."""

    theta2: FloatArray
    """Sums over slabs of theta^2, the variance of the projected angle."""
    lever: FloatArray
    """Sums of theta^2 D in mm, D being the depth behind the step's first sheet."""
    lever2: FloatArray
    """Sums of theta^2 (D^2 + spread^2) in mm^2."""


class State(NamedTuple):
    """Position and slope of a track in one plane, where it was filtered to."""

    value: float
    """Position in mm."""
    slope: float
    """Slope."""
    variance: float
    """Variance of the position in mm^2."""
    covariance: float
    """Covariance of position and slope in mm."""
    slope_variance: float
    """Variance of the slope."""
    shared_variance: float
    """Part of the variance of the position that tracks nearby have in common."""
    shared_covariance: float
    """Part of the covariance that tracks nearby have in common."""
    shared_slope_variance: float
    """Part of the variance of the slope that tracks nearby have in common."""


@njit(nogil=True, inline="always")
def _chi2_and_determinant(
    saa: float, sab: float, sbb: float, ra: float, rb: float
) -> tuple[float, float]:
    """Chi-squared of an innovation (ra, rb) of this covariance, and its determinant."""
    det = saa * sbb - sab * sab
    return (ra * ra * sbb - 2.0 * ra * rb * sab + rb * rb * saa) / det, det


@njit(nogil=True)
def filter_line(
    line: Projection,
    depth: FloatArray,
    scatter: Scatter,
    tail: Tail,
    shared: float,
    backward: bool,
) -> tuple[float, float, State]:
    """Filter one projection from one end to the other.

    Parameters
    ----------
    line
        What base-tracks measure.
    depth
        Depths of the base-tracks in mm, shape (n,).
    scatter
        Scattering of the steps between them.
    tail
        The wide one of the two normal distributions of scattering angles.
    shared
        Variance of the positions that tracks nearby have in common, which is part of the line's
        variances: the alignment of the sheets, in mm^2.
    backward
        Whether to go from the last base-track to the first.

    Returns
    -------
    chi2 : float
        Chi-squared of the innovations, 2 n - 2 degrees of freedom.
    rest : float
        What chi-squared lacks to -2 ln L: without a tail, the sum of the logarithms of the
        determinants of the innovations' covariances.
    state : State
        Position and slope at the end, with their errors.
    """
    # Taken out of their tuples once: inside of the loop each access would count references.
    value, slope, variance, covariance, slope_variance, stretch = line
    theta2, lever, lever2 = scatter
    n = len(value)
    i = n - 1 if backward else 0
    a, b = value[i], slope[i]
    paa, pab, pbb = variance[i], covariance[i], slope_variance[i]
    caa, cab, cbb = shared, 0.0, 0.0
    chi2 = logs = 0.0
    for _ in range(n - 1):
        j = i - 1 if backward else i + 1
        k = j if backward else i
        dz = depth[j] - depth[i]
        q0, q1, q2 = theta2[k], lever[k], lever2[k]
        if not backward:
            # Moments about where the step ends.
            q2 = q2 - 2.0 * dz * q1 + dz * dz * q0
            q1 = dz * q0 - q1
        else:
            q1 = -q1
        f = stretch[k]
        maa, mab, mbb = variance[j], covariance[j], slope_variance[j]
        a += dz * b
        paa += 2.0 * dz * pab + dz * dz * pbb
        pab += dz * pbb
        ra, rb = value[j] - a, slope[j] - b
        if tail.fraction > 0.0:
            first, det = _chi2_and_determinant(
                paa + f * q2 + maa, pab + f * q1 + mab, pbb + f * q0 + mbb, ra, rb
            )
            g = f * tail.width2
            second, wide = _chi2_and_determinant(
                paa + g * q2 + maa, pab + g * q1 + mab, pbb + g * q0 + mbb, ra, rb
            )
            # How likely this was a large angle, and the variance that goes with it.
            odds = np.log(tail.fraction / (1.0 - tail.fraction))
            odds += 0.5 * (np.log(det / wide) + first - second)
            logs += first + np.log(det) - 2.0 * np.log1p(-tail.fraction)
            if odds > 30.0:
                logs -= 2.0 * odds
                f *= tail.width2
            else:
                odds = np.exp(odds)
                logs -= 2.0 * np.log1p(odds)
                f *= 1.0 + odds / (1.0 + odds) * (tail.width2 - 1.0)
        paa += f * q2
        pab += f * q1
        pbb += f * q0
        saa, sab, sbb = paa + maa, pab + mab, pbb + mbb
        det = saa * sbb - sab * sab
        ia, ib, ic = sbb / det, -sab / det, saa / det
        distance2 = ra * ra * ia + 2.0 * ra * rb * ib + rb * rb * ic
        chi2 += distance2
        logs += -distance2 if tail.fraction > 0.0 else np.log(det)
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
    return chi2, logs, State(a, b, paa, pab, pbb, caa, cab, cbb)
