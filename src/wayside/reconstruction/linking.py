"""Links: which base-track continues which."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from wayside.detector.cuts import ReconstructionCuts
from wayside.reconstruction.films import Films
from wayside.reconstruction.link_comparison import Segments, face_variances
from wayside.reconstruction.link_passes import Layout, LinkCuts, Links, link_in_passes
from wayside.typing import FloatArray, IntArray, StructuredArray

_CUTS: Final = ReconstructionCuts()


@dataclass(frozen=True)
class Linking:
    """How base-tracks are linked.

    Parameters
    ----------
    momenta
        Momenta that the passes assume, in MeV times beta, the stiffest first.
    max_holes
        Largest number of sheets in a row that a link may leave out.
    largest_chi2
        Largest chi-squared of a link, which has four degrees of freedom.
    largest_random
        Largest expected number of unrelated base-tracks that agree as well as the linked one, from
        the density of those that are still without a link.
    """

    momenta: tuple[float, ...] = (1500.0, 250.0, 60.0, 15.0)
    max_holes: int = _CUTS.max_holes
    largest_chi2: float = 20.0
    largest_random: float = 0.1


def links(
    rows: StructuredArray,
    films: Films | None = None,
    how: Linking | None = None,
    *,
    gaps: bool = False,
    following: IntArray | None = None,
    bounds: tuple[float, float, float, float] | None = None,
) -> tuple[IntArray, FloatArray]:
    """Link base-tracks of neighbouring sheets.

    Parameters
    ----------
    rows
        Base-tracks, an array of `wayside.emulsion.signals.BASETRACK` sorted by sheet.
    films
        Errors, depths, material and the scanned area.
    how
        Passes and cuts.
    gaps
        Whether links are made across the gaps between blocks, and not inside blocks.
    following
        Links that are there already, as returned; none if None.
    bounds
        Lowest and highest x, lowest and highest y in mm of the part of the scanned area that the
        base-tracks are from; all of it if None.

    Returns
    -------
    following : array of int
        For every row the row that follows it downstream, or -1; shape (n,).
    chi2 : array of float
        Chi-squared of the links that were made, infinite for other rows; shape (n,).
    """
    films, how = films or Films(), how or Linking()
    n = len(rows)
    following = np.full(n, -1, np.int64) if following is None else following.copy()
    chi2 = np.full(n, np.inf)
    if n == 0:
        return following, chi2
    left, right, low, high = bounds or films.scanned
    sheet = rows["sheet"].astype(np.int64)
    last = int(sheet[-1])
    numbers = np.arange(last + 1)
    x, y, tx, ty = (np.ascontiguousarray(rows[name]) for name in ("x", "y", "tx", "ty"))
    grains = (rows[f"{side}_grains"].astype(np.float64) for side in ("front", "back"))
    segments = Segments(x, y, tx, ty, face_variances(*grains))
    link_in_passes(
        segments,
        Layout(np.searchsorted(sheet, np.arange(last + 2)), sheet, numbers // films.sheets.layers),
        films.constants(last),
        LinkCuts(
            np.array(how.momenta, dtype=np.float64),
            int(how.max_holes),
            float(how.largest_chi2),
            bool(gaps),
            tuple(float(edge) for edge in films.scanned),  # type: ignore[arg-type]
            float(how.largest_random),
            (right - left) * (high - low) * math.pi * films.emulsion.largest_slope**2,
        ),
        Links(following, np.zeros(n, np.bool_), np.zeros(n, np.bool_), chi2),
    )
    return following, chi2
