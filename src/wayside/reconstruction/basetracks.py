"""Base-tracks: the micro-tracks of a sheet's two films joined across its base."""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.detector.emulsion import Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.emulsion.signals import BASETRACK, MICROTRACK
from wayside.reconstruction.cell_grid import cell_range, sort_into_cells
from wayside.reconstruction.resolution import Resolution, line_variances, resolution_of
from wayside.typing import FloatArray, IntArray, StructuredArray

LARGEST_CHI2 = 25.0
"""Largest chi-squared, of four degrees of freedom: 5 in 100,000 true pairs are beyond."""


class MicroTracks(NamedTuple):
    """Columns of micro-tracks sorted by film, each of shape (n,)."""

    film: IntArray
    """Numbers of the films, 2 s and 2 s + 1 being those of sheet s."""
    x: FloatArray
    """Positions along x in mm."""
    y: FloatArray
    """Positions along y in mm."""
    tx: FloatArray
    """Slopes dx/dz."""
    ty: FloatArray
    """Slopes dy/dz."""
    grains: FloatArray
    """Numbers of grains."""


def basetracks(micro: StructuredArray, emulsion: Emulsion, sheets: Sheets) -> StructuredArray:
    """Join micro-tracks into base-tracks.

    Two micro-tracks of a sheet are joined if each is the other's best partner: the slope from
    face to face agrees with both of their slopes.

    Parameters
    ----------
    micro
        Micro-tracks in any order, an array of `wayside.emulsion.signals.MICROTRACK`.
    emulsion, sheets
        Errors of measurement, and depths of the films.

    Returns
    -------
    array of `wayside.emulsion.signals.BASETRACK`
        Sorted by sheet and position.
    """
    assert micro.dtype == MICROTRACK
    micro = micro[np.argsort(micro["film"], kind="stable")]
    films = micro["film"].astype(np.int64)
    x, y, tx, ty = (np.ascontiguousarray(micro[name]) for name in ("x", "y", "tx", "ty"))
    columns = MicroTracks(films, x, y, tx, ty, micro["grains"].astype(np.float64))
    partner, chi2 = _join(columns, resolution_of(emulsion, sheets), LARGEST_CHI2)
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


@njit(nogil=True)
def _join(
    micro: MicroTracks, resolution: Resolution, largest: float
) -> tuple[IntArray, FloatArray]:
    """Row of the partner in the back film, or -1, and chi-squared of the pair."""
    films, x, y = micro.film, micro.x, micro.y
    n = len(films)
    base = resolution.base
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
        cells = sort_into_cells(x, y, np.arange(middle, end), 2e-3)
        for i in range(place, middle):
            tx, ty = micro.tx[i], micro.ty[i]
            slope2 = tx**2 + ty**2
            _, inverse = line_variances(min(micro.grains[i], 8.0))
            grain = resolution.grain**2 + resolution.depth**2 * slope2
            error = np.sqrt(grain * inverse / resolution.film**2 + resolution.distortion**2)
            reach = np.sqrt(largest) * error * base
            px, py = x[i] + base * tx, y[i] + base * ty
            left, right = cell_range(px - reach, px + reach, cells.x0, cells.side, cells.nx)
            low, high = cell_range(py - reach, py + reach, cells.y0, cells.side, cells.ny)
            if low == high:
                continue
            for cx in range(left, right):
                for k in range(cells.start[cx * cells.ny + low], cells.start[cx * cells.ny + high]):
                    j = cells.order[k]
                    chi2 = _pair_chi2(i, j, micro, resolution)
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


@njit(nogil=True)
def _pair_chi2(i: int, j: int, micro: MicroTracks, resolution: Resolution) -> float:
    """Both slopes against that from face to face, along and across."""
    base, film = resolution.base, resolution.film
    sx, sy = (micro.x[j] - micro.x[i]) / base, (micro.y[j] - micro.y[i]) / base
    slope2 = sx * sx + sy * sy
    norm = np.sqrt(slope2)
    ux, uy = (sx / norm, sy / norm) if norm > 1e-9 else (1.0, 0.0)
    across = resolution.grain**2
    along = across + resolution.depth**2 * slope2
    faces = line_variances(micro.grains[i])[0] + line_variances(micro.grains[j])[0]
    total = 0.0
    for k in (i, j):
        _, inverse = line_variances(micro.grains[k])
        dx, dy = micro.tx[k] - sx, micro.ty[k] - sy
        # The base's slope has an error of its own, which the line's end shares with its slope.
        inverse = inverse / film**2 * (1.0 + film / base) + faces / base**2
        total += (dx * ux + dy * uy) ** 2 / (along * inverse + resolution.distortion**2)
        total += (dy * ux - dx * uy) ** 2 / (across * inverse + resolution.distortion**2)
    return total
