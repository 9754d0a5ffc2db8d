"""Where in a plane of masses something sets in: columns that a grid must not step over."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from scipy.optimize import brentq

from wayside.constants import M_ELECTRON, M_MUON, M_PION, M_TAU
from wayside.limits import babar, lep
from wayside.models.r_ratio import narrow_states
from wayside.production.process import Masses, Process
from wayside.sensitivity.planes import Plane, masses_at
from wayside.typing import FloatArray

Quantity = Callable[[float, float, float], float]
"""Of (m_aprime, m1, m2) in GeV."""

_SAMPLES = 513
_ACROSS = np.linspace(-0.25, 1.25, 7)
"""Where the caustic is looked for: from 0, the near side of a box, to 1, its far side."""

_BESIDE = 1e-6
"""How far to either side of a jump its two columns stand, in fractions of the axis."""

_IN_WIDTHS = (-10.0, -1.0, 0.0, 1.0, 10.0)
"""Columns around a narrow state, in its widths."""


def threshold_columns(plane: Plane) -> FloatArray:
    """Columns of a plane of masses at which yields or limits are known to bend, peak or jump.

    There are such columns where a decay of the excited state or of A' opens, where production
    ends, at the narrow states, where a limit's table has an end or a gap (one on either side),
    and where the caustic of a beam (docs/theory/density.md) sweeps over a signal detector: there
    the acceptance peaks, over a range of masses as narrow as the detector is small.

    Parameters
    ----------
    plane
        From `wayside.sensitivity.planes.plane_of`.

    Returns
    -------
    x
        Increasing, inside the ends of the axis; empty for a plane of couplings.
    """
    if not plane.varies_masses:
        return np.empty(0)
    start, stop = plane.x.coordinates[[0, -1]]
    bends = [t for bend in _bends(plane) for t in _crossings(plane, *bend)]
    jumps = [t for jump in _jumps(plane) for t in _crossings(plane, *jump)]
    beside = _BESIDE * (stop - start)
    columns = np.unique([*bends, *(t + side for t in jumps for side in (-beside, beside))])
    return plane.x.from_coordinates(columns[(columns > start) & (columns < stop)])


def _crossings(plane: Plane, quantity: Quantity, levels: Iterable[float]) -> Iterator[float]:
    """Coordinates at which a quantity passes through levels."""

    def along(t: float) -> float:
        return quantity(*masses_at(plane.scenario, float(plane.x.from_coordinates(t))))

    sample = np.linspace(plane.x.coordinates[0], plane.x.coordinates[-1], _SAMPLES)
    values = np.array([along(t) for t in sample])
    for level in levels:
        below = values < level
        for i in np.flatnonzero(below[:-1] != below[1:]):
            yield brentq(lambda t, level=level: along(t) - level, sample[i], sample[i + 1])


def _bends(plane: Plane) -> Iterator[tuple[Quantity, list[float]]]:
    pairs = [2.0 * mass for mass in (M_ELECTRON, M_MUON, M_PION, M_TAU)]
    states = narrow_states()
    yield lambda _, m1, m2: m1 - m2, pairs + [state.mass for state in states]
    around = [state.mass + widths * state.width for state in states for widths in _IN_WIDTHS]
    yield lambda m_aprime, *_: m_aprime, pairs + around
    masses = Masses(plane.scenario.pair.m_aprime, *plane.scenario.masses)
    for name in plane.scenario.signal:
        for process in plane.centre.processes:
            for k in range(len(process.parents(masses, plane.centre.beams))):
                yield _caustic_across(plane, name, type(process), k), _ACROSS.tolist()


def _jumps(plane: Plane) -> Iterator[tuple[Quantity, list[float]]]:
    sqrt_s = plane.scenario.sqrt_s
    yield lambda m_aprime, m1, m2: m_aprime - m1 - m2, [0.0]
    yield lambda _, m1, m2: m1 + m2, [sqrt_s]
    ends = babar.InvisibleLikelihood.from_table().mass[[0, -1]].tolist()
    for curve in (babar.visible_curve(), babar.invisible_curve(), lep.lep_curve()):
        ends += [*curve.mass_range, *curve.gaps.ravel().tolist()]
    yield lambda m_aprime, *_: m_aprime, [sqrt_s, *ends]


def _caustic_across(plane: Plane, name: str, process: type[Process], which: int) -> Quantity:
    """Where the caustic stands: 0 at the side of a box nearest to its axis, 1 at the far one."""
    outline = plane.centre.volumes[name].outline.directions

    def across(m_aprime: float, m1: float, m2: float) -> float:
        parent = process.parents(Masses(m_aprime, m1, m2), plane.centre.beams)[which]
        angles = np.arccos(np.clip(outline @ parent.axis, -1.0, 1.0))
        near, far = float(angles.min()), float(angles.max())
        return (parent.opening - near) / (far - near)

    return across
