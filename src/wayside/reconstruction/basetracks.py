"""Base-tracks: the micro-tracks of a sheet's two films joined across its base."""

import numba
import numpy as np

from wayside.emulsion.response import Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.emulsion.signals import BASETRACK, MICROTRACK
from wayside.reconstruction.errors_of_measurement import line_variances, measurement
from wayside.reconstruction.grid import build, span
from wayside.typing import FloatArray, IntArray, StructuredArray

LARGEST_CHI2 = 25.0
"""Of four degrees of freedom: 5 in 100,000 true pairs are beyond."""


def basetracks(micro: StructuredArray, emulsion: Emulsion, sheets: Sheets) -> StructuredArray:
    """Join micro-tracks into base-tracks.

    Two micro-tracks of a sheet are joined if each is the other's best partner: the slope from
    face to face agrees with both of their slopes.

    Parameters
    ----------
    micro
        Rows of `wayside.emulsion.signals.MICROTRACK`, in any order.
    emulsion, sheets
        Errors and depths.

    Returns
    -------
    array of `wayside.emulsion.signals.BASETRACK`
        Sorted by sheet and position.
    """
    assert micro.dtype == MICROTRACK
    micro = micro[np.argsort(micro["film"], kind="stable")]
    films = micro["film"].astype(np.int64)
    x, y, tx, ty = (np.ascontiguousarray(micro[c]) for c in ("x", "y", "tx", "ty"))
    number = micro["grains"].astype(np.float64)
    setup = measurement(emulsion, sheets)
    partner, chi2 = _join(films, x, y, tx, ty, number, setup, LARGEST_CHI2)
    front = np.flatnonzero(partner >= 0)
    back = partner[front]
    rows = np.zeros(len(front), dtype=BASETRACK)
    rows["sheet"] = films[front] // 2
    for c, slope in (("x", "tx"), ("y", "ty")):
        rows[c] = 0.5 * (micro[c][front] + micro[c][back])
        rows[slope] = (micro[c][back] - micro[c][front]) / sheets.base
    rows["front_grains"], rows["back_grains"] = micro["grains"][front], micro["grains"][back]
    rows["chi2"] = chi2[front]
    same = (micro["event"][front] == micro["event"][back]) & (
        micro["particle"][front] == micro["particle"][back]
    )
    for key, noise in (("event", -1), ("particle", -1), ("pdg", 0)):
        rows[key] = np.where(same, micro[key][front], noise)
    return rows[np.lexsort((rows["y"], rows["x"], rows["sheet"]))]


@numba.njit(cache=True, nogil=True)
def _join(
    films: IntArray,
    x: FloatArray,
    y: FloatArray,
    tx: FloatArray,
    ty: FloatArray,
    number: FloatArray,
    setup: FloatArray,
    largest: float,
) -> tuple[IntArray, FloatArray]:
    n = len(films)
    base = setup[5]
    best = np.full(n, -1, np.int64)
    best_chi2 = np.full(n, np.inf)
    place = 0
    while place < n:
        film = films[place]
        middle = np.searchsorted(films, film + 1)
        if film % 2 == 1:
            place = middle
            continue
        end = np.searchsorted(films, film + 2)
        if middle == end:
            place = end
            continue
        x0, y0, side, nx, ny, start, order = build(x, y, np.arange(middle, end), 2e-3)
        for i in range(place, middle):
            slope2 = tx[i] ** 2 + ty[i] ** 2
            _, inverse = line_variances(min(number[i], 8.0))
            error = np.sqrt(
                (setup[0] ** 2 + setup[1] ** 2 * slope2) * inverse / setup[4] ** 2 + setup[3] ** 2
            )
            reach = np.sqrt(largest) * error * base
            px, py = x[i] + base * tx[i], y[i] + base * ty[i]
            left, right = span(px - reach, px + reach, x0, side, nx)
            low, high = span(py - reach, py + reach, y0, side, ny)
            for cx in range(left, right):
                for k in range(start[cx * ny + low], start[cx * ny + high] if high > low else 0):
                    j = order[k]
                    chi2 = _chi2(i, j, x, y, tx, ty, number, setup)
                    if chi2 < largest:
                        if chi2 < best_chi2[i]:
                            best_chi2[i], best[i] = chi2, j
                        if chi2 < best_chi2[j]:
                            best_chi2[j], best[j] = chi2, i
        place = end
    for i in range(n):
        if films[i] % 2 == 1 or (best[i] >= 0 and best[best[i]] != i):
            best_chi2[i] = np.inf
    for i in range(n):
        if not np.isfinite(best_chi2[i]):
            best[i] = -1
    return best, best_chi2


@numba.njit(cache=True, nogil=True)
def _chi2(
    i: int,
    j: int,
    x: FloatArray,
    y: FloatArray,
    tx: FloatArray,
    ty: FloatArray,
    number: FloatArray,
    setup: FloatArray,
) -> float:
    base, film = setup[5], setup[4]
    sx, sy = (x[j] - x[i]) / base, (y[j] - y[i]) / base
    slope2 = sx * sx + sy * sy
    norm = np.sqrt(slope2)
    ux, uy = (sx / norm, sy / norm) if norm > 1e-9 else (1.0, 0.0)
    across = setup[0] ** 2
    along = across + setup[1] ** 2 * slope2
    faces = line_variances(number[i])[0] + line_variances(number[j])[0]
    total = 0.0
    for k in (i, j):
        _, inverse = line_variances(number[k])
        dx, dy = tx[k] - sx, ty[k] - sy
        # The base's slope has an error of its own, which the line's end shares with its slope.
        inverse = inverse / film**2 * (1.0 + film / base) + faces / base**2
        total += (dx * ux + dy * uy) ** 2 / (along * inverse + setup[3] ** 2)
        total += (dy * ux - dx * uy) ** 2 / (across * inverse + setup[3] ** 2)
    return total
