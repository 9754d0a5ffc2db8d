"""Search for pairs of tracks with a common point."""

from typing import Final, NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.reconstruction.cell_grid import cell_range, sort_into_cells
from wayside.reconstruction.material import Absorber
from wayside.reconstruction.vertex_fit import Fronts, PairFit, fit_pair
from wayside.typing import StructuredArray

CANDIDATE: Final = np.dtype(
    [
        ("track_1", np.int64),
        ("track_2", np.int64),
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
        ("sigma_x", np.float64),
        ("sigma_y", np.float64),
        ("sigma_z", np.float64),
        ("chi2", np.float64),
        ("opening", np.float64),
    ]
)
"""Two rows of the lines searched, and the fields of `wayside.reconstruction.vertex_fit.PairFit`."""


class PairCuts(NamedTuple):
    """What a pair must fulfil."""

    pitch: float
    """Distance between sheets in mm, above which no depth may be uncertain without need."""
    max_holes: int
    """Largest number of sheets that a track may miss after the vertex."""
    largest_chi2: float
    """Largest chi-squared of the common point."""
    min_opening: float
    """Smallest angle between the tracks in rad."""


class Window(NamedTuple):
    """Where in depth the vertices of tracks from one sheet may be, in mm."""

    low: float
    """Front of the farthest plate."""
    back: float
    """Back of the plate before the sheet."""


@njit(nogil=True)
def _accepted(fit: PairFit, first: float, window: Window, cuts: PairCuts) -> bool:
    """Whether a point passes all cuts; ``first`` is the depth of the first base-track."""
    if not fit.solved or fit.chi2 >= cuts.largest_chi2 or fit.opening < cuts.min_opening:
        return False
    if fit.z > window.back + 0.3 + 5.0 * fit.sigma_z or fit.z > first + 0.3:
        return False
    if fit.z < window.low - 3.0 * fit.sigma_z:
        return False
    return fit.sigma_z < max(cuts.pitch, 0.25 * (window.back - window.low))


@njit(nogil=True)
def _doubled(rows: StructuredArray) -> StructuredArray:
    longer = np.empty(2 * len(rows), rows.dtype)
    longer[: len(rows)] = rows
    return longer


@njit(nogil=True)
def _search(
    lines: StructuredArray,
    layers: Fronts,
    absorber: Absorber,
    cuts: PairCuts,
    candidates: StructuredArray,
) -> StructuredArray:
    n, count = len(lines), 0
    sheet, x, y = lines["first_sheet"].copy(), lines["x"].copy(), lines["y"].copy()
    i0 = 0
    while i0 < n:
        i1 = np.searchsorted(sheet, sheet[i0] + 1)
        j1 = np.searchsorted(sheet, sheet[i0] + cuts.max_holes + 1)
        cells = sort_into_cells(x, y, np.arange(i0, j1), 0.05)
        # After the last sheet that both may have missed, be a gap in between or not.
        window = Window(
            layers.plate[max(sheet[i0] - cuts.max_holes - 1, 0)],
            layers.plate[sheet[i0]] + absorber.plate,
        )
        for i in range(i0, i1):
            a = lines[i]
            # Both tracks as steep as they come.
            reach = (window.back - window.low) * (1.0 + np.sqrt(a.tx**2 + a.ty**2))
            left, right = cell_range(a.x - reach, a.x + reach, cells.x0, cells.side, cells.nx)
            low, high = cell_range(a.y - reach, a.y + reach, cells.y0, cells.side, cells.ny)
            if low == high:
                continue
            for cx in range(left, right):
                for k in range(cells.start[cx * cells.ny + low], cells.start[cx * cells.ny + high]):
                    j = cells.order[k]
                    if j <= i:
                        continue
                    b = lines[j]
                    fit = fit_pair(a, b, window.low, window.back, layers, absorber)
                    if not _accepted(fit, min(a.z, b.z), window, cuts):
                        continue
                    if count == len(candidates):
                        candidates = _doubled(candidates)
                    row = candidates[count]
                    row.track_1, row.track_2 = i, j
                    row.x, row.y, row.z = fit.x, fit.y, fit.z
                    row.sigma_x, row.sigma_y, row.sigma_z = fit.sigma_x, fit.sigma_y, fit.sigma_z
                    row.chi2, row.opening = fit.chi2, fit.opening
                    count += 1
        i0 = i1
    return candidates[:count].copy()


def vertex_candidates(
    lines: StructuredArray, layers: Fronts, absorber: Absorber, cuts: PairCuts
) -> StructuredArray:
    """All pairs of tracks that pass the cuts; a track may be in several.

    Parameters
    ----------
    lines
        Array of `wayside.reconstruction.vertex_fit.LINE`, sorted by ``first_sheet``.
    layers, absorber
        Where plates and gaps are, and their material.
    cuts
        What a pair must fulfil.

    Returns
    -------
    array of `CANDIDATE`
        In the order of their first tracks.
    """
    room = np.empty(64, CANDIDATE)
    candidates: StructuredArray = _search(lines, layers, absorber, cuts, room)
    return candidates
