"""Least squares for the common point of two tracks."""

from typing import Any, Final, NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.material import Absorber, highland
from wayside.reconstruction.tracks import momentum_times_beta
from wayside.typing import FloatArray, StructuredArray

LINE: Final = np.dtype(
    [
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
        ("tx", np.float64),
        ("ty", np.float64),
        ("ux", np.float64),
        ("uy", np.float64),
        ("p_beta", np.float64),
        ("along_variance", np.float64),
        ("along_covariance", np.float64),
        ("along_slope_variance", np.float64),
        ("across_variance", np.float64),
        ("across_covariance", np.float64),
        ("across_slope_variance", np.float64),
        ("shared_variance", np.float64),
        ("shared_covariance", np.float64),
        ("shared_slope_variance", np.float64),
        ("first_sheet", np.int64),
    ]
)
"""A track where it begins, as the fit takes it.

The covariances ``along`` and ``across`` are without the ``shared`` part that comes from the
alignment of sheets: it moves both tracks of a vertex alike. ``p_beta`` is in MeV.
"""


class Fronts(NamedTuple):
    """Fronts in mm by number of the sheet, each of shape (sheets,)."""

    plate: FloatArray
    """Front of the plate before the sheet."""
    gap: FloatArray
    """Front of the gap before that plate; the same as the plate's where there is none."""


class PairFit(NamedTuple):
    """Common point of two tracks."""

    solved: bool
    """Whether there is one; if not, the other fields hold nothing."""
    x: float
    """Position in mm."""
    y: float
    """Position in mm."""
    z: float
    """Depth in mm."""
    sigma_x: float
    """Standard deviation of x in mm."""
    sigma_y: float
    """Standard deviation of y in mm."""
    sigma_z: float
    """Standard deviation of z in mm."""
    chi2: float
    """Chi-squared, one degree of freedom."""
    opening: float
    """Angle between the tracks in rad."""


NO_FIT: Final = PairFit(False, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Of two tracks without a common point."""


def lines_of(tracks: StructuredArray) -> StructuredArray:
    """Tracks as the fit takes them.

    Parameters
    ----------
    tracks
        Array of `wayside.reconstruction.records.TRACK`.

    Returns
    -------
    array of `LINE`
        One row a track.
    """
    lines = np.zeros(len(tracks), dtype=LINE)
    for name in ("x", "y", "z", "tx", "ty", "ux", "uy", "first_sheet"):
        lines[name] = tracks[name]
    lines["p_beta"] = momentum_times_beta(tracks)
    for k, element in enumerate(("variance", "covariance", "slope_variance")):
        shared = tracks["shared"][:, k]
        lines[f"shared_{element}"] = shared
        for plane in ("along", "across"):
            lines[f"{plane}_{element}"] = tracks[plane][:, k] - shared
    return lines


def fronts(sheets: Sheets, last: int) -> Fronts:
    """Fronts of the plates before sheets 0 to ``last``, and of the gaps before these.

    Parameters
    ----------
    sheets
        Depths in the stack.
    last
        Number of the last sheet.
    """
    number = np.arange(last + 1)
    plate = sheets.plate_front(number)
    behind_gap = (number > 0) & (number % sheets.layers == 0)
    return Fronts(plate, np.where(behind_gap, plate - sheets.gap, plate))


@njit(nogil=True, inline="always")
def _extrapolated(variance: float, covariance: float, slope_variance: float, dz: float) -> float:
    return variance + 2.0 * dz * covariance + dz * dz * slope_variance


@njit(nogil=True, inline="always")
def _slab_scatter(line: Any, z: float, front: float, back: float, lengths: float) -> float:
    """Variance at a depth from the part of a slab behind it, before projection."""
    thick = min(back - front, back - z)
    if thick <= 0.0 or lengths <= 0.0:
        return 0.0
    secant = np.sqrt(1.0 + (line.tx**2 + line.ty**2))
    crossed = max(lengths * secant * thick / (back - front), 1e-6)
    lever = back - 0.5 * thick - z
    theta = highland(crossed, line.p_beta, 1.0)
    return float(theta * theta * (lever * lever + thick * thick / 12.0))


@njit(nogil=True)
def _position_covariance(
    line: Any, z: float, layers: Fronts, absorber: Absorber
) -> tuple[float, float, float]:
    """Covariance (xx, xy, yy) of a track extrapolated to a depth, with all that is on the way."""
    dz = z - line.z
    secant2 = 1.0 + (line.tx**2 + line.ty**2)
    scatter = 0.0
    for k in range(line.first_sheet, -1, -1):
        front = layers.plate[k]
        back = front + absorber.plate
        if back <= z:
            break
        scatter += _slab_scatter(line, z, front, back, absorber.radiation_lengths)
        # The gas detector before the plate, as if it were spread evenly.
        scatter += _slab_scatter(line, z, layers.gap[k], front, absorber.gap_radiation_lengths)
    along = _extrapolated(line.along_variance, line.along_covariance, line.along_slope_variance, dz)
    across = _extrapolated(
        line.across_variance, line.across_covariance, line.across_slope_variance, dz
    )
    along += scatter * (secant2 * secant2)
    across += scatter * secant2
    ux, uy = line.ux, line.uy
    return (
        along * ux * ux + across * uy * uy,
        (along - across) * ux * uy,
        along * uy * uy + across * ux * ux,
    )


@njit(nogil=True)
def fit_pair(
    a: Any,
    b: Any,
    low: float,
    high: float,
    layers: Fronts,
    absorber: Absorber,
) -> PairFit:
    """Least squares for the common point of two lines: x, y, z from two positions in two planes.

    Parameters
    ----------
    a, b
        Rows of `LINE`.
    low, high
        Depths between which the point may be in mm; somewhat farther is fitted, too.
    layers, absorber
        Where plates and gaps are, and their material.

    Returns
    -------
    PairFit
        The point and its errors.
    """
    dtx, dty = a.tx - b.tx, a.ty - b.ty
    dt2 = dtx * dtx + dty * dty
    if dt2 <= 0.0:
        return NO_FIT
    ax, ay = a.x - a.z * a.tx, a.y - a.z * a.ty
    bx, by = b.x - b.z * b.tx, b.y - b.z * b.ty
    z = -((ax - bx) * dtx + (ay - by) * dty) / dt2
    # Most pairs pass each other far off; only the others are worth a fit.
    if z < low - 2.0 or z > high + 2.0:
        return NO_FIT
    if abs((ax - bx) * dty - (ay - by) * dtx) > 0.3 * np.sqrt(dt2):
        return NO_FIT
    matrix, vector = np.empty((3, 3)), np.empty(3)
    solution: FloatArray = np.zeros(3)
    inverse = np.zeros((3, 3))
    chi2 = 0.0
    for _ in range(3):
        matrix[:] = 0.0
        vector[:] = 0.0
        at = min(max(z, low - 1.0), high + 1.0)
        for line in (a, b):
            cxx, cxy, cyy = _position_covariance(line, at, layers, absorber)
            det = cxx * cyy - cxy * cxy
            wxx, wxy, wyy = cyy / det, -cxy / det, cxx / det
            tx, ty = line.tx, line.ty
            mx, my = line.x + (at - line.z) * tx, line.y + (at - line.z) * ty
            # The line at the vertex's depth: x - tx (z - at) = mx.
            matrix[0, 0] += wxx
            matrix[0, 1] += wxy
            matrix[1, 1] += wyy
            gx, gy = wxx * tx + wxy * ty, wxy * tx + wyy * ty
            matrix[0, 2] -= gx
            matrix[1, 2] -= gy
            matrix[2, 2] += gx * tx + gy * ty
            hx, hy = wxx * mx + wxy * my, wxy * mx + wyy * my
            vector[0] += hx
            vector[1] += hy
            vector[2] -= tx * hx + ty * hy
        matrix[1, 0], matrix[2, 0], matrix[2, 1] = matrix[0, 1], matrix[0, 2], matrix[1, 2]
        if np.linalg.det(matrix) <= 0.0:
            return NO_FIT
        inverse[:] = np.linalg.inv(matrix)
        for k in range(3):
            solution[k] = inverse[k, 0] * vector[0] + inverse[k, 1] * vector[1]
            solution[k] += inverse[k, 2] * vector[2]
        z = at + solution[2]
        chi2 = 0.0
        for line in (a, b):
            cxx, cxy, cyy = _position_covariance(line, at, layers, absorber)
            det = cxx * cyy - cxy * cxy
            rx = line.x + (at - line.z) * line.tx - solution[0] + line.tx * solution[2]
            ry = line.y + (at - line.z) * line.ty - solution[1] + line.ty * solution[2]
            chi2 += (cyy * rx * rx - 2.0 * cxy * rx * ry + cxx * ry * ry) / det
        if abs(z - at) < 1e-4:
            break
    shared = _extrapolated(a.shared_variance, a.shared_covariance, a.shared_slope_variance, z - a.z)
    shared = max(shared, 0.0)
    dot = a.tx * b.tx + a.ty * b.ty + 1.0
    cx, cy = a.ty - b.ty, b.tx - a.tx
    cz = a.tx * b.ty - a.ty * b.tx
    return PairFit(
        True,
        solution[0],
        solution[1],
        z,
        np.sqrt(np.sqrt(max(inverse[0, 0], 0.0)) ** 2 + shared),
        np.sqrt(np.sqrt(max(inverse[1, 1], 0.0)) ** 2 + shared),
        np.sqrt(max(inverse[2, 2], 0.0)),
        chi2,
        np.arctan2(np.sqrt(cx * cx + cy * cy + cz * cz), dot),
    )
