"""Which simulated events can make a vertex: a loose choice by truth.

A reconstructed vertex is two tracks that begin inside of the blocks with a common point in front.
An event is kept if two charged particles have left both films of a few sheets each, begin (at the
lowest sheet, whichever way they travel) behind the first sheets and near one another in depth, and
come near one another when their first slopes are extrapolated to the depths where a vertex may lie.
"""

from typing import Any, NamedTuple

import numpy as np

from wayside.detector.stack import Stack
from wayside.transport.records import CROSSING
from wayside.typing import BoolArray, FloatArray, IntArray, StructuredArray


class Preselection(NamedTuple):
    """Cuts of the preselection, each looser than what the reconstruction asks for."""

    sheets: int = 4
    """Smallest number of sheets of which a particle crosses both films."""
    first: int = 2
    """Number of the first sheet at which a particle may begin."""
    apart: int = 4
    """Largest difference of the first sheets of the two particles."""
    before: int = 4
    """Number of sheets in front of the first one in which the common point may lie."""
    near: float = 1.0
    """Largest distance in mm of the two lines in x and y."""
    slope: float = 2.5
    """Largest tangent of a particle at its first sheet."""


class _Begun(NamedTuple):
    """Particles at the lowest sheet that they cross, shape (n,) each."""

    event: IntArray
    sheet: IntArray
    x: FloatArray
    y: FloatArray
    z: FloatArray
    tx: FloatArray
    ty: FloatArray


def keepable(film: StructuredArray, stack: Stack, how: Preselection | None = None) -> IntArray:
    """Numbers of the events that can make a vertex.

    Parameters
    ----------
    film
        Crossings of films, rows of `wayside.transport.records.CROSSING`.
    stack
        Layers of the detector.
    how
        Cuts.

    Returns
    -------
    array of int
        In increasing order.
    """
    how = how or Preselection()
    begun = _begun(film, how)
    window = stack.pitch * how.before + stack.mpgd
    good = _paired(begun, stack.plates[:, 0], window, how)
    return np.unique(begun.event[good])


def _begun(film: StructuredArray, how: Preselection) -> _Begun:
    assert film.dtype == CROSSING
    sheet = film["layer"] // 2
    order = np.lexsort((film["layer"], film["track"], film["event"]))
    film, sheet = film[order], sheet[order]
    # The films of one sheet follow one another: a base-track needs a crossing of both.
    same = np.ones(len(film), dtype=np.bool_)
    same[1:] = (film["event"][1:] == film["event"][:-1]) & (film["track"][1:] == film["track"][:-1])
    same[:1] = False
    other = np.zeros(len(film), dtype=np.bool_)
    other[1:] = same[1:] & (film["layer"][1:] == film["layer"][:-1] + 1)
    other &= film["layer"] % 2 == 1
    back = np.flatnonzero(other)
    front = back - 1
    event, track = film["event"][back], film["track"][back]
    new = np.ones(len(back), dtype=np.bool_)
    new[1:] = (event[1:] != event[:-1]) | (track[1:] != track[:-1])
    head = np.flatnonzero(new)
    number = np.diff(np.append(head, len(back)))
    head = head[(number >= how.sheets) & (sheet[back[head]] >= how.first)]
    a, b = film[front[head]], film[back[head]]
    # Along z, whichever way the particle travels.
    dz = b["z_in"] + b["z_out"] - a["z_in"] - a["z_out"]
    x, y, z = (0.5 * (a[f"{c}_in"] + a[f"{c}_out"]) for c in "xyz")
    with np.errstate(divide="ignore", invalid="ignore"):
        tx, ty = ((b[f"{c}_in"] + b[f"{c}_out"] - a[f"{c}_in"] - a[f"{c}_out"]) / dz for c in "xy")
    columns: list[Any] = [a["event"], sheet[back[head]], x, y, z, tx, ty]
    good = np.flatnonzero(np.hypot(tx, ty) < how.slope)
    order = good[np.lexsort((columns[1][good], columns[0][good]))]
    return _Begun(*(column[order] for column in columns))


def _paired(begun: _Begun, fronts: FloatArray, window: float, how: Preselection) -> BoolArray:
    """Whether each particle has a partner with which it may form a vertex."""
    good = np.zeros(len(begun.event), dtype=np.bool_)
    i = np.arange(len(begun.event))
    for step in range(1, len(good)):
        i = i[i + step < len(good)]
        j = i + step
        near = (begun.event[j] == begun.event[i]) & (begun.sheet[j] <= begun.sheet[i] + how.apart)
        # Particles are in order: those behind are farther away still.
        i, j = i[near], j[near]
        if not len(i):
            break
        high = fronts[begun.sheet[i]] + 1.0
        slopes = begun.tx[i] - begun.tx[j], begun.ty[i] - begun.ty[j]
        at_zero = [
            value[i] - value[j] - begun.z[i] * slope[i] + begun.z[j] * slope[j]
            for value, slope in ((begun.x, begun.tx), (begun.y, begun.ty))
        ]
        slope2 = slopes[0] ** 2 + slopes[1] ** 2
        closest = -(at_zero[0] * slopes[0] + at_zero[1] * slopes[1]) / np.maximum(slope2, 1e-12)
        z = np.clip(closest, high - window - 1.0, high)
        met = np.hypot(at_zero[0] + z * slopes[0], at_zero[1] + z * slopes[1]) < how.near
        good[i[met]] = good[j[met]] = True
    return good
