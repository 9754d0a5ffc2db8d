"""Links: which base-track continues which, from stiff particles to soft ones.

Two base-tracks a and b, dz apart, are compared by r = x_b - x_a - dz (t_a + t_b) / 2 and
d = t_b - t_a, along and across their direction. A plate half-way between them scatters into d but
hardly into r, whose width stays small: this is what separates neighbours at high density. Each
pass assumes a momentum, links those who choose each other, and takes what it links out of the way
of the next, softer pass; within a pass the nearest sheets come first. A link that leaves out a
sheet may do so because the particle turned sharply there: a base-track that agrees with both of
its ends at the next pass's momentum is put in between, or large angles would be missing from what
the momentum is measured by.
"""

from dataclasses import dataclass

import numba
import numpy as np

from wayside.emulsion.response import Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.errors_of_measurement import line_variances, measurement
from wayside.reconstruction.grid import build, span
from wayside.reconstruction.material import Layer, highland
from wayside.typing import BoolArray, FloatArray, IntArray, StructuredArray


@dataclass(frozen=True)
class Linking:
    """How base-tracks are linked.

    Parameters
    ----------
    momenta
        Of the passes, in MeV times beta, the stiffest first.
    max_holes
        Most sheets in a row that a link may leave out.
    largest_chi2
        Of a link, four degrees of freedom.
    """

    momenta: tuple[float, ...] = (1500.0, 250.0, 60.0, 15.0)
    max_holes: int = 2
    largest_chi2: float = 20.0


@numba.njit(cache=True, nogil=True)
def face_variances(front: FloatArray, back: FloatArray) -> FloatArray:
    """Summed variances at the two faces of a base, for grains of unit error."""
    out = np.empty(len(front))
    for i in range(len(front)):
        out[i] = line_variances(front[i])[0] + line_variances(back[i])[0]
    return out


def depths(sheets: Sheets, layer: Layer, last: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Middles of bases, of the plates before them and of gaps before these, in mm.

    Of sheets 0 to ``last``; a gap is nan where there is none.
    """
    number = np.arange(last + 1)
    gap = sheets.plate_front(number) - sheets.gap + layer.gap_centre
    gap[(number % sheets.layers != 0) | (number == 0)] = np.nan
    return sheets.middle(number), sheets.plate_front(number) + 0.5 * sheets.plate, gap


def links(
    rows: StructuredArray,
    emulsion: Emulsion,
    sheets: Sheets,
    how: Linking | None = None,
    layer: Layer | None = None,
    gaps: bool = False,
    following: IntArray | None = None,
    bounds: tuple[float, float, float, float] | None = None,
) -> tuple[IntArray, FloatArray]:
    """Link base-tracks of neighbouring sheets.

    Parameters
    ----------
    rows
        `wayside.emulsion.signals.BASETRACK`, sorted by sheet.
    emulsion, sheets
        Errors and depths.
    how, layer
        Passes and material.
    gaps
        Link across the gaps between blocks instead of inside blocks.
    following
        Links that are there already.
    bounds
        Lowest and highest x, lowest and highest y that was scanned, in mm; the sheets if None. A
        track that leaves or enters there has no continuation to be found.

    Returns
    -------
    tuple of arrays
        For every row the row that follows it downstream, or -1; chi-squared of the new links.
    """
    how, layer = how or Linking(), layer or Layer()
    n = len(rows)
    following = np.full(n, -1, np.int64) if following is None else following.copy()
    chi2 = np.full(n, np.inf)
    if n == 0:
        return following, chi2
    sheet = rows["sheet"].astype(np.int64)
    first, last = int(sheet[0]), int(sheet[-1])
    start = np.searchsorted(sheet, np.arange(first, last + 2))
    z, plate, gap = depths(sheets, layer, last)
    _all_passes(
        np.ascontiguousarray(rows["x"]),
        np.ascontiguousarray(rows["y"]),
        np.ascontiguousarray(rows["tx"]),
        np.ascontiguousarray(rows["ty"]),
        face_variances(
            rows["front_grains"].astype(np.float64), rows["back_grains"].astype(np.float64)
        ),
        start,
        z[first:],
        plate[first:],
        gap[first:],
        np.arange(first, last + 1) // sheets.layers,
        np.array(how.momenta, dtype=np.float64),
        how.max_holes,
        how.largest_chi2,
        layer.numbers(sheets.plate),
        measurement(emulsion, sheets),
        gaps,
        np.array(bounds or sheets.bounds),
        following,
        chi2,
    )
    return following, chi2


@numba.njit(cache=True, nogil=True)
def _all_passes(
    x: FloatArray,
    y: FloatArray,
    tx: FloatArray,
    ty: FloatArray,
    faces: FloatArray,
    start: IntArray,
    z: FloatArray,
    plate: FloatArray,
    gap: FloatArray,
    block: IntArray,
    momenta: FloatArray,
    max_holes: int,
    largest: float,
    material: FloatArray,
    setup: FloatArray,
    gaps: bool,
    bounds: FloatArray,
    following: IntArray,
    chi2: FloatArray,
) -> None:
    n, sheets = len(x), len(z)
    led = np.zeros(n, np.bool_)
    for i in range(n):
        if following[i] >= 0:
            led[following[i]] = True
    sheet = np.empty(n, np.int64)
    for s in range(sheets):
        sheet[start[s] : start[s + 1]] = s
    best_a, best_b = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    chi2_a, chi2_b = np.full(n, np.inf), np.full(n, np.inf)
    for number, momentum in enumerate(momenta):
        made = np.zeros(n, np.bool_)
        for step in range(1, max_holes + 2):
            for s in range(sheets - step):
                if (block[s] != block[s + step]) != gaps:
                    continue
                if start[s] == start[s + 1] or start[s + step] == start[s + step + 1]:
                    continue
                free_a = np.arange(start[s], start[s + 1])
                free_a = free_a[following[start[s] : start[s + 1]] < 0]
                free_b = np.arange(start[s + step], start[s + step + 1])
                free_b = free_b[~led[start[s + step] : start[s + step + 1]]]
                if len(free_a) == 0 or len(free_b) == 0:
                    continue
                into_r, into_d = _scattering(s, s + step, momentum, z, plate, gap, material)
                _mutual(
                    x, y, tx, ty, faces, free_a, free_b, z[s + step] - z[s], into_r, into_d,
                    largest, setup, bounds, best_a, best_b, chi2_a, chi2_b,
                )  # fmt: skip
                for i in free_a:
                    j = best_a[i]
                    if j >= 0 and best_b[j] == i:
                        following[i], chi2[i], led[j] = j, chi2_a[i], True
                        made[i] = True
                best_a[free_a], chi2_a[free_a] = -1, np.inf
                best_b[free_b], chi2_b[free_b] = -1, np.inf
        softer = momenta[min(number + 1, len(momenta) - 1)]
        for s in range(1, sheets - 1):
            _fill(
                s, x, y, tx, ty, faces, start, sheet, z, plate, gap, softer, max_holes, largest,
                material, setup, following, led, made, chi2,
            )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _scattering(
    first: int,
    last: int,
    momentum: float,
    z: FloatArray,
    plate: FloatArray,
    gap: FloatArray,
    material: FloatArray,
) -> tuple[float, float]:
    """Variances of r and of d between two sheets at normal incidence.

    Scattering enters r by its lever around the middle, d by itself.
    """
    middle = 0.5 * (z[first] + z[last])
    theta2 = highland(material[1], momentum, 1.0) ** 2
    into_r = into_d = 0.0
    for k in range(first + 1, last + 1):
        into_r += theta2 * ((middle - plate[k]) ** 2 + material[10])
        into_d += theta2
        if material[3] > 0.0 and not np.isnan(gap[k]):
            between = highland(material[3], momentum, 1.0) ** 2
            into_r += between * ((middle - gap[k]) ** 2 + material[6] ** 2)
            into_d += between
    return into_r, into_d


@numba.njit(cache=True, nogil=True)
def _reach(
    faces: float,
    slope2: float,
    dz: float,
    into_r: float,
    into_d: float,
    largest: float,
    setup: FloatArray,
) -> float:
    """How far from where it points a base-track's partner may be, in mm."""
    secant2 = 1.0 + slope2
    # Widest where the error is along the direction; the partner's is taken as twice this.
    grain = 3.0 * faces * (setup[0] ** 2 + setup[1] ** 2 * slope2)
    stretch = secant2**2.5
    var_d = grain / setup[5] ** 2 + into_d * stretch
    var_r = grain / 4.0 + 2.0 * setup[2] ** 2 + 0.25 * dz**2 * grain / setup[5] ** 2
    var_r += into_r * stretch
    return float(np.sqrt(largest) * (np.sqrt(var_r) + 0.5 * dz * np.sqrt(var_d)))


@numba.njit(cache=True, nogil=True)
def _mutual(
    x: FloatArray,
    y: FloatArray,
    tx: FloatArray,
    ty: FloatArray,
    faces: FloatArray,
    free_a: IntArray,
    free_b: IntArray,
    dz: float,
    into_r: float,
    into_d: float,
    largest: float,
    setup: FloatArray,
    bounds: FloatArray,
    best_a: IntArray,
    best_b: IntArray,
    chi2_a: FloatArray,
    chi2_b: FloatArray,
) -> None:
    x0, y0, side, nx, ny, start, order = build(x, y, free_b, 4e-3)
    for i in free_a:
        slope2 = tx[i] ** 2 + ty[i] ** 2
        reach = _reach(faces[i], slope2, dz, into_r, into_d, largest, setup)
        px, py = x[i] + dz * tx[i], y[i] + dz * ty[i]
        if not (bounds[0] < px < bounds[1] and bounds[2] < py < bounds[3]):
            continue
        left, right = span(px - reach, px + reach, x0, side, nx)
        low, high = span(py - reach, py + reach, y0, side, ny)
        if low == high:
            continue
        for cx in range(left, right):
            for k in range(start[cx * ny + low], start[cx * ny + high]):
                j = order[k]
                if abs(x[j] - px) > reach or abs(y[j] - py) > reach:
                    continue
                qx, qy = x[j] - dz * tx[j], y[j] - dz * ty[j]
                if not (bounds[0] < qx < bounds[1] and bounds[2] < qy < bounds[3]):
                    continue
                value = link_chi2(
                    x[j] - x[i], y[j] - y[i], tx[i], ty[i], tx[j], ty[j],
                    faces[i] + faces[j], dz, into_r, into_d, setup,
                )  # fmt: skip
                if value < largest:
                    if value < chi2_a[i]:
                        chi2_a[i], best_a[i] = value, j
                    if value < chi2_b[j]:
                        chi2_b[j], best_b[j] = value, i


@numba.njit(cache=True, nogil=True)
def _fill(
    s: int,
    x: FloatArray,
    y: FloatArray,
    tx: FloatArray,
    ty: FloatArray,
    faces: FloatArray,
    start: IntArray,
    sheet: IntArray,
    z: FloatArray,
    plate: FloatArray,
    gap: FloatArray,
    momentum: float,
    max_holes: int,
    largest: float,
    material: FloatArray,
    setup: FloatArray,
    following: IntArray,
    led: BoolArray,
    made: BoolArray,
    chi2: FloatArray,
) -> None:
    """Put free base-tracks of one sheet into links of this pass that leave the sheet out."""
    before = np.arange(start[max(s - max_holes, 0)], start[s])
    before = before[made[before]]
    before = before[sheet[following[before]] > s]
    free = np.arange(start[s], start[s + 1])
    free = free[(following[free] < 0) & ~led[free]]
    if len(before) == 0 or len(free) == 0:
        return
    x0, y0, side, nx, ny, first, order = build(x, y, free, 4e-3)
    best_link, best_chi2 = np.full(len(free), -1), np.full(len(free), np.inf)
    choice, value = np.full(len(before), -1), np.full(len(before), np.inf)
    for a, i in enumerate(before):
        j = following[i]
        r1, d1 = _scattering(sheet[i], s, momentum, z, plate, gap, material)
        r2, d2 = _scattering(s, sheet[j], momentum, z, plate, gap, material)
        dz1, dz2 = z[s] - z[sheet[i]], z[sheet[j]] - z[s]
        slope2 = tx[i] ** 2 + ty[i] ** 2
        reach = _reach(faces[i], slope2, dz1, r1, d1, largest, setup)
        px, py = x[i] + dz1 * tx[i], y[i] + dz1 * ty[i]
        left, right = span(px - reach, px + reach, x0, side, nx)
        low, high = span(py - reach, py + reach, y0, side, ny)
        if low == high:
            continue
        for cx in range(left, right):
            for place in range(first[cx * ny + low], first[cx * ny + high]):
                k = order[place]
                one = link_chi2(
                    x[k] - x[i], y[k] - y[i], tx[i], ty[i], tx[k], ty[k], faces[i] + faces[k],
                    dz1, r1, d1, setup,
                )  # fmt: skip
                if one >= largest:
                    continue
                two = link_chi2(
                    x[j] - x[k], y[j] - y[k], tx[k], ty[k], tx[j], ty[j], faces[k] + faces[j],
                    dz2, r2, d2, setup,
                )  # fmt: skip
                if two >= largest:
                    continue
                if one + two < value[a]:
                    value[a], choice[a] = one + two, k
                c = np.searchsorted(free, k)
                if one + two < best_chi2[c]:
                    best_chi2[c], best_link[c] = one + two, a
    for a, i in enumerate(before):
        k = choice[a]
        if k >= 0 and best_link[np.searchsorted(free, k)] == a:
            following[k], following[i] = following[i], k
            led[k] = made[k] = True
            chi2[i] = chi2[k] = 0.5 * value[a]


@numba.njit(cache=True, nogil=True)
def link_chi2(
    dx: float,
    dy: float,
    tx_a: float,
    ty_a: float,
    tx_b: float,
    ty_b: float,
    faces: float,
    dz: float,
    into_r: float,
    into_d: float,
    setup: FloatArray,
) -> float:
    """Compare two base-tracks: r and d along and across, four degrees of freedom.

    Parameters
    ----------
    dx, dy
        From the first to the second in mm.
    tx_a, ty_a, tx_b, ty_b
        Slopes.
    faces
        Sum of both `face_variances`.
    dz
        Distance in depth in mm.
    into_r, into_d
        Variances of scattering in mm^2 and rad^2 at normal incidence.
    setup
        From `wayside.reconstruction.errors_of_measurement.measurement`.
    """
    mx, my = 0.5 * (tx_a + tx_b), 0.5 * (ty_a + ty_b)
    slope2 = mx * mx + my * my
    norm = np.sqrt(slope2)
    ux, uy = (mx / norm, my / norm) if norm > 1e-9 else (1.0, 0.0)
    rx, ry = dx - dz * mx, dy - dz * my
    sx, sy = tx_b - tx_a, ty_b - ty_a
    secant2 = 1.0 + slope2
    # Path and projection: theta^2 grows by sec, and by sec^2 more along the direction.
    scatter = np.sqrt(secant2) * secant2
    across = setup[0] ** 2 * faces
    along = (setup[0] ** 2 + setup[1] ** 2 * slope2) * faces
    aligned = 2.0 * setup[2] ** 2
    lever = 0.25 + 0.25 * dz * dz / setup[5] ** 2
    value = (rx * ux + ry * uy) ** 2 / (along * lever + aligned + into_r * scatter * secant2)
    value += (ry * ux - rx * uy) ** 2 / (across * lever + aligned + into_r * scatter)
    value += (sx * ux + sy * uy) ** 2 / (along / setup[5] ** 2 + into_d * scatter * secant2)
    value += (sy * ux - sx * uy) ** 2 / (across / setup[5] ** 2 + into_d * scatter)
    return float(value)
