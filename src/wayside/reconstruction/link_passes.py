"""Passes that link base-tracks, from stiff particles to soft ones.

Each pass assumes a momentum, links those who choose each other, and takes what it links out of the
way of the next, softer pass; within a pass the nearest sheets come first. Where so many
base-tracks are left that some unrelated one may well agree as much, no link is made. A link that
leaves out a sheet may do so because the particle turned sharply there: a base-track that agrees
with both of its ends at the next pass's momentum is put in between, or large angles would be
missing from what the momentum is measured by.
"""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.reconstruction.cell_grid import cell_range, sort_into_cells
from wayside.reconstruction.films import FilmConstants
from wayside.reconstruction.link_comparison import (
    Segment,
    Segments,
    Step,
    link_chi2,
    link_match,
    random_partners,
    search_radius,
    step_between,
)
from wayside.reconstruction.resolution import Resolution
from wayside.typing import BoolArray, FloatArray, IntArray

FINEST = 4e-3
"""Smallest side in mm of the cells in which partners are looked up."""


class Layout(NamedTuple):
    """How rows of base-tracks lie on sheets."""

    start: IntArray
    """First row of every sheet, and the number of rows: shape (sheets + 1,)."""
    sheet: IntArray
    """Sheet of every row."""
    block: IntArray
    """Block of every sheet."""


class LinkCuts(NamedTuple):
    """Cuts of `wayside.reconstruction.linking.Linking` as compiled code takes them."""

    momenta: FloatArray
    """Momenta of the passes in MeV times beta, the stiffest first."""
    max_holes: int
    """Largest number of sheets in a row that a link may leave out."""
    largest_chi2: float
    """Largest chi-squared of a link."""
    gaps: bool
    """Whether links are made across the gaps between blocks, and not inside blocks."""
    bounds: tuple[float, float, float, float]
    """Lowest and highest x, lowest and highest y of the scanned area in mm."""
    largest_random: float
    """Largest expected number of unrelated base-tracks that agree as well."""
    phase_space: float
    """Area times range of slopes in which the base-tracks lie, mm^2 rad^2."""


class Links(NamedTuple):
    """Links as they are made, one entry a row."""

    following: IntArray
    """Row that follows downstream, or -1."""
    led: BoolArray
    """Whether a row follows another one."""
    made: BoolArray
    """Whether the link downstream was made in this pass."""
    chi2: FloatArray
    """Chi-squared of the link downstream."""


class Partners(NamedTuple):
    """Best partner of every row so far and its chi-squared, downstream and upstream."""

    downstream: IntArray
    downstream_chi2: FloatArray
    upstream: IntArray
    upstream_chi2: FloatArray


@njit(nogil=True, inline="always")
def _segment(segments: Segments, row: int) -> Segment:
    return Segment(
        segments.x[row], segments.y[row], segments.tx[row], segments.ty[row], segments.faces[row]
    )


@njit(nogil=True, inline="always")
def _within(x: float, y: float, bounds: tuple[float, float, float, float]) -> bool:
    left, right, low, high = bounds
    return left < x < right and low < y < high


@njit(nogil=True)
def link_in_passes(
    segments: Segments, layout: Layout, constants: FilmConstants, cuts: LinkCuts, links: Links
) -> None:
    """Make links, pass by pass.

    Parameters
    ----------
    segments
        Base-tracks, sorted by sheet.
    layout
        Which rows lie on which sheet.
    constants
        Errors, material and depths.
    cuts
        Passes and cuts.
    links
        Changed in place; links that are there already stay.
    """
    n, sheets = len(segments.x), len(layout.block)
    start, following, led = layout.start, links.following, links.led
    for i in range(n):
        if following[i] >= 0:
            led[following[i]] = True
    partners = Partners(
        np.full(n, -1, np.int64), np.full(n, np.inf), np.full(n, -1, np.int64), np.full(n, np.inf)
    )
    for number, momentum in enumerate(cuts.momenta):
        links.made[:] = False
        for stride in range(1, cuts.max_holes + 2):
            for s in range(sheets - stride):
                if (layout.block[s] != layout.block[s + stride]) != cuts.gaps:
                    continue
                if start[s] == start[s + 1] or start[s + stride] == start[s + stride + 1]:
                    continue
                upstream = np.arange(start[s], start[s + 1])
                upstream = upstream[following[start[s] : start[s + 1]] < 0]
                downstream = np.arange(start[s + stride], start[s + stride + 1])
                downstream = downstream[~led[start[s + stride] : start[s + stride + 1]]]
                if len(upstream) == 0 or len(downstream) == 0:
                    continue
                step = step_between(s, s + stride, momentum, constants.depths, constants.absorber)
                _best_partners(
                    upstream, downstream, segments, step, constants.resolution, cuts, partners
                )
                _link_mutual(upstream, downstream, partners, links)
        softer = cuts.momenta[min(number + 1, len(cuts.momenta) - 1)]
        for s in range(1, sheets - 1):
            _fill_holes(s, softer, segments, layout, constants, cuts, links)


@njit(nogil=True)
def _best_partners(
    upstream: IntArray,
    downstream: IntArray,
    segments: Segments,
    step: Step,
    resolution: Resolution,
    cuts: LinkCuts,
    partners: Partners,
) -> None:
    x, y, tx, ty = segments.x, segments.y, segments.tx, segments.ty
    best_down, chi2_down = partners.downstream, partners.downstream_chi2
    best_up, chi2_up = partners.upstream, partners.upstream_chi2
    density = len(downstream) / cuts.phase_space
    cells = sort_into_cells(x, y, downstream, FINEST)
    start, order = cells.start, cells.order
    for i in upstream:
        a = _segment(segments, i)
        reach = search_radius(a, step, cuts.largest_chi2, resolution)
        px, py = a.x + step.dz * a.tx, a.y + step.dz * a.ty
        if not _within(px, py, cuts.bounds):
            continue
        left, right = cell_range(px - reach, px + reach, cells.x0, cells.side, cells.nx)
        low, high = cell_range(py - reach, py + reach, cells.y0, cells.side, cells.ny)
        if low == high:
            continue
        for cx in range(left, right):
            for k in range(start[cx * cells.ny + low], start[cx * cells.ny + high]):
                j = order[k]
                if abs(x[j] - px) > reach or abs(y[j] - py) > reach:
                    continue
                if not _within(x[j] - step.dz * tx[j], y[j] - step.dz * ty[j], cuts.bounds):
                    continue
                match = link_match(a, _segment(segments, j), step, resolution)
                value = match.chi2
                likely = random_partners(match, density) < cuts.largest_random
                if value < cuts.largest_chi2 and likely:
                    if value < chi2_down[i]:
                        chi2_down[i], best_down[i] = value, j
                    if value < chi2_up[j]:
                        chi2_up[j], best_up[j] = value, i


@njit(nogil=True)
def _link_mutual(
    upstream: IntArray, downstream: IntArray, partners: Partners, links: Links
) -> None:
    """Link base-tracks that are each other's best partner, and forget the partners."""
    for i in upstream:
        j = partners.downstream[i]
        if j >= 0 and partners.upstream[j] == i:
            links.following[i], links.chi2[i] = j, partners.downstream_chi2[i]
            links.led[j] = links.made[i] = True
    partners.downstream[upstream], partners.downstream_chi2[upstream] = -1, np.inf
    partners.upstream[downstream], partners.upstream_chi2[downstream] = -1, np.inf


@njit(nogil=True)
def _fill_holes(
    s: int,
    momentum: float,
    segments: Segments,
    layout: Layout,
    constants: FilmConstants,
    cuts: LinkCuts,
    links: Links,
) -> None:
    """Put free base-tracks of one sheet into links of this pass that leave the sheet out."""
    start, sheet = layout.start, layout.sheet
    following, led, made = links.following, links.led, links.made
    depths, absorber, resolution = constants.depths, constants.absorber, constants.resolution
    largest = cuts.largest_chi2
    before = np.arange(start[max(s - cuts.max_holes, 0)], start[s])
    before = before[made[before]]
    before = before[sheet[following[before]] > s]
    free = np.arange(start[s], start[s + 1])
    free = free[(following[free] < 0) & ~led[free]]
    if len(before) == 0 or len(free) == 0:
        return
    cells = sort_into_cells(segments.x, segments.y, free, FINEST)
    best_link, best_chi2 = np.full(len(free), -1), np.full(len(free), np.inf)
    choice, value = np.full(len(before), -1), np.full(len(before), np.inf)
    for link, i in enumerate(before):
        j = following[i]
        a, b = _segment(segments, i), _segment(segments, j)
        first = step_between(sheet[i], s, momentum, depths, absorber)
        second = step_between(s, sheet[j], momentum, depths, absorber)
        reach = search_radius(a, first, largest, resolution)
        px, py = a.x + first.dz * a.tx, a.y + first.dz * a.ty
        left, right = cell_range(px - reach, px + reach, cells.x0, cells.side, cells.nx)
        low, high = cell_range(py - reach, py + reach, cells.y0, cells.side, cells.ny)
        if low == high:
            continue
        for cx in range(left, right):
            for place in range(cells.start[cx * cells.ny + low], cells.start[cx * cells.ny + high]):
                k = cells.order[place]
                middle = _segment(segments, k)
                chi2_first = link_chi2(a, middle, first, resolution)
                if chi2_first >= largest:
                    continue
                chi2_second = link_chi2(middle, b, second, resolution)
                if chi2_second >= largest:
                    continue
                both = chi2_first + chi2_second
                if both < value[link]:
                    value[link], choice[link] = both, k
                c = np.searchsorted(free, k)
                if both < best_chi2[c]:
                    best_chi2[c], best_link[c] = both, link
    for link, i in enumerate(before):
        k = choice[link]
        if k >= 0 and best_link[np.searchsorted(free, k)] == link:
            following[k], following[i] = following[i], k
            led[k] = made[k] = True
            links.chi2[i] = links.chi2[k] = 0.5 * value[link]
