"""Vertices: two tracks with a common origin inside the volume, and none that leads there."""

from dataclasses import dataclass

import numba
import numpy as np

from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.grid import build, span
from wayside.reconstruction.material import Layer, highland
from wayside.reconstruction.records import VERTEX
from wayside.reconstruction.tracks import momentum_times_beta
from wayside.typing import BoolArray, FloatArray, IntArray, StructuredArray


@dataclass(frozen=True)
class Vertexing:
    """What makes a vertex.

    Parameters
    ----------
    largest_chi2
        Of two tracks at one point, one degree of freedom.
    min_opening
        Least angle between the tracks in rad.
    max_holes
        Sheets that a track may miss after the vertex.
    veto_sheets
        Sheets in front of the vertex that must be there and are searched for incoming tracks.
    veto_radius, veto_angle
        An incoming track ends upstream and points to within ``veto_radius`` (mm) plus
        ``veto_angle`` times its distance.
    cone_length, cone_radius, cone_angle
        A companion begins within so many mm behind the vertex, within ``cone_radius`` (mm) plus
        ``cone_angle`` times its distance of one of the two tracks.
    shower_length
        A vertex is secondary if it lies within so many mm behind another one, and as near as a
        companion to one of the tracks from there.
    """

    largest_chi2: float = 16.0
    min_opening: float = 0.01
    max_holes: int = 2
    veto_sheets: int = 3
    veto_radius: float = 0.02
    veto_angle: float = 0.02
    cone_length: float = 30.0
    cone_radius: float = 0.05
    cone_angle: float = 0.1
    shower_length: float = 200.0


def vertices(
    tracks: StructuredArray,
    ends: FloatArray,
    sheets: Sheets,
    how: Vertexing | None = None,
    layer: Layer | None = None,
    bounds: tuple[float, float, float, float] | None = None,
) -> StructuredArray:
    """Find two-track vertices.

    Parameters
    ----------
    tracks
        `wayside.reconstruction.records.TRACK`.
    ends
        Downstream ends of everything linked, however short: sheet, x, y, tx, ty, one row each.
    sheets, how, layer
        Depths, cuts and material.
    bounds
        Lowest and highest x, lowest and highest y that was scanned, in mm; the sheets if None.

    Returns
    -------
    array of `wayside.reconstruction.records.VERTEX`
        Each track in one vertex at most, the best first served; ``time`` not yet known.
    """
    how, layer = how or Vertexing(), layer or Layer()
    inside = np.flatnonzero(begins_inside(tracks, sheets, how, bounds))
    inside = inside[np.argsort(tracks["first_sheet"][inside], kind="stable")]
    if len(inside) < 2:
        return np.zeros(0, dtype=VERTEX)
    chosen = tracks[inside]
    table = np.stack(
        [chosen[c] for c in ("x", "y", "z", "tx", "ty", "ux", "uy")]
        + [momentum_times_beta(chosen)]
        # Alignment moves both tracks alike: no reason for them to disagree.
        + [chosen["along"][:, k] - chosen["shared"][:, k] for k in range(3)]
        + [chosen["across"][:, k] - chosen["shared"][:, k] for k in range(3)]
        + [chosen["shared"][:, k] for k in range(3)]
        + [chosen["first_sheet"].astype(np.float64)],
        axis=1,
    )
    last = int(chosen["first_sheet"].max())
    fronts, gaps = fronts_and_gaps(sheets, last)
    pairs, fits = _pairs(
        chosen["first_sheet"].astype(np.int64),
        table,
        fronts,
        gaps,
        layer.numbers(sheets.plate),
        sheets.pitch,
        how.max_holes,
        how.largest_chi2,
        how.min_opening,
    )
    order = np.argsort(fits[:, 6], kind="stable")
    used = np.zeros(len(inside), dtype=np.bool_)
    keep = []
    for k in order:
        if not used[pairs[k]].any():
            used[pairs[k]] = True
            keep.append(k)
    found = np.zeros(len(keep), dtype=VERTEX)
    if not keep:
        return found
    pairs, fits = pairs[keep], fits[keep]
    names = ("x", "y", "z", "sigma_x", "sigma_y", "sigma_z", "chi2", "opening")
    for column, name in enumerate(names):
        found[name] = fits[:, column]
    found["track_1"], found["track_2"] = inside[pairs[:, 0]], inside[pairs[:, 1]]
    found["sheet"] = chosen["first_sheet"][pairs].min(axis=1)
    found["time"] = np.nan
    events = chosen["event"][pairs]
    found["event"] = np.where(events[:, 0] == events[:, 1], events[:, 0], -1)
    found = found[~_incoming(found, ends, sheets, how)]
    _count_companions(found, tracks, inside, how)
    found = found[np.lexsort((found["y"], found["x"], found["z"]))]
    found["secondary"] = _secondary(found, tracks, how)
    return found


def begins_inside(
    tracks: StructuredArray,
    sheets: Sheets,
    how: Vertexing,
    bounds: tuple[float, float, float, float] | None = None,
) -> BoolArray:
    """Which tracks did not come from outside: the sheets before their first would have seen them.

    Parameters
    ----------
    tracks
        With ``first_sheet``, ``x``, ``y``, ``tx``, ``ty``.
    sheets, how, bounds
        As in `vertices`.
    """
    left, right, low, high = bounds or sheets.bounds
    before = tracks["first_sheet"] - max(how.veto_sheets, 1)
    dz = sheets.middle(tracks["first_sheet"]) - sheets.middle(np.maximum(before, 0))
    x, y = tracks["x"] - dz * tracks["tx"], tracks["y"] - dz * tracks["ty"]
    inside = (x > left) & (x < right) & (y > low) & (y < high)
    return np.asarray((before >= 0) & inside)


def _incoming(
    found: StructuredArray, ends: FloatArray, sheets: Sheets, how: Vertexing
) -> BoolArray:
    """Which vertices something leads to that ends there."""
    from scipy.spatial import cKDTree

    vetoed = np.zeros(len(found), dtype=np.bool_)
    if len(ends) == 0 or how.veto_sheets == 0 or len(found) == 0:
        return vetoed
    z = sheets.middle(ends[:, 0].astype(np.int64))
    reach = (how.veto_sheets + 1) * sheets.pitch + sheets.gap
    # Sideways by as much as a track at 45 degrees goes over the longest way.
    tree = cKDTree(np.stack([ends[:, 1], ends[:, 2], z], axis=1))
    for v, row in enumerate(found):
        near = tree.query_ball_point([row["x"], row["y"], row["z"]], 2.0 * reach)
        near = np.asarray(near, dtype=np.int64)
        dz = row["z"] - z[near]
        steps = row["sheet"] - ends[near, 0]
        upstream = (dz > -3.0 * row["sigma_z"] - 0.05) & (steps >= 1) & (steps <= how.veto_sheets)
        near, dz = near[upstream], dz[upstream]
        miss = np.hypot(
            ends[near, 1] + dz * ends[near, 3] - row["x"],
            ends[near, 2] + dz * ends[near, 4] - row["y"],
        )
        vetoed[v] = bool((miss < how.veto_radius + how.veto_angle * np.abs(dz)).any())
    return vetoed


def _count_companions(
    found: StructuredArray, tracks: StructuredArray, inside: IntArray, how: Vertexing
) -> None:
    z = tracks["z"][inside]
    order = np.argsort(z, kind="stable")
    inside, z = inside[order], z[order]
    for v in range(len(found)):
        row = found[v]
        own = [int(row["track_1"]), int(row["track_2"])]
        low, high = np.searchsorted(z, [row["z"], row["z"] + how.cone_length])
        near = inside[low:high]
        near = near[~np.isin(near, own)]
        hit = np.zeros(len(near), dtype=np.bool_)
        for t in own:
            dz = tracks["z"][near] - row["z"]
            miss = np.hypot(
                row["x"] + dz * tracks["tx"][t] - tracks["x"][near],
                row["y"] + dz * tracks["ty"][t] - tracks["y"][near],
            )
            hit |= miss < how.cone_radius + how.cone_angle * dz
        found["companions"][v] = np.count_nonzero(hit)


def fronts_and_gaps(sheets: Sheets, last: int) -> tuple[FloatArray, FloatArray]:
    """Fronts of the plates before sheets 0 to ``last``, and of the gaps before these, in mm.

    Without a gap both are the same.
    """
    number = np.arange(last + 1)
    fronts = sheets.plate_front(number)
    return fronts, np.where(
        (number > 0) & (number % sheets.layers == 0), fronts - sheets.gap, fronts
    )


def _secondary(found: StructuredArray, tracks: StructuredArray, how: Vertexing) -> BoolArray:
    """Which vertices, in order of depth, lie along a track of an earlier one."""
    behind = np.zeros(len(found), dtype=np.bool_)
    for v in range(len(found)):
        row = found[v]
        begin = row["z"] + 5.0 * row["sigma_z"]
        low, high = np.searchsorted(found["z"], [begin, row["z"] + how.shower_length])
        for t in (row["track_1"], row["track_2"]):
            dz = found["z"][low:high] - row["z"]
            miss = np.hypot(
                row["x"] + dz * tracks["tx"][t] - found["x"][low:high],
                row["y"] + dz * tracks["ty"][t] - found["y"][low:high],
            )
            behind[low:high] |= miss < how.cone_radius + how.cone_angle * dz
    return behind


@numba.njit(cache=True, nogil=True)
def _position_covariance(
    row: FloatArray, z: float, fronts: FloatArray, gaps: FloatArray, material: FloatArray
) -> tuple[float, float, float]:
    """Covariance (xx, xy, yy) of a track extrapolated to a depth, with all that is on the way."""
    dz = z - row[2]
    slope2 = row[3] ** 2 + row[4] ** 2
    secant2 = 1.0 + slope2
    secant = np.sqrt(secant2)
    scatter = 0.0
    for k in range(int(row[17]), -1, -1):
        if fronts[k] + material[0] <= z:
            break
        # The plate, then the gas detector before it, as if that were spread evenly.
        for part in range(2):
            front, back, lengths = fronts[k], fronts[k] + material[0], material[1]
            if part == 1:
                front, back, lengths = gaps[k], fronts[k], material[3]
            thick = min(back - front, back - z)
            if thick <= 0.0 or lengths <= 0.0:
                continue
            share = max(lengths * secant * thick / (back - front), 1e-6)
            lever = back - 0.5 * thick - z
            theta = highland(share, row[7], 1.0)
            scatter += theta * theta * (lever * lever + thick * thick / 12.0)
    out = np.empty(2)
    for plane in range(2):
        k = 8 + 3 * plane
        stretch = secant2 * (secant2 if plane == 0 else 1.0)
        out[plane] = row[k] + 2.0 * dz * row[k + 1] + dz * dz * row[k + 2] + scatter * stretch
    ux, uy = row[5], row[6]
    return (
        out[0] * ux * ux + out[1] * uy * uy,
        (out[0] - out[1]) * ux * uy,
        out[0] * uy * uy + out[1] * ux * ux,
    )


@numba.njit(cache=True, nogil=True)
def fit_pair(
    one: FloatArray,
    two: FloatArray,
    low: float,
    high: float,
    fronts: FloatArray,
    gaps: FloatArray,
    material: FloatArray,
    out: FloatArray,
) -> bool:
    """Least squares for the common point of two lines: x, y, z from two positions in two planes.

    Parameters
    ----------
    one, two
        Rows: x, y, z, tx, ty, ux, uy, p beta, covariances along and across without
        what is shared, what is shared, first sheet.
    low, high
        Depths between which the point may be in mm; somewhat farther is fitted, too.
    fronts, gaps, material
        From `fronts_and_gaps` and `wayside.reconstruction.material.Layer.numbers`.
    out
        Filled with x, y, z, their errors, chi-squared (one degree of freedom), opening angle.

    Returns
    -------
    bool
        Whether there is a solution.
    """
    dtx, dty = one[3] - two[3], one[4] - two[4]
    dt2 = dtx * dtx + dty * dty
    if dt2 <= 0.0:
        return False
    ax, ay = one[0] - one[2] * one[3], one[1] - one[2] * one[4]
    bx, by = two[0] - two[2] * two[3], two[1] - two[2] * two[4]
    z = -((ax - bx) * dtx + (ay - by) * dty) / dt2
    # Most pairs pass each other far off; only the others are worth a fit.
    if z < low - 2.0 or z > high + 2.0:
        return False
    if abs((ax - bx) * dty - (ay - by) * dtx) > 0.3 * np.sqrt(dt2):
        return False
    matrix, vector = np.empty((3, 3)), np.empty(3)
    solution: FloatArray = np.zeros(3)
    inverse = np.zeros((3, 3))
    chi2 = 0.0
    for _ in range(3):
        matrix[:] = 0.0
        vector[:] = 0.0
        at = min(max(z, low - 1.0), high + 1.0)
        for row in (one, two):
            cxx, cxy, cyy = _position_covariance(row, at, fronts, gaps, material)
            det = cxx * cyy - cxy * cxy
            wxx, wxy, wyy = cyy / det, -cxy / det, cxx / det
            tx, ty = row[3], row[4]
            mx, my = row[0] + (at - row[2]) * tx, row[1] + (at - row[2]) * ty
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
            return False
        inverse[:] = np.linalg.inv(matrix)
        for k in range(3):
            solution[k] = inverse[k, 0] * vector[0] + inverse[k, 1] * vector[1]
            solution[k] += inverse[k, 2] * vector[2]
        z = at + solution[2]
        chi2 = 0.0
        for row in (one, two):
            cxx, cxy, cyy = _position_covariance(row, at, fronts, gaps, material)
            det = cxx * cyy - cxy * cxy
            rx = row[0] + (at - row[2]) * row[3] - solution[0] + row[3] * solution[2]
            ry = row[1] + (at - row[2]) * row[4] - solution[1] + row[4] * solution[2]
            chi2 += (cyy * rx * rx - 2.0 * cxy * rx * ry + cxx * ry * ry) / det
        if abs(z - at) < 1e-4:
            break
    out[0], out[1], out[2] = solution[0], solution[1], z
    for k in range(3):
        out[3 + k] = np.sqrt(max(inverse[k, k], 0.0))
    dz = z - one[2]
    shared = one[14] + 2.0 * dz * one[15] + dz * dz * one[16]
    for k in range(2):
        out[3 + k] = np.sqrt(out[3 + k] ** 2 + max(shared, 0.0))
    out[6] = chi2
    dot = one[3] * two[3] + one[4] * two[4] + 1.0
    cx, cy = one[4] - two[4], two[3] - one[3]
    cz = one[3] * two[4] - one[4] * two[3]
    out[7] = np.arctan2(np.sqrt(cx * cx + cy * cy + cz * cz), dot)
    return True


@numba.njit(cache=True, nogil=True)
def _pairs(
    sheet: IntArray,
    table: FloatArray,
    fronts: FloatArray,
    gaps: FloatArray,
    material: FloatArray,
    pitch: float,
    max_holes: int,
    largest: float,
    min_opening: float,
) -> tuple[IntArray, FloatArray]:
    n = len(sheet)
    room, count = 64, 0
    pairs, fits = np.empty((room, 2), np.int64), np.empty((room, 8))
    out = np.empty(8)
    x, y = table[:, 0].copy(), table[:, 1].copy()
    i0 = 0
    while i0 < n:
        i1 = np.searchsorted(sheet, sheet[i0] + 1)
        j1 = np.searchsorted(sheet, sheet[i0] + max_holes + 1)
        x0, y0, side, nx, ny, start, order = build(x, y, np.arange(i0, j1), 0.05)
        # After the last sheet that both may have missed, be a gap in between or not.
        low_z, back = fronts[max(sheet[i0] - max_holes - 1, 0)], fronts[sheet[i0]] + material[0]
        farthest = back - low_z
        for i in range(i0, i1):
            # Both tracks as steep as they come.
            reach = farthest * (1.0 + np.sqrt(table[i, 3] ** 2 + table[i, 4] ** 2))
            left, right = span(x[i] - reach, x[i] + reach, x0, side, nx)
            low, high = span(y[i] - reach, y[i] + reach, y0, side, ny)
            if low == high:
                continue
            for cx in range(left, right):
                for k in range(start[cx * ny + low], start[cx * ny + high]):
                    j = order[k]
                    if j <= i:
                        continue
                    if not fit_pair(table[i], table[j], low_z, back, fronts, gaps, material, out):
                        continue
                    first = min(table[i, 2], table[j, 2])
                    before = out[2] <= back + 0.3 + 5.0 * out[5] and out[2] <= first + 0.3
                    if (
                        out[6] < largest
                        and out[7] >= min_opening
                        and before
                        and out[2] >= low_z - 3.0 * out[5]
                        and out[5] < max(pitch, 0.25 * farthest)
                    ):
                        if count == room:
                            room *= 2
                            more, longer = np.empty((room, 2), np.int64), np.empty((room, 8))
                            more[:count], longer[:count] = pairs[:count], fits[:count]
                            pairs, fits = more, longer
                        pairs[count, 0], pairs[count, 1] = i, j
                        fits[count] = out
                        count += 1
        i0 = i1
    return pairs[:count].copy(), fits[:count].copy()
