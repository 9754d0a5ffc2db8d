"""Linking tile by tile: in less memory, and in several threads."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from wayside.reconstruction.films import Films
from wayside.reconstruction.linking import Linking, links
from wayside.typing import BoolArray, FloatArray, IntArray, StructuredArray

Bounds = tuple[float, float, float, float]
"""Lowest and highest x, lowest and highest y in mm."""

MARGIN = 4.0
"""Width in mm of the margin around a tile whose base-tracks compete for links.

A link spans three layers at most, 2.4 mm sideways at 45 degrees; the rest leaves room for those
who compete for the same base-tracks.
"""


def link_tiles(
    rows: StructuredArray, films: Films, how: Linking, tile: float, workers: int = 1
) -> IntArray:
    """Link base-tracks inside blocks, tile by tile.

    Parameters
    ----------
    rows
        Base-tracks, an array of `wayside.emulsion.signals.BASETRACK` sorted by sheet.
    films, how
        As for `wayside.reconstruction.linking.links`.
    tile
        Side of a tile in mm.
    workers
        Number of threads.

    Returns
    -------
    array of int
        For every row the row that follows it downstream, or -1; shape (n,).
    """
    following = np.full(len(rows), -1, np.int64)
    best = np.full(len(rows), np.inf)

    def link_one(near: IntArray, bounds: Bounds) -> tuple[IntArray, IntArray, FloatArray]:
        following, chi2 = links(rows[near], films, how, bounds=bounds)
        linked = np.flatnonzero(following >= 0)
        return near[linked], near[following[linked]], chi2[linked]

    with ThreadPoolExecutor(workers) as pool:
        tasks = (
            (core, pool.submit(link_one, numbers, bounds))
            for core, numbers, bounds in _tiles(rows, tile, films.scanned)
        )
        for core, future in list(tasks) if workers > 1 else tasks:
            upstream, downstream, chi2 = future.result()
            mine = core[upstream]
            following[upstream[mine]] = downstream[mine]
            best[upstream[mine]] = chi2[mine]
    # Two tiles that disagree beyond the margin may both claim a base-track: the better one has it.
    linked = np.flatnonzero(following >= 0)
    order = linked[np.lexsort((best[linked], following[linked]))]
    again = np.zeros(len(order), dtype=np.bool_)
    again[1:] = following[order][1:] == following[order][:-1]
    following[order[again]] = -1
    return following


def _tiles(
    rows: StructuredArray, tile: float, scanned: Bounds
) -> Iterator[tuple[BoolArray, IntArray, Bounds]]:
    """For every square that holds rows: these, those with its margin, and the margin's bounds."""
    if len(rows) == 0:
        return
    x, y = rows["x"], rows["y"]
    ix, iy = np.floor(x / tile).astype(np.int64), np.floor(y / tile).astype(np.int64)
    for i in range(int(ix.min()), int(ix.max()) + 1):
        column = np.flatnonzero((x >= i * tile - MARGIN) & (x < (i + 1) * tile + MARGIN))
        for j in range(int(iy.min()), int(iy.max()) + 1):
            near = (y[column] >= j * tile - MARGIN) & (y[column] < (j + 1) * tile + MARGIN)
            nearby = column[near]
            core = np.zeros(len(rows), dtype=np.bool_)
            core[nearby] = (ix[nearby] == i) & (iy[nearby] == j)
            if core[nearby].any():
                yield core, nearby, _around(i, j, tile, scanned)


def _around(i: int, j: int, tile: float, scanned: Bounds) -> Bounds:
    """Bounds of a square with its margin, inside of what was scanned."""
    left, right, low, high = scanned
    return (
        max(i * tile - MARGIN, left),
        min((i + 1) * tile + MARGIN, right),
        max(j * tile - MARGIN, low),
        min((j + 1) * tile + MARGIN, high),
    )
